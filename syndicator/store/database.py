"""Run queries and transactions on a reading and a writing connection; translate errors."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Executable, Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from syndicator.core.errors import DiskError, StoreError
from syndicator.core.program import install
from syndicator.store import postgres
from syndicator.store.postgres import JobLost, StoreAway, StoreConflict

T = TypeVar("T")
Row = Mapping[str, Any]

CHUNK = 500  # values in one IN (...); SQLite before 3.32 takes at most 999
_AT_A_TIME = 1000  # rows of a stream
_FILES = 3  # open files of SQLite for one database: the database, its log, and the log's index


class Database:
    """The engine and its connections, for one thread. Every error of the driver becomes a
    StoreError."""

    def __init__(self, url: str, busy_seconds: float, *, read_only: bool = False) -> None:
        """`read_only`: write nothing, create no file, and need no write permission."""
        try:
            self.url = make_url(url)
            if self.url.drivername in ("postgresql", "postgres"):
                self.url = self.url.set(drivername=postgres.DRIVER)
            self.engine = (_reading_engine if read_only else _engine)(self.url, busy_seconds)
        except ArgumentError as error:
            raise StoreError(
                f"store.url: {error}; write sqlite:///path or postgresql://user@host/database"
            ) from error
        except ModuleNotFoundError as error:
            cure = install("postgres") if self.url.drivername == postgres.DRIVER else "install it"
            raise StoreError(
                f"store.url needs the package {error.name!r}: {cure}; or use sqlite:///"
            ) from error
        self.name = self.url.database or str(self.url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._reader: Connection | None = None
        self._writer: Connection | None = None
        # commits the writes of a group (`store.shared_commits`)
        self.before_write: Callable[[], object] = lambda: None

    def rows(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """Return all rows of a query, as of the last commit. Raises StoreError."""
        with self.named_errors():
            return self._reading().execute(statement, values).all()

    def driven(self, text: str, *values: Any) -> list[Any]:
        """Return all rows of a query in driver syntax (see `drive`). Raises StoreError."""
        with self.named_errors():
            return drive(self._reading(), text, values)

    def stream(self, statement: Executable) -> Iterator[Any]:
        """Yield the rows of a query in batches, to save memory. Raises StoreError."""
        with self.named_errors():
            yield from self._reading().execute(statement).yield_per(_AT_A_TIME)

    def scalar(self, statement: Executable, values: Any = None) -> Any:
        """Return the first column of the first row, None without rows."""
        rows = self.rows(statement, values)
        return rows[0][0] if rows else None

    def once(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """Run one writing statement as its own transaction in one round trip; return its rows.
        Raises StoreError."""
        with self.named_errors():
            result = self._reading().execute(statement, values)
            return result.all() if result.returns_rows else ()

    def _reading(self) -> Connection:
        if self._reader is None:
            self._reader = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._reader

    @contextmanager
    def write(self, *, blind: bool = False) -> Iterator[Connection]:
        """Open a durable transaction with the write lock (BEGIN IMMEDIATE); an exception undoes it.
        `blind`: the caller reads nothing, so that PostgreSQL needs one round trip. Raises
        StoreError."""
        self.before_write()
        with self.named_errors():
            connection = self.writer()
            with connection.begin(), postgres.pipeline(connection) if blind else nullcontext():
                yield connection

    def writer(self) -> Connection:
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
        """Rewrite the file of a SQLite database, so that no deleted content remains in it or its
        log."""
        if not self.sqlite:
            return
        self.close()
        with self.named_errors(), self.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql("VACUUM")
            alone.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close both connections; the last process to do so moves the write-ahead log into the
        file."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None
        self.engine.dispose()

    @contextmanager
    def named_errors(self) -> Iterator[None]:
        """Turn driver errors into StoreError (StoreConflict, StoreBusy, StoreAway, JobLost) or
        DiskError."""
        try:
            yield
        except sqlite3.Error as error:  # of `drive`
            _raise_if_out_of_files(self.name, error)
            raise StoreError(explain(self.name, str(error))) from error
        except DBAPIError as error:
            _raise_if_out_of_files(self.name, error.orig)
            kind = postgres.kind(error)
            if kind is StoreAway:
                self._forget_connections()
            messages = {
                JobLost: "another worker works on it by now",
                StoreConflict: f"{self.name}: {error.orig}",
                StoreAway: (
                    f"the database {self.name} cannot be reached ({error.orig}):"
                    f" {postgres.find_away_cure(str(error.orig))}"
                ),
            }
            raise kind(messages.get(kind) or explain(self.name, str(error.orig))) from error
        except SQLAlchemyError as error:
            raise StoreError(f"{self.name}: {error}") from error


def _raise_if_out_of_files(name: str, error: BaseException | None) -> None:
    """Raise DiskError if the process cannot open three more files: SQLite does not say so."""
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
    """Return a message for the operator about a driver error, with the cure."""
    lower = message.lower()
    cures = (
        (
            "malformed",
            "it is damaged; run `syndicator reindex`, which makes a new one from the article files",
        ),
        (
            "not a database",
            "it is damaged; run `syndicator reindex`, which makes a new one from the article files",
        ),
        ("lock timeout", "another program holds it; try again when that has ended"),
        ("locked", "another program holds it; try again when that has ended"),
        ("full", "the disk is full; free some space and run again, nothing is lost"),
        (
            "readonly",
            "it cannot be written; give this user write permission on the file and its folder",
        ),
        (
            "unable to open",
            (
                "it cannot be opened; check its folder, the right to write there, and that there is"
                " room (df, df -i)"
            ),
        ),
        (
            "disk i/o",
            (
                "the disk does not read or write; see that it is not full or broken and files may"
                " grow (ulimit -f)"
            ),
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
    """Insert the rows whose primary key does not exist yet."""
    insert(connection, table, rows, "ON CONFLICT DO NOTHING")


def insert(
    connection: Connection, table: Table, rows: Sequence[Row], ending: str = "", *more: Any
) -> None:
    """Insert rows with the same columns. `ending`: the ON CONFLICT clause; `more`: values for its
    ?."""
    columns = tuple(rows[0]) if rows else ()
    most = CHUNK // max(1, len(columns))
    for part in (rows[start : start + most] for start in range(0, len(rows), most)):
        line = f"({marks(columns)})"
        text = (
            f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES"
            f" {', '.join([line] * len(part))} "
        )
        drive(connection, text + ending, (*(row[name] for row in part for name in columns), *more))


def marks(values: Sequence[object]) -> str:
    """Return a ? for each value, for an IN (...); NULL without values, since PostgreSQL takes no
    empty list."""
    return ", ".join("?" * len(values)) or "NULL"


def drive(connection: Connection, text: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """Run a statement with a ? for each value; return its rows as tuples. Bypasses SQLAlchemy on
    SQLite, for speed."""
    if connection.dialect.name != "sqlite":
        result = connection.exec_driver_sql(text.replace("?", "%s"), values)
        return list(result.cursor.fetchall()) if result.returns_rows else []
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Split `values` into parts that fit one query."""
    yield from (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _engine(url: URL, busy_seconds: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        return postgres.polite(create_engine(url, connect_args=postgres.CONNECT))
    engine = create_engine(url, connect_args={"timeout": busy_seconds, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # WAL: readers never wait. FULL: a commit is on the disk when it returns. An article changes
        # few bytes in many pages: small pages (of new files) and rare checkpoints write a third
        # (bench_filing.py).
        pragmas = (
            "page_size=512",
            "journal_mode=WAL",
            "wal_autocheckpoint=16000",
            "synchronous=FULL",
        )
        # secure_delete overwrites the text of withdrawn articles; VACUUM would rewrite the whole
        # file.
        for pragma in (*pragmas, "temp_store=MEMORY", "cache_size=-16000", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _reading_engine(url: URL, busy_seconds: float) -> Engine:
    """Open a database for reading; a SQLite file without a log as immutable, so that SQLite writes
    none."""
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url, connect_args=postgres.CONNECT, execution_options={"postgresql_readonly": True}
        )
        return postgres.polite(engine)
    path = Path(url.database or "").absolute()
    still = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    address = f"file:{quote(str(path))}?mode=ro{still}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=busy_seconds, isolation_level=None)

    return create_engine(url, creator=connect)
