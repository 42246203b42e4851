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
    """Return the feeds of `specs` that a build must compare with their files, because these may
    have to change. `feeds`: the rows of the feeds in the database; `outdated`: feeds with files
    that are out of date."""
    rows = {row.key: row for row in feeds}
    changed_keys: set[FeedKey] = set()
    for spec in specs:
        row = rows.get(spec.key)
        if spec.key in outdated or _has_changed(row):
            changed_keys.add(spec.key)
    return changed_keys


def _has_changed(row: FeedRow | None) -> bool:
    """Return True if a feed changed since it was built, was never published, or had ended and has
    come back. `row`: the row of the feed, None if it is new."""
    if row is None or not row.published:
        return True
    return row.stale or row.dropped


def are_files_replaced(newest: Iterable[FeedRow], index: Files, outlet: Outlet) -> bool:
    """Return True if the published files are not those that we wrote last, for example if somebody
    restored an older folder. Only a sample is compared with the table of files: one file of each of
    eight feeds. `newest`: the feeds of the newest articles, whose files change most often."""
    heads: list[str] = []
    for row in newest:
        is_outdated = bool(row.stale or row.moved_to)
        if row.published and not is_outdated:
            heads.append(paths.get_stem(row.key))
        if len(heads) == _SAMPLE_SIZE:
            break
    sample: dict[str, PublishedFile] = {}
    for file in sorted(index.files(heads).values(), key=lambda file: file.name):
        if file.sha256:
            sample.setdefault(file.target, file)  # the first by name, which is the Atom file
    for file in sample.values():
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
    """Return the changed feeds that no build would ever compare or end: they are not configured,
    and they were never published or are `left_alone`. The caller deletes their marks, which would
    else stay for good. `specs`: the configured feeds."""
    configured = {ALL, *(spec.key for spec in specs)}
    stay = {*configured, *feeds_to_keep}
    result: list[FeedRow] = []
    for row in rows:
        if not row.stale or row.key in configured:
            continue
        if not has_ended(row, stay, publish) and not has_old_archives(row):
            result.append(row)
    return result


def has_ended(row: FeedRow, configured: Collection[FeedKey], publish: Publish) -> bool:
    """Return True for a feed that was published or configured, and is not configured any more.
    `configured`: the feeds that the configuration has now. A feed that moved has not ended."""
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
