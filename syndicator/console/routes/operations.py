"""Show the forms of operations and settings, lists, jobs and the log of changes."""

import json
from collections.abc import Mapping
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
from syndicator.health.check.config_files import configured
from syndicator.operations.operation import EXAMPLES, Operation, fields_of, operations, parsed
from syndicator.operations.paged_lists import QUERIES
from syndicator.operations.sources import SETTINGS, SETTINGS_FILE
from syndicator.operations.undo import EACH

SHOWN = 100
_MOST_CHANGES = 1_000_000_000


async def show_all(request: Request) -> Response:
    return page(
        request, "operations.html", title="Everything", operations=operations(), queries=QUERIES
    )


async def show_form(request: Request) -> Response:
    operation = _operation(request)
    mine = job_of(request, operation.name)
    planned = mine if mine and mine.dry_run and mine.ended else None
    result = planned.result if planned else {}
    return page(
        request,
        "operation.html",
        title=operation.name,
        operation=operation,
        fields=[field for field in fields_of(operation) if not field.argument.hidden],
        values=mine.args if mine else {},
        planned=planned,
        result=result if operation.is_question else cut_lists(result),
        waiting=awaited(mine),
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
    then = local(form.text("next")) if "next" in form else request.url.path
    is_planned = form.text("then") == "plan" or operation.is_question
    return await ask_form(request, operation.name, then, dry_run=is_planned)


async def show_settings(request: Request) -> Response:
    """Show the settings; after a refusal, with the refused values."""
    console = console_of(request)
    job = job_of(request, "change-settings")
    path = console.config / SETTINGS_FILE
    refused = job.args["values"] if job and job.status == "failed" else ()
    return page(
        request,
        "settings.html",
        title="Settings",
        sections=SETTINGS,
        explained=_explained(),
        settings={setting.name: setting for setting in configured(console.config)},
        written=dict(pair.partition("=")[::2] for pair in refused),
        stamp=stamp(path.read_bytes() if path.exists() else b""),
    )


@cache
def _explained() -> dict[str, dict[str, Any]]:
    """Return types and descriptions of the settings by name, from the schema for editors."""
    text = (resources.files("syndicator") / "data" / "schemas" / "syndicator.json").read_text(
        "utf-8"
    )
    tables = json.loads(text)["definitions"]
    pairs = [(section, name) for section, names in SETTINGS.items() for name in names]
    return {
        f"{section}.{name}": tables[section.capitalize()]["properties"][name]
        for section, name in pairs
    }


async def change_settings(request: Request) -> Response:
    form = form_of(request)
    values = [f"{name}={form.text(name)}" for name in _explained() if name in form]
    return await ask_form(request, "change-settings", "/settings", values=values)


async def act_on_several(request: Request) -> Response:
    form = form_of(request)
    name = form.text("act")
    of_name = fields_of(operations()[name])[1:] if name in EACH else []
    values = [
        f"{field.name}={value}" for field in of_name if (value := form.text(field.name).strip())
    ]
    then = local(form.text("next"))
    if name == "join":
        return await ask_form(request, name, then, ids=form.getlist("id"))
    return await ask_form(
        request, "each", then, name=name, subjects=form.getlist("id"), values=values
    )


def _operation(request: Request) -> Operation:
    if (operation := operations().get(request.path_params["name"])) is None:
        raise HTTPException(404)
    return operation


async def show_list(request: Request) -> Response:
    if (query := QUERIES.get(request.path_params["name"])) is None:
        raise HTTPException(404)
    asked = request.query_params
    fields = fields_of(query)
    filters = {field.name: asked[field.name] for field in fields if asked.get(field.name)}
    try:
        arguments = parsed(query, filters)
        after = asked.get("cursor", "")
        shown = await console_of(request).look(
            lambda place: query.read(place, arguments, after=after, most=SHOWN)
        )
    except UsageError as error:
        raise HTTPException(UNREADABLE, str(error)) from error
    more = f"?{urlencode({**filters, 'cursor': shown.next})}" if shown.next else ""
    values: dict[str, Any] = {
        "query": query,
        "fields": fields,
        "filters": filters,
        "shown": shown,
        "more": more,
    }
    return page(request, "list.html", title=query.name, **values)


async def strip(request: Request) -> Response:
    console = console_of(request)
    job = need_job(request)
    if job.status not in ("queued", "running"):
        console.glance.changed()
    return part(request, "strip.html", job=job, undone=console.log.undone())


async def cancel(request: Request) -> Response:
    console = console_of(request)
    job_id = need_job(request).id
    console.queue.cancel(job_id)
    if request.headers.get("hx-request"):
        return part(request, "strip.html", job=await console.until(job_id, 0.5), undone=set())
    return RedirectResponse(f"{local(form_of(request).text('next'))}?job={job_id}", 303)


async def show_changes(request: Request) -> Response:
    log = console_of(request).log
    return page(
        request, "changes.html", title="Changes", changes=log.newest(SHOWN), undone=log.undone()
    )


async def show_change(request: Request) -> Response:
    log = console_of(request).log
    number = whole(request.path_params["number"], _MOST_CHANGES)
    if (change := log.get(number)) is None:
        raise HTTPException(404)
    diffs = []
    for name, texts in log.files(number).items():
        kind, _, what = name.partition(":")
        diffs.append((f"{kind} of {what}" if kind in ("tags", "list") else what, of_texts(*texts)))
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
