"""Read articles, sources, tags and queries as the console lists them and shows each of them.

Nothing is written. Functions raise StoreError, UsageError."""

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
from syndicator.app.places import OpenedInstance
from syndicator.articles import frontmatter
from syndicator.configuration.sources import plain_values
from syndicator.core import urls
from syndicator.core.axes import ALL, CATEGORY, TAG
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, FeedKey, Source, SourceState
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.text import plain, slug, stamp
from syndicator.describing.taxonomy.vocabulary import CategoryDef, TagDef, Vocabulary, load
from syndicator.health.conditions import Condition
from syndicator.health.observing import select_current_states
from syndicator.health.summary import SourceHealth, read_source_health
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

WEEKS = 12  # whose new articles the table shows
COSTS = timedelta(days=7)  # time of which visits and bytes are counted
# keys of a source that are not listed as settings: the table has columns for them
_NO_SETTING = ("key", "url", "title", "every", "cron", "enabled", "kind")
_NEWEST = 10  # articles of a source
_MOST_LISTED = 5000  # articles of a search without words
LOOKED = 250  # newest articles that a query is tried on while it is typed
_SHOWN = 30  # articles that match a query while it is typed
# ranks of sources in the table, if it is sorted by health
_NEEDS_OPERATOR = 0
_TROUBLED = 1
_WITHOUT_TROUBLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article in a list of the console. `outlet`: name of its source."""

    article: Article
    picture: Picture | None
    outlet: str  # the name of its source
    path: str = ""
    # percent of certainty of its category, if that is low and nobody answered it
    unsure: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An article and its file. `stamp`: changes with the content of the file, so that an edit by
    somebody else is noticed. `copies`: articles that were merged into this one. `into`: the article
    that this one was merged into, None for none. `followed`: True if its source is configured.
    `fault`: why the file cannot be read, "" if it can."""

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
    """A source with its newest articles. `stamp`: changes with the configuration of the source, so
    that an edit by somebody else is noticed."""

    health: SourceHealth
    stamp: str
    items: Sequence[Item]


def list_articles(
    instance: OpenedInstance, selection: Wanted
) -> tuple[list[Item], Mapping[Filter, int]]:
    """Return the articles of a page of a list, and for each filter of the list, how many articles
    it has. `selection`: which page of which list, and under which filter."""
    if instance.store is None:
        return [], {}
    rows, counts_by_filter = instance.store.browse.articles(selection)
    pictures = instance.store.pictures.list_thumbnails([row.article.id for row in rows])
    items: list[Item] = []
    for row in rows:
        item = Item(
            article=row.article,
            path=row.path,
            picture=pictures.get(row.article.id),
            outlet=name_outlet(instance, row.article),
            unsure=_measure_doubt(row.article, row.score),
        )
        items.append(item)
    return items, counts_by_filter


def _measure_doubt(article: Article, score: float | None) -> int | None:
    """Return how certain the category of an article is, in percent, if it is doubtful. Return None
    if it is not doubtful, or if the operator chose the tags or the category. `score`: how certain
    the category is, from 0 to 1; None if unknown."""
    is_chosen_by_operator = "operator" in (article.tags_by, article.category_by)
    if score is None or is_chosen_by_operator:
        return None
    is_doubtful = 0 < 1000 * score < UNSURE  # UNSURE is in thousandths
    return round(100 * score) if is_doubtful else None


def find_articles(instance: OpenedInstance, search: str) -> list[str]:
    """Return the ids of the articles that a search finds: the best first, or the newest first if
    the search has only conditions and no words. `search`: the text that the user typed. Raises
    UsageError if it is faulty, or if it names a tag, category, source or language that no article
    has."""
    try:
        parsed_search = parse_search(search)
    except QueryError as error:
        raise UsageError(f"{error} (at character {error.at + 1})") from error
    if instance.store is None:
        return []
    unknown_term = find_unknown(instance.store, parsed_search)
    if unknown_term is not None:
        raise UsageError(f"no article has the {unknown_term.field} {unknown_term.value!r}")
    return find(instance.store, parsed_search, _MOST_LISTED)


def has_source(instance: OpenedInstance, key: str) -> bool:
    """Return True if the source `key` is followed, or if there are articles of it."""
    if key in instance.sources:
        return True
    return instance.store is not None and find_unknown(instance.store, Term("source", key)) is None


