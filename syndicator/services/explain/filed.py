"""An article as it is filed and published, and why it is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from syndicator.articles.snapshots import ANSWERED
from syndicator.articles.stores.paths import loaded
from syndicator.core import urls
from syndicator.core.errors import MissingError, NotAnArticle, RulesError
from syndicator.core.model import Article, Entry, ReadArticle, Source
from syndicator.core.usage.terms import terms
from syndicator.pipeline.descriptions.reread import reread
from syndicator.pipeline.read_article import load_taxonomy, read_article
from syndicator.services.container import App
from syndicator.services.explain import origins
from syndicator.services.explain.llm import llm_history
from syndicator.services.explain.published import standing
from syndicator.services.explain.shown import Shown


def show_filed(app: App, id: str) -> Shown:
    """For the article of the store with this id: its file as it stands. Raises MissingError, ConfigError."""
    path = app.store.index.path(id)
    try:
        data = app.article_store.read(path) if path else None
    except FileNotFoundError:
        data = None
    place = f"{app.article_store.name}/{path}"
    if data is None:
        raise MissingError(f"{place}: the file of {id} is gone; `syndicator reindex` forgets it")
    return show_article(app, loaded(data, place), data)


def show_article(app: App, article: Article, data: bytes) -> Shown:
    """For an article and the bytes of its file."""
    return Shown(article=unread(article), markdown=data.decode("utf-8", "replace"), why=dict(_why(app, article)))


def unread(article: Article) -> ReadArticle:
    """An article from its file, with nothing of the visit that read its page."""
    return ReadArticle(**{field.name: getattr(article, field.name) for field in fields(Article)})


def _why(app: App, article: Article) -> Iterator[tuple[str, Any]]:
    taxonomy, source = load_taxonomy(app.taxonomy), app.terms(article)
    reading, told = _of_page(app, article, source)
    trace = reading.trace if reading else {}
    yield "origins", origins.origins(article, reading, trace)
    yield "tags", origins.tag_reasons(article, source, taxonomy)
    yield "category", origins.category_reason(article, source, taxonomy, app.settings.describe.uncategorised)
    yield from ((name, value) for name, value in trace.items() if name not in ("category", "excerpt"))
    yield "robots", article.robots
    yield "rights", rights(article)
    yield "page", told
    if app.store.index.path(article.id) is None:
        yield "state", "not filed; the next run takes in what lies in the folder of articles"
        return
    yield from standing(app, article)
    yield from llm_history(app, article.id).items()


def rights(article: Article) -> list[str]:
    """What is said of the use of an article, and what the operator could do about it."""
    free = terms(article.rights).free
    cure = [f'{free} lets you publish it whole: `content = "full"` of its source'] if free else []
    return [*article.rights, *cure]


def _of_page(app: App, article: Article, source: Source | None) -> tuple[ReadArticle | None, str]:
    """What the kept page alone gives today, and what rereading it would change. None, and why, where there is none."""
    kept = app.snapshots.get(article.id) if app.store.index.path(article.id) else None
    if kept is None:
        return None, f"not kept; `syndicator reread --source {article.id} --fetch` asks for it once more"
    if source is None:
        return None, f"kept, but its source {article.source_key!r} is followed no more"
    html, headers = kept
    repeated, now = app.store.visits.repeated(urls.own_host(article.url)), app.clock()
    try:
        reading = read_article(
            html,
            headers.get(ANSWERED) or article.url,
            load_taxonomy(app.taxonomy),
            entry=Entry(id=article.source_id or article.url, url=article.url, categories=article.keywords),
            rules=source.rules,
            repeated=repeated,
            headers=headers,
            now=now,
        )
        again = reread(
            html,
            headers,
            article,
            source,
            owned=app.rights_of(app.sources[source.key]).owns(article.url),
            files=app.taxonomy,
            repeated=repeated,
            now=now,
            uncategorised=app.settings.describe.uncategorised,
        )
    except NotAnArticle as refusal:
        return None, f"kept, and no article as it reads today: {refusal}"
    except RulesError as error:
        return None, f"kept, and cannot be read: source {source.key!r}: {error}"
    if again is None:
        return reading, "kept; it reads today as it is filed"
    changed = ", ".join(change.field for change in again.changes)
    return reading, f"kept; `syndicator reread --source {article.id}` would change: {changed}"
