"""Subscriptions at hubs: one per source, at the hub that its feed names and that works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from syndicator.core.model import Source
from syndicator.core.ports.subscriptions import Offer, Subscription
from syndicator.core.requests import PUSHES
from syndicator.runs import pushes as module
from syndicator.runs.pushes import Registry
from syndicator.store.engine import Store, open_store
from syndicator.visiting.websub import record_request

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = Source(key="one", url="https://one.example/feed")
BASE = "https://we.example/"


class Subscriber:
    """A registry of subscriptions with its store and a clock. Callbacks are word0, word1 and so
    on."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        words = count()
        self.registry = Registry(lambda: self.now, lambda: f"word{next(words)}")
        self.begin_registry()

    def begin_registry(self, *sources: Source, base: str = BASE) -> None:
        self.registry.begin(
            self.store.subscriptions, {one.key: one for one in sources or (ONE,)}, base
        )

    def offer_hubs(self, *hubs: str, topic: str = ONE.url, source: Source = ONE) -> None:
        self.registry.record_poll(
            source, Offer(hubs=hubs, topic=topic) if hubs else None, [], None, self.now
        )

    def verify_due(self) -> None:
        for one in self.list_due():
            asked = self.registry.begin_request(one.token)
            words = {"hub.mode": asked.asked or "", "hub.topic": asked.topic, "hub.challenge": "c"}
            assert self.registry.verify(one.token, words) == (200, "c")

    def list_due(self) -> list[Subscription]:
        return self.registry.list_due(self.now)

    def list_requests(self) -> list[tuple[str, str, bool]]:
        return [(one.hub, one.topic, one.wanted) for one in self.list_due()]

    def stored(self) -> list[Subscription]:
        self.registry.save(self.store.subscriptions)
        return self.store.subscriptions.all()


@pytest.fixture
def subscriber(tmp_path: Path) -> Iterator[Subscriber]:
    with open_store(f"sqlite:///{tmp_path / 'db'}", articles_exist=False) as store:
        yield Subscriber(store)


def test_a_source_has_one_subscription_and_keeps_it(subscriber: Subscriber) -> None:
    """A source has one subscription at one hub, however many hubs its feed names and in whatever
    order. A request is (hub, feed, subscribe or not)."""
    subscriber.offer_hubs("h1", "h2")
    subscriber.offer_hubs("h2", "h1")  # in another order

    assert subscriber.list_requests() == [("h1", ONE.url, True)]

    subscriber.verify_due()
    subscriber.offer_hubs("h1")

    assert subscriber.list_due() == []
    assert len(subscriber.stored()) == 1


def test_a_feed_that_names_another_hub_each_time_gets_one_a_day(subscriber: Subscriber) -> None:
    """If a feed names another hub, the subscription moves at most once a day: the new hub gets a
    request (True), the old one a cancellation (False)."""
    subscriber.offer_hubs("h1")
    subscriber.verify_due()
    subscriber.offer_hubs("h2")

    assert subscriber.list_requests() == []

    subscriber.now += DAY
    subscriber.offer_hubs("h2")

    assert sorted(subscriber.list_requests()) == [("h1", ONE.url, False), ("h2", ONE.url, True)]

    subscriber.verify_due()

    assert [subscription.hub for subscription in subscriber.stored()] == ["h2"]


def test_another_hub_is_asked_where_the_first_does_not_do_it(subscriber: Subscriber) -> None:
    """If a hub refused, the next hub that the feed names is asked; without another one, the first
    again after a day."""
    subscriber.offer_hubs("h1", "h2")
    subscriber.registry.change_subscription(
        "word0", lambda subscription: replace(record_request(subscription, "x"), reason="http-400")
    )
    subscriber.now += DAY
    subscriber.offer_hubs("h1")

    assert subscriber.list_requests() == [("h1", ONE.url, True)]  # there is no other

    subscriber.offer_hubs("h1", "h2")

    assert ("h2", ONE.url, True) in subscriber.list_requests()


def test_a_source_that_goes_or_names_no_hub_any_more_ends_it(subscriber: Subscriber) -> None:
    """Subscriptions of removed sources, or of feeds that name no hub any more, are cancelled
    (False); a private source gets none."""
    two = replace(ONE, key="two", url="https://two.example/feed")
    private = replace(ONE, key="private", headers_env={"Authorization": "TOKEN"})
    subscriber.begin_registry(ONE, two)
    for source in (ONE, two, private):
        subscriber.offer_hubs("h1", topic=source.key, source=source)

    assert [topic for _, topic, _ in subscriber.list_requests()] == ["one", "two"]

    subscriber.verify_due()
    subscriber.begin_registry(ONE)
    subscriber.offer_hubs()

    assert sorted(subscriber.list_requests()) == [("h1", "one", False), ("h1", "two", False)]

    subscriber.begin_registry(ONE, base="")

    assert subscriber.list_due() == []  # no hub could verify it

    subscriber.begin_registry(replace(ONE, enabled=False))
    subscriber.verify_due()

    assert subscriber.stored() == []


