"""Read the articles, sources, tags and queries that the console lists, and each one alone.

Reads only; raises StoreError, UsageError."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from syndicator.app.archive import Archive
from syndicator.app.finding import find, find_unknown
from syndicator.app.lookup import markdown
from syndicator.app.places import Place
from syndicator.articles import frontmatter
from syndicator.configuration.sources import plain_values
from syndicator.core import urls
from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, FeedKey, Source, SourceState
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.text import plain, slug, stamp
from syndicator.describing.taxonomy.vocabulary import CategoryDef, TagDef, Vocabulary, load
from syndicator.health.conditions import Condition
from syndicator.health.observing import as_written
from syndicator.health.summary import SourceHealth, look_at
from syndicator.publishing import paths
from syndicator.publishing.queries import SavedQuery, load_queries
from syndicator.searching.language import QueryError, Term, parse_query, parse_search
from syndicator.searching.matching import is_match
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.store.tables.browse import FILTERS as FILTERS
from syndicator.store.tables.browse import UNSURE
from syndicator.store.tables.browse import Filter as Filter
from syndicator.store.tables.browse import Wanted as Wanted

WEEKS = 12
COSTS = timedelta(days=7)
# have columns of their own
_NO_SETTING = ("key", "url", "title", "every", "cron", "enabled", "kind")
_NEWEST = 10  # articles of a source
_MOST_LISTED = 5000  # articles of a search without words
LOOKED = 250  # newest articles that a query is tried on while it is typed
_SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    article: Article
    picture: Picture | None
    outlet: str  # the name of its source
    path: str = ""
    # percent of certainty of its category, if that is low and nobody answered it
    unsure: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An article with the facts of its file. `fault`: why it cannot be read."""

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
    health: SourceHealth
    stamp: str
    items: Sequence[Item]


def articles(place: Place, wanted: Wanted) -> tuple[list[Item], Mapping[Filter, int]]:
    """Return the wanted articles, and the number of articles of each filter."""
    if place.store is None:
        return [], {}
    listed, counts = place.store.browse.articles(wanted)
    pictures = place.store.pictures.list_thumbnails([row.article.id for row in listed])
    items = []
    for row in listed:
        is_answered = "operator" in (row.article.tags_by, row.article.category_by)
        is_unsure = row.score is not None and 0 < 1000 * row.score < UNSURE and not is_answered
        unsure = round(100 * row.score) if is_unsure and row.score is not None else None
        picture = pictures.get(row.article.id)
        name = outlet(place, row.article)
        items.append(
            Item(article=row.article, path=row.path, picture=picture, outlet=name, unsure=unsure)
        )
    return items, counts


def find_articles(place: Place, search: str) -> list[str]:
    """Return the ids of the articles that a search finds, the best first, or the newest first if it
    has no words. Raises UsageError."""
    try:
        expr = parse_search(search)
    except QueryError as error:
        raise UsageError(f"{error} (at character {error.at + 1})") from error
    if place.store is None:
        return []
    unknown = find_unknown(place.store, expr)
    if unknown is not None:
        raise UsageError(f"no article has the {unknown.field} {unknown.value!r}")
    return find(place.store, expr, _MOST_LISTED)


def has_source(place: Place, key: str) -> bool:
    """Return True if a source is followed or has articles."""
    if key in place.sources:
        return True
    return place.store is not None and find_unknown(place.store, Term("source", key)) is None


def sort_newest(place: Place, ids: Sequence[str]) -> list[str]:
    """Return ids of articles, the newest first."""
    if place.store is None:
        return []
    articles = place.store.index.articles(ids).values()
    newest = sorted(articles, key=lambda article: codec.micros_or(article.added), reverse=True)
    return [article.id for article in newest]


def newest(place: Place, feed: FeedKey, most: int) -> tuple[Item, ...]:
    if (store := place.store) is None:
        return ()
    ids = store.index.ids(feed, limit=most, since=None, most=most)
    pictures = store.pictures.list_thumbnails(ids)
    articles = store.index.articles(ids)
    rows = ((article_id, articles[article_id]) for article_id in ids if article_id in articles)
    return tuple(
        Item(article=row, picture=pictures.get(article_id), outlet=outlet(place, row))
        for article_id, row in rows
    )


def outlet(place: Place, article: Article) -> str:
    """Return the name of an article's source: as configured, else from its feed, else its host."""
    source = place.sources.get(article.source_key)
    return (
        (source.title if source else None)
        or article.origin.title
        or urls.host(article.url)
        or article.source_key
    )


