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

from syndicator.console.guard import UNREADABLE, form_of, parse_whole_number
from syndicator.console.responses import (
    console_of,
    find_awaited_job,
    find_job,
    find_job_or_404,
    keep_local_path,
    list_differences,
    queue_form,
    show_page,
    show_part,
)
from syndicator.core.errors import UsageError
from syndicator.core.text import stamp
from syndicator.health.check.config_files import list_settings
from syndicator.operations.operation import (
    EXAMPLES,
    Operation,
    fields_of,
    operations,
    parse_arguments,
)
from syndicator.operations.paged_lists import QUERIES
from syndicator.operations.sources import SETTINGS, SETTINGS_FILE
from syndicator.operations.undo import EACH

SHOWN = 100  # items of a page of a list
_MOST_CHANGES = 1_000_000_000  # the largest number of a change
_CANCEL_SECONDS = 0.5  # until a cancelled job is shown as it is then


async def show_operations(request: Request) -> Response:
    """Show all operations and all lists."""
    return show_page(
        request, "operations.html", title="Everything", operations=operations(), queries=QUERIES
    )


async def show_form(request: Request) -> Response:
    """Show the form of an operation. If the address names a job that tried the operation, also show
    what it would do."""
    operation = _find_operation_or_404(request)
    job = find_job(request, operation.name)
    planned = None
    result: Mapping[str, Any] = {}
    if job is not None and job.dry_run and job.ended:
        planned = job
        result = job.result
    return show_page(
        request,
        "operation.html",
        title=operation.name,
        operation=operation,
        fields=[field for field in fields_of(operation) if not field.argument.hidden],
        values=job.args if job else {},
        planned=planned,
        result=result if operation.is_question else cut_lists(result),
        waiting=find_awaited_job(job),
    )


