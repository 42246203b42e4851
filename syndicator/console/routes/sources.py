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
_USUAL_SORT = "health"
_ALL_STATES = "all"
SHOWN = 30  # items of a list
_ACTS = ("look", "fetch-list")  # operations that keep a page
_LONGEST_TITLE = 200


async def show_all(request: Request) -> Response:
    """Show the table of sources."""
    console = console_of(request)
    query = request.query_params
    words = query.get("q", "").split()
    search = " ".join(words)
    number = max(1, whole(query.get("page", ""), MOST_PAGES))
    sort = _choose(query.get("sort", ""), lists.SORTS, _USUAL_SORT)
    state = _choose(query.get("only", ""), lists.STATES, _ALL_STATES)
    await console.see_work()
    lines = await console.read(lambda: console.glance.lines(words))
    is_matching = lists.STATES[state]
    matching = sorted(filter(is_matching, lines), key=lists.SORTS[sort])
    start = (number - 1) * SOURCE_SHOWN
    end = start + SOURCE_SHOWN

    def make_address(**more: object) -> str:
        parameters = {"q": search, "sort": sort, "only": state, **more}
        given = {name: value for name, value in parameters.items() if value}
        return f"/sources?{urlencode(given)}"

    filters = []
    for name, accepts in lists.STATES.items():
        count = sum(map(accepts, lines))
        filters.append((name, label(name), make_address(only=name), count))
    return page(
        request,
        "sources.html",
        title="Sources",
        rows=matching[start:end],
        choices=await console.look(list_choices),
        total=len(matching),
        q=search,
        here_again=make_address(page=number),
        sort=sort,
        sorts={name: make_address(sort=name) for name in lists.SORTS},
        filters=filters,
        only=state,
        more=make_address(page=number + 1) if len(matching) > end else "",
    )


def _choose(text: str, names: Collection[str], default: str) -> str:
    return text if text in names else default


async def show_source(request: Request) -> Response:
    """Show the page of a source."""
    console = console_of(request)
    key = request.path_params["key"]
    source_page = await looked_up(request, lambda place: lists.read_source_page(place, key))
    health = source_page.health
    await console.see_work()
    return page(
        request,
        "source.html",
        title=lists.name_source(health.source, health.state),
        found=source_page,
        choices=await console.look(list_choices),
        work=console.glance.work.get(key, lists.Work()),
        troubles=[trouble(condition) for condition in health.conditions],
        history=console.log.of(key),
        undone_of=console.log.undone(),
    )


async def show(request: Request) -> Response:
    """Show the page on which an operator points to a list on a fetched page."""
    job = _job(request)
    fetched_page = console_of(request).queue.page(job.id)
    address = ""
    if fetched_page is not None:
        _, address, _ = fetched_page
    return page(
        request,
        "lists.html",
        title="Point to a list",
        about=job,
        key=_key(job),
        address=address,
        kept=fetched_page is not None,
        waiting=awaited(job),
        failed=_describe_failure(job),
    )


def _describe_failure(job: Job) -> str:
    return job.said if job.status in ("failed", "cancelled") else ""


async def shown(request: Request) -> Response:
    """Show a fetched page, in a frame, with its elements numbered."""
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
    if not pointed:
        raise HTTPException(404)
    choice = whole(form_of(request).text("choice"), len(pointed) - 1)
    if choice < 0:
        raise HTTPException(404)
    wrapper = packed_list(pointed[choice].wrapper)
    key = _key(job)
    if key:
        return await ask_form(request, "use-list", f"/sources/{key}", key=key, wrapper=wrapper)
    result = job.result if isinstance(job.result, dict) else {}
    titles = [str(candidate.get("title", "")) for candidate in result.get("candidates", ())]
    title = titles[0][:_LONGEST_TITLE].strip() if titles else ""
    url = str(result.get("page", ""))
    return await ask_form(request, "follow-list", "/", wrapper=wrapper, url=url, title=title)


async def _pointed(request: Request) -> "tuple[PointedList, ...]":
    """Return the lists that contain the element with the form's number."""
    html, url, headers = _page(request)
    number = whole(form_of(request).text("number"), MOST_ELEMENTS)
    if number < 0:
        raise HTTPException(404)
    return await responses.worked(request, worker_functions.pointed, html, url, number, headers)


def _job(request: Request) -> Job:
    """Return the job that fetched a page, which path or query names. Raises HTTPException(404)."""
    job_id = request.path_params.get("id") or request.query_params.get("job", "")
    job = console_of(request).queue.get(job_id)
    if job is None or job.act not in _ACTS:
        raise HTTPException(404)
    return job


def _page(request: Request) -> tuple[bytes, str, dict[str, str]]:
    """Return a fetched page: bytes, address, headers. Raises HTTPException(404)."""
    fetched_page = console_of(request).queue.page(_job(request).id)
    if fetched_page is None:
        raise HTTPException(404)
    return fetched_page


def _key(job: Job) -> str:
    """Return the key of the source for which a page was fetched, "" for a new source."""
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
        variables = {
            "address": str(job.args.get("address", "")),
            "allow": ", ".join(job.args.get("allow", ())),
            "look": job.id,
            "found": job.result if job.status == "done" else None,
            "failed": _describe_failure(job),
        }
    return page(
        request, "add.html", title="Add", choices=choices, waiting=awaited(job), **variables
    )


async def add_source(request: Request) -> Response:
    """Add the candidates that were chosen among those of a look at an address."""
    form = form_of(request)
    job = console_of(request).queue.get(form.text("look"))
    candidates = []
    if job is not None and job.act == "look" and isinstance(job.result, dict):
        candidates = job.result["candidates"]
    sources = []
    for text in form.getlist("take"):
        number = whole(text, len(candidates) - 1)
        if number >= 0:
            sources.append(candidates[number]["source"])
    return await ask_form(request, "add", "/", sources=sources)


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
