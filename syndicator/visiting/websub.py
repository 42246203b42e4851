"""Build requests to WebSub hubs, answer theirs, check signatures, and rate hubs.

Section numbers are those of the W3C recommendation WebSub. Every function is pure: it sends and
stores nothing."""

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
_RENEW_AFTER: Final = 0.75  # renew after this part of a lease
_FIRST_RETRY = timedelta(hours=1)
_LAST_RETRY = timedelta(days=7)  # after failures, doubling
_DENIAL_WAIT: Final = timedelta(days=7)  # until we ask again after a denial
_UNSUBSCRIBE_TRIES: Final = 3  # then the lease runs out by itself
_ANSWER_SECONDS: Final = 10.0  # to wait for a hub's answer, as publishers do
_LONGEST_CHALLENGE: Final = 2000  # characters that we send back
_LONGEST_REASON: Final = 200
_LONGEST_ADDRESS = 2000  # characters of an address; our choice
_LONGEST_HEADER = 20 * _LONGEST_ADDRESS  # characters of a Link header that are read
_MOST_HUBS = 4  # considered per feed
_MOST_DOUBLINGS = 12  # of the wait for the next request
_MOST_DENIAL_DOUBLINGS = 4
_LINK = re.compile(
    r"<([^<>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)"
)
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)
# All of these are our choices.
GRACE: Final = timedelta(minutes=5)  # a faster poll does not count against the hub
_ASSUMED_MISSED: Final = 2.0  # missed entries that are added to those of every hub
_HUB_WEIGHT: Final = 4.0  # the hub's record weighs as much as so many entries of a subscription
_HALVED_FROM: Final = (
    100.0  # entries after which earlier ones count half, as hubs improve or degrade
)
_MOST_TRUST: Final = 0.98  # below 1, so that backup polls never stop
METHODS: Final = ("sha1", "sha256", "sha384", "sha512")  # of WebSub section 7


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of this program to a request from a hub: HTTP status and text. `after`: the
    subscription as it is after the request, to be stored."""

    status: int
    body: str
    after: Subscription


def name_mode(subscription: Subscription) -> Mode:
    """Return the `hub.mode` of a request for the subscription."""
    return "subscribe" if subscription.wanted else "unsubscribe"


def record_request(subscription: Subscription, callback: str) -> Subscription:
    """Return the subscription with a request to the hub that is pending. Store it before the
    request is sent, as the hub may verify the subscription before it answers. `callback`: the
    address at which the hub reaches this program."""
    return replace(subscription, asked=name_mode(subscription), callback=callback)


def build_request(subscription: Subscription) -> Request:
    """Return the HTTP request by which this program subscribes at the hub. If the subscription is
    no longer wanted, return the request to end it (WebSub section 5.1)."""
    fields: dict[str, str] = {
        "hub.mode": name_mode(subscription),
        "hub.topic": subscription.topic,
        "hub.callback": subscription.callback,
    }
    if subscription.wanted:
        fields["hub.secret"] = subscription.secret
        fields["hub.lease_seconds"] = str(int(LEASE.total_seconds()))
    return Request(
        url=subscription.hub,
        kind="hub",
        method="POST",
        body=urlencode(fields).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
        deadline=_ANSWER_SECONDS,
    )


def record_answer(
    subscription: Subscription, result: FetchResult, now: datetime
) -> Subscription | None:
    """Return the subscription after the hub has answered our request with `result`. Return None if
    the subscription is to be deleted: it is not wanted, and three requests to end it have failed.

    If the hub has verified the subscription before it answered, nothing changes."""
    # `asked`: the request that the hub has not verified yet
    is_verified = subscription.asked is None
    if is_verified:
        return subscription
    tries = subscription.tries + 1
    doublings = min(subscription.tries, _MOST_DOUBLINGS)
    next_try = now + min(_FIRST_RETRY * 2.0**doublings, _LAST_RETRY)
    if isinstance(result, Fetched):  # accepted; if the hub does not verify, ask again at next_try
        return replace(
            subscription, next_try=next_try, tries=tries, reason=HubReason.UNVERIFIED, detail=""
        )
    if not subscription.wanted and tries >= _UNSUBSCRIBE_TRIES:
        return None
    if not isinstance(result, Failed):  # "not modified", which is no answer to this request
        return replace(subscription, next_try=next_try, tries=tries)
    if _is_refused(result):
        next_try = max(next_try, now + _DENIAL_WAIT)
    return replace(
        subscription,
        next_try=result.retry_after or next_try,
        tries=tries,
        reason=result.reason,
        detail=result.detail[:_LONGEST_REASON],
    )


def _is_refused(result: Failed) -> bool:
    """Return True if the hub answered that the request is wrong (a status of 400 to 499)."""
    if result.status is None or result.unasked:
        return False
    return HTTPStatus.BAD_REQUEST <= result.status < HTTPStatus.INTERNAL_SERVER_ERROR


def answer_hub(subscription: Subscription, parameters: Mapping[str, str], now: datetime) -> Answer:
    """Return the answer to a request of the hub, and the subscription as it is afterwards. The hub
    asks whether we made a certain request (it verifies it, WebSub section 5.3), or it denies the
    subscription (section 5.2). `parameters`: the query parameters of the hub's request.

    If we made the request, the answer is the text `hub.challenge`. A denial is recorded. Any other
    request gets the status 404 and changes nothing."""
    # compared in a time that does not reveal how much of it is right
    topic = parameters.get("hub.topic", "").encode()
    if not hmac.compare_digest(topic, subscription.topic.encode()):
        return _refuse(subscription)
    hub_mode = parameters.get("hub.mode", "")
    challenge = parameters.get("hub.challenge", "")[:_LONGEST_CHALLENGE]
    if hub_mode == "denied" and subscription.wanted:
        return Answer(HTTPStatus.OK, "", _record_denial(subscription, parameters, now))
    if not challenge:
        return _refuse(subscription)
    if hub_mode == "subscribe" and subscription.wanted:
        # some hubs verify an active subscription again, unasked
        is_active = subscription.verified_at is not None
        if subscription.asked == "subscribe" or is_active:
            return Answer(HTTPStatus.OK, challenge, _record_lease(subscription, parameters, now))
    if hub_mode == "unsubscribe" and not subscription.wanted and subscription.asked == hub_mode:
        unsubscribed = replace(
            subscription, asked=None, expires=None, verified_at=None, next_try=None
        )
        return Answer(HTTPStatus.OK, challenge, unsubscribed)
    return _refuse(subscription)


def _record_denial(
    subscription: Subscription, parameters: Mapping[str, str], now: datetime
) -> Subscription:
    """Return the subscription after the hub denied it. `parameters`: the query parameters of the
    hub's request, which may state a reason. The hub is asked again after 7 days. This wait is
    doubled with each further denial, up to 30 days."""
    stated_reason = " ".join(parameters.get("hub.reason", "").split())
    doublings = min(subscription.tries, _MOST_DENIAL_DOUBLINGS)
    wait = min(_DENIAL_WAIT * 2.0**doublings, LONGEST)
    return replace(
        subscription,
        asked=None,
        verified_at=None,
        expires=None,
        tries=subscription.tries + 1,
        next_try=now + wait,
        reason=HubReason.DENIED,
        detail=stated_reason[:_LONGEST_REASON],
    )


def may_be_deleted(subscription: Subscription) -> bool:
    """Return True if the subscription is not wanted any more and no request to the hub is pending
    or planned: the hub ended it, or never had it."""
    if subscription.wanted:
        return False
    waits_for_hub = subscription.asked is not None or subscription.next_try is not None
    return not waits_for_hub


def plan_unsubscribing(subscription: Subscription, now: datetime) -> Subscription:
    """Return the subscription marked as no longer wanted. If the hub may have it, a request to end
    it is planned for `now`."""
    hub_may_have_it = subscription.asked is not None or subscription.expires is not None
    next_try = now if hub_may_have_it else None
    return replace(subscription, wanted=False, asked=None, tries=0, next_try=next_try)


def _record_lease(
    subscription: Subscription, parameters: Mapping[str, str], now: datetime
) -> Subscription:
    """Return the subscription after the hub has verified it. It is active for the time that the hub
    granted (the lease), and is renewed after three quarters of it. `verified_at` is the time since
    which it has been active without a break. `parameters`: the query parameters of the hub's
    request."""
    lease = read_lease(parameters.get("hub.lease_seconds", ""))
    verified_at = subscription.verified_at
    if not subscription.active(now):
        verified_at = now
    return replace(
        subscription,
        asked=None,
        verified_at=verified_at,
        expires=now + lease,
        next_try=now + lease * _RENEW_AFTER,
        tries=0,
        reason="",
        detail="",
    )


def read_lease(seconds: str) -> timedelta:
    """Return for how long a hub granted the subscription: `seconds`, the digits that it sent, but
    at least an hour and at most 30 days. If they cannot be read or are 0, return 10 days
    (LEASE)."""
    if not re.fullmatch(r"\d{1,12}", seconds) or not int(seconds):
        return LEASE
    return min(max(timedelta(seconds=int(seconds)), SHORTEST), LONGEST)


def _refuse(subscription: Subscription) -> Answer:
    """Return the answer to a request that does not fit the subscription: status 404. The
    subscription does not change."""
    return Answer(HTTPStatus.NOT_FOUND, "Not found.\n", subscription)


def find_offer(headers: Mapping[str, str], feed: ParsedFeed | None, url: str) -> Offer | None:
    """Return the hubs that push the feed at `url`, and its topic (the address by which hubs know
    it). Return None if it has no hub. Links in the HTTP headers come before those in the feed
    (WebSub section 4). `headers`: with lower-case names. `feed`: None if the body was not read."""
    links = _read_link_header(headers.get("link", ""), url)
    hub_urls: Sequence[str] = links.get("hub", ())
    if not hub_urls and feed:
        hub_urls = feed.hubs
    topic_urls = list(links.get("self", ()))
    if feed:
        topic_urls.append(feed.self_url)
    hubs = _filter_addresses(hub_urls)
    topics = _filter_addresses([*topic_urls, url])
    if not hubs or not topics:
        return None
    return Offer(hubs=hubs[:_MOST_HUBS], topic=topics[0])


def _read_link_header(header: str, url: str) -> dict[str, list[str]]:
    """Return the addresses in the value of a Link header (RFC 8288), by their relation in lower
    case: `<https://hub.example/>; rel="hub"` gives {"hub": ["https://hub.example/"]}. `url`: the
    address of the answer, against which relative addresses are resolved."""
    links: dict[str, list[str]] = {}
    for target, parameters in _LINK.findall(header[:_LONGEST_HEADER]):
        rel = _REL.search(parameters)
        if rel is None:
            continue
        relations = rel[1] or rel[2]  # with or without quotes
        for relation in relations.lower().split():
            links.setdefault(relation, []).append(resolve(url, target.strip()))
    return links


def may_subscribe(source: Source) -> bool:
    """Return True if a hub can fetch the source in the same way as we do. It cannot if the source
    needs credentials, cookies, secret variables or a private network."""
    if source.headers_env or source.cookies or source.allow:
        return False
    if secrets.variables(source.url):
        return False
    return redacted(source.url) == source.url


def _filter_addresses(candidates: Iterable[str]) -> tuple[str, ...]:
    """Return those of `candidates` that can be the address of a hub or a topic, each only once."""
    return tuple(dict.fromkeys(url for url in candidates if _is_address(url)))


def _is_address(url: str) -> bool:
    """Return True if `url` is an http or https address of at most 2,000 characters, without user
    name and password."""
    try:
        parts = urlsplit(url)
        is_web_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        has_port_zero = parts.port == 0
    except ValueError:
        return False
    if not is_web_address or has_port_zero:
        return False
    if len(url) > _LONGEST_ADDRESS or not url.isprintable():
        return False
    has_credentials = redacted(url) != url
    return not has_credentials


Counted = TypeVar("Counted", Subscription, Tally)


def add_counts(tally: Counted, *, pushed: float = 0.0, missed: float = 0.0) -> Counted:
    """Return `tally`, the counts of a hub's entries, with `pushed` and `missed` entries added. If
    it had 100 entries or more, the earlier counts are halved first, so that the hub's recent
    behaviour counts more. Counts may therefore be fractions."""
    weight = 0.5 if tally.pushed + tally.missed >= _HALVED_FROM else 1.0
    return replace(
        tally, pushed=tally.pushed * weight + pushed, missed=tally.missed * weight + missed
    )


def count_missed(
    subscription: Subscription, new: Sequence[Entry], previous_visit: datetime | None, now: datetime
) -> int:
    """Return how many of the entries `new` the hub should have pushed. They are the entries that a
    visit found at the time `now`, and that no push had brought.

    An entry counts if it was published while the subscription was active, and more than five
    minutes ago (GRACE). An entry without a time counts as published at `previous_visit`."""
    since = subscription.verified_at
    if since is None or not subscription.active(now):
        return 0
    count = 0
    for entry in new:
        time = entry.published or entry.updated or previous_visit
        if time is not None and since < time <= now - GRACE:
            count += 1
    return count


def rate_trust(subscription: Subscription, hub_tally: Tally, now: datetime) -> float:
    """Return the estimated share of the source's new entries that its hub pushes, from 0 to 0.98.
    It is 0 if the subscription is not active or has had no push yet.

    `subscription`: has the counts of this source. `hub_tally`: the counts of all subscriptions at
    the hub. They weigh as much as four entries of this source."""
    if not subscription.active(now) or not subscription.pushed:
        return 0.0
    # four assumed entries, pushed and missed in the same ratio as those of the whole hub
    hub_entries = hub_tally.pushed + hub_tally.missed + _ASSUMED_MISSED
    assumed_pushed = _HUB_WEIGHT * hub_tally.pushed / hub_entries
    entries = subscription.pushed + subscription.missed
    share = (subscription.pushed + assumed_pushed) / (entries + _HUB_WEIGHT)
    return min(share, _MOST_TRUST)


def space_backup_polls(usual: float, trust: float, longest: float) -> float:
    """Return the seconds between polls of a source whose hub pushes. `usual`: the seconds without a
    hub, which is also the least. `longest`: the most seconds. `trust`: the share of entries that
    the hub pushes, below 1; the higher it is, the rarer are the polls."""
    return max(usual, min(usual / (1.0 - trust), longest))


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Return True if `signature` shows that `body` was signed with `secret` (WebSub section 7.1).
    `signature`: the value of the header X-Hub-Signature, such as "sha256=<hex digits>". The time of
    the comparison does not reveal how much of a signature is right."""
    stated_method, _, stated_digits = signature.strip().partition("=")
    method = stated_method.lower()
    if method not in METHODS:
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    digits = stated_digits.strip().lower()
    return hmac.compare_digest(expected.encode(), digits.encode("utf-8", "replace"))
