"""Choose which entries of a fetched feed are read now, later or never. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syndicator.core import urls
from syndicator.core.model import Entry, EntryStatus, Source
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.filing.context import refusal
from syndicator.filing.entry import endings

REREAD_EVERY = timedelta(days=1)
REREAD_UNTIL = timedelta(days=7)
_NEVER = datetime.min.replace(tzinfo=UTC)
_EVER = datetime.max.replace(tzinfo=UTC)
# Least late entries of a move or an archive, which must also be over half of the feed. Fewer are
# usual.
LEAST_LATE = 5


def select(
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
    muted = frozenset(muted)
    ordered = sorted(unique.values(), key=lambda entry: _position(entry, now), reverse=True)
    unseen = [entry for entry in ordered if entry.id not in stored and entry.id not in muted]
    take = unseen[:backfill] if first else unseen
    rows = [
        _row(key, entry, now, reason=EntryReason.LATE if entry.id in late else None)
        for entry in take
    ]
    rows += [
        _row(key, entry, now, "skipped", EntryReason.BACKFILL) for entry in unseen[len(take) :]
    ]
    rows += [
        endings.muted(_row(key, entry, now))
        for entry in ordered
        if entry.id in muted and entry.id not in stored
    ]
    for entry in ordered:
        row = stored.get(entry.id)
        if row and entry.id not in muted and _is_due_again(row, entry, now):
            reason = None if row.reason == EntryReason.MUTED else row.reason
            url = _canonical(entry.url)
            rows.append(
                replace(
                    row, status="pending", digest=entry.digest, entry=entry, url=url, reason=reason
                )
            )
    return tuple(rows)


def due_entries(
    waiting: Sequence[EntryRow], chosen: Sequence[EntryRow], now: datetime
) -> list[EntryRow]:
    """Return the rows to read now, sorted by `in_turn`. `chosen` rows replace `waiting` ones of the
    same entry."""
    rows = {row.entry_id: row for row in (*waiting, *chosen)}
    due = [
        row
        for row in rows.values()
        if row.status == "pending" and (row.next_try is None or row.next_try <= now)
    ]
    return in_turn(due, now)


def late_entries(
    entries: Sequence[Entry],
    stored: Collection[str],
    before: datetime | None,
    sites: Collection[str],
) -> frozenset[str]:
    """Return ids of new entries dated before the last visit if most of the feed is such: a move or
    an archive."""
    unique = {entry.id: entry for entry in reversed(entries)}
    own = [
        entry
        for entry in unique.values()
        if entry.id not in stored and urls.site(entry.url) in {*sites, ""}
    ]
    late = frozenset(entry.id for entry in own if before is not None and _latest(entry) < before)
    return late if len(late) >= LEAST_LATE and 2 * len(late) > len(unique) else frozenset()


def held_back(
    rows: Sequence[EntryRow], announced: Collection[str] | None
) -> tuple[list[EntryRow], list[EntryRow]]:
    """Split pending rows into those to read now and those to change (late entries that did not
    move). `announced`: ids in the feed, None if it was not read."""
    take = []
    changed = []
    for row in rows:
        if row.reason != EntryReason.LATE or row.read_at is None:
            take.append(row)
        elif announced is not None and row.entry_id in announced:
            changed.append(replace(row, reason=None))
        elif announced is not None:
            changed.append(
                replace(row, status="skipped", reason=EntryReason.ANNOUNCED_ONCE, entry=None)
            )
    return [*take, *(row for row in changed if row.status == "pending")], changed


def in_turn(rows: Sequence[EntryRow], now: datetime, limit: int | None = None) -> list[EntryRow]:
    """Sort rows in reading order: the latest announcement first, within it the oldest entry.
    `limit`: keep the newest."""

    def age(row: EntryRow) -> tuple[datetime, str]:
        return _position(row.entry, now) if row.entry else row.first_seen, row.entry_id

    if limit is not None:
        rows = sorted(rows, key=lambda row: (row.first_seen, *age(row)), reverse=True)[:limit]
    return sorted(sorted(rows, key=age), key=lambda row: row.first_seen, reverse=True)


def _latest(entry: Entry) -> datetime:
    """Return the latest time that an entry's date can mean: a date without time ends with its
    day."""
    at = entry.published or entry.updated or _EVER
    dated = at.hour == at.minute == at.second == 0 and at.date() < _EVER.date()
    return at + timedelta(days=1) if dated else at


def _position(entry: Entry, now: datetime) -> datetime:
    return min(entry.published or entry.updated or _NEVER, now)


def _is_due_again(row: EntryRow, entry: Entry, now: datetime) -> bool:
    if row.status == "pending":
        return row.digest != entry.digest
    if row.status == "skipped":
        return row.reason == EntryReason.MUTED
    if row.status != "done" or row.digest == entry.digest or now - row.first_seen > REREAD_UNTIL:
        return False
    return row.read_at is None or now - row.read_at >= REREAD_EVERY


def _row(
    key: str,
    entry: Entry,
    now: datetime,
    status: EntryStatus = "pending",
    reason: str | None = None,
) -> EntryRow:
    return EntryRow(
        source_key=key,
        entry_id=entry.id,
        url=_canonical(entry.url),
        digest=entry.digest,
        status=status,
        first_seen=now,
        reason=reason,
        entry=entry if status == "pending" else None,
    )


def _canonical(url: str) -> str:
    if urls.is_mail(url):
        return url
    try:
        return urls.canonical(url)
    except urls.BadUrl:
        return ""


def public(entry: Entry, source: Source) -> Entry:
    """Return `entry` without picture and enclosures on private networks."""
    image = "" if entry.image and refusal(entry.image, source) else entry.image
    enclosures = tuple(item for item in entry.enclosures if not refusal(item.url, source))
    return replace(entry, image=image, enclosures=enclosures)