def sort_newest(instance: OpenedInstance, ids: Sequence[str]) -> list[str]:
    """Return the ids of articles in the order in which the articles were added, the newest first.
    Ids of unknown articles are left out."""
    if instance.store is None:
        return []
    articles = instance.store.index.articles(ids).values()
    newest_first = sorted(
        articles, key=lambda article: codec.to_micros_or_never(article.added), reverse=True
    )
    return [article.id for article in newest_first]


def list_newest(instance: OpenedInstance, feed: FeedKey, limit: int) -> tuple[Item, ...]:
    """Return the newest articles of a feed, at most `limit`, as items of a list of the console."""
    store = instance.store
    if store is None:
        return ()
    ids = store.index.ids(feed, limit=limit, since=None, most=limit)
    pictures = store.pictures.list_thumbnails(ids)
    articles = store.index.articles(ids)
    items: list[Item] = []
    for article_id in ids:
        article = articles.get(article_id)
        if article is not None:
            picture = pictures.get(article_id)
            items.append(
                Item(article=article, picture=picture, outlet=name_outlet(instance, article))
            )
    return tuple(items)


def name_outlet(instance: OpenedInstance, article: Article) -> str:
    """Return the name of an article's source: the name in sources.toml; without one, the title of
    its feed; without that, the host of the article."""
    source = instance.sources.get(article.source_key)
    if source and source.title:
        return source.title
    return article.origin.title or urls.host(article.url) or article.source_key


def name_source(source: Source, state: SourceState | None) -> str:
    """Return the name of a source: the name in sources.toml; without one, the title of its feed;
    without that, its host, or else its key. `state`: the state of the source, None before its first
    visit."""
    feed_title = state.channel.feed_title if state else ""
    return source.title or feed_title or urls.host(source.url) or source.key


def read_article(instance: OpenedInstance, article_id: str) -> File:
    """Return the article with this id and its file. The fields are those in the file; if the file
    cannot be read, those in the database. Raises UsageError if there is no such article."""
    store = instance.store
    stored_article = store.visits.article(article_id) if store else None
    if store is None or stored_article is None:
        raise UsageError(f"there is no article {article_id!r}")
    index = store.index
    path = index.path(article_id) or ""
    article = stored_article
    fault = ""
    try:
        data = instance.article_store.read(path)
        article = frontmatter.load(data, path)
    except (ConfigError, OSError) as error:
        data = b""
        fault = str(error)

    # articles that were merged into this one, and the one into which this one was merged
    copies = tuple(index.articles(store.visits.copies(article_id)).values())
    merged_into = stored_article.merged_into
    shown_instead = index.articles([merged_into]).get(merged_into) if merged_into else None
    return File(
        article=article,
        path=path,
        text=data.decode("utf-8", "replace"),
        stamp=stamp(data),
        feeds=tuple(paths.get_stem(key) for key in sorted(index.list_feeds_of(article_id))),
        copies=copies,
        story=_list_other_reports(store, article_id),
        into=shown_instead,
        followed=article.source_key in instance.sources,
        fault=fault,
    )


def _list_other_reports(store: Store, article_id: str) -> tuple[Article, ...]:
    """Return the articles of other outlets on the same event as an article: the others of its
    story. Return () if it is in no story."""
    story = store.stories.find_stories([article_id]).get(article_id)
    if not story:
        return ()
    members = store.stories.list_sketched([story])
    ids_of_others = [member.article for member in members if member.article != article_id]
    return tuple(store.index.articles(ids_of_others).values())


