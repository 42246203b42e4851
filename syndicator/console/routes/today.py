"""Today: how all is in a sentence, what needs the operator with its cure as a button, and the newest articles."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.answers import console_of, page
from syndicator.console.pages import number_line, sentence, troubles
from syndicator.services.places import published

SHOWN, HELD = 10, 10  # articles: the newest, and of those on hold
_LONGEST_NAME = 200  # characters of the name of a picture
_behind_pages: set[asyncio.Task[None]] = set()


async def show(request: Request) -> Response:
    console = console_of(request)
    today = await console.read(lambda: console.glance.today(SHOWN))
    fault = await console.read(console.glance.configuration_fault)
    need, know = troubles(today.health)
    task = asyncio.create_task(console.renew())
    _behind_pages.add(task)  # a task that nobody holds may be collected
    task.add_done_callback(_behind_pages.discard)
    return page(
        request,
        "today.html",
        title="Today",
        sentence=sentence(today.health),
        numbers=number_line(today.health),
        fault=fault,
        dropped=console.glance.dropped_settings(),
        need=need,
        know=know,
        held=today.on_hold[:HELD],
        held_count=len(today.on_hold),
        latest=today.latest,
        vocabulary=today.vocabulary,
        empty=not (today.health.fine or today.health.unvisited or today.health.conditions),
    )


async def picture(request: Request) -> Response:
    """A thumbnail of the published files, by the name that a page shows."""
    name = request.path_params["name"]
    is_name = name.isprintable() and len(name) <= _LONGEST_NAME and Path(name).suffix == ".webp"
    data = published(console_of(request).settings, name) if is_name else None
    if data is None:
        raise HTTPException(404)
    return Response(data, media_type="image/webp", headers={"cache-control": "private, max-age=86400"})


ROUTES = [Route("/", show, methods=["GET"]), Route("/pictures/{name:path}", picture, methods=["GET"])]
