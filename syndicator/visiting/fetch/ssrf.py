"""Refuse requests to private IP addresses (SSRF); look up names; check URLs and redirects."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from urllib.parse import urljoin, urlsplit

import httpx

from syndicator.configuration.settings import parse_allow
from syndicator.core.urls import (
    LOOPBACK_6,
    Address,
    describe_special_address,
    find_embedded_ipv4,
    redacted,
)

# A look-up of a name cannot be stopped: it ends when the system's library gives up, after 30 s or
# more. If so many are running, the next one fails at once.
_MOST_LOOKUPS = 256
_PORTS = {"http": 80, "https": 443}
_LONGEST_SHOWN = 200  # characters of an address in a message


def list_allow_lines(url: str) -> tuple[str, ...]:
    """Return `allow` lines, such as "10.0.0.1/32:80", that permit connections to the host and port
    of `url`, an address in the settings. If the host is a name, the lines permit every IP address
    at this port. Return () if `url` is not an http or https URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        return ()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a host name
        return (f"0.0.0.0/0:{port}", f"[::]/0:{port}")
    if isinstance(address, ipaddress.IPv6Address):
        return (f"[{address}]/128:{port}",)
    return (f"{address}/32:{port}",)


def explain_refusal(
    address: str,
    port: int,
    *,
    allow: Sequence[str] = (),
    nat64: Sequence[str] = (),
    loopback: bool = False,
) -> str | None:
    """Return why a connection to the IP address `address` is refused, with the `allow` line that
    would permit it. Return None if the connection is permitted.

    `allow`: lines that permit networks and ports, such as "10.0.0.0/8:80". `nat64`: prefixes of
    IPv6 addresses that contain an IPv4 address (RFC 6052 section 2.2). `loopback`: True if
    connections to this machine are permitted. Raises ValueError if an `allow` line cannot be
    read."""
    try:
        # "%" begins the zone of a link-local address, such as "fe80::1%eth0"
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is not an IP address"
    kind = describe_special_address(parsed, tuple(nat64))
    if kind is None:  # an ordinary public address
        return None
    # an IPv6 address may contain the IPv4 address to which its packets are sent
    target = find_embedded_ipv4(parsed, tuple(nat64)) or parsed
    if loopback and _is_loopback(target):
        return None
    if any(_permits(line, parsed, target, port) for line in allow):
        return None
    return (
        f"{address} is {kind}; to permit it, write below its [[source]] or [[webhook]]:"
        f" {format_permission(target, port)}"
    )


def _is_loopback(address: Address) -> bool:
    """Return True if the address is that of this machine: 127.0.0.0/8 or ::1."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_loopback
    return address == LOOPBACK_6


def _permits(line: str, address: Address, embedded_address: Address, port: int) -> bool:
    """Return True if the `allow` line `line` permits a connection to `port` at one of two
    addresses: `address`, or `embedded_address`, the IPv4 address that it contains. If `address`
    contains none, both are the same."""
    network, allowed_port = parse_allow(line)
    if allowed_port not in (None, port):
        return False
    for candidate in (address, embedded_address):
        if candidate.version == network.version and candidate in network:
            return True
    return False


def format_permission(address: Address, port: int) -> str:
    """Return the line for sources.toml that permits only this address and port, such as `allow =
    ["10.0.0.1/32:80"]`."""
    return f'allow = ["{address}/{address.max_prefixlen}:{port}"]'


# An address as socket.getaddrinfo returns it.
Answer = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
Lookup = Callable[[str, int], Sequence[Answer]]


def resolve_with_system(host: str, port: int) -> Sequence[Answer]:
    """Return all TCP addresses of `host`, by the operating system. Raises OSError if it finds
    none."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class BackgroundLookup:
    """Callable that looks up a name without blocking the event loop. It calls `lookup(host, port)`
    on a daemon thread, which may outlive the caller, as a look-up cannot be stopped.

    The call raises gaierror if 256 look-ups are running already, and any error that `lookup`
    raises."""

    def __init__(self, lookup: Lookup = resolve_with_system) -> None:
        self._lookup = lookup
        self._running = 0

    async def __call__(self, host: str, port: int) -> Sequence[Answer]:
        """Return the addresses of `host`. A new thread looks up the name; meanwhile, the event loop
        runs on. Raises gaierror if too many look-ups are running already, and any error of the
        look-up."""
        if self._running >= _MOST_LOOKUPS:
            raise socket.gaierror(socket.EAI_AGAIN, f"{_MOST_LOOKUPS} DNS look-ups hang")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[Answer]] = loop.create_future()

        def look_up() -> None:
            """Look up the name, and let the event loop call `finish`. The new thread runs this."""
            answer: Sequence[Answer] = ()
            failure: Exception | None = None
            try:
                answer = self._lookup(host, port)
            except (OSError, UnicodeError, ValueError) as error:
                failure = error
            if not loop.is_closed():
                loop.call_soon_threadsafe(finish, answer, failure)

        def finish(answer: Sequence[Answer], failure: Exception | None) -> None:
            """End the caller's waiting with the result. The event loop calls this."""
            self._running -= 1
            if future.cancelled():
                return
            if failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(answer)

        self._running += 1
        threading.Thread(target=look_up, daemon=True, name=f"lookup {host[:60]}").start()
        return await future


class Refusal(Exception):
    """Raised to end a fetch. `reason` and `status` have the meaning that they have in `Failed`.
    `detail`: a line for the operator, without secrets."""

    def __init__(self, reason: str, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.status = status


def get_origin(url: httpx.URL) -> str:
    """Return scheme, host and port of `url` (RFC 6454), such as "https://a.example:443"."""
    port = url.port or _PORTS.get(url.scheme, _PORTS["http"])
    return f"{url.scheme}://{url.host}:{port}"


def parse_url(url: str) -> httpx.URL:
    """Return `url`, an absolute http or https URL, in parsed form. Raises Refusal(bad-url) for any
    other text."""
    try:
        parsed = httpx.URL(url.strip())
        host = parsed.host
    except (httpx.InvalidURL, ValueError, UnicodeError, TypeError) as error:
        raise Refusal("bad-url", f"not a URL: {redacted(url)[:_LONGEST_SHOWN]!r}") from error
    if parsed.scheme not in ("http", "https") or not host:
        raise Refusal("bad-url", f"not an http or https URL: {redacted(url)[:_LONGEST_SHOWN]!r}")
    return parsed


def resolve_redirect(url: str, location: str) -> str:
    """Return the absolute address to which a redirect from `url` leads. `location`: the value of
    its header Location.

    Raises Refusal: "redirects" if the header is empty, "bad-url" if the target is not a web
    address, and "downgrade" if it leads from https to http."""
    if not location.strip():
        raise Refusal("redirects", "a redirect without a Location")
    try:
        target = parse_url(urljoin(url, location.strip()))
    except ValueError as error:
        raise Refusal("bad-url", "the redirect leads to something that is not a URL") from error
    if url.startswith("https:") and target.scheme == "http":
        raise Refusal(
            "downgrade", f"a redirect from https to {redacted(str(target))[:_LONGEST_SHOWN]}"
        )
    return str(target)


def strip_url(url: httpx.URL) -> httpx.URL:
    """Return `url` without credentials and fragment."""
    if not url.userinfo and not url.fragment:
        return url
    return url.copy_with(userinfo=b"", fragment=None)
