"""Open the store: create, upgrade or refuse its database; copy it to another database.
An empty or missing database is refused if there are articles: we would publish them all again."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from itertools import islice
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Table, func, insert, inspect, select, text
from sqlalchemy.engine import make_url

from syndicator.core.errors import StoreError
from syndicator.core.model import Article
from syndicator.core.ports import FileStamp, Withdrawn
from syndicator.store import postgres, rebuild, schema
from syndicator.store.database import Database, explain_failure, run_statement
from syndicator.store.fleet.builds import Builds
from syndicator.store.fleet.followed import Fleet
from syndicator.store.fleet.hosts import Hosts
from syndicator.store.fleet.shards import Shards
from syndicator.store.fleet.workers import Workers
from syndicator.store.future_times import FutureTimes
from syndicator.store.index import Index
from syndicator.store.records import Visits
from syndicator.store.shared_commits import Group
from syndicator.store.status import Status
from syndicator.store.tables.browse import Browse
from syndicator.store.tables.icons import Icons
from syndicator.store.tables.messages import Enrichment, Messages, Subscriptions
from syndicator.store.tables.pictures import Pictures
from syndicator.store.tables.related import Related
from syndicator.store.tables.reservations import Reservations
from syndicator.store.tables.stories import Stories
from syndicator.store.texts.texts import Texts
from syndicator.store.texts.tokens import mark_all_due

BUSY_SECONDS = 10.0  # how long a write waits for another program's
_CURE = (
    "run `syndicator reindex`, which makes it from the article files, or restore it from a backup"
)
_COPIED_AT_ONCE = 1000  # rows in memory
# leases and workers are temporary; the new database has its revision; terms are read again
_NOT_COPIED = (schema.hosts, schema.workers, schema.revision, schema.texts, schema.texts_due)
_MIGRATIONS_LOCK = "migrations"
_IS_DAMAGED = "database disk image is malformed"  # SQLite's words


def _do_nothing() -> None:
    pass


class StoreNewer(StoreError):
    """A newer version has upgraded the database."""


class Store:
    """The tables of a database, grouped by what they are about, for one thread. Each write is
    durable when it returns (within `visits.shared`, with the next commit) and waits for locks of
    other programs, usually 10 seconds. Raises StoreError, DiskError."""

    def __init__(self, database: Database) -> None:
        """`database`: an open database with tables of this version."""
        self._db = database
        self.name = database.name  # the file (SQLite), or the name (PostgreSQL)
        self.single = database.sqlite  # a file, which only one machine uses
        group = Group(database)  # commits several writes of its members together
        self.visits = Visits(group)
        self.index = Index(database)
        self.status = Status(database)
        self.enrichment = Enrichment(database)
        self.ahead = FutureTimes(database)
        self.pictures = Pictures(database)
        self.icons = Icons(database)
        self.reservations = Reservations(group)
        self.subscriptions = Subscriptions(database)
        self.browse = Browse(database)
        self.messages = Messages(database)
        self.stories = Stories(database)
        self.related = Related(database)
        self.texts = Texts(database)
        if not database.sqlite:
            # if two transactions change the same rows, PostgreSQL refuses one: run it again then
            writing_parts = (
                self.visits,
                self.index,
                self.enrichment,
                self.pictures,
                self.icons,
                self.ahead,
                self.subscriptions,
                self.messages,
                self.stories,
                self.texts,
                self.related,
            )
            for part in writing_parts:
                postgres.make_retrying(part)
        self.fleet = Fleet(database)
        self.check_lock: Callable[[], object] = _do_nothing

    def set_guard(self, check_lock: Callable[[], object] = _do_nothing) -> None:
        """Set the function that is called before each write (on PostgreSQL) and before each file
        is published. `check_lock` must raise StoreAway if this process has lost its lock; by
        default it does nothing, so a call without arguments ends the checks."""
        self.check_lock = check_lock
        if not self._db.sqlite:
            self._db.before_write = check_lock

    def hosts(self, lease: float) -> Hosts:
        """Return the table by which machines share the right to ask hosts. `lease`: seconds after
        which a permission for a request ends."""
        hosts = Hosts(self._db, lease)
        return hosts if self._db.sqlite else postgres.make_retrying(hosts)

    def shards(self, lease: float) -> Shards:
        """Return the table of the jobs of workers. `lease`: seconds without a heartbeat after which
        a job goes to another worker."""
        return postgres.make_retrying(Shards(self._db, self.hosts(lease), lease))

    def builds(self) -> Builds:
        """Return the table of jobs such as builds, which only one worker may do at a time."""
        return postgres.make_retrying(Builds(self._db))

    def workers(self, lease: float) -> Workers:
        """Return the table of workers. `lease`: seconds without a heartbeat after which a worker
        counts as gone."""
        return postgres.make_retrying(Workers(self._db, lease))

    def open_fenced_visits(
        self, fence: Callable[[Connection], object], waiting: Collection[str]
    ) -> Visits:
        """Return the stored visits for a worker, so that it can write only while it has its job:
        each write calls `fence` in its transaction, and `fence` raises an error if another worker
        has the job by now. `waiting`: keys of the sources with pending entries."""
        visits = Visits(Group(self._db, fence), waiting)
        if self._db.sqlite:
            return visits
        return postgres.make_retrying(visits)

    @property
    def current(self) -> bool:
        """True if the tables have the form of this version of Syndicator."""
        return bool(self._db.scalar(select(schema.revision.c.version_num)) == schema.HEAD)

    def reindex(
        self,
        articles: Iterable[tuple[Article | str, FileStamp]],
        withdrawn: Iterable[Withdrawn] = (),
        carried: Iterable[tuple[str, str]] = (),
    ) -> int:
        """Rebuild the tables of articles, aliases and feeds from the article files, in one
        transaction. Return the number of articles.

        `articles`: (article, stamp of its file) for each file. For a file that cannot be read,
        give the article's id or the beginning of the id in place of the article: then the stored
        article stays as it is. `withdrawn`: withdrawals that may not be stored yet; `carried`:
        (article id, key of a further source that announced the article). Raises StoreError, and
        the errors that iterating over `articles` raises."""
        with self._db.write() as connection:
            postgres.lift_timeouts(connection)
            return rebuild.reindex(connection, articles, withdrawn, carried)

    def scrub(self, spellings: Iterable[tuple[str, str]]) -> None:
        """Replace texts, such as passwords, in all tables. Then compact the file, so that the old
        texts cannot be found in it. `spellings`: (text to replace, its replacement)."""
        with self._db.write() as connection:
            rebuild.scrub(connection, spellings)
        self._db.compact()

    def compact(self) -> None:
        """Remove deleted content from the file of a SQLite database: earlier versions of Syndicator
        did not overwrite what they deleted."""
        self._db.compact()

    def close(self) -> None:
        """Close the connections to the database."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(
    url: str, *, articles_exist: bool, create: bool = False, busy_seconds: float = BUSY_SECONDS
) -> Store:
    """Open the store at `url`. Create its database if there is none, or upgrade it to this version.

    `articles_exist`: there are article files, so that a missing or empty database is an error.
    `create`: create the database even then, and replace a damaged one, whose file is kept under
    another name. `busy_seconds`: how long a write waits for a lock. Raises StoreError, also if the
    database is locked, not ours or of a newer version."""
    with ExitStack() as closed_on_error:
        database = closed_on_error.enter_context(closing(Database(url, busy_seconds)))
        if database.sqlite:
            _prepare_file(database, articles_exist=articles_exist, create=create)
        _upgrade_tables(database, may_create=create or not articles_exist)
        closed_on_error.pop_all()  # no error: leave the database open
        return Store(database)


