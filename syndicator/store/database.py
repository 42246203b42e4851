"""One database, two connections: reads see the last commit, writes are transactions that start with the lock."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, CursorResult, Engine, Executable, Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from syndicator.core.errors import DiskError, StoreError
from syndicator.core.program import install
from syndicator.store import postgres
from syndicator.store.postgres import JobLost, StoreAway, StoreBusy, StoreConflict

T = TypeVar("T")
Row = Mapping[str, Any]

CHUNK = 500  # values in one IN (...); SQLite before 3.32 takes at most 999
_AT_A_TIME = 1000  # rows of a stream
_FILES = 3  # that SQLite has open for one database: the database, its log, and the log's index


class Database:
    """The engine and its connections. Used from one thread. Every error of the driver arrives as a StoreError."""

    def __init__(self, url: str, busy_seconds: float, *, read_only: bool = False) -> None:
        """`read_only`: nothing is written, no file made, and no right to write needed."""
        try:
            made = make_url(url)
        except ArgumentError as error:
            raise StoreError(f"store.url: {error}; write sqlite:///path or postgresql://user@host/database") from error
        self.url = made.set(drivername=postgres.DRIVER) if made.drivername in ("postgresql", "postgres") else made
        self.name = self.url.database or str(self.url)
        self.engine = _made_engine(self.url, busy_seconds, read_only=read_only)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._reader: Connection | None = None
        self._writer: Connection | None = None
        self.before_write: Callable[[], object] = lambda: None  # commits what a group has written (`store.group`)

    def rows(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """All rows of a query, as of the last commit. Raises StoreError."""
        with self.named_errors():
            return self._read(statement, values).all()

    def driven(self, text: str, *values: Any) -> list[Any]:
        """All rows of a query in the words of the driver (`drive`). Raises StoreError."""
        with self.named_errors():
            return drive(self._reading(), text, values)

    def stream(self, statement: Executable) -> Iterator[Any]:
        """The rows of a query one by one, so that a long table takes no memory. Raises StoreError."""
        with self.named_errors():
            yield from self._read(statement, None).yield_per(_AT_A_TIME)

    def scalar(self, statement: Executable, values: Any = None) -> Any:
        """The first column of the first row, None when there is none."""
        found = self.rows(statement, values)
        return found[0][0] if found else None

    def once(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """Run one writing statement as its own transaction in one round trip; return its rows. Raises StoreError."""
        with self.named_errors():
            found = self._read(statement, values)
            return found.all() if found.returns_rows else ()

    def _read(self, statement: Executable, values: Any) -> CursorResult[Any]:
        return self._reading().execute(statement, values)

    def _reading(self) -> Connection:
        if self._reader is None:
            self._reader = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._reader

    @contextmanager
    def write(self, *, blind: bool = False) -> Iterator[Connection]:
        """A durable transaction, with the write lock from its start (BEGIN IMMEDIATE), so that it cannot fail half-way.
        Exceptions roll back; the driver's become StoreError. `blind`: nothing is read in it, so that a server is
        waited for once."""
        self.before_write()
        with self.named_errors():
            connection = self.writer()
            with connection.begin(), postgres.pipeline(connection) if blind else nullcontext():
                yield connection

    def writer(self) -> Connection:
        """The connection for writes."""
        if self._writer is None:
            self._writer = self.engine.connect()
        return self._writer

    def _forget_connections(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                with suppress(SQLAlchemyError):
                    connection.invalidate()
                    connection.close()
        self._reader = self._writer = None

    def compact(self) -> None:
        """Writes the file of a SQLite database anew: nothing that was deleted stays in its free pages or its log."""
        if not self.sqlite:
            return
        self.close()
        with self.named_errors(), self.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql("VACUUM")
            alone.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Ends both connections; the last one to close moves the write-ahead log into the file."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None
        self.engine.dispose()

    @contextmanager
    def named_errors(self) -> Iterator[None]:
        """Turn driver errors into StoreError with a cure (DiskError without descriptors): StoreConflict, StoreBusy (a
        long lock), StoreAway (no connection; the next call makes another)."""
        try:
            yield
        except sqlite3.Error as error:  # of `drive`
            _raise_if_out_of_files(self.name, error)
            raise StoreError(explain(self.name, str(error))) from error
        except DBAPIError as error:
            _raise_if_out_of_files(self.name, error.orig)
            if postgres.is_lost(error):
                raise JobLost("another worker works on it by now") from error
            if postgres.is_conflict(error):
                raise StoreConflict(f"{self.name}: {error.orig}") from error
            if postgres.is_away(error):
                self._forget_connections()
                raise StoreAway(postgres.away(self.name, error)) from error
            if postgres.is_busy(error):
                raise StoreBusy(explain(self.name, str(error.orig))) from error
            raise StoreError(explain(self.name, str(error.orig))) from error
        except SQLAlchemyError as error:
            raise StoreError(f"{self.name}: {error}") from error


def _raise_if_out_of_files(name: str, error: BaseException | None) -> None:
    """Raises DiskError with the cure when the process is out of file descriptors, of which SQLite says only that it
    cannot open a file. Known by trying to open as many as it needs: database, log, and the log's index."""
    if "unable to open" not in str(error):
        return
    with ExitStack() as opened:
        try:
            for _ in range(_FILES):
                opened.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        except OSError as short:
            short.filename = name
            raise DiskError.of(short) from error