def name_of(source: Source, state: SourceState | None) -> str:
    return (
        source.title
        or (state.channel.feed_title if state else "")
        or urls.host(source.url)
        or source.key
    )


def article(place: Place, article_id: str) -> File:
    """Return one article from its file. Raises UsageError."""
    if place.store is None or (row := place.store.visits.article(article_id)) is None:
        raise UsageError(f"there is no article {article_id!r}")
    index = place.store.index
    path = index.path(article_id) or ""
    fault = ""
    current = row
    try:
        data = place.article_store.read(path)
        current = frontmatter.load(data, path)
    except (ConfigError, OSError) as error:
        data = b""
        fault = str(error)
    copies = tuple(index.articles(place.store.visits.copies(article_id)).values())
    into = index.articles([row.merged_into]).get(row.merged_into) if row.merged_into else None
    return File(
        article=current,
        path=path,
        text=data.decode("utf-8", "replace"),
        stamp=stamp(data),
        feeds=tuple(paths.stem(key) for key in sorted(index.list_feeds_of(article_id))),
        copies=copies,
        story=_story(place.store, article_id),
        into=into,
        followed=current.source_key in place.sources,
        fault=fault,
    )


def _story(store: Store, article_id: str) -> tuple[Article, ...]:
    story = store.stories.find_stories([article_id]).get(article_id)
    others = (
        [
            member.article
            for member in store.stories.list_sketched([story])
            if member.article != article_id
        ]
        if story
        else []
    )
    return tuple(store.index.articles(others).values())


def sources(place: Place, words: Sequence[str]) -> list[tuple[Source, SourceState | None]]:
    """Return the sources with all of `words` in key, name or address."""
    rows = place.store.visits.states() if place.store else {}
    states = {state.key: state for state in as_written(rows.values(), place.sources)}
    matches = []
    for item in place.sources.values():
        state = states.get(item.key)
        text = f"{item.key} {name_of(item, state)} {item.url}".lower()
        if all(word.lower() in text for word in words):
            matches.append((item, state))
    return matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Recent work on a source: new articles by week, the oldest first; visits of the last seven
    days."""

    weeks: tuple[int, ...] = (0,) * WEEKS
    last: datetime | None = None  # article
    visits: int = 0
    failed: int = 0
    bytes: int = 0


def work(place: Place) -> dict[str, Work]:
    if place.store is None:
        return {}
    browse = place.store.browse
    since = place.now - timedelta(weeks=WEEKS)
    weeks = browse.weeks(since)
    costs = browse.costs(place.now - COSTS)
    result = {}
    for key in place.sources:
        counts = {at: count for at, count, _ in weeks.get(key, ())}
        visits, failed, size = costs.get(key, (0, 0, 0))
        result[key] = Work(
            weeks=tuple(counts.get(at, 0) for at in range(WEEKS)),
            last=max((last for *_, last in weeks.get(key, ())), default=None),
            **{"visits": visits, "failed": failed, "bytes": size},
        )
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A source in the table. `settings`: names of changed settings."""

    source: Source
    state: SourceState | None
    name: str
    work: Work
    trouble: Condition | None
    settings: tuple[str, ...]

    @property
    def sickness(self) -> tuple[int, float]:
        """Sort key: sources that need the operator first, the longest broken before others."""
        if self.trouble is None or not self.source.enabled:
            return 2, 0.0
        return int(
            not self.trouble.needs_you
        ), self.trouble.since.timestamp() if self.trouble.since else 0.0


SORTS: Mapping[str, Callable[[Line], Any]] = {
    "health": lambda line: line.sickness,
    "name": lambda line: line.name.casefold(),
    "last": lambda line: -line.work.last.timestamp() if line.work.last else 0,
    "articles": lambda line: -sum(line.work.weeks),
    "cost": lambda line: -line.work.bytes,
    "failed": lambda line: -line.work.failed,
}
STATES: Mapping[str, Callable[[Line], bool]] = {
    "all": lambda line: True,
    "sick": lambda line: (
        line.source.enabled and line.trouble is not None and line.trouble.needs_you
    ),
    "paused": lambda line: not line.source.enabled,
    "settings": lambda line: bool(line.settings or line.source.every or line.source.cron),
}


