"""A queue that is fair to owners: whose item is next, and how many items each may queue."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.fair_queue import Shares


def make_shares(*items: str, most: int = 100) -> Shares[str]:
    """Items that wait, each with the owner that its first letter names."""
    result = Shares[str](most)
    for item in items:
        result.add(item[0], item)
    return result


def take_all(waiting: Shares[str]) -> list[str]:
    return list(iter(waiting.take, None))


def test_those_who_wait_have_turns() -> None:
    """Owners have turns in the order in which they came, one item each. Item "a1" is the first of
    owner a."""
    assert take_all(make_shares("a1", "a2", "a3", "b1", "c1", "c2")) == [
        "a1",
        "b1",
        "c1",
        "a2",
        "c2",
        "a3",
    ]


def test_who_comes_later_waits_for_one_item_of_each() -> None:
    """A new owner's item ("b1") comes after at most one more item of each other owner."""
    waiting = make_shares("a1", "a2", "a3")

    assert waiting.take() == "a1"

    waiting.add("b", "b1")

    assert take_all(waiting) == ["a2", "b1", "a3"]


def test_who_left_begins_at_the_end() -> None:
    """An owner whose last item was taken ("a1") starts behind the others when it returns with
    "a2"."""
    waiting = make_shares("a1", "b1", "b2")

    assert waiting.take() == "a1"

    waiting.add("a", "a2")

    assert take_all(waiting) == ["b1", "a2", "b2"]


def test_an_item_that_is_not_accepted_keeps_its_place_and_its_owner_the_turn() -> None:
    """Items that the filter given to `take` rejects stay in the queue, in order."""
    waiting = make_shares("a1", "a2", "b1", "b2")

    assert waiting.take(lambda item: item != "a1") == "a2"
    assert waiting.take(lambda item: item[0] == "c") is None
    assert waiting.take(lambda item: item == "b2") == "b2"
    assert take_all(waiting) == ["a1", "b1"]


def test_an_owner_has_a_quarter_of_the_places() -> None:
    """One owner may use a quarter of all places: with eight, owner b has no room after two
    items."""
    waiting = make_shares("a1", "b1", "b2", most=8)

    assert waiting.has_room("a")
    assert not waiting.has_room("b")

    waiting.take()
    waiting.take()

    assert waiting.has_room("b")


def test_all_owners_together_have_so_many_places() -> None:
    """The queue as a whole has a limit, and a discarded item frees its place."""
    waiting = make_shares("a1", "b1", "c1", "d1", most=4)

    assert not waiting.has_room("e")

    waiting.discard("b", "b1")

    assert waiting.has_room("e")
    assert len(waiting) == 3


def test_what_is_discarded_uses_no_turn() -> None:
    """A discarded item does not count as a turn of its owner; discarding one that is not queued
    does nothing."""
    waiting = make_shares("a1", "a2", "b1")
    waiting.discard("a", "a1")
    waiting.discard("a", "a1")
    waiting.discard("c", "c1")

    assert waiting.items_of("a") == ("a2",)
    assert waiting.items_of("c") == ()
    assert len(waiting) == 2
    assert take_all(waiting) == ["a2", "b1"]


def test_who_waits_for_nothing_has_no_turn() -> None:
    """Owner a, whose only item was discarded, loses its turn and starts again behind owner b."""
    waiting = make_shares("a1", "b1")
    waiting.discard("a", "a1")
    waiting.add("a", "a2")

    assert take_all(waiting) == ["b1", "a2"]


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=40))
def test_nobody_waits_for_two_of_another(owners: list[str]) -> None:
    """Whatever is queued, each owner with items left has exactly one turn in every round."""
    waiting = make_shares(*(f"{owner}{number}" for number, owner in enumerate(owners)))
    taken = take_all(waiting)

    assert sorted(taken) == sorted(f"{owner}{number}" for number, owner in enumerate(owners))

    left = Counter(owners)
    while taken:
        turn = [item[0] for item in taken[: len(left)]]
        assert sorted(turn) == sorted(left), "each who waits has one turn in a round"
        del taken[: len(left)]
        left = +(left - Counter(turn))
