"""Fetch URLs politely, for all other packages: obey robots.txt, wait for the host's turn."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from syndicator.core.model import Failed, Fetched, FetchResult, Request, Source
from syndicator.core.ports import Fetcher, Turn, Waits
from syndicator.core.program import logger
from syndicator.core.urls import BadUrl, canonical, host, redacted, same_site
from syndicator.core.usage import statements
from syndicator.visiting.fetch.responses import REDIRECTION
from syndicator.visiting.politeness.robots import OPERATOR, Robots, RobotsVerdict
from syndicator.visiting.politeness.throttle import HostBusy, Throttle

_CONTENT_TYPE = "content-type"  # the only header that goes along with a redirected body
_MOST_HOSTS = 6  # for the redirects of one request
_PATIENCE = timedelta(seconds=30)  # wait for a shorter back-off; fail at once for a longer one
DISALLOWED = "robots.txt disallows this address; it is fetched because sources.toml names it"
_BACKOFF = timedelta(minutes=5)  # after a 429 without a Retry-After
_UNREACHABLE_FOR = timedelta(minutes=5)  # until an unreachable server is retried; our choice
_BUSY_WAIT = timedelta(minutes=1)  # until a page is retried whose host other machines use
_MOST_UNREACHABLE = 10_000  # unreachable servers in memory
# statuses with a Retry-After (RFC 6585 section 4, RFC 9110 section 15.6.4)
_WAIT_STATUSES = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

# headers that this program adds to answers, and that no server may set
_USAGE_HEADERS = (statements.HEADER, statements.RSL_HEADER)


class _Permission(NamedTuple):
    """The permission for a request. `refused`: the failure if the request must not be sent, else
    None. `verdict`: the verdict of robots.txt, None if that was not read."""

    refused: Failed | None = None
    verdict: RobotsVerdict | None = None


class _Answer(NamedTuple):
    """The answer of a host. `seconds`: how long the host took, without the wait for its turn."""

    result: FetchResult
    seconds: float = 0.0


class PoliteFetcher:
    """`ports.Fetcher` that obeys robots.txt and waits for the turns of hosts. This applies to
    redirects, too.

    A feed is fetched even if robots.txt disallows it, as the operator named it; then the result has
    a warning. `robots`: None to read no robots.txt. `backoff`: the addresses that asked this
    program to wait, stored for later processes. `take_turn(host)`: gives the turn of a host, None
    for `throttle.turn`."""

    def __init__(
        self,
        fetcher: Fetcher,
        throttle: Throttle,
        robots: Robots | None = None,
        backoff: Waits | None = None,
        take_turn: Callable[[str], AbstractAsyncContextManager[Turn]] | None = None,
    ) -> None:
        """`fetcher`: sends the requests. `throttle`: knows the turns of hosts (permissions for one
        request) and the waits that they asked for. `robots`: reads robots.txt, None if none is
        read. `backoff`: stores the waits that addresses asked for, for later processes.
        `take_turn(host)`: waits for a turn of the host, None for `throttle.turn`."""
        self._take_turn = take_turn or throttle.turn
        self._fetcher = fetcher
        self._throttle = throttle
        self._robots = robots
        self._backoff = backoff
        # by host and port: until when the server counts as unreachable, and the failure
        self._unreachable: dict[str, tuple[datetime, Failed]] = {}
        self._log = logger("visiting")

    async def fetch(self, request: Request) -> FetchResult:
        """Return the answer to the request. Return a Failed, without sending the request, if
        robots.txt disallows a page or picture, or if the host asked this program to wait for more
        than 30 seconds. The time of waiting for turns does not count against the request's
        deadline."""
        shown_url = redacted(request.url)
        # A leg is the part of the request that one host answers. A redirect to another host begins
        # the next leg, as each host has its own turns and robots.txt.
        may_be_redirected = request.method == "GET" or request.kind == "hub"
        leg = replace(request, stay=may_be_redirected)  # `stay`: return a redirect to another host
        moved_to: str | None = None
        is_permanent = True
        for _ in range(_MOST_HOSTS):
            permission = await self._ask_permission(leg)
            if permission.refused is not None:
                self._log.debug(
                    "not asked",
                    host=host(leg.url),
                    url=redacted(leg.url),
                    reason=permission.refused.reason,
                )
                return replace(permission.refused, url=shown_url)

            answer = await self._take_turn_and_fetch(leg)
            result = answer.result
            if not isinstance(result, Fetched) or result.status not in REDIRECTION:
                # the host that answers is the last one: add what its robots.txt says
                verdict = permission.verdict
                if leg.kind == "feed" and isinstance(result, Fetched):
                    verdict = await self._find_verdict(leg)
                licence = await self._find_licence_text(leg, verdict)
                marked = _add_usage(result, verdict, licence)
                return _as_answer_to(shown_url, marked, moved_to, is_permanent=is_permanent)

            # a redirect to another host: go on there in the time that is left
            is_permanent = is_permanent and result.moved_to is not None
            if is_permanent:
                moved_to = result.moved_to
            seconds_left = leg.deadline - answer.seconds
            if seconds_left <= 0:
                return Failed(url=shown_url, reason="timeout", detail="no complete answer in time")
            leg = _redirect_to(leg, result.headers["location"], seconds_left)
        return Failed(
            url=shown_url,
            reason="redirects",
            detail=f"redirects through more than {_MOST_HOSTS} hosts",
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._fetcher.aclose()

    async def _ask_permission(self, request: Request) -> _Permission:
        """Return whether the request may be sent now. It may not if its host or its address asked
        this program to wait, or if robots.txt disallows this page or picture."""
        # the wait that the server asked for this address
        if self._backoff and self._backoff.any():
            address_until = self._backoff.until(_make_wait_key(request.url))
            if address_until is not None:
                return _Permission(refused=_make_busy(request, "the server", address_until))
        # the wait that it asked for the whole host; a short one is waited for later
        host_until = self._throttle.backs_off_until(host(request.url))
        if host_until is not None and host_until - self._throttle.now() > _PATIENCE:
            return _Permission(refused=_make_busy(request, "the host", host_until))
        # robots.txt does not apply to feeds, which the operator named, and to other requests
        if request.kind not in ("page", "image"):
            return _Permission()
        verdict = await self._find_verdict(request)
        if verdict is None or verdict.allowed:
            return _Permission(verdict=verdict)
        reason = verdict.cause or "robots"
        refused = Failed(url=request.url, reason=reason, detail=verdict.by)
        return _Permission(refused=refused, verdict=verdict)

    def _find_recent_failure(self, request: Request, turn: Turn) -> Failed | None:
        """Return the failure with which the request's server could not be reached in the last
        minutes; None if there was none. If another machine had it, `turn` states it."""
        if turn.away:
            return Failed(url=request.url, reason=turn.away, detail=turn.detail)
        server = _name_server(request.url)
        if server not in self._unreachable:
            return None
        until, failed = self._unreachable[server]
        if self._throttle.now() >= until:
            return None
        return failed

    async def _find_verdict(self, request: Request) -> RobotsVerdict | None:
        """Return what robots.txt says on the request's address; None if no robots.txt is read. If
        it states a crawl-delay, the host is requested no faster from now on."""
        if self._robots is None:
            return None
        source = Source(key="", url=request.url, robots=request.robots)
        verdict = await self._robots.find_verdict(request.url, source, allow=request.allow)
        if verdict.delay is not None:
            self._throttle.set_delay(host(request.url), verdict.delay)
        return verdict

    async def _find_licence_text(self, request: Request, verdict: RobotsVerdict | None) -> str:
        """Return the text of the licence that robots.txt names for a page; "" if it names none, and
        for other requests. `verdict`: what robots.txt says, None if it was not read."""
        if self._robots is None or verdict is None:
            return ""
        if not verdict.usage or request.kind != "page":
            return ""
        return await self._robots.find_licence(verdict.usage, request.url, allow=request.allow)

    async def _take_turn_and_fetch(self, request: Request) -> _Answer:
        """Wait for a turn of the host (the permission for one request), send the request, and
        return the answer. A picture also waits until nothing else is requested from the host.

        The answer is a Failed, without a request, if other machines use the host for too long, or
        if the server could not be reached in the last minutes."""
        name = host(request.url)
        if request.kind == "image":
            await self._throttle.wait_until_quiet(name)
        try:
            async with self._take_turn(name) as turn:
                # all sources on a dead server cost only one try
                recent_failure = self._find_recent_failure(request, turn)
                if recent_failure is not None:
                    return _Answer(recent_failure)
                started = time.monotonic()
                result = await self._fetcher.fetch(request)
                seconds = time.monotonic() - started
        except HostBusy as busy:  # other machines use the host
            until = self._throttle.now() + max(timedelta(seconds=busy.seconds), _BUSY_WAIT)
            return _Answer(_make_busy(request, "other machines ask the host; they", until))
        self._log.debug(
            "asked",
            host=name,
            url=redacted(request.url),
            answer=_name_answer(result),
            seconds=round(seconds, 3),
        )
        if isinstance(result, Failed):
            self._remember_failure(request, name, result)
        return _Answer(result, seconds)

    def _remember_failure(self, request: Request, name: str, failed: Failed) -> None:
        """Remember for later requests what a failure says: its server cannot be reached, or its
        host or address asked this program to wait. `name`: the name of the host."""
        now = self._throttle.now()
        if failed.no_network and len(self._unreachable) < _MOST_UNREACHABLE:
            self._unreachable[_name_server(request.url)] = (now + _UNREACHABLE_FOR, failed)
            self._throttle.report_away(
                name, failed.reason, failed.detail, _UNREACHABLE_FOR.total_seconds()
            )
        if failed.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._throttle.back_off(name, failed.retry_after or now + _BACKOFF)
        # this address alone waits as long as the server asks
        asked_until = failed.retry_after
        if not self._backoff or asked_until is None:
            return
        if failed.status in _WAIT_STATUSES:
            self._backoff.add(_make_wait_key(request.url), asked_until)


def _redirect_to(request: Request, target: str, deadline: float) -> Request:
    """Return the request for `target`, an address at another host, to which `request` was
    redirected. It has no credentials, no cookies and no permission for private addresses.
    `deadline`: the seconds that are left for it."""
    headers = {}
    if request.body is not None and _CONTENT_TYPE in request.headers:
        headers = {_CONTENT_TYPE: request.headers[_CONTENT_TYPE]}
    return replace(
        request,
        url=target,
        headers=headers,
        cookies="",
        allow=(),
        deadline=deadline,
        # the operator's permission to ignore robots.txt is for one site
        robots=request.robots if same_site(target, request.url) else "obey",
    )


def _make_busy(request: Request, who: str, until: datetime) -> Failed:
    """Return the failure of a request that must wait until the time `until`. `who`: the begin of
    the message, such as "the host"."""
    detail = f"{who} asked us to wait until {until:%Y-%m-%d %H:%M} UTC"
    return Failed(url=request.url, reason="rate-limited", detail=detail, retry_after=until)


def _name_answer(result: FetchResult) -> str | int:
    """Return a word for a result, for the log: its HTTP status, or its reason if it is a
    failure."""
    if isinstance(result, Failed):
        return result.reason
    if isinstance(result, Fetched):
        return result.status
    return HTTPStatus.NOT_MODIFIED.value


def _name_server(url: str) -> str:
    """Return host and port of `url` in lower case. User name and password are left out."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def _make_wait_key(url: str) -> str:
    """Return the key under which `backoff` stores that an address asked for a wait: the address in
    canonical form."""
    try:
        return canonical(url)
    except BadUrl:
        return redacted(url)


