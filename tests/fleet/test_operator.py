"""What the operator of several workers sees: who works, version conflicts, the lock."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicator import __version__
from syndicator.app.clients import lease_seconds
from syndicator.app.lock import hold_run_lock
from syndicator.configuration.settings import load
from syndicator.core.errors import LockedError
from syndicator.fleet.beside import describe_worker, describe_workers, need_no_workers
from syndicator.store.engine import Store, open_store
from syndicator.store.fleet.workers import Registration, WorkerState
from syndicator.store.postgres import StoreAway
from tests.commands import run_syndicator
from tests.fleet.fleet import run_instance
from tests.fleet.web import Web
from tests.postgres import Server

BUSY = 75
LEASE = 60.0
# seconds of silence of a worker whose heartbeat stays young, however slow this machine is
YOUNG = -3600.0


@pytest.fixture
def config(tmp_path: Path, postgres: Server) -> Path:
    """A folder whose database has the queue's tables."""
    folder = tmp_path / "config"
    folder.mkdir()
    url = postgres.schema()
    (folder / "syndicator.toml").write_text(
        f'[site]\nurl = "https://feeds.example"\ntitle = "T"\n[store]\nurl = "{url}"\n'
    )
    (folder / "sources.toml").write_text('[[source]]\nkey = "a"\nurl = "https://a.example/feed"\n')
    with open_store(url, articles_exist=False) as store:
        store.shards(LEASE).install()
    return folder


@pytest.fixture
def store(config: Path) -> Iterator[Store]:
    with open_store(load(config).store_url, articles_exist=False) as opened:
        yield opened


def register_worker(store: Store, machine: str, process: int, silent: float = 0.0) -> int:
    """A worker with a heartbeat so many seconds ago; its number."""
    with store._db.write() as connection:
        number = connection.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => :silent)) RETURNING id"
            ),
            {"silent": silent},
        ).scalar_one()
    store.workers(LEASE).register(
        Registration(number=number, machine=machine, process=process, version=__version__)
    )
    return int(number)


def work_on(store: Store, number: int, queue: str) -> None:
    with store._db.write() as connection:
        connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
                " VALUES (:queue, :queue, 'doing', :number)"
            ),
            {"queue": queue, "number": number},
        )


def test_the_list_has_live_and_silent_workers_and_what_they_do(store: Store) -> None:
    """The list shows workers with their jobs, and those without recent heartbeat as silent."""
    assert store.workers(LEASE).list() == []

    first = register_worker(store, "one", 11)
    register_worker(store, "two", 22, silent=LEASE + 5)
    work_on(store, first, "shards")
    work_on(store, first, "shards")
    work_on(store, first, "build")
    live, silent = store.workers(LEASE).list()

    assert live.name == "one/11"
    assert live.version == __version__
    assert live.is_live is True
    assert live.shards == 2
    assert live.builds is True
    assert live.silent_seconds < LEASE / 2
    assert silent.name == "two/22"
    assert silent.is_live is False
    assert silent.shards == 0
    assert silent.builds is False
    assert LEASE < silent.silent_seconds < 2 * LEASE


def test_a_worker_that_the_queue_removed_is_forgotten(store: Store) -> None:
    """When a worker registers, rows of workers that the queue no longer has are deleted."""
    gone = register_worker(store, "gone", 1)
    with store._db.write() as connection:
        connection.execute(
            text("DELETE FROM procrastinate_workers WHERE id = :gone"), {"gone": gone}
        )
    register_worker(store, "here", 2)

    assert store._db.run_query("SELECT machine FROM workers") == [("here",)]


def test_a_worker_of_an_older_version_is_listed_without_its_name(store: Store) -> None:
    """Workers without name and version are listed as "?"."""
    with store._db.write() as connection:
        connection.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    (unknown,) = store.workers(LEASE).list()

    assert unknown.machine == "?"
    assert unknown.version == "?"
    assert unknown.is_live is True


def test_a_database_without_a_queue_has_no_workers(postgres: Server) -> None:
    """A PostgreSQL store whose queue was never installed lists no workers and does not fail."""
    with open_store(postgres.schema(), articles_exist=False) as store:
        assert store.workers(LEASE).list() == ()


def make_worker_state(process: int = 1, **changes: object) -> WorkerState:
    values: dict[str, object] = {
        "machine": "m",
        "process": process,
        "version": "1",
        "silent_seconds": 3.4,
        "is_live": True,
        "shards": 0,
        "builds": False,
    }
    return WorkerState(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "work"),
    [
        (make_worker_state(), "waits for work"),
        (make_worker_state(shards=1), "visits 1 group of hosts"),
        (make_worker_state(shards=3, builds=True), "visits 3 groups of hosts and builds"),
        (make_worker_state(builds=True), "builds"),
        (
            make_worker_state(is_live=False, shards=1),
            "stopped, frozen or cut off: others do its work",
        ),
    ],
)
def test_a_row_says_what_a_worker_does(state: WorkerState, work: str) -> None:
    """One line describes machine, process, version, heartbeat and work."""
    assert describe_worker(state) == ("m", 1, "1", "3 s ago", work)


