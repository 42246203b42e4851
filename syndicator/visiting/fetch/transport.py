"""Open connections to checked IP addresses only; translate their errors into reason codes."""

import errno
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from syndicator.configuration.settings import Fetch
from syndicator.core.errors import ConfigError
from syndicator.core.model import OURS
from syndicator.core.urls import BadUrl, canonical, private
from syndicator.visiting.fetch import ssrf

_ORIGINS = 64  # origins per generation of transports; limits the open connections
# seconds an idle connection is kept: longer than the pause between two requests of a host
_IDLE = 5.0
# of one header line; some Content-Security-Policies are longer than the usual 8 KB
_HEADER_BYTES = 32_768
AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]

# files, buffers, memory of this machine
_SHORT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
# The first row that fits counts: aiohttp's errors inherit from each other. An empty line stands for
# the error's own.
_KINDS: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    ((aiohttp.ClientConnectorDNSError, socket.gaierror), "dns", "the name does not resolve"),
    ((aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch, ssl.SSLError), "tls", ""),
    ((aiohttp.ClientConnectorError,), "connect", ""),
    ((aiohttp.ConnectionTimeoutError,), "connect", "no connection in time"),
    ((aiohttp.ClientPayloadError,), "truncated", "the answer ended before it was complete"),
    (
        (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError),
        "disconnected",
        "the server closed the connection",
    ),
    (
        (httpx.InvalidURL, aiohttp.InvalidURL, UnicodeError, BadUrl),
        "bad-url",
        "no request can be made for this URL",
    ),
)
_LONGEST = 200  # characters of a line


