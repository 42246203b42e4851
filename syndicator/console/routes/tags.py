"""Tags, categories and queries with article counts; changes are previewed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.console.answers import awaited, console_of, job_of, page, part
from syndicator.services.showing import tags as showing

# Operations whose result the page shows.
_SHOWN = ("rename-tag", "merge-tags", "suggest-tags", "try-category", "try-query")
_LONGEST = 1000  # characters of a query


async def show(request: Request) -> Response:
    query = request.query_params.get("query", "")
    look = console_of(request).look
    names, trial = await look(lambda place: (showing.names(place), showing.try_query(place, query[:_LONGEST])))
    mine = job_of(request, *_SHOWN)
    act, result = (mine.act, mine.result) if mine is not None and mine.result else ("", None)
    return page(
        request,
        "tags.html",
        title="Tags",
        found=names,
        query=query,
        chosen=next((name for name in names.tags if name.name == request.query_params.get("tag")), None),
        category=next((name for name in names.categories if name.name == request.query_params.get("category")), None),
        trial=trial,
        saved=[name for name, _ in names.queries],
        waiting=awaited(mine),
        planned=result if mine and mine.dry_run and act in ("rename-tag", "merge-tags") else None,
        proposals=mine.result if mine and mine.act == "suggest-tags" else None,
        tried=result if act == "try-category" else None,
        planned_query=result if act == "try-query" else None,
        lines=_lines(result) if act == "try-query" and result else "",
        tried_name=str(mine.args.get("name", "")) if mine else "",
        tried_line=str(mine.args.get("description", "")) if mine else "",
    )


async def live(request: Request) -> Response:
    """Try a query while it is typed."""
    query = request.query_params.get("query", "")[:_LONGEST]
    look = console_of(request).look
    trial, saved = await look(lambda place: (showing.try_query(place, query), showing.queries(place)))
    return part(request, "query.html", trial=trial, saved=saved, query=query)


def _lines(planned: Mapping[str, Any]) -> str:
    values = [(name, planned[name]) for name in ("slug", "query", "title") if planned[name]]
    return "\n".join(["[[feed]]", *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values)])


ROUTES = [Route("/tags", show, methods=["GET"]), Route("/tags/query", live, methods=["GET"])]
