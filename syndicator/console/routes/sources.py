"""Show the pages of sources: all, one, adding one, selecting the list on a page."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console import responses
from syndicator.console.guard import MOST_ELEMENTS, MOST_PAGES, form_of, whole
from syndicator.console.responses import (
    ask_form,
    awaited,
    console_of,
    job_of,
    label,
    looked_up,
    page,
    part,
    trouble,
)
from syndicator.filing import worker_functions
from syndicator.operations.changes.texts import packed_list
from syndicator.operations.jobs.queue import Job
from syndicator.showing import lists
from syndicator.showing.choices import list_choices

if TYPE_CHECKING:
    from syndicator.reading.lists.learn import PointedList


SOURCE_SHOWN = 100
_CHOICES = (("sort", lists.SORTS, "health"), ("only", lists.STATES, "all"))
SHOWN = 30  # items of a list
_ACTS = ("look", "fetch-list")  # operations that keep a page
_LONGEST_TITLE = 200


async def show_all(request: Request) -> Response:
    """Show the table of sources."""
    console = console_of(request)
    query = request.query_params
    words = query.get("q", "").split()
    number = max(1, whole(query.get("page", ""), MOST_PAGES))
    sort, only = (_choose(query.get(name, ""), names, default) for name, names, default in _CHOICES)
    await console.see_work()
    lines = await console.read(lambda: console.glance.lines(words))
    matching = sorted(filter(lists.STATES[only], lines), key=lists.SORTS[sort])
    first = (number - 1) * SOURCE_SHOWN
    has_more = len(matching) > first + SOURCE_SHOWN

    def make_address(**more: object) -> str:
        parameters = {"q": " ".join(words), "sort": sort, "only": only, **more}
        given = {name: value for name, value in parameters.items() if value}
        return f"/sources?{urlencode(given)}"

    return page(
        request,
        "sources.html",
        title="Sources",
        rows=matching[first : first + SOURCE_SHOWN],
        choices=await console.look(list_choices),
        total=len(matching),
        q=" ".join(words),
        here_again=make_address(page=number),
        sort=sort,
        sorts={name: make_address(sort=name) for name in lists.SORTS},
        filters=[
            (name, label(name), make_address(only=name), sum(map(accepts, lines)))
            for name, accepts in lists.STATES.items()
        ],
        only=only,
        more=make_address(page=number + 1) if has_more else "",
    )


def _choose(text: str, names: Collection[str], default: str) -> str:
    return text if text in names else default


async def show_source(request: Request) -> Response:
    console = console_of(request)
    key = request.path_params["key"]
    shown = await looked_up(request, lambda place: lists.source(place, key))
    health = shown.health
    await console.see_work()
    return page(
        request,
        "source.html",
        title=lists.name_of(health.source, health.state),
        found=shown,
        choices=await console.look(list_choices),
        work=console.glance.work.get(key, lists.Work()),
        troubles=[trouble(condition) for condition in health.conditions],
        history=console.log.of(key),
        undone_of=console.log.undone(),
    )


async def show(request: Request) -> Response:
    job = _job(request)
    page_file = console_of(request).queue.page(job.id)
    return page(
        request,
        "lists.html",
        title="Point to a list",
        about=job,
        key=_key(job),
        address=page_file[1] if page_file else "",
        kept=page_file is not None,
        waiting=awaited(job),
        failed=job.said if job.status in ("failed", "cancelled") else "",
    )


async def shown(request: Request) -> Response:
    return await responses.framed(request, _page(request))


async def point(request: Request) -> Response:
    """Show the lists that contain the element pointed at, with the items that would be
    published."""
    pointed = await _pointed(request)
    job = _job(request)
    number = form_of(request).text("number")
    return part(
        request,
        "listed.html",
        found=pointed,
        job_id=job.id,
        key=_key(job),
        number=number,
        most=SHOWN,
    )


async def use(request: Request) -> Response:
    """Add a source for the chosen list, or make its existing source use it."""
    job = _job(request)
    pointed = await _pointed(request)
    choice = whole(form_of(request).text("choice"), len(pointed) - 1) if pointed else -1
    if choice < 0:
        raise HTTPException(404)
    wrapper = packed_list(pointed[choice].wrapper)
    if key := _key(job):
        return await ask_form(request, "use-list", f"/sources/{key}", key=key, wrapper=wrapper)
    result = job.result if isinstance(job.result, dict) else {}
    titles = (str(candidate.get("title", "")) for candidate in result.get("candidates", ()))
    source: dict[str, Any] = {
        "url": str(result.get("page", "")),
        "title": next(titles, "")[:_LONGEST_TITLE].strip(),
    }
    return await ask_form(request, "follow-list", "/", wrapper=wrapper, **source)


async def _pointed(request: Request) -> "tuple[PointedList, ...]":
    """Return the lists that contain the element with the form's number."""
    (html, url, headers), number = (
        _page(request),
        whole(form_of(request).text("number"), MOST_ELEMENTS),
    )
    if number < 0:
        raise HTTPException(404)
    return await responses.worked(request, worker_functions.pointed, html, url, number, headers)


def _job(request: Request) -> Job:
    job_id = request.path_params.get("id") or request.query_params.get("job", "")
    job = console_of(request).queue.get(job_id)
    if job is None or job.act not in _ACTS:
        raise HTTPException(404)
    return job


def _page(request: Request) -> tuple[bytes, str, dict[str, str]]:
    if (page_file := console_of(request).queue.page(_job(request).id)) is None:
        raise HTTPException(404)
    return page_file


def _key(job: Job) -> str:
    return str(job.args.get("key", "")) if job.act == "fetch-list" else ""


async def show_add(request: Request) -> Response:
    """Show the form for a new source, and what the last look at an address found."""
    job = job_of(request, "look")
    choices = await console_of(request).look(list_choices)
    variables: dict[str, Any] = {
        "address": "",
        "allow": "",
        "look": "",
        "found": None,
        "failed": "",
    }
    if job is not None:
        variables["address"] = str(job.args.get("address", ""))
        variables["allow"] = ", ".join(job.args.get("allow", ()))
        variables["look"] = job.id
        variables["found"] = job.result if job.status == "done" else None
        variables["failed"] = job.said if job.status in ("failed", "cancelled") else ""
    return page(
        request, "add.html", title="Add", choices=choices, waiting=awaited(job), **variables
    )


async def add_source(request: Request) -> Response:
    form = form_of(request)
    looked = console_of(request).queue.get(form.text("look"))
    result = looked.result if looked is not None and looked.act == "look" else None
    candidates = result["candidates"] if isinstance(result, dict) else []
    numbers = (whole(text, len(candidates) - 1) for text in form.getlist("take"))
    chosen = [candidates[number]["source"] for number in numbers if number >= 0]
    return await ask_form(request, "add", "/", sources=chosen)


ROUTES = [
    Route("/sources", show_all, methods=["GET"]),
    Route("/sources/{key}", show_source, methods=["GET"]),
    Route("/lists", show, methods=["GET"]),
    Route("/lists/{id}", use, methods=["POST"]),
    Route("/lists/{id}/page", shown, methods=["GET"]),
    Route("/lists/{id}/point", point, methods=["POST"]),
    Route("/add", show_add, methods=["GET"]),
    Route("/add", add_source, methods=["POST"]),
]
