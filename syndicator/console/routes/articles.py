"""Show the first page of the console, and the pages of articles (list, one, edit), tags and
queries."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.app.places import OpenedInstance, read_published_file
from syndicator.articles import frontmatter
from syndicator.console import responses
from syndicator.console.guard import MOST_PAGES, Form, form_of, parse_whole_number
from syndicator.console.responses import (
    console_of,
    find_awaited_job,
    find_job,
    label,
    list_differences,
    read_or_404,
    show_page,
    show_part,
)
from syndicator.core.errors import SyndicatorError
from syndicator.operations.articles import EDITED, replace_fields
from syndicator.operations.jobs.queue import Job
from syndicator.showing import lists
from syndicator.showing.choices import list_choices
from syndicator.showing.lists import FILTERS, Filter, Wanted

SHOWN = 30  # articles of a page of the list
BEGINNING = 1200  # characters of a text below its row: a choice
NEWEST = 20  # articles of the first page
HELD = 10  # articles of the first page: the newest, and those on hold
_LONGEST_NAME = 200  # characters of the name of a picture
# Operations whose result the page shows.
_OPERATIONS_ON_PAGE = ("rename-tag", "merge-tags", "suggest-tags", "try-category", "try-query")
_LONGEST_QUERY = 1000  # characters of a query


@dataclass(frozen=True, slots=True)
class _ArticleList:
    """What the page of articles lists. `items`: its articles. `counts`: the number of articles of
    each filter. `outlet`: the name of the chosen source, "" if none was chosen."""

    items: list[lists.Item]
    counts: Mapping[Filter, int]
    outlet: str


async def show_today(request: Request) -> Response:
    """Show the first page: what the operator must do, the articles on hold, and the newest
    articles."""
    console = console_of(request)
    today = await console.call_in_database_thread(lambda: console.glance.read_today(NEWEST))
    faults = await console.call_in_database_thread(console.glance.describe_faults)
    health = today.health
    troubles = responses.describe_troubles(health, today.names)
    # a new instance without sources has nothing to show
    has_content = health.fine or health.unvisited or health.conditions
    console.renew_in_background()  # the next page then shows the present health
    return show_page(
        request,
        "today.html",
        title="Today",
        sentence=health.headline,
        numbers=responses.describe_numbers(health),
        fault=faults,
        dropped=console.glance.list_dropped_settings(),
        need=troubles.need,
        know=troubles.know,
        held=health.on_hold[:HELD],
        held_count=len(health.on_hold),
        latest=today.latest,
        names=today.names,
        choices=today.choices,
        empty=not has_content,
    )


async def show_picture(request: Request) -> Response:
    """Answer with the published thumbnail whose file name is in the path. Raises HTTPException(404)
    if there is no such thumbnail."""
    name = request.path_params["name"]
    is_valid_name = name.isprintable() and len(name) <= _LONGEST_NAME
    if not is_valid_name:
        raise HTTPException(404)
    if Path(name).suffix != ".webp":  # all thumbnails have this format
        raise HTTPException(404)
    data = read_published_file(console_of(request).settings, name)
    if data is None:
        raise HTTPException(404)
    headers = {"cache-control": "private, max-age=86400"}
    return Response(data, media_type="image/webp", headers=headers)


async def show_articles(request: Request) -> Response:
    """Show a page of the list of articles. The parameters of the address are a search (`q`), the
    key of a source, a filter, and the number of the page. Without a filter, all articles of the
    search or source are listed, or if there is neither, those whose category is unsure."""
    console = console_of(request)
    parameters = request.query_params

    # what the address asks for
    search = " ".join(parameters.get("q", "").split())
    source_key = parameters.get("source", "")
    has_search_or_source = bool(search or source_key)
    usual_filter = "all" if has_search_or_source else "unsure"
    chosen_filter = _parse_filter(parameters.get("filter", usual_filter))
    page_number = max(1, parse_whole_number(parameters.get("page", ""), MOST_PAGES))
    # one article more than a page has, which says whether there is a next page
    selection = Wanted(
        filter=chosen_filter,
        source=source_key,
        skip=(page_number - 1) * SHOWN,
        most=SHOWN + 1,
        counted=True,
    )

    def read_list(instance: OpenedInstance) -> _ArticleList:
        """Read the articles of the page."""
        ids = lists.find_articles(instance, search) if search else None
        items, counts = lists.list_articles(instance, replace(selection, ids=ids))
        return _ArticleList(items, counts, _name_outlet(instance, source_key, items))

    article_list = await console.read_instance(read_list)
    has_next_page = len(article_list.items) > SHOWN
    conditions = {"q": search, "source": source_key}

    def make_page_address(page_number: int) -> str:
        """Return the address of another page of the same list."""
        return _make_address(conditions, filter=chosen_filter, page=page_number)

    # of each filter: its name, label, address and number of articles
    filters = []
    for name in FILTERS:
        address = _make_address(conditions, filter=name)
        filters.append((name, label(name), address, article_list.counts.get(name)))
    return show_page(
        request,
        "articles.html",
        title="Articles",
        items=article_list.items[:SHOWN],
        choices=await console.read_instance(list_choices),
        filters=filters,
        filter=chosen_filter,
        q=search,
        source=source_key,
        outlet=article_list.outlet,
        of_all=_make_address({"q": search}, filter=chosen_filter),
        here_again=make_page_address(page_number),
        earlier=make_page_address(page_number + 1) if has_next_page else "",
        later=make_page_address(page_number - 1) if page_number > 1 else "",
    )


def _parse_filter(text: str) -> Filter:
    """Return the filter with the name `text`; "unsure" if there is no such filter."""
    for name in FILTERS:
        if name == text:
            return name
    return "unsure"


def _name_outlet(instance: OpenedInstance, source_key: str, items: Sequence[lists.Item]) -> str:
    """Return the name of the source whose articles a page lists; its key if it has no name.
    `items`: the listed articles, which all have this source."""
    if items:
        return items[0].outlet or source_key
    source = instance.sources.get(source_key)
    if source is not None and source.title:
        return source.title
    return source_key


def _make_address(values: dict[str, str], **more: object) -> str:
    """Return the address of the list of articles with these parameters. Empty parameters are left
    out."""
    parameters = {name: value for name, value in {**values, **more}.items() if value}
    return f"/articles?{urlencode(parameters)}"


async def _read_article(request: Request) -> lists.File:
    """Return the article whose id is in the path, with its file. Raises HTTPException(404) if there
    is no such article."""
    return await read_or_404(
        request, lambda instance: lists.read_article(instance, request.path_params["id"])
    )


async def show_article(request: Request) -> Response:
    return await _show_article_page(request, await _read_article(request))


async def show_beginning(request: Request) -> Response:
    """Show the beginning of an article's text. A script puts it below the article in a list."""
    file = await _read_article(request)
    text = await console_of(request).read_instance(
        lambda instance: lists.read_plain_text(instance, file.article.id)
    )
    paragraphs = take_beginning(text.split("\n"), BEGINNING)
    return show_part(request, "beginning.html", one=file.article, paragraphs=paragraphs)


