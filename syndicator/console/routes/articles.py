"""Articles: a list to look through, unsure ones first, with tags and categories to correct in place."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.answers import console_of, page
from syndicator.console.guard import MOST_PAGES, whole
from syndicator.services.showing import lists
from syndicator.services.showing.glance import vocabulary
from syndicator.services.showing.lists import FILTERS, Filter, Wanted

SHOWN = 30
_LABELS = {
    "unsure": "Unsure",
    "all": "All",
    "untagged": "No tags",
    "partial": "Partial",
    "hold": "On hold",
    "merged": "Copies",
}


async def show(request: Request) -> Response:
    console, query = console_of(request), request.query_params
    words, source = query.get("q", "").split(), query.get("source", "")
    chosen = query.get("filter", "all" if words or source else "unsure")
    filter: Filter = next((one for one in FILTERS if one == chosen), "unsure")
    number = max(1, whole(query.get("page", ""), MOST_PAGES))
    wanted = Wanted(
        filter=filter,
        source=source,
        words=words,
        none=console.settings.describe.uncategorised,
        skip=(number - 1) * SHOWN,
        most=SHOWN + 1,
    )

    def read() -> list[lists.Item]:
        with console.glance.place() as place:
            return lists.articles(place, wanted)

    found = await console.read(read)
    kept = {"q": " ".join(words), "source": source}
    return page(
        request,
        "articles.html",
        title="Articles",
        items=found[:SHOWN],
        filters=[(name, label, _address(kept, filter=name)) for name, label in _LABELS.items()],
        filter=filter,
        q=" ".join(words),
        source=source,
        here_again=_address(kept, filter=filter, page=number),
        earlier=_address(kept, filter=filter, page=number + 1) if len(found) > SHOWN else "",
        later=_address(kept, filter=filter, page=number - 1) if number > 1 else "",
        vocabulary=vocabulary(console.config),
    )


def _address(kept: dict[str, str], **more: object) -> str:
    return "/articles?" + urlencode({name: value for name, value in {**kept, **more}.items() if value})


ROUTES = [Route("/articles", show, methods=["GET"])]
