"""Open connections to checked IP addresses only; translate their errors into reason codes."""

import errno
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from syndicator.configuration.settings import Fetch
from syndicator.core.errors import ConfigError
from syndicator.core.model import OURS
from syndicator.core.urls import BadUrl, canonical, explain_private
from syndicator.visiting.fetch import ssrf

_MOST_ORIGINS = 64  # per generation of transports; limits the open connections
# seconds that an idle connection stays open: longer than the pause between two requests to a host
_IDLE_SECONDS = 5.0
# of one header line; some Content-Security-Policies are longer than the usual 8 KB
_HEADER_BYTES = 32_768
# An address as socket.getaddrinfo returns it: family, type, protocol, canonical name, and the
# arguments of `connect` (host and port first).
AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]

# errors of the operating system: files, buffers or memory of this machine are used up
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
# Types of errors, their reason code and message, "" for the error's own message. The first row that
# fits counts: aiohttp's errors inherit from each other.
_ERRORS: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
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
_CONNECT_CALL = re.compile(r"Connect call failed \('([^']+)', (\d+)")  # in asyncio's messages
_LONGEST_LINE = 200  # characters of a line
NO_TLS = "the server does not speak https at this address"
_IPV4 = re.compile(r"[\d.]+")
_TEST_NAME = re.compile(r"(.+\.)?(test|invalid)")
_HTTPS_PORT = 443
_HTTP_PORT = 80


