"""Turns at hosts of a worker's own shards, and their clock."""

from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.errors import StoreError
from syndicator.core.ports import Busy, Turn
from syndicator.fleet.lanes import OwnTurns
from syndicator.fleet.worker import DatabaseClock, _is_passing
from syndicator.runs.refresh import Totals
from syndicator.store.codec import to_micros
from syndicator.store.postgres import StoreAway, StoreBusy
from tests.visiting.politeness.common_turns import CommonTurns

OWN = "own.example"
OTHER = "other.example"


class Time:
    now = 100.0
    asks_until = 200.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def common_turns() -> CommonTurns:
    return CommonTurns(lambda: datetime(2026, 11, 29, tzinfo=UTC))


@pytest.fixture
def turns(time: Time, common_turns: CommonTurns) -> OwnTurns:
    own_turns = OwnTurns(common_turns, lambda: time.asks_until, time)
    own_turns.add({OWN: 3.0})
    return own_turns


def take_turn(turns: OwnTurns, host: str) -> Turn:
    result = turns.take(host)
    assert isinstance(result, Turn), result
    return result


def test_hosts_of_own_shards_are_asked_one_at_a_time_without_the_table(
    turns: OwnTurns, common_turns: CommonTurns, time: Time
) -> None:
    """A worker's own hosts take turns in memory, one request at a time with their delay, without
    asking the shared table."""
    mine = take_turn(turns, OWN)

    assert isinstance(turns.take(OWN), Busy)
    assert not common_turns.free

    turns.give_back(OWN, mine, 1.0)

    assert turns.take(OWN) == Busy(3.0), "its crawl-delay is longer than the pause"

    turns.set_delay(OWN, 0.0)
    time.now += 3.0
    turns.give_back(OWN, take_turn(turns, OWN), 1.0)

    assert turns.take(OWN) == Busy(1.0)


def test_other_hosts_take_the_common_turn(turns: OwnTurns, common_turns: CommonTurns) -> None:
    """A host that is not the worker's own takes a turn from the shared table, where it is busy
    until given back."""
    theirs = take_turn(turns, OTHER)

    assert OTHER in common_turns.free
    assert isinstance(common_turns.take(OTHER), Busy)

    turns.give_back(OTHER, theirs, 0.0)

    assert isinstance(common_turns.take(OTHER), Turn)


@pytest.mark.parametrize("host", [OWN, OTHER])
def test_without_a_confirmed_sign_of_life_nothing_is_asked(
    turns: OwnTurns, time: Time, host: str
) -> None:
    """When the time up to which the worker's life is confirmed is over, no host may be asked until
    it is confirmed again."""
    time.now = time.asks_until

    assert isinstance(turns.take(host), Busy)

    time.asks_until += 1

    assert isinstance(turns.take(host), Turn)


def test_a_host_that_is_asked_does_not_leave(turns: OwnTurns, common_turns: CommonTurns) -> None:
    """A host leaves the worker only when its request has ended; afterwards its turn is taken from
    the shared table."""
    turns.add({"idle.example": 0.0})
    mine = take_turn(turns, OWN)

    assert turns.leave([OWN, "idle.example"]) == ["idle.example"]
    assert isinstance(turns.take("idle.example"), Busy), "it gives leave no more"

    turns.give_back(OWN, mine, 0.0)

    assert turns.leave([OWN]) == [OWN]

    turns.drop([OWN])

    assert isinstance(turns.take(OWN), Turn) and OWN in common_turns.free, "from the table"


def test_a_host_that_the_next_job_has_leased_stays(
    turns: OwnTurns, common_turns: CommonTurns
) -> None:
    """A job may lease a host before the last one has dropped it."""
    assert turns.leave([OWN]) == [OWN]

    turns.add({OWN: 0.0})
    turns.drop([OWN])

    assert isinstance(turns.take(OWN), Turn)
    assert not common_turns.free, "not from the table"


def test_lanes_ask_each_others_hosts_one_at_a_time_without_the_table(
    turns: OwnTurns, common_turns: CommonTurns, time: Time
) -> None:
    """Lanes of one worker share its hosts, one request at a time, in memory."""
    other = turns.share_with_thread(common_turns)
    mine = take_turn(other, OWN)

    assert isinstance(turns.take(OWN), Busy)
    assert turns.leave([OWN]) == []
    assert not common_turns.free

    other.give_back(OWN, mine, 0.0)
    time.now += 3.0
    mine = take_turn(other, OWN)

    assert turns.leave([OWN], at_once=True) == []

    other.give_back(OWN, mine, 0.0)
    time.now += 3.0

    assert turns.leave([OWN], at_once=True) == [OWN]
    assert isinstance(other.take(OWN), Busy)


@pytest.mark.parametrize("wrong", [timedelta(minutes=-10), timedelta(minutes=10)])
def test_the_clock_is_the_databases(wrong: timedelta) -> None:
    """The clock of a worker is the database's time, however wrong its own is."""
    clock = DatabaseClock()
    clock.set(to_micros(datetime.now(UTC) + wrong))
    assert abs(clock() - (datetime.now(UTC) + wrong)) < timedelta(seconds=2)


@pytest.mark.parametrize(
    "error", [OSError(errno.EREMOTE, "no answer"), StoreAway("no answer"), StoreBusy("locked")]
)
def test_what_is_away_ends_no_worker_that_just_began(error: StoreError | OSError) -> None:
    """Errors of an unreachable database are temporary at start; all other errors end the worker."""
    assert _is_passing(error, Totals())
    assert not _is_passing(StoreError("damaged"), Totals())
    assert not _is_passing(OSError(errno.EACCES, "not yours"), Totals())
