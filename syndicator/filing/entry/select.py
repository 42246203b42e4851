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

REREAD_EVERY = timedelta(days=1)  # a changed entry is read again after so long at the earliest
REREAD_UNTIL = timedelta(days=7)  # since it was first seen; later changes are ignored
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_FAR_FUTURE = datetime.max.replace(tzinfo=UTC)
# A site that moves or shows its archive announces many old entries as new. At least so many, and
# over half of the feed, are taken for this; fewer are usual.
LEAST_LATE = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRows:
    """Pending rows after the late ones were examined. `to_read`: the rows to read now. `changed`:
    the rows to store, as they changed. A row may be in both."""

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
    """Return the rows to store for the new and the changed ones of `entries`, which the feed of the
    source `key` has now. Pending rows are read; skipped rows are not.

    `stored`: the rows of the known entries, by entry id. `first`: True at the first visit of the
    source. `backfill`: the number of entries that are read at the first visit, the newest ones; the
    others are skipped. `late`: the ids of entries that may be moved articles. `muted`: the ids of
    entries that the operator does not want."""
    # sort the entries; if an id is repeated, the entry that is first in the feed counts
    unique = {entry.id: entry for entry in reversed(entries)}
    muted_ids = frozenset(muted)
    newest_first = sorted(unique.values(), key=lambda entry: _get_time(entry, now), reverse=True)
    new_entries: list[Entry] = []
    newly_muted: list[Entry] = []
    known_entries: list[Entry] = []
    for entry in newest_first:
        is_known = entry.id in stored
        is_muted = entry.id in muted_ids
        if not is_known and not is_muted:
            new_entries.append(entry)
        elif not is_known:
            newly_muted.append(entry)
        elif not is_muted:
            known_entries.append(entry)
    most_new = backfill if first else len(new_entries)

    # make their rows
    rows = []
    for entry in new_entries[:most_new]:
        reason = EntryReason.LATE if entry.id in late else None
        rows.append(_make_row(key, entry, now, reason=reason))
    for entry in new_entries[most_new:]:  # too old for a first visit
        rows.append(_make_row(key, entry, now, "skipped", EntryReason.BACKFILL))
    for entry in newly_muted:
        rows.append(endings.mute_row(_make_row(key, entry, now)))
    for entry in known_entries:
        row = stored[entry.id]
        if _is_due_again(row, entry, now):
            rows.append(_make_pending_again(row, entry))
    return tuple(rows)


def _make_pending_again(row: EntryRow, entry: Entry) -> EntryRow:
    """Return the stored `row` of a changed entry as pending, so that its page is read again.
    `entry`: the entry as the feed has it now. The reason in the row stays, but MUTED is removed, as
    the entry is no longer muted."""
    was_muted = row.reason == EntryReason.MUTED
    return replace(
        row,
        status="pending",
        digest=entry.digest,
        entry=entry,
        url=_make_canonical_url(entry.url),
        reason=None if was_muted else row.reason,
    )


def list_due_rows(
    waiting: Sequence[EntryRow], chosen: Sequence[EntryRow], now: datetime
) -> list[EntryRow]:
    """Return the rows whose pages are read now, in the order of reading. `waiting`: rows that
    earlier visits stored. `chosen`: rows of this visit. If both have a row of the same entry, that
    of this visit counts."""
    rows = {row.entry_id: row for row in (*waiting, *chosen)}
    due = []
    for row in rows.values():
        is_due = row.next_try is None or row.next_try <= now
        if row.status == "pending" and is_due:
            due.append(row)
    return sort_for_reading(due, now)


def find_late_entries(
    entries: Sequence[Entry],
    stored: Collection[str],
    last_visit: datetime | None,
    sites: Collection[str],
) -> frozenset[str]:
    """Return the ids of the late entries: new ones whose date is before the last visit. Many of
    them mean that the site moved, or shows its archive. As a few of them are usual, the result is
    empty if there are fewer than five, or if they are at most half of the feed.

    `stored`: ids of the known entries. `last_visit`: its time, None if there was none; then no
    entry is late. `sites`: the sites of the source. Entries on other sites are not counted, as the
    source may link old pages there."""
    if last_visit is None:
        return frozenset()
    unique = {entry.id: entry for entry in reversed(entries)}
    own_sites = {*sites, ""}  # "": of an entry without an address
    late = set()
    for entry in unique.values():
        is_new = entry.id not in stored
        is_of_source = urls.site(entry.url) in own_sites
        if is_new and is_of_source and _get_latest_time(entry) < last_visit:
            late.add(entry.id)
    is_usual = len(late) < LEAST_LATE or 2 * len(late) <= len(unique)
    if is_usual:
        return frozenset()
    return frozenset(late)


