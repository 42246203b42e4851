"""Sources: all of them, and one with its rhythm, its visits, what can be said of it, and its newest articles."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.answers import ask, console_of, looked_up, page
from syndicator.console.guard import MOST_PAGES, form_of, whole
from syndicator.console.pages.rhythm import rhythm
from syndicator.console.pages.troubles import trouble
from syndicator.services.showing import lists
from syndicator.services.showing.glance import vocabulary

SHOWN, VISITS = 100, 10
_FIELDS = ("title", "url", "category", "tags", "every", "content", "licence", "keep", "mute")


async def show_all(request: Request) -> Response:
    console, query = console_of(request), request.query_params
    words = query.get("q", "").split()
    number = max(1, whole(query.get("page", ""), MOST_PAGES))

    def read() -> list[lists.SourceRow]:
        with console.glance.place() as place:
            return lists.sources(place, words)

    found = await console.read(read)
    first = (number - 1) * SHOWN
    more = {"q": " ".join(words), "page": number + 1}
    return page(
        request,
        "sources.html",
        title="Sources",
        rows=found[first : first + SHOWN],
        total=len(found),
        q=" ".join(words),
        more=f"/sources?{urlencode(more)}" if len(found) > first + SHOWN else "",
    )


async def show(request: Request) -> Response:
    console, key = console_of(request), request.path_params["key"]
    found = await looked_up(request, lambda place: lists.source(place, key))
    health = found.health
    due = health.state.next_due if health.state else None
    return page(
        request,
        "source.html",
        title=health.source.title or key,
        found=found,
        source=health.source,
        state=health.state,
        visits=health.visits[:VISITS],
        rhythm=rhythm(found.days, found.visits, due, found.now),
        troubles=[trouble(one) for one in health.conditions],
        history=console.log.of(key),
        undone_of=console.log.undone(),
        vocabulary=vocabulary(console.config),
    )


async def save(request: Request) -> Response:
    """What the form says of the source, written into sources.toml."""
    form, key = form_of(request), request.path_params["key"]
    args = {name: form.text(name) for name in _FIELDS if name in form}
    return await ask(request, "change-source", {"key": key, "stamp": form.text("stamp"), **args}, f"/sources/{key}")


ROUTES = [
    Route("/sources", show_all, methods=["GET"]),
    Route("/sources/{key}", show, methods=["GET"]),
    Route("/sources/{key}", save, methods=["POST"]),
]
