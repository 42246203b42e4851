"""Build requests to WebSub hubs, answer theirs, check signatures, and rate hubs. Pure.
Requests to hubs (5.1 to 5.3), hubs of a feed (4), trust in a hub, signatures (7.1)."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit

from syndicator.core import secrets
from syndicator.core.model import Entry, Failed, Fetched, FetchResult, ParsedFeed, Request, Source
from syndicator.core.ports.subscriptions import Mode, Offer, Subscription, Tally
from syndicator.core.reasons import HubReason
from syndicator.core.urls import redacted
from syndicator.visiting.feeds.fields import resolve

# Our choices: the recommendation leaves these to the subscriber.
LEASE: Final = timedelta(days=10)  # requested
SHORTEST = timedelta(hours=1)
LONGEST = timedelta(days=30)  # lease that a hub may grant
_RENEW: Final = 0.75  # renew after this part of a lease
_FIRST_RETRY = timedelta(hours=1)
_LAST_RETRY = timedelta(days=7)  # after failures, doubling
_DENIED: Final = timedelta(days=7)  # until we ask again after a denial
_FAREWELLS: Final = 3  # tries to unsubscribe; then the lease runs out by itself
_SECONDS: Final = 10.0  # to wait for a hub's answer, as publishers do
_LONGEST_CHALLENGE: Final = 2000  # characters that we send back
_LONGEST_REASON: Final = 200
_LONGEST = 2000  # characters of an address; our choice
_MOST_HUBS = 4  # considered per feed
_LINK = re.compile(
    r"<([^<>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)"
)
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)
# All of these are our choices.
GRACE: Final = timedelta(minutes=5)  # a faster poll does not count against the hub
_DOUBT: Final = 2.0  # missed entries assumed for every hub
_STANDS_FOR: Final = 4.0  # the hub's record weighs as much as so many entries
_MEMORY: Final = 100.0  # entries after which earlier ones count half, as hubs improve or degrade
_MOST: Final = 0.98  # below 1, so that backup polls never stop
METHODS: Final = ("sha1", "sha256", "sha384", "sha512")  # of WebSub section 7


@dataclass(frozen=True, slots=True)
class Answer:
    """Our answer to a hub's request, and the subscription afterwards."""

    status: int
    body: str
    after: Subscription


def mode(subscription: Subscription) -> Mode:
    return "subscribe" if subscription.wanted else "unsubscribe"


def asking(subscription: Subscription, callback: str) -> Subscription:
    """Return the subscription as requested: the hub may verify it before it answers."""
    return replace(subscription, asked=mode(subscription), callback=callback)


