"""Store the sources that workers visit; lock work that one machine does for all."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import SQLAlchemyError

from syndicator.core.errors import WAIT_CURE, LockedError
from syndicator.core.model import Source
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, upsert
from syndicator.store.postgres import StoreAway

_STAMP = "sources pushed"  # key of a note in existing databases
_f = schema.followed.c
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/files', 0))")
_TRY = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/' || :name, 0))"
)
# The holder of the lock `name` shows its purpose as the name of its connection.
_HOLDER = text("""
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND (l.classid::bigint << 32 | l.objid::bigint)
  = hashtextextended(current_schema() || '/' || :name, 0) LIMIT 1""")
_TELL = text("SELECT set_config('application_name', :purpose, true)")
_LONGEST_PURPOSE = 63  # characters that PostgreSQL keeps
# seconds without a statement: the lock is lost after the first, held for the second. Choices
_FROZEN = 30
_SURE = 20.0
_PINGS: Final = 4  # in the time for which the lock is held


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """Keys of sources that a push added, changed and removed."""

    added: Sequence[str] = ()
    changed: Sequence[str] = ()
    removed: Sequence[str] = ()


class _FollowedRow(NamedTuple):
    """A row of the table `followed` without its key. `data`: the packed source."""

    place: int
    enabled: bool
    data: Any


class Fleet:
    """The machines on one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def stamp(self) -> str:
        """Return a text that changes if a push changes sources; "" before the first push."""
        digest = self._db.scalar(select(schema.notes.c.value).where(schema.notes.c.key == _STAMP))
        return str(digest or "")

    def sources(self) -> tuple[Source, ...]:
        """Return the pushed sources in their order."""
        rows = self._db.rows(select(_f.data).order_by(_f.place, _f.key))
        return tuple(codec.unpack(Source, data) for (data,) in rows)

    def push(self, sources: Sequence[Source], at: int, *, dry_run: bool = False) -> Pushed:
        """Replace the sources that workers follow (not if `dry_run`); return the changes. `at`:
        microseconds."""
        before: dict[str, _FollowedRow] = {}
        for key, place, enabled, data in self._db.run_query(
            "SELECT key, place, enabled, data FROM followed"
        ):
            before[key] = _FollowedRow(place, enabled, data)
        after: dict[str, _FollowedRow] = {}
        for place, source in enumerate(sources):
            row = _FollowedRow(place, source.enabled, codec.pack(source))
            after[codec.key(source.key)] = row
        in_both = after.keys() & before.keys()
        change = Pushed(
            added=sorted(after.keys() - before.keys()),
            changed=sorted(key for key in in_both if after[key].data != before[key].data),
            removed=sorted(before.keys() - after.keys()),
        )
        if dry_run:
            return change
        new = [
            {"key": key, **row._asdict()}
            for key, row in sorted(after.items())
            if before.get(key) != row
        ]
        lines = [f"{key} {row.data}" for key, row in after.items()]
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        with self._db.write() as connection:
            for part in chunks(list(change.removed)):
                connection.execute(delete(schema.followed).where(_f.key.in_(part)))
            upsert(connection, schema.followed, new)
            upsert(connection, schema.notes, [{"key": _STAMP, "value": digest, "at": at}])
        return change

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Exclude other machines from such blocks, for short changes of shared files; wait for
        them."""
        if self._db.sqlite:
            yield
            return
        with self._db.named_errors(), self._db.engine.connect() as connection, connection.begin():
            connection.execute(_TURN)
            yield

    @contextmanager
    def hold(self, name: str, purpose: str = "another machine") -> Iterator[Callable[[], None]]:
        """Hold the database-wide lock `name`; others read `purpose`. Yield a check that raises
        StoreAway once it may be lost. Raises LockedError, which says who holds it."""
        # A lock of the transaction: a pooler gives the session to other clients after each
        # transaction.
        with self._db.named_errors(), self._db.engine.connect() as connection:
            transaction = connection.begin()
            try:
                if not connection.execute(_TRY, {"name": name}).scalar():
                    holder = connection.execute(_HOLDER, {"name": name}).scalar()
                    raise LockedError(
                        f"{holder or 'another program'} holds {name!r} in the database"
                        f" {self._db.name}{WAIT_CURE}"
                    )
                connection.execute(_TELL, {"purpose": purpose[:_LONGEST_PURPOSE]})
                connection.exec_driver_sql(
                    f"SET LOCAL idle_in_transaction_session_timeout = '{_FROZEN}s'"
                )
                with _Pings(connection, name) as pings:
                    yield pings.check
            finally:
                try:
                    transaction.rollback()
                except SQLAlchemyError:  # the connection was lost
                    connection.invalidate()


class _Pings:
    """Thread that keeps the connection of a lock alive while no check is called."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._alone = threading.Lock()
        self._over = threading.Event()
        self._sure_until = time.monotonic() + _SURE
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def check(self, ahead: float = 0.0) -> None:
        """Raise StoreAway if the lock is lost. Ask the database only if it may be lost within
        `ahead` seconds."""
        with self._alone:
            now = time.monotonic()
            if now + ahead < self._sure_until:
                return
            try:
                self._connection.exec_driver_sql("SELECT 1")
            except SQLAlchemyError as error:
                raise StoreAway(f"{self._name!r} was lost to another machine: {error}") from error
            self._sure_until = now + _SURE

    def _run(self) -> None:
        while not self._over.wait(_SURE / _PINGS):
            with suppress(StoreAway):  # the next `check` raises it
                self.check(_SURE / 2)
