"""Show the page that mends a source: the operator points at parts of a kept page and tries
selectors."""

from collections.abc import Mapping
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


async def show_mend_page(request: Request) -> Response:
    """Show the page on which the operator points at parts of a source's kept pages, and tries rules
    that select them. The page also shows the result of the job that the address names."""
    key = request.path_params["key"]
    source_page = await read_or_404(request, lambda instance: lists.read_source_page(instance, key))
    pages = await _list_kept_pages(request)
    # which of the kept pages is shown, from 0
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
    """Return the job whose id the address has. Return None if there is no such job, or if it is not
    for the source `key`."""
    job = find_job(request)
    if job is None:
        return None
    # operations call the argument that names the source "key" or "source"
    is_of_source = key in (job.args.get("key"), job.args.get("source"))
    return job if is_of_source else None


async def show_kept_page(request: Request) -> Response:
    """Show a kept page in a frame. Its elements get numbers, so that a script can say which one was
    clicked. Raises HTTPException(404) if no page of the source has the id in the path."""
    for kept_page in await _list_kept_pages(request):
        if kept_page.id == request.path_params["id"]:
            return await show_in_frame(request, kept_page.page)
    raise HTTPException(404)


async def suggest_selectors(request: Request) -> Response:
    """Show selectors for the element that was clicked on a kept page, each with its matches on all
    kept pages. The form has the id of the page, the number of the element, and the part of an
    article (`role`) that the element has. Raises HTTPException(404) if there is no such page."""
    form = form_of(request)
    role = _parse_role(form.text("role"))
    element_number = parse_whole_number(form.text("number"), MOST_ELEMENTS)
    clicked_contents = []  # HTML, address and headers of the page that was clicked
    other_contents = []
    pages = await _list_kept_pages(request)
    for page in pages:
        if page.id == form.text("id"):
            clicked_contents.append(page.page)
        else:
            other_contents.append(page.page)
    if not clicked_contents or element_number < 0:
        raise HTTPException(404)
    contents = [*clicked_contents, *other_contents]  # the page that was clicked comes first
    selectors = await call_worker(
        request, worker_functions.suggest_selectors, contents, element_number, role
    )
    return show_part(request, "pointed.html", found=selectors, role=role, total=len(pages))


def _parse_role(text: str) -> "Role":
    """Return the part of an article that `text` names, such as "title". Return "select", which
    stands for the text of the article, if there is no such part."""
    for role, _, _ in ROLES:
        if role == text:
            return role
    return "select"


async def _list_kept_pages(request: Request) -> list[KeptPage]:
    """Return the kept pages (copies of pages of articles) of the source whose key is in the path.
    Raises HTTPException(404) if there is no such source."""
    return await read_or_404(
        request, lambda instance: list_kept_pages(instance, request.path_params["key"])
    )


def _list_rules(source_page: lists.SourcePage, job: Job | None) -> dict[str, str]:
    """Return the selectors that the form shows, by name of the rule, one a line. These are the ones
    that `job` tried; for each rule that it did not try, those in the source's settings."""
    configured = source_page.health.source.rules
    tried: Mapping[str, Any] = {}
    if job is not None and job.act == "try-rules":
        tried = job.args
    lines_by_rule = {}
    for name in RULES:
        selectors = tried[name] if name in tried else getattr(configured, name)
        lines_by_rule[name] = "\n".join(selectors)
    return lines_by_rule


def _describe_plan(job: Job | None) -> dict[str, Any] | None:
    """Return what would change if the pages of a source were read again: the result of `job`, a job
    "reread". In it, each article gets the lines of its text that would differ, as "diff". Return
    None if `job` is of another operation or has no result."""
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
    Route("/sources/{key}/mend", show_mend_page, methods=["GET"]),
    Route("/sources/{key}/mend/point", suggest_selectors, methods=["POST"]),
    Route("/sources/{key}/mend/pages/{id}", show_kept_page, methods=["GET"]),
]