class Blocked(OSError):
    """A forbidden address. `why`: one line for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EACCES, why)
        self.why = why


@dataclass(slots=True)
class _Generation:
    """Transports, by TLS and allowed private addresses. `origins`: those that used them."""

    transports: dict[tuple[bool, tuple[str, ...]], AiohttpTransport] = field(default_factory=dict)
    origins: set[str] = field(default_factory=set)
    users: int = 0

    async def aclose(self) -> None:
        for transport in self.transports.values():
            await transport.aclose()


class _Resolver(AbstractResolver):
    def __init__(self, lookup: ssrf.Threads, check: Callable[[str, int], None]) -> None:
        self._lookup = lookup
        self._check = check

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        results: list[ResolveResult] = []
        for kind, _, proto, _, address in await self._lookup(host, port):
            where = str(address[0])
            if kind in (socket.AF_INET, socket.AF_INET6) and family in (socket.AF_UNSPEC, kind):
                self._check(where, port)
                results.append(
                    ResolveResult(
                        hostname=host,
                        host=where,
                        port=port,
                        family=kind,
                        proto=proto,
                        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                    )
                )
        if not results:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return results

    async def close(self) -> None:
        return None


class Clients:
    """Transports by allowed private addresses: sources with different rights share no connection.
    After 64 origins a new generation replaces them. Raises ConfigError for an invalid proxy."""

    def __init__(
        self, settings: Fetch, lookup: ssrf.Lookup, dial: Callable[[AddrInfo], socket.socket]
    ) -> None:
        self._settings = settings
        self._lookup = ssrf.Threads(lookup)
        self._dial = dial
        self._now = _Generation()
        self._retired: list[_Generation] = []
        self._proxy = _proxy(settings.proxy)
        self._tls: ssl.SSLContext | None = None
        self._plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # for http: nothing is loaded into it

    @asynccontextmanager
    async def use(
        self, url: httpx.URL, where: str, allow: tuple[str, ...]
    ) -> AsyncIterator[AiohttpTransport]:
        """Yield the transport for `url` and its origin. With a proxy, raise Blocked for a refused
        IP address."""
        if self._proxy is not None:
            self._check_literal(url, allow)
        if len(self._now.origins) >= _ORIGINS and where not in self._now.origins:
            self._retired.append(self._now)
            self._now = _Generation()
        mine = self._now
        key = (url.scheme == "https", allow)
        mine.origins.add(where)
        mine.users += 1  # before any await, so that it is not closed while in use
        try:
            if key not in mine.transports:
                mine.transports[key] = self._transport(*key)
            yield mine.transports[key]
        finally:
            mine.users -= 1
            for unused in [generation for generation in self._retired if not generation.users]:
                self._retired.remove(unused)
                await unused.aclose()

    async def aclose(self) -> None:
        for generation in (*self._retired, self._now):
            await generation.aclose()

    def _transport(self, secure: bool, allow: tuple[str, ...]) -> AiohttpTransport:
        def check(address: str, port: int) -> None:
            if self._proxy is None:  # with one, only the operator's proxy is connected to
                self._check(address, port, allow)

        def factory(info: AddrInfo) -> socket.socket:
            check(str(info[4][0]), int(info[4][1]))
            return self._dial(info)

        if secure and self._tls is None:
            self._tls = make_tls()
        tls = self._tls if secure and self._tls is not None else self._plain
        return AiohttpTransport(
            verify=tls,
            trust_env=False,
            proxy=self._proxy,
            client=lambda: self._session(check, factory, tls),
        )

    def _check(self, address: str, port: int, allow: tuple[str, ...]) -> None:
        check_address(self._settings, address, port, allow)

    def _check_literal(self, url: httpx.URL, allow: tuple[str, ...]) -> None:
        """Raise Blocked for forbidden IP addresses and private names. A proxy resolves other names
        itself."""
        port = url.port or (443 if url.scheme == "https" else 80)
        name = urlsplit(canonical(str(url))).hostname or ""
        if name == "localhost" or name.endswith(".localhost"):
            name = "127.0.0.1"
        if ":" in name or re.fullmatch(r"[\d.]+", name):
            self._check(name, port, allow)
        elif not allow and (why := private(str(url))):
            raise Blocked(why)
        # only the operator's DNS can have it
        elif not allow and re.fullmatch(r"(.+\.)?(test|invalid)", name):
            raise Blocked(f"{name} is a name for tests (RFC 6761)")

    def _session(
        self, check: Callable[[str, int], None], factory: Any, tls: ssl.SSLContext
    ) -> aiohttp.ClientSession:
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


def check_address(settings: Fetch, address: str, port: int, allow: tuple[str, ...]) -> None:
    """Raise Blocked for an address that is not permitted, by `allow` or the settings."""
    try:
        why = ssrf.verdict(
            address, port, allow=allow, nat64=settings.nat64, loopback=settings.allow_loopback
        )
    except ValueError as error:  # an allow line that cannot be read permits nothing
        why = str(error)
    if why is not None:
        raise Blocked(why)


def make_tls() -> ssl.SSLContext:
    """Return what connections are made with: certificates are checked, by SSL_CERT_FILE if set."""
    return httpx.create_ssl_context()


def _proxy(url: str) -> httpx.Proxy | None:
    try:
        return httpx.Proxy(url) if url else None
    except (httpx.InvalidURL, ValueError) as error:
        raise ConfigError(
            'fetch.proxy is not the address of a proxy; write it like "http://10.0.0.1:3128"'
        ) from error


def explain(error: Exception) -> tuple[str, str]:
    """Return the reason code for a transport error and one line of at most 200 characters."""
    cause: BaseException = error
    while isinstance(cause, httpx.HTTPError) and cause.__cause__ is not None:
        cause = cause.__cause__
    inner = getattr(cause, "os_error", None)  # aiohttp wraps what the socket raised
    for exception in (inner, cause):
        if isinstance(exception, OSError) and exception.errno in _SHORT_OF:
            return (
                OURS,
                (
                    "this machine is short of something:"
                    f" {_line(exception.strerror or str(exception))}"
                ),
            )
        if isinstance(exception, Blocked):
            return "blocked-address", exception.why
    for kinds, reason, line in _KINDS:
        if isinstance(cause, kinds):
            return reason, line or _own_line(reason, cause, inner)
    if isinstance(cause, aiohttp.ClientResponseError):
        return "protocol", _line(f"the answer is not valid HTTP: {cause.message}")
    return "protocol", _line(f"{type(cause).__name__}: {cause}")


def _own_line(reason: str, cause: BaseException, inner: object) -> str:
    """Return the message of the fault: for TLS the certificate's, else the socket's."""
    if reason == "tls":
        return _line(str(getattr(cause, "certificate_error", inner or cause)))
    return _line(str(inner.strerror if isinstance(inner, OSError) and inner.strerror else cause))


def _line(value: str) -> str:
    return " ".join(value.split())[:_LONGEST]
