"""Job status (HTML strip, events, cancel) and the log of changes with undo."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from syndicator.console.answers import console_of, local, need_job, page, part
from syndicator.console.console import Console
from syndicator.console.guard import form_of, whole
from syndicator.console.pages import of_texts

_STEP_SECONDS, _MOST_SECONDS = 0.25, 3600.0


async def strip(request: Request) -> Response:
    """The strip of a job as it is now."""
    console, job = console_of(request), need_job(request)
    console.glance.changed()
    return part(request, "strip.html", job=job, undone=console.log.undone())


async def events(request: Request) -> Response:
    """How a job goes, as server-sent events."""
    return StreamingResponse(_events(console_of(request), need_job(request).id), media_type="text/event-stream")


async def _events(console: Console, id: str) -> AsyncIterator[bytes]:
    last = ""
    for _ in range(int(_MOST_SECONDS / _STEP_SECONDS)):
        if (job := console.queue.get(id)) is None:
            return
        told = json.dumps({"status": job.status, "done": job.done, "total": job.total, "ended": job.ended})
        if told != last:
            last = told
            yield f"data: {told}\n\n".encode()
        if job.ended:
            console.glance.changed()
            return
        await asyncio.sleep(_STEP_SECONDS)


async def cancel(request: Request) -> Response:
    console, id = console_of(request), need_job(request).id
    console.queue.cancel(id)
    if request.headers.get("hx-request"):
        return part(request, "strip.html", job=await console.until(id, 0.5), undone=set())
    return RedirectResponse(f"{local(form_of(request).text('next'))}?job={id}", 303)


SHOWN = 100
_MOST_CHANGES = 1_000_000_000


async def show(request: Request) -> Response:
    log = console_of(request).log
    return page(request, "changes.html", title="Changes", changes=log.newest(SHOWN), undone=log.undone())


async def one(request: Request) -> Response:
    """One change, with what it did to each file."""
    log, number = console_of(request).log, whole(request.path_params["number"], _MOST_CHANGES)
    if (change := log.get(number)) is None:
        raise HTTPException(404)
    diffs = [(_named(name), of_texts(*texts)) for name, texts in log.files(number).items()]
    return page(request, "change.html", title=change.said, change=change, diffs=diffs, undone=log.undone())


def _named(name: str) -> str:
    kind, _, what = name.partition(":")
    return f"{kind} of {what}" if kind in ("tags", "list") else what


ROUTES = [
    Route("/jobs/{id}", strip, methods=["GET"]),
    Route("/jobs/{id}/events", events, methods=["GET"]),
    Route("/jobs/{id}/cancel", cancel, methods=["POST"]),
    Route("/changes", show, methods=["GET"]),
    Route("/changes/{number}", one, methods=["GET"]),
]