def request(subscription: Subscription) -> Request:
    """Return the request to the hub (section 5.1)."""
    callback = subscription.callback
    fields = {
        "hub.mode": mode(subscription),
        "hub.topic": subscription.topic,
        "hub.callback": callback,
    }
    if subscription.wanted:
        fields |= {
            "hub.secret": subscription.secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
    return Request(
        url=subscription.hub,
        kind="hub",
        method="POST",
        body=urlencode(fields).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
        deadline=_SECONDS,
    )


def answered(subscription: Subscription, result: FetchResult, now: datetime) -> Subscription | None:
    """Return the subscription after the hub's answer, None to delete it. A verification that came
    first counts."""
    if subscription.asked is None:
        return subscription
    tries = subscription.tries + 1
    again = now + min(_FIRST_RETRY * 2.0 ** min(tries - 1, 12), _LAST_RETRY)
    if isinstance(result, Fetched):  # the hub has to verify now; if it never does, we ask again
        return replace(
            subscription, next_try=again, tries=tries, reason=HubReason.UNVERIFIED, detail=""
        )
    if not subscription.wanted and tries >= _FAREWELLS:
        return None
    if not isinstance(result, Failed):
        return replace(subscription, next_try=again, tries=tries)
    refused = result.status is not None and result.status in range(
        HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR
    )
    at = result.retry_after or (
        max(again, now + _DENIED) if refused and not result.unasked else again
    )
    return replace(
        subscription,
        next_try=at,
        tries=tries,
        reason=result.reason,
        detail=result.detail[:_LONGEST_REASON],
    )


def intent(subscription: Subscription, asked: Mapping[str, str], now: datetime) -> Answer:
    """Return our answer to a hub that verifies our intent (5.3) or denies (5.2). `asked`: the
    request's parameters."""
    if not hmac.compare_digest(asked.get("hub.topic", "").encode(), subscription.topic.encode()):
        return _refused(subscription)
    word = asked.get("hub.mode", "")
    challenge = asked.get("hub.challenge", "")
    if word == "denied" and subscription.wanted:
        why = " ".join(asked.get("hub.reason", "").split())[:_LONGEST_REASON]
        wait = min(_DENIED * 2.0 ** min(subscription.tries, 4), LONGEST)
        lost = replace(
            subscription, asked=None, verified_at=None, expires=None, tries=subscription.tries + 1
        )
        return Answer(
            200, "", replace(lost, next_try=now + wait, reason=HubReason.DENIED, detail=why)
        )
    stands = subscription.wanted and subscription.verified_at is not None
    if (
        word == "subscribe"
        and challenge
        and subscription.wanted
        and (subscription.asked == word or stands)
    ):
        return Answer(200, challenge[:_LONGEST_CHALLENGE], _verified(subscription, asked, now))
    if (
        word == "unsubscribe"
        and challenge
        and not subscription.wanted
        and subscription.asked == word
    ):
        ended = replace(subscription, asked=None, expires=None, verified_at=None, next_try=None)
        return Answer(200, challenge[:_LONGEST_CHALLENGE], ended)
    return _refused(subscription)


def ended(subscription: Subscription) -> bool:
    """Return True if the subscription can be deleted: the hub ended it or never had it."""
    return not subscription.wanted and subscription.asked is None and subscription.next_try is None


def farewell(subscription: Subscription, now: datetime) -> Subscription:
    """Return the subscription as unwanted, with a request to end it if the hub may have it."""
    active = subscription.asked is not None or subscription.expires is not None
    return replace(
        subscription, wanted=False, asked=None, tries=0, next_try=now if active else None
    )


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
    """Return the lease of `seconds` that a hub granted, within our bounds; LEASE if it is
    unreadable."""
    if not re.fullmatch(r"\d{1,12}", seconds):
        return LEASE
    return min(max(timedelta(seconds=int(seconds)), SHORTEST), LONGEST) if int(seconds) else LEASE


def _refused(subscription: Subscription) -> Answer:
    return Answer(404, "Not found.\n", subscription)


def offered(headers: Mapping[str, str], feed: ParsedFeed | None, url: str) -> Offer | None:
    """Return the hubs and topic of a feed at `url`, or None. Link headers precede the body (section
    4)."""
    links: dict[str, list[str]] = {}
    for target, parameters in _LINK.findall(headers.get("link", "")[: 20 * _LONGEST]):  # RFC 8288
        rel = _REL.search(parameters)
        for relation in (rel[1] or rel[2]).lower().split() if rel else ():
            links.setdefault(relation, []).append(resolve(url, target.strip()))
    hubs = _addresses(links.get("hub", ()) or (feed.hubs if feed else ()))
    topics = _addresses((*links.get("self", ()), feed.self_url if feed else "", url))
    return Offer(hubs=hubs[:_MOST_HUBS], topic=topics[0]) if hubs and topics else None


def may_subscribe(source: Source) -> bool:
    """Return False for sources with credentials or in private networks, which no hub may fetch."""
    has_credentials = source.headers_env or source.cookies
    private = has_credentials or source.allow or secrets.variables(source.url)
    return not private and redacted(source.url) == source.url


def _addresses(candidates: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for url in candidates if _is_address(url)))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well and len(url) <= _LONGEST and redacted(url) == url and url.isprintable()


Counted = TypeVar("Counted", Subscription, Tally)


def counted(tally: Counted, *, pushed: float = 0.0, missed: float = 0.0) -> Counted:
    """Add `pushed` and `missed` entries to the counts; long histories lose half their weight."""
    share = 0.5 if tally.pushed + tally.missed >= _MEMORY else 1.0
    return replace(
        tally, pushed=tally.pushed * share + pushed, missed=tally.missed * share + missed
    )


def missed(
    subscription: Subscription, new: Sequence[Entry], before: datetime | None, now: datetime
) -> int:
    """Count the polled entries that the hub should have pushed. Entries without a time count as of
    the visit `before`."""
    since = subscription.verified_at
    if since is None or not subscription.active(now):
        return 0
    times = (entry.published or entry.updated or before for entry in new)
    return sum(at is not None and since < at <= now - GRACE for at in times)


def trust(subscription: Subscription, hub: Tally, now: datetime) -> float:
    """Return the share of entries that the hub pushes, by its and this subscription's counts; 0
    before a push."""
    if not subscription.active(now) or not subscription.pushed:
        return 0.0
    expected = _STANDS_FOR * hub.pushed / (hub.pushed + hub.missed + _DOUBT)
    seen = subscription.pushed + subscription.missed
    return min((subscription.pushed + expected) / (seen + _STANDS_FOR), _MOST)


def backup(usual: float, trust: float, most: float) -> float:
    """Return seconds between backup polls: `usual` / (1 - `trust`), at most `most`. `trust`: share
    of entries pushed."""
    return max(usual, min(usual / (1.0 - trust), most))


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Return True if `signature` (X-Hub-Signature, "method=hex digits") matches `body`; in constant
    time."""
    method, _, digits = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(expected.encode(), digits.strip().lower().encode("utf-8", "replace"))
