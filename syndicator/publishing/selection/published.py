"""Find the feeds that a build must compare with their articles, and the feeds that have ended."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from typing import Final

from syndicator.configuration.settings import Publish
from syndicator.core.axes import ALL, AXES, STORIES
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow, Outlet, PublishedFile
from syndicator.publishing import paths
from syndicator.publishing.article_index import Files

_SAMPLE_SIZE: Final = 8  # feeds that `are_files_replaced` compares: a choice, some milliseconds


def find_changed_feeds(
    specs: Sequence[FeedSpec], feeds: Iterable[FeedRow], outdated: Collection[FeedKey] = ()
) -> set[FeedKey]:
    """Return the keys of the feeds whose files may have to change, so that a build must look at
    them. `specs`: the feeds that are published; `feeds`: the rows of all feeds in the database;
    `outdated`: keys of feeds with files that are known to be out of date."""
    rows = {row.key: row for row in feeds}
    changed_keys: set[FeedKey] = set()
    for spec in specs:
        row = rows.get(spec.key)
        if spec.key in outdated or _has_changed(row):
            changed_keys.add(spec.key)
    return changed_keys


def _has_changed(row: FeedRow | None) -> bool:
    """Return True if a configured feed has changed since it was built (`stale`), was never
    published, or ended earlier (`dropped`) and is back. `row`: the row of the feed in the database,
    None if it is new."""
    if row is None or not row.published:
        return True
    return row.stale or row.dropped


def are_files_replaced(newest: Iterable[FeedRow], index: Files, outlet: Outlet) -> bool:
    """Return True if the published files are not those that we wrote last, for example because
    somebody restored an older folder. Only a sample is checked: one file of each of eight feeds.
    `newest`: the feeds of the newest articles, whose files change most often; `index`: the table of
    files that we wrote; `outlet`: the published files."""
    stems: list[str] = []  # paths of the feeds in the sample
    for row in newest:
        is_outdated = bool(row.stale or row.moved_to)
        if row.published and not is_outdated:
            stems.append(paths.get_stem(row.key))
        if len(stems) == _SAMPLE_SIZE:
            break
    sample_by_feed: dict[str, PublishedFile] = {}
    for file in sorted(index.files(stems).values(), key=lambda file: file.name):
        if file.sha256:
            # the first file of the feed by name, which is the Atom file
            sample_by_feed.setdefault(file.target, file)
    for file in sample_by_feed.values():
        published = outlet.get(file.name) or b""
        if sha256(published).hexdigest() != file.sha256:
            return True
    return False


def find_unbuilt_changes(
    specs: Sequence[FeedSpec],
    rows: Iterable[FeedRow],
    publish: Publish,
    feeds_to_keep: Collection[FeedKey] = (),
) -> list[FeedRow]:
    """Return the feeds that are marked as changed although no build will look at them: they are not
    configured, and there is nothing of them to delete either. The caller removes these marks, which
    would otherwise stay for good. `specs`: the configured feeds; `rows`: all feeds in the database;
    `feeds_to_keep`: feeds that do not end although they are not configured."""
    configured = {ALL, *(spec.key for spec in specs)}
    not_ending = {*configured, *feeds_to_keep}
    unbuilt: list[FeedRow] = []
    for row in rows:
        if not row.stale or row.key in configured:
            continue
        # a build deletes the files of feeds that ended, and old archives
        has_files_to_delete = has_ended(row, not_ending, publish) or has_old_archives(row)
        if not has_files_to_delete:
            unbuilt.append(row)
    return unbuilt


def has_ended(row: FeedRow, configured: Collection[FeedKey], publish: Publish) -> bool:
    """Return True if a feed was published or configured before, and is not configured any more. A
    feed that moved to another key has not ended. `configured`: keys of the feeds that the
    configuration has now."""
    if row.key in configured or row.moved_to is not None:
        return False
    if row.published:
        return True
    # The operator names categories and queries one by one. If such a feed is removed from the
    # configuration, it ends, even if no build has published it yet. Once it has ended, `dropped` is
    # set.
    is_named_by_operator = AXES[row.key.axis].configured and is_axis_on(row.key.axis, publish)
    return is_named_by_operator and not row.dropped


def is_axis_off(row: FeedRow, publish: Publish) -> bool:
    """Return True for a feed that was published, but whose axis the operator has turned off. If the
    axis is turned on again, the feed comes back with the same id."""
    return row.built and not is_axis_on(row.key.axis, publish)


def is_axis_on(axis: str, publish: Publish) -> bool:
    """Return True if the feeds of an axis are published."""
    if axis == STORIES.axis and publish.stories == "off":
        return False
    return AXES[axis].word in publish.axes


def has_old_archives(row: FeedRow) -> bool:
    """Return True for a feed that moved if files are still published at its old address, which are
    archive documents."""
    return bool(row.moved_to and row.published)
