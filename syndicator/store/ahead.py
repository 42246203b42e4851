"""What a clock that was ahead left in the database. Raises StoreError, DiskError for want of file descriptors."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, or_, select, update

from syndicator.articles import times
from syndicator.model import Article, Outcome
from syndicator.ports import EntryRow
from syndicator.reasons import EntryReason
from syndicator.store import codec, schema
from syndicator.store.database import Database, upsert
from syndicator.store.visit_rows import entry_row

_a, _e, _o, _q = schema.articles.c, schema.entries.c, schema.outcomes.c, schema.llm_asked.c
_ADDED = select(_a.id, _a.data).where(_a.added > bindparam("limit"))
_LONGEST_WAIT = timedelta(days=1)  # no page is asked to wait longer


class Ahead:
    """The times in a database that lie after a moment, `limit`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def added(self, limit: datetime) -> list[Article]:
        """The articles that were added later, without their bodies: a look at one index."""
        return [codec.unpack(Article, data) for _, data in self._db.rows(_ADDED, {"limit": codec.micros(limit)})]

    def revised(self, limit: datetime) -> list[Article]:
        """The articles added before, of which a revision is later. Reads every row."""
        known = select(_a.data).where(_a.added <= codec.micros(limit), _a.data.contains('"revisions"'))
        found = (codec.unpack(Article, data) for (data,) in self._db.rows(known))
        return [one for one in found if any(times.parsed(each) > limit for each in one.revisions)]

    def visited(self, limit: datetime) -> bool:
        """Whether there was a visit later: a look at one index."""
        newest = self._db.scalar(select(func.max(_o.at)))
        return newest is not None and newest > codec.micros(limit)

    def set_back(self, now: datetime, limit: datetime) -> None:
        """Later visits and entries become of `now`, and what waits for longer than anything may, for a page or for a
        language model, waits no more. One transaction."""
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


def _set_back(row: EntryRow, now: datetime) -> EntryRow:
    planned = row.reason == EntryReason.FLOOD and row.first_seen <= now  # the surplus of a flood has days to come
    waits = row.next_try and row.next_try > now + _LONGEST_WAIT and not planned
    return replace(
        row,
        first_seen=min(row.first_seen, now),
        next_try=None if waits else row.next_try,
        read_at=min(row.read_at, now) if row.read_at else None,
    )
