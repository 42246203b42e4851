"""What an operator does to the shelf and the list of sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from syndicator import urls
from syndicator.app.curating import learn
from syndicator.app.reconcile import unreadable
from syndicator.app.wiring import App
from syndicator.articles.feeds import feeds_of
from syndicator.errors import ConfigError, UsageError
from syndicator.model import Article, Problem, Source
from syndicator.ports import FileStamp
from syndicator.sources import opml, registry


def remove(app: App, key: str) -> None:
    """Takes a source out of sources.toml. Its articles and its feed stay. Raises UsageError."""
    if not registry.remove_source(app.config / "sources.toml", key):
        raise UsageError(f"no source {key!r} in {app.config}/sources.toml; `syndicator sources` lists them")


def apply_moves(app: App) -> list[tuple[str, str, str]]:
    """Writes adopted permanent moves to sources.toml. Returns (key, old, new)."""
    moved = []
    for key, state in app.store.visits.states().items():
        source = app.sources.get(key)
        if source and state.effective_url and state.effective_url != source.url:
            registry.update_url(app.config / "sources.toml", key, state.effective_url)
            moved.append((key, source.url, state.effective_url))
    return moved


def withdraw(app: App, what: str) -> Article:
    """Takes an article, named by URL or id, off every feed and page for ever. Its file goes too. Raises UsageError."""
    id = app.store.visits.find([urls.alias(what)]) or what
    article = app.store.visits.article(id)
    if article is None:
        raise UsageError(f"no article {what!r} on the shelf; give its address or its id")
    path = app.shelf.find(id)
    app.shelf.withdraw(article, app.clock())
    app.store.visits.withdraw(
        article, [urls.alias(url) for url in (article.url, *article.aliases)], feeds_of(article), app.clock()
    )
    if path:
        app.shelf.delete(path)
    return article


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    articles: int
    problems: tuple[Problem, ...]
    learnt: int = 0  # articles whose tags a person stood behind


def reindex(app: App) -> Reindexed:
    """Rebuilds the rows from the markdown, and learns from it. Files that cannot be read are named and left alone."""
    problems: list[Problem] = []
    app.shelf.sweep()

    def readable() -> Iterator[tuple[Article, FileStamp]]:
        for stamp in app.shelf.walk():
            try:
                yield app.shelf.get(stamp.path), stamp
            except (ConfigError, OSError) as error:
                problems.append(unreadable(stamp.path, error))

    count = app.store.reindex(readable(), app.shelf.withdrawn())
    return Reindexed(articles=count, problems=tuple(problems), learnt=learn(app).articles)


def prune(app: App, *, pages_days: int | None = None) -> int:
    """Drops kept raw pages older than so many days. Returns how many."""
    days = app.settings.store.pages_days if pages_days is None else pages_days
    return app.pages.prune(app.clock() - timedelta(days=days))


def import_opml(app: App, path: Path) -> tuple[list[str], list[str]]:
    """Adds the feeds of an OPML file. Returns the keys added and the addresses that were known already."""
    added, known = [], []
    have = {urls.alias(source.url) for source in app.sources.values()}
    taken = set(app.sources)
    for outline in opml.read_opml(path.read_bytes()):
        if urls.alias(outline.url) in have:
            known.append(outline.url)
            continue
        key = registry.key_for(outline.url, taken)
        source = Source(key=key, url=outline.url, title=outline.title or None)
        registry.add_source(app.config / "sources.toml", source)
        have.add(urls.alias(outline.url))
        taken.add(key)
        added.append(key)
    return added, known
