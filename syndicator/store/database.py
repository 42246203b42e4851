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
from syndicator.core.program import describe_installation
from syndicator.store import postgres
from syndicator.store.postgres import JobLost, StoreAway, StoreConflict

T = TypeVar("T")
Row = Mapping[str, Any]

CHUNK = 500  # values in one IN (...); SQLite before 3.32 takes at most 999
_STREAM_BATCH = 1000  # rows
_FILES = 3  # that SQLite opens for one database: the database, its log, and the log's index

_REINDEX_CURE = (
    "it is damaged; run `syndicator reindex`, which makes a new one from the article files"
)
_LOCKED_CURE = "another program holds it; try again when that has ended"
_OTHER_CURE = "run `syndicator check`"
# part of an error message of SQLite in lower case -> what the operator should do
_CURES = {
    "malformed": _REINDEX_CURE,
    "not a database": _REINDEX_CURE,
    "lock timeout": _LOCKED_CURE,
    "locked": _LOCKED_CURE,
    "full": "the disk is full; free some space and run again, nothing is lost",
    "readonly": "it cannot be written; give this user write permission on the file and its folder",
    "unable to open": (
        "it cannot be opened; check its folder, the right to write there, and that there is"
        " room (df, df -i)"
    ),
    "disk i/o": (
        "the disk does not read or write; see that it is not full or broken and files may"
        " grow (ulimit -f)"
    ),
    "no such table": "a table is missing; run `syndicator reindex`",
}

# Settings of each connection to SQLite. WAL: readers never wait. FULL: a commit is on the disk when
# it returns. An article changes few bytes in many pages: small pages (of new files) and rare
# checkpoints write a third (bench_filing.py). secure_delete overwrites the text of withdrawn
# articles; VACUUM would rewrite the whole file.
_PRAGMAS = (
    "page_size=512",
    "journal_mode=WAL",
    "wal_autocheckpoint=16000",
    "synchronous=FULL",
    "temp_store=MEMORY",
    "cache_size=-16000",
    "secure_delete=ON",
)


