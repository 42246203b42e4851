"""What a page would become as an article, and why (`show`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from syndicator import urls
from syndicator.articles.frontmatter import dump, load
from syndicator.errors import MissingError, NetworkDown, NotAnArticle, UsageError
from syndicator.model import Article, Failed, Fetched, ReadArticle, Request, Rules, Source
from syndicator.pipeline.read_article import load_taxonomy, read_article
from syndicator.pipeline.requests import page_request
from syndicator.services.container import App, make_fetcher
from syndicator.services.llm_history import llm_history


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    article: ReadArticle
    markdown: str
    why: Mapping[str, Any]


def show_file(path: Path, url: str | None, app: App | None) -> Shown:
    """For a saved page, which came from `url`, or an article file. Raises MissingError, UsageError, NotAnArticle."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingError(f"{path}: {error.strerror}") from error
    if path.suffix == ".md":
        article = load(data, str(path))
        why = llm_history(app, article.id) if app else {}
        return Shown(article=_unread(article), markdown=data.decode("utf-8", "replace"), why=why)
    if not url:
        raise UsageError(f"{path} is a saved page: say where it came from with --url https://…")
    return _shown(data, url, {}, app, Rules(), {})


async def show_url(url: str, app: App) -> Shown:
    """For the page at `url`, fetched under the same rules as in a visit. Raises NetworkDown, MissingError,
    NotAnArticle."""
    source = _source_of(url, app)
    fetcher = make_fetcher(app)
    try:
        result = await fetcher.fetch(
            page_request(url, source, app.settings, app.environ)
            if source
            else Request(url=url, deadline=app.settings.fetch.page_seconds)
        )
    finally:
        await fetcher.aclose()
    if isinstance(result, Failed):
        kind = NetworkDown if result.no_network else MissingError
        raise kind(f"{url}: {result.reason}: {result.detail}")
    assert isinstance(result, Fetched)
    rules = source.rules if source else Rules()
    repeated = app.store.visits.repeated(urls.own_host(result.final_url))
    why = {
        "repeated": f"{len(repeated)} blocks of this host are known to repeat",
        "source": source.key if source else None,
        "permitted by": result.permit,
    }
    shown = _shown(result.body, result.final_url, result.headers, app, rules, why, repeated)
    known = app.store.visits.find([urls.alias(url) for url in (shown.article.url, result.final_url, result.url)])
    return replace(shown, why={**shown.why, **llm_history(app, known)}) if known else shown


def _unread(article: Article) -> ReadArticle:
    """An article from its file, with nothing of the visit that read its page."""
    return ReadArticle(**{field.name: getattr(article, field.name) for field in fields(Article)})


def _shown(
    html: bytes,
    url: str,
    headers: Mapping[str, str],
    app: App | None,
    rules: Rules,
    why: Mapping[str, Any],
    repeated: frozenset[str] = frozenset(),
) -> Shown:
    taxonomy = load_taxonomy(app.taxonomy) if app else None
    now = app.clock() if app else None
    try:
        article = read_article(html, url, taxonomy, rules=rules, repeated=repeated, headers=headers, now=now)
    except NotAnArticle as refusal:
        raise NotAnArticle(refusal.kind, f"{url}: {refusal.detail}") from refusal
    filed = replace(article, added=now)
    return Shown(article=article, markdown=dump(filed).decode(), why={**article.trace, "robots": article.robots, **why})


def _source_of(url: str, app: App) -> Source | None:
    owners = (source for source in app.sources.values() if app.rights_of(source).owns(url))
    return next(owners, None)
