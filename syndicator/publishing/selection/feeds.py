"""Plan which feeds exist: of categories, tags, sources, saved queries and others. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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

# Articles that a feed of an axis needs before it is first published; None: the axis is off. One for
# other axes, and for tags of taxonomy.toml.
LEAST: Final[dict[str, Callable[[Publish], int | None]]] = {
    TAG: lambda publish: publish.tag_min,
    AUTHOR: lambda publish: publish.tag_min,
}
MOST: Final = 500  # entries of the last day
# Entries of earlier days are for readers that poll seldom, but each poll of the others transfers
# them, too.
MOST_OLDER: Final = 200
PRIVATE_HOURS: Final = 24  # of the feed of everything; its archives have the rest
SHARE: Final = 0.33  # of the places for one source, while others have articles for the rest


@dataclass(frozen=True, slots=True)
class _Details:
    """Values from the configuration that feeds show."""

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
    """Return the feeds to publish on the axes of `publish.axes`: everything; each category and
    source with an article; each tag with `publish.tag_min` articles, or one if `tags`
    (taxonomy.toml) or an operator's file has it; each saved query; stories from the first day.
    Published feeds stay until they are dropped or moved. `categories`, `tags`: name ->
    description; `archived`: as `published` of `decide_older`. Order: by axis as on the index page,
    saved queries last, then by slug."""
    details = _Details(
        settings=settings,
        sources={source.key: source for source in sources},
        categories=categories,
        tags={slug(name): description for name, description in tags.items()},
    )
    candidates = [
        row for row in rows if row.moved_to is None and (row.count > 0 or not row.dropped)
    ]
    candidates.sort(key=lambda row: row.key)
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
    query_of = {query.feed: query for query in queries if query.feed is not None}
    specs = [
        _apply_query_settings(spec, query_of[spec.key]) if spec.key in query_of else spec
        for spec in specs
    ]
    windows = {query.key for query in queries if query.window_hours is not None}
    return decide_older(
        specs, settings.publish, tags=details.tags, published=archived, windows=windows
    )


def _plan_everything(settings: Settings) -> FeedSpec:
    """Plan the feed of all articles. In a private instance it has the entries of a day, unless the
    operator wrote `window_hours`: it has whole texts, and a phone gets it after each change."""
    spec = _make_spec(ALL, "Everything", settings, first_slug="all", title=settings.site.title)
    is_private = bool(settings.publish.secret_path)
    if is_private and "window_hours" not in settings.publish.model_fields_set:
        return replace(spec, window_hours=PRIVATE_HOURS)
    return spec


def _make_titles_distinct(specs: Sequence[FeedSpec]) -> list[FeedSpec]:
    """Add "(category)" to the title of a category that has the name of a tag, because readers list
    feeds by title."""
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
    """Yield the feeds of an axis that have enough articles, and those that were published once."""
    least = LEAST[axis](details.settings.publish) if axis in LEAST else 1
    if least is None:
        return
    for row in rows:
        if row.key.axis != axis:
            continue
        is_listed_tag = axis == TAG and row.key.slug in details.tags
        needed = 1 if row.wanted or is_listed_tag else least
        if row.count >= needed or row.built:
            spec = _make_spec(row.key, row.name, details.settings, first_slug=row.first_slug)
            yield _add_details(spec, details)


def _add_details(spec: FeedSpec, details: _Details) -> FeedSpec:
    """Return the feed with the description, title, language and share that its axis gives it."""
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
    """Return the feed of a source with the source's name and language."""
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
    """Yield the feeds of saved queries, by slug. `rows`: of all feeds."""
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
    """Return the query of a question with a title, unless it has one: the names of its tags,
    categories and sources."""
    if query.title or not query.slug.startswith(QUESTIONS):
        return query
    return replace(query, title=questions.parse_question(query.slug).title(names))


def _make_spec(
    key: FeedKey, name: str, settings: Settings, *, first_slug: str, title: str = ""
) -> FeedSpec:
    """Return a feed with the general settings. `title`: by default its name and that of the
    site."""
    publish = settings.publish
    return FeedSpec(
        key=key,
        name=name,
        title=title or _make_title(name, settings),
        first_slug=first_slug or key.slug,
        limit=publish.limit,
        window_hours=publish.window_hours,
        most=max(MOST, publish.limit),
        most_older=max(MOST_OLDER, publish.limit),
        share=SHARE,
        formats=publish.formats,
        language=settings.site.language,
    )


def _make_title(name: str, settings: Settings) -> str:
    return f"{name} - {settings.site.title}"


def _apply_query_settings(spec: FeedSpec, query: SavedQuery) -> FeedSpec:
    """Return the feed with the settings of its entry in feeds.toml."""
    limit = query.limit or spec.limit
    return replace(
        spec,
        title=query.title or spec.title,
        description=query.description or spec.description,
        limit=limit,
        window_hours=spec.window_hours if query.window_hours is None else query.window_hours,
        most=max(spec.most, limit),
        most_older=max(spec.most_older, limit),
        content=query.content or spec.content,
        formats=spec.formats if query.formats is None else query.formats,
    )
