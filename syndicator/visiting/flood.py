"""A source that suddenly announces ten times as much as it is used to: the surplus waits, and the operator is told. An
archive that was imported comes slower that way; strangers who took a site over do not fill everybody's feeds. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason

DAY = timedelta(days=1)
WEEKS = timedelta(days=21)  # of which the usual day is taken
ANY = 50  # entries a day of any source: what one visit takes of it
WAIT = timedelta(hours=6)  # longer than any page that failed waits for its next try
TIMES = 10  # a usual day: a big day is a few times as much


Seen = Sequence[tuple[datetime, datetime | None]]  # `VisitStore.seen_since` of the last weeks


def daily(seen: Seen, first_visit: datetime | None, now: datetime) -> int:
    """How many new entries of a source are read in a day. The median of the days before today counts, so that one flood
    makes no habit; what its first visit found does not count."""
    began = max(first_visit or now, now - WEEKS)
    days = (now - began) // DAY
    count = Counter((now - at) // DAY for at, _ in seen if at > began)
    usual = median(count[day] for day in range(1, days)) if days > 1 else 0
    return max(ANY, int(TIMES * usual))


def slowed(rows: Sequence[EntryRow], seen: Seen, first_visit: datetime | None, now: datetime) -> tuple[EntryRow, ...]:
    """`rows` as `select` made them, newest first, with a later try for those new ones that are more than a day's: so
    many a day, after those that wait already, the oldest last. What came late (see `select`) is not counted."""
    most = daily(seen, first_visit, now)
    waiting = sum(later is not None and later > now for _, later in seen)
    began = max(first_visit or now, now - DAY)
    room = max(0, most - sum(at > began and (later is None or later <= now) for at, later in seen))
    new = [row.entry_id for row in rows if row.status == "pending" and row.first_seen == now and row.reason is None]
    later = {id: (waiting + place) // most + 1 for place, id in enumerate(new[room:])}
    return tuple(
        replace(row, next_try=now + later[row.entry_id] * DAY, reason=EntryReason.FLOOD)
        if row.entry_id in later
        else row
        for row in rows
    )


def told(seen: Seen, first_visit: datetime | None, now: datetime) -> str:
    """What the operator is told of those that wait, "" where none waits for a day."""
    count = sum(later is not None and later > now + WAIT for _, later in seen)
    most = daily(seen, first_visit, now)
    return f"{count} entries wait, {most} a day are read: over ten times as many as usual came at once" if count else ""
