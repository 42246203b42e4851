"""Add: what is at an address, as it would be published, and one button that follows it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.answers import ask, console_of, page
from syndicator.console.guard import form_of, whole
from syndicator.services.jobs.queue import Job
from syndicator.services.showing.glance import vocabulary

_WISHES = ("category", "tags", "every", "content", "licence")


async def show(request: Request) -> Response:
    """The box; below it what a look found, where there is one."""
    console = console_of(request)
    job = console.queue.get(request.query_params.get("job", ""))
    looked = job if job is not None and job.act == "look" else None
    return page(
        request,
        "add.html",
        title="Add",
        address=str(looked.args.get("address", "")) if looked else "",
        opml=bool(looked and looked.args.get("opml")),
        look=looked.id if looked else "",
        found=looked.result if looked and looked.status == "done" else None,
        waiting=looked.id if looked and not looked.ended else "",
        failed=looked.said if looked and looked.status in ("failed", "cancelled") else "",
        vocabulary=vocabulary(console.config),
    )


async def look(request: Request) -> Response:
    """Asks what is at an address, or in an OPML document."""
    form = form_of(request)
    args = {"address": form.text("address").strip(), "opml": form.text("opml")}
    return await ask(request, "look", args, "/add")


async def add_source(request: Request) -> Response:
    """Follows what was chosen of a look."""
    form, console = form_of(request), console_of(request)
    looked = console.queue.get(form.text("look"))
    args = {"sources": _chosen(looked, form.texts("take")), **{name: form.text(name) for name in _WISHES}}
    return await ask(request, "add", args, "/")


def _chosen(looked: Job | None, taken: list[str]) -> list[object]:
    """The tables of what was chosen, by their places in what a look found."""
    result = looked.result if looked is not None and looked.act == "look" else None
    found = result["candidates"] if isinstance(result, dict) else []
    numbers = (whole(one, len(found) - 1) for one in taken)
    return [found[number]["source"] for number in numbers if number >= 0]


ROUTES = [
    Route("/add", show, methods=["GET"]),
    Route("/add/look", look, methods=["POST"]),
    Route("/add", add_source, methods=["POST"]),
]
