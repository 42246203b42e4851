"""Show the page that mends a source: the operator points at parts of a kept page and tries
selectors."""

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.guard import MOST_ELEMENTS, form_of, parse_whole_number
from syndicator.console.responses import (
    call_worker,
    find_awaited_job,
    find_job,
    list_differences,
    read_or_404,
    show_in_frame,
    show_page,
    show_part,
)
from syndicator.filing import worker_functions
from syndicator.operations.jobs.queue import Job
from syndicator.operations.mending import RULES
from syndicator.showing import lists
from syndicator.upkeep.passes.try_rules import KeptPage, list_kept_pages

if TYPE_CHECKING:
    from syndicator.reading.pointing import Role

ROLES: "tuple[tuple[Role, str, str], ...]" = (
    ("select", "Text", "the element that has all of the text and nothing else"),
    ("remove", "Not text", "boxes, adverts, lists of other articles"),
    ("title", "Title", ""),
    ("author", "Author", ""),
    ("date", "Date", "of publication"),
    ("cover", "Picture", ""),
)
_MOST_LISTED = 50  # changed articles that are shown in full


async def show(request: Request) -> Response:
    """Show the page on which an operator points at the text on a source's pages and tries rules.
    The result of the last job for this source is shown, too."""
    key = request.path_params["key"]
    source_page = await read_or_404(request, lambda instance: lists.read_source_page(instance, key))
    pages = await _list_kept_pages(request)
    number = max(0, parse_whole_number(request.query_params.get("page", ""), len(pages) - 1))
    job = _find_job_of_source(request, key)
    report = None
    is_saved = False
    is_applied = False
    if job is not None:
        report = job.result if job.act == "try-rules" else None
        is_saved = job.act == "save-rules" and job.status in ("building", "done")
        is_applied = job.act == "reread" and not job.dry_run
    return show_page(
        request,
        "mend.html",
        title=f"Mend {key}",
        found=source_page,
        pages=pages,
        number=number,
        roles=ROLES,
        rules=_list_rules(source_page, job),
        waiting=find_awaited_job(job),
        tried=report,
        planned=_describe_plan(job),
        saved=is_saved,
        applied=is_applied,
    )


def _find_job_of_source(request: Request, key: str) -> Job | None:
    """Return the job that the query of the address names; None if it is not for this source."""
    job = find_job(request)
    if job is not None and key in (job.args.get("key"), job.args.get("source")):
        return job
    return None


async def shown(request: Request) -> Response:
    """Show a kept page in a frame. Its elements have numbers, so that a script can say which one
    was clicked."""
    for kept_page in await _list_kept_pages(request):
        if kept_page.id == request.path_params["id"]:
            return await show_in_frame(request, kept_page.page)
    raise HTTPException(404)


async def point(request: Request) -> Response:
    """Show selectors for the element that was clicked. Each has its matches on all kept pages."""
    form = form_of(request)
    pages = await _list_kept_pages(request)
    role = _parse_role(form.text("role"))
    number = parse_whole_number(form.text("number"), MOST_ELEMENTS)
    pointed_page = next((page for page in pages if page.id == form.text("id")), None)
    if pointed_page is None or number < 0:
        raise HTTPException(404)
    other_contents = [page.page for page in pages if page is not pointed_page]
    contents = [pointed_page.page, *other_contents]  # the page that was clicked comes first
    selectors = await call_worker(
        request, worker_functions.suggest_selectors, contents, number, role
    )
    return show_part(request, "pointed.html", found=selectors, role=role, total=len(pages))


def _parse_role(text: str) -> "Role":
    """Return the part of an article that `text` names; "select", which is its text, if it names
    none."""
    for role, _, _ in ROLES:
        if role == text:
            return role
    return "select"


async def _list_kept_pages(request: Request) -> list[KeptPage]:
    """Return the kept pages of the source whose key is in the path. Raises HTTPException(404) if
    there is no such source."""
    return await read_or_404(
        request, lambda instance: list_kept_pages(instance, request.path_params["key"])
    )


def _list_rules(source_page: lists.SourcePage, job: Job | None) -> dict[str, str]:
    """Return the selectors for the form, one a line, by name of the rule. They are those that `job`
    tried, or the source's own if it tried none."""
    rules = source_page.health.source.rules
    job_arguments = job.args if job is not None and job.act == "try-rules" else {}
    return {name: "\n".join(job_arguments.get(name, getattr(rules, name))) for name in RULES}


def _describe_plan(job: Job | None) -> dict[str, Any] | None:
    """Return what reading the pages of a source again would change: the result of `job`, where each
    article also has the differences of its text. Return None if the job did not find this out."""
    if job is None or job.act != "reread" or not job.result:
        return None
    articles = []
    for article in job.result["articles"][:_MOST_LISTED]:
        diff: list[tuple[str, str]] = []
        for change in article["changes"]:
            if change["field"] == "body":
                diff.extend(list_differences(change["old"], change["new"]))
        articles.append({**article, "diff": diff})
    return {**job.result, "articles": articles}


ROUTES = [
    Route("/sources/{key}/mend", show, methods=["GET"]),
    Route("/sources/{key}/mend/point", point, methods=["POST"]),
    Route("/sources/{key}/mend/pages/{id}", shown, methods=["GET"]),
]