def explain(name: str, message: str) -> str:
    """What a driver's message means for the operator, with the cure."""
    lower = message.lower()
    cures = (
        ("malformed", "it is damaged; run `syndicator reindex`, which makes a new one from the article files"),
        ("not a database", "it is damaged; run `syndicator reindex`, which makes a new one from the article files"),
        ("lock timeout", "another program holds it; try again when that has ended"),
        ("locked", "another program holds it; try again when that has ended"),
        ("full", "the disk is full; free some space and run again, nothing is lost"),
        ("readonly", "it cannot be written; give this user write permission on the file and its folder"),
        (
            "unable to open",
            "it cannot be opened; check its folder, the right to write there, and that there is room (df, df -i)",
        ),
        (
            "disk i/o",
            "the disk does not read or write; see that it is not full or broken and files may grow (ulimit -f)",
        ),
        ("no such table", "a table is missing; run `syndicator reindex`"),
    )
    cure = next((cure for part, cure in cures if part in lower), "run `syndicator check`")
    return f"the database {name} cannot be used ({message}): {cure}"


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, replacing those with the same primary key."""
    key = [column.name for column in table.primary_key]
    changed = [f"{name} = excluded.{name}" for name in (rows[0] if rows else ()) if name not in key]
    ending = f"DO UPDATE SET {', '.join(changed)}" if changed else "DO NOTHING"
    newest = {tuple(row[name] for name in key): row for row in rows}
    insert(connection, table, [*newest.values()], f"ON CONFLICT ({', '.join(key)}) {ending}")


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose primary key is not there yet."""
    insert(connection, table, rows, "ON CONFLICT DO NOTHING")


def insert(connection: Connection, table: Table, rows: Sequence[Row], ending: str = "", *more: Any) -> None:
    """Insert rows that have the same columns by one statement of the driver, which costs a third of a statement a row.
    `ending`: the ON CONFLICT clause, in which ? stands for the values `more`."""
    columns = tuple(rows[0]) if rows else ()
    most = CHUNK // max(1, len(columns))
    for part in (rows[start : start + most] for start in range(0, len(rows), most)):
        line = f"({marks(columns)})"
        text = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {', '.join([line] * len(part))} "
        drive(connection, text + ending, (*(row[name] for row in part for name in columns), *more))


def marks(values: Sequence[object]) -> str:
    """A ? for each value, for an IN (...); NULL for none, since PostgreSQL takes no empty list."""
    return ", ".join("?" * len(values)) or "NULL"


def drive(connection: Connection, text: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """Run a statement with ? for each value, and return its rows as tuples. SQLite is asked directly, as the way
    through SQLAlchemy costs more than most statements."""
    if connection.dialect.name != "sqlite":
        found = connection.exec_driver_sql(text.replace("?", "%s"), values)
        return list(found.cursor.fetchall()) if found.returns_rows else []
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """`values` in parts that fit one query."""
    yield from (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _made_engine(url: URL, busy_seconds: float, *, read_only: bool) -> Engine:
    try:
        return _reading_engine(url, busy_seconds) if read_only else _engine(url, busy_seconds)
    except ModuleNotFoundError as error:
        cure = install("postgres") if url.drivername == postgres.DRIVER else "install it"
        raise StoreError(f"store.url needs the package {error.name!r}: {cure}; or use sqlite:///") from error
    except ArgumentError as error:  # a dialect that nobody knows
        raise StoreError(f"store.url: {error}; write sqlite:///path or postgresql://user@host/database") from error


def _engine(url: URL, busy_seconds: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        return postgres.polite(create_engine(url, connect_args=postgres.CONNECT))
    engine = create_engine(url, connect_args={"timeout": busy_seconds, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # WAL: readers never wait. FULL: a commit is on the disk when it returns (NORMAL may lose the last ones).
        # What an article changes is small and lies apart: the smallest page, which counts for new files alone, and a
        # log that is moved into the file seldom, write a third of what the usual ones do (bench_filing.py).
        pragmas = ("page_size=512", "journal_mode=WAL", "wal_autocheckpoint=16000", "synchronous=FULL")
        # What is deleted is overwritten, so that no free page has the text of a withdrawn article: this costs no CPU
        # that could be measured, where VACUUM writes the whole file anew.
        for pragma in (*pragmas, "temp_store=MEMORY", "cache_size=-16000", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _reading_engine(url: URL, busy_seconds: float) -> Engine:
    """Of a SQLite database that nobody has open there is no log beside it: it is read as a file that does not change,
    for SQLite would make a log otherwise, which takes the right to write."""
    if url.get_backend_name() != "sqlite":
        made = create_engine(url, connect_args=postgres.CONNECT, execution_options={"postgresql_readonly": True})
        return postgres.polite(made)
    path = Path(url.database or "").absolute()
    still = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    address = f"file:{quote(str(path))}?mode=ro{still}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=busy_seconds, isolation_level=None)

    return create_engine(url, creator=connect)
