"""Plan which feeds are published: of categories, tags, sources, saved queries and others. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from syndicator.configuration.settings import Publish, Settings
from syndicator.core.axes import ALL, AUTHOR, CATEGORY, STORIES, TAG, list_axes_by_place
from syndicator.core.model import FeedKey, FeedSpec, Source
from syndicator.core.ports import FeedRow
from syndicator.core.text import slug
from syndicator.publishing import questions
from syndicator.publishing.paths import QUESTIONS
from syndicator.publishing.queries import SavedQuery
from syndicator.publishing.selection.archived import decide_older
from syndicator.publishing.selection.published import is_axis_on

# For some axes, the number of articles that a feed needs before it is first published; None: the
# axis is off. Feeds of other axes, and tags of taxonomy.toml, need one article.
LEAST: Final[dict[str, Callable[[Publish], int | None]]] = {
    TAG: lambda publish: publish.tag_min,
    AUTHOR: lambda publish: publish.tag_min,
}
# The entries of a head feed at most, if all are of the last day.
MOST: Final = 500
# The same if some are older. Older entries serve only readers that poll seldom, but each poll of
# any reader transfers them.
MOST_OLDER: Final = 200
# Window of the feed of everything in a private instance; its archives have the rest.
PRIVATE_HOURS: Final = 24
# The part of the places that one source may fill while other sources have articles.
SHARE: Final = 0.33


@dataclass(frozen=True, slots=True)
class _Details:
    """Values from the configuration that feeds show. `sources`: by key; `categories`: name ->
    description."""

    settings: Settings
    sources: Mapping[str, Source]
    categories: Mapping[str, str]
    tags: Mapping[str, str]  # slug -> description


def plan_feeds(
    rows: Sequence[FeedRow],
    *,
    settings: Settings,
    sources: Sequence[Source],
    queries: Sequence[SavedQuery],
    categories: Mapping[str, str],
    tags: Mapping[str, str] = MappingProxyType({}),
    archived: Collection[FeedKey] = (),
) -> list[FeedSpec]:
    """Return the feeds to publish, in the order of the index page, with saved queries last:

    - the feed of everything, and the feed of stories, even if it has no stories;
    - a feed for each category and source with an article;
    - one for each tag with `publish.tag_min` articles, or with one article if the tag is in `tags`
      or the operator wrote it into an article's file;
    - one for each saved query.

    Only axes (kinds of feeds) in `publish.axes` are published. A feed that was published once stays
    until it is dropped or moved. `rows`: all feeds in the database; `queries`: the entries of
    feeds.toml; `categories`, `tags`: name -> description, from taxonomy.toml; `archived`: feeds
    with published archives."""
    details = _Details(
        settings=settings,
        sources={source.key: source for source in sources},
        categories=categories,
        tags={slug(name): description for name, description in tags.items()},
    )
    candidates: list[FeedRow] = []
    for row in sorted(rows, key=lambda row: row.key):
        has_ended = row.dropped and row.count <= 0
        has_moved = row.moved_to is not None
        if not has_moved and not has_ended:
            candidates.append(row)

    specs: list[FeedSpec] = []
    for name, axis in list_axes_by_place():
        if name == ALL.axis:
            specs.append(_plan_feed_of_everything(settings))
        elif axis.members or axis.found or axis.only:
            specs += _plan_axis(name, candidates, details)
        if name == STORIES.axis and STORIES not in {spec.key for spec in specs}:
            empty_feed = _make_spec(STORIES, "Stories", settings, first_slug=STORIES.slug)
            specs.append(_add_details(empty_feed, details))
    specs += plan_query_feeds(rows, settings, queries)

    specs = [spec for spec in specs if is_axis_on(spec.key.axis, settings.publish)]
    specs = _make_titles_distinct(specs)
    specs = _set_up_feeds(specs, queries)
    windows = {query.key for query in queries if query.window_hours is not None}
    return decide_older(
        specs, settings.publish, tags=details.tags, published=archived, windows=windows
    )


def _set_up_feeds(specs: Sequence[FeedSpec], queries: Iterable[SavedQuery]) -> list[FeedSpec]:
    """Return the feeds `specs` with the operator's settings: if an entry of feeds.toml names a feed
    (`query.feed`), the feed gets the settings of this entry. `queries`: all entries of feeds.toml;
    those that define a feed of their own by a query are ignored here."""
    settings_by_feed = {query.feed: query for query in queries if query.feed is not None}
    result: list[FeedSpec] = []
    for spec in specs:
        feed_settings = settings_by_feed.get(spec.key)
        if feed_settings is None:
            result.append(spec)
        else:
            result.append(_apply_query_settings(spec, feed_settings))
    return result


def _plan_feed_of_everything(settings: Settings) -> FeedSpec:
    """Return the plan of the feed of all articles. In a private instance, the feed has only the
    entries of one day, unless the operator set `window_hours`."""
    spec = _make_spec(ALL, "Everything", settings, first_slug="all", title=settings.site.title)
    is_private = bool(settings.publish.secret_path)
    has_set_window = "window_hours" in settings.publish.model_fields_set
    if is_private and not has_set_window:
        # feeds of private instances have whole texts, and phones load them after each change
        return replace(spec, window_hours=PRIVATE_HOURS)
    return spec


def _make_titles_distinct(specs: Sequence[FeedSpec]) -> list[FeedSpec]:
    """Return the feeds with distinct titles, because feed readers list feeds by title: if a
    category has the same name as a tag, its title gets "(category)" behind the name."""
    tag_names = {spec.name.casefold() for spec in specs if spec.key.axis == TAG}
    result: list[FeedSpec] = []
    for spec in specs:
        if spec.key.axis == CATEGORY and spec.name.casefold() in tag_names:
            title = spec.title.replace(spec.name, f"{spec.name} (category)", 1)
            result.append(replace(spec, title=title))
        else:
            result.append(spec)
    return result


def _plan_axis(axis: str, rows: Sequence[FeedRow], details: _Details) -> Iterator[FeedSpec]:
    """Yield the feeds of an axis (a kind of feeds, such as "tag") that have enough articles or were
    published before. The settings say how many articles are enough. One is enough for a tag that
    taxonomy.toml lists (`details.tags`) and for a feed that is always published (`row.wanted`).
    `rows`: the rows of the feeds of all axes."""
    find_least = LEAST.get(axis)
    least = find_least(details.settings.publish) if find_least else 1
    if least is None:  # the axis is off
        return
    for row in rows:
        if row.key.axis != axis:
            continue
        is_listed_tag = axis == TAG and row.key.slug in details.tags
        needed_articles = 1 if row.wanted or is_listed_tag else least
        if row.count >= needed_articles or row.built:
            spec = _make_spec(row.key, row.name, details.settings, first_slug=row.first_slug)
            yield _add_details(spec, details)


def _add_details(spec: FeedSpec, details: _Details) -> FeedSpec:
    """Return the feed with the values that depend on its axis (its kind, such as "tag"):
    description, title, language, and the share of its entries that one source may have."""
    match spec.key.axis:
        case "category":
            return replace(spec, description=details.categories.get(spec.name, ""))
        case "tag":
            return replace(spec, description=details.tags.get(spec.key.slug, ""))
        case "story":
            return replace(spec, description="What two outlets or more report.", share=1.0)
        case "source":
            return _describe_source_feed(spec, details)
    return spec


def _describe_source_feed(spec: FeedSpec, details: _Details) -> FeedSpec:
    """Return the feed of a source with the source's name, title and language. All of its entries
    may be of this source (`share` 1.0)."""
    source = details.sources.get(spec.key.slug)
    name = spec.name or spec.key.slug
    language = spec.language
    if source is not None:  # else it was removed: its articles and its feed stay
        name = source.title or name
        language = source.language or language
    title = _make_title(name, details.settings)
    return replace(spec, name=name, title=title, language=language, share=1.0)


def plan_query_feeds(
    rows: Sequence[FeedRow], settings: Settings, queries: Sequence[SavedQuery]
) -> Iterator[FeedSpec]:
    """Yield the feeds that are defined by a query in feeds.toml, in the order of their slugs.
    `rows`: the rows of all feeds in the database, for names and first slugs; `queries`: the entries
    of feeds.toml."""
    first_slugs = {row.key: row.first_slug for row in rows}
    names = {row.key: row.name for row in rows}
    for query in sorted(queries, key=lambda query: query.slug):
        if query.feed is not None:  # the entry has only settings for another feed
            continue
        titled_query = _add_question_title(query, names)
        name = titled_query.title or query.slug.replace("-", " ").capitalize()
        first_slug = first_slugs.get(query.key, query.slug)
        spec = _make_spec(query.key, name, settings, first_slug=first_slug)
        yield _apply_query_settings(replace(spec, query=query.query), titled_query)


def _add_question_title(query: SavedQuery, names: Mapping[FeedKey, str]) -> SavedQuery:
    """Return a saved query with a title, if it came from a question that a reader asked by address.
    Such a query has a slug like "q/tag.ai"; its title is made of the names of its tags, categories
    and sources. Return a query that has a title, or that is not of a question, unchanged. `names`:
    feed key -> name."""
    is_question = query.slug.startswith(QUESTIONS)
    if query.title or not is_question:
        return query
    question = questions.parse_question(query.slug)
    return replace(query, title=question.title(names))


def _make_spec(
    key: FeedKey, name: str, settings: Settings, *, first_slug: str, title: str = ""
) -> FeedSpec:
    """Return the plan of the feed `key`, as the operator's general settings define feeds. `name`:
    such as "AI"; `first_slug`: the slug that the feed had first, part of its id, or "" if it is
    that of `key`; `title`: or "" for a title made of the feed's name and the site's, such as
    "AI - My feeds"."""
    publish = settings.publish
    if not title:
        title = _make_title(name, settings)
    return FeedSpec(
        key=key,
        name=name,
        title=title,
        first_slug=first_slug or key.slug,
        limit=publish.limit,
        window_hours=publish.window_hours,
        # the head may have as many articles as `limit` asks for
        most=max(MOST, publish.limit),
        most_older=max(MOST_OLDER, publish.limit),
        share=SHARE,
        formats=publish.formats,
        language=settings.site.language,
    )


def _make_title(name: str, settings: Settings) -> str:
    return f"{name} - {settings.site.title}"


def _apply_query_settings(spec: FeedSpec, query: SavedQuery) -> FeedSpec:
    """Return the feed with the settings of `query`, its entry in feeds.toml. A setting that the
    entry does not have stays as it is."""
    limit = query.limit or spec.limit
    window_hours = spec.window_hours
    if query.window_hours is not None:
        window_hours = query.window_hours
    formats = spec.formats
    if query.formats is not None:
        formats = query.formats
    return replace(
        spec,
        title=query.title or spec.title,
        description=query.description or spec.description,
        limit=limit,
        window_hours=window_hours,
        # the feed may have as many entries as `limit` asks for
        most=max(spec.most, limit),
        most_older=max(spec.most_older, limit),
        content=query.content or spec.content,
        formats=formats,
    )