def open_store_read_only(url: str, *, articles_exist: bool) -> Store | None:
    """Open the store at `url` without writing to it. Return None if its database was not created
    yet. Raises StoreError if the database is of another version, or missing although
    `articles_exist` (there are article files)."""
    if is_missing(url):
        if articles_exist:
            raise StoreError(
                f"the database {make_url(url).database} is missing although there are articles;"
                f" {_CURE}"
            )
        return None

    with ExitStack() as closed_on_error:
        database = closed_on_error.enter_context(
            closing(Database(url, BUSY_SECONDS, read_only=True))
        )
        if database.sqlite:
            _check_content(Path(database.name), articles_exist=articles_exist)
        with database.translated_errors(), database.engine.connect() as connection:
            revision = _read_revision(connection.execution_options(isolation_level="AUTOCOMMIT"))
            if revision is None and inspect(connection).get_table_names():
                raise StoreError(_explain_foreign_tables(database, connection))

        if revision is None:  # an empty database, without tables
            return None
        if revision != schema.HEAD:
            cure = "use that version"
            if revision < schema.HEAD:  # revisions are numbers of four digits
                cure = "the next run upgrades it, `syndicator refresh` or `syndicator up`"
            raise StoreError(
                f"the database {database.name} is of another version ({revision}, this one has"
                f" {schema.HEAD}): {cure}"
            )
        closed_on_error.pop_all()  # no error: leave the database open
        return Store(database)


