"""Lists of articles and sources, and one of each, as pages show them. Reads only; raises StoreError, UsageError."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syndicator.articles import frontmatter
from syndicator.configuration.sources import rules_table
from syndicator.core import urls
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, FeedKey, Source, SourceState
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.text import stamp
from syndicator.publishing import paths
from syndicator.services.health.conditions import Condition
from syndicator.services.health.look import as_written
from syndicator.services.health.status import SourceHealth, look_at
from syndicator.services.places import Place
from syndicator.store.engine import Store
from syndicator.store.tables.browse import FILTERS as FILTERS
from syndicator.store.tables.browse import UNSURE
from syndicator.store.tables.browse import Filter as Filter
from syndicator.store.tables.browse import Wanted as Wanted

WEEKS, COSTS = 12, timedelta(days=7)
_NO_SETTING = ("key", "url", "title", "every", "cron", "enabled", "kind")  # which the table shows by themselves
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
    story: tuple[Article, ...]  # the others of its story
    into: Article | None
    followed: bool
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """A source with how it goes."""

    health: SourceHealth
    stamp: str
    items: Sequence[Item]


def articles(place: Place, wanted: Wanted) -> tuple[list[Item], Mapping[Filter, int]]:
    """The articles that are wanted, with their pictures, and how many each filter has."""
    if place.store is None:
        return [], {}
    listed, counts = place.store.browse.articles(wanted)
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
    ], counts


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
        story=_story(place.store, id),
        into=into,
        followed=found.source_key in place.sources,
        fault=fault,
    )


def _story(store: Store, id: str) -> tuple[Article, ...]:
    story = store.stories.of([id]).get(id)
    others = [one.article for one in store.stories.of_stories([story]) if one.article != id] if story else []
    return tuple(store.index.articles(others).values())


def sources(place: Place, words: Sequence[str]) -> list[tuple[Source, SourceState | None]]:
    """The sources in whose key, title or address all of `words` stand, in the order of sources.toml."""
    known = place.store.visits.states() if place.store else {}
    states = {state.key: state for state in as_written(known.values(), place.sources)}
    named = ((one, states.get(one.key)) for one in place.sources.values())
    texts = ((one, f"{one.key} {name_of(one, state)} {one.url}".lower()) for one, state in named)
    return [(one, states.get(one.key)) for one, text in texts if all(word.lower() in text for word in words)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Recent work on a source. `weeks`: new articles by week, the oldest first; the rest is of the last seven days."""

    weeks: tuple[int, ...] = (0,) * WEEKS
    last: datetime | None = None  # article
    visits: int = 0
    failed: int = 0
    bytes: int = 0


def work(place: Place) -> dict[str, Work]:
    """The work on each source, which takes a while if there are many visits. Raises StoreError."""
    if place.store is None:
        return {}
    browse, since = place.store.browse, place.now - timedelta(weeks=WEEKS)
    weeks, costs = browse.weeks(since), browse.costs(place.now - COSTS)
    made = {}
    for key in place.sources:
        counts = {at: count for at, count, _ in weeks.get(key, ())}
        visits, failed, size = costs.get(key, (0, 0, 0))
        made[key] = Work(
            weeks=tuple(counts.get(at, 0) for at in range(WEEKS)),
            last=max((last for *_, last in weeks.get(key, ())), default=None),
            **{"visits": visits, "failed": failed, "bytes": size},
        )
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A source in the table. `trouble`: its first condition, None if it is well; `settings`: names of those that
    differ from the default."""

    source: Source
    state: SourceState | None
    name: str
    work: Work
    trouble: Condition | None
    settings: tuple[str, ...]

    @property
    def sickness(self) -> tuple[int, float]:
        """The order of sources by health: those that need somebody come first, the longest sick before others."""
        if self.trouble is None or not self.source.enabled:
            return 2, 0.0
        return int(not self.trouble.needs_you), self.trouble.since.timestamp() if self.trouble.since else 0.0


SORTS: Mapping[str, Callable[[Line], Any]] = {
    "health": lambda one: one.sickness,
    "name": lambda one: one.name.casefold(),
    "last": lambda one: -one.work.last.timestamp() if one.work.last else 0,
    "articles": lambda one: -sum(one.work.weeks),
    "cost": lambda one: -one.work.bytes,
    "failed": lambda one: -one.work.failed,
}
STATES: Mapping[str, Callable[[Line], bool]] = {
    "all": lambda one: True,
    "sick": lambda one: one.source.enabled and one.trouble is not None and one.trouble.needs_you,
    "paused": lambda one: not one.source.enabled,
    "settings": lambda one: bool(one.settings or one.source.every or one.source.cron),
}


def lines(place: Place, words: Sequence[str], conditions: Sequence[Condition], work: Mapping[str, Work]) -> list[Line]:
    """The sources in whose key, name or address all of `words` stand."""
    troubles = {one.source: one for one in sorted(conditions, key=lambda one: one.needs_you) if one.source}
    return [
        Line(
            source=one,
            state=state,
            name=name_of(one, state),
            work=work.get(one.key, Work()),
            trouble=troubles.get(one.key),
            settings=tuple(name for name in rules_table.table(one) if name not in _NO_SETTING),
        )
        for one, state in sources(place, words)
    ]


def source(place: Place, key: str) -> SourcePage:
    """One source. Raises UsageError where there is none of this key."""
    health = look_at(place, key)
    return SourcePage(
        health=health,
        stamp=rules_table.stamp(health.source),
        items=newest(place, FeedKey("source", key), _NEWEST),
    )
