"""What a clock that was ahead left in the database. Raises StoreError, DiskError for want of file descriptors."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, or_, select, update

from syndicator.core.model import Article, Outcome
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.store import codec, schema
from syndicator.store.database import Database, upsert
from syndicator.store.visit_rows import entry_row

_a, _e, _o, _q = schema.articles.c, schema.entries.c, schema.outcomes.c, schema.llm_asked.c
_NEWEST = select(_a.data).order_by(_a.added.desc()).limit(bindparam("most"))
_NEAR = 50  # articles among which the newest of ours is looked for: a hand dates files as it likes
_LONGEST_WAIT = timedelta(days=1)  # no page is asked to wait longer
_LONGEST_PICTURE = timedelta(days=8)  # and no picture


class Ahead:
    """The times in a database that lie after a moment, `limit`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def newest_added(self) -> datetime | None:
        """When the newest article was added that we filed; None if there is none. Reads a few rows of an index."""
        found = (codec.unpack(Article, data) for (data,) in self._db.rows(_NEWEST, {"most": _NEAR}))
        return next((one.added for one in found if one.digest), None)

    def last_visit(self) -> datetime | None:
        """When a source was visited last by the clocks of then. A look at one index."""
        newest = self._db.scalar(select(func.max(_o.at)))
        return None if newest is None else codec.moment(newest)

    def visited(self, limit: datetime) -> bool:
        """True if a visit was later than `limit`."""
        last = self.last_visit()
        return last is not None and last > limit

    def set_back(self, now: datetime, limit: datetime) -> None:
        """Later visits and entries become of `now`, and what waits for longer than anything may, for a page, a picture
        or a language model, waits no more. One transaction."""
        late, longest = codec.micros(limit), codec.micros(now + _LONGEST_WAIT)
        entries = select(_e.data).where(or_(_e.first_seen > late, _e.next_try > longest))
        with self._db.write() as connection:
            for n, data in connection.execute(select(_o.n, _o.data).where(_o.at > late)).all():
                outcome = replace(codec.unpack(Outcome, data), at=now)
                values = {"at": codec.micros(now), "data": codec.pack(outcome)}
                connection.execute(update(schema.outcomes).where(_o.n == n).values(**values))
            found = [_set_back(codec.unpack(EntryRow, data), now) for (data,) in connection.execute(entries).all()]
            if found:
                upsert(connection, schema.entries, [entry_row(row) for row in found])
            connection.execute(delete(schema.llm_asked).where(_q.at > late, _q.status == "failed"))
            beyond = schema.pictures.c.next_try > codec.micros(now + _LONGEST_PICTURE)
            connection.execute(update(schema.pictures).where(beyond).values(next_try=0))


def _set_back(row: EntryRow, now: datetime) -> EntryRow:
    planned = row.reason == EntryReason.FLOOD and row.first_seen <= now  # the surplus of a flood has days to come
    waits = row.next_try and row.next_try > now + _LONGEST_WAIT and not planned
    return replace(
        row,
        first_seen=min(row.first_seen, now),
        next_try=None if waits else row.next_try,
        read_at=min(row.read_at, now) if row.read_at else None,
    )
