"""Fetch URLs politely, for all other packages: obey robots.txt, wait for the host's turn."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from syndicator.core.model import Failed, Fetched, FetchResult, Request, Source
from syndicator.core.ports import Fetcher, Turn, Waits
from syndicator.core.program import logger
from syndicator.core.urls import BadUrl, canonical, host, redacted, same_site
from syndicator.core.usage import statements
from syndicator.visiting.fetch.responses import REDIRECTION
from syndicator.visiting.politeness.robots import OPERATOR, Robots, RobotsVerdict
from syndicator.visiting.politeness.throttle import HostBusy, Throttle

_TYPE = "content-type"  # header that stays with a redirected body
_MOST_HOSTS = 6  # for the redirects of one request
_PATIENCE = timedelta(seconds=30)  # wait for a shorter back-off; fail at once for a longer one
DISALLOWED = "robots.txt disallows this address; it is fetched because sources.toml names it"
_BACKOFF = timedelta(minutes=5)  # after a 429 without a Retry-After
_AWAY = timedelta(minutes=5)  # until an unreachable server is retried; our choice
_SOON = timedelta(minutes=1)  # until a page is retried if other machines use its host
_MOST_AWAY = 10_000  # unreachable servers in memory
# statuses with a Retry-After (RFC 6585 section 4, RFC 9110 section 15.6.4)
_WAIT_STATUSES = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class PoliteFetcher:
    """`ports.Fetcher` that waits for turns and obeys robots.txt (a disallowed feed gets a warning),
    also after redirects. `robots`: None checks none; `backoff`: URLs that asked us to wait;
    `take_turn`: of a host, by default that of `throttle`."""

    def __init__(
        self,
        fetcher: Fetcher,
        throttle: Throttle,
        robots: Robots | None = None,
        backoff: Waits | None = None,
        take_turn: Callable[[str], AbstractAsyncContextManager[Turn]] | None = None,
    ) -> None:
        self._take_turn = take_turn or throttle.turn
        self._fetcher = fetcher
        self._throttle = throttle
        self._robots = robots
        self._backoff = backoff
        # servers that were not reached, until when that counts
        self._away: dict[str, tuple[datetime, Failed]] = {}
        self._log = logger("visiting")

    async def fetch(self, request: Request) -> FetchResult:
        """Return the answer; `Failed` for a long back-off or a disallowed page. Waiting does not
        count to the deadline."""
        shown = redacted(request.url)
        leg = replace(request, stay=request.method == "GET" or request.kind == "hub")
        moved: str | None = None
        permanent = True
        for _ in range(_MOST_HOSTS):
            refused, verdict = await self._permission(leg)
            if refused is not None:
                self._log.debug(
                    "not asked", host=host(leg.url), url=redacted(leg.url), reason=refused.reason
                )
                return replace(refused, url=shown)
            result, spent = await self._turn(leg)
            if not isinstance(result, Fetched) or result.status not in REDIRECTION:
                if leg.kind == "feed" and isinstance(result, Fetched):
                    verdict = await self._verdict(leg)
                return _whole(
                    shown,
                    _marked(result, verdict, await self._licence(leg, verdict)),
                    moved,
                    permanent,
                )
            permanent = permanent and result.moved_to is not None
            moved = result.moved_to if permanent else moved
            left = leg.deadline - spent
            if left <= 0:
                return Failed(url=shown, reason="timeout", detail="no complete answer in time")
            there = result.headers["location"]
            # the operator's override covers one site
            robots = leg.robots if same_site(there, leg.url) else "obey"
            headers = (
                {}
                if leg.body is None
                else {_TYPE: leg.headers[_TYPE]}
                if _TYPE in leg.headers
                else {}
            )
            leg = replace(
                leg,
                url=there,
                headers=headers,
                cookies="",
                allow=(),
                deadline=left,
                robots=robots,
            )
        return Failed(
            url=shown, reason="redirects", detail=f"redirects through more than {_MOST_HOSTS} hosts"
        )

    async def aclose(self) -> None:
        await self._fetcher.aclose()

    async def _permission(self, request: Request) -> tuple[Failed | None, RobotsVerdict | None]:
        until = (
            self._backoff.until(_name(request.url))
            if self._backoff and self._backoff.any()
            else None
        )
        if until is not None:
            return _wait(request, "the server", until), None
        until = self._throttle.backs_off_until(host(request.url))
        if until is not None and until - self._throttle.now() > _PATIENCE:
            return _wait(request, "the host", until), None
        if request.kind not in ("page", "image"):
            return None, None
        verdict = await self._verdict(request)
        if verdict is None or verdict.allowed:
            return None, verdict
        return Failed(url=request.url, reason=verdict.cause or "robots", detail=verdict.by), verdict

    def _unreached(self, request: Request, turn: Turn) -> Failed | None:
        if turn.away:
            return Failed(url=request.url, reason=turn.away, detail=turn.detail)
        until, failed = self._away.get(_server(request.url), (None, None))
        return failed if until is not None and self._throttle.now() < until else None

    async def _verdict(self, request: Request) -> RobotsVerdict | None:
        if self._robots is None:
            return None
        source = Source(key="", url=request.url, robots=request.robots)
        verdict = await self._robots.verdict(request.url, source, allow=request.allow)
        if verdict.delay is not None:
            self._throttle.set_delay(host(request.url), verdict.delay)
        return verdict

    async def _licence(self, request: Request, verdict: RobotsVerdict | None) -> str:
        if self._robots is None or verdict is None or not verdict.usage or request.kind != "page":
            return ""
        return await self._robots.licence(verdict.usage, request.url, allow=request.allow)

    async def _turn(self, request: Request) -> tuple[FetchResult, float]:
        """Return the answer, and its seconds without the wait for the turn."""
        name = host(request.url)
        if request.kind == "image":
            await self._throttle.quiet(name)
        try:
            async with self._take_turn(name) as turn:
                if failure := self._unreached(request, turn):
                    return failure, 0.0  # all sources of a dead server cost one try of it
                started = time.monotonic()
                result = await self._fetcher.fetch(request)
                spent = time.monotonic() - started
        except HostBusy as busy:
            until = self._throttle.now() + max(timedelta(seconds=busy.seconds), _SOON)
            return _wait(request, "other machines ask the host; they", until), 0.0
        answer = (
            result.reason
            if isinstance(result, Failed)
            else getattr(result, "status", HTTPStatus.NOT_MODIFIED.value)
        )
        self._log.debug(
            "asked", host=name, url=redacted(request.url), answer=answer, seconds=round(spent, 3)
        )
        if isinstance(result, Failed) and result.no_network and len(self._away) < _MOST_AWAY:
            self._away[_server(request.url)] = (self._throttle.now() + _AWAY, result)
            self._throttle.away(name, result.reason, result.detail, _AWAY.total_seconds())
        if isinstance(result, Failed) and result.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._throttle.back_off(name, result.retry_after or self._throttle.now() + _BACKOFF)
        if (
            self._backoff
            and isinstance(result, Failed)
            and result.status in _WAIT_STATUSES
            and result.retry_after
        ):
            self._backoff.add(_name(request.url), result.retry_after)
        return result, spent


def _wait(request: Request, by: str, until: datetime) -> Failed:
    detail = f"{by} asked us to wait until {until:%Y-%m-%d %H:%M} UTC"
    return Failed(url=request.url, reason="rate-limited", detail=detail, retry_after=until)


def _server(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def _name(url: str) -> str:
    try:
        return canonical(url)
    except BadUrl:
        return redacted(url)


def _marked(result: FetchResult, verdict: RobotsVerdict | None, licence: str = "") -> FetchResult:
    """Return `result` with its permission and usage lines of robots.txt. Feeds are fetched even if
    disallowed."""
    if not isinstance(result, Fetched):
        return result
    ours = (statements.HEADER, statements.RSL_HEADER)
    headers = {name: value for name, value in result.headers.items() if name not in ours}
    if verdict is None:
        return replace(result, headers=headers)
    if verdict.usage:
        headers[statements.HEADER] = verdict.usage
    if licence:
        headers[statements.RSL_HEADER] = licence
    disallowed = not verdict.allowed and not verdict.cause
    permit, warning = (OPERATOR, DISALLOWED) if disallowed else (verdict.by, "")
    return replace(result, headers=headers, permit=permit, warning=warning)


def _whole(shown: str, result: FetchResult, moved: str | None, permanent: bool) -> FetchResult:
    """Return the last host's `result` as the answer to the request for `shown`. `moved`: its new
    address."""
    if isinstance(result, Failed):
        return replace(result, url=shown)
    target = (result.moved_to if permanent else None) or moved
    if (result.url, result.moved_to) == (shown, target):
        return result
    return replace(result, url=shown, moved_to=target)