def _add_usage(
    result: FetchResult, verdict: RobotsVerdict | None, licence: str = ""
) -> FetchResult:
    """Return `result` with what robots.txt says on the use of its content. `verdict`: what
    robots.txt says, None if it was not read. `licence`: the text of the licence that it names, ""
    without one.

    The usage lines and the licence become headers that a server itself cannot set. `permit` says
    who permitted the request. A feed that was fetched although robots.txt disallows it gets a
    warning. A result that is not Fetched is returned unchanged."""
    if not isinstance(result, Fetched):
        return result
    # remove headers of these names that the server has set
    headers = {name: value for name, value in result.headers.items() if name not in _USAGE_HEADERS}
    if verdict is None:
        return replace(result, headers=headers)
    if verdict.usage:
        headers[statements.HEADER] = verdict.usage
    if licence:
        headers[statements.RSL_HEADER] = licence
    # robots.txt was read and disallows this feed, but the operator named it
    if not verdict.allowed and not verdict.cause:
        return replace(result, headers=headers, permit=OPERATOR, warning=DISALLOWED)
    return replace(result, headers=headers, permit=verdict.by, warning="")


def _as_answer_to(
    shown_url: str, result: FetchResult, moved_to: str | None, *, is_permanent: bool
) -> FetchResult:
    """Return `result`, the answer of the last host, as the answer to the first request, of which
    `shown_url` is the address. `moved_to` of the result becomes the address to which permanent
    redirects led.

    `moved_to`: the address to which the earlier hosts redirected permanently, None if they did not.
    `is_permanent`: True if all their redirects were permanent."""
    if isinstance(result, Failed):
        return replace(result, url=shown_url)
    target = moved_to
    if is_permanent and result.moved_to:
        target = result.moved_to
    if result.url == shown_url and result.moved_to == target:
        return result
    return replace(result, url=shown_url, moved_to=target)