def is_missing(url: str) -> bool:
    """Return True if `url` names a file of SQLite that does not exist."""
    address = make_url(url)
    return address.get_backend_name() == "sqlite" and not Path(address.database or "").exists()


def _prepare_file(database: Database, *, articles_exist: bool, create: bool) -> None:
    """Make the folder of a SQLite file before it is opened. `articles_exist`: there are article
    files. `create`: a new database may be made in any case, so rename the file if it is damaged.
    Without `create`, raise StoreError if there are articles and the file is missing or empty."""
    path = Path(database.name)
    has_content = _check_content(path, articles_exist=articles_exist and not create)
    if has_content and create and _is_damaged(database):
        _rename_damaged_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder of the database {path} cannot be made: {error.strerror}; set store.url"
        ) from error


def _check_content(path: Path, *, articles_exist: bool) -> bool:
    """Return True if the SQLite file `path` exists and is not empty, otherwise False.
    `articles_exist`: there are article files, so raise StoreError in place of returning False."""
    has_content = path.is_file() and path.stat().st_size > 0
    if not has_content and articles_exist:
        state = "is empty" if path.is_file() else "is missing"
        raise StoreError(f"the database {path} {state} although there are articles; {_CURE}")
    return has_content


def _upgrade_tables(database: Database, *, may_create: bool) -> None:
    """Upgrade the tables to the form of this version, or create them if there are none and
    `may_create`. The revision is read without a lock, so that a database that needs no change is
    not locked. Raises StoreError; in PostgreSQL, StoreNewer if a newer version made the tables."""
    with database.translated_errors(), database.engine.connect() as connection:
        revision = _read_revision(connection.execution_options(isolation_level="AUTOCOMMIT"))
    if revision is None:
        _create_tables(database, may_create=may_create)
        return
    if revision == schema.HEAD:
        return
    if not database.sqlite and revision > schema.HEAD:  # revisions are numbers of four digits
        raise StoreNewer(
            f"a newer version has upgraded the database {database.name} (to {revision}, this one"
            f" has {schema.HEAD}): upgrade this machine"
        )
    from syndicator.store.migrations.upgrade import upgrade

    upgrade(database)  # raises StoreError for a revision that it does not know


def _create_tables(database: Database, *, may_create: bool) -> None:
    """Create all tables, unless another program has created them in the meantime. Raises
    StoreError if the database has tables of another application, or if `may_create` is False."""
    with database.write() as connection:
        postgres.lock_until_commit(connection, _MIGRATIONS_LOCK)
        if _read_revision(connection) is not None:
            return
        if inspect(connection).get_table_names():
            raise StoreError(_explain_foreign_tables(database, connection))
        if not may_create:
            raise StoreError(
                f"the database {database.name} is empty although there are articles; {_CURE}"
            )
        schema.metadata.create_all(connection)
        connection.execute(schema.revision.insert(), {"version_num": schema.HEAD})


