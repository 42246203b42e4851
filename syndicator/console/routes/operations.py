"""Any operation as a form, made of its arguments: seen before it is done."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.answers import ask_form, awaited, job_of, page
from syndicator.console.guard import form_of
from syndicator.operations.operation import Operation, fields_of
from syndicator.operations.registry import operations


async def show(request: Request) -> Response:
    """The form, and below it what was planned last."""
    operation, job = _operation(request), job_of(request)
    mine = job if job is not None and job.act == operation.name else None
    return page(
        request,
        "operation.html",
        title=operation.name,
        operation=operation,
        fields=[one for one in fields_of(operation) if not one.argument.hidden],
        values=mine.args if mine else {},
        planned=mine if mine and mine.dry_run and mine.ended else None,
        waiting=awaited(mine),
    )


async def act(request: Request) -> Response:
    """Plan or do it, as the button says."""
    operation, then = _operation(request), form_of(request).text("then")
    is_planned = then != "apply" or operation.is_question
    return await ask_form(request, operation.name, request.url.path, dry_run=is_planned)


def _operation(request: Request) -> Operation:
    if (found := operations().get(request.path_params["name"])) is None:
        raise HTTPException(404)
    return found


ROUTES = [
    Route("/operations/{name}", show, methods=["GET"]),
    Route("/operations/{name}", act, methods=["POST"]),
]
