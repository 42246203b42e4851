"""Notifies hubs of the feeds that changed (WebSub, https://www.w3.org/TR/websub/ section 6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from syndicator.model import Failed, FetchResult, Problem, Request
from syndicator.ports import Fetcher
from syndicator.reasons import FetchReason

_TRIES = 3


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
    one request a hub. `allow`: the private addresses that a hub may have, since the operator named it; `deadline`:
    seconds for one hub with all its retries; `wait`: seconds before the first retry, doubling. Returns what failed; it
    never raises for a hub that is down."""
    if not urls:
        return []
    body = urlencode([("hub.mode", "publish"), *(("hub.url", url) for url in urls)]).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    requests = [
        Request(
            url=hub, kind="hub", method="POST", body=body, headers=headers, deadline=deadline, allow=tuple(allow(hub))
        )
        for hub in hubs
    ]
    problems = await asyncio.gather(*(_notify(request, fetcher, wait) for request in requests))
    return [problem for problem in problems if problem is not None]


async def _notify(request: Request, fetcher: Fetcher, wait: float) -> Problem | None:
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