def _explain_foreign_tables(database: Database, connection: Connection) -> str:
    """Return a message for the operator about a database that has tables, but no revision of ours:
    it is damaged or belongs to another application."""
    if database.sqlite and connection.execute(text("PRAGMA integrity_check(1)")).scalar() != "ok":
        return explain_failure(database.name, _IS_DAMAGED)
    return f"the database {database.name} is not one of Syndicator's; set another store.url"


def _read_revision(connection: Connection) -> str | None:
    """Return the revision of the tables, such as "0017"; None if the database is new or not
    ours."""
    if not inspect(connection).has_table(schema.revision.name):
        return None
    return connection.execute(select(schema.revision.c.version_num)).scalar()


def _is_damaged(database: Database) -> bool:
    """Return True if SQLite finds a fault in the file of a database, and close the database.
    Raises StoreError if the file cannot be read for another reason."""
    try:
        report_rows = database.rows(text("PRAGMA integrity_check(1)"))
    except StoreError as error:
        if "damaged" in str(error):  # a word of our message for a malformed file
            return True
        raise
    finally:
        database.close()
    report = [line for (line,) in report_rows]
    return report != ["ok"]


def _rename_damaged_file(path: Path) -> None:
    """Rename a damaged SQLite file and its log files: `x.db` becomes `x.db.damaged-1`, or gets the
    first higher number that is free."""
    number = 1
    new_path = path.with_name(f"{path.name}.damaged-{number}")
    while new_path.exists():
        number += 1
        new_path = path.with_name(f"{path.name}.damaged-{number}")
    path.replace(new_path)
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(new_path.with_name(new_path.name + suffix))


def copy_database(origin: str, target: str) -> Mapping[str, int]:
    """Copy all rows from the database with the URL `origin` into the empty tables of the database
    `target`, in one transaction. Return table name -> number of its rows. Raises StoreError if
    `target` has rows already or has not the same rows afterwards; then nothing is copied."""
    tables = [table for table in schema.metadata.sorted_tables if table not in _NOT_COPIED]
    counts: dict[str, int] = {}
    with (
        closing(Database(origin, BUSY_SECONDS)) as source_database,
        closing(Database(target, BUSY_SECONDS)) as target_database,
        target_database.write() as connection,
    ):
        postgres.lift_timeouts(connection)
        for table in tables:
            if connection.execute(select(table).limit(1)).first() is not None:
                raise StoreError(
                    f"the database {target_database.name} is not new: it has rows in {table.name};"
                    " name an empty one"
                )
        for table in tables:
            counts[table.name] = _copy_table(source_database, connection, table)
        mark_all_due(connection)
        select_ids = "SELECT id FROM articles"
        copied_ids = set(run_statement(connection, select_ids))
        source_ids = set(source_database.run_query(select_ids))
        if copied_ids != source_ids:
            raise StoreError("the articles have other ids after the move; nothing was moved")
    return counts


def _copy_table(source_database: Database, connection: Connection, table: Table) -> int:
    """Copy the rows of `table` from `source_database` to the database of `connection`. Return the
    number of rows. Raises StoreError if the two tables have different numbers of rows afterwards.
    """
    read_count = 0
    rows = source_database.stream(select(table))
    while batch := [row._asdict() for row in islice(rows, _COPIED_AT_ONCE)]:
        connection.execute(insert(table), batch)
        read_count += len(batch)
    count_rows = select(func.count()).select_from(table)
    target_count = connection.execute(count_rows).scalar()
    source_count = source_database.scalar(count_rows)  # other programs may have written meanwhile
    if not read_count == target_count == source_count:
        raise StoreError(
            f"{table.name} has {target_count} rows after the move, not {read_count};"
            " nothing was moved"
        )
    has_numbers = table.primary_key.columns.keys() == ["n"]  # the database numbers its rows
    if has_numbers and connection.dialect.name == "postgresql":
        _continue_numbers(connection, table)
    return read_count


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL continue to number the rows of `table` after the highest copied number, which
    is in the column `n`: otherwise new rows would get numbers that are taken."""
    highest = connection.execute(select(func.max(table.c.n))).scalar()
    if highest is None:
        return
    values = {"table": table.name, "n": highest}
    connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, 'n'), :n)"), values)
