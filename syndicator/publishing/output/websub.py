"""Notifies hubs of the feeds that changed (WebSub, https://www.w3.org/TR/websub/ section 6), and asks them whether they
would take subscribers of ours."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from syndicator.core.model import Failed, FetchResult, Problem, Request
from syndicator.core.ports import Fetcher
from syndicator.core.reasons import FetchReason
from syndicator.publishing import paths

_TRIES = 3
_AT_ONCE = 10  # addresses in one request: hubs bound what they read of one, and none says how much


def urls_of(written: Iterable[str], base_url: str) -> list[str]:
    """The addresses of those written files that are feeds, for hubs."""
    return [base_url + name for name in sorted(written) if paths.is_head(name)]


async def notify(
    urls: Sequence[str],
    hubs: Sequence[str],
    fetcher: Fetcher,
    *,
    allow: Callable[[str], Sequence[str]] = lambda hub: (),
    deadline: float = 10.0,
    wait: float = 1.0,
) -> list[Problem]:
    """Publishes `urls`, the addresses of exactly those feeds whose bytes changed, to each of `hubs`, all hubs at once,
    ten addresses a request. `allow`: the private addresses that a hub may have, since the operator named it;
    `deadline`: seconds for one request with all its retries; `wait`: seconds before the first retry, doubling. A hub
    that does not take one request is not asked again. Returns what failed; it never raises for a hub that is down."""
    parts = [urls[start : start + _AT_ONCE] for start in range(0, len(urls), _AT_ONCE)]
    bodies = [urlencode([("hub.mode", "publish"), *(("hub.url", url) for url in part)]) for part in parts]

    async def told(hub: str) -> Problem | None:
        for body in bodies:
            problem = await _asked(_post(hub, body, allow, deadline), fetcher, wait)
            if problem:
                return problem
        return None

    return [problem for problem in await asyncio.gather(*map(told, hubs)) if problem is not None]


async def refused(
    topic: str,
    hubs: Sequence[str],
    fetcher: Fetcher,
    *,
    allow: Callable[[str], Sequence[str]] = lambda hub: (),
    deadline: float = 10.0,
) -> list[Problem]:
    """The hubs that answer a subscription to `topic`, the address of a feed, with a refusal (section 5.1 asks for 202).
    The subscription comes to nothing, since its callback is no address that would confirm it. A hub that cannot be
    reached has not refused."""
    asks = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": f"{topic}?callback", "hub.verify": "async"}
    body = urlencode(asks)
    results = await asyncio.gather(*(fetcher.fetch(_post(hub, body, allow, deadline)) for hub in hubs))
    failed = [(hub, result) for hub, result in zip(hubs, results, strict=True) if isinstance(result, Failed)]
    return [Problem(what=hub, reason=one.reason, detail=one.detail) for hub, one in failed if one.status is not None]


def _post(hub: str, body: str, allow: Callable[[str], Sequence[str]], deadline: float) -> Request:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    may = tuple(allow(hub))
    return Request(
        url=hub, kind="hub", method="POST", body=body.encode(), headers=headers, deadline=deadline, allow=may
    )


async def _asked(request: Request, fetcher: Fetcher, wait: float) -> Problem | None:
    hub = request.url
    try:
        async with asyncio.timeout(request.deadline):
            result = await _retried(request, fetcher, wait)
    except TimeoutError:
        return Problem(what=hub, reason=FetchReason.TIMEOUT, detail=f"no answer in {request.deadline:g} s")
    return Problem(what=hub, reason=result.reason, detail=result.detail) if isinstance(result, Failed) else None


async def _retried(request: Request, fetcher: Fetcher, wait: float) -> FetchResult:
    for retry in range(_TRIES - 1):
        result = await fetcher.fetch(request)
        if not _passing(result):
            return result
        await asyncio.sleep(wait * 2**retry)
    return await fetcher.fetch(request)


def _passing(result: FetchResult) -> bool:
    """True for a failure that may pass: of the network, or a 5xx or 429; other 4xx are final."""
    if not isinstance(result, Failed):
        return False
    return result.status in (None, HTTPStatus.TOO_MANY_REQUESTS) or result.status >= HTTPStatus.INTERNAL_SERVER_ERROR
