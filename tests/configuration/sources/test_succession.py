"""Find the new source that continues the feed of a removed one."""

from __future__ import annotations

import pytest

from syndicator.configuration.sources.identity import (
    add_newest_address,
    find_departures,
    find_successors,
    is_at,
)
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow

U = "https://u.example/feed"
V = "https://v.example/feed"


def make_feed_rows(**moved: str) -> dict[str, FeedRow]:
    return {
        key: FeedRow(
            key=FeedKey("source", key),
            name=key,
            first_slug=key,
            moved_to=FeedKey("source", to) if to else None,
        )
        for key, to in moved.items()
    }


@pytest.mark.parametrize(
    ("configured", "former_addresses", "feed_rows", "expected"),
    [
        ({"new": U}, {"old": (U,)}, make_feed_rows(old=""), {"old": "new"}),
        # another spelling
        ({"new": "https://U.example/feed/"}, {"old": (U,)}, make_feed_rows(old=""), {"old": "new"}),
        ({"new": U}, {"old": (U,)}, {}, {}),  # it never had an article
        # it was not removed: its address changed
        ({"new": U, "old": V}, {"old": (U, V)}, make_feed_rows(old=""), {}),
        # the newest address counts
        ({"one": U, "two": V}, {"old": (U, V)}, make_feed_rows(old=""), {"old": "two"}),
        (
            {"new": U},
            {"old": (U,), "new": (U,)},
            make_feed_rows(old="new", new=""),
            {},
        ),  # done already
        (
            {"new": U},
            {"old": (U,), "mid": (U,)},
            make_feed_rows(old="mid", mid=""),
            {"old": "new", "mid": "new"},
        ),
        ({"new": V}, {"old": (U,)}, make_feed_rows(old=""), {}),
    ],
)
def test_a_source_at_the_address_of_a_removed_one_carries_on(
    configured: dict[str, str],
    former_addresses: dict[str, tuple[str, ...]],
    feed_rows: dict[str, FeedRow],
    expected: dict[str, str],
) -> None:
    """A new source continues the feed of a removed one if it has its newest address, in any
    spelling. `expected`: new key by old key."""
    assert find_successors(configured, former_addresses, feed_rows) == expected


@pytest.mark.parametrize(
    ("configured", "former_addresses", "expected"),
    [
        # the other was removed, this one is back
        ({"old": U}, {"old": (U,), "new": (U,)}, ["old"]),
        # the key was given to another site
        ({"old": V, "new": U}, {"old": (U,), "new": (U,)}, ["old"]),
        # an operator moved it by hand, and it stays
        ({"old": V, "new": U}, {"old": (U, V), "new": (U,)}, []),
        ({"new": U}, {"old": (U,), "new": (U,)}, []),
    ],
)
def test_a_feed_that_moved_stands_for_itself_where_it_has_to(
    configured: dict[str, str], former_addresses: dict[str, tuple[str, ...]], expected: list[str]
) -> None:
    """The feed of `old` moved to `new`; it stops redirecting if `old` is configured again with an
    address that is not its successor's."""
    assert (
        find_departures(configured, former_addresses, make_feed_rows(old="new", new="")) == expected
    )


def test_the_newest_address_is_the_last() -> None:
    """A known address moves to the end of the list of addresses."""
    assert add_newest_address((), U) == (U,)
    assert add_newest_address((U, V), V + "/") == (U, V)  # as it was written first
    assert add_newest_address((U, V), U) == (V, U)
    assert is_at("http://u.example/feed", (V, U))
    assert not is_at("https://u.example/", (U,))
