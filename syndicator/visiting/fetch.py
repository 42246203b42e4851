"""The one door to the network: httpx's vocabulary over aiohttp's transport, every socket guarded before it dials."""

from __future__ import annotations

import asyncio
import base64
import errno
import logging
import re
import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from syndicator.model import Failed, Fetched, FetchResult, NotModified, Request
from syndicator.settings import Fetch
from syndicator.urls import BadUrl, canonical
from syndicator.visiting import guard, resolve
from syndicator.visiting.headers import error_code, joined, retry_after
from syndicator.visiting.inflate import BadEncoding, Inflater, TooLarge

_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_CLIENTS = 64  # origins whose connections are kept, least recently used closed first
_IDLE = 5.0  # seconds an idle connection is kept: longer than the pause between two requests of a host
_HEADER_BYTES = 32_768  # one header line; security policies pass the usual 8 KB
_ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
}
AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]


class Blocked(OSError):
    """An address that must not be dialled."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EACCES, why)
        self.why = why


class Refusal(Exception):
    """Ends a fetch with a reason of ours."""

    def __init__(self, reason: str, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.status = reason, detail, status


def open_socket(info: AddrInfo) -> socket.socket:
    """A socket for an address that passed the guard."""
    return socket.socket(info[0], info[1], info[2])


def origin(url: httpx.URL) -> str:
    """Scheme, host and port: what credentials belong to."""
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.scheme}://{url.host}:{port}"


def redacted(url: str) -> str:
    """`url` without user and password."""
    if "@" not in url:
        return url
    try:
        parsed = httpx.URL(url)
        return str(parsed.copy_with(userinfo=b"")) if parsed.userinfo else url
    except (httpx.InvalidURL, ValueError):
        return url.rpartition("@")[2]


def parse_url(url: str) -> httpx.URL:
    """An absolute http(s) URL as httpx has it. Raises Refusal(bad-url)."""
    try:
        parsed = httpx.URL(url.strip())
        host = parsed.host
    except (httpx.InvalidURL, ValueError, UnicodeError, TypeError) as error:
        raise Refusal("bad-url", f"not a URL: {redacted(url)[:200]!r}") from error
    if parsed.scheme not in ("http", "https") or not host:
        raise Refusal("bad-url", f"not an http or https URL: {redacted(url)[:200]!r}")
    return parsed


def next_hop(here: str, location: str) -> str:
    """Where a redirect leads. Raises Refusal for none, for a bad one and for a way from https to http."""
    if not location.strip():
        raise Refusal("redirects", "a redirect without a Location")
    try:
        target = parse_url(urljoin(here, location.strip()))
    except ValueError as error:
        raise Refusal("bad-url", "a redirect to something that is no URL") from error
    if here.startswith("https:") and target.scheme == "http":
        raise Refusal("downgrade", f"a redirect from https to {redacted(str(target))[:200]}")
    return str(target)


def _bare(url: httpx.URL) -> httpx.URL:
    return url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url


@dataclass(slots=True)
class _Client:
    transport: AiohttpTransport
    users: int = 0


class _Resolver(AbstractResolver):
    """Refuses a name when any of its addresses is refused: no half-private answer is dialled by luck."""

    def __init__(self, lookup: resolve.Threads, check: Callable[[str, int], None]) -> None:
        self._lookup = lookup
        self._check = check

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found: list[ResolveResult] = []
        for kind, _, proto, _, address in await self._lookup(host, port):
            where = str(address[0])
            if kind in (socket.AF_INET, socket.AF_INET6) and family in (socket.AF_UNSPEC, kind):
                self._check(where, port)
                found.append(
                    ResolveResult(
                        hostname=host,
                        host=where,
                        port=port,
                        family=kind,
                        proto=proto,
                        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                    )
                )
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return found

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class _Trip:
    """One request on its way through its redirects."""

    request: Request
    url: httpx.URL  # without credentials and fragment
    first: str  # origin
    credentials: Mapping[str, str]
    permanent: bool = True
    moved_to: str | None = None
    seen: set[str] = field(default_factory=set)


class HttpFetcher:
    """ports.Fetcher on the real network. Never raises for what the network does.

    settings: limits, proxy and NAT64 prefixes. user_agent: sent with every request. clock: now, aware, for Retry-After.
    lookup, dial: how names are resolved and sockets opened; tests record there.
    """

    def __init__(
        self,
        settings: Fetch,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        lookup: resolve.Lookup = resolve.system,
        dial: Callable[[AddrInfo], socket.socket] = open_socket,
    ) -> None:
        self._settings = settings
        self._user_agent = user_agent
        self._clock = clock
        self._lookup = resolve.Threads(lookup)
        self._dial = dial
        self._clients: OrderedDict[tuple[str, tuple[str, ...]], _Client] = OrderedDict()
        self._proxy = httpx.Proxy(settings.proxy) if settings.proxy else None
        self._tls: ssl.SSLContext | None = None
        self._plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # for http: nothing is loaded into it
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes whole URLs at INFO

    async def fetch(self, request: Request) -> FetchResult:
        """The answer to `request` within its deadline, after redirects. A failure is a `Failed` with its reason."""
        shown = redacted(request.url)
        started = time.monotonic()
        try:
            async with asyncio.timeout(request.deadline):
                return await self._travel(self._depart(request))
        except Refusal as refusal:
            return Failed(url=shown, reason=refusal.reason, detail=refusal.detail, status=refusal.status)
        except TimeoutError:
            spent = time.monotonic() - started
            return Failed(url=shown, reason="timeout", detail=f"no whole answer within {spent:.1f} s")
        except (httpx.HTTPError, aiohttp.ClientError, OSError, ValueError) as error:
            reason, detail = explain(error)
            return Failed(url=shown, reason=reason, detail=detail)

    async def aclose(self) -> None:
        while self._clients:
            _, client = self._clients.popitem()
            await client.transport.aclose()

    def _depart(self, request: Request) -> _Trip:
        url = parse_url(request.url)
        credentials = dict(request.headers)
        if url.userinfo:
            pair = unquote(url.userinfo.decode("ascii", "replace")).encode()
            credentials.setdefault("authorization", "Basic " + base64.b64encode(pair).decode())
        url = _bare(url)
        return _Trip(request, url, origin(url), credentials)

    async def _travel(self, trip: _Trip) -> FetchResult:
        for _ in range(self._settings.redirects + 1):
            outcome = await self._hop(trip)
            if outcome is not None:
                return outcome
        raise Refusal("redirects", f"more than {self._settings.redirects} redirects")

    async def _hop(self, trip: _Trip) -> FetchResult | None:
        """One exchange: an end, or None when the trip goes on at trip.url."""
        url, here, where = trip.url, str(trip.url), origin(trip.url)
        if here in trip.seen:
            raise Refusal("redirects", "redirects in a circle")
        trip.seen.add(here)
        home = where == trip.first
        allow = trip.request.allow if home else ()
        if self._proxy is not None:
            self._check_literal(url, allow)
        client = await self._client(where, allow)
        client.users += 1
        try:
            response = await client.transport.handle_async_request(self._message(trip, url, home))
            try:
                return await self._answer(trip, here, response)
            finally:
                await response.aclose()
        finally:
            client.users -= 1

    async def _answer(self, trip: _Trip, here: str, response: httpx.Response) -> FetchResult | None:
        headers = joined(response.headers.multi_items())
        status = response.status_code
        if status in _REDIRECTS and trip.request.method == "GET":
            return self._redirect(trip, here, status, headers)
        shown = redacted(trip.request.url)
        if status == 304:
            return NotModified(url=shown, final_url=here, headers=headers, moved_to=trip.moved_to)
        if not 200 <= status < 300:
            raw = headers.get("retry-after", "")
            return Failed(
                url=shown,
                reason=error_code(status),
                detail=f"{here} answered {status}",
                status=status,
                retry_after=retry_after(raw, self._clock()),
            )
        body = await self._body(response, headers)
        return Fetched(url=shown, final_url=here, status=status, headers=headers, body=body, moved_to=trip.moved_to)

    def _redirect(self, trip: _Trip, here: str, status: int, headers: Mapping[str, str]) -> Fetched | None:
        target = next_hop(here, headers.get("location", ""))
        trip.permanent = trip.permanent and status in _PERMANENT
        trip.moved_to = target if trip.permanent else trip.moved_to
        if trip.request.stay and parse_url(target).host != parse_url(here).host:
            return Fetched(
                url=redacted(trip.request.url),
                final_url=here,
                status=status,
                headers={**headers, "location": target},
                body=b"",
                moved_to=target if trip.permanent else None,
            )
        trip.url = _bare(parse_url(target))
        return None

    async def _body(self, response: httpx.Response, headers: Mapping[str, str]) -> bytes:
        most = self._settings.wire_bytes
        declared = headers.get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            raise Refusal("too-large", f"declares {declared} bytes, more than {most:,}", response.status_code)
        try:
            inflater = Inflater(headers.get("content-encoding", ""), self._settings.decoded_bytes)
            wire = 0
            async for chunk in response.aiter_raw():
                wire += len(chunk)
                if wire > most:
                    raise Refusal("too-large", f"more than {most:,} bytes sent", response.status_code)
                inflater.feed(chunk)
            return inflater.finish()
        except TooLarge as error:
            raise Refusal("too-large", str(error), response.status_code) from error
        except BadEncoding as error:
            raise Refusal("bad-encoding", str(error), response.status_code) from error

    def _message(self, trip: _Trip, url: httpx.URL, home: bool) -> httpx.Request:
        request = trip.request
        headers = {
            "user-agent": self._user_agent,
            "accept": _ACCEPT.get(request.kind, "*/*"),
            "accept-encoding": "gzip, deflate",
        }
        given = {"if-none-match": request.etag, "if-modified-since": request.last_modified}
        # a validator that is no ASCII cannot be sent back as it came
        headers |= {name: value for name, value in given.items() if value and value.isascii()}
        if home:
            headers |= {name.lower(): value.strip() for name, value in trip.credentials.items()}
        return httpx.Request(request.method, url, headers=headers, content=request.body)

    async def _client(self, where: str, allow: tuple[str, ...]) -> _Client:
        """Connections are shared by origin and by what may be dialled: an allowed one serves no other source."""
        key = (where, allow)
        client = self._clients.get(key)
        if client is None:
            client = self._clients[key] = _Client(self._transport(where, allow))
        self._clients.move_to_end(key)
        while len(self._clients) > _CLIENTS:
            oldest = next((name for name, other in self._clients.items() if not other.users and name != key), None)
            if oldest is None:
                break
            await self._clients.pop(oldest).transport.aclose()
        return client

    def _transport(self, where: str, allow: tuple[str, ...]) -> AiohttpTransport:
        def check(address: str, port: int) -> None:
            if self._proxy is None:  # with one, only the operator's proxy is ever dialled
                self._check(address, port, allow)

        def factory(info: AddrInfo) -> socket.socket:
            check(str(info[4][0]), int(info[4][1]))
            return self._dial(info)

        secure = where.startswith("https:")
        if secure and self._tls is None:
            self._tls = httpx.create_ssl_context()
        tls = self._tls if secure and self._tls is not None else self._plain
        return AiohttpTransport(
            verify=tls, trust_env=False, proxy=self._proxy, client=lambda: self._session(check, factory, tls)
        )

    def _check(self, address: str, port: int, allow: tuple[str, ...]) -> None:
        """Raises Blocked for an address that must not be dialled."""
        settings = self._settings
        try:
            why = guard.verdict(address, port, allow=allow, nat64=settings.nat64, loopback=settings.allow_loopback)
        except ValueError as error:  # an allow line that cannot be read permits nothing
            why = str(error)
        if why is not None:
            raise Blocked(why)

    def _check_literal(self, url: httpx.URL, allow: tuple[str, ...]) -> None:
        """A proxy resolves names itself; what is an address already, in any spelling, is still refused here."""
        port = url.port or (443 if url.scheme == "https" else 80)
        name = (urlsplit(canonical(str(url))).hostname or "").removesuffix(".")
        if name == "localhost" or name.endswith(".localhost"):
            name = "127.0.0.1"
        if ":" in name or re.fullmatch(r"[\d.]+", name):
            self._check(name, port, allow)

    def _session(self, check: Callable[[str, int], None], factory: Any, tls: ssl.SSLContext) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self._lookup, check),
            socket_factory=factory,
            ssl=tls,
            limit=0,
            use_dns_cache=False,
            keepalive_timeout=_IDLE,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
        )


def explain(error: Exception) -> tuple[str, str]:
    """A reason code and one line for what the transport raised."""
    cause: BaseException = error
    while isinstance(cause, httpx.HTTPError) and cause.__cause__ is not None:
        cause = cause.__cause__
    inner = getattr(cause, "os_error", None)
    if isinstance(inner, Blocked) or isinstance(cause, Blocked):
        blocked = inner if isinstance(inner, Blocked) else cause
        return "blocked-address", blocked.why if isinstance(blocked, Blocked) else str(cause)
    if isinstance(cause, aiohttp.ClientConnectorDNSError | socket.gaierror):
        return "dns", "the name does not resolve"
    if isinstance(cause, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch | ssl.SSLError):
        return "tls", _line(str(getattr(cause, "certificate_error", inner or cause)))
    if isinstance(cause, aiohttp.ClientConnectorError):
        return "connect", _line(str(inner.strerror if isinstance(inner, OSError) and inner.strerror else cause))
    if isinstance(cause, aiohttp.ClientPayloadError):
        return "truncated", "the body broke off"
    if isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError):
        return "disconnected", "the server closed the connection"
    if isinstance(cause, httpx.InvalidURL | aiohttp.InvalidURL | UnicodeError | BadUrl):
        return "bad-url", "the URL cannot be asked for"
    if isinstance(cause, aiohttp.ClientResponseError):
        return "protocol", _line(f"no valid HTTP: {cause.message}")
    return "protocol", _line(f"{type(cause).__name__}: {cause}")


def _line(value: str) -> str:
    return " ".join(value.split())[:200]
