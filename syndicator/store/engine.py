"""Open the store: create, upgrade or refuse its database; copy it to another database.
One from which everything would be published again is refused."""

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
from syndicator.store.database import Database, drive, explain
from syndicator.store.fleet.builds import Builds
from syndicator.store.fleet.followed import Fleet
from syndicator.store.fleet.hosts import Hosts
from syndicator.store.fleet.shards import Shards
from syndicator.store.fleet.workers import Workers
from syndicator.store.future_times import Ahead
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
_AT_A_TIME = 1000  # rows in memory
# leases and workers are temporary; the terms of articles are read again
_LEFT = (schema.hosts, schema.workers, schema.revision, schema.texts, schema.texts_due)


class StoreNewer(StoreError):
    """A newer version has upgraded the database."""


class Store:
    """The tables of one database, for one thread. Each write is durable (within `visits.shared`,
    with the next commit) and waits `busy_seconds` for locks. Raises StoreError, DiskError."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.name = database.name  # the file (SQLite), or the name (PostgreSQL)
        self.single = database.sqlite  # a file, which only one machine uses
        group = Group(database)
        self.visits = Visits(group)
        self.index = Index(database)
        self.status = Status(database)
        self.enrichment = Enrichment(database)
        self.ahead = Ahead(database)
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
            parts = (
                self.visits,
                self.index,
                self.enrichment,
                self.pictures,
                self.icons,
                self.ahead,
                self.subscriptions,
            )
            for part in (*parts, self.messages, self.stories, self.texts, self.related):
                postgres.retried(part)
        self.fleet = Fleet(database)
        self.held: Callable[[], object] = lambda: None

    def guard(self, held: Callable[[], object] = lambda: None) -> None:
        """Call `held` before each write and each published file; it raises StoreAway once a lock is
        lost."""
        self.held = held
        if not self._db.sqlite:
            self._db.before_write = held

    def hosts(self, lease: float) -> Hosts:
        """Return the hosts shared by machines. `lease`: seconds after which a permission for a
        request ends."""
        hosts = Hosts(self._db, lease)
        return hosts if self._db.sqlite else postgres.retried(hosts)

    def shards(self, lease: float) -> Shards:
        """Return the jobs of workers. `lease`: seconds without heartbeat after which another worker
        gets a job."""
        return postgres.retried(Shards(self._db, self.hosts(lease), lease))

    def builds(self) -> Builds:
        """Return the jobs that one worker has at a time."""
        return postgres.retried(Builds(self._db))

    def workers(self, lease: float) -> Workers:
        """Return the list of workers. `lease`: seconds without heartbeat after which one is not
        live."""
        return postgres.retried(Workers(self._db, lease))

    def fenced(self, fence: Callable[[Connection], object], waiting: Collection[str]) -> Visits:
        """Return Visits that call `fence` in the transaction of each write. `waiting`: sources with
        pending entries."""
        visits = Visits(Group(self._db, fence), waiting)
        return visits if self._db.sqlite else postgres.retried(visits)

    @property
    def current(self) -> bool:
        """True if the tables have this version's form."""
        return bool(self._db.scalar(select(schema.revision.c.version_num)) == schema.HEAD)

    def reindex(
        self,
        articles: Iterable[tuple[Article | str, FileStamp]],
        withdrawn: Iterable[Withdrawn] = (),
        carried: Iterable[tuple[str, str]] = (),
    ) -> int:
        """Rebuild articles, aliases and feeds from `articles` (article, stamp of its file) in one
        transaction; return their number. An id, or its start, instead of an article: its file is
        unreadable, and its rows stay. `withdrawn`: further withdrawals; `carried`: (article id,
        source key). Raises StoreError and errors of `articles`."""
        with self._db.write() as connection:
            postgres.unlimited(connection)
            return rebuild.reindex(connection, articles, withdrawn, carried)

    def scrub(self, spellings: Iterable[tuple[str, str]]) -> None:
        """Replace the first text of each pair by the second everywhere, and compact the file."""
        with self._db.write() as connection:
            rebuild.scrub(connection, spellings)
        self._db.compact()

    def compact(self) -> None:
        """Remove deleted content from the file; earlier versions did not overwrite it."""
        self._db.compact()

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(
    url: str, *, articles_exist: bool, create: bool = False, busy_seconds: float = BUSY_SECONDS
) -> Store:
    """Open the store at `url`; create or upgrade it. `create`: replace a damaged database, which
    stays beside the new one. Raises StoreError if it is locked, foreign, newer, or missing although
    `articles_exist`."""
    with ExitStack() as opened:
        database = opened.enter_context(closing(Database(url, busy_seconds)))
        if database.sqlite:
            _check_file(database, articles_exist=articles_exist, create=create)
        _prepare(database, may_create=create or not articles_exist)
        opened.pop_all()
        return Store(database)


