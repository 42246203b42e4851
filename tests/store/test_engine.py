"""Open the store: create it, refuse foreign or newer ones, repair."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from syndicator.core.errors import StoreError
from syndicator.store.engine import Store, open_store, open_store_read_only
from syndicator.store.postgres import StoreAway
from tests.store.conftest import make_article, make_stamp, record_article


def get_database_path(database_url: str) -> Path:
    return Path(database_url.removeprefix("sqlite:///"))


def read_structure(path: Path) -> list[tuple[str, ...]]:
    """Return tables, columns and indexes as SQLite sees them."""
    with closing(sqlite3.connect(path)) as connection:
        results: list[tuple[str, ...]] = []
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name"
        ):
            for pragma in ("table_info", "index_xinfo"):
                results += [
                    (name, pragma, *map(str, row))
                    for row in connection.execute(f"PRAGMA {pragma}('{name}')")
                ]
            results += [
                (name, "index", *map(str, row[1:]))
                for row in connection.execute(f"PRAGMA index_list('{name}')")
            ]
    return sorted(results)


def read_rows(path: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_a_fresh_database_is_made_with_its_folder_and_opens_again(database_url: str) -> None:
    """Opening a missing SQLite database creates it and its folder; closing it leaves no write-ahead
    log, and its articles are there when it is opened again."""
    with open_store(database_url, articles_exist=False) as store:
        record_article(store, 1)
    with open_store(database_url, articles_exist=True) as store:
        assert store.visits.article(make_article(1).id) == make_article(1)

    assert not get_database_path(database_url).with_name("syndicator.db-wal").exists()


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_a_lost_database_is_refused_where_articles_exist_and_made_for_reindex(
    database_url: str, content: bytes | None
) -> None:
    """A missing or empty database is an error if article files exist, since `reindex` must fill it;
    `reindex` itself creates it."""
    path = get_database_path(database_url)
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(
        StoreError, match=rf"{path} is .* although there are articles; run `syndicator reindex`"
    ):
        open_store(database_url, articles_exist=True)
    assert not path.exists() or path.read_bytes() == b""

    with open_store(database_url, articles_exist=True, create=True) as store:
        assert store.status.check() == []


def test_a_database_whose_creation_was_cut_short_is_refused_too(database_url: str) -> None:
    """A database that a crash left without tables is like a missing one: an error if articles
    exist, else its creation is completed."""
    get_database_path(database_url).parent.mkdir()
    # a database without tables, as the crash leaves it
    with closing(sqlite3.connect(get_database_path(database_url))) as connection:
        connection.execute("PRAGMA user_version=1")

    with pytest.raises(StoreError, match="reindex"):
        open_store(database_url, articles_exist=True)

    open_store(database_url, articles_exist=False).close()


@pytest.mark.parametrize("where", [0, 36_000], ids=["header", "schema"])
def test_a_damaged_database_is_refused_and_reindex_cures_it(database_url: str, where: int) -> None:
    """A damaged SQLite file is refused; `reindex` moves it aside as `.damaged-1` and makes a new
    one. 30,000 bytes from `where` are overwritten."""
    with open_store(database_url, articles_exist=False) as store:
        for number in range(200):
            record_article(store, number)

    # the file is damaged
    path = get_database_path(database_url)
    data = bytearray(path.read_bytes())
    data[where : where + 30000] = b"\xa5" * 30000
    path.write_bytes(data)

    with pytest.raises(StoreError, match=r"damaged; run `syndicator reindex`"):
        open_store(database_url, articles_exist=True)

    # as `reindex` opens it
    with open_store(database_url, articles_exist=True, create=True) as store:
        assert store.status.check() == []
        assert store.reindex([(make_article(1), make_stamp(1))]) == 1

    assert path.with_name("syndicator.db.damaged-1").exists()


def test_check_names_damage(database_url: str) -> None:
    """Overwritten pages of the database (here its last 20,000 bytes) are reported by `check`, with
    the command that helps."""
    with open_store(database_url, articles_exist=False) as store:
        for number in range(200):
            record_article(store, number)
    path = get_database_path(database_url)
    data = bytearray(path.read_bytes())
    data[-20000:] = b"\xa5" * 20000
    path.write_bytes(data)

    # the start of the file is sound, so that it can be opened
    with open_store(database_url, articles_exist=True) as store:
        problems = store.status.check()

    assert problems
    assert {problem.reason for problem in problems} == {"database-corrupt"}
    assert all("syndicator reindex" in problem.detail for problem in problems)


def test_somebody_elses_database_is_refused(database_url: str) -> None:
    """A SQLite database with tables of another program is refused, not changed."""
    get_database_path(database_url).parent.mkdir()
    with closing(sqlite3.connect(get_database_path(database_url))) as connection:
        connection.execute("CREATE TABLE theirs (x)")

    with pytest.raises(StoreError, match="not one of Syndicator's"):
        open_store(database_url, articles_exist=False)


@pytest.mark.parametrize("articles_exist", [False, True])
def test_somebody_elses_database_is_refused_and_left_as_it_is_when_looked_into(
    database_url: str, articles_exist: bool
) -> None:
    """Opening the database of another program read-only, as `status` does, fails and changes
    nothing."""
    path = get_database_path(database_url)
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    content = path.read_bytes()

    with pytest.raises(StoreError, match="not one of Syndicator's"):
        open_store_read_only(database_url, articles_exist=articles_exist)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """If the folder of the database cannot be created (a file has its name), the error says to set
    `store.url`."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreError, match=r"cannot be made.*set store\.url"):
        open_store(f"sqlite:///{tmp_path}/file/x.db", articles_exist=False)