def test_what_was_subscribed_to_at_another_address_is_not_this_source(
    subscriber: Subscriber,
) -> None:
    """If the address of a source changes, its old subscription is cancelled, and pushes for it are
    answered 410."""
    subscriber.offer_hubs("h1")
    subscriber.verify_due()
    subscriber.begin_registry(replace(ONE, url="https://other.example/feed"))

    assert subscriber.list_requests() == [("h1", ONE.url, False)]
    assert subscriber.registry.push("word0", {}, b"") == 410


def test_who_is_reached_at_another_address_tells_its_hubs(subscriber: Subscriber) -> None:
    """After a change of our address the hub is asked again with the new callback."""
    subscriber.offer_hubs("h1")
    subscriber.verify_due()
    subscriber.begin_registry(base="https://moved.example/hooks")
    (subscription,) = subscriber.list_due()

    assert (
        subscriber.registry.begin_request(subscription.token).callback
        == f"https://moved.example/hooks/websub/{subscription.token}"
    )


TWO = replace(ONE, key="two", url="https://two.example/feed")


@pytest.fixture
def subscriber_of_two_hubs(subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch) -> Subscriber:
    """Two sources with hubs: word0 is the callback of one, word2 that of two."""
    monkeypatch.setattr(module, "is_signed", lambda *given: True)
    subscriber.begin_registry(ONE, TWO)
    subscriber.offer_hubs("h1")
    subscriber.offer_hubs("h2", source=TWO, topic=TWO.url)
    subscriber.verify_due()
    return subscriber


def take_all(subscriber: Subscriber, busy: Sequence[str] = ()) -> list[bytes]:
    return [push.body for push in iter(lambda: subscriber.registry.take(busy), None)]


def test_pushes_of_sources_have_turns(subscriber_of_two_hubs: Subscriber) -> None:
    """Waiting pushes are taken from both sources in turn. A push of a source that is being read
    waits; one to an unknown callback answers 404."""
    answers = [
        subscriber_of_two_hubs.registry.push("word0", {}, body) for body in (b"1", b"2", b"3")
    ]
    answers.append(subscriber_of_two_hubs.registry.push("word2", {}, b"4"))

    assert answers == [202] * 4
    assert subscriber_of_two_hubs.registry.arrived.is_set()
    assert take_all(subscriber_of_two_hubs, ["one"]) == [b"4"], (
        "a push of a source that is being read waits"
    )
    assert subscriber_of_two_hubs.registry.push("word2", {}, b"5") == 202
    assert take_all(subscriber_of_two_hubs) == [b"1", b"5", b"2", b"3"]
    assert subscriber_of_two_hubs.registry.waiting == 0
    assert subscriber_of_two_hubs.registry.push("other", {}, b"x") == 404


def test_a_source_has_a_quarter_of_the_places_for_pushes(
    subscriber_of_two_hubs: Subscriber,
) -> None:
    """A source can have a quarter of the waiting pushes; more are refused with 503, and another
    source still has room."""
    answers = Counter(
        subscriber_of_two_hubs.registry.push("word0", {}, b"x") for _ in range(PUSHES)
    )

    assert answers == {202: PUSHES // 4, 503: 3 * PUSHES // 4}
    assert subscriber_of_two_hubs.registry.push("word2", {}, b"x") == 202


def test_a_source_has_a_quarter_of_the_bytes_for_pushes(
    subscriber_of_two_hubs: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 40 bytes for all, a source has ten: a push beyond is refused, unless it is the
    source's only one. A push larger than all together is refused."""
    monkeypatch.setattr(module, "PUSH_BYTES", 40)
    bodies = [b"1" * 6, b"2" * 5, b"3" * 4]

    assert [subscriber_of_two_hubs.registry.push("word0", {}, body) for body in bodies] == [
        202,
        503,
        202,
    ]
    assert subscriber_of_two_hubs.registry.push("word2", {}, b"4" * 30) == 202, (
        "one push may be larger"
    )
    assert subscriber_of_two_hubs.registry.push("word2", {}, b"5") == 503
    assert len(take_all(subscriber_of_two_hubs)) == 3
    assert subscriber_of_two_hubs.registry.push("word0", {}, b"6" * 41) == 503, (
        "more than all together may have"
    )
    assert subscriber_of_two_hubs.registry.push("word0", {}, b"7" * 40) == 202
