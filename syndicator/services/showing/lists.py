"""Lists of articles and sources, and one of each, as pages show them. Reads only; raises StoreError, UsageError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicator.articles import frontmatter
from syndicator.configuration.sources import rules_table
from syndicator.core import urls
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, FeedKey, Outcome, Source, SourceState
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.text import stamp
from syndicator.publishing import paths
from syndicator.services.health.look import as_written
from syndicator.services.health.status import SourceHealth, look_at
from syndicator.services.places import Place
from syndicator.store.tables.browse import FILTERS as FILTERS
from syndicator.store.tables.browse import UNSURE
from syndicator.store.tables.browse import Filter as Filter
from syndicator.store.tables.browse import Wanted as Wanted

RHYTHM = timedelta(days=30)
_NEWEST = 10  # articles of a source


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article of a list with its picture."""

    article: Article
    picture: Picture | None
    outlet: str  # the name of its source
    path: str = ""
    unsure: int | None = None  # how likely its category is, in a hundred, where that is little and nobody confirmed it


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An article with all that a form needs of its file. `fault`: why the file cannot be read."""

    article: Article
    path: str
    text: str
    stamp: str
    feeds: tuple[str, ...]
    copies: tuple[Article, ...]
    into: Article | None
    followed: bool
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """A source with how it goes. `days`: articles added, by day; `visits`: of the time that the picture shows."""

    health: SourceHealth
    stamp: str
    days: Mapping[datetime, int]
    visits: Sequence[Outcome]
    items: Sequence[Item]
    now: datetime


def articles(place: Place, wanted: Wanted) -> list[Item]:
    """The articles that are wanted, with their pictures."""
    if place.store is None:
        return []
    listed = place.store.browse.articles(wanted)
    pictures = place.store.pictures.taken([one.article.id for one in listed])
    return [
        Item(
            article=one.article,
            path=one.path,
            picture=pictures.get(one.article.id),
            outlet=outlet(place, one.article),
            unsure=_unsure(one.article, one.score),
        )
        for one in listed
    ]


def newest(place: Place, feed: FeedKey, most: int) -> tuple[Item, ...]:
    """The newest articles of a feed, with their pictures."""
    if (store := place.store) is None:
        return ()
    ids = store.index.ids(feed, limit=most, since=None, most=most)
    pictures, found = store.pictures.taken(ids), store.index.articles(ids)
    return tuple(
        Item(article=found[id], picture=pictures.get(id), outlet=outlet(place, found[id])) for id in ids if id in found
    )


def outlet(place: Place, article: Article) -> str:
    """The name of an article's source: as configured, as its feed says, else its host."""
    source = place.sources.get(article.source_key)
    return (source.title if source else None) or article.origin.title or urls.host(article.url) or article.source_key


def name_of(source: Source, state: SourceState | None) -> str:
    """The name of a source: as configured, as its feed says, else its host."""
    return source.title or (state.feed_title if state else "") or urls.host(source.url) or source.key


def _unsure(article: Article, score: float | None) -> int | None:
    is_unsure = score is not None and 1000 * score < UNSURE and article.tags_by != "operator"
    return round(100 * score) if is_unsure and score is not None else None


def article(place: Place, id: str) -> File:
    """One article as its file has it. Raises UsageError where there is none of this id."""
    row = place.store.visits.article(id) if place.store else None
    if place.store is None or row is None:
        raise UsageError(f"there is no article {id!r}")
    index = place.store.index
    path, fault, found = index.path(id) or "", "", row
    try:
        data = place.article_store.read(path)
        found = frontmatter.load(data, path)
    except (ConfigError, OSError) as error:
        data, fault = b"", str(error)
    copies = tuple(index.articles(place.store.visits.copies(id)).values())
    into = index.articles([row.merged_into]).get(row.merged_into) if row.merged_into else None
    return File(
        article=found,
        path=path,
        text=data.decode("utf-8", "replace"),
        stamp=stamp(data),
        feeds=tuple(paths.stem(key) for key in sorted(index.shown(id))),
        copies=copies,
        into=into,
        followed=found.source_key in place.sources,
        fault=fault,
    )


def sources(place: Place, words: Sequence[str]) -> list[tuple[Source, SourceState | None]]:
    """The sources in whose key, title or address all of `words` stand, in the order of sources.toml."""
    known = place.store.visits.states() if place.store else {}
    states = {state.key: state for state in as_written(known.values(), place.sources)}
    texts = ((one, f"{one.key} {one.title or ''} {one.url}".lower()) for one in place.sources.values())
    return [(one, states.get(one.key)) for one, text in texts if all(word.lower() in text for word in words)]


def source(place: Place, key: str) -> SourcePage:
    """One source. Raises UsageError where there is none of this key."""
    health, since = look_at(place, key), place.now - RHYTHM
    store = place.store
    return SourcePage(
        health=health,
        stamp=rules_table.stamp(health.source),
        days=store.browse.days(key, since) if store else {},
        visits=store.browse.outcomes(key, since) if store else (),
        items=newest(place, FeedKey("source", key), _NEWEST),
        now=place.now,
    )
