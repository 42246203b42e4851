"""Tags, categories and queries with article counts; a query tried on the newest articles. Reads only."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from syndicator.articles import frontmatter
from syndicator.configuration.entry_rules import QueryError, matches, parse_query
from syndicator.core import text as texts
from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, FeedKey
from syndicator.describing.taxonomy.vocabulary import CategoryDef, TagDef
from syndicator.publishing.queries import SavedQuery, load_queries
from syndicator.services.container import App
from syndicator.services.places import Place
from syndicator.services.showing.glance import vocabulary

LOOKED = 250  # newest articles that a query is tried on while it is typed
_SHOWN = 30


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
    """Matches of a query among the newest articles. `fault`: its error, with the position in the text."""

    found: tuple[Article, ...] = ()
    count: int = 0
    looked: int = 0
    fault: str = ""


def names(place: Place) -> Names:
    rows = [row for row in place.store.index.plain_feeds() if row.moved_to is None] if place.store else []
    counts = {(row.key.axis, row.key.slug): row.count for row in rows}
    taxonomy = vocabulary(place.config)

    def named(axis: str, item: TagDef | CategoryDef, aliases: tuple[str, ...] = ()) -> Named:
        count = counts.get((axis, texts.slug(item.name)), 0)
        return Named(name=item.name, count=count, aliases=aliases, description=item.description)

    slugs = {texts.slug(tag.name) for tag in taxonomy.tag}
    others = [row for row in rows if row.key.axis == "tag" and row.key.slug not in slugs and row.count]
    tags = [named("tag", tag, tag.aliases) for tag in taxonomy.tag]
    tags += [Named(name=row.name, count=row.count, listed=False) for row in others]
    categories = [named("category", category) for category in taxonomy.category]
    with_count = tuple((query, counts.get((query.key.axis, query.key.slug), 0)) for query in queries(place))
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
    matching = [item for id, item in articles.items() if matches(asked, item, partial(body, place, id))]
    return QueryTrial(found=tuple(matching[:_SHOWN]), count=len(matching), looked=len(articles))


def newest(app: App, most: int) -> list[Article]:
    index, articles = app.store.index, []
    for id in index.ids(FeedKey(ALL.axis, ALL.slug), limit=most, since=None, most=most):
        with suppress(ConfigError, OSError):
            articles.append(app.article_store.get(index.path(id) or ""))
    return articles


def body(place: Place | App, id: str) -> str:
    """Return the plain text of an article, or ""."""
    return texts.plain(markdown(place, id))


def markdown(place: Place | App, id: str) -> str:
    """Return the markdown of an article, "" if its file cannot be read."""
    path = place.store.index.path(id) if place.store else None
    try:
        return frontmatter.body(place.article_store.read(path or ""))
    except (ConfigError, OSError):
        return ""
