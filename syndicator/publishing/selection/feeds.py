"""Which feeds exist. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from syndicator.model import FeedKey, FeedSpec, Source
from syndicator.ports import FeedRow
from syndicator.publishing.queries.saved import SavedQuery
from syndicator.settings import Settings

ALL = FeedKey("all", "all")


def plan(
    rows: Sequence[FeedRow],
    *,
    settings: Settings,
    sources: Sequence[Source],
    queries: Sequence[SavedQuery],
    categories: Mapping[str, str],
) -> list[FeedSpec]:
    """The feeds to publish: everything; each category and source with an article; each tag with `publish.tag_min` of
    them; each saved query. A feed that was published once stays, however few articles it has left, until it is dropped
    or moved. `categories`: name -> description. In a fixed order: all, then categories, tags, sources, queries by
    slug."""
    alive = sorted((row for row in rows if _alive(row)), key=lambda row: row.key)
    specs = [_spec(ALL, "Everything", settings, first_slug="all", title=settings.site.title)]
    specs += _categories(alive, settings, categories)
    specs += _tags(alive, settings)
    specs += _sources(alive, settings, sources)
    specs += _queries(rows, settings, queries)
    specs = _told_apart(specs)
    others = {item.feed: item for item in queries if item.feed is not None}
    return [_adjusted(spec, others[spec.key]) if spec.key in others else spec for spec in specs]


def _alive(row: FeedRow) -> bool:
    """False for a feed that moved, or was dropped and has no article again."""
    return row.moved_to is None and (not row.dropped or row.count > 0)


def _told_apart(specs: Sequence[FeedSpec]) -> list[FeedSpec]:
    """A category that is called like a tag says in its title that it is one: a reader lists feeds by their titles."""
    tags = {spec.name.casefold() for spec in specs if spec.key.axis == "tag"}
    return [
        replace(spec, title=spec.title.replace(spec.name, f"{spec.name} (category)", 1))
        if spec.key.axis == "category" and spec.name.casefold() in tags
        else spec
        for spec in specs
    ]


def _categories(rows: Sequence[FeedRow], settings: Settings, described: Mapping[str, str]) -> Iterator[FeedSpec]:
    for row in rows:
        if row.key.axis == "category" and (row.count or row.files):
            yield _spec(row.key, row.name, settings, first_slug=row.first_slug, description=described.get(row.name, ""))


def _tags(rows: Sequence[FeedRow], settings: Settings) -> Iterator[FeedSpec]:
    for row in rows:
        if row.key.axis == "tag" and (row.count >= settings.publish.tag_min or row.files):
            yield _spec(row.key, row.name, settings, first_slug=row.first_slug)


def _sources(rows: Sequence[FeedRow], settings: Settings, sources: Sequence[Source]) -> Iterator[FeedSpec]:
    known = {source.key: source for source in sources}
    for row in rows:
        if row.key.axis == "source" and (row.count or row.files):
            source = known.get(row.key.slug)  # None once it was removed: its articles and its feed stay
            name = (source.title if source else None) or row.name or row.key.slug
            spec = _spec(row.key, name, settings, first_slug=row.first_slug)
            yield replace(spec, language=(source.language if source else None) or spec.language)


def _queries(rows: Sequence[FeedRow], settings: Settings, queries: Sequence[SavedQuery]) -> Iterator[FeedSpec]:
    first = {row.key: row.first_slug for row in rows}
    for item in sorted(queries, key=lambda query: query.slug):
        if item.feed is None:
            name = item.title or item.slug.replace("-", " ").capitalize()
            spec = _spec(item.key, name, settings, first_slug=first.get(item.key, item.slug))
            yield _adjusted(replace(spec, query=item.query), item)


def _spec(
    key: FeedKey, name: str, settings: Settings, *, first_slug: str, title: str = "", description: str = ""
) -> FeedSpec:
    publish = settings.publish
    return FeedSpec(
        key=key,
        name=name,
        title=title or f"{name} - {settings.site.title}",
        first_slug=first_slug or key.slug,
        description=description,
        limit=publish.limit,
        window_hours=publish.window_hours,
        most=max(publish.most, publish.limit),
        formats=publish.formats,
        language=settings.site.language,
    )


def _adjusted(spec: FeedSpec, item: SavedQuery) -> FeedSpec:
    limit = item.limit or spec.limit
    return replace(
        spec,
        title=item.title or spec.title,
        description=item.description or spec.description,
        limit=limit,
        window_hours=spec.window_hours if item.window_hours is None else item.window_hours,
        most=max(spec.most, limit),
        content=item.content or spec.content,
        formats=spec.formats if item.formats is None else item.formats,
    )
