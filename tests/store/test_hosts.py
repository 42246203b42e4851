"""The interface HostTurns, and its table that several machines share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from syndicator.core.errors import LockedError
from syndicator.core.model import Schedule, Source, SourceState
from syndicator.core.ports import Busy, HostTurns, Turn, Waits
from syndicator.store import schema
from syndicator.store.codec import to_micros
from syndicator.store.engine import Store, open_store
from syndicator.store.fleet import followed
from syndicator.store.fleet.followed import Pushed
from syndicator.store.fleet.hosts import ASKS, POISON_STARTS, Hosts, HostWaits
from syndicator.store.postgres import StoreAway
from tests.postgres import Server
from tests.store.conftest import NOW

LEASE_SECONDS = 60.0
HOST = "a.example"


@pytest.fixture
def store(postgres: Server) -> Iterator[Store]:
    """A store on a server: in a file there is nobody else."""
    with open_store(postgres.schema(), articles_exist=False) as opened:
        yield opened


@pytest.fixture
def hosts(store: Store) -> Hosts:
    return store.hosts(LEASE_SECONDS)


def take_turn(turns: HostTurns, host: str = HOST) -> Turn:
    """Take the turn of `host`, which must be free."""
    result = turns.take(host)
    assert isinstance(result, Turn), result
    return result


def take_busy(turns: HostTurns, host: str = HOST) -> Busy:
    """Try to take the turn of `host`, which must be busy; return why and for how long."""
    result = turns.take(host)
    assert isinstance(result, Busy), result
    return result


def end_leases(store: Store) -> None:
    """Let every lease end now."""
    with store._db.write() as connection:
        connection.execute(schema.hosts.update().values(free_at=0))


def test_one_at_a_time_has_leave_and_the_pause_follows_its_end(hosts: Hosts) -> None:
    """One request at a time gets the turn of a host; another one is told to wait for the rest of
    the lease (60 s), or for the pause (30 s) after the turn ended. A turn of another host is
    free."""
    turn = take_turn(hosts)

    assert LEASE_SECONDS - 5 < take_busy(hosts).seconds <= LEASE_SECONDS

    take_turn(hosts, "b.example")
    hosts.give_back(HOST, turn, pause=30)

    assert 20 < take_busy(hosts).seconds <= 30
    assert not take_busy(hosts).held


def test_leave_that_is_given_back_without_a_pause_can_be_had_at_once(hosts: Hosts) -> None:
    """A turn that is given back with a pause of 0 seconds can be taken at once."""
    for _ in range(3):
        hosts.give_back(HOST, take_turn(hosts), pause=0)
    assert isinstance(hosts.take(HOST), Turn)


def test_leave_that_is_not_given_back_ends_by_itself_and_is_nobodys_then(store: Store) -> None:
    """If a turn's lease ends, another can take the turn. Giving back the lost turn does not end
    the new one. A lease of 0 seconds is over at once."""
    hosts = store.hosts(LEASE_SECONDS)
    lost_turn = take_turn(hosts)
    end_leases(store)
    new_turn = take_turn(hosts)

    assert new_turn != lost_turn

    # by whoever was stopped meanwhile
    hosts.give_back(HOST, lost_turn, pause=0)

    assert take_busy(hosts).seconds > LEASE_SECONDS - 5
    assert isinstance(take_turn(store.hosts(0), "b.example"), Turn)
    assert isinstance(take_turn(store.hosts(0), "b.example"), Turn), (
        "a lease of no length is over at once"
    )


def test_a_worker_whose_lease_has_ended_does_not_end_the_turn_of_another(store: Store) -> None:
    """A slow worker lost its host to another's turn. When it releases its hosts, this turn goes
    on."""
    hosts = store.hosts(LEASE_SECONDS)

    assert set(hosts.lease_hosts([HOST], "slow worker")) == {HOST}

    end_leases(store)
    take_turn(hosts)  # by another
    hosts.release_hosts([HOST], "slow worker", pause=0)
    hosts.release_all("slow worker", pause=0)

    assert take_busy(hosts).seconds > LEASE_SECONDS - 5


def test_a_crawl_delay_is_for_all_and_takes_the_place_of_shorter_pauses(hosts: Hosts) -> None:
    """After a turn with a pause of 1 second a host with a crawl delay of 40 seconds waits 40
    seconds."""
    hosts.set_delay(HOST, seconds=40)
    hosts.give_back(HOST, take_turn(hosts), pause=1)

    assert 30 < take_busy(hosts).seconds <= 40


def test_a_host_that_is_held_gives_no_leave_and_a_longer_hold_stays(hosts: Hosts) -> None:
    """A held host gives no turn; a shorter hold does not replace a longer one."""
    hosts.hold(HOST, seconds=50)
    hosts.hold(HOST, seconds=10)
    busy = take_busy(hosts)

    assert busy.held
    assert 40 < busy.seconds <= 50
    assert 40 < hosts.held(HOST) <= 50
    assert hosts.held("b.example") == 0


def test_that_a_host_was_not_reached_is_told_with_the_leave(hosts: Hosts) -> None:
    """Who gets the turn of a host is told if it was not reachable a moment ago, so as not to try
    again; -1 is a failure that has expired."""
    hosts.set_away(HOST, "dns", "no such name", seconds=50)
    turn = take_turn(hosts)

    assert turn.away == "dns"
    assert turn.detail == "no such name"

    hosts.set_away("b.example", "connect", "", seconds=-1)

    assert take_turn(hosts, "b.example").away == ""


def test_what_one_asked_to_wait_all_heed_until_then(hosts: Hosts) -> None:
    """Waits that a server asked for are shared, limited to seven days (b.example asked for 99), and
    expire (c.example: yesterday). A wait for one address of a.example is not for the whole
    host."""
    waits: Waits = HostWaits(hosts, lambda: NOW, timedelta(days=7))
    waits.add("https://a.example/feed", NOW + timedelta(seconds=50))
    waits.add("b.example", NOW + timedelta(days=99))
    waits.add("c.example", NOW - timedelta(days=1))
    until = waits.until("https://a.example/feed")

    assert until
    assert timedelta(seconds=40) < until - NOW <= timedelta(seconds=50)
    assert (later := waits.until("b.example"))
    assert later - NOW <= timedelta(days=7)
    assert waits.until("c.example") is None
    assert waits.until(HOST) is None
    assert waits.any()


def test_many_who_want_leave_at_once_get_it_one_by_one(postgres: Server) -> None:
    """Four threads try 40 times each to take a host's turn, and nobody gives it back: one of them
    gets it, once."""
    database_url = postgres.schema()
    open_store(database_url, articles_exist=False).close()

    def count_turns_taken(number: int) -> int:
        with open_store(database_url, articles_exist=False) as store:
            hosts = store.hosts(LEASE_SECONDS)
            turns_taken = 0
            for _ in range(40):
                turns_taken += isinstance(hosts.take(HOST), Turn)
            return turns_taken

    with ThreadPoolExecutor(4) as threads:
        turns_taken = sum(threads.map(count_turns_taken, range(4)))

    assert turns_taken == 1


def list_host_names(store: Store) -> set[str]:
    """The hosts of which there is a row."""
    return {
        name
        for (name,) in store._db.rows(schema.hosts.select().with_only_columns(schema.hosts.c.name))
    }


def list_owners(store: Store) -> set[str]:
    """Who works on a host."""
    return {owner for (owner,) in store._db.rows(text("SELECT owner FROM hosts WHERE owner <> ''"))}


def test_a_worker_has_free_hosts_for_itself_until_it_lets_them_go(
    store: Store, hosts: Hosts
) -> None:
    """A worker may take several free hosts at once, with their crawl delays; those in use, on hold
    or unreachable are left out. Only their owner can release them."""
    turn = take_turn(hosts, "asked.example")  # in use
    hosts.hold("held.example", seconds=50)
    hosts.set_away("away.example", "dns", "", seconds=50)
    hosts.set_delay("slow.example", seconds=20)
    names = ["asked.example", "held.example", "away.example", HOST, "slow.example"]

    # `lease_hosts` returns the crawl delay of each host that it leased
    assert hosts.lease_hosts(names, "me") == {HOST: 0.0, "slow.example": 20.0}
    assert hosts.lease_hosts(names, "you") == {}
    assert not take_busy(hosts).held
    assert list_owners(store) == {"me"}

    hosts.release_hosts([HOST, "slow.example"], "you", pause=0)

    assert list_owners(store) == {"me"}, "nobody else lets them go"

    hosts.release_hosts([HOST, "slow.example"], "me", pause=10)

    assert list_owners(store) == set()
    assert 5 < take_busy(hosts).seconds <= 10
    assert 15 < take_busy(hosts, "slow.example").seconds <= 20

    hosts.give_back("asked.example", turn, pause=0)

    assert hosts.lease_hosts(["asked.example"], "you") == {"asked.example": 0.0}


def test_hosts_of_a_worker_outlast_its_last_request_and_are_kept_by_signs_of_life(
    store: Store,
) -> None:
    """A worker leases a host for longer than its last request can take: it begins requests for ASKS
    of the lease, and one takes up to two thirds. `keep`, its heartbeat, begins the lease anew; a
    host that it lost stays lost."""
    hosts = store.hosts(LEASE_SECONDS)
    hosts.lease_hosts([HOST], "me")

    assert take_busy(hosts).seconds > ASKS * LEASE_SECONDS + 2 / 3 * LEASE_SECONDS - 5, (
        "a request that begins last is over by then"
    )

    # 80 seconds (in microseconds) pass: the lease is nearly over
    with store._db.write() as connection:
        connection.execute(
            schema.hosts.update().values(free_at=schema.hosts.c.free_at - 80_000_000)
        )

    assert take_busy(hosts).seconds < 5

    hosts.keep("you")

    assert take_busy(hosts).seconds < 5

    hosts.keep("me")

    assert take_busy(hosts).seconds > 60

    end_leases(store)
    hosts.keep("me")

    assert isinstance(hosts.take(HOST), Turn), "what was lost stays lost"


def test_work_of_which_nothing_comes_is_started_some_times_and_the_host_is_held_and_named_then(
    store: Store, hosts: Hosts
) -> None:
    """A host whose workers ended POISON_STARTS times without a result is put on hold for 15 to 30
    minutes and named in `status`, until the operator frees it."""
    store.visits.save_states([SourceState(key="a", url=A.url)])  # a source of this host
    for _ in range(POISON_STARTS):
        assert hosts.lease_hosts([HOST], "me")
        assert hosts.counts().named == []
        end_leases(store)  # the worker ended without a result

    assert hosts.lease_hosts([HOST], "me") == {}

    (held_host,) = hosts.counts().named

    assert held_host.name == HOST
    assert held_host.poison
    assert 890 < held_host.seconds <= 1800

    # the operator frees it
    assert hosts.free_poison() == 1
    assert hosts.lease_hosts([HOST], "me")
    assert hosts.counts().named == []


def test_after_each_try_a_host_that_ends_its_workers_is_held_for_longer(
    store: Store, hosts: Hosts
) -> None:
    """The hold of a host that ends its workers doubles with each further start, from half an hour
    (1,800 s) up to a day; its length is random, but at least half of that."""
    store.visits.save_states([SourceState(key="a", url=A.url)])  # a source of this host
    for starts, longest in ((4, 1800), (5, 3600), (6, 7200), (40, 86_400)):
        with store._db.write() as connection:
            connection.execute(text("DELETE FROM hosts"))
            connection.execute(schema.hosts.insert(), {"name": HOST, "starts": starts})

        assert hosts.lease_hosts([HOST], "me")
        end_leases(store)
        assert longest / 2 - 5 < hosts.counts().named[0].seconds <= longest


def test_starts_that_brought_something_are_forgiven(store: Store, hosts: Hosts) -> None:
    """Each time a worker stores something of the host before its lease ends: the host is never
    held, however often this happens."""
    for number in range(POISON_STARTS + 2):
        assert hosts.lease_hosts([HOST], "me")

        # whatever is stored through this fence counts as a result of the host
        visits = store.open_fenced_visits(
            hosts.make_forgiving_fence(lambda connection: None, HOST, "me"), ()
        )
        visits.set_note("x", str(number), NOW)
        end_leases(store)


def test_a_host_that_was_suspected_is_free_with_the_end_of_its_work(
    store: Store, hosts: Hosts
) -> None:
    """A host that was held after failed starts is free again once a worker ends its work on it."""
    for _ in range(5):
        # so many failed starts have the host held
        for _ in range(POISON_STARTS):
            assert hosts.lease_hosts([HOST], "me")
            end_leases(store)

        # the hold is over, and a worker ends its work on the host
        with store._db.write() as connection:
            connection.execute(schema.hosts.update().values(held_until=0))
        assert hosts.lease_hosts([HOST], "me")
        hosts.release_hosts([HOST], "me", pause=0)

        assert isinstance(hosts.take(HOST), Turn)
        end_leases(store)


@pytest.mark.parametrize("releases_all", [False, True])
def test_work_that_a_living_worker_ends_or_gives_up_is_not_lost(
    hosts: Hosts, releases_all: bool
) -> None:
    """A worker that releases its hosts itself, without a result, is not counted as a failed
    start: it can lease them five times, more often than failed starts are allowed."""
    for _ in range(5):
        assert HOST in hosts.lease_hosts([HOST], "me")
        if releases_all:
            hosts.release_all("me", pause=0)
        else:
            hosts.release_hosts([HOST], "me", pause=0)


def test_rows_of_which_nothing_is_known_go_after_a_day(store: Store, hosts: Hosts) -> None:
    """Rows of hosts that were not requested for a day are deleted, unless they have a crawl delay
    or a hold."""
    for name in ("old.example", "slow.example", "held.example"):
        hosts.give_back(name, take_turn(hosts, name), pause=0)
    # 90,000 seconds (in microseconds) pass, more than a day
    with store._db.write() as connection:
        connection.execute(
            schema.hosts.update().values(free_at=schema.hosts.c.free_at - 90_000_000_000)
        )
    hosts.give_back("new.example", take_turn(hosts, "new.example"), pause=0)
    hosts.hold("held.example", seconds=50)
    hosts.set_delay("slow.example", seconds=5)
    hosts.prune()

    assert list_host_names(store) == {"new.example", "slow.example", "held.example"}


def test_the_hosts_are_counted(store: Store, hosts: Hosts) -> None:
    """`status` counts hosts that are due, on hold or leased to a worker; `late` is by how many
    seconds the first due one is overdue. Both sources were due 100 seconds ago; a.example is
    leased, b.example on hold."""
    late = datetime.now(UTC) - timedelta(seconds=100)
    store.visits.save_states(
        [
            SourceState(key=source.key, url=source.url, schedule=Schedule(next_due=late))
            for source in (A, B)
        ]
    )
    store.fleet.push([A, B], to_micros(NOW))
    hosts.hold("b.example", seconds=50)
    hosts.lease_hosts([HOST], "me")
    counts = hosts.counts()

    assert counts.hosts == 2
    assert counts.due == 1
    assert counts.held == 1
    assert counts.away == 0
    assert counts.leased == 1
    assert counts.workers == ["me"]
    assert 90 < counts.late < 200
    assert [host.poison for host in counts.named] == [False]  # the held one, by no failed starts

    store.visits.save_states([SourceState(key="a", url=A.url)])

    assert hosts.counts().late < 5, "a source that was never visited is due now"


A = Source(key="a", url="https://a.example/feed")
B = Source(key="b", url="https://b.example/feed")


def test_sources_come_back_as_they_were_pushed(store: Store) -> None:
    """Sources that one machine pushes to the database are read unchanged by others; each push
    reports what was added, changed and removed, and changes the stamp."""
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

    change = store.fleet.push([odd, A], to_micros(NOW))

    assert list(change.added) == ["a", "odd"]
    assert change.changed == []
    assert change.removed == []
    assert store.fleet.sources() == (odd, A)

    before = store.fleet.stamp()

    # the same sources again
    assert store.fleet.push([odd, A], to_micros(NOW), dry_run=True) == Pushed(
        added=[], changed=[], removed=[]
    )

    change = store.fleet.push([replace(A, title="T"), B], to_micros(NOW))

    assert list(change.added) == ["b"]
    assert list(change.changed) == ["a"]
    assert list(change.removed) == ["odd"]
    assert [source.key for source in store.fleet.sources()] == ["a", "b"]
    assert store.fleet.stamp() != before != ""


def test_a_push_writes_the_sources_that_changed(store: Store) -> None:
    """A push of the configured sources rewrites only changed rows, here b, and stores their order.
    `xmin` changes when PostgreSQL writes a row."""
    store.fleet.push([A, B], to_micros(NOW))
    select_last_writes = "SELECT key, xmin::text FROM followed"
    before = dict(store._db.run_query(select_last_writes))
    store.fleet.push([A, replace(B, title="T")], to_micros(NOW))
    after = dict(store._db.run_query(select_last_writes))

    assert after["a"] == before["a"]
    assert after["b"] != before["b"]

    store.fleet.push([replace(B, title="T"), A], to_micros(NOW))

    assert [source.key for source in store.fleet.sources()] == ["b", "a"], "their order, too"


def test_a_network_that_answers_no_more_is_noticed(store: Store) -> None:
    """Connections to PostgreSQL set `tcp_user_timeout` to 30 seconds, so that a dead network
    becomes an error instead of an endless wait."""
    connection = store._db.open_writer().connection.dbapi_connection
    assert connection.info.get_parameters()["tcp_user_timeout"] == "30000"


def end_connections_with_locks(postgres: Server) -> None:
    """Ends the connections that hold locks, as for a machine that is gone, and waits until they
    have ended."""
    with postgres.connect() as boss:
        boss.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        while boss.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'").fetchone():
            time.sleep(0.01)


def test_one_machine_at_a_time_holds_a_lock_until_it_ends_or_its_connection_does(
    postgres: Server,
) -> None:
    """One machine at a time holds a named lock; it ends with the block, or with the
    connection of the holder."""
    url = postgres.schema()
    with (
        open_store(url, articles_exist=False) as first_store,
        open_store(url, articles_exist=False) as other_store,
    ):
        with first_store.fleet.hold("a run"):
            # the other machine does not get this lock, but one of another name
            with (
                pytest.raises(LockedError, match="another machine holds 'a run'"),
                other_store.fleet.hold("a run"),
            ):
                pass

            with other_store.fleet.hold("something else"):
                pass

            # the connection of the first ends: the other machine gets the lock
            end_connections_with_locks(postgres)
            with other_store.fleet.hold("a run"):
                pass

        # after the block, too
        with other_store.fleet.hold("a run"):
            pass


def test_whoever_lost_the_lock_writes_nothing(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that lost its lock "a run", as its connection was ended, cannot write any more: the
    write fails as another machine may have the lock."""
    monkeypatch.setattr(followed, "_HELD_FOR", 0.0)  # the lock is checked at each write
    with (
        open_store(postgres.schema(), articles_exist=False) as store,
        store.fleet.hold("a run") as held,
    ):
        store.set_guard(held)
        store.visits.set_note("a", "1", NOW)
        end_connections_with_locks(postgres)

        with pytest.raises(StoreAway, match="'a run' was lost to another machine"):
            store.visits.set_note("a", "2", NOW)

        store.set_guard()  # removes the guard, so that reading works

        assert store.visits.note("a") == "1"


