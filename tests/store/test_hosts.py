"""The contract of ports.hosts.HostTurns, and of the table that several machines share."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from syndicator.core.errors import LockedError
from syndicator.core.model import Outcome, Source, SourceState
from syndicator.core.ports.fleet import Busy, HostTurns, Turn, Waits
from syndicator.store import schema
from syndicator.store.codec import micros
from syndicator.store.engine import Store, open_store
from syndicator.store.fleet.hosts import Hosts, HostWaits, LeaseLost, poison_hold
from syndicator.store.postgres import StoreBusy
from tests.postgres import Server
from tests.store.conftest import NOW, record

LONG = 60.0
HOST = "a.example"


@pytest.fixture
def hosts(store: Store) -> Hosts:
    return store.hosts(LONG)


def turn(turns: HostTurns, host: str = HOST) -> Turn:
    found = turns.take(host)
    assert isinstance(found, Turn), found
    return found


def busy(turns: HostTurns, host: str = HOST) -> Busy:
    found = turns.take(host)
    assert isinstance(found, Busy), found
    return found


def pass_by(store: Store) -> None:
    """Has every lease end."""
    with store._db.write() as connection:
        connection.execute(schema.hosts.update().values(lease_until=0, free_at=0))
    time.sleep(0.002)  # the clock of SQLite counts milliseconds, and no two leases end in the same


def test_one_at_a_time_has_leave_and_the_pause_follows_its_end(hosts: Hosts) -> None:
    mine = turn(hosts)
    assert LONG - 5 < busy(hosts).seconds <= LONG
    turn(hosts, "b.example")
    hosts.give_back(HOST, mine, 30)
    assert 20 < busy(hosts).seconds <= 30
    assert not busy(hosts).held


def test_leave_that_is_given_back_without_a_pause_can_be_had_at_once(hosts: Hosts) -> None:
    for _ in range(3):
        hosts.give_back(HOST, turn(hosts), 0)
    assert isinstance(hosts.take(HOST), Turn)


def test_leave_that_is_not_given_back_ends_by_itself_and_is_nobodys_then(store: Store) -> None:
    hosts = store.hosts(LONG)
    lost = turn(hosts)
    pass_by(store)
    mine = turn(hosts)
    assert mine != lost
    hosts.give_back(HOST, lost, 0)  # by whoever was stopped meanwhile: this is another's leave
    assert busy(hosts).seconds > LONG - 5
    assert isinstance(turn(store.hosts(0), "b.example"), Turn)
    assert isinstance(turn(store.hosts(0), "b.example"), Turn), "a lease of no length is over at once"


def test_a_crawl_delay_is_for_all_and_takes_the_place_of_shorter_pauses(hosts: Hosts) -> None:
    hosts.set_delay(HOST, 40)
    hosts.give_back(HOST, turn(hosts), 1)
    assert 30 < busy(hosts).seconds <= 40


def test_a_host_that_is_held_gives_no_leave_and_a_longer_hold_stays(hosts: Hosts) -> None:
    hosts.hold(HOST, 50)
    hosts.hold(HOST, 10)
    found = busy(hosts)
    assert found.held and 40 < found.seconds <= 50
    assert 40 < hosts.held(HOST) <= 50
    assert hosts.held("b.example") == 0


def test_that_a_host_was_not_reached_is_told_with_the_leave(hosts: Hosts) -> None:
    hosts.set_away(HOST, "dns", "no such name", 50)
    found = turn(hosts)
    assert (found.away, found.detail) == ("dns", "no such name")
    hosts.set_away("b.example", "connect", "", -1)
    assert turn(hosts, "b.example").away == ""


def test_what_one_asked_to_wait_all_heed_until_then(hosts: Hosts) -> None:
    waits: Waits = HostWaits(hosts, lambda: NOW, timedelta(days=7))
    waits.add("https://a.example/feed", NOW + timedelta(seconds=50))
    waits.add("b.example", NOW + timedelta(days=99))
    waits.add("c.example", NOW - timedelta(days=1))
    until = waits.until("https://a.example/feed")
    assert until and timedelta(seconds=40) < until - NOW <= timedelta(seconds=50)
    assert (later := waits.until("b.example")) and later - NOW <= timedelta(days=7)
    assert waits.until("c.example") is None
    assert waits.until(HOST) is None
    assert waits.any()


def test_many_who_want_leave_at_once_get_it_one_by_one(any_url: str) -> None:
    open_store(any_url, articles_exist=False).close()

    def wants(number: int) -> int:
        with open_store(any_url, articles_exist=False) as store:
            hosts, got = store.hosts(LONG), 0
            for _ in range(40):
                got += isinstance(hosts.take(HOST), Turn)
            return got

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(wants, range(4))) == 1


def followed(store: Store, *sources: Source, due: datetime = NOW) -> None:
    """Sources that are pushed and due."""
    store.visits.save_states([SourceState(key=one.key, url=one.url, next_due=due) for one in sources])
    store.fleet.push(sources, micros(NOW))
    store.hosts(LONG).fill()


A, B = Source(key="a", url="https://a.example/feed"), Source(key="b", url="https://b.example/feed")


def test_a_host_is_due_with_the_first_of_its_sources_and_nobody_else_works_on_it(store: Store, hosts: Hosts) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    off = replace(B, key="off", enabled=False)
    followed(store, A, B, off)
    store.visits.save_states([SourceState(key="b", url=B.url, next_due=later)])
    hosts.fill()
    assert hosts.due(9) == ["a.example"]

    assert hosts.start("a.example", "me")
    assert hosts.due(9) == []
    assert not hosts.start("a.example", "you")
    assert store.fleet.workers() == ["me"]
    hosts.end("a.example", "me")
    assert hosts.due(9) == ["a.example"]
    assert store.fleet.workers() == []

    store.visits.save_states([SourceState(key="a", url=A.url, next_due=later)])
    assert hosts.start("a.example", "me")
    hosts.end("a.example", "me")
    assert hosts.due(9) == []
    store.visits.save_states([SourceState(key="a", url=A.url, next_due=None)])
    hosts.fill()
    assert hosts.due(9) == ["a.example"]


def test_hosts_that_are_held_or_away_are_not_handed_out(store: Store, hosts: Hosts) -> None:
    followed(store, A, B)
    hosts.hold("a.example", 50)
    hosts.set_away("b.example", "dns", "", 50)
    assert hosts.due(9) == []


def test_the_sources_of_a_host_that_are_due_are_found(store: Store) -> None:
    more = replace(A, key="a2")
    followed(store, A, more, B, replace(A, key="off", enabled=False))
    assert [state.key for state in store.fleet.due_of("a.example", NOW, 9)] == ["a", "a2"]
    assert len(store.fleet.due_of("a.example", NOW, 1)) == 1
    assert store.fleet.due_of("a.example", NOW - timedelta(days=1), 9) == []


def test_work_of_which_nothing_comes_is_started_three_times_and_the_host_is_held_and_named_then(
    store: Store, hosts: Hosts
) -> None:
    followed(store, A)
    for _ in range(3):
        assert hosts.start("a.example", "me")
        pass_by(store)
    assert hosts.is_poison("a.example")
    assert not hosts.start("a.example", "me")
    (named,) = hosts.counts().named
    assert named.name == "a.example" and named.poison and 800 < named.seconds <= 900
    assert hosts.due(9) == []

    assert hosts.free_poison() == 1
    assert hosts.due(9) == ["a.example"]
    assert not hosts.is_poison("a.example")


@pytest.mark.parametrize(
    ("starts", "seconds"), [(1, 0), (3, 0), (4, 900), (5, 0), (6, 1800), (7, 0), (8, 3600), (40, 86_400), (41, 0)]
)
def test_after_each_hold_a_host_is_tried_once_and_the_next_is_longer(starts: int, seconds: float) -> None:
    assert poison_hold(starts) == seconds


def test_work_that_a_living_worker_gives_up_is_not_lost(store: Store, hosts: Hosts) -> None:
    followed(store, A)
    for _ in range(5):
        assert hosts.start("a.example", "me")
        hosts.give_up("you")
        assert hosts.due(9) == []
        hosts.give_up("me")
        assert hosts.due(9) == ["a.example"]
    assert not hosts.is_poison("a.example")


def test_starts_that_brought_something_are_forgiven(store: Store, hosts: Hosts) -> None:
    """A worker that is killed while it works on a sound host ends that host for nobody."""
    for _ in range(5):
        assert hosts.start(HOST, "me")
        visits = store.fenced(hosts.fence(HOST, "me"))
        visits.end_visit(Outcome(key="a", at=NOW, status="unchanged"), SourceState(key="a", url=A.url))
        pass_by(store)
    assert not hosts.is_poison(HOST)


WRITES: list[Callable[[Store, Hosts], object]] = [
    lambda store, hosts: store.fenced(hosts.fence(HOST, "me")).set_note("x", "1", NOW),
    lambda store, hosts: store.fenced(hosts.fence(HOST, "me")).save_states([SourceState(key="a", url=A.url)]),
]


@pytest.mark.parametrize("write", WRITES, ids=["note", "state"])
def test_results_of_work_that_is_anothers_by_now_are_not_written(
    any_url: str, write: Callable[[Store, Hosts], object]
) -> None:
    with open_store(any_url, articles_exist=False) as store:
        hosts = store.hosts(LONG)
        assert hosts.start(HOST, "me")
        write(store, hosts)
        pass_by(store)
        with pytest.raises(LeaseLost, match="another worker"):
            write(store, hosts)
        assert hosts.start(HOST, "you")
        with pytest.raises(LeaseLost):
            write(store, hosts)


def test_a_lease_is_kept_by_signs_of_life_and_not_by_others(store: Store, hosts: Hosts) -> None:
    assert hosts.start(HOST, "me") and store.hosts(0).start("b.example", "me")
    assert hosts.keep([HOST], "you") == set()
    assert hosts.keep([HOST, "b.example"], "me") == {HOST}


def test_rows_of_which_nothing_is_known_go(store: Store, hosts: Hosts) -> None:
    followed(store, A)
    for number in range(50):
        hosts.give_back(f"f{number}.example", turn(hosts, f"f{number}.example"), -1)
    hosts.hold("held.example", 50)
    hosts.fill()
    found = {name for (name,) in store._db.rows(schema.hosts.select().with_only_columns(schema.hosts.c.name))}
    assert found == {"a.example", "held.example"}


def test_the_hosts_are_counted(store: Store, hosts: Hosts) -> None:
    followed(store, A, B, due=datetime.now(UTC) - timedelta(seconds=100))
    hosts.hold("b.example", 50)
    assert hosts.start("a.example", "me")
    found = hosts.counts()
    assert (found.hosts, found.due, found.held, found.away, found.leased, found.workers) == (2, 1, 1, 0, 1, 1)
    assert 90 < found.late < 200
    assert [one.poison for one in found.named] == [False]


def test_sources_come_back_as_they_were_pushed(store: Store) -> None:
    from syndicator.core.model import Rules

    odd = Source(
        key="odd",
        url="https://ü.example/",
        tags=("x", "y"),
        speaks_for=("b.example",),
        headers_env={"Authorization": "TOKEN"},
        rules=Rules(select=("article", "main"), links=("a.story",), content="feed"),
        every="6h",
        enabled=False,
    )
    assert store.fleet.stamp() == ""
    change = store.fleet.push([odd, A], micros(NOW))
    assert (list(change.added), change.changed, change.removed) == (["a", "odd"], [], [])
    assert store.fleet.sources() == (odd, A)
    before = store.fleet.stamp()
    assert store.fleet.difference([odd, A]).nothing

    change = store.fleet.push([replace(A, title="T"), B], micros(NOW))
    assert (list(change.added), list(change.changed), list(change.removed)) == (["b"], ["a"], ["odd"])
    assert [one.key for one in store.fleet.sources()] == ["a", "b"]
    assert store.fleet.stamp() != before != ""


def test_one_of_all_does_what_one_does_for_all(any_url: str) -> None:
    with open_store(any_url, articles_exist=False) as one, open_store(any_url, articles_exist=False) as other:
        with one.fleet.alone("dispatch") as mine, other.fleet.alone("dispatch") as theirs:
            assert mine
            assert theirs == one.single, "in a file there is nobody else"
        with other.fleet.alone("dispatch") as theirs:
            assert theirs
        record(one, 1)


def cut_off(postgres: Server) -> None:
    """Ends the connections that hold locks, as for a machine that is gone, and waits until they have ended."""
    with postgres.connect() as boss:
        boss.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        while boss.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'").fetchone():
            time.sleep(0.01)


def test_who_hands_hosts_out_may_lose_the_right_to(postgres: Server) -> None:
    """Its connection ends where its machine stops, or builds, for long: another one goes on, and so does it."""
    url = postgres.schema()
    with open_store(url, articles_exist=False) as one, open_store(url, articles_exist=False) as other:
        with one.fleet.alone("dispatch") as mine:
            assert mine
            cut_off(postgres)
            with other.fleet.alone("dispatch") as theirs:
                assert theirs
        with one.fleet.alone("dispatch") as mine:
            assert mine


def test_one_machine_at_a_time_holds_a_lock_until_it_ends_or_its_connection_does(postgres: Server) -> None:
    url = postgres.schema()
    with open_store(url, articles_exist=False) as one, open_store(url, articles_exist=False) as other:
        with one.fleet.hold("a run"):
            with pytest.raises(LockedError, match="another machine holds 'a run'"), other.fleet.hold("a run"):
                pass
            with other.fleet.hold("something else"):
                pass
            cut_off(postgres)
            with other.fleet.hold("a run"):
                pass
        with other.fleet.hold("a run"):
            pass


def test_a_lock_is_for_one_instance_of_a_server(postgres: Server) -> None:
    first, second = postgres.schema(), postgres.schema()
    with open_store(first, articles_exist=False) as one, open_store(second, articles_exist=False) as other:
        held = one.fleet.hold("a run")
        with held, other.fleet.hold("a run"):
            assert one.fleet.address != other.fleet.address


def test_who_stands_still_in_a_transaction_keeps_nobody_from_handing_hosts_out(postgres: Server) -> None:
    url = postgres.schema()
    with open_store(url, articles_exist=False) as store, open_store(url, articles_exist=True) as still:
        hosts = store.hosts(LONG)
        followed(store, A, B)
        store.visits.save_states([SourceState(key=one.key, url=one.url) for one in (A, B)])
        with still._db.write() as connection:
            connection.execute(select(schema.hosts).where(schema.hosts.c.name == "a.example").with_for_update()).all()
            hosts.fill()
            assert dues(store) == {"a.example": micros(NOW), "b.example": 0}
            with pytest.raises(StoreBusy), store._db.write() as waiting:
                waiting.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
                waiting.execute(schema.hosts.update().values(delay=1))
        hosts.fill()
        assert dues(store) == {"a.example": 0, "b.example": 0}


def dues(store: Store) -> dict[str, int]:
    return dict(store._db.plain_rows(select(schema.hosts.c.name, schema.hosts.c.due)))
