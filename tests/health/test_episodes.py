"""Report each condition once, and flapping ones rarely, also after a restart."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.reasons import ConditionReason
from syndicator.health.conditions import Condition, make_condition
from syndicator.health.episodes import Event, Memory, iterate_headlines, update_episodes
from syndicator.store import codec

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
INSTANCE = uuid.UUID("12345678-1234-5678-1234-567812345678")
GONE = replace(make_condition(ConditionReason.SOURCE_GONE, "holt"), since=NOW - timedelta(hours=2))
HOUR = timedelta(hours=1)


def observe_conditions(
    memory: Memory, at: datetime, *found: Condition
) -> tuple[Memory, list[Event]]:
    """A look, with what is remembered written and read in between as by another process."""
    memory, events = update_episodes(codec.unpack(Memory, codec.pack(memory)), found, at, INSTANCE)
    return memory, list(events)


def list_events(
    looks: list[tuple[timedelta, tuple[Condition, ...]]],
) -> list[tuple[timedelta, str]]:
    memory = Memory()
    results = []
    for after, conditions in looks:
        memory, events = observe_conditions(memory, NOW + after, *conditions)
        results += [(after, event.state) for event in events]
    return results


def test_what_breaks_and_what_recovers_is_told_once() -> None:
    """A condition seen in five looks, a minute apart, gives one "broken" event and, when it is
    gone, one "recovered"."""
    minute = timedelta(minutes=1)
    looks = [(minute * n, (GONE,) if n < 5 else ()) for n in range(10)]
    assert list_events(looks) == [(minute * 0, "broken"), (minute * 5, "recovered")]


def test_ids_are_of_one_episode_and_stay() -> None:
    """An event has the same id however often it is computed, and another one for its end or another
    start."""
    memory, [broken] = observe_conditions(Memory(), NOW, GONE)
    memory, [recovered] = observe_conditions(memory, NOW + HOUR)

    assert memory.events == (recovered, broken)
    assert memory.episodes == ()

    _, [again] = observe_conditions(Memory(), NOW, GONE)

    assert again.id == broken.id != recovered.id

    _, [later] = observe_conditions(Memory(), NOW + HOUR, GONE)

    assert later.id != broken.id
    assert broken.since == GONE.since
    assert recovered.since == GONE.since


def test_what_changes_of_a_condition_is_no_new_episode() -> None:
    """A condition with changed details gives no new event; the same condition of another source
    does."""
    memory, _ = observe_conditions(Memory(), NOW, GONE)

    assert observe_conditions(memory, NOW + HOUR, replace(GONE, detail="other", since=NOW))[1] == []

    _, [other] = observe_conditions(memory, NOW + HOUR, GONE, replace(GONE, subject="other"))

    assert other.subject == "other"


def test_what_flaps_is_told_less_and_less() -> None:
    """A condition that comes and goes every quarter of an hour is told once a day; one that lasts
    must last longer each time to be told."""
    quarter = timedelta(minutes=15)
    flapping = [(quarter * n, (GONE,) if n % 2 == 0 else ()) for n in range(96)]  # a day

    assert list_events(flapping) == [(quarter * 0, "broken"), (quarter * 1, "recovered")]

    # what lasts in between is told, and each time it has to last twice as long
    slow = [(HOUR * n, (GONE,) if n % 6 < 3 else ()) for n in range(24)]

    assert list_events(slow) == [
        (HOUR * 0, "broken"),
        (HOUR * 3, "recovered"),
        (HOUR * 7, "broken"),
        (HOUR * 10, "recovered"),
        (HOUR * 14, "broken"),
        (HOUR * 17, "recovered"),
    ]


def test_after_a_quiet_day_it_is_told_at_once() -> None:
    """A condition that returns after two quiet days is told at once again."""
    day = timedelta(days=2)
    looks = [(HOUR * 0, (GONE,)), (HOUR * 1, ()), (day, (GONE,)), (day + HOUR, ())]
    assert list_events(looks) == [
        (HOUR * 0, "broken"),
        (HOUR, "recovered"),
        (day, "broken"),
        (day + HOUR, "recovered"),
    ]


FAILING = Condition(
    kind=ConditionReason.SOURCE_FAILING, subject="holt", reason="no complete answer", code="timeout"
)


@pytest.mark.parametrize(
    ("condition", "is_told"),
    [
        (replace(FAILING, needs_you=False, count=2), False),
        (replace(FAILING, needs_you=False, count=3), True),
        (replace(FAILING, needs_you=True, count=1), True),
        # this machine is short of something
        (replace(FAILING, needs_you=False, count=9, code="system"), False),
        (make_condition(ConditionReason.MUTED), False),
        (make_condition(ConditionReason.DISK, "/srv"), True),
    ],
)
def test_what_is_worth_telling(condition: Condition, is_told: bool) -> None:
    """A passing failure is told from the third time on, one that needs the operator at once;
    failures of this machine and muted sources never."""
    assert bool(observe_conditions(Memory(), NOW, condition)[1]) is is_told


def test_what_was_never_told_does_not_recover() -> None:
    """A condition that was not reported gives no "recovered" event."""
    memory, _ = observe_conditions(Memory(), NOW, replace(FAILING, needs_you=False))
    assert observe_conditions(memory, NOW + HOUR) == (Memory(), [])


def test_titles_say_what_and_how_long() -> None:
    """The title of an alert says what is wrong; the one for its end adds how long it lasted.
    Unknown kinds keep their name."""
    memory, [broken] = observe_conditions(Memory(), NOW, GONE)
    _, [recovered] = observe_conditions(memory, NOW + HOUR)

    assert list(iterate_headlines([broken, recovered])) == [
        "holt: the source is gone for good; visits ended",
        "holt: over after 3 hours: the source is gone for good; visits ended",
    ]
    assert list(
        iterate_headlines([replace(recovered, kind="of-a-newer-version", subject="", reason="")])
    ) == ["over after 3 hours: of-a-newer-version"]


def test_a_source_that_was_silent_when_it_was_added_is_not_told() -> None:
    """A source that is silent from the start is not reported; one that falls silent is."""
    silent = make_condition(ConditionReason.SOURCE_SILENT, source="holt")
    old = replace(silent, needs_you=False)

    assert list_events([(HOUR * 0, (old,)), (HOUR * 1, ())]) == []
    assert list_events([(HOUR * 0, ()), (HOUR * 1, (silent,))]) == [(HOUR, "broken")]
