"""What a page would become as an article, and why (`show`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from syndicator import urls
from syndicator.articles.frontmatter import dump, load
from syndicator.describing.llm import material, prompt
from syndicator.errors import ConfigError, MissingError, NetworkDown, NotAnArticle, UsageError
from syndicator.model import Article, Failed, Fetched, ReadArticle, Request, Rules, Source
from syndicator.pipeline.read_article import load_taxonomy, read_article
from syndicator.pipeline.requests import page_request, without_credentials
from syndicator.ports import Asked
from syndicator.services.container import App, make_fetcher
from syndicator.services.enrich import make_lists

_FENCE = "(a line of random letters)"


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
        request = Request(url=url, deadline=app.settings.fetch.page_seconds)
        if source:
            request = page_request(url, source, app.settings, app.environ)
        result = (source and without_credentials(request, source, app.environ)) or await fetcher.fetch(request)
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


def llm_history(app: App, id: str) -> Mapping[str, Any]:
    """What `show` prints of it; empty where no language model is set or was ever asked about article `id`."""
    asked = app.store.enrichment.asked(id)
    if asked is None:
        return {"llm": "not asked yet"} if app.settings.describe.llm.url and app.store.index.path(id) else {}
    shown: dict[str, Any] = {"llm": _verdict(asked)}
    if asked.answer:
        shown["llm_answer"] = asked.answer
    article = _article(app, id)
    if article is not None and asked.key:
        shown["llm_asked"] = _question(app, article)
    return shown


def _verdict(asked: Asked) -> str:
    why = ": ".join(part for part in (asked.reason, asked.detail) if part)
    again = f"; asked again from {asked.next_try.isoformat()}" if asked.next_try else ""
    return f"{asked.status}{f' ({why})' if why else ''}, {asked.by or asked.plan}, {asked.at.isoformat()}{again}"


def _question(app: App, article: Article) -> list[str]:
    """The messages as they would be sent now: the article's text and the lists may have changed since."""
    try:
        lists = make_lists(app)
    except ConfigError as error:
        return [str(error)]
    messages = prompt.messages(material.material(article), lists, _FENCE)
    return [f"{message['role']}: {message['content']}" for message in messages]


def _article(app: App, id: str) -> Article | None:
    path = app.store.index.path(id)
    try:
        return app.article_store.get(path) if path else None
    except (ConfigError, FileNotFoundError):
        return None