def take_beginning(paragraphs: Sequence[str], limit: int) -> list[str]:
    """Return the first of `paragraphs`: as many as have up to `limit` characters together. The last
    one is cut if it is too long for that, and then ends with "…". Pure."""
    beginning: list[str] = []
    room = limit
    for paragraph in paragraphs:
        if len(paragraph) > room:
            beginning.append(f"{paragraph[:room].rstrip()} …")
            return beginning
        beginning.append(paragraph)
        room -= len(paragraph)
    return beginning


async def preview_edits(request: Request) -> Response:
    """Show how an article would be after the edits in the form, and which lines of its file would
    change. Nothing is saved."""
    form = form_of(request)
    file = await _read_article(request)
    edits = {name: form.text(name) for name in EDITED if name in form}
    try:
        edited_data = replace_fields(file.text.encode(), file.path, edits)
        edited_article = frontmatter.load(edited_data, file.path)
        fault = ""
    except SyndicatorError as error:
        edited_data = b""
        edited_article = None
        fault = str(error)
    if form.text("stamp") != file.stamp:  # the form has the stamp of the file that it shows
        fault = (
            "The file was edited meanwhile. Below is how it is now with what you wrote; save it if"
            " that is meant."
        )
    diff = list_differences(file.text, edited_data.decode()) if edited_data else []
    return await _show_article_page(
        request, file, form, preview=edited_article, diff=diff, fault=fault
    )


