"""Workers whose machine, network, clock or database fails: nothing is lost or fetched twice."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.fleet.fleet import Instance, run_instance
from tests.fleet.test_invariants import PAUSE, assert_all_read_once, assert_one_request_at_a_time
from tests.fleet.web import Web
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def read_published_files(fleet: Instance) -> dict[str, tuple[int, bytes]]:
    """All published files, with their times."""
    files = (path for path in (fleet.folder / "feeds/public").rglob("*") if path.is_file())
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in files
        if path.suffix != ".tmp"
    }


def test_a_frozen_builder_holds_up_nobody_and_writes_nothing_when_it_wakes(
    postgres: Server, tmp_path: Path
) -> None:
    """A suspended builder loses its lock; after waking it writes nothing."""
    web = Web(hosts=8, feeds=2, entries=3)
    holder = (
        "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND"
        " granted"
    )
    building = f"{holder} AND state = 'idle in transaction'"
    with (
        web.serving(),
        run_instance(tmp_path, web, postgres.schema(), pause=PAUSE) as fleet,
        postgres.connect() as boss,
    ):
        frozen = fleet.start_worker()
        public = tmp_path / "feeds/public"

        def builds() -> bool:
            return any(public.rglob("*.atom")) and boss.execute(building).rowcount > 0

        while not builds():
            assert frozen.poll() is None, fleet.read_logs()
            time.sleep(0.01)
        frozen.send_signal(signal.SIGSTOP)
        fleet.start_worker()
        assert_all_read_once(fleet, web)
        fleet.workers[1].send_signal(signal.SIGTERM)
        assert fleet.workers[1].wait(40) == 0
        before = read_published_files(fleet)
        frozen.send_signal(signal.SIGCONT)

        def has_noticed() -> bool:
            """Return True if the build was given up, or, if all its files had been written by the
            time of the signal, its end was refused."""
            log = fleet.read_log(0)
            return "tried again in" in log or "work was lost" in log

        assert fleet.wait_until(has_noticed, 60), fleet.read_log(0)
        assert read_published_files(fleet) == before
        assert fleet.stop_workers() == [0, 0], fleet.read_logs()
        assert fleet.built_anew() == ()
    assert_one_request_at_a_time(web, pause=PAUSE, frozen_until=time.monotonic())


# connections that nobody closed
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_network_that_swallows_all_and_a_database_that_is_killed_lose_nothing(
    postgres: Server, tmp_path: Path
) -> None:
    """A worker that loses the database, and a restarted database, lose no articles."""
    web = Web(hosts=12, feeds=2, entries=3)
    url = postgres.schema()
    with (
        web.serving(),
        postgres.relayed() as relay,
        run_instance(tmp_path, web, url, pause=PAUSE) as fleet,
    ):
        settings = fleet.config / "syndicator.toml"
        straight = settings.read_text()
        settings.write_text(straight.replace(url, postgres.through(relay, url)))
        cut_off = fleet.start_worker()

        assert fleet.wait_until(lambda: fleet.count_articles() > 3, 240), fleet.read_logs()

        settings.write_text(straight)
        fleet.start_worker()
        relay.swallows, began = True, time.monotonic()

        assert fleet.wait_until(lambda: fleet.count_articles() > web.page_count // 2, 240), (
            "the other one goes on"
        )

        postgres.control("-m", "immediate", "restart")

        assert fleet.wait_until(lambda: time.monotonic() - began > 45, 60)

        relay.swallows = False
        fleet.visit_again()
        assert_all_read_once(fleet, web)

        assert cut_off.poll() is None
        assert fleet.stop_workers() == [0, 0], fleet.read_logs()
    assert_one_request_at_a_time(web, pause=PAUSE)


def test_workers_whose_clocks_are_wrong_do_what_is_due_by_the_clock_of_the_database(
    postgres: Server, tmp_path: Path
) -> None:
    """Workers whose clocks are ten minutes wrong use the time of the database."""
    web = Web(hosts=10, feeds=2, entries=2)
    with web.serving(), run_instance(tmp_path, web, postgres.schema(), pause=PAUSE) as fleet:
        for minutes in (-10, 10):
            fleet.start_worker(clock=minutes * 60)
        assert_all_read_once(fleet, web)
        with fleet.open_store() as store:
            ahead = store._db.scalar(
                text("SELECT max(added) / 1e6 - extract(epoch FROM now()) FROM articles")
            )
            behind = store._db.scalar(
                text("SELECT extract(epoch FROM now()) - min(added) / 1e6 FROM articles")
            )

        assert ahead < 5
        assert behind < 300
        assert fleet.stop_workers() == [0, 0], fleet.read_logs()
    assert_one_request_at_a_time(web, pause=PAUSE)

    assert max(host_log.paths["/feed0"] for host_log in web.seen.values()) <= 2, "nobody spins"