def split_late_rows(rows: Sequence[EntryRow], announced_ids: Collection[str] | None) -> SplitRows:
    """Return which of the pending rows are read now, and which rows have changed and must be
    stored.

    All rows are read, except those of late entries that were read once already without a result. If
    the feed announces such an entry again, it is read as a usual one; if not, it is skipped.
    `announced_ids`: ids of the entries in the feed; None if the feed was not read, then such
    entries go on waiting."""
    to_read = []
    announced_again = []
    changed = []
    for row in rows:
        was_read_as_late = row.reason == EntryReason.LATE and row.read_at is not None
        if not was_read_as_late:
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
    """Return the rows in the order in which their pages are read: the rows of the latest visit
    first, and among the rows of one visit, the entry with the oldest date first. `limit`: the
    number of rows to return, which are the newest; None for all."""

    def get_entry_time(row: EntryRow) -> datetime:
        """Return the time of the entry; if it is not stored, when it was first seen."""
        if row.entry is None:
            return row.first_seen
        return _get_time(row.entry, now)

    if limit is not None:
        newest_first = sorted(
            rows,
            key=lambda row: (row.first_seen, get_entry_time(row), row.entry_id),
            reverse=True,
        )
        rows = newest_first[:limit]
    oldest_first = sorted(rows, key=lambda row: (get_entry_time(row), row.entry_id))
    return sorted(oldest_first, key=lambda row: row.first_seen, reverse=True)


def _get_latest_time(entry: Entry) -> datetime:
    """Return the latest time that the date of an entry may mean: the end of the day if the date has
    no time of day. If the entry has no date, return a time far in the future."""
    time = entry.published or entry.updated or _FAR_FUTURE
    is_date_only = time.hour == time.minute == time.second == 0
    if is_date_only and time.date() < _FAR_FUTURE.date():
        return time + _ONE_DAY
    return time


def _get_time(entry: Entry, now: datetime) -> datetime:
    """Return the time by which an entry is sorted: its date, or `now` if its date is in the future.
    An entry without a date gets a time long ago."""
    return min(entry.published or entry.updated or _LONG_AGO, now)


def _is_due_again(row: EntryRow, entry: Entry, now: datetime) -> bool:
    """Return True if the page of a known entry is to be read again, because the entry changed, or
    because it was muted until now. A filed entry is read again at most once a day, and for a week
    after it was first seen. `row`: the stored row. `entry`: the entry as the feed has it now; it is
    not muted."""
    has_changed = row.digest != entry.digest
    if row.status == "pending":
        return has_changed
    if row.status == "skipped":
        return row.reason == EntryReason.MUTED
    if row.status != "done" or not has_changed:
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
    """Return the row of a new entry, which the feed of the source `key` had for the first time at
    `now`. `status`: the state of the row, with the `reason` for it if it is not the usual one."""
    stored_entry = None
    if status == "pending":  # the entry is needed when its page is read
        stored_entry = entry
    return EntryRow(
        source_key=key,
        entry_id=entry.id,
        url=_make_canonical_url(entry.url),
        digest=entry.digest,
        status=status,
        first_seen=now,
        reason=reason,
        entry=stored_entry,
    )


def _make_canonical_url(url: str) -> str:
    """Return the canonical form of the web address `url`. The address of a mail is returned
    unchanged, and "" for all others."""
    if urls.is_mail(url):
        return url
    try:
        return urls.canonical(url)
    except urls.BadUrl:
        return ""


def remove_private_addresses(entry: Entry, source: Source) -> Entry:
    """Return `entry` without its picture and its enclosures if their addresses lead to a private
    network. They stay if the operator lets `source` use private networks."""
    image = entry.image
    if image and explain_refusal(image, source):
        image = ""
    enclosures = tuple(item for item in entry.enclosures if not explain_refusal(item.url, source))
    return replace(entry, image=image, enclosures=enclosures)
