"""Find the feeds that a build must look at, and those that are published no more."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Final

from syndicator.configuration.settings import Publish
from syndicator.core.axes import ALL, AXES, STORIES
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow, Outlet, PublishedFile
from syndicator.publishing import paths
from syndicator.publishing.article_index import Files

_SAMPLE: Final = 8  # feeds that `are_files_replaced` compares: a choice, some milliseconds


def find_changed_feeds(
    specs: Sequence[FeedSpec], feeds: Iterable[FeedRow], outdated: Collection[FeedKey] = ()
) -> set[FeedKey]:
    """Return the feeds that a build must compare: they changed since they were built, were never
    built, or have files that are out of date (`outdated`)."""
    rows = {row.key: row for row in feeds}
    keys: set[FeedKey] = set()
    for spec in specs:
        row = rows.get(spec.key)
        is_up_to_date = row is not None and row.published and not (row.stale or row.dropped)
        if spec.key in outdated or not is_up_to_date:
            keys.add(spec.key)
    return keys


def are_files_replaced(newest: Iterable[FeedRow], index: Files, outlet: Outlet) -> bool:
    """Return True if the published files are not those that were written last, for example if an
    older folder was restored. `newest`: the feeds of the newest articles; one file of each of the
    first few is compared."""
    up_to_date = (row.key for row in newest if row.published and not (row.stale or row.moved_to))
    heads = [paths.stem(key) for key in islice(up_to_date, _SAMPLE)]
    sample: dict[str, PublishedFile] = {}
    for file in sorted(index.files(heads).values(), key=lambda file: file.name):
        if file.sha256:
            sample.setdefault(file.target, file)  # the Atom file is the first by name
    for file in sample.values():
        published = outlet.get(file.name) or b""
        if sha256(published).hexdigest() != file.sha256:
            return True
    return False


def find_unbuilt_changes(
    specs: Sequence[FeedSpec],
    rows: Iterable[FeedRow],
    publish: Publish,
    left_alone: Collection[FeedKey] = (),
) -> list[FeedRow]:
    """Return the changed feeds that no build makes or ends, because they are not published or are
    `left_alone`. The caller ends their marks."""
    configured = {ALL, *(spec.key for spec in specs)}
    stay = {*configured, *left_alone}
    result: list[FeedRow] = []
    for row in rows:
        if not row.stale or row.key in configured:
            continue
        if not has_ended(row, stay, publish) and not has_old_archives(row):
            result.append(row)
    return result


def has_ended(row: FeedRow, configured: Collection[FeedKey], publish: Publish) -> bool:
    """Return True for a feed that is published, or was configured, and is not configured any
    more. `configured`: the feeds that the configuration has now."""
    if row.key in configured or row.moved_to is not None:
        return False
    if row.published:
        return True
    # The operator names categories and queries one by one. One that is taken out of its list ends
    # although no build may have published it yet; once it has ended it is `dropped`.
    is_named_by_operator = AXES[row.key.axis].configured and is_axis_on(row.key.axis, publish)
    return is_named_by_operator and not row.dropped


def is_axis_off(row: FeedRow, publish: Publish) -> bool:
    """Return True for a feed that was published and whose axis is off now. If the axis is switched
    on again, the feed comes back with the same id."""
    return row.built and not is_axis_on(row.key.axis, publish)


def is_axis_on(axis: str, publish: Publish) -> bool:
    """Return True if the feeds of an axis are published."""
    if axis == STORIES.axis and publish.stories == "off":
        return False
    return AXES[axis].word in publish.axes


def has_old_archives(row: FeedRow) -> bool:
    """Return True for a feed that moved, if archive documents exist at its old address."""
    return bool(row.moved_to and row.published)