def test_a_newer_database_is_refused(database_url: str) -> None:
    """A database that a newer version of the program has migrated is refused."""
    open_store(database_url, articles_exist=False).close()
    with closing(sqlite3.connect(get_database_path(database_url))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num='9999'")

    with pytest.raises(StoreError, match="another version of Syndicator"):
        open_store(database_url, articles_exist=True)


# The statements that make a database of each revision from that of the next one.
BEFORE = {
    "0009": ["ALTER TABLE articles DROP COLUMN score"],
    "0008": ["DROP TABLE reservations"],
    "0007": ["DROP TABLE subscriptions", "DROP TABLE hub_tallies"],
    "0006": [
        *(
            "ALTER TABLE stale_marks DROP COLUMN more",
            "DROP INDEX sources_host",
            "ALTER TABLE sources DROP COLUMN host",
        ),
        *("DROP TABLE hosts", "DROP TABLE followed"),
    ],
    "0005": ["DROP TABLE pictures"],
    "0004": ["DROP TABLE pruned"],
}


def copy_aged(path: Path, life: str, *statements: str, revision: str = "") -> str:
    """The address of a copy of an aged instance's database after `statements`, marked as of
    `revision`."""
    shutil.copy(
        Path(__file__).parent.parent / f"aged/{life}/instance/feeds/state/syndicator.db", path
    )
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
        if revision:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    return f"sqlite:///{path}"


@pytest.mark.parametrize("revision", ["0003", *sorted(BEFORE), "0010"])
def test_a_database_of_each_older_revision_gets_the_tables_of_a_new_one(
    tmp_path: Path, revision: str
) -> None:
    """A database of any older revision has, after migration, the same tables and indexes as a new
    one. BEFORE has the statements that undo each migration: executed on the database of an aged
    instance, they make one of `revision`."""
    open_store(f"sqlite:///{tmp_path}/new.db", articles_exist=False).close()
    undo = [line for name, lines in BEFORE.items() if "0003" < revision <= name for line in lines]
    url = copy_aged(
        tmp_path / "old.db", "first" if revision == "0003" else "second", *undo, revision=revision
    )  # the first aged instance is of revision 0003

    with open_store(url, articles_exist=True) as store:
        assert store.current
        assert store.status.check() == []

    assert read_structure(get_database_path(url)) == read_structure(tmp_path / "new.db")


def test_hosts_and_covers_are_filled_in_from_the_rows_of_an_older_database(tmp_path: Path) -> None:
    """Migrating from revision 0005 fills the later columns (host of a source) and tables (pictures)
    from existing rows: they equal those of a database that always had them."""
    undo = [line for name, lines in BEFORE.items() if name >= "0005" for line in lines]
    urls = (
        copy_aged(tmp_path / "new.db", "second"),
        copy_aged(tmp_path / "old.db", "second", *undo, revision="0005"),
    )
    for url in urls:
        open_store(url, articles_exist=True).close()

    for query in (
        "SELECT key, host, url FROM sources ORDER BY key",
        "SELECT id, url FROM pictures ORDER BY id",
    ):
        new, old = (read_rows(get_database_path(url), query) for url in urls)
        assert old == new != []


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_database_of_no_released_version_is_refused_with_the_cure(
    tmp_path: Path, revision: str
) -> None:
    """Revisions 0001 and 0002 were never released: such a database is refused with the advice to
    run `reindex`."""
    with pytest.raises(
        StoreError, match=r"another version of Syndicator .*run `syndicator reindex`"
    ):
        open_store(copy_aged(tmp_path / "old.db", "first", revision=revision), articles_exist=True)


FEED = (
    "INSERT INTO feeds (axis, slug, name, first_slug, count, {}dropped, files) VALUES ('tag', {})"
)


def test_feeds_that_were_stale_are_stale_after_the_upgrade(tmp_path: Path) -> None:
    """Migration from a revision with a column `stale` keeps which feeds are stale: feed `ai` was,
    feed `go` was not. `go` has a file and counts as published; of `ai`, which has none yet, this is
    not known."""
    # slug, name, first slug, count, stale, dropped, files
    rows = ("'ai', 'AI', 'ai', 3, 1, 0, '{}'", "'go', 'Go', 'golang', 2, 0, 0, '{\"f\": \"d\"}'")
    url = copy_aged(
        tmp_path / "old.db",
        "first",
        "DELETE FROM feeds",
        *(FEED.format("stale, ", row) for row in rows),
    )
    with open_store(url, articles_exist=True) as store:
        ai, go = store.index.feeds()

        assert ai.stale is True
        assert ai.count == 3
        assert go.stale is False
        assert go.first_slug == "golang"
        assert ai.published is None
        assert go.published is True


def test_feeds_are_known_as_published_after_the_upgrade_and_their_files_are_not(
    tmp_path: Path,
) -> None:
    """Migration keeps which feeds are published: `go` had a file, `ai` had none. The list of files
    is empty until the next build finds them."""
    # slug, name, first slug, count, dropped, files with their digests
    rows = (
        "'ai', 'AI', 'ai', 1, 0, '{\"#about\": \"\"}'",
        "'go', 'Go', 'go', 1, 0, '{\"#about\": \"1\", \"tags/go.atom\": \"2\"}'",
    )
    url = copy_aged(
        tmp_path / "old.db", "second", "DELETE FROM feeds", *(FEED.format("", row) for row in rows)
    )
    with open_store(url, articles_exist=True) as store:
        assert [row.published for row in store.index.feeds()] == [False, True]
        assert not store.index.has_files()  # the next build learns them


def test_opening_imports_no_alembic() -> None:
    """Importing the store does not import Alembic, which is slow to load and needed for migrations
    only."""
    script = (
        "import sys, syndicator.store.engine; print([m for m in sys.modules if"
        " m.startswith('alembic')])"
    )

    assert (
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout
        == "[]\n"
    )


def test_a_locked_database_is_named_after_the_wait(database_url: str) -> None:
    """While another program holds the write lock, a write fails after `busy_seconds`; reading and
    opening still work."""
    with open_store(database_url, articles_exist=False, busy_seconds=0.1) as store:
        with closing(
            sqlite3.connect(get_database_path(database_url), isolation_level=None)
        ) as other:
            other.execute("BEGIN IMMEDIATE")

            with pytest.raises(StoreError, match="another program holds it"):
                record_article(store, 1)
            assert store.index.feeds() == []  # readers never wait

            open_store(
                database_url, articles_exist=False, busy_seconds=0.1
            ).close()  # nor does who opens it
        record_article(store, 1)

        assert store.visits.article(make_article(1).id) == make_article(1)


def test_a_full_disk_loses_nothing_and_the_store_works_on(file_store: Store) -> None:
    """If the disk is full, a write fails with an error and stored articles stay; with space again,
    writing works. A page limit stands for the full disk."""
    store = file_store
    record_article(store, 1)
    # SQLite sets a limit that is too low to the present number of pages
    with store._db.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
        (pages,) = connection.exec_driver_sql("PRAGMA max_page_count").one()

    with pytest.raises(StoreError, match="the disk is full"):
        for number in range(2, 2000):
            record_article(store, number)

    kept_stamps = store.visits.stamps()  # one of each stored article

    # there is space again
    with store._db.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 10000}")

    record_article(store, 3000)

    assert len(store.visits.stamps()) == len(kept_stamps) + 1
    assert store.status.check() == []


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_driver_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """Opening a PostgreSQL address without the driver psycopg says which package to install, with
    exit code 69."""
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as if not installed

    for opening in (open_store, open_store_read_only):
        with pytest.raises(StoreError, match=r"package '?psycopg'?.*whl\)\[postgres\]") as raises:
            opening(f"{scheme}://nobody@127.0.0.1:9/none", articles_exist=False)
        assert raises.value.exit_code == 69


@pytest.mark.parametrize("database_url", ["nonsense", "wondrous://host/database"])
def test_an_address_of_no_database_is_named(database_url: str) -> None:
    """If `store.url` is not the address of a supported database, the error shows how to write
    one."""
    with pytest.raises(StoreError, match=r"store\.url: .*; write sqlite:///path or postgresql://"):
        open_store(database_url, articles_exist=False)


def test_a_server_that_is_not_there_is_named() -> None:
    """If no PostgreSQL server answers at the address, StoreAway says to check that it runs. Nothing
    listens on port 9."""
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    with pytest.raises(StoreAway, match=r"(?s)cannot be reached .*: see that the server runs"):
        open_store("postgresql://nobody@127.0.0.1:9/none", articles_exist=False)
