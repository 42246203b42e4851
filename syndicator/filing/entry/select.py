"""Choose which entries of a fetched feed are read now, later or never. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from syndicator.core import urls
from syndicator.core.model import Entry, EntryStatus, Source
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.filing.context import explain_refusal
from syndicator.filing.entry import endings

REREAD_EVERY = timedelta(days=1)
REREAD_UNTIL = timedelta(days=7)
_NEVER = datetime.min.replace(tzinfo=UTC)
_EVER = datetime.max.replace(tzinfo=UTC)
# Least late entries of a move or an archive, which must also be over half of the feed. Fewer are
# usual.
LEAST_LATE = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRows:
    """Pending rows after the late ones were looked at. `to_read`: to read now; `changed`: to
    store, as they changed; a row can be in both."""

    to_read: list[EntryRow]
    changed: list[EntryRow]


def select_entries(
    key: str,
    entries: Sequence[Entry],
    stored: Mapping[str, EntryRow],
    *,
    first: bool,
    backfill: int,
    now: datetime,
    late: Collection[str] = (),
    muted: Collection[str] = (),
) -> tuple[EntryRow, ...]:
    """Return the rows to save: new entries as pending (on a first visit the newest `backfill`),
    changed ones as pending again, at most daily for a week. `late`: ids to take if moved; `muted`:
    ids to skip."""
    # of a repeated id the first in the feed counts
    unique = {entry.id: entry for entry in reversed(entries)}
    muted_ids = frozenset(muted)
    ordered = sorted(unique.values(), key=lambda entry: _get_time(entry, now), reverse=True)
    unseen = [entry for entry in ordered if entry.id not in stored and entry.id not in muted_ids]
    new_entries = unseen[:backfill] if first else unseen
    rows = []
    for entry in new_entries:
        reason = EntryReason.LATE if entry.id in late else None
        rows.append(_make_row(key, entry, now, reason=reason))
    for entry in unseen[len(new_entries) :]:
        rows.append(_make_row(key, entry, now, "skipped", EntryReason.BACKFILL))
    for entry in ordered:
        if entry.id in muted_ids and entry.id not in stored:
            rows.append(endings.mute_row(_make_row(key, entry, now)))
    for entry in ordered:
        row = stored.get(entry.id)
        if row and entry.id not in muted_ids and _is_due_again(row, entry, now):
            rows.append(_make_pending_again(row, entry))
    return tuple(rows)


def _make_pending_again(row: EntryRow, entry: Entry) -> EntryRow:
    """Return the row of a changed entry as pending, with its new content."""
    reason = None if row.reason == EntryReason.MUTED else row.reason
    return replace(
        row,
        status="pending",
        digest=entry.digest,
        entry=entry,
        url=_canonical_url(entry.url),
        reason=reason,
    )


def list_due_rows(
    waiting: Sequence[EntryRow], chosen: Sequence[EntryRow], now: datetime
) -> list[EntryRow]:
    """Return the rows to read now, sorted by `sort_for_reading`. `chosen` rows replace `waiting`
    ones of the same entry."""
    rows = {row.entry_id: row for row in (*waiting, *chosen)}
    due = [
        row
        for row in rows.values()
        if row.status == "pending" and (row.next_try is None or row.next_try <= now)
    ]
    return sort_for_reading(due, now)


def find_late_entries(
    entries: Sequence[Entry],
    stored: Collection[str],
    last_visit: datetime | None,
    sites: Collection[str],
) -> frozenset[str]:
    """Return ids of new entries dated before the last visit if most of the feed is such: a move or
    an archive. `stored`: ids of known entries; `sites`: of the source, as entries of other sites do
    not count."""
    if last_visit is None:
        return frozenset()
    unique = {entry.id: entry for entry in reversed(entries)}
    sites_or_none = {*sites, ""}
    late = set()
    for entry in unique.values():
        is_of_source = urls.site(entry.url) in sites_or_none
        if entry.id not in stored and is_of_source and _get_latest_time(entry) < last_visit:
            late.add(entry.id)
    if len(late) < LEAST_LATE or 2 * len(late) <= len(unique):
        return frozenset()
    return frozenset(late)


def split_late_rows(rows: Sequence[EntryRow], announced_ids: Collection[str] | None) -> SplitRows:
    """Split pending rows into those to read now and those to change: a late entry that was read
    before, and is no moved article, is read if the feed announces it again, else skipped.
    `announced_ids`: entries in the feed, None if it was not read."""
    to_read = []
    announced_again = []
    changed = []
    for row in rows:
        if row.reason != EntryReason.LATE or row.read_at is None:
            to_read.append(row)
            continue
        if announced_ids is None:
            continue
        if row.entry_id in announced_ids:
            no_longer_late = replace(row, reason=None)
            announced_again.append(no_longer_late)
            changed.append(no_longer_late)
        else:
            changed.append(
                replace(row, status="skipped", reason=EntryReason.ANNOUNCED_ONCE, entry=None)
            )
    return SplitRows(to_read=[*to_read, *announced_again], changed=changed)


def sort_for_reading(
    rows: Sequence[EntryRow], now: datetime, limit: int | None = None
) -> list[EntryRow]:
    """Sort rows in reading order: the latest announcement first, within it the oldest entry.
    `limit`: keep the newest."""

    def age(row: EntryRow) -> tuple[datetime, str]:
        time = _get_time(row.entry, now) if row.entry else row.first_seen
        return time, row.entry_id

    if limit is not None:
        rows = sorted(rows, key=lambda row: (row.first_seen, *age(row)), reverse=True)[:limit]
    oldest_first = sorted(rows, key=age)
    return sorted(oldest_first, key=lambda row: row.first_seen, reverse=True)


def _get_latest_time(entry: Entry) -> datetime:
    """Return the latest time that an entry's date can mean: a date without time ends with its
    day."""
    time = entry.published or entry.updated or _EVER
    is_date_only = time.hour == time.minute == time.second == 0
    if is_date_only and time.date() < _EVER.date():
        return time + _ONE_DAY
    return time


def _get_time(entry: Entry, now: datetime) -> datetime:
    """Return the time by which an entry is sorted: a future one counts as `now`."""
    return min(entry.published or entry.updated or _NEVER, now)


def _is_due_again(row: EntryRow, entry: Entry, now: datetime) -> bool:
    """Return True if a known entry must be read again, as its content changed or a rule that muted
    it did."""
    if row.status == "pending":
        return row.digest != entry.digest
    if row.status == "skipped":
        return row.reason == EntryReason.MUTED
    if row.status != "done" or row.digest == entry.digest:
        return False
    if now - row.first_seen > REREAD_UNTIL:
        return False
    return row.read_at is None or now - row.read_at >= REREAD_EVERY


def _make_row(
    key: str,
    entry: Entry,
    now: datetime,
    status: EntryStatus = "pending",
    reason: str | None = None,
) -> EntryRow:
    return EntryRow(
        source_key=key,
        entry_id=entry.id,
        url=_canonical_url(entry.url),
        digest=entry.digest,
        status=status,
        first_seen=now,
        reason=reason,
        entry=entry if status == "pending" else None,
    )


def _canonical_url(url: str) -> str:
    """Return the canonical form of `url`, or "" if it is no address."""
    if urls.is_mail(url):
        return url
    try:
        return urls.canonical(url)
    except urls.BadUrl:
        return ""


def remove_private_addresses(entry: Entry, source: Source) -> Entry:
    """Return `entry` without picture and enclosures on private networks."""
    image = entry.image
    if image and explain_refusal(image, source):
        image = ""
    enclosures = tuple(item for item in entry.enclosures if not explain_refusal(item.url, source))
    return replace(entry, image=image, enclosures=enclosures)
