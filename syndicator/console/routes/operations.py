"""Show the forms of operations and settings, lists, jobs and the log of changes."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from syndicator.console.guard import UNREADABLE, form_of, whole
from syndicator.console.responses import (
    ask_form,
    awaited,
    console_of,
    job_of,
    local,
    need_job,
    of_texts,
    page,
    part,
)
from syndicator.core.errors import UsageError
from syndicator.core.text import stamp
from syndicator.health.check.config_files import list_settings
from syndicator.operations.operation import EXAMPLES, Operation, fields_of, operations, parsed
from syndicator.operations.paged_lists import QUERIES
from syndicator.operations.sources import SETTINGS, SETTINGS_FILE
from syndicator.operations.undo import EACH

SHOWN = 100
_MOST_CHANGES = 1_000_000_000
_CANCEL_SECONDS = 0.5  # until a cancelled job is shown as it is then


async def show_all(request: Request) -> Response:
    return page(
        request, "operations.html", title="Everything", operations=operations(), queries=QUERIES
    )


async def show_form(request: Request) -> Response:
    """Show the form of an operation; after a preview, with what it would do."""
    operation = _operation(request)
    job = job_of(request, operation.name)
    planned = None
    result: Mapping[str, Any] = {}
    if job is not None and job.dry_run and job.ended:
        planned = job
        result = job.result
    return page(
        request,
        "operation.html",
        title=operation.name,
        operation=operation,
        fields=[field for field in fields_of(operation) if not field.argument.hidden],
        values=job.args if job else {},
        planned=planned,
        result=result if operation.is_question else cut_lists(result),
        waiting=awaited(job),
    )


def cut_lists(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of a preview with EXAMPLES of each list at most, and its length."""
    cut: dict[str, Any] = {}
    for name, value in result.items():
        if isinstance(value, list) and len(value) > EXAMPLES:
            cut[f"{name} ({EXAMPLES} of {len(value)})"] = value[:EXAMPLES]
        else:
            cut[name] = value
    return cut


async def act(request: Request) -> Response:
    """Plan an operation, or apply it unless the button says `plan`; then go to `next`."""
    operation = _operation(request)
    form = form_of(request)
    next_page = local(form.text("next")) if "next" in form else request.url.path
    is_planned = form.text("then") == "plan" or operation.is_question
    return await ask_form(request, operation.name, next_page, dry_run=is_planned)


async def show_settings(request: Request) -> Response:
    """Show the settings; after a refusal, with the refused values."""
    console = console_of(request)
    job = job_of(request, "change-settings")
    refused_values = {}
    if job is not None and job.status == "failed":
        refused_values = _parse_pairs(job.args["values"])
    path = console.config / SETTINGS_FILE
    data = path.read_bytes() if path.exists() else b""
    return page(
        request,
        "settings.html",
        title="Settings",
        sections=SETTINGS,
        explained=_explained(),
        settings={setting.name: setting for setting in list_settings(console.config)},
        written=refused_values,
        stamp=stamp(data),
    )


