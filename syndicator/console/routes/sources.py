"""Show the pages of sources: the table, one source, adding sources, pointing at the list on a
page."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console import responses
from syndicator.console.guard import MOST_ELEMENTS, MOST_PAGES, form_of, parse_whole_number
from syndicator.console.responses import (
    console_of,
    describe_trouble,
    find_awaited_job,
    find_job,
    label,
    queue_form,
    read_or_404,
    show_page,
    show_part,
)
from syndicator.filing import worker_functions
from syndicator.operations.changes.texts import pack_list
from syndicator.operations.jobs.queue import Job
from syndicator.showing import lists
from syndicator.showing.choices import list_choices

if TYPE_CHECKING:
    from syndicator.reading.lists.learn import PointedList


SOURCE_SHOWN = 100  # sources of a page of the table
_USUAL_SORT = "health"
_ALL_STATES = "all"
SHOWN = 30  # items of a list
_PAGE_OPERATIONS = ("look", "fetch-list")  # operations that keep a page
_LONGEST_TITLE = 200  # characters


async def show_all(request: Request) -> Response:
    """Show a page of the table of sources. The query of the address names the words that a source
    must have, its state, the order, and the number of the page."""
    console = console_of(request)
    query = request.query_params
    words = query.get("q", "").split()
    search = " ".join(words)
    page_number = max(1, parse_whole_number(query.get("page", ""), MOST_PAGES))
    sort = _choose_name(query.get("sort", ""), lists.SORTS, _USUAL_SORT)
    state = _choose_name(query.get("only", ""), lists.STATES, _ALL_STATES)
    await console.renew_work()
    lines = await console.call_in_database_thread(lambda: console.glance.lines(words))
    is_matching = lists.STATES[state]
    matching = sorted(filter(is_matching, lines), key=lists.SORTS[sort])
    start = (page_number - 1) * SOURCE_SHOWN
    end = start + SOURCE_SHOWN
    has_next_page = len(matching) > end

    def make_address(**more: object) -> str:
        parameters = {"q": search, "sort": sort, "only": state, **more}
        given = {name: value for name, value in parameters.items() if value}
        return f"/sources?{urlencode(given)}"

    filters = []
    for name, accepts in lists.STATES.items():
        count = sum(map(accepts, lines))
        filters.append((name, label(name), make_address(only=name), count))
    return show_page(
        request,
        "sources.html",
        title="Sources",
        rows=matching[start:end],
        choices=await console.read_instance(list_choices),
        total=len(matching),
        q=search,
        here_again=make_address(page=page_number),
        sort=sort,
        sorts={name: make_address(sort=name) for name in lists.SORTS},
        filters=filters,
        only=state,
        more=make_address(page=page_number + 1) if has_next_page else "",
    )


def _choose_name(text: str, names: Collection[str], default: str) -> str:
    """Return `text` if it is one of `names`, else `default`."""
    return text if text in names else default


async def show_source(request: Request) -> Response:
    """Show the page of a source."""
    console = console_of(request)
    key = request.path_params["key"]
    source_page = await read_or_404(request, lambda instance: lists.read_source_page(instance, key))
    health = source_page.health
    await console.renew_work()
    return show_page(
        request,
        "source.html",
        title=lists.name_source(health.source, health.state),
        found=source_page,
        choices=await console.read_instance(list_choices),
        work=console.glance.work.get(key, lists.Work()),
        troubles=[describe_trouble(condition) for condition in health.conditions],
        history=console.log.of(key),
        undone_of=console.log.undone(),
    )


async def show(request: Request) -> Response:
    """Show the page on which an operator points at a list on a fetched page."""
    job = _find_page_job_or_404(request)
    fetched_page = console_of(request).queue.page(job.id)
    address = ""
    if fetched_page is not None:
        _, address, _ = fetched_page
    return show_page(
        request,
        "lists.html",
        title="Point to a list",
        about=job,
        key=_find_source_key(job),
        address=address,
        kept=fetched_page is not None,
        waiting=find_awaited_job(job),
        failed=_describe_failure(job),
    )


def _describe_failure(job: Job) -> str:
    """Return why a job failed or was cancelled; "" if it was not."""
    return job.said if job.status in ("failed", "cancelled") else ""


async def shown(request: Request) -> Response:
    """Show the fetched page in a frame. Its elements have numbers, so that a script can say which
    one was clicked."""
    return await responses.show_in_frame(request, _read_fetched_page_or_404(request))


async def point(request: Request) -> Response:
    """Show the lists that contain the element that was clicked, with the items that would be
    published."""
    pointed = await _find_pointed_lists(request)
    job = _find_page_job_or_404(request)
    number = form_of(request).text("number")
    return show_part(
        request,
        "listed.html",
        found=pointed,
        job_id=job.id,
        key=_find_source_key(job),
        number=number,
        most=SHOWN,
    )


async def use(request: Request) -> Response:
    """Follow the list that the form chooses. If the page was fetched for a source, that source
    follows the list; otherwise a new source is made."""
    job = _find_page_job_or_404(request)
    pointed = await _find_pointed_lists(request)
    if not pointed:
        raise HTTPException(404)
    choice = parse_whole_number(form_of(request).text("choice"), len(pointed) - 1)
    if choice < 0:
        raise HTTPException(404)
    wrapper = pack_list(pointed[choice].wrapper)
    key = _find_source_key(job)
    if key:
        return await queue_form(request, "use-list", f"/sources/{key}", key=key, wrapper=wrapper)
    result = job.result if isinstance(job.result, dict) else {}
    titles = [str(candidate.get("title", "")) for candidate in result.get("candidates", ())]
    title = titles[0][:_LONGEST_TITLE].strip() if titles else ""
    url = str(result.get("page", ""))
    return await queue_form(request, "follow-list", "/", wrapper=wrapper, url=url, title=title)


async def _find_pointed_lists(request: Request) -> "tuple[PointedList, ...]":
    """Return the lists on the fetched page that contain the element whose number is in the form.
    Raises HTTPException(404) if the number is not valid or the page is no longer kept."""
    html, url, headers = _read_fetched_page_or_404(request)
    number = parse_whole_number(form_of(request).text("number"), MOST_ELEMENTS)
    if number < 0:
        raise HTTPException(404)
    return await responses.call_worker(
        request, worker_functions.find_pointed_lists, html, url, number, headers
    )


def _find_page_job_or_404(request: Request) -> Job:
    """Return the job that fetched the page; the path or the query of the address names it. Raises
    HTTPException(404) if there is no such job."""
    job_id = request.path_params.get("id") or request.query_params.get("job", "")
    job = console_of(request).queue.get(job_id)
    if job is None or job.act not in _PAGE_OPERATIONS:
        raise HTTPException(404)
    return job


def _read_fetched_page_or_404(request: Request) -> tuple[bytes, str, dict[str, str]]:
    """Return the fetched page as (bytes, address, headers). Raises HTTPException(404) if it is no
    longer kept."""
    fetched_page = console_of(request).queue.page(_find_page_job_or_404(request).id)
    if fetched_page is None:
        raise HTTPException(404)
    return fetched_page


def _find_source_key(job: Job) -> str:
    """Return the key of the source for which a job fetched the page; "" if it is for a new
    source."""
    return str(job.args.get("key", "")) if job.act == "fetch-list" else ""


async def show_add(request: Request) -> Response:
    """Show the form that adds sources. It has what was found at the address that was entered
    last."""
    job = find_job(request, "look")
    choices = await console_of(request).read_instance(list_choices)
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
    return show_page(
        request,
        "add.html",
        title="Add",
        choices=choices,
        waiting=find_awaited_job(job),
        **variables,
    )


async def add_source(request: Request) -> Response:
    """Queue the addition of the feeds that were chosen among those found at an address."""
    form = form_of(request)
    job = console_of(request).queue.get(form.text("look"))
    candidates = []
    if job is not None and job.act == "look" and isinstance(job.result, dict):
        candidates = job.result["candidates"]
    sources = []
    for text in form.getlist("take"):
        number = parse_whole_number(text, len(candidates) - 1)
        if number >= 0:
            sources.append(candidates[number]["source"])
    return await queue_form(request, "add", "/", sources=sources)


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
