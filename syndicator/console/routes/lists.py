"""The list of a page without a feed: its page to point at, the lists that hold what somebody pointed to, and one of
them followed, or used in place of the one that was learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syndicator.console.answers import ask, console_of, page, part
from syndicator.console.framing import framed
from syndicator.console.guard import MOST_ELEMENTS, UNREADABLE, form_of, whole
from syndicator.core.errors import WorkerFailed
from syndicator.pipeline import jobs
from syndicator.services.jobs.queue import Job
from syndicator.services.jobs.task import packed_list

if TYPE_CHECKING:
    from syndicator.reading.lists.pointed import PointedList

SHOWN = 30  # items of a list
_ACTS = ("look", "fetch-list")  # of which a page is kept
_LONGEST_TITLE = 200


async def show(request: Request) -> Response:
    """The page, once it is here."""
    job = _job(request, request.query_params.get("job", ""))
    kept = console_of(request).queue.page(job.id)
    return page(
        request,
        "lists.html",
        title="Point to a list",
        about=job,
        key=_key(job),
        address=kept[1] if kept else "",
        kept=kept is not None,
        waiting="" if job.ended else job.id,
        failed=job.said if job.status in ("failed", "cancelled") else "",
    )


async def fetch(request: Request) -> Response:
    """Asks for the page of a source that follows a list."""
    return await ask(request, "fetch-list", {"key": request.path_params["key"]}, "/lists")


async def shown(request: Request) -> Response:
    """The page for the frame, which has an origin of its own and no network."""
    return await framed(request, _page(request))


async def point(request: Request) -> Response:
    """The lists that hold what somebody pointed to, with what of their items would be published."""
    found = await _pointed(request)
    job = _job(request, request.path_params["id"])
    number = form_of(request).text("number")
    return part(request, "listed.html", found=found, job_id=job.id, key=_key(job), number=number, most=SHOWN)


async def use(request: Request) -> Response:
    """Follows the list that somebody chose, or has its source read that one."""
    job, found = _job(request, request.path_params["id"]), await _pointed(request)
    choice = whole(form_of(request).text("choice"), len(found) - 1) if found else -1
    if choice < 0:
        return PlainTextResponse("Not found.\n", 404)
    args: dict[str, Any] = {"wrapper": packed_list(found[choice].wrapper)}
    if key := _key(job):
        return await ask(request, "use-list", args | {"key": key}, f"/sources/{key}")
    return await ask(request, "follow-list", args | {"sources": [_source(job)]}, "/")


async def _pointed(request: Request) -> tuple[PointedList, ...]:
    """The lists that hold the element whose number a form brings: it comes from a stranger's page, so it is a number of
    an element or nothing."""
    kept, number = _page(request), whole(form_of(request).text("number"), MOST_ELEMENTS)
    if number < 0:
        raise HTTPException(404)
    html, url, headers = kept
    try:
        return await console_of(request).worker.call(jobs.pointed, html, url, number, headers)
    except WorkerFailed as error:
        raise HTTPException(UNREADABLE, f"That took too long: {error}") from error


def _job(request: Request, id: str) -> Job:
    job = console_of(request).queue.get(id)
    if job is None or job.act not in _ACTS:
        raise HTTPException(404)
    return job


def _page(request: Request) -> tuple[bytes, str, dict[str, str]]:
    found = console_of(request).queue.page(_job(request, request.path_params["id"]).id)
    if found is None:
        raise HTTPException(404)
    return found


def _key(job: Job) -> str:
    """The source whose page it is, "" for one that is not followed yet."""
    return str(job.args.get("key", "")) if job.act == "fetch-list" else ""


def _source(job: Job) -> dict[str, str]:
    """The table of a source that follows the page of a look, by the name that the look found for it."""
    found = job.result if isinstance(job.result, dict) else {}
    title = next((str(one.get("title", "")) for one in found.get("candidates", ())), "")[:_LONGEST_TITLE].strip()
    return {"url": str(found.get("page", "")), "kind": "list", **({"title": title} if title else {})}


ROUTES = [
    Route("/lists", show, methods=["GET"]),
    Route("/lists/{id}", use, methods=["POST"]),
    Route("/lists/{id}/page", shown, methods=["GET"]),
    Route("/lists/{id}/point", point, methods=["POST"]),
    Route("/sources/{key}/list", fetch, methods=["POST"]),
]