def test_a_sentence_names_at_most_five_workers() -> None:
    """The sentence about running workers names up to five of them and counts the others."""
    assert describe_workers([make_worker_state(7)]) == "1 worker runs on this database: m/7"
    named = describe_workers([make_worker_state(n) for n in range(7)])
    assert named == "7 workers run on this database: m/0, m/1, m/2, m/3, m/4, 2 more"


def test_beside_live_workers_up_and_reindex_refuse_and_cron_stays_silent(
    config: Path, store: Store
) -> None:
    """Beside live workers, `up`, `reindex` and explicit refreshes are refused and name them; the
    timed `refresh` of cron does nothing, silently."""
    register_worker(store, "silent", 1, silent=3600)
    need_no_workers(load(config), "a command", "would harm")
    register_worker(store, "one", 11, silent=YOUNG)
    register_worker(store, "two", 22, silent=YOUNG)
    words = ["--config", str(config)]
    for command in (["up"], ["reindex"], ["refresh", "--all"], ["refresh", "--source", "a"]):
        refused = run_syndicator(*command, *words)
        assert refused.returncode == BUSY, (command, refused)
        assert "2 workers run on this database: one/11, two/22. " in refused.stderr
        assert f"`syndicator {command[0]}` would" in refused.stderr.replace("python -m ", "")
    silent = run_syndicator("refresh", "--max-time", "10m", *words)

    assert silent.returncode == 0
    assert silent.stdout == ""
    assert silent.stderr == ""

    verbose = run_syndicator("--verbose", "refresh", *words)

    assert verbose.returncode == 0

    (line,) = verbose.stderr.splitlines()

    assert "2 workers run on this database: one/11, two/22; they visit what is due" in line

    document = json.loads(run_syndicator("queue", "--json", *words).stdout)

    assert document["workers"] == ["one/11", "silent/1", "two/22"]
    assert [process["is_live"] for process in document["processes"]] == [True, False, True]

    stdout = run_syndicator("queue", *words).stdout

    assert "waits for work" in stdout
    assert "stopped, frozen or cut off" in stdout
    assert "no worker runs" not in stdout


def test_a_fleet_without_a_live_worker_says_so(config: Path, store: Store) -> None:
    """`queue` reports that no worker runs."""
    register_worker(store, "silent", 1, silent=3600)
    stdout = run_syndicator("queue", "--config", str(config)).stdout
    assert "no worker runs: start one with" in stdout


def test_a_lock_names_its_holder_and_a_command_says_what_it_waits_for(config: Path) -> None:
    """The error about a held lock names who holds it and for what; a waiting command says this
    once."""
    settings = load(config)
    push = [sys.executable, "-m", "syndicator", "sources", "push", "--config", str(config)]
    with hold_run_lock(settings, purpose="a build"):
        refusal = r"^a build on \S+/\d+ holds 'a run' in the database"

        with pytest.raises(LockedError, match=refusal), hold_run_lock(settings):
            pass

        waiting = subprocess.Popen(push, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        assert waiting.stderr

        line = waiting.stderr.readline()

        assert "waiting: a build on " in line
        assert "--wait" not in line
    stdout, stderr = waiting.communicate(timeout=60)

    assert waiting.returncode == 0 and stderr == "", "it says so once"
    assert stdout.splitlines()[-1] == "1 added, 0 changed, 0 removed"


def test_up_without_an_answer_of_the_database_goes_on(config: Path) -> None:
    """`up` starts without the database, `reindex` does not."""
    path = config / "syndicator.toml"
    path.write_text('[store]\nurl = "postgresql://nobody@127.0.0.1:9/none"\n')
    need_no_workers(load(config), "up", "would harm", may_be_away=True)

    with pytest.raises(StoreAway):
        need_no_workers(load(config), "reindex", "would harm")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_running_workers_are_listed_and_end_in_order(postgres: Server, tmp_path: Path) -> None:
    """Workers are listed with their process ids while they run, and no longer once they have
    stopped."""
    with Web(hosts=2).serving() as web, run_instance(tmp_path, web, postgres.schema()) as fleet:
        started = [fleet.start_worker(), fleet.start_worker()]
        lease = lease_seconds(load(fleet.config))

        def processes() -> list[int]:
            with fleet.open_store() as store:
                return sorted(
                    worker.process for worker in store.workers(lease).list() if worker.is_live
                )

        assert fleet.wait_until(lambda: len(processes()) == 2 and 0 not in processes(), 60), (
            fleet.read_logs()
        )
        assert processes() == sorted(worker.pid for worker in started)
        assert fleet.stop_workers() == [0, 0], fleet.read_logs()
        assert processes() == []
