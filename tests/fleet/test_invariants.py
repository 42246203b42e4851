"""Rules for several workers: one request at a time per host, each article once.
Work of a worker that dies is taken over by others."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.fleet.fleet import Instance, run_instance
from tests.fleet.web import Web
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# seconds, of the instances here: 1.5 times the longest request, which is 4 seconds, and five
LEASE = 11.0


PAUSE = 0.15  # seconds between two requests to a host, where workers are killed


def assert_one_request_at_a_time(
    web: Web, *, pause: float = 0.0, frozen_until: float = 0.0
) -> None:
    """No request to a host began before the one before had ended, and `pause` was over. A worker
    that stood still had leave for one request to a host, which it may have made when it went on, at
    `frozen_until`."""
    early = {name: result for name, seen in web.seen.items() if (result := seen.early(pause))}
    if frozen_until:
        assert max(map(len, early.values()), default=0) <= 1, early
    assert [
        pair
        for pairs in early.values()
        for pair in pairs
        if not frozen_until or pair[1].began < frozen_until
    ] == []


def assert_all_read_once(fleet: Instance, web: Web) -> None:
    """Every entry is one article with one file, once pages that timed out on a busy machine are
    asked for again."""
    for _ in range(3):
        assert fleet.emptied(240), fleet.describe_state()
        if not fleet.count_pending():
            break
        fleet.visit_again()
    assert fleet.wait_until(lambda: not fleet.has_stale_feed(), 240), fleet.describe_state()
    assert (fleet.count_articles(), fleet.count_article_files(), fleet.count_done()) == (
        web.page_count,
    ) * 3


def test_workers_that_are_killed_stopped_and_cut_off_lose_nothing(
    postgres: Server, tmp_path: Path
) -> None:
    """Workers lose nothing while, for a minute, one is killed every five seconds, the queue is
    emptied, the database restarts, and one stands still for longer than its lease."""
    web = Web(hosts=30, feeds=3, entries=3, seconds=0.05)
    with web.serving(), run_instance(tmp_path, web, postgres.schema(), pause=PAUSE) as fleet:
        for _ in range(3):
            fleet.start_worker()

        assert fleet.wait_until(lambda: fleet.count_articles() > 5, 240), fleet.read_logs()

        stopped = fleet.workers[0]
        resumed_at = 0.0
        for number in range(12):
            time.sleep(5)
            fleet.alive(but=stopped)[0].kill()
            fleet.start_worker()
            if number == 2:
                with fleet.open_store() as store, store._db.write() as connection:
                    connection.exec_driver_sql("TRUNCATE procrastinate_jobs CASCADE")
            if number == 4:
                stopped.send_signal(signal.SIGSTOP)
            if number == 7:
                postgres.control("-m", "fast", "restart")
            if number == 9:
                resumed_at = time.monotonic()
                stopped.send_signal(signal.SIGCONT)
            if number in (3, 6):
                web.entries += 1
                fleet.visit_again()

        assert fleet.emptied(240), fleet.describe_state()
        assert fleet.list_poisoned_hosts() == []

        fleet.visit_again()  # what was being visited when its feed grew
        assert_all_read_once(fleet, web)

        assert set(fleet.stop_workers()) <= {0, -9}, fleet.read_logs()

        assert_one_request_at_a_time(web, pause=PAUSE, frozen_until=resumed_at)
        most_requests = max(web.count_page_requests().values())

        assert most_requests <= 1 + len(fleet.workers), (
            "a page is asked for again only where its worker ended before it was read"
        )
        assert fleet.built_anew() == (), "what was marked as stale was built, whoever was killed"


def test_cold_hosts_are_served_beside_a_hot_one(postgres: Server, tmp_path: Path) -> None:
    """One host with three fifths of all sources does not delay the others: each of them is visited
    before it is finished."""
    web = Web(hosts=13, feeds=1, entries=1, foreign=0)
    hot = web.names[0]
    with web.serving():
        web.more = [f"http://{hot}:{web.port}/feed{n}" for n in range(1, 19)]
        with run_instance(tmp_path, web, postgres.schema(), pause=0.3) as fleet:
            fleet.start_worker(lanes=4)
            cold = set(web.names[1:])

            assert fleet.wait_until(
                lambda: all(web.seen[name].paths["/feed0"] for name in cold), 240
            ), fleet.read_logs()
            assert sum(web.seen[hot].paths.values()) < 19, "the hot host was not finished first"

            fleet.stop_workers()
    assert_one_request_at_a_time(web)


def test_what_a_dead_worker_held_is_taken_up_when_its_lease_has_ended(
    postgres: Server, tmp_path: Path
) -> None:
    """Work of a killed worker is continued by another one after the lease."""
    web = Web(hosts=3, feeds=4, entries=3, foreign=0, seconds=0.5)
    with web.serving(), run_instance(tmp_path, web, postgres.schema(), pause=0.5) as fleet:
        first_worker = fleet.start_worker()

        assert fleet.wait_until(lambda: fleet.count_articles() > 0, 240), fleet.read_logs()

        fleet.start_worker()

        assert fleet.wait_until(lambda: "ready" in fleet.read_log(1), 240), fleet.read_logs()

        first_worker.kill()
        first_worker.wait(10)
        killed = time.monotonic()

        assert fleet.wait_until(lambda: "work begins" in fleet.read_log(1), 240), fleet.read_logs()
        assert time.monotonic() - killed <= LEASE + 5

        assert_all_read_once(fleet, web)
        fleet.stop_workers()
    assert_one_request_at_a_time(web)


def test_sigterm_ends_in_order_and_loses_nothing(postgres: Server, tmp_path: Path) -> None:
    """SIGTERM ends a worker within 30 seconds with its leases returned; the next worker reads the
    rest and only interrupted pages again."""
    web = Web(hosts=10, feeds=2, entries=3, seconds=0.2)
    with web.serving(), run_instance(tmp_path, web, postgres.schema(), pause=0.1) as fleet:
        fleet.start_worker()

        assert fleet.wait_until(lambda: fleet.count_articles() > 3, 240), fleet.read_logs()

        began = time.monotonic()

        assert fleet.stop_workers() == [0], fleet.read_logs()
        assert time.monotonic() - began < 30

        with fleet.open_store() as store:
            assert store.hosts(60).counts().workers == [], "leases were given back"
            assert store.visits.stamps().keys()
            assert fleet.count_article_files() == len(store.visits.stamps())
        asked = sum(web.count_page_requests().values())
        fleet.start_worker()
        assert_all_read_once(fleet, web)

        assert fleet.stop_workers()[1:] == [0]
    assert_one_request_at_a_time(web)

    assert (
        asked and sum(web.count_page_requests().values()) - len(web.count_page_requests()) <= 3
    ), "only pages that timed out are asked for again"


def test_a_host_that_ends_its_workers_is_held_and_named_and_the_others_go_on(
    postgres: Server, tmp_path: Path
) -> None:
    """A host that keeps killing its workers is paused and named; other hosts are visited."""
    from syndicator.fleet.worker import read_fleet_state
    from syndicator.store.fleet.hosts import POISON_STARTS

    web = Web(hosts=3, feeds=1, entries=1, foreign=0)
    with web.serving(), run_instance(tmp_path, web, postgres.schema()) as fleet:
        poison = f"{web.names[0]}:{web.port}"
        with fleet.open_store() as store:
            hosts = store.hosts(0.01)
            for _ in range(POISON_STARTS):
                assert poison in hosts.lease_hosts([poison], "a worker that died")
                time.sleep(0.03)
        fleet.start_worker()

        assert fleet.wait_until(lambda: fleet.count_articles() == 2, 240), fleet.read_logs()
        assert fleet.wait_until(
            lambda: [host.name for host in read_fleet_state(fleet.config).hosts.named] == [poison],
            120,
        )

        fleet_state = read_fleet_state(fleet.config)

        assert [(host.name, host.poison) for host in fleet_state.hosts.named] == [(poison, True)]
        assert read_fleet_state(fleet.config, requeue=True).hosts.freed == 1
        assert fleet.wait_until(lambda: fleet.count_articles() == 3, 240), fleet.read_logs()

        fleet.stop_workers()
