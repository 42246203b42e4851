"""Notify a hub of changed feeds (https://www.w3.org/TR/websub/ section 6)."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from syndicator.core.model import Failed, FetchResult, Request
from syndicator.core.ports import Fetcher
from syndicator.core.reasons import FetchReason
from syndicator.publishing import paths

_TRIES = 3
_DEADLINE = 10.0  # seconds for one address with its retries
_WHOLE = 30.0  # seconds for all addresses; a choice
_AT_ONCE = 4  # requests to a hub; a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The result of telling a hub of changes. `untold`: addresses of which it took no notice; `failed`: why."""

    untold: tuple[str, ...] = ()
    failed: Failed | None = None


def feeds_of(written: Iterable[str]) -> list[str]:
    """Return the names of the files in `written` that are feeds."""
    return [name for name in sorted(written) if paths.is_head(name)]


async def notify(
    hub: str,
    urls: Sequence[str],
    fetcher: Fetcher,
    *,
    allow: Sequence[str] = (),
    deadline: float = _DEADLINE,
    whole: float = _WHOLE,
    wait: float = 1.0,
) -> Notice:
    """Tell `hub` that the feeds at `urls` changed, each in a request of its own. `allow`: private networks in which the
    hub may be; `deadline`, `whole`: seconds for an address and for all; `wait`: seconds before the first retry, doubled
    for each. A hub that takes none of several in a row gets no more requests."""
    untold = dict.fromkeys(urls)
    failed: Failed | None = None
    try:
        async with asyncio.timeout(whole):
            for start in range(0, len(urls), _AT_ONCE):
                part = urls[start : start + _AT_ONCE]
                requests = [_make_notice(hub, url, allow, deadline) for url in part]
                results = await asyncio.gather(*(_send_notice(request, fetcher, wait) for request in requests))
                for url, result in zip(part, results, strict=True):
                    if isinstance(result, Failed):
                        failed = failed or result
                    else:
                        del untold[url]
                if all(isinstance(result, Failed) for result in results):
                    break
    except TimeoutError:
        failed = failed or _make_timeout(hub, whole)
    return Notice(untold=tuple(untold), failed=failed)


def _make_notice(hub: str, url: str, allow: Sequence[str], deadline: float) -> Request:
    # the standard leaves the form open: some hubs read hub.url and others hub.topic, and of several only the last
    form = {"hub.mode": "publish", "hub.url": url, "hub.topic": url}
    return Request(
        url=hub,
        kind="hub",
        method="POST",
        body=urlencode(form).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
        deadline=deadline,
        allow=tuple(allow),
    )


async def _send_notice(request: Request, fetcher: Fetcher, wait: float) -> FetchResult:
    try:
        async with asyncio.timeout(request.deadline):
            for retry in range(_TRIES - 1):
                result = await fetcher.fetch(request)
                if not _is_temporary(result):
                    return result
                await asyncio.sleep(wait * 2**retry)
            return await fetcher.fetch(request)
    except TimeoutError:
        return _make_timeout(request.url, request.deadline)


def _make_timeout(hub: str, seconds: float) -> Failed:
    return Failed(url=hub, reason=FetchReason.TIMEOUT, detail=f"no answer in {seconds:g} s")


def _is_temporary(result: FetchResult) -> bool:
    if not isinstance(result, Failed):
        return False
    return result.status in (None, HTTPStatus.TOO_MANY_REQUESTS) or result.status >= HTTPStatus.INTERNAL_SERVER_ERROR