def lines(
    place: Place, words: Sequence[str], conditions: Sequence[Condition], work: Mapping[str, Work]
) -> list[Line]:
    """Return rows of the table for sources with all of `words`."""
    ordered = sorted(conditions, key=lambda condition: condition.needs_you)
    troubles = {condition.source: condition for condition in ordered if condition.source}
    return [
        Line(
            source=item,
            state=state,
            name=name_of(item, state),
            work=work.get(item.key, Work()),
            trouble=troubles.get(item.key),
            settings=tuple(name for name in plain_values.table(item) if name not in _NO_SETTING),
        )
        for item, state in sources(place, words)
    ]


def source(place: Place, key: str) -> SourcePage:
    health = look_at(place, key)
    items = newest(place, FeedKey("source", key), _NEWEST)
    return SourcePage(health=health, stamp=plain_values.stamp(health.source), items=items)


def vocabulary(config: Path) -> Vocabulary:
    """Return the names of taxonomy.toml, none if it cannot be read."""
    try:
        return load(config / "taxonomy.toml")
    except (ConfigError, OSError):
        return Vocabulary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A tag or category with article count and other spellings. `listed`: in taxonomy.toml."""

    name: str
    count: int
    aliases: tuple[str, ...] = ()
    description: str = ""
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Names:
    """All tags, categories and queries, each kind with the largest first."""

    tags: tuple[Named, ...]
    categories: tuple[Named, ...]
    queries: tuple[tuple[SavedQuery, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTrial:
    """Matches of a query among the newest articles. `fault`: its error, with the position in the
    text."""

    found: tuple[Article, ...] = ()
    count: int = 0
    looked: int = 0
    fault: str = ""


def names(place: Place) -> Names:
    rows = (
        [row for row in place.store.index.plain_feeds() if row.moved_to is None]
        if place.store
        else []
    )
    counts = {(row.key.axis, row.key.slug): row.count for row in rows}
    taxonomy = vocabulary(place.config)

    def named(axis: str, item: TagDef | CategoryDef, aliases: tuple[str, ...] = ()) -> Named:
        count = counts.get((axis, slug(item.name)), 0)
        return Named(name=item.name, count=count, aliases=aliases, description=item.description)

    slugs = {slug(tag.name) for tag in taxonomy.tag}
    others = [
        row for row in rows if row.key.axis == "tag" and row.key.slug not in slugs and row.count
    ]
    tags = [named("tag", tag, tag.aliases) for tag in taxonomy.tag]
    tags += [Named(name=row.name, count=row.count, listed=False) for row in others]
    categories = [named("category", category) for category in taxonomy.category]
    with_count = tuple(
        (query, counts.get((query.key.axis, query.key.slug), 0)) for query in queries(place)
    )
    return Names(_largest(tags), _largest(categories), with_count)


def queries(place: Place) -> list[SavedQuery]:
    """Return the saved queries, none if feeds.toml cannot be read."""
    with suppress(ConfigError):
        return [query for query in load_queries(place.config / "feeds.toml") if query.feed is None]
    return []


def _largest(names: list[Named]) -> tuple[Named, ...]:
    return tuple(sorted(names, key=lambda item: (-item.count, item.name.casefold())))


def try_query(place: Place, query: str) -> QueryTrial | None:
    """Try a query on the newest articles; None for an empty one."""
    if not query.strip():
        return None
    try:
        asked = parse_query(query)
    except QueryError as error:
        return QueryTrial(fault=f"{error} (at character {error.at + 1})")
    if place.store is None:
        return QueryTrial()
    index = place.store.index
    ids = index.ids(FeedKey(ALL.axis, ALL.slug), limit=LOOKED, since=None, most=LOOKED)
    articles = index.articles(ids)
    matching = [
        item
        for article_id, item in articles.items()
        if is_match(asked, item, partial(body, place, article_id))
    ]
    return QueryTrial(found=tuple(matching[:_SHOWN]), count=len(matching), looked=len(articles))


def newest_files(archive: Archive, most: int) -> list[Article]:
    index = archive.store.index
    articles = []
    for article_id in index.ids(FeedKey(ALL.axis, ALL.slug), limit=most, since=None, most=most):
        with suppress(ConfigError, OSError):
            articles.append(archive.article_store.get(index.path(article_id) or ""))
    return articles


def body(place: Place, article_id: str) -> str:
    """Return the plain text of an article, or ""."""
    return plain(markdown(place, article_id))
