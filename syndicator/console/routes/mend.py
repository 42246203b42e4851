"""Show the page that mends a source: point at parts of a kept page, try selectors, save."""

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.guard import MOST_ELEMENTS, form_of, whole
from syndicator.console.responses import (
    awaited,
    framed,
    job_of,
    looked_up,
    of_texts,
    page,
    part,
    worked,
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
_LISTED = 50  # changed articles that are shown in full


async def show(request: Request) -> Response:
    key = request.path_params["key"]
    job = job_of(request)
    about = await looked_up(request, lambda place: lists.source(place, key))
    pages = await _kept(request)
    mine = job if job is not None and key in (job.args.get("key"), job.args.get("source")) else None
    number = max(0, whole(request.query_params.get("page", ""), len(pages) - 1))
    return page(
        request,
        "mend.html",
        title=f"Mend {key}",
        found=about,
        pages=pages,
        number=number,
        roles=ROLES,
        rules=_rules(about, mine),
        waiting=awaited(mine),
        tried=mine.result if mine and mine.act == "try-rules" else None,
        planned=_planned(mine),
        saved=bool(mine and mine.act == "save-rules" and mine.status in ("building", "done")),
        applied=bool(mine and mine.act == "reread" and not mine.dry_run),
    )


async def shown(request: Request) -> Response:
    pages = await _kept(request)
    if (
        chosen := next((page for page in pages if page.id == request.path_params["id"]), None)
    ) is None:
        raise HTTPException(404)
    return await framed(request, chosen.page)


async def point(request: Request) -> Response:
    """Show selectors for the element pointed at, each with its matches on the kept pages."""
    form = form_of(request)
    pages = await _kept(request)
    role: Role = next((name for name, _, _ in ROLES if name == form.text("role")), "select")
    first = next((each for each in pages if each.id == form.text("id")), None)
    number = whole(form.text("number"), MOST_ELEMENTS)
    if first is None or number < 0:
        raise HTTPException(404)
    others = [each for each in pages if each is not first]
    selectors = await worked(
        request, worker_functions.suggested, [each.page for each in (first, *others)], number, role
    )
    return part(request, "pointed.html", found=selectors, role=role, total=len(pages))


async def _kept(request: Request) -> list[KeptPage]:
    return await looked_up(
        request, lambda place: list_kept_pages(place, request.path_params["key"])
    )


def _rules(shown: lists.SourcePage, job: Job | None) -> dict[str, str]:
    now = shown.health.source.rules
    tried = job.args if job is not None and job.act == "try-rules" else {}
    return {name: "\n".join(tried.get(name, getattr(now, name))) for name in RULES}


def _planned(job: Job | None) -> dict[str, Any] | None:
    if job is None or job.act != "reread" or not job.result:
        return None
    articles = []
    for article in job.result["articles"][:_LISTED]:
        bodies = [
            of_texts(change["old"], change["new"])
            for change in article["changes"]
            if change["field"] == "body"
        ]
        articles.append({**article, "diff": [line for diff in bodies for line in diff]})
    return {**job.result, "articles": articles}


ROUTES = [
    Route("/sources/{key}/mend", show, methods=["GET"]),
    Route("/sources/{key}/mend/point", point, methods=["POST"]),
    Route("/sources/{key}/mend/pages/{id}", shown, methods=["GET"]),
]