class Blocked(OSError):
    """Raised for an IP address or a name to which no request may go. `why`: the reason in one line
    for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EACCES, why)
        self.why = why


class Fault(NamedTuple):
    """An error of a connection: its reason code, and a line of at most 200 characters for the
    operator."""

    reason: str
    detail: str


@dataclass(slots=True)
class _Generation:
    """Transports that are closed together. Each is for connections with or without TLS, and to
    certain private addresses. `origins`: the origins that were requested by them. `users`: the
    number of running requests."""

    # by "is for https" and the `allow` lines of the source
    transports: dict[tuple[bool, tuple[str, ...]], AiohttpTransport] = field(default_factory=dict)
    origins: set[str] = field(default_factory=set)
    users: int = 0

    async def aclose(self) -> None:
        """Close the transports."""
        for transport in self.transports.values():
            await transport.aclose()


class _Resolver(AbstractResolver):
    """aiohttp's interface for looking up names. `lookup`: looks up a name. `check(address, port)`:
    raises Blocked for an address that is not permitted."""

    def __init__(self, lookup: ssrf.BackgroundLookup, check: Callable[[str, int], None]) -> None:
        self._lookup = lookup
        self._check = check

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the IP addresses of `host`, in the form that aiohttp needs. Raises Blocked if a
        connection to one of them at `port` is not permitted, and gaierror if there are none.
        `family`: restricts them to IPv4 or IPv6."""
        results: list[ResolveResult] = []
        for address_family, _, proto, _, socket_address in await self._lookup(host, port):
            if address_family not in (socket.AF_INET, socket.AF_INET6):
                continue
            if family not in (socket.AF_UNSPEC, address_family):
                continue
            address = str(socket_address[0])
            self._check(address, port)
            results.append(
                ResolveResult(
                    hostname=host,
                    host=address,
                    port=port,
                    family=address_family,
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
    """The open transports. Two sources share a connection only if they may use the same private
    addresses. Raises ConfigError if the settings name an invalid proxy.

    After 64 origins, a new generation of transports begins, so that idle connections are closed.
    The old generation is closed when its requests have ended. `dial`: opens a socket."""

    def __init__(
        self, settings: Fetch, lookup: ssrf.Lookup, dial: Callable[[AddrInfo], socket.socket]
    ) -> None:
        """`settings`: name the proxy and the permitted addresses. `lookup`: resolves a host name.
        `dial`: opens a socket for an address."""
        self._settings = settings
        self._lookup = ssrf.BackgroundLookup(lookup)
        self._dial = dial
        self._current = _Generation()
        self._retired: list[_Generation] = []
        self._proxy = _parse_proxy(settings.proxy)
        self._tls: ssl.SSLContext | None = None
        # transports for http need a TLS context, too; one without certificates is made much faster
        self._plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    @asynccontextmanager
    async def use(
        self, url: httpx.URL, origin: str, allow: tuple[str, ...]
    ) -> AsyncIterator[AiohttpTransport]:
        """Yield the transport for a request to `url`. `origin`: the origin of `url`. `allow`: lines
        for the private addresses that the source may use.

        Raise Blocked for a forbidden address in `url` if there is a proxy. Without a proxy, each
        connection is checked when it is opened; but with one, we connect only to the proxy."""
        if self._proxy is not None:
            self._check_host_in_url(url, allow)
        if len(self._current.origins) >= _MOST_ORIGINS and origin not in self._current.origins:
            # begin a new generation; the old one is closed when its requests have ended
            self._retired.append(self._current)
            self._current = _Generation()
        generation = self._current
        has_tls = url.scheme == "https"
        key = (has_tls, allow)  # requests with other rights must not use the same connections
        generation.origins.add(origin)
        generation.users += 1  # before any await, so that it is not closed while in use
        try:
            if key not in generation.transports:
                generation.transports[key] = self._make_transport(allow, has_tls=has_tls)
            yield generation.transports[key]
        finally:
            generation.users -= 1
            unused_generations = [retired for retired in self._retired if not retired.users]
            for unused in unused_generations:
                self._retired.remove(unused)
                await unused.aclose()

    async def aclose(self) -> None:
        """Close all transports."""
        for generation in (*self._retired, self._current):
            await generation.aclose()

    def _make_transport(self, allow: tuple[str, ...], *, has_tls: bool) -> AiohttpTransport:
        """Return a transport that connects only to permitted addresses. `allow`: lines that permit
        private addresses, in addition to those in the settings. `has_tls`: True if it is for
        https."""

        def check(address: str, port: int) -> None:
            """Raise Blocked if the address is not permitted. The session calls this for each
            address of a host name, and `open_socket` for each connection."""
            # if there is a proxy, this is its address, which the operator chose
            if self._proxy is None:
                self._check(address, port, allow)

        def open_socket(info: AddrInfo) -> socket.socket:
            """Open a socket for a connection to a permitted address. aiohttp calls this for each
            connection."""
            socket_address = info[4]
            address, port = socket_address[:2]
            check(str(address), int(port))
            return self._dial(info)

        tls = self._plain
        if has_tls:
            if self._tls is None:
                self._tls = make_tls()
            tls = self._tls
        return AiohttpTransport(
            verify=tls,
            trust_env=False,
            proxy=self._proxy,
            client=lambda: self._open_session(check, open_socket, tls),
        )

    def _check(self, address: str, port: int, allow: tuple[str, ...]) -> None:
        check_address(self._settings, address, port, allow)

    def _check_host_in_url(self, url: httpx.URL, allow: tuple[str, ...]) -> None:
        """Raise Blocked if the host in `url` is a forbidden IP address or a private name, such as
        localhost. Other names are permitted: the proxy resolves them, so that their addresses are
        not known here. `allow`: lines that permit private addresses."""
        port = url.port or (_HTTPS_PORT if url.scheme == "https" else _HTTP_PORT)
        name = urlsplit(canonical(str(url))).hostname or ""
        if name == "localhost" or name.endswith(".localhost"):
            name = "127.0.0.1"
        is_ip_address = ":" in name or _IPV4.fullmatch(name)
        if is_ip_address:
            self._check(name, port, allow)
            return
        if allow:  # the source may use private addresses, and the name may stand for one
            return
        why = explain_private(str(url))
        if why:
            raise Blocked(why)
        # public DNS never has these names, so they can only lead into the operator's network
        if _TEST_NAME.fullmatch(name):
            raise Blocked(f"{name} is a name for tests (RFC 6761)")

    def _open_session(
        self, check: Callable[[str, int], None], open_socket: Any, tls: ssl.SSLContext
    ) -> aiohttp.ClientSession:
        """Return a session of aiohttp, which sends requests. It stores no cookies and decompresses
        nothing. `check(address, port)` and `open_socket(info)` raise Blocked for an address that is
        not permitted."""
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self._lookup, check),
            socket_factory=open_socket,
            ssl=tls,
            limit=0,
            use_dns_cache=False,
            keepalive_timeout=_IDLE_SECONDS,
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
    """Raise Blocked if a connection to `port` at the IP address `address` is not permitted.
    `allow`: lines that permit private addresses, such as "10.0.0.0/8:80". The settings may permit
    further ones."""
    try:
        why = ssrf.explain_refusal(
            address, port, allow=allow, nat64=settings.nat64, loopback=settings.allow_loopback
        )
    except ValueError as error:  # an allow line that cannot be read permits nothing
        why = str(error)
    if why is not None:
        raise Blocked(why)


def make_tls() -> ssl.SSLContext:
    """Return the context for TLS connections. Certificates are checked by the authorities of the
    system, or by those in the file that SSL_CERT_FILE names."""
    return httpx.create_ssl_context()


def _parse_proxy(url: str) -> httpx.Proxy | None:
    """Return the proxy at `url`, the value of the setting `fetch.proxy`; None if it is "". Raises
    ConfigError if `url` is not the address of a proxy."""
    if not url:
        return None
    try:
        return httpx.Proxy(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise ConfigError(
            'fetch.proxy is not the address of a proxy; write it like "http://10.0.0.1:3128"'
        ) from error


def explain_error(error: Exception) -> Fault:
    """Return the reason code and a line for the operator that explain `error`, the error of a
    request."""
    cause: BaseException = error  # httpx wraps the errors of aiohttp
    while isinstance(cause, httpx.HTTPError) and cause.__cause__ is not None:
        cause = cause.__cause__
    socket_error = getattr(cause, "os_error", None)  # aiohttp wraps what the socket raised
    for exception in (socket_error, cause):
        if isinstance(exception, OSError) and exception.errno in _EXHAUSTED:
            message = _shorten_line(exception.strerror or str(exception))
            return Fault(OURS, f"this machine is short of something: {message}")
        if isinstance(exception, Blocked):
            return Fault("blocked-address", exception.why)
    # a row has exception classes, their reason code, and their line ("": it is made of the error)
    for kinds, reason, detail in _ERRORS:
        if isinstance(cause, kinds):
            return Fault(reason, detail or _describe_cause(reason, cause, socket_error))
    if isinstance(cause, aiohttp.ClientResponseError):
        return Fault("protocol", _shorten_line(f"the answer is not valid HTTP: {cause.message}"))
    return Fault("protocol", _shorten_line(f"{type(cause).__name__}: {cause}"))


def _describe_cause(reason: str, cause: BaseException, socket_error: object) -> str:
    """Return a line that describes an error. For the reason "tls" it says what is wrong with the
    certificate. For others, it is the message of `socket_error` (an OSError or None), or else of
    `cause`."""
    if reason == "tls" and "WRONG_VERSION_NUMBER" in str(cause):
        return NO_TLS
    if reason == "tls":
        return _shorten_line(str(getattr(cause, "certificate_error", socket_error or cause)))
    if isinstance(socket_error, OSError) and socket_error.strerror:
        return _describe_connect_error(
            socket_error.errno or 0, _shorten_line(socket_error.strerror)
        )
    return _shorten_line(str(cause))


def _describe_connect_error(number: int, message: str) -> str:
    """Return a line for the operator about a failed connection: it names the addresses in
    `message`, asyncio's message, and what failed there. If `message` has no address, it is returned
    itself. `number`: the errno of the error."""
    addresses = _CONNECT_CALL.findall(message)
    if not addresses:
        return message
    where = " and ".join(f"{host} port {port}" for host, port in dict.fromkeys(addresses))
    if number == errno.ECONNREFUSED:
        return f"nobody answers at {where}; is the server running?"
    return f"{where}: {os.strerror(number)}"


def _shorten_line(value: str) -> str:
    """Return `value` as one line of at most 200 characters."""
    return " ".join(value.split())[:_LONGEST_LINE]
