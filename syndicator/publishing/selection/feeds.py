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
    """Return the feeds to publish: the feed of everything; each category and source with an
    article; each tag with `publish.tag_min` articles, or with one if it is in `tags` or the
    operator wrote it into an article's file; each saved query; the feed of stories, even without
    stories. Only axes in `publish.axes` are published. A feed that was published once stays until
    it is dropped or moved. The order is that of the index page, with saved queries last; feeds of
    one axis are ordered by slug. `rows`: all feeds in the database; `queries`: the entries of
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
        if row.moved_to is None and not has_ended:
            candidates.append(row)

    specs: list[FeedSpec] = []
    for name, axis in list_axes_by_place():
        if name == ALL.axis:
            specs.append(_plan_everything(settings))
        elif axis.members or axis.found or axis.only:
            specs += _plan_axis(name, candidates, details)
        if name == STORIES.axis and STORIES not in {spec.key for spec in specs}:
            empty = _make_spec(STORIES, "Stories", settings, first_slug=STORIES.slug)
            specs.append(_add_details(empty, details))
    specs += plan_query_feeds(rows, settings, queries)

    specs = [spec for spec in specs if is_axis_on(spec.key.axis, settings.publish)]
    specs = _make_titles_distinct(specs)
    specs = _set_up_feeds(specs, queries)
    windows = {query.key for query in queries if query.window_hours is not None}
    return decide_older(
        specs, settings.publish, tags=details.tags, published=archived, windows=windows
    )


def _set_up_feeds(specs: Sequence[FeedSpec], queries: Iterable[SavedQuery]) -> list[FeedSpec]:
    """Return all feeds; those that an entry of feeds.toml sets up get its settings. `queries`: all
    entries of feeds.toml, also those that define a feed by a query."""
    settings_by_feed = {query.feed: query for query in queries if query.feed is not None}
    result: list[FeedSpec] = []
    for spec in specs:
        feed_settings = settings_by_feed.get(spec.key)
        if feed_settings is None:
            result.append(spec)
        else:
            result.append(_apply_query_settings(spec, feed_settings))
    return result


def _plan_everything(settings: Settings) -> FeedSpec:
    """Plan the feed of all articles. In a private instance it has the entries of a day, unless the
    operator set `window_hours`: such a feed has whole texts, and phones load it again after each
    change."""
    spec = _make_spec(ALL, "Everything", settings, first_slug="all", title=settings.site.title)
    is_private = bool(settings.publish.secret_path)
    if is_private and "window_hours" not in settings.publish.model_fields_set:
        return replace(spec, window_hours=PRIVATE_HOURS)
    return spec


def _make_titles_distinct(specs: Sequence[FeedSpec]) -> list[FeedSpec]:
    """Return the feeds with distinct titles: if a category has the same name as a tag, add
    "(category)" to its title, because feed readers list feeds by title."""
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
    """Yield the feeds of an axis that have enough articles, and those that were published once. One
    article is enough for a tag in `details.tags` and for a feed with an article that a person wrote
    (`row.wanted`). `rows`: the rows of the feeds of all axes."""
    least = LEAST[axis](details.settings.publish) if axis in LEAST else 1
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
    """Return the feed with the values that depend on its axis: description, title, language, and
    the share of the places that one source may fill."""
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
    """Return the feed of a source with the source's name and language. All its places are for this
    source."""
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
    """Yield the feeds of saved queries, by slug. `rows`: the rows of all feeds, for names."""
    first_slugs = {row.key: row.first_slug for row in rows}
    names = {row.key: row.name for row in rows}
    for query in sorted(queries, key=lambda query: query.slug):
        if query.feed is not None:  # settings of another feed
            continue
        titled_query = _name_question(query, names)
        name = titled_query.title or query.slug.replace("-", " ").capitalize()
        first_slug = first_slugs.get(query.key, query.slug)
        spec = _make_spec(query.key, name, settings, first_slug=first_slug)
        yield _apply_query_settings(replace(spec, query=query.query), titled_query)


def _name_question(query: SavedQuery, names: Mapping[FeedKey, str]) -> SavedQuery:
    """If a saved query is that of a question (slug q/tag.ai) and has no title, return it with a
    title made of the names of its tags, categories and sources; else return it unchanged."""
    if query.title or not query.slug.startswith(QUESTIONS):
        return query
    return replace(query, title=questions.parse_question(query.slug).title(names))


def _make_spec(
    key: FeedKey, name: str, settings: Settings, *, first_slug: str, title: str = ""
) -> FeedSpec:
    """Return a feed as the general settings of the operator define it. `first_slug`: the slug that
    the feed had first, from which its id is made; "" if it is that of `key`; `title`: "" for a
    title that is made of the feed's name and that of the site, such as "AI - My feeds"."""
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
    """Return the feed with the settings of `query`, its [[feed]] in feeds.toml. A setting that is
    missing there stays as it is. The head may never be cut below the number of articles that
    `limit` asks for, so a high `limit` raises `most` and `most_older` too."""
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
        most=max(spec.most, limit),
        most_older=max(spec.most_older, limit),
        content=query.content or spec.content,
        formats=formats,
    )
