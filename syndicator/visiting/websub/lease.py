"""The life of a subscription: what a hub is asked and when, and what its answers mean (WebSub, sections 5.1 to 5.3).
Pure."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from syndicator.core.model import Failed, Fetched, FetchResult, Request
from syndicator.core.ports.subscriptions import Mode, Subscription
from syndicator.core.reasons import HubReason

# All of these are our choices: the recommendation leaves them to the subscriber.
LEASE: Final = timedelta(days=10)  # that is asked for
SHORTEST, LONGEST = (
    timedelta(hours=1),
    timedelta(days=30),
)  # of what a hub may grant: a day's worth of renewals, a month
_RENEW: Final = 0.75  # of a lease after which it is renewed
_FIRST_RETRY, _LAST_RETRY = timedelta(hours=1), timedelta(days=7)  # after failures, doubling
_DENIED: Final = timedelta(days=7)  # a hub that said no is asked again after
_FAREWELLS: Final = 3  # tries to unsubscribe; then the lease runs out by itself
_SECONDS: Final = 10.0  # for a hub's answer, as publishers give it
_LONGEST_CHALLENGE: Final = 2000  # characters that are sent back
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hub that asks us is answered, and the subscription after it."""

    status: int
    body: str
    after: Subscription


def mode(subscription: Subscription) -> Mode:
    return "subscribe" if subscription.wanted else "unsubscribe"


def asking(subscription: Subscription, callback: str) -> Subscription:
    """The subscription as the hub is being asked: it may verify that before it answers."""
    return replace(subscription, asked=mode(subscription), callback=callback)


def request(subscription: Subscription) -> Request:
    """What the hub is asked (section 5.1)."""
    fields = {
        "hub.mode": mode(subscription),
        "hub.topic": subscription.topic,
        "hub.callback": subscription.callback,
    }
    if subscription.wanted:
        fields |= {"hub.secret": subscription.secret, "hub.lease_seconds": str(int(LEASE.total_seconds()))}
    return Request(
        url=subscription.hub,
        kind="hub",
        method="POST",
        body=urlencode(fields).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
        deadline=_SECONDS,
    )


def answered(subscription: Subscription, result: FetchResult, now: datetime) -> Subscription | None:
    """The subscription after the hub's answer to `request`; None where it is to be forgotten. What the hub verified
    meanwhile stands, whatever it answers in the end."""
    if subscription.asked is None:
        return subscription
    tries = subscription.tries + 1
    again = now + min(_FIRST_RETRY * 2.0 ** min(tries - 1, 12), _LAST_RETRY)
    if isinstance(result, Fetched):  # it is to verify now; what it never does is asked again
        return replace(subscription, next_try=again, tries=tries, reason=HubReason.UNVERIFIED, detail="")
    if not subscription.wanted and tries >= _FAREWELLS:
        return None
    if not isinstance(result, Failed):
        return replace(subscription, next_try=again, tries=tries)
    refused = result.status is not None and result.status in range(
        HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR
    )
    at = result.retry_after or (max(again, now + _DENIED) if refused and not result.unasked else again)
    return replace(subscription, next_try=at, tries=tries, reason=result.reason, detail=result.detail[:_LONGEST_REASON])


def intent(subscription: Subscription, asked: Mapping[str, str], now: datetime) -> Answer:
    """What a hub is answered that verifies our intent (section 5.3), or tells that it denies (5.2). `asked`: the
    parameters of its request. Only what we asked for is confirmed, with the topic that we asked for; a hub that renews
    a standing subscription by itself is confirmed, too. Anything else is 404, as the recommendation has it."""
    if not hmac.compare_digest(asked.get("hub.topic", "").encode(), subscription.topic.encode()):
        return _refused(subscription)
    word, challenge = asked.get("hub.mode", ""), asked.get("hub.challenge", "")
    if word == "denied" and subscription.wanted:
        why = " ".join(asked.get("hub.reason", "").split())[:_LONGEST_REASON]
        wait = min(_DENIED * 2.0 ** min(subscription.tries, 4), LONGEST)
        lost = replace(subscription, asked=None, verified_at=None, expires=None, tries=subscription.tries + 1)
        return Answer(200, "", replace(lost, next_try=now + wait, reason=HubReason.DENIED, detail=why))
    stands = subscription.wanted and subscription.verified_at is not None
    if word == "subscribe" and challenge and subscription.wanted and (subscription.asked == word or stands):
        return Answer(200, challenge[:_LONGEST_CHALLENGE], _verified(subscription, asked, now))
    if word == "unsubscribe" and challenge and not subscription.wanted and subscription.asked == word:
        ended = replace(subscription, asked=None, expires=None, verified_at=None, next_try=None)
        return Answer(200, challenge[:_LONGEST_CHALLENGE], ended)
    return _refused(subscription)


def ended(subscription: Subscription) -> bool:
    """True for one that nobody needs any more: the hub knows that it ended, or never had it."""
    return not subscription.wanted and subscription.asked is None and subscription.next_try is None


def farewell(subscription: Subscription, now: datetime) -> Subscription:
    """The subscription as one that is to end: at the hub, too, where that may have it."""
    known = subscription.asked is not None or subscription.expires is not None
    return replace(subscription, wanted=False, asked=None, tries=0, next_try=now if known else None)


def _verified(subscription: Subscription, asked: Mapping[str, str], now: datetime) -> Subscription:
    lease = granted(asked.get("hub.lease_seconds", ""))
    return replace(
        subscription,
        asked=None,
        verified_at=subscription.verified_at if subscription.active(now) else now,
        expires=now + lease,
        next_try=now + lease * _RENEW,
        tries=0,
        reason="",
        detail="",
    )


def granted(seconds: str) -> timedelta:
    """The lease that a hub grants in so many seconds, within our bounds; what we asked for where it says nothing that
    can be read. A lease of minutes would have us ask its hub all day, one of years nobody would notice to be lost."""
    if not re.fullmatch(r"\d{1,12}", seconds):
        return LEASE
    return min(max(timedelta(seconds=int(seconds)), SHORTEST), LONGEST) if int(seconds) else LEASE


def _refused(subscription: Subscription) -> Answer:
    return Answer(404, "Not found.\n", subscription)
