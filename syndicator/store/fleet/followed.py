"""What workers share besides hosts: the sources that they follow, and who does what one of them does for all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import DBAPIError

from syndicator.core.errors import LockedError
from syndicator.core.model import Source
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, upsert

_STAMP = "sources pushed"  # the note's key in databases: it stays as it is
_f = schema.followed.c
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/files', 0))")
_TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/' || :name, 0))")
_FOR_LONG = "SET LOCAL idle_in_transaction_session_timeout = 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push of sources changes, by key."""

    added: Sequence[str] = ()
    changed: Sequence[str] = ()
    removed: Sequence[str] = ()

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.removed)


class Fleet:
    """The machines on one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def stamp(self) -> str:
        """Differs after every push that changed something; "" before the first one."""
        found = self._db.scalar(select(schema.notes.c.value).where(schema.notes.c.key == _STAMP))
        return str(found or "")

    def sources(self) -> tuple[Source, ...]:
        """The sources as they were pushed, in their order."""
        found = self._db.rows(select(_f.data).order_by(_f.place, _f.key))
        return tuple(codec.unpack(Source, data) for (data,) in found)

    def difference(self, sources: Sequence[Source]) -> Pushed:
        """What a push of `sources` would change."""
        known = dict(self._db.driven("SELECT key, data FROM followed"))
        made = {codec.key(source.key): codec.pack(source) for source in sources}
        return Pushed(
            added=sorted(made.keys() - known.keys()),
            changed=sorted(key for key in made.keys() & known.keys() if made[key] != known[key]),
            removed=sorted(known.keys() - made.keys()),
        )

    def push(self, sources: Sequence[Source], at: int) -> Pushed:
        """Has workers follow just these. One transaction; at: microseconds since 1970."""
        change = self.difference(sources)
        rows = [
            {"key": codec.key(one.key), "place": place, "enabled": one.enabled, "data": codec.pack(one)}
            for place, one in enumerate(sources)
        ]
        digest = hashlib.sha256("\n".join(f"{row['key']} {row['data']}" for row in rows).encode()).hexdigest()
        known = {row[0]: row[1:] for row in self._db.driven("SELECT key, place, enabled, data FROM followed")}
        new = [row for row in rows if known.get(row["key"]) != (row["place"], row["enabled"], row["data"])]
        with self._db.write() as connection:
            for part in chunks(list(change.removed)):
                connection.execute(delete(schema.followed).where(_f.key.in_(part)))
            upsert(connection, schema.followed, sorted(new, key=lambda row: str(row["key"])))
            upsert(connection, schema.notes, [{"key": _STAMP, "value": digest, "at": at}])
        return change

    @contextmanager
    def _passing(self) -> Iterator[Connection]:
        """A transaction that writes nothing. That its connection was lost meanwhile is nobody's trouble."""
        with self._db.engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            finally:
                try:
                    transaction.rollback()
                except DBAPIError:
                    connection.invalidate()

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Wait until no other machine is in such a block: for read-modify-write of shared files. Short."""
        if self._db.sqlite:
            yield
            return
        with self._db.named_errors(), self._db.engine.connect() as connection, connection.begin():
            connection.execute(_TURN)
            yield

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Hold the database-wide lock `name` while block and process last. Raises LockedError."""
        if self._db.sqlite:
            yield
            return
        # In a transaction that stays open, and not in a session: behind a pooler that hands connections around after
        # each transaction, the lock of a session would be left with whoever comes next. It keeps no rows from vacuum.
        with self._db.named_errors(), self._passing() as connection:
            if not connection.execute(_TRY, {"name": name}).scalar():
                raise LockedError(
                    f"another machine holds {name!r} in the database {self._db.name}; --wait waits for it"
                )
            connection.exec_driver_sql(_FOR_LONG)
            yield
