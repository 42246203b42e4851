"""Store subscriptions at hubs."""

from __future__ import annotations

from datetime import UTC, datetime

from syndicator.core.ports.subscriptions import Subscription, Tally
from syndicator.store.engine import Store

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def make_subscription(token: str, source: str = "a", **more: object) -> Subscription:
    values = {
        "secret": "s",
        "hub": "https://h.example/",
        "topic": "https://a.example/f",
        "made_at": NOW,
    }
    return Subscription(token=token, source_key=source, **(values | more))  # type: ignore[arg-type]


def test_saved_subscriptions_are_listed_and_deleted_ones_are_not(store: Store) -> None:
    """`save` inserts or replaces subscriptions (first argument), deletes those with the given
    tokens (second; the unknown token "3" is ignored), and replaces the tallies of the given hubs
    (third). Without any of them it changes nothing."""
    table = store.subscriptions
    first = make_subscription("1", source="a", asked="subscribe", next_try=NOW)
    second = make_subscription("2", source="b", wanted=False, pushed=1.5, expires=NOW)
    table.save([first, second], [], [Tally(hub="h", pushed=3), Tally(hub="i", missed=0.5)])

    assert table.all() == [first, second]
    assert table.list_of_source("a") == [first]
    assert table.list_of_source("c") == []

    # the first one is replaced, the second deleted
    changed = make_subscription("1", reason="denied", detail="no")
    table.save([changed], ["2", "3"], [Tally(hub="h", pushed=4)])

    assert table.all() == [changed]
    assert {tally.hub: (tally.pushed, tally.missed) for tally in table.tallies()} == {
        "h": (4, 0),
        "i": (0, 0.5),
    }

    table.save([], [], [])

    assert table.all() == [changed]
