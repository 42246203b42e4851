"""WebSub, pure: what is asked of a hub and when (5.1 to 5.3), which hubs a feed names (4), how far a hub is relied on,
and whether a push is signed by its hub (7.1)."""

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


_LONGEST = 2000  # characters of an address: our choice, as no reader makes longer ones
_MOST_HUBS = 4  # of a feed that are looked at
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)


def offered(headers: Mapping[str, str], feed: ParsedFeed | None, url: str) -> Offer | None:
    """The offer of a feed at `url`, or None. Link headers go before the body, for hub and topic each (section 4, test
    104 of websub.rocks); a feed that does not name itself is known by the address that answered."""
    value = headers.get("link", "")
    # RFC 8288
    said: dict[str, list[str]] = {}
    for target, parameters in _LINK.findall(value[: 20 * _LONGEST]):
        rel = _REL.search(parameters)
        for one in (rel[1] or rel[2]).lower().split() if rel else ():
            said.setdefault(one, []).append(resolve(url, target.strip()))
    hubs = _addresses(said.get("hub", ()) or (feed.hubs if feed else ()))
    topics = _addresses((*said.get("self", ()), feed.self_url if feed else "", url))
    return Offer(hubs=hubs[:_MOST_HUBS], topic=topics[0]) if hubs and topics else None


def may_subscribe(source: Source) -> bool:
    """False for a source with credentials or in a private network, which a hub can neither fetch nor may know."""
    private = source.headers_env or source.allow or secrets.variables(source.url)
    return not private and redacted(source.url) == source.url


def _addresses(found: Iterable[str]) -> tuple[str, ...]:
    """What can be asked: http and https addresses without credentials, each once."""
    return tuple(dict.fromkeys(one for one in found if _is_address(one)))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well and len(url) <= _LONGEST and redacted(url) == url and url.isprintable()


# All of these are our choices.
GRACE: Final = timedelta(minutes=5)  # a hub may take so long before a poll that is faster counts against it
_DOUBT: Final = 2.0  # entries that every hub is supposed to have missed
_STANDS_FOR: Final = 4.0  # entries of a subscription that the record of its hub counts as much as
_MEMORY: Final = (
    100.0  # entries after which half of what was is forgotten, so that a hub can mend its ways, or lose them
)
_MOST: Final = 0.98  # a hub is never trusted whole: the backup poll is never off

Counted = TypeVar("Counted", Subscription, Tally)


def counted(one: Counted, *, pushed: float = 0.0, missed: float = 0.0) -> Counted:
    """`one` with so many entries more."""
    share = 0.5 if one.pushed + one.missed >= _MEMORY else 1.0
    return replace(one, pushed=one.pushed * share + pushed, missed=one.missed * share + missed)


def missed(subscription: Subscription, new: Sequence[Entry], before: datetime | None, now: datetime) -> int:
    """How many of the entries that a poll found, and the visit `before` did not, the hub should have brought: they came
    while the subscription stood, and not just now. By the entry's own time; where it has none, by that of the visit
    before."""
    since = subscription.verified_at
    if since is None or not subscription.active(now):
        return 0
    times = (entry.published or entry.updated or before for entry in new)
    return sum(at is not None and since < at <= now - GRACE for at in times)


def trust(subscription: Subscription, hub: Tally, now: datetime) -> float:
    """The share of a source's entries that its hub brings: by this subscription's tally, or the hub's record while that
    is short; 0 before the first push."""
    if not subscription.active(now) or not subscription.pushed:
        return 0.0
    expected = _STANDS_FOR * hub.pushed / (hub.pushed + hub.missed + _DOUBT)
    seen = subscription.pushed + subscription.missed
    return min((subscription.pushed + expected) / (seen + _STANDS_FOR), _MOST)


def backup(usual: float, trust: float, most: float) -> float:
    """Seconds between two polls of a source that a hub pushes, where they would be `usual` without. An article that the
    hub misses waits half of that on average; so the wait for a poll grows by 1 / (1 - trust) without anybody waiting
    longer than before on average. At most `most`, which is no bound on what is usual."""
    return max(usual, min(usual / (1.0 - trust), most))


METHODS: Final = ("sha1", "sha256", "sha384", "sha512")  # those of the recommendation


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """True if `signature` (X-Hub-Signature, "method=hexadecimal digits") is that of `body`, in constant time."""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    known = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(known.encode(), given.strip().lower().encode("utf-8", "replace"))