def _parse_pairs(pairs: Sequence[str]) -> dict[str, str]:
    """Return the values of texts like "publish.formats=atom" by name."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        values[name] = value
    return values


@cache
def _explained() -> dict[str, dict[str, Any]]:
    """Return types and descriptions of the settings by name, from the schema for editors."""
    path = resources.files("syndicator") / "data" / "schemas" / "syndicator.json"
    tables = json.loads(path.read_text("utf-8"))["definitions"]
    explained: dict[str, dict[str, Any]] = {}
    for section, names in SETTINGS.items():
        properties = tables[section.capitalize()]["properties"]
        for name in names:
            explained[f"{section}.{name}"] = properties[name]
    return explained


async def change_settings(request: Request) -> Response:
    form = form_of(request)
    values = [f"{name}={form.text(name)}" for name in _explained() if name in form]
    return await ask_form(request, "change-settings", "/settings", values=values)


async def act_on_several(request: Request) -> Response:
    """Apply an operation to each of the chosen articles or sources; then go to `next`."""
    form = form_of(request)
    name = form.text("act")
    ids = form.getlist("id")
    next_page = local(form.text("next"))
    if name == "join":
        return await ask_form(request, name, next_page, ids=ids)
    values = []
    if name in EACH:
        further_fields = fields_of(operations()[name])[1:]  # the first one is the subject
        for field in further_fields:
            value = form.text(field.name).strip()
            if value:
                values.append(f"{field.name}={value}")
    return await ask_form(request, "each", next_page, name=name, subjects=ids, values=values)


def _operation(request: Request) -> Operation:
    """Return the operation that the path names. Raises HTTPException(404)."""
    operation = operations().get(request.path_params["name"])
    if operation is None:
        raise HTTPException(404)
    return operation


async def show_list(request: Request) -> Response:
    """Show one page of the list that the path names."""
    query = QUERIES.get(request.path_params["name"])
    if query is None:
        raise HTTPException(404)
    parameters = request.query_params
    cursor = parameters.get("cursor", "")
    fields = fields_of(query)
    filters = {field.name: parameters[field.name] for field in fields if parameters.get(field.name)}
    try:
        arguments = parsed(query, filters)
        items = await console_of(request).look(
            lambda place: query.read(place, arguments, after=cursor, most=SHOWN)
        )
    except UsageError as error:
        raise HTTPException(UNREADABLE, str(error)) from error
    next_page = ""
    if items.next:
        next_page = f"?{urlencode({**filters, 'cursor': items.next})}"
    variables: dict[str, Any] = {
        "query": query,
        "fields": fields,
        "filters": filters,
        "shown": items,
        "more": next_page,
    }
    return page(request, "list.html", title=query.name, **variables)


async def strip(request: Request) -> Response:
    """Show how far a job is."""
    console = console_of(request)
    job = need_job(request)
    if job.status not in ("queued", "running"):
        console.glance.changed()
    return part(request, "strip.html", job=job, undone=console.log.undone())


async def cancel(request: Request) -> Response:
    """Cancel a job. Show how far it is if a script asks for that, else go to `next`."""
    console = console_of(request)
    job_id = need_job(request).id
    console.queue.cancel(job_id)
    if request.headers.get("hx-request"):
        job = await console.until(job_id, _CANCEL_SECONDS)
        return part(request, "strip.html", job=job, undone=set())
    next_page = local(form_of(request).text("next"))
    return RedirectResponse(f"{next_page}?job={job_id}", 303)


async def show_changes(request: Request) -> Response:
    log = console_of(request).log
    return page(
        request, "changes.html", title="Changes", changes=log.newest(SHOWN), undone=log.undone()
    )


async def show_change(request: Request) -> Response:
    """Show a change of the log with the differences of its files."""
    log = console_of(request).log
    number = whole(request.path_params["number"], _MOST_CHANGES)
    change = log.get(number)
    if change is None:
        raise HTTPException(404)
    diffs = []
    for name, texts in log.files(number).items():
        kind, _, subject = name.partition(":")
        heading = f"{kind} of {subject}" if kind in ("tags", "list") else subject
        diffs.append((heading, of_texts(*texts)))
    return page(
        request, "change.html", title=change.said, change=change, diffs=diffs, undone=log.undone()
    )


ROUTES = [
    Route("/operations", show_all, methods=["GET"]),
    Route("/operations/{name}", show_form, methods=["GET"]),
    Route("/operations/{name}", act, methods=["POST"]),
    Route("/settings", show_settings, methods=["GET"]),
    Route("/settings", change_settings, methods=["POST"]),
    Route("/each", act_on_several, methods=["POST"]),
    Route("/queries/{name}", show_list, methods=["GET"]),
    Route("/jobs/{id}", strip, methods=["GET"]),
    Route("/jobs/{id}/cancel", cancel, methods=["POST"]),
    Route("/changes", show_changes, methods=["GET"]),
    Route("/changes/{number}", show_change, methods=["GET"]),
]
