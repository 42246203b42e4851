"""The life of a subscription: requested, verified, renewed, denied, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.model import Failed, Fetched
from syndicator.core.ports.subscriptions import Subscription
from syndicator.visiting import websub

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TOPIC = "https://site.example/feed"
NEW = Subscription(
    token="t",
    secret="s" * 43,
    source_key="one",
    hub="https://hub.example/",
    topic=TOPIC,
    made_at=NOW,
    next_try=NOW,
)
ASKED = replace(websub.record_request(NEW, "https://we.example/websub/t"), next_try=None)
TAKEN = Fetched(url="", final_url="", status=202, headers={}, body=b"")


def make_parameters(mode: str, **more: str) -> dict[str, str]:
    given = {
        "hub.mode": mode,
        "hub.topic": TOPIC,
        "hub.challenge": "c",
        "hub.lease_seconds": "864000",
    }
    return given | {name.replace("_", ".", 1): value for name, value in more.items()}


VERIFIED = websub.answer_hub(ASKED, make_parameters("subscribe"), NOW).after


def test_what_a_hub_is_asked() -> None:
    """A subscription request has the fields of the WebSub recommendation; one to unsubscribe does
    not send the secret."""
    request = websub.build_request(ASKED)

    assert request.method == "POST"
    assert request.url == NEW.hub
    assert parse_qs((request.body or b"").decode()) == {
        "hub.mode": ["subscribe"],
        "hub.topic": [TOPIC],
        "hub.callback": ["https://we.example/websub/t"],
        "hub.secret": ["s" * 43],
        "hub.lease_seconds": ["864000"],
    }

    unsubscribing = websub.record_request(websub.plan_unsubscribing(VERIFIED, NOW), "x")
    body = websub.build_request(unsubscribing).body
    assert body
    assert b"secret" not in body


@pytest.mark.parametrize(
    ("before", "parameters", "status"),
    [
        (ASKED, make_parameters("subscribe"), 200),
        (ASKED, make_parameters("subscribe", hub_topic=TOPIC + "2"), 404),
        (ASKED, make_parameters("subscribe", hub_topic=""), 404),
        (ASKED, make_parameters("subscribe", hub_challenge=""), 404),
        (ASKED, make_parameters("unsubscribe"), 404),
        (ASKED, make_parameters("publish"), 404),
        (ASKED, {}, 404),
        (NEW, make_parameters("subscribe"), 404),  # nobody asked yet
        (VERIFIED, make_parameters("subscribe"), 200),  # a hub that renews by itself
        (VERIFIED, make_parameters("unsubscribe"), 404),
        (replace(VERIFIED, wanted=False, asked="unsubscribe"), make_parameters("unsubscribe"), 200),
        (replace(VERIFIED, wanted=False, asked="unsubscribe"), make_parameters("subscribe"), 404),
        (replace(VERIFIED, wanted=False, asked=None), make_parameters("unsubscribe"), 404),
    ],
)
def test_only_what_was_asked_for_is_confirmed(
    before: Subscription, parameters: dict[str, str], status: int
) -> None:
    """A hub's verification is confirmed only if it fits what we asked for, or renews a
    subscription; anything else gets 404 and changes nothing."""
    answer = websub.answer_hub(before, parameters, NOW)

    assert answer.status == status
    if status == 200:
        assert answer.body == "c"  # the challenge of the hub
    else:
        assert answer.body == "Not found.\n"
        assert answer.after == before


@given(st.text(max_size=20) | st.integers(-10, 10**11).map(str))
def test_a_lease_is_within_our_bounds(given_seconds: str) -> None:
    """Any lease that a hub states is limited to between SHORTEST and LONGEST seconds; unusable
    values never fail."""
    assert websub.SHORTEST <= websub.read_lease(given_seconds) <= websub.LONGEST


def test_a_lease_is_renewed_before_it_ends() -> None:
    """A lease is renewed after three quarters of its time (10 days here), within our bounds; a
    renewed subscription counts as verified since its first time."""
    assert VERIFIED.expires == NOW + 10 * DAY
    assert VERIFIED.next_try == NOW + 7.5 * DAY
    assert websub.read_lease("60") == websub.SHORTEST
    assert websub.read_lease("9" * 12) == websub.LONGEST
    assert websub.read_lease("soon") == websub.LEASE
    assert websub.read_lease("0") == websub.LEASE

    asked_again = websub.record_request(VERIFIED, "x")
    confirmation = make_parameters("subscribe")
    renewed = websub.answer_hub(asked_again, confirmation, NOW + 8 * DAY).after

    assert renewed.expires == NOW + 18 * DAY
    assert renewed.verified_at == NOW  # it stood all the time


def test_a_hub_that_verified_before_it_answered_is_not_asked_again() -> None:
    """If the hub verifies a subscription before it answers our request, the answer, also a failure,
    changes nothing any more."""
    assert websub.record_answer(VERIFIED, TAKEN, NOW) == VERIFIED
    failed = Failed(url="", reason="timeout")
    assert websub.record_answer(VERIFIED, failed, NOW) == VERIFIED


def test_a_hub_that_does_not_verify_is_asked_again_less_and_less_often() -> None:
    """If a hub accepts a request but never verifies it, it is asked again after an hour, then after
    twice as long each time, up to a week."""
    subscription = ASKED
    waits = []
    for _ in range(10):
        after = websub.record_answer(subscription, TAKEN, NOW)
        assert after
        assert after.next_try
        assert after.reason == "unverified"
        waits.append(after.next_try - NOW)
        subscription = replace(after, asked="subscribe")

    assert waits == [*(hours * HOUR for hours in (1, 2, 4, 8, 16, 32, 64, 128)), 7 * DAY, 7 * DAY]


def test_who_refuses_is_asked_after_a_week_and_who_fails_after_an_hour() -> None:
    """A refusal is retried after a week, a failure after an hour or as asked."""
    for result, wait in (
        (Failed(url="", reason="http-400", status=400), 7 * DAY),
        (Failed(url="", reason="http-503", status=503), HOUR),
        (Failed(url="", reason="connect"), HOUR),
        (Failed(url="", reason="rate-limited", status=429, retry_after=NOW + DAY), DAY),
    ):
        after = websub.record_answer(ASKED, result, NOW)
        assert after
        assert after.next_try == NOW + wait
        assert after.reason == result.reason


def test_a_hub_that_denies_has_no_subscription_any_more() -> None:
    """If a hub denies a subscription, it ends with the stated reason and is tried again after a
    week, then after two."""
    answer = websub.answer_hub(
        VERIFIED, make_parameters("denied", hub_reason="no  more\nof you"), NOW
    )

    assert answer.status == 200
    assert not answer.after.active(NOW)
    assert answer.after.reason == "denied"
    assert answer.after.detail == "no more of you"
    assert answer.after.next_try == NOW + 7 * DAY

    asked_again = replace(answer.after, asked="subscribe")
    denied_again = websub.answer_hub(asked_again, make_parameters("denied"), NOW).after

    assert denied_again.next_try == NOW + 14 * DAY


def test_who_is_left_is_told_three_times_at_most() -> None:
    """A request to unsubscribe that fails is sent three times at most, then the subscription is
    deleted (None). One that no hub knows, or whose end the hub confirmed, may be deleted, too."""
    subscription: Subscription | None = websub.plan_unsubscribing(VERIFIED, NOW)
    for _ in range(3):
        assert subscription
        assert subscription.next_try
        assert not websub.may_be_deleted(subscription)
        subscription = websub.record_answer(
            websub.record_request(subscription, "x"), Failed(url="", reason="connect"), NOW
        )

    assert subscription is None
    assert websub.may_be_deleted(websub.plan_unsubscribing(NEW, NOW))  # no hub knows of it

    unsubscribing = websub.record_request(websub.plan_unsubscribing(VERIFIED, NOW), "x")
    confirmed = websub.answer_hub(unsubscribing, make_parameters("unsubscribe"), NOW).after

    assert websub.may_be_deleted(confirmed)