def test_a_lock_lasts_while_its_holder_is_busy_and_ends_when_it_stands_still(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock stays while its holder is busy for 2.5 seconds, since it sends pings in the
    background; without pings the server ends it after a second, and the holder is told."""
    monkeypatch.setattr(followed, "_HELD_FOR", 1.2)
    monkeypatch.setattr(followed, "_LOST_AFTER", 1)  # seconds without a ping
    with (
        open_store(postgres.schema(), articles_exist=False) as store,
        store.fleet.hold("a run") as held,
        postgres.connect() as boss,
    ):
        boss.execute("SELECT pg_sleep(2.5)")  # longer than the lock would last without pings
        held()  # raises nothing: the lock is still held

        # no more pings: the server ends the lock
        monkeypatch.setattr(followed._Pings, "check", lambda pings, ahead: None)
        while boss.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'").fetchone():
            boss.execute("SELECT pg_sleep(0.1)")
        monkeypatch.undo()

        with pytest.raises(StoreAway):
            held(60.0)


def test_a_lock_is_for_one_instance_of_a_server(postgres: Server) -> None:
    """Two instances in different schemas of one server do not share locks: both hold "a run"."""
    first = postgres.schema()
    second = postgres.schema()
    with (
        open_store(first, articles_exist=False) as first_store,
        open_store(second, articles_exist=False) as other_store,
    ):
        held = first_store.fleet.hold("a run")
        with held, other_store.fleet.hold("a run"):
            assert first_store.name == other_store.name