def find_sources(
    instance: OpenedInstance, words: Sequence[str]
) -> list[tuple[Source, SourceState | None]]:
    """Return the sources whose key, name or address contains each of `words`, in small or capital
    letters. Each source comes with its state, which says how its visits went; None before the first
    visit."""
    stored_states = instance.store.visits.states() if instance.store else {}
    states = {
        state.key: state
        for state in select_current_states(stored_states.values(), instance.sources)
    }
    lower_words = [word.lower() for word in words]
    matching: list[tuple[Source, SourceState | None]] = []
    for source in instance.sources.values():
        state = states.get(source.key)
        searched_text = f"{source.key} {name_source(source, state)} {source.url}".lower()
        if all(word in searched_text for word in lower_words):
            matching.append((source, state))
    return matching


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Recent work on a source. `weeks`: numbers of new articles in each of the last twelve weeks,
    the oldest first. `last`: when the last article was filed. `visits`, `failed`, `bytes`: of the
    last seven days."""

    weeks: tuple[int, ...] = (0,) * WEEKS
    last: datetime | None = None
    visits: int = 0
    failed: int = 0
    bytes: int = 0


def measure_work(instance: OpenedInstance) -> dict[str, Work]:
    """Return the recent work on each source, by key of the source: how many new articles it had in
    each of the last twelve weeks, and what its visits cost in the last seven days."""
    if instance.store is None:
        return {}
    browse = instance.store.browse
    # for each source, (number of the week, number of new articles, time of the last one)
    weeks_by_source = browse.count_by_week(instance.now - timedelta(weeks=WEEKS))
    # for each source, (visits, failed visits, bytes)
    costs = browse.sum_costs(instance.now - COSTS)
    result: dict[str, Work] = {}
    for key in instance.sources:
        weeks_with_articles = weeks_by_source.get(key, ())
        counts = {week: count for week, count, _ in weeks_with_articles}
        last_times = [last for _, _, last in weeks_with_articles]
        visits, failed, size = costs.get(key, (0, 0, 0))
        result[key] = Work(
            weeks=tuple(counts.get(week, 0) for week in range(WEEKS)),
            last=max(last_times, default=None),
            visits=visits,
            failed=failed,
            bytes=size,
        )
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A source as a row of the table. `trouble`: its worst condition, None if it has none.
    `settings`: names of its settings that are not at their defaults."""

    source: Source
    state: SourceState | None
    name: str
    work: Work
    trouble: Condition | None
    settings: tuple[str, ...]

    @property
    def health_sort_key(self) -> tuple[int, float]:
        """The key for sorting sources by health, as (rank, time when the trouble began). Sources
        that need the operator have the lowest rank and come first; then come other sources with a
        trouble, then those without. Paused sources count as sources without a trouble."""
        if self.trouble is None or not self.source.enabled:
            return _WITHOUT_TROUBLE, 0.0
        rank = _NEEDS_OPERATOR if self.trouble.needs_you else _TROUBLED
        if self.trouble.since is None:
            return rank, 0.0
        return rank, self.trouble.since.timestamp()