def cut_lists(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a preview by name, as in `result`, with each long list cut to EXAMPLES
    items. The name of such a list then says its length, as in "articles (20 of 311)"."""
    cut: dict[str, Any] = {}
    for name, value in result.items():
        if isinstance(value, list) and len(value) > EXAMPLES:
            cut[f"{name} ({EXAMPLES} of {len(value)})"] = value[:EXAMPLES]
        else:
            cut[name] = value
    return cut


async def queue_operation(request: Request) -> Response:
    """Queue the operation that the path names, with the arguments in the form. Then go to the page
    that the form names as `next`. If the button "plan" was pressed, or the operation is a question,
    nothing is changed."""
    operation = _find_operation_or_404(request)
    form = form_of(request)
    next_page = keep_local_path(form.text("next")) if "next" in form else request.url.path
    is_dry_run = form.text("then") == "plan" or operation.is_question
    return await queue_form(request, operation.name, next_page, dry_run=is_dry_run)


async def show_settings(request: Request) -> Response:
    """Show the settings in a form. If the address names a job that failed to change them, show the
    values that were entered then, so that the operator can correct them."""
    console = console_of(request)
    job = find_job(request, "change-settings")
    refused_values = {}
    if job is not None and job.status == "failed":
        refused_values = _parse_pairs(job.args["values"])
    settings_path = console.config / SETTINGS_FILE
    data = settings_path.read_bytes() if settings_path.exists() else b""
    return show_page(
        request,
        "settings.html",
        title="Settings",
        sections=SETTINGS,
        explained=_load_setting_schemas(),
        settings={setting.name: setting for setting in list_settings(console.config)},
        written=refused_values,
        stamp=stamp(data),
    )


def _parse_pairs(pairs: Sequence[str]) -> dict[str, str]:
    """Return values by name. `pairs`: texts such as "publish.formats=atom", which gives the name
    "publish.formats" the value "atom"."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        values[name] = value
    return values


@cache
def _load_setting_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON schema (type, description) of each setting that the page shows, by the name
    of the setting, such as "site.url"."""
    path = resources.files("syndicator") / "data" / "schemas" / "syndicator.json"
    tables = json.loads(path.read_text("utf-8"))["definitions"]
    schemas: dict[str, dict[str, Any]] = {}
    for section, names in SETTINGS.items():
        properties = tables[section.capitalize()]["properties"]
        for name in names:
            schemas[f"{section}.{name}"] = properties[name]
    return schemas


async def change_settings(request: Request) -> Response:
    """Queue the change of the settings in the form."""
    form = form_of(request)
    values = [f"{name}={form.text(name)}" for name in _load_setting_schemas() if name in form]
    return await queue_form(request, "change-settings", "/settings", values=values)


async def act_on_several(request: Request) -> Response:
    """Queue an operation for each article or source that was chosen in a list. Then go to the page
    that the form names as `next`. The operation "join" is queued once, for all chosen articles
    together."""
    form = form_of(request)
    operation_name = form.text("act")
    chosen_ids = form.getlist("id")
    next_page = keep_local_path(form.text("next"))
    if operation_name == "join":
        return await queue_form(request, operation_name, next_page, ids=chosen_ids)

    # arguments that are the same for each chosen article or source, as texts "name=value"
    values = []
    if operation_name in EACH:  # the operations that may be queued in this way
        # the first field is the article or source itself
        further_fields = fields_of(operations()[operation_name])[1:]
        for field in further_fields:
            value = form.text(field.name).strip()
            if value:
                values.append(f"{field.name}={value}")
    return await queue_form(
        request, "each", next_page, name=operation_name, subjects=chosen_ids, values=values
    )


def _find_operation_or_404(request: Request) -> Operation:
    """Return the operation that the path names. Raises HTTPException(404) if there is no such
    operation."""
    operation = operations().get(request.path_params["name"])
    if operation is None:
        raise HTTPException(404)
    return operation


async def show_list(request: Request) -> Response:
    """Show a page of the list that the path names. The parameters of the address are filters, by
    name of a field of the items, and the cursor, which says where the page begins. Raises
    HTTPException if there is no such list, or if a parameter is not valid."""
    query = QUERIES.get(request.path_params["name"])
    if query is None:
        raise HTTPException(404)
    parameters = request.query_params
    cursor = parameters.get("cursor", "")
    fields = fields_of(query)
    filters = {field.name: parameters[field.name] for field in fields if parameters.get(field.name)}
    try:
        arguments = parse_arguments(query, filters)
        page = await console_of(request).read_instance(
            lambda instance: query.read(instance, arguments, after=cursor, limit=SHOWN)
        )
    except UsageError as error:
        raise HTTPException(UNREADABLE, str(error)) from error
    next_page_address = ""
    if page.next:
        next_page_address = f"?{urlencode({**filters, 'cursor': page.next})}"
    variables: dict[str, Any] = {
        "query": query,
        "fields": fields,
        "filters": filters,
        "shown": page,
        "more": next_page_address,
    }
    return show_page(request, "list.html", title=query.name, **variables)


async def show_job(request: Request) -> Response:
    """Show the state of a job as a part of a page. A script asks for it again and again until the
    job has ended."""
    console = console_of(request)
    job = find_job_or_404(request)
    if job.status not in ("queued", "running"):
        console.glance.forget_health()  # the job may have changed the data that pages show
    return show_part(request, "strip.html", job=job, undone=console.log.undone())


async def cancel_job(request: Request) -> Response:
    """Cancel the job whose id is in the path. A script gets the state of the job. A browser without
    script goes to the page that the form names as `next`."""
    console = console_of(request)
    job_id = find_job_or_404(request).id
    console.queue.cancel(job_id)
    if request.headers.get("hx-request"):  # sent by a script (htmx)
        job = await console.wait_for_job(job_id, _CANCEL_SECONDS)
        return show_part(request, "strip.html", job=job, undone=set())
    next_page = keep_local_path(form_of(request).text("next"))
    return RedirectResponse(f"{next_page}?job={job_id}", 303)


async def show_changes(request: Request) -> Response:
    """Show the newest changes in the log."""
    log = console_of(request).log
    return show_page(
        request, "changes.html", title="Changes", changes=log.newest(SHOWN), undone=log.undone()
    )


async def show_change(request: Request) -> Response:
    """Show the change in the log whose number is in the path, with the lines that differ in each
    text that it changed. Raises HTTPException(404) if there is no such change."""
    log = console_of(request).log
    number = parse_whole_number(request.path_params["number"], _MOST_CHANGES)
    change = log.get(number)
    if change is None:
        raise HTTPException(404)
    diffs = []  # of each text: a heading and the lines that differ
    for name, (text_before, text_after) in log.read_texts(number).items():
        kind, _, subject = name.partition(":")  # such as "tags" and the id of an article
        heading = f"{kind} of {subject}" if kind in ("tags", "list") else subject
        diffs.append((heading, list_differences(text_before, text_after)))
    return show_page(
        request, "change.html", title=change.said, change=change, diffs=diffs, undone=log.undone()
    )


ROUTES = [
    Route("/operations", show_operations, methods=["GET"]),
    Route("/operations/{name}", show_form, methods=["GET"]),
    Route("/operations/{name}", queue_operation, methods=["POST"]),
    Route("/settings", show_settings, methods=["GET"]),
    Route("/settings", change_settings, methods=["POST"]),
    Route("/each", act_on_several, methods=["POST"]),
    Route("/queries/{name}", show_list, methods=["GET"]),
    Route("/jobs/{id}", show_job, methods=["GET"]),
    Route("/jobs/{id}/cancel", cancel_job, methods=["POST"]),
    Route("/changes", show_changes, methods=["GET"]),
    Route("/changes/{number}", show_change, methods=["GET"]),
]
