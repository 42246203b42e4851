"""What pages answer: a page in its frame, or what became of something that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syndicator.console.console import Console
from syndicator.console.guard import session_of
from syndicator.console.templating import render
from syndicator.core.errors import UsageError
from syndicator.services.health.look import Place
from syndicator.services.showing.glance import now

T = TypeVar("T")

_PATIENCE_SECONDS = 0.8  # that a page without a script waits for what it asked for, before it says that it is under way
NAVIGATION = (
    ("/", "Today"),
    ("/add", "Add"),
    ("/articles", "Articles"),
    ("/sources", "Sources"),
    ("/tags", "Tags"),
    ("/changes", "Changes"),
)


def console_of(request: Request) -> Console:
    found: Console = request.app.state.console
    return found


async def looked_up(request: Request, look: Callable[[Place], T]) -> T:
    """What `look` finds of the instance. Raises HTTPException(404) where there is no such thing (UsageError)."""
    console = console_of(request)

    def read() -> T:
        with console.glance.place() as place:
            return look(place)

    try:
        return await console.read(read)
    except UsageError as error:
        raise HTTPException(404) from error


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of the console. `values` are what its template shows besides the frame."""
    console, session = console_of(request), session_of(request)
    job = console.queue.get(request.query_params.get("job", ""))
    shell = {
        "now": now(),
        "token": session.token,
        "who": session.who,
        "site": console.settings.site.title,
        "navigation": NAVIGATION,
        "here": request.url.path,
        "job": job,
        "undone": console.log.undone() if job and job.change else set(),
    }
    return Response(render(template, **(shell | values)), status, media_type="text/html")


def part(request: Request, template: str, **values: Any) -> Response:
    """A part of a page, which a script puts in its place."""
    made = render(template, now=now(), token=session_of(request).token, **values)
    return Response(made, media_type="text/html")


async def ask(request: Request, act: str, args: dict[str, Any], then: str) -> Response:
    """Queues something to be done and says so at once: to a script with the strip that shows what becomes of it, else
    with the page `then`."""
    console = console_of(request)
    job = console.ask(act, args, session_of(request).who)
    if request.headers.get("hx-request"):
        return part(request, "strip.html", job=await console.until(job.id, 0.05), undone=set())
    await console.until(job.id, _PATIENCE_SECONDS)
    return RedirectResponse(f"{then}{'&' if '?' in then else '?'}job={job.id}", 303)


def local(path: str) -> str:
    """A path of the console to go to next; the first page for whatever leads elsewhere."""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isprintable() else "/"
