"""Decide which feeds have archives (RFC 5005) and pages of older stories. Pure.

With `publish.archives = "listed"`, the default of new folders, these feeds have archives:
everything, categories, sources and the tags of taxonomy.toml, because people follow them for years.
Any other feed is only a head of `publish.limit` entries. But if such a feed has published archives,
they stay and are continued: no published document ends because a tag was removed from
taxonomy.toml."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from syndicator.configuration.settings import LISTED, Archives, Publish
from syndicator.core.axes import AUTHOR, AXES, QUERY, SOURCE, STORIES, TAG
from syndicator.core.model import FeedKey, FeedSpec, Older
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.output.redirects import resolve_moves

BY_CHOICE: Final = (TAG, QUERY, AUTHOR)  # axes of which some feeds may have archives


def decide_older(
    specs: Iterable[FeedSpec],
    publish: Publish,
    *,
    tags: Collection[str],
    published: Collection[FeedKey],
    windows: Collection[FeedKey],
) -> list[FeedSpec]:
    """Return the feeds `specs` with their field `older`, which says where entries are published for
    which the feed's first document has no room. A feed without archives also gets `window_hours` 0,
    unless the operator set its window: the window only serves to leave no gap before the archives.
    `tags`: slugs of the tags in taxonomy.toml; `published`: feeds with published archives, from
    `find_feeds_with_archives`; `windows`: feeds whose `window_hours` the operator set."""
    result: list[FeedSpec] = []
    for spec in specs:
        older = find_older_place(spec.key, publish.archives, tags, published)
        window_hours = spec.window_hours
        if older is Older.NONE and spec.key not in windows:
            window_hours = 0
        result.append(replace(spec, older=older, window_hours=window_hours))
    return result


def find_older_place(
    key: FeedKey, setting: Archives, listed_tags: Collection[str], published: Collection[FeedKey]
) -> Older:
    """Return where the older entries of the feed `key` are published. NONE: nowhere; OF_AXIS: in
    archives, as all feeds of its axis (its kind, such as tags) have them; OWN: in archives, though
    other feeds of its axis have none. `setting`: the setting `publish.archives`: a tuple with the
    names of axes and feeds that have archives, "listed", or a value for all feeds; `listed_tags`:
    slugs of the tags in taxonomy.toml; `published`: feeds with published archives."""
    if key.axis == STORIES.axis:
        return Older.OF_AXIS
    # `archived` does not count sources, which have archives unless the setting is True
    has_axis_archives = AXES[key.axis].archived or key.axis == SOURCE
    archives = Older.OF_AXIS if has_axis_archives else Older.OWN
    if isinstance(setting, tuple):
        is_named = AXES[key.axis].word in setting or paths.get_stem(key) in setting
        return archives if is_named else Older.NONE
    if setting != LISTED:
        return Older.OF_AXIS
    is_listed = has_axis_archives
    if key.axis == TAG:
        is_listed = key.slug in listed_tags
    if is_listed or key in published:  # an archive that is published once continues
        return archives
    return Older.NONE


def find_feeds_with_archives(
    rows: Sequence[FeedRow], recorded: Collection[FeedKey]
) -> set[FeedKey]:
    """Return the keys of the feeds with published archive documents. A feed that moved has its new
    key. `rows`: the rows of all feeds; `recorded`: the keys under which the table of files has
    archive documents, which may be old keys."""
    new_keys = resolve_moves(rows)
    return {new_keys.get(key, key) for key in recorded}