class Database:
    """SQLAlchemy's engine for a database and two connections, for one thread. Errors of the driver
    become StoreError."""

    def __init__(self, url: str, busy_seconds: float, *, read_only: bool = False) -> None:
        """Prepare to use the database at `url`; connections are opened when they are needed.
        `busy_seconds`: how long SQLite waits for a lock of another program. `read_only`: write
        nothing, create no file, and need no write permission. Raises StoreError if the URL is
        invalid or the driver is not installed."""
        try:
            self.url = make_url(url)
            if self.url.drivername in ("postgresql", "postgres"):  # no driver named: use ours
                self.url = self.url.set(drivername=postgres.DRIVER)
            if read_only:
                self.engine = _make_reading_engine(self.url, busy_seconds)
            else:
                self.engine = _make_engine(self.url, busy_seconds)
        except ArgumentError as error:
            raise StoreError(
                f"store.url: {error}; write sqlite:///path or postgresql://user@host/database"
            ) from error
        except ModuleNotFoundError as error:
            is_postgres = self.url.drivername == postgres.DRIVER
            # `install` returns the command that installs our PostgreSQL packages
            cure = describe_installation("postgres") if is_postgres else "install it"
            raise StoreError(
                f"store.url needs the package {error.name!r}: {cure}; or use sqlite:///"
            ) from error
        self.name = self.url.database or str(self.url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._reader: Connection | None = None
        self._writer: Connection | None = None
        # called before each transaction of `write`; `store.shared_commits` commits its writes then
        self.before_write: Callable[[], object] = lambda: None

    def rows(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """Return all rows of a query, as of the last commit. `values`: parameter name -> value.
        Raises StoreError."""
        with self.translated_errors():
            return self._open_reader().execute(statement, values).all()

    def run_query(self, text: str, *values: Any) -> list[Any]:
        """Return all rows of a query in SQL with a ? for each value. Raises StoreError."""
        with self.translated_errors():
            return run_statement(self._open_reader(), text, values)

    def stream(self, statement: Executable) -> Iterator[Any]:
        """Yield the rows of a query one by one; they are fetched in batches, to save memory. Raises
        StoreError."""
        with self.translated_errors():
            yield from self._open_reader().execute(statement).yield_per(_STREAM_BATCH)

    def scalar(self, statement: Executable, values: Any = None) -> Any:
        """Return the first column of the first row of a query; None if it finds no row. Raises
        StoreError."""
        rows = self.rows(statement, values)
        return rows[0][0] if rows else None

    def run_at_once(self, statement: Executable, values: Any = None) -> Sequence[Any]:
        """Run a statement that writes as a transaction of its own, in one round trip to the server.
        Return the rows of its RETURNING clause, or () if it has no such clause. Raises StoreError.
        """
        with self.translated_errors():
            result = self._open_reader().execute(statement, values)
            if not result.returns_rows:
                return ()
            return result.all()

    def _open_reader(self) -> Connection:
        """Return the connection for reading, opened at the first call and kept open. It commits
        each statement at once."""
        if self._reader is None:
            self._reader = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._reader

    @contextmanager
    def write(self, *, blind: bool = False) -> Iterator[Connection]:
        """Yield the connection for writing, in a transaction; on SQLite it has the write lock from
        the start. The transaction is durable after the block; an exception in the block undoes it.
        `blind`: the block reads no results, so that PostgreSQL sends all statements in one round
        trip. Raises StoreError."""
        self.before_write()
        with self.translated_errors():
            connection = self.open_writer()
            pipeline = postgres.pipeline(connection) if blind else nullcontext()
            with connection.begin(), pipeline:
                yield connection

    def open_writer(self) -> Connection:
        """Return the connection for writing, opened at the first call and kept open."""
        if self._writer is None:
            self._writer = self.engine.connect()
        return self._writer

    def _forget_connections(self) -> None:
        """Drop both connections, ignoring errors, since the server cannot be reached. The next
        query opens new connections."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                with suppress(SQLAlchemyError):
                    connection.invalidate()
                    connection.close()
        self._reader = None
        self._writer = None

    def compact(self) -> None:
        """Rewrite the file of a SQLite database, so that no deleted content remains in the file or
        in its log. Do nothing for PostgreSQL. Raises StoreError."""
        if not self.sqlite:
            return
        self.close()
        with self.translated_errors(), self.engine.connect() as connection:
            autocommitting = connection.execution_options(isolation_level="AUTOCOMMIT")
            autocommitting.exec_driver_sql("VACUUM")
            autocommitting.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close both connections. When the last process closes a SQLite database, SQLite moves the
        write-ahead log into the file."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = None
        self._writer = None
        self.engine.dispose()

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Raise StoreError (StoreConflict, StoreBusy, StoreAway, JobLost) or DiskError in place of
        errors of the driver inside the block. If the server is away, also drop the connections."""
        try:
            yield
        except sqlite3.Error as error:  # from `run_statement`, which bypasses SQLAlchemy
            _raise_if_out_of_files(self.name, error)
            raise StoreError(explain_failure(self.name, str(error))) from error
        except DBAPIError as error:
            _raise_if_out_of_files(self.name, error.orig)
            error_class = postgres.choose_error_class(error)
            if error_class is StoreAway:
                self._forget_connections()
            raise error_class(self._describe_error(error_class, str(error.orig))) from error
        except SQLAlchemyError as error:
            raise StoreError(f"{self.name}: {error}") from error

    def _describe_error(self, error_class: type[StoreError], message: str) -> str:
        """Return a message for the operator about an error of the database driver. `message`: the
        driver's own text; `error_class`: the class of our error that replaces the driver's."""
        if error_class is JobLost:
            return "another worker works on it by now"
        if error_class is StoreConflict:
            return f"{self.name}: {message}"
        if error_class is StoreAway:
            cure = postgres.find_away_cure(message)
            return f"the database {self.name} cannot be reached ({message}): {cure}"
        return explain_failure(self.name, message)


def _raise_if_out_of_files(name: str, error: BaseException | None) -> None:
    """Raise DiskError if SQLite could not open the database `name` because this process has too
    many open files. Otherwise return. `error`: the error of SQLite."""
    if "unable to open" not in str(error):
        return
    # SQLite's error does not say why. Open as many files as SQLite does: if that fails, too, the
    # limit of open files is the reason.
    with ExitStack() as closed_at_end:
        try:
            for _ in range(_FILES):
                file_number = os.open(os.devnull, os.O_RDONLY)
                closed_at_end.callback(os.close, file_number)
        except OSError as limit_error:
            limit_error.filename = name
            raise DiskError.of(limit_error) from error


def explain_failure(name: str, message: str) -> str:
    """Return a message for the operator: that the database `name` cannot be used, why (the
    driver's error `message`) and what to do about it."""
    lower_message = message.lower()
    fitting_cures = [cure for part, cure in _CURES.items() if part in lower_message]
    cure = fitting_cures[0] if fitting_cures else _OTHER_CURE
    return f"the database {name} cannot be used ({message}): {cure}"


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows into `table`; all rows must have the same columns. A new row replaces the stored
    row with the same primary key. If several of `rows` have the same key, the last counts."""
    if not rows:
        return
    key_columns = [column.name for column in table.primary_key]
    rows_by_key: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple([row[name] for name in key_columns])
        rows_by_key[key] = row
    # SQL calls the new row `excluded`
    assignments = [f"{name} = excluded.{name}" for name in rows[0] if name not in key_columns]
    action = "DO NOTHING"  # all columns are in the key: the rows are equal
    if assignments:
        action = f"DO UPDATE SET {', '.join(assignments)}"
    ending = f"ON CONFLICT ({', '.join(key_columns)}) {action}"
    insert(connection, table, list(rows_by_key.values()), ending)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose primary key is not in the table yet; leave the stored ones as they
    are."""
    insert(connection, table, rows, "ON CONFLICT DO NOTHING")


def insert(
    connection: Connection, table: Table, rows: Sequence[Row], ending: str = "", *ending_values: Any
) -> None:
    """Insert rows into `table`, in batches; all rows must have the same columns. `ending`: an
    ON CONFLICT clause in SQL; `ending_values`: a value for each ? in `ending`."""
    if not rows:
        return
    columns = tuple(rows[0])
    placeholders = f"({write_placeholders(columns)})"
    batch_size = CHUNK // len(columns)  # rows with at most CHUNK values
    for start in range(0, len(rows), batch_size):
        batch = rows[start : start + batch_size]
        all_placeholders = ", ".join([placeholders] * len(batch))
        text = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {all_placeholders} {ending}"
        values: list[Any] = []
        for row in batch:
            values.extend([row[name] for name in columns])
        run_statement(connection, text, (*values, *ending_values))


def delete_rows(connection: Connection, table: str, ids: Sequence[str]) -> None:
    """Delete the rows of `table` whose column `id` has one of the values `ids`."""
    for part in chunks(ids):
        statement = f"DELETE FROM {table} WHERE id IN ({write_placeholders(part)})"
        run_statement(connection, statement, tuple(part))


def write_placeholders(values: Sequence[object]) -> str:
    """Return a ? for each value, such as "?, ?, ?", to write inside an IN (...) in SQL. If there
    are no values, return "NULL", which matches nothing: PostgreSQL accepts no empty list."""
    if not values:
        return "NULL"
    return ", ".join("?" * len(values))


def run_statement(connection: Connection, text: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """Run a statement in SQL with a ? for each value; return its rows as tuples. On SQLite it
    bypasses SQLAlchemy, for speed, and so raises sqlite3.Error."""
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
    """Yield `values` in parts of at most 500, which fit the IN (...) of one query."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _make_engine(url: URL, busy_seconds: float) -> Engine:
    """Return SQLAlchemy's engine for a database that we write. `busy_seconds`: how long SQLite
    waits for a lock of another program."""
    if url.get_backend_name() != "sqlite":
        return postgres.set_timeouts(create_engine(url, connect_args=postgres.CONNECT))
    # isolation_level=None: `_take_write_lock` begins transactions, not Python's driver
    engine = create_engine(url, connect_args={"timeout": busy_seconds, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        """Set SQLite's options. SQLAlchemy calls this for each new connection."""
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _take_write_lock(connection: Connection) -> None:
        """Begin a transaction that may write. SQLAlchemy calls this for each transaction."""
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _make_reading_engine(url: URL, busy_seconds: float) -> Engine:
    """Return SQLAlchemy's engine for a database that we only read. `busy_seconds`: how long SQLite
    waits for a lock of another program. A SQLite file without a write-ahead log is opened as
    immutable, since SQLite would otherwise create the log."""
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url, connect_args=postgres.CONNECT, execution_options={"postgresql_readonly": True}
        )
        return postgres.set_timeouts(engine)
    path = Path(url.database or "").absolute()
    log = path.with_name(f"{path.name}-wal")
    address = f"file:{quote(str(path))}?mode=ro"
    if not log.exists():
        address += "&immutable=1"

    def connect() -> sqlite3.Connection:
        """Open the file. SQLAlchemy calls this when it needs a connection."""
        return sqlite3.connect(address, uri=True, timeout=busy_seconds, isolation_level=None)

    return create_engine(url, creator=connect)
