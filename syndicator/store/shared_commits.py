"""Collect the writes of many visits, and commit them to the database in one transaction."""

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
    """A transaction that has begun, and its connection."""

    connection: Connection
    transaction: Transaction


class Group:
    """The database as visits use it. On SQLite, the writes inside `shared` are one transaction,
    until `commit`; a write of another part of the store calls `commit` first. On PostgreSQL each
    write is a transaction of its own: locks that are held for several writes would deadlock."""

    def __init__(
        self, database: Database, fence: Callable[[Connection], object] | None = None
    ) -> None:
        """`database`: an open database; `fence`: called at the start of each write, in its
        transaction; must raise an error if this process may not write any more."""
        self._db = database
        self._fence = fence
        self.alone = database.sqlite  # True if this process is the only writer
        # called before each commit inside `shared`; None outside of it
        self._sync_files: Callable[[], object] | None = None
        self._open: _OpenTransaction | None = None
        self.writes = 0  # since the last commit
        # called by `commit` to add writes that the caller has collected in memory
        self.before_commit: Callable[[], object] = _do_nothing
        if database.sqlite:
            database.before_write = self.commit

    @property
    def sharing(self) -> bool:
        """True if writes now wait for `commit`."""
        return self._sync_files is not None and self._db.sqlite

    def rows(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """Return all rows of a query, which sees the writes that are not committed yet. Raises
        StoreError."""
        if self._open is None:
            return self._db.rows(statement, values)
        with self._db.translated_errors():
            return self._open.connection.execute(statement, values).all()

    def run_query(self, text: str, *values: Any) -> list[Any]:
        """Return all rows of a query in SQL with a ? for each value. It sees the writes that are
        not committed yet. Raises StoreError."""
        if self._open is None:
            return self._db.run_query(text, *values)
        with self._db.translated_errors():
            return run_statement(self._open.connection, text, values)

    def stream(self, statement: Executable) -> Iterator[Any]:
        """Commit, then return an iterator over the rows of a query that saves memory (see
        `Database.stream`)."""
        self.commit()
        return self._db.stream(statement)

    @contextmanager
    def write(self, *, blind: bool = False) -> Iterator[Connection]:
        """Yield a connection for a write; an exception in the block undoes this write only. The
        write is durable after the block or, on SQLite inside `shared`, after the next `commit`.
        `blind`: the block reads no results. Raises StoreError."""
        if not self.sharing:
            if self._sync_files is not None:  # PostgreSQL inside `shared`: each write is a commit
                self._sync_files()
            with self._db.write(blind=blind) as connection:
                if self._fence is not None:
                    self._fence(connection)
                yield connection
            return

        # add the write to the open transaction; a savepoint allows to undo it alone
        with self._db.translated_errors():
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
        """Collect the writes inside the block, and commit them together when `commit` is called and
        at the end of the block, even after an exception. `first`: is called before each commit, to
        make the files of articles durable before their rows; if it fails, the collected writes are
        undone."""
        previous_sync_files = self._sync_files
        self._sync_files = first
        try:
            yield
        except BaseException:
            with suppress(StoreError, OSError):  # the exception of the block matters more
                self.commit()
            raise
        else:
            self.commit()
        finally:
            self._sync_files = previous_sync_files

    def commit(self) -> None:
        """Commit the collected writes; outside of `shared` do nothing. If the commit fails, all of
        these writes are undone. Raises StoreError and the errors of the function `first` that
        `shared` was given."""
        if self._sync_files is None:
            return
        self.before_commit()  # may write, too
        if self._open is None:  # nothing was written
            return
        transaction = self._open.transaction
        self._open = None
        self.writes = 0
        try:
            self._sync_files()
            with self._db.translated_errors():
                transaction.commit()
        except BaseException:
            with suppress(SQLAlchemyError):
                transaction.rollback()
            raise

    def _undo(self, connection: Connection) -> None:
        """Undo the write that has failed: go back to its savepoint. If that is not possible,
        because SQLite has ended the whole transaction (as it does when the disk is full), end it
        here, too."""
        try:
            connection.exec_driver_sql(f"ROLLBACK TO {_SAVEPOINT}")
            connection.exec_driver_sql(f"RELEASE {_SAVEPOINT}")
        except SQLAlchemyError:
            ended = self._open
            self._open = None
            if ended is not None:
                with suppress(SQLAlchemyError):
                    ended.transaction.rollback()
