"""Collect the writes of many visits, and commit them to the database together."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable, Transaction
from sqlalchemy.exc import SQLAlchemyError

from syndicator.core.errors import StoreError
from syndicator.store.database import Database, run_statement

_SAVEPOINT = "one_write"


def _do_nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class _OpenTransaction:
    connection: Connection
    transaction: Transaction


class Group:
    """The database for visits. On SQLite, writes within `shared` wait for a common `commit`, which
    writes of other parts call first. On PostgreSQL each write is its own transaction: locks held
    across writes would deadlock."""

    def __init__(
        self, database: Database, fence: Callable[[Connection], object] | None = None
    ) -> None:
        """`fence`: called at the start of each write; raises an exception to undo the write."""
        self._db = database
        self._fence = fence
        self.alone = database.sqlite  # True if this process is the only writer
        # None: each write is a transaction of its own
        self._first: Callable[[], object] | None = None
        self._open: _OpenTransaction | None = None
        self.writes = 0  # since the last commit
        # adds writes that were collected elsewhere
        self.before_commit: Callable[[], object] = _do_nothing
        if database.sqlite:
            database.before_write = self.commit

    @property
    def sharing(self) -> bool:
        """True if writes wait for a commit."""
        return self._first is not None and self._db.sqlite

    def rows(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """Return all rows of a query, including the group's uncommitted writes. Raises
        StoreError."""
        if self._open is None:
            return self._db.rows(statement, values)
        with self._db.named_errors():
            return self._open.connection.execute(statement, values).all()

    def run_query(self, text: str, *values: Any) -> list[Any]:
        """Return the result of `Database.driven`, including the group's uncommitted writes."""
        if self._open is None:
            return self._db.run_query(text, *values)
        with self._db.named_errors():
            return run_statement(self._open.connection, text, values)

    def stream(self, statement: Executable) -> Iterator[Any]:
        """Commit, then yield from `Database.stream`."""
        self.commit()
        return self._db.stream(statement)

    @contextmanager
    def write(self, *, blind: bool = False) -> Iterator[Connection]:
        """Open a write, durable at its end or, within `shared`, with the group. `blind`: see
        `Database.write`."""
        if self._first is None or not self._db.sqlite:
            if self._first is not None:
                self._first()
            with self._db.write(blind=blind) as connection:
                if self._fence is not None:
                    self._fence(connection)
                yield connection
            return
        with self._db.named_errors():
            if self._open is None:
                connection = self._db.open_writer()
                self._open = _OpenTransaction(connection, connection.begin())
            connection = self._open.connection
            run_statement(connection, f"SAVEPOINT {_SAVEPOINT}")
            try:
                yield connection
            except BaseException:
                self._undo(connection)
                raise
            run_statement(connection, f"RELEASE {_SAVEPOINT}")
            self.writes += 1

    @contextmanager
    def shared(self, first: Callable[[], object] = _do_nothing) -> Iterator[None]:
        """Collect writes until `commit`, which also runs at the end. `first`: called before each
        commit, to make files durable; its errors and StoreError undo the group."""
        previous = self._first
        self._first = first
        try:
            yield
        except BaseException:
            with suppress(StoreError, OSError):  # the first exception matters more
                self.commit()
            raise
        else:
            self.commit()
        finally:
            self._first = previous

    def commit(self) -> None:
        """Commit the collected writes. If that fails, all of them are undone."""
        if self._first is None:
            return
        self.before_commit()
        if self._open is None:
            return
        transaction = self._open.transaction
        self._open = None
        self.writes = 0
        try:
            self._first()
            with self._db.named_errors():
                transaction.commit()
        except BaseException:
            with suppress(SQLAlchemyError):
                transaction.rollback()
            raise

    def _undo(self, connection: Connection) -> None:
        """Undo the failed write. If the disk is full, SQLite undoes the whole group."""
        try:
            connection.exec_driver_sql(f"ROLLBACK TO {_SAVEPOINT}")
            connection.exec_driver_sql(f"RELEASE {_SAVEPOINT}")
        except SQLAlchemyError:
            opened = self._open
            self._open = None
            if opened is None:
                return
            with suppress(SQLAlchemyError):
                opened.transaction.rollback()
