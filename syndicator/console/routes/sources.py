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


async def show_sources(request: Request) -> Response:
    """Show a page of the table of sources. The parameters of the address are words that a source
    must have (`q`), its state (`only`), the order (`sort`), and the number of the page."""
    console = console_of(request)
    parameters = request.query_params
    words = parameters.get("q", "").split()
    search = " ".join(words)
    page_number = max(1, parse_whole_number(parameters.get("page", ""), MOST_PAGES))
    sort = _choose_name(parameters.get("sort", ""), lists.SORTS, _USUAL_SORT)
    state = _choose_name(parameters.get("only", ""), lists.STATES, _ALL_STATES)

    # all rows that have the words, then those of the chosen state, then those of the page
    await console.renew_work()
    lines = await console.call_in_database_thread(lambda: console.glance.list_source_lines(words))
    has_state = lists.STATES[state]
    matching = sorted(filter(has_state, lines), key=lists.SORTS[sort])
    start = (page_number - 1) * SOURCE_SHOWN
    end = start + SOURCE_SHOWN
    has_next_page = len(matching) > end

    def make_address(**changed: object) -> str:
        """Return the address of this table with some parameters changed."""
        values = {"q": search, "sort": sort, "only": state, **changed}
        given = {name: value for name, value in values.items() if value}
        return f"/sources?{urlencode(given)}"

    # of each state: its name, label, address and number of sources
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
    """Show the page of the source whose key is in the path. Raises HTTPException(404) if there is
    no such source."""
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
        history=console.log.list_changes_of(key),
        undone_of=console.log.undone(),
    )


async def show_list_page(request: Request) -> Response:
    """Show the page on which the operator points at a list of articles on a fetched page. A job has
    fetched that page; the address has the id of the job."""
    job = _find_page_job_or_404(request)
    fetched_page = console_of(request).queue.page(job.id)
    address = ""
    if fetched_page is not None:
        _, address, _ = fetched_page  # without its HTML and its headers
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


async def show_fetched_page(request: Request) -> Response:
    """Show the fetched page in a frame. Its elements have numbers, so that a script can say which
    one was clicked."""
    return await responses.show_in_frame(request, _read_fetched_page_or_404(request))


async def show_pointed_lists(request: Request) -> Response:
    """Show the lists of the fetched page that contain the element that was clicked, with their
    items, which would be published."""
    pointed_lists = await _find_pointed_lists(request)
    job = _find_page_job_or_404(request)
    element_number = form_of(request).text("number")
    return show_part(
        request,
        "listed.html",
        found=pointed_lists,
        job_id=job.id,
        key=_find_source_key(job),
        number=element_number,
        most=SHOWN,
    )


async def follow_chosen_list(request: Request) -> Response:
    """Queue the operation that follows the list which the operator chose in the form. If the page
    was fetched for a source, this source follows the list; otherwise a new source is made."""
    job = _find_page_job_or_404(request)
    pointed_lists = await _find_pointed_lists(request)
    if not pointed_lists:
        raise HTTPException(404)
    choice = parse_whole_number(form_of(request).text("choice"), len(pointed_lists) - 1)
    if choice < 0:
        raise HTTPException(404)
    wrapper = pack_list(pointed_lists[choice].wrapper)  # says how to find the items of the list

    source_key = _find_source_key(job)
    if source_key:
        return await queue_form(
            request, "use-list", f"/sources/{source_key}", key=source_key, wrapper=wrapper
        )

    # a new source, with the address and the title that the job found
    result = job.result if isinstance(job.result, dict) else {}
    titles = [str(candidate.get("title", "")) for candidate in result.get("candidates", ())]
    title = titles[0][:_LONGEST_TITLE].strip() if titles else ""
    url = str(result.get("page", ""))
    return await queue_form(request, "follow-list", "/", wrapper=wrapper, url=url, title=title)


async def _find_pointed_lists(request: Request) -> "tuple[PointedList, ...]":
    """Return the lists on the fetched page that contain the element that was clicked, whose number
    is in the form. Raises HTTPException(404) if the number is not valid, or if the page is no
    longer kept."""
    html, url, headers = _read_fetched_page_or_404(request)
    number = parse_whole_number(form_of(request).text("number"), MOST_ELEMENTS)
    if number < 0:
        raise HTTPException(404)
    return await responses.call_worker(
        request, worker_functions.find_pointed_lists, html, url, number, headers
    )


def _find_page_job_or_404(request: Request) -> Job:
    """Return the job that fetched the page at which the operator points. Its id is in the path, or
    in the parameter `job` of the address. Raises HTTPException(404) if there is no such job."""
    job_id = request.path_params.get("id") or request.query_params.get("job", "")
    job = console_of(request).queue.get(job_id)
    if job is None or job.act not in _PAGE_OPERATIONS:
        raise HTTPException(404)
    return job


def _read_fetched_page_or_404(request: Request) -> tuple[bytes, str, dict[str, str]]:
    """Return the page that the job in the address fetched, as (HTML, address, headers). Raises
    HTTPException(404) if there is no such job, or if its page is no longer kept."""
    fetched_page = console_of(request).queue.page(_find_page_job_or_404(request).id)
    if fetched_page is None:
        raise HTTPException(404)
    return fetched_page


def _find_source_key(job: Job) -> str:
    """Return the key of the source for which a job fetched the page; "" if it is for a new
    source."""
    return str(job.args.get("key", "")) if job.act == "fetch-list" else ""


async def show_add(request: Request) -> Response:
    """Show the form that adds sources. If a job "look" has searched an address for feeds, the form
    lists the feeds that it found."""
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


async def add_chosen_sources(request: Request) -> Response:
    """Queue the operation "add" for the feeds that were chosen in the form, among those that a job
    "look" found at an address."""
    form = form_of(request)
    job = console_of(request).queue.get(form.text("look"))
    candidates = []
    if job is not None and job.act == "look" and isinstance(job.result, dict):
        candidates = job.result["candidates"]
    sources = []
    for text in form.getlist("take"):  # the numbers of the chosen feeds, from 0
        number = parse_whole_number(text, len(candidates) - 1)
        if number >= 0:
            sources.append(candidates[number]["source"])
    return await queue_form(request, "add", "/", sources=sources)


ROUTES = [
    Route("/sources", show_sources, methods=["GET"]),
    Route("/sources/{key}", show_source, methods=["GET"]),
    Route("/lists", show_list_page, methods=["GET"]),
    Route("/lists/{id}", follow_chosen_list, methods=["POST"]),
    Route("/lists/{id}/page", show_fetched_page, methods=["GET"]),
    Route("/lists/{id}/point", show_pointed_lists, methods=["POST"]),
    Route("/add", show_add, methods=["GET"]),
    Route("/add", add_chosen_sources, methods=["POST"]),
]
