"""A fetcher that asks robots.txt first and waits its turn: what everything above this wing fetches with."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.model import Failed, Fetched, FetchResult, NotModified, Request, Source
from syndicator.ports import Fetcher
from syndicator.urls import BadUrl, canonical, host, redacted
from syndicator.visiting.politeness.backoff import Backoff
from syndicator.visiting.politeness.robots import OPERATOR, Robots, RobotsVerdict
from syndicator.visiting.politeness.throttle import Throttle

_LEGS = 6  # hosts that one request may lead through
_PATIENCE = timedelta(seconds=30)  # a hold that ends sooner is waited for, a longer one answered at once
SHUT = "robots.txt shuts this address; it is fetched because the operator named it"
_HOLD = timedelta(minutes=5)  # for a 429 that names no time


class PoliteFetcher:
    """ports.Fetcher that takes the host's lane for each request, and for pages asks robots.txt first. A feed was named
    by the operator: it is fetched whatever robots.txt says, which becomes a warning.

    A redirect to another host lets go of the first lane and takes the other's. robots None: none is asked. holds: a
    URL that answered 429 or 503 with a Retry-After (RFC 9110 10.2.3, RFC 6585 4) is not asked before, by no process.
    """

    def __init__(
        self, fetcher: Fetcher, throttle: Throttle, robots: Robots | None = None, backoff: Backoff | None = None
    ) -> None:
        self._fetcher = fetcher
        self._throttle = throttle
        self._robots = robots
        self._backoff = backoff

    async def fetch(self, request: Request) -> FetchResult:
        shown = redacted(request.url)
        leg = replace(request, stay=request.method == "GET")
        moved: str | None = None
        permanent = True
        for _ in range(_LEGS):
            name = host(leg.url)
            refused = self._refused(name, leg)
            verdict = await self._verdict(leg) if refused is None and leg.kind == "page" else None
            if verdict is not None and not verdict.allowed:
                refused = Failed(url=shown, reason=verdict.cause or "robots", detail=verdict.by)
            if refused is not None:
                return replace(refused, url=shown)
            result, spent = await self._turn(name, leg)
            left = leg.deadline - spent
            permanent = permanent and (result.moved_to is not None if isinstance(result, Fetched) else True)
            if not isinstance(result, Fetched) or not 300 <= result.status < 400:
                if leg.kind == "feed" and isinstance(result, Fetched):
                    verdict = await self._verdict(leg)
                return _whole(shown, _marked(result, verdict), moved, permanent)
            target = result.headers["location"]
            moved = result.moved_to if permanent else moved
            if left <= 0:
                return Failed(url=shown, reason="timeout", detail="no whole answer in time")
            leg = replace(leg, url=target, headers={}, allow=(), deadline=left)
        return Failed(url=shown, reason="redirects", detail=f"redirects through more than {_LEGS} hosts")

    async def aclose(self) -> None:
        await self._fetcher.aclose()

    def _refused(self, name: str, request: Request) -> Failed | None:
        until = self._backoff.until(_name(request.url)) if self._backoff else None
        if until is not None:
            return _held(request, "the server", until)
        until = self._throttle.held(name)
        if until is not None and until - self._throttle.now() > _PATIENCE:
            return _held(request, "the host", until)
        return None

    async def _verdict(self, request: Request) -> RobotsVerdict | None:
        if self._robots is None:
            return None
        source = Source(key="", url=request.url, robots=request.robots)
        verdict = await self._robots.verdict(request.url, source, allow=request.allow)
        if verdict.delay is not None:
            self._throttle.delay(host(request.url), verdict.delay)
        return verdict

    async def _turn(self, name: str, request: Request) -> tuple[FetchResult, float]:
        """The answer, and the seconds it took without the wait for the turn."""
        async with self._throttle.turn(name):
            started = time.monotonic()
            result = await self._fetcher.fetch(request)
            spent = time.monotonic() - started
        if isinstance(result, Failed) and result.status == 429:
            self._throttle.hold(name, result.retry_after or self._throttle.now() + _HOLD)
        if self._backoff and isinstance(result, Failed) and result.status in (429, 503) and result.retry_after:
            self._backoff.hold(_name(request.url), result.retry_after)
        return result, spent


def _held(request: Request, by: str, until: datetime) -> Failed:
    detail = f"{by} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"
    return Failed(url=request.url, reason="rate-limited", detail=detail, retry_after=until)


def _name(url: str) -> str:
    """What a URL is held by: its one spelling, which has no credentials."""
    try:
        return canonical(url)
    except BadUrl:
        return redacted(url)


def _marked(result: FetchResult, verdict: RobotsVerdict | None) -> FetchResult:
    """Says by whose word it was fetched. What robots.txt shuts and was fetched is a feed that the operator named."""
    if verdict is None or not isinstance(result, Fetched):
        return result
    shut = not verdict.allowed and not verdict.cause
    return replace(result, permit=OPERATOR if shut else verdict.by, warning=SHUT if shut else "")


def _whole(shown: str, result: FetchResult, moved: str | None, permanent: bool) -> FetchResult:
    """The last leg's answer as the answer to the whole request."""
    if isinstance(result, Fetched | NotModified):
        last = result.moved_to if permanent else None
        return replace(result, url=shown, moved_to=last or moved)
    return replace(result, url=shown)