SORTS: Mapping[str, Callable[[Line], Any]] = {
    "health": lambda line: line.health_sort_key,
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


def list_lines(
    instance: OpenedInstance,
    words: Sequence[str],
    conditions: Sequence[Condition],
    work: Mapping[str, Work],
) -> list[Line]:
    """Return the rows of the table of sources: one for each source that matches all of `words`.
    `conditions`: what is wrong with the instance; a row has the worst condition of its source.
    `work`: the recent work on each source, by key of the source."""
    # conditions that need the operator are worse: they come last, and overwrite the others
    worst_by_source: dict[str, Condition] = {}
    mildest_first = sorted(conditions, key=lambda condition: condition.needs_you)
    for condition in mildest_first:
        if condition.source:
            worst_by_source[condition.source] = condition

    rows: list[Line] = []
    for source, state in find_sources(instance, words):
        # `table` has only the settings that are not at their defaults
        changed = [name for name in plain_values.table(source) if name not in _NO_SETTING]
        row = Line(
            source=source,
            state=state,
            name=name_source(source, state),
            work=work.get(source.key, Work()),
            trouble=worst_by_source.get(source.key),
            settings=tuple(changed),
        )
        rows.append(row)
    return rows


def read_source_page(instance: OpenedInstance, key: str) -> SourcePage:
    """Return what the page of a source shows: its health, its newest articles, and a stamp that
    changes with its settings. `key`: the key of the source. Raises UsageError if there is no such
    source."""
    health = read_source_health(instance, key)
    items = list_newest(instance, FeedKey("source", key), _NEWEST)
    return SourcePage(health=health, stamp=plain_values.stamp(health.source), items=items)


def load_vocabulary(config: Path) -> Vocabulary:
    """Return the categories and tags of taxonomy.toml in the folder `config`; an empty vocabulary
    if the file cannot be read."""
    try:
        return load(config / "taxonomy.toml")
    except (ConfigError, OSError):
        return Vocabulary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A tag or category with its number of articles. `aliases`: other spellings; `listed`: True if
    it is in taxonomy.toml."""

    name: str
    count: int
    aliases: tuple[str, ...] = ()
    description: str = ""
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Names:
    """All tags and all categories, those with most articles first; and the saved queries, each with
    its number of articles."""

    tags: tuple[Named, ...]
    categories: tuple[Named, ...]
    queries: tuple[tuple[SavedQuery, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTrial:
    """The result of a query on the newest articles, while it is typed. `found`: the first matches;
    `count`: number of all matches; `looked`: how many articles were tried; `fault`: the error in
    the query with its position, "" for none."""

    found: tuple[Article, ...] = ()
    count: int = 0
    looked: int = 0
    fault: str = ""


def list_names(instance: OpenedInstance) -> Names:
    """Return all tags, all categories and all saved queries, each with its number of articles:
    those of taxonomy.toml and feeds.toml, and tags that only articles have."""
    # each tag, category and saved query has a feed, and the row of the feed has the number
    rows = instance.store.index.plain_feeds() if instance.store else []
    rows_without_redirects = [row for row in rows if row.moved_to is None]
    counts = {row.key: row.count for row in rows_without_redirects}
    taxonomy = load_vocabulary(instance.config)
    listed_slugs = {slug(tag.name) for tag in taxonomy.tag}
    tags = [_count_name(counts, TAG, tag, tag.aliases) for tag in taxonomy.tag]
    for row in rows_without_redirects:
        is_unlisted_tag = row.key.axis == TAG and row.key.slug not in listed_slugs
        if is_unlisted_tag and row.count:
            tags.append(Named(name=row.name, count=row.count, listed=False))
    categories = [_count_name(counts, CATEGORY, category) for category in taxonomy.category]
    saved = tuple((query, counts.get(query.key, 0)) for query in list_queries(instance))
    return Names(_sort_by_count(tags), _sort_by_count(categories), saved)


def _count_name(
    counts: Mapping[FeedKey, int],
    axis: str,
    definition: TagDef | CategoryDef,
    aliases: tuple[str, ...] = (),
) -> Named:
    """Return a tag or category with the number of its articles. `counts`: the number of articles of
    each feed. `axis`: TAG or CATEGORY. `definition`: the tag or category in taxonomy.toml.
    `aliases`: other spellings of a tag."""
    feed = FeedKey(axis, slug(definition.name))
    return Named(
        name=definition.name,
        count=counts.get(feed, 0),
        aliases=aliases,
        description=definition.description,
    )


def list_queries(instance: OpenedInstance) -> list[SavedQuery]:
    """Return the saved queries of feeds.toml; [] if the file cannot be read."""
    try:
        entries = load_queries(instance.config / "feeds.toml")
    except ConfigError:
        return []
    # an entry with `feed` has no query: it only describes another feed
    return [entry for entry in entries if entry.feed is None]


def _sort_by_count(names: list[Named]) -> tuple[Named, ...]:
    return tuple(sorted(names, key=lambda item: (-item.count, item.name.casefold())))


def try_query(instance: OpenedInstance, query: str) -> QueryTrial | None:
    """Try a query on the newest articles. Return the articles that it matches, or the error in the
    query. Return None if the query is empty."""
    if not query.strip():
        return None
    try:
        parsed_query = parse_query(query)
    except QueryError as error:
        return QueryTrial(fault=f"{error} (at character {error.at + 1})")
    if instance.store is None:
        return QueryTrial()
    index = instance.store.index
    newest_ids = index.ids(FeedKey(ALL.axis, ALL.slug), limit=LOOKED, since=None, most=LOOKED)
    articles = index.articles(newest_ids)
    matching = [
        article
        for article_id, article in articles.items()
        if is_match(parsed_query, article, partial(read_plain_text, instance, article_id))
    ]
    return QueryTrial(found=tuple(matching[:_SHOWN]), count=len(matching), looked=len(articles))


def read_newest_files(archive: Archive, limit: int) -> list[Article]:
    """Read the files of the newest published articles, at most `limit`, and return the articles,
    the newest first. Files that cannot be read are left out."""
    index = archive.store.index
    articles: list[Article] = []
    for article_id in index.ids(FeedKey(ALL.axis, ALL.slug), limit=limit, since=None, most=limit):
        with suppress(ConfigError, OSError):
            articles.append(archive.article_store.get(index.path(article_id) or ""))
    return articles


def read_plain_text(instance: OpenedInstance, article_id: str) -> str:
    """Return the text of an article without its markup; "" if it has no text."""
    return plain(markdown(instance, article_id))
