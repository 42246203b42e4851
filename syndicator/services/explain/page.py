"""What `show` shows: an article as it is published, or what a page that is none yet would become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from syndicator.articles.edits import sign
from syndicator.articles.fields import settle
from syndicator.articles.frontmatter import dump, load
from syndicator.core import urls
from syndicator.core.errors import MissingError, NotAnArticle, UsageError
from syndicator.core.model import Article, Entry, Failed, Fetched, ReadArticle, Request, Rules, Source, SourceState
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.pipeline.entry.filing import as_filed
from syndicator.pipeline.read_article import load_taxonomy, read_article, spelled
from syndicator.pipeline.requests import page_request, without_credentials
from syndicator.services.adding.search import unanswered
from syndicator.services.container import App, make_fetcher
from syndicator.services.explain import origins
from syndicator.services.explain.announced import Announced, announced
from syndicator.services.explain.filed import rights, show_article, show_filed, unread
from syndicator.services.explain.shown import Shown
from syndicator.services.naming import article_id


def show_file(path: Path, url: str | None, app: App | None) -> Shown:
    """For a saved page, which came from `url`, or an article file. Raises MissingError, UsageError, NotAnArticle."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingError(f"{path}: no such file, and no article has this id") from error
    except OSError as error:
        raise MissingError(f"{path}: {error.strerror}") from error
    if path.suffix == ".md":
        article = load(data, str(path))
        return show_article(app, article, data) if app else _alone(article, data)
    if not url:
        raise UsageError(f"{path} is a saved page: say where it came from with --url https://…")
    return _shown(data, url, {}, app, Announced(), {})


def _alone(article: Article, data: bytes) -> Shown:
    why = {"origins": origins.origins(article, None, {}), "robots": article.robots, "rights": rights(article)}
    return Shown(article=unread(article), markdown=data.decode("utf-8", "replace"), why=why)


async def show_url(url: str, app: App) -> Shown:
    """For the article at `url`, as it is filed; where it is not, for its page and what its source's feed says of it,
    fetched under the same rules as in a visit. Raises NetworkDown, MissingError, NotAnArticle."""
    id = article_id(app, url)
    if id is not None:
        return show_filed(app, id)
    fetcher = make_fetcher(app)
    try:
        found = await announced(app, fetcher, url)
        request = Request(url=url, deadline=app.settings.fetch.page_seconds)
        if source := found.source:
            request = page_request(url, source, app.settings, app.environ)
        result = (source and without_credentials(request, source, app.environ)) or await fetcher.fetch(request)
    finally:
        await fetcher.aclose()
    if isinstance(result, Failed):
        raise unanswered(url, result)
    assert isinstance(result, Fetched)
    repeated = app.store.visits.repeated(urls.own_host(result.final_url))
    why = {
        "repeated": f"{len(repeated)} blocks of this host are known to repeat",
        "source": found.source.key if found.source else None,
        "entry": found.told,
        "state": _state(app, url, found),
        "permitted by": result.permit,
    }
    shown = _shown(result.body, result.final_url, result.headers, app, found, why, repeated)
    id = article_id(app, shown.article.url) or article_id(app, result.final_url)  # a redirect, or its canonical address
    return show_filed(app, id) if id else shown


def _state(app: App, url: str, found: Announced) -> str:
    """What became of the address until now."""
    if app.store.visits.is_withdrawn([urls.alias(url)]):
        return "withdrawn; `syndicator withdraw --undo` brings it back"
    if app.store.visits.is_pruned([urls.alias(url)]):
        return f"pruned; without its lines in {app.article_store.file('pruned.tsv')} it is fetched again"
    row = found.row
    if row is None:
        return "not filed"
    again = f"; next try {row.next_try.isoformat()}" if row.next_try else ""
    why = ": ".join(part for part in (row.reason, row.detail) if part)
    return f"{row.status}{f' ({why})' if why else ''}{again}"


def _shown(
    html: bytes,
    url: str,
    headers: Mapping[str, str],
    app: App | None,
    found: Announced,
    why: Mapping[str, Any],
    repeated: frozenset[str] = frozenset(),
) -> Shown:
    taxonomy = load_taxonomy(app.taxonomy) if app else Taxonomy()
    now, source = app.clock() if app else None, found.source
    rules = source.rules if source else Rules()
    try:
        read = read_article(
            html, url, taxonomy, entry=found.entry, rules=rules, repeated=repeated, headers=headers, now=now
        )
    except NotAnArticle as refusal:
        raise NotAnArticle(refusal.kind, f"{url}: {refusal.detail}") from refusal
    made = _as_filed(app, read, taxonomy, source, found) if app and source else replace(read.filed(), added=now)
    article = sign(settle(made))
    uncategorised = app.settings.describe.uncategorised if app else ""
    told = {
        **read.trace,
        "tags": origins.tag_reasons(article, source, taxonomy),
        "category": origins.category_reason(article, source, taxonomy, uncategorised),
        "robots": article.robots,
        "rights": rights(article),
        **why,
    }
    return Shown(
        article=replace(read, category=article.category, tags=article.tags), markdown=dump(article).decode(), why=told
    )


def _as_filed(app: App, read: ReadArticle, taxonomy: Taxonomy, source: Source, found: Announced) -> Article:
    """The reading as a visit of its source would file it."""
    tags = tuple(dict.fromkeys((*spelled(source.tags, taxonomy), *read.tags)))
    state = found.state or SourceState(key=source.key, url=source.url)
    entry = found.entry or Entry(id=read.url, url=read.url)
    uncategorised = app.settings.describe.uncategorised
    return as_filed(replace(read.filed(), tags=tags), entry, source, state, app.clock(), uncategorised)