def look_into(url: str, *, articles_exist: bool) -> Store | None:
    """Return the store at `url`, read-only; None if not created yet. Raises StoreError as
    `open_store` does."""
    if is_gone(url):
        if articles_exist:
            raise StoreError(
                f"the database {make_url(url).database} is missing although there are articles;"
                f" {_CURE}"
            )
        return None
    with ExitStack() as opened:
        database = opened.enter_context(closing(Database(url, BUSY_SECONDS, read_only=True)))
        if database.sqlite:
            _check_content(Path(database.name), articles_exist=articles_exist)
        with database.named_errors(), database.engine.connect() as connection:
            current = _revision(connection.execution_options(isolation_level="AUTOCOMMIT"))
            if current is None and inspect(connection).get_table_names():
                raise StoreError(_foreign(database, connection))
        if current is None:
            return None
        if current != schema.HEAD:
            older = current < schema.HEAD  # they are numbers of four digits
            cure = (
                "the next run upgrades it, `syndicator refresh` or `syndicator up`"
                if older
                else "use that version"
            )
            raise StoreError(
                f"the database {database.name} is of another version ({current}, this one has"
                f" {schema.HEAD}): {cure}"
            )
        opened.pop_all()
        return Store(database)


def is_gone(url: str) -> bool:
    """Return True if `url` names a database file that does not exist."""
    address = make_url(url)
    return address.get_backend_name() == "sqlite" and not Path(address.database or "").exists()


def _check_file(database: Database, *, articles_exist: bool, create: bool) -> None:
    path = Path(database.name)
    there = _check_content(path, articles_exist=articles_exist and not create)
    if there and create and _damaged(database):
        _move_aside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder of the database {path} cannot be made: {error.strerror}; set store.url"
        ) from error


def _check_content(path: Path, *, articles_exist: bool) -> bool:
    there = path.is_file() and path.stat().st_size > 0
    if not there and articles_exist:
        state = "is empty" if path.is_file() else "is missing"
        raise StoreError(f"the database {path} {state} although there are articles; {_CURE}")
    return there


def _prepare(database: Database, *, may_create: bool) -> None:
    """Upgrade the tables to HEAD. Reads first: only a database that needs a change is locked."""
    with database.named_errors(), database.engine.connect() as connection:
        current = _revision(connection.execution_options(isolation_level="AUTOCOMMIT"))
    if current == schema.HEAD:
        return
    # they are numbers of four digits
    if not database.sqlite and current is not None and current > schema.HEAD:
        raise StoreNewer(
            f"a newer version has upgraded the database {database.name} (to {current}, this one has"
            f" {schema.HEAD}): upgrade this machine"
        )
    if current is not None:
        from syndicator.store.migrations.upgrade import upgrade

        upgrade(database)
        return
    with database.write() as connection:
        postgres.alone(connection, "migrations")
        if _revision(connection) is not None:
            return  # another program made it in the meantime
        if inspect(connection).get_table_names():
            raise StoreError(_foreign(database, connection))
        if not may_create:
            raise StoreError(
                f"the database {database.name} is empty although there are articles; {_CURE}"
            )
        schema.metadata.create_all(connection)
        connection.execute(schema.revision.insert(), {"version_num": schema.HEAD})


def _foreign(database: Database, connection: Connection) -> str:
    if database.sqlite and connection.execute(text("PRAGMA integrity_check(1)")).scalar() != "ok":
        return explain(database.name, "database disk image is malformed")
    return f"the database {database.name} is not one of Syndicator's; set another store.url"


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(schema.revision.name):
        return None
    return connection.execute(select(schema.revision.c.version_num)).scalar()


def _damaged(database: Database) -> bool:
    try:
        lines = database.rows(text("PRAGMA integrity_check(1)"))
    except StoreError as error:
        if "damaged" in str(error):
            return True
        raise
    finally:
        database.close()
    return [row[0] for row in lines] != ["ok"]


def _move_aside(path: Path) -> None:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))


def copy(origin: str, target: str) -> Mapping[str, int]:
    """Copy all rows from `origin` into the empty tables at `target` in one transaction, and compare
    them. Return table name -> number of rows. Raises StoreError, leaving the target empty."""
    tables = [table for table in schema.metadata.sorted_tables if table not in _LEFT]
    with (
        closing(Database(origin, 10)) as source,
        closing(Database(target, 10)) as copied,
        copied.write() as connection,
    ):
        postgres.unlimited(connection)
        for table in tables:
            if connection.execute(select(table).limit(1)).first() is not None:
                raise StoreError(
                    f"the database {copied.name} is not new: it has rows in {table.name}; name an"
                    " empty one"
                )
        counts = {table.name: _copy(source, connection, table) for table in tables}
        mark_all_due(connection)
        ids = "SELECT id FROM articles"
        if set(drive(connection, ids)) != set(source.driven(ids)):
            raise StoreError("the articles have other ids after the move; nothing was moved")
        return counts


def _copy(source: Database, connection: Connection, table: Table) -> int:
    count = 0
    rows = source.stream(select(table))
    while part := [row._asdict() for row in islice(rows, _AT_A_TIME)]:
        connection.execute(insert(table), part)
        count += len(part)
    size = select(func.count()).select_from(table)
    there = connection.execute(size).scalar()
    if there != count or there != source.scalar(size):
        raise StoreError(
            f"{table.name} has {there} rows after the move, not {count}; nothing was moved"
        )
    is_numbered = connection.dialect.name == "postgresql" and table.primary_key.columns.keys() == [
        "n"
    ]
    if (
        is_numbered
        and (highest := connection.execute(select(func.max(table.c.n))).scalar()) is not None
    ):
        named = {"table": table.name, "n": highest}
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, 'n'), :n)"), named)
    return count
