"""Notify a WebSub hub that feeds of ours changed (https://www.w3.org/TR/websub/ section 6)."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from syndicator.core.model import Failed, FetchResult, Request
from syndicator.core.ports import Fetcher
from syndicator.core.reasons import FetchReason
from syndicator.publishing import paths

_MOST_TRIES: Final = 3
_SECONDS_EACH: Final = 10.0  # for one address with its retries
_SECONDS_IN_ALL: Final = 30.0  # for all addresses; a choice
_AT_ONCE: Final = 4  # requests to a hub; a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The result of notifying a hub. `urls_not_notified`: addresses of changed feeds of which the
    hub does not know yet; `failed`: the first failure, None if there was none."""

    urls_not_notified: tuple[str, ...] = ()
    failed: Failed | None = None


def select_feed_names(written: Iterable[str]) -> list[str]:
    """Return the names of the files in `written` that are feeds."""
    return [name for name in sorted(written) if paths.is_head(name)]


async def notify_hub(
    hub: str,
    urls: Sequence[str],
    fetcher: Fetcher,
    *,
    allow: Sequence[str] = (),
    seconds_each: float = _SECONDS_EACH,
    seconds_in_all: float = _SECONDS_IN_ALL,
    first_retry_seconds: float = 1.0,
) -> Notice:
    """Tell a WebSub hub that feeds changed, with one request for each feed, four at a time. If four
    fail together, the hub is taken to be down, and no further requests are sent. Return the feeds
    that the hub was not told of, and the first failure, if any. `hub`: its address; `urls`:
    addresses of the feeds; `allow`: private networks in which the hub may be; `seconds_each`: time
    for one feed with its retries; `seconds_in_all`: time for all feeds; `first_retry_seconds`: time
    before the first retry, doubled before each further one."""
    requests = {url: _make_request(hub, url, allow, seconds_each) for url in urls}
    addresses = list(requests)
    notified: set[str] = set()
    first_failure: Failed | None = None
    try:
        async with asyncio.timeout(seconds_in_all):
            for start in range(0, len(addresses), _AT_ONCE):
                batch_urls = addresses[start : start + _AT_ONCE]
                batch = {url: requests[url] for url in batch_urls}
                failures = await _send_batch(batch, fetcher, first_retry_seconds)
                notified.update(batch.keys() - failures.keys())
                if first_failure is None and failures:
                    first_failure = next(iter(failures.values()))
                is_hub_down = len(failures) == len(batch)
                if is_hub_down:
                    break
    except TimeoutError:
        if first_failure is None:
            first_failure = _make_timeout(hub, seconds_in_all)
    not_notified = tuple(url for url in addresses if url not in notified)
    return Notice(urls_not_notified=not_notified, failed=first_failure)


async def _send_batch(
    requests: Mapping[str, Request], fetcher: Fetcher, first_retry_seconds: float
) -> dict[str, Failed]:
    """Send several requests to a hub at the same time. Return address of a feed -> failure for
    those that failed. `requests`: address of a feed -> request about it; `first_retry_seconds`:
    time before the first retry of a request."""
    sending = (_send_notice(request, fetcher, first_retry_seconds) for request in requests.values())
    results = await asyncio.gather(*sending)
    failures: dict[str, Failed] = {}
    for url, result in zip(requests, results, strict=True):
        if isinstance(result, Failed):
            failures[url] = result
    return failures


def _make_request(hub: str, url: str, allow: Sequence[str], seconds: float) -> Request:
    """Return the request that tells a WebSub hub that a feed changed. `hub`: the address of the
    hub; `url`: the address of the feed; `allow`: private networks in which the hub may be;
    `seconds`: time for the request."""
    # The standard leaves the form of the request open. Some hubs read hub.url and others hub.topic;
    # of several addresses in one request, some read only the last: hence one request for each feed.
    form = {"hub.mode": "publish", "hub.url": url, "hub.topic": url}
    return Request(
        url=hub,
        kind="hub",
        method="POST",
        body=urlencode(form).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
        deadline=seconds,
        allow=tuple(allow),
    )


async def _send_notice(
    request: Request, fetcher: Fetcher, first_retry_seconds: float
) -> FetchResult:
    """Send a request to a hub, again after a temporary failure, within the time of the request.
    Return the last result. `first_retry_seconds`: time before the first retry, doubled before each
    further one."""
    try:
        async with asyncio.timeout(request.deadline):
            for retry in range(_MOST_TRIES - 1):
                result = await fetcher.fetch(request)
                if not _is_temporary(result):
                    return result
                await asyncio.sleep(first_retry_seconds * 2**retry)
            return await fetcher.fetch(request)
    except TimeoutError:
        return _make_timeout(request.url, request.deadline)


def _make_timeout(hub: str, seconds: float) -> Failed:
    return Failed(url=hub, reason=FetchReason.TIMEOUT, detail=f"no answer in {seconds:g} s")


def _is_temporary(result: FetchResult) -> bool:
    """Return True if a request failed in a way that may be over at the next try: no answer, too
    many requests, or an error of the server."""
    if not isinstance(result, Failed):
        return False
    if result.status is None:  # no answer
        return True
    if result.status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    return result.status >= HTTPStatus.INTERNAL_SERVER_ERROR
