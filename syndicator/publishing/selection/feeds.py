"""Plan which feeds exist: of categories, tags, sources, saved queries and others. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from syndicator.configuration.settings import Publish, Settings
from syndicator.core.axes import ALL, AUTHOR, STORIES, TAG, by_place
from syndicator.core.model import FeedKey, FeedSpec, Source
from syndicator.core.ports import FeedRow
from syndicator.core.text import slug
from syndicator.publishing import questions
from syndicator.publishing.paths import QUESTIONS
from syndicator.publishing.queries import SavedQuery
from syndicator.publishing.selection.archived import decide_older
from syndicator.publishing.selection.published import is_on

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
    settings: Settings
    sources: Mapping[str, Source]
    categories: Mapping[str, str]
    tags: Mapping[str, str]  # slug -> description


def plan(
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
    Published feeds stay until
    dropped or moved. `categories`, `tags`: name -> description; `archived`: as `published` of
    `with_older`. Order: by axis as on the index page, saved queries last, then by slug."""
    by_key = {source.key: source for source in sources}
    details = _Details(
        settings, by_key, categories, {slug(name): about for name, about in tags.items()}
    )
    published = (row for row in rows if row.moved_to is None and (row.count > 0 or not row.dropped))
    alive = sorted(published, key=lambda row: row.key)
    specs: list[FeedSpec] = []
    for name, axis in by_place():
        if name == ALL.axis:
            specs.append(_plan_everything(settings))
        elif axis.members or axis.found or axis.only:
            specs += _plan_axis(name, alive, details)
        if name == STORIES.axis and STORIES not in {spec.key for spec in specs}:
            empty = _make_spec(STORIES, "Stories", settings, first_slug=STORIES.slug)
            specs.append(_add_details(empty, details))
    specs += of_queries(rows, settings, queries)
    specs = _make_titles_distinct(
        [spec for spec in specs if is_on(spec.key.axis, settings.publish)]
    )
    others = {item.feed: item for item in queries if item.feed is not None}
    specs = [
        _apply_query_settings(spec, others[spec.key]) if spec.key in others else spec
        for spec in specs
    ]
    windows = {item.feed or item.key for item in queries if item.window_hours is not None}
    return decide_older(
        specs, settings.publish, tags=details.tags, published=archived, windows=windows
    )


def _plan_everything(settings: Settings) -> FeedSpec:
    """Plan the feed of all articles. A private one has whole texts, and goes to a phone after each
    change: it has the entries of a day, unless the operator wrote `window_hours`."""
    spec = _make_spec(ALL, "Everything", settings, first_slug="all", title=settings.site.title)
    is_private = bool(settings.publish.secret_path)
    if is_private and "window_hours" not in settings.publish.model_fields_set:
        return replace(spec, window_hours=PRIVATE_HOURS)
    return spec


def _make_titles_distinct(specs: Sequence[FeedSpec]) -> list[FeedSpec]:
    """Add "(category)" to the title of a category with the name of a tag: readers list feeds by
    title."""
    tags = {spec.name.casefold() for spec in specs if spec.key.axis == "tag"}
    return [
        replace(spec, title=spec.title.replace(spec.name, f"{spec.name} (category)", 1))
        if spec.key.axis == "category" and spec.name.casefold() in tags
        else spec
        for spec in specs
    ]


def _plan_axis(axis: str, rows: Sequence[FeedRow], details: _Details) -> Iterator[FeedSpec]:
    least = LEAST[axis](details.settings.publish) if axis in LEAST else 1
    if least is None:
        return
    for row in rows:
        named = axis == TAG and row.key.slug in details.tags
        if row.key.axis == axis and (
            row.count >= (1 if row.wanted or named else least) or row.built
        ):
            yield _add_details(
                _make_spec(row.key, row.name, details.settings, first_slug=row.first_slug), details
            )


def _add_details(spec: FeedSpec, details: _Details) -> FeedSpec:
    match spec.key.axis:
        case "category":
            return replace(spec, description=details.categories.get(spec.name, ""))
        case "tag":
            return replace(spec, description=details.tags.get(spec.key.slug, ""))
        case "story":
            return replace(spec, description="What two outlets or more report.", share=1.0)
        case "source":
            # None if it was removed: its articles and its feed stay
            source = details.sources.get(spec.key.slug)
            name = (source.title if source else None) or spec.name or spec.key.slug
            language = (source.language if source else None) or spec.language
            return replace(
                spec,
                name=name,
                title=_make_title(name, details.settings),
                language=language,
                share=1.0,
            )
    return spec


def of_queries(
    rows: Sequence[FeedRow], settings: Settings, queries: Sequence[SavedQuery]
) -> Iterator[FeedSpec]:
    """Yield the feeds of saved queries."""
    first = {row.key: row.first_slug for row in rows}
    names = {row.key: row.name for row in rows}
    for item in sorted(queries, key=lambda query: query.slug):
        if item.feed is None:
            titled = _name_question(item, names)
            name = titled.title or item.slug.replace("-", " ").capitalize()
            spec = _make_spec(item.key, name, settings, first_slug=first.get(item.key, item.slug))
            yield _apply_query_settings(replace(spec, query=item.query), titled)


def _name_question(item: SavedQuery, names: Mapping[FeedKey, str]) -> SavedQuery:
    """Return the query of a question with the names of its tags, categories and sources as title,
    unless it has one."""
    if item.title or not item.slug.startswith(QUESTIONS):
        return item
    return replace(item, title=questions.parse(item.slug).title(names))


def _make_spec(
    key: FeedKey, name: str, settings: Settings, *, first_slug: str, title: str = ""
) -> FeedSpec:
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


def _apply_query_settings(spec: FeedSpec, item: SavedQuery) -> FeedSpec:
    limit = item.limit or spec.limit
    return replace(
        spec,
        title=item.title or spec.title,
        description=item.description or spec.description,
        limit=limit,
        window_hours=spec.window_hours if item.window_hours is None else item.window_hours,
        most=max(spec.most, limit),
        most_older=max(spec.most_older, limit),
        content=item.content or spec.content,
        formats=spec.formats if item.formats is None else item.formats,
    )
