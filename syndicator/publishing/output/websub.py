"""Notify hubs of changed feeds (https://www.w3.org/TR/websub/ section 6), and check that they accept subscribers."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from syndicator.core.model import Failed, FetchResult, Problem, Request
from syndicator.core.ports import Fetcher
from syndicator.core.reasons import FetchReason
from syndicator.publishing import paths

_TRIES = 3
_DEADLINE = 10.0  # seconds
_AT_ONCE = 10  # addresses in one request: hubs limit its size and do not say how


def urls_of(written: Iterable[str], base_url: str) -> list[str]:
    """Return the addresses of the files in `written` that are feeds."""
    return [base_url + name for name in sorted(written) if paths.is_head(name)]


async def notify(
    urls: Sequence[str],
    hubs: Sequence[str],
    fetcher: Fetcher,
    *,
    allow: Callable[[str], Sequence[str]] = lambda hub: (),
    deadline: float = _DEADLINE,
    wait: float = 1.0,
) -> list[Problem]:
    """Notify all `hubs` at once of changed feeds at `urls`, ten a request. `allow`: private networks in which a hub may
    be; `deadline`: seconds for a request with its retries; `wait`: seconds before the first retry, doubled for each. A
    hub that fails gets no more requests. Return the failures."""
    parts = [urls[start : start + _AT_ONCE] for start in range(0, len(urls), _AT_ONCE)]
    bodies = [urlencode([("hub.mode", "publish"), *(("hub.url", url) for url in part)]) for part in parts]

    async def tell(hub: str) -> Problem | None:
        for body in bodies:
            problem = await _notified(_post(hub, body, allow, deadline), fetcher, wait)
            if problem:
                return problem
        return None

    return [problem for problem in await asyncio.gather(*map(tell, hubs)) if problem is not None]


async def refused(
    topic: str, hubs: Sequence[str], fetcher: Fetcher, *, allow: Callable[[str], Sequence[str]] = lambda hub: ()
) -> list[Problem]:
    """Return the hubs that refuse a subscription to the feed `topic` (section 5.1 asks for 202); a hub that cannot be
    reached does not count. No subscription results, because nobody confirms it."""
    asks = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": f"{topic}?callback", "hub.verify": "async"}
    body = urlencode(asks)
    results = await asyncio.gather(*(fetcher.fetch(_post(hub, body, allow, _DEADLINE)) for hub in hubs))
    failed = [(hub, result) for hub, result in zip(hubs, results, strict=True) if isinstance(result, Failed)]
    answered = [(hub, failure) for hub, failure in failed if failure.status is not None]
    return [Problem(what=hub, reason=failure.reason, detail=failure.detail) for hub, failure in answered]


def _post(hub: str, body: str, allow: Callable[[str], Sequence[str]], deadline: float) -> Request:
    headers, may, data = {"content-type": "application/x-www-form-urlencoded"}, tuple(allow(hub)), body.encode()
    return Request(url=hub, kind="hub", method="POST", body=data, headers=headers, deadline=deadline, allow=may)


async def _notified(request: Request, fetcher: Fetcher, wait: float) -> Problem | None:
    hub = request.url
    try:
        async with asyncio.timeout(request.deadline):
            for retry in range(_TRIES):
                result = await fetcher.fetch(request)
                if retry == _TRIES - 1 or not _is_temporary(result):
                    break
                await asyncio.sleep(wait * 2**retry)
    except TimeoutError:
        return Problem(what=hub, reason=FetchReason.TIMEOUT, detail=f"no answer in {request.deadline:g} s")
    return Problem(what=hub, reason=result.reason, detail=result.detail) if isinstance(result, Failed) else None


def _is_temporary(result: FetchResult) -> bool:
    if not isinstance(result, Failed):
        return False
    return result.status in (None, HTTPStatus.TOO_MANY_REQUESTS) or result.status >= HTTPStatus.INTERNAL_SERVER_ERROR
