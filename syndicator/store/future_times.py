"""Reset stored times that lie in the future; build database rows of sources and entries.
Raises StoreError, DiskError."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from syndicator.core.model import Article, Outcome, SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.core.urls import alias, guid_alias, host
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, upsert

_AWAY = (EntryReason.WITHDRAWN, EntryReason.PRUNED)
_NEAR = 50  # articles searched for the newest of ours: operators date their own files freely
_LONGEST_WAIT = timedelta(days=1)  # for a page
_LONGEST_PICTURE = timedelta(days=8)


def state_row(state: SourceState) -> dict[str, Any]:
    """Return the row of `sources`. `data`: the JSON for its row of `source_states`."""
    documents = codec.pack_state(state)
    next_due = state.schedule.next_due
    return {
        "key": codec.key(state.key),
        "url": state.url.encode("utf-8", "replace").decode().replace("\0", "?"),
        "next_due": None if next_due is None else codec.micros(next_due),
        "disabled": state.backoff.disabled is not None,
        "data": documents.data,
        "plan": documents.plan,
        "host": codec.key(host(state.address)),
    }


def entry_row(row: EntryRow) -> dict[str, Any]:
    """Return the row of `entries`. The feed's text is stored only while the entry's page may still
    be read."""
    announced = row.status == "pending" or (
        row.status == "skipped" and row.reason == EntryReason.MUTED
    )
    return {
        "source": codec.key(row.source_key),
        "entry": codec.key(row.entry_id),
        "status": row.status,
        "next_try": None if row.next_try is None else codec.micros(row.next_try),
        "first_seen": codec.micros(row.first_seen),
        "article": row.article_id,
        "data": codec.pack(row, frozenset() if announced else frozenset(("entry",))),
    }


def forget_unread(
    connection: Connection, ids: Collection[str], aliases: Collection[str]
) -> list[str]:
    """Delete entries of the articles `ids` and skipped ones of `aliases`; return their source
    keys."""
    table = schema.entries
    columns = schema.entries.c
    chosen = select(columns.source, columns.entry, columns.data)
    asked = [chosen.where(columns.article.in_(part)) for part in chunks(sorted(ids))]
    asked.append(chosen.where(schema.entry_is("skipped")))
    sources = set()
    for source, entry, data in (row for query in asked for row in connection.execute(query).all()):
        row = codec.unpack(EntryRow, data)
        own = {
            codec.key(guid_alias(row.source_key, row.entry_id)),
            codec.key(alias(row.url)) if row.url else "",
        }
        if row.article_id in ids or (row.reason in _AWAY and not own.isdisjoint(aliases)):
            connection.execute(
                delete(table).where(columns.source == source, columns.entry == entry)
            )
            sources.add(row.source_key)
    return sorted(sources)


def without_text(connection: Connection, aliases: Collection[str]) -> list[EntryRow]:
    """Return the entries whose address is in `aliases` (alias keys), without the feed's text. Reads
    every entry."""
    data = schema.entries.c.data
    query = select(data).where(or_(*(data.contains(key, autoescape=True) for key in aliases)))
    rows = (codec.unpack(EntryRow, document) for document in connection.scalars(query))
    return [replace(row, entry=None) for row in rows if row.entry and alias(row.url) in aliases]


_a = schema.articles.c
_e = schema.entries.c
_o = schema.outcomes.c
_q = schema.llm_asked.c
_NEWEST = select(_a.data).order_by(_a.added.desc()).limit(bindparam("most"))


class Ahead:
    """Finds and resets times later than a limit."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def newest_added(self) -> datetime | None:
        """Return when the newest article was added, None without articles. Reads a few rows of an
        index."""
        articles = (
            codec.unpack(Article, data) for (data,) in self._db.rows(_NEWEST, {"most": _NEAR})
        )
        return next((article.added for article in articles if article.digest), None)

    def last_visit(self) -> datetime | None:
        """Return the time of the last visit, None without visits. Reads one index row."""
        newest = self._db.scalar(select(func.max(_o.at)))
        return None if newest is None else codec.moment(newest)

    def visited(self, limit: datetime) -> bool:
        last = self.last_visit()
        return last is not None and last > limit

    def set_back(self, now: datetime, limit: datetime) -> None:
        """Set visits and entries later than `limit` to `now`; shorten waits longer than allowed.
        One transaction."""
        late = codec.micros(limit)
        longest = codec.micros(now + _LONGEST_WAIT)
        entries = select(_e.data).where(or_(_e.first_seen > late, _e.next_try > longest))
        with self._db.write() as connection:
            for n, data in connection.execute(select(_o.n, _o.data).where(_o.at > late)).all():
                outcome = replace(codec.unpack(Outcome, data), at=now)
                values = {"at": codec.micros(now), "data": codec.pack(outcome)}
                connection.execute(update(schema.outcomes).where(_o.n == n).values(**values))
            rows = [
                _set_back(codec.unpack(EntryRow, data), now)
                for (data,) in connection.execute(entries).all()
            ]
            if rows:
                upsert(connection, schema.entries, [entry_row(row) for row in rows])
            connection.execute(delete(schema.llm_asked).where(_q.at > late, _q.status == "failed"))
            beyond = schema.pictures.c.next_try > codec.micros(now + _LONGEST_PICTURE)
            connection.execute(update(schema.pictures).where(beyond).values(next_try=0))


def _set_back(row: EntryRow, now: datetime) -> EntryRow:
    # entries of a flood wait for days
    planned = row.reason == EntryReason.FLOOD and row.first_seen <= now
    waits = row.next_try and row.next_try > now + _LONGEST_WAIT and not planned
    return replace(
        row,
        first_seen=min(row.first_seen, now),
        next_try=None if waits else row.next_try,
        read_at=min(row.read_at, now) if row.read_at else None,
    )
