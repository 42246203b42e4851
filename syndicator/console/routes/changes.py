"""Changes: who did what, when, with what was before; each can be taken back."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.answers import console_of, page
from syndicator.console.guard import whole
from syndicator.console.pages.differences import of_texts

SHOWN = 100
_MOST_CHANGES = 1_000_000_000


async def show(request: Request) -> Response:
    log = console_of(request).log
    return page(request, "changes.html", title="Changes", changes=log.newest(SHOWN), undone=log.undone())


async def one(request: Request) -> Response:
    """One change, with what it did to each file."""
    log, number = console_of(request).log, whole(request.path_params["number"], _MOST_CHANGES)
    change = log.get(number)
    if change is None:
        raise HTTPException(404)
    diffs = [(_named(name), of_texts(*texts)) for name, texts in log.files(number).items()]
    return page(request, "change.html", title=change.said, change=change, diffs=diffs, undone=log.undone())


def _named(name: str) -> str:
    """What a change touched, as a person calls it. Pure."""
    kind, _, what = name.partition(":")
    return f"{kind} of {what}" if kind in ("tags", "list") else what


ROUTES = [
    Route("/changes", show, methods=["GET"]),
    Route("/changes/{number}", one, methods=["GET"]),
]
