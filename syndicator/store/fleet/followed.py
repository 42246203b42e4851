"""Store the sources that workers visit; lock, in the database, work that one machine does for
all."""

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
_WAIT_FOR_FILES = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/files', 0))"
)
_TRY_LOCK = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/' || :name, 0))"
)
# The holder of the lock `name` shows its purpose as the name of its connection.
_HOLDER = text("""
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND (l.classid::bigint << 32 | l.objid::bigint)
  = hashtextextended(current_schema() || '/' || :name, 0) LIMIT 1""")
_SET_PURPOSE = text("SELECT set_config('application_name', :purpose, true)")
_LONGEST_PURPOSE = 63  # characters that PostgreSQL keeps
# After so many seconds without a statement the server ends the connection, and the lock is lost.
_LOST_AFTER = 30
# For so many seconds after a statement we hold the lock surely. Both numbers are choices.
_HELD_FOR = 20.0
_PINGS: Final = 4  # statements that are sent in these seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """Keys of the sources that a push added, changed and removed, each sorted."""

    added: Sequence[str] = ()
    changed: Sequence[str] = ()
    removed: Sequence[str] = ()


class _FollowedRow(NamedTuple):
    """A row of the table `followed` without its key. `place`: of the source in sources.toml;
    `data`: the source as JSON."""

    place: int
    enabled: bool
    data: Any


class Fleet:
    """What the machines that use one database share: the sources to visit, and locks."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def stamp(self) -> str:
        """Return a digest of the pushed sources, by which workers notice a push; "" before the
        first push."""
        digest = self._db.scalar(select(schema.notes.c.value).where(schema.notes.c.key == _STAMP))
        return str(digest or "")

    def sources(self) -> tuple[Source, ...]:
        """Return the pushed sources in the order of sources.toml."""
        rows = self._db.rows(select(_f.data).order_by(_f.place, _f.key))
        return tuple(codec.unpack(Source, data) for (data,) in rows)

    def push(self, sources: Sequence[Source], at: int, *, dry_run: bool = False) -> Pushed:
        """Store `sources` as the sources that workers visit, in place of the stored ones. Return
        the keys of the sources that are added, changed and removed. `at`: the time of the push in
        microseconds since 1970; `dry_run`: write nothing, only return what would change."""
        # both by the key of the source; `place` is its position in `sources`
        query = "SELECT key, place, enabled, data FROM followed"
        stored_rows: dict[str, _FollowedRow] = {}
        for key, place, enabled, data in self._db.run_query(query):
            stored_rows[key] = _FollowedRow(place, enabled, data)
        pushed_rows: dict[str, _FollowedRow] = {}
        for place, source in enumerate(sources):
            row = _FollowedRow(place, source.enabled, codec.pack(source))
            pushed_rows[codec.make_column_key(source.key)] = row

        changed_keys: list[str] = []
        for key in pushed_rows.keys() & stored_rows.keys():
            if pushed_rows[key].data != stored_rows[key].data:
                changed_keys.append(key)
        change = Pushed(
            added=sorted(pushed_rows.keys() - stored_rows.keys()),
            changed=sorted(changed_keys),
            removed=sorted(stored_rows.keys() - pushed_rows.keys()),
        )
        if dry_run:
            return change

        new_rows: list[dict[str, Any]] = []
        for key, row in sorted(pushed_rows.items()):
            if stored_rows.get(key) != row:
                new_rows.append({"key": key, **row._asdict()})
        # workers compare this digest with that of their last reading, to see a change
        lines = [f"{key} {row.data}" for key, row in pushed_rows.items()]
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()

        with self._db.write() as connection:
            for part in chunks(list(change.removed)):
                connection.execute(delete(schema.followed).where(_f.key.in_(part)))
            upsert(connection, schema.followed, new_rows)
            upsert(connection, schema.notes, [{"key": _STAMP, "value": digest, "at": at}])
        return change

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Let only one machine at a time run the block: wait until no other machine is inside such
        a block. Use it for short changes of shared files. With SQLite the block runs at once, since
        only one machine uses the database."""
        if self._db.sqlite:
            yield
            return
        with (
            self._db.translated_errors(),
            self._db.engine.connect() as connection,
            connection.begin(),
        ):
            connection.execute(_WAIT_FOR_FILES)
            yield

    @contextmanager
    def hold(self, name: str, purpose: str = "another machine") -> Iterator[Callable[[], None]]:
        """Hold the lock `name` of a PostgreSQL database inside the block. Yield a function that
        raises StoreAway if the lock may be lost. `purpose`: for what this program needs the lock.
        Raises LockedError if another program holds the lock; the message gives the purpose of that
        program."""
        # The lock belongs to a transaction, not to the session: a pooler gives the session to
        # other clients after each transaction.
        with self._db.translated_errors(), self._db.engine.connect() as connection:
            transaction = connection.begin()
            try:
                is_locked = connection.execute(_TRY_LOCK, {"name": name}).scalar()
                if not is_locked:
                    purpose_of_holder = connection.execute(_HOLDER, {"name": name}).scalar()
                    holder = purpose_of_holder or "another program"
                    raise LockedError(
                        f"{holder} holds {name!r} in the database {self._db.name}{WAIT_CURE}"
                    )
                connection.execute(_SET_PURPOSE, {"purpose": purpose[:_LONGEST_PURPOSE]})
                connection.exec_driver_sql(
                    f"SET LOCAL idle_in_transaction_session_timeout = '{_LOST_AFTER}s'"
                )
                with _Pings(connection, name) as pings:  # keep the connection open
                    yield pings.check
            finally:
                try:
                    transaction.rollback()
                except SQLAlchemyError:  # the connection was lost
                    connection.invalidate()


class _Pings:
    """A thread that keeps the connection of a database lock alive by statements, since the server
    ends connections that send nothing for 30 seconds."""

    def __init__(self, connection: Connection, name: str) -> None:
        """`connection`: the connection whose transaction holds the lock; `name`: the name of the
        lock."""
        self._connection = connection
        self._name = name
        self._connection_lock = threading.Lock()
        self._stopped = threading.Event()
        self._held_until = time.monotonic() + _HELD_FOR
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def check(self, ahead: float = 0.0) -> None:
        """Raise StoreAway if the lock is lost. The server keeps the lock for some seconds after
        each statement: if they last for `ahead` seconds more, the server is not asked."""
        with self._connection_lock:
            now = time.monotonic()
            is_surely_held = now + ahead < self._held_until
            if is_surely_held:
                return
            try:
                self._connection.exec_driver_sql("SELECT 1")
            except SQLAlchemyError as error:
                raise StoreAway(f"{self._name!r} was lost to another machine: {error}") from error
            self._held_until = now + _HELD_FOR

    def _run(self) -> None:
        """Ask the database in the background, so that the connection stays open."""
        while not self._stopped.wait(_HELD_FOR / _PINGS):
            with suppress(StoreAway):  # the next `check` raises it
                self.check(_HELD_FOR / 2)