async def _show_article_page(
    request: Request, file: lists.File, form: Form | None = None, **context: Any
) -> Response:
    """Show the page of an article, with a form to edit it. `file`: the article with its file.
    `form`: edits that are not saved yet; the page shows them in place of the values of the article.
    `context`: variables of the template, such as `preview`."""
    console = console_of(request)
    article = file.article
    values = {name: str(getattr(article, name) or "") for name in EDITED}  # EDITED: field names
    if form is not None:
        values |= {name: form.text(name) for name in EDITED if name in form}
    variables: dict[str, Any] = {"preview": None, "diff": [], "fault": "", **context}
    return show_page(
        request,
        "article.html",
        title=article.title,
        file=file,
        one=article,
        choices=await console.read_instance(list_choices),
        values=values,
        history=console.log.list_changes_of(article.id),
        undone_of=console.log.undone(),
        **variables,
    )


async def show_tags(request: Request) -> Response:
    """Show the tags, the categories and the saved queries, and the result of the last job about
    them. The parameters of the address may choose a tag or a category, or have a query to try."""
    parameters = request.query_params
    query = parameters.get("query", "")
    tried_query = query[:_LONGEST_QUERY]
    names, trial = await console_of(request).read_instance(
        lambda instance: (lists.list_names(instance), lists.try_query(instance, tried_query))
    )
    job = find_job(request, *_OPERATIONS_ON_PAGE)
    return show_page(
        request,
        "tags.html",
        title="Tags",
        found=names,
        query=query,
        chosen=_find_named(names.tags, parameters.get("tag")),
        category=_find_named(names.categories, parameters.get("category")),
        trial=trial,
        saved=[saved_query for saved_query, _ in names.queries],
        waiting=find_awaited_job(job),
        **_describe_result(job),
    )


def _find_named(items: Sequence[lists.Named], name: str | None) -> lists.Named | None:
    """Return the tag or category with this name; None if there is none."""
    return next((item for item in items if item.name == name), None)


def _describe_result(job: Job | None) -> dict[str, Any]:
    """Return the variables of the page of tags that show the result of a job. The variables for
    other operations than that of the job stay empty."""
    variables: dict[str, Any] = {
        "planned": None,
        "proposals": None,
        "tried": None,
        "planned_query": None,
        "lines": "",
        "tried_name": "",
        "tried_line": "",
    }
    if job is None:
        return variables
    variables["tried_name"] = str(job.args.get("name", ""))
    variables["tried_line"] = str(job.args.get("description", ""))
    if job.act == "suggest-tags":  # also if it found nothing
        variables["proposals"] = job.result
    if not job.result:
        return variables
    if job.act in ("rename-tag", "merge-tags") and job.dry_run:
        variables["planned"] = job.result
    elif job.act == "try-category":
        variables["tried"] = job.result
    elif job.act == "try-query":
        variables["planned_query"] = job.result
        variables["lines"] = _write_query(job.result)
    return variables


async def show_query_matches(request: Request) -> Response:
    """Show which articles a query matches. A script asks for this while the query is typed."""
    query = request.query_params.get("query", "")[:_LONGEST_QUERY]
    trial, saved = await console_of(request).read_instance(
        lambda instance: (lists.try_query(instance, query), lists.list_queries(instance))
    )
    return show_part(request, "query.html", trial=trial, saved=saved, query=query)


def _write_query(planned: Mapping[str, Any]) -> str:
    """Return the lines that would save a query in feeds.toml. `planned`: its fields "slug", "query"
    and "title", by name; empty ones are left out."""
    lines = ["[[feed]]"]
    for name in ("slug", "query", "title"):
        if planned[name]:
            lines.append(f"{name} = {json.dumps(planned[name], ensure_ascii=False)}")
    return "\n".join(lines)


ROUTES = [
    Route("/", show_today, methods=["GET"]),
    Route("/pictures/{name:path}", show_picture, methods=["GET"]),
    Route("/articles", show_articles, methods=["GET"]),
    Route("/articles/{id}", show_article, methods=["GET"]),
    Route("/articles/{id}/beginning", show_beginning, methods=["GET"]),
    Route("/articles/{id}", preview_edits, methods=["POST"]),
    Route("/tags", show_tags, methods=["GET"]),
    Route("/tags/query", show_query_matches, methods=["GET"]),
]
