"""Which IP addresses may be connected to: public ones, and those that the operator allows. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA's special-purpose registries (RFC 6890 and successors), multicast, class E, and the metadata server of Azure's
# machines, whose address is in a public range.
_BLOCKED_4: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")  # the only block IANA has given to unicast (RFC 3587)
_BLOCKED_6: tuple[tuple[ipaddress.IPv6Network, str], ...] = tuple(
    (ipaddress.IPv6Network(network), what)
    for network, what in (
        ("2001::/32", "Teredo tunnel"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4 tunnel"),
        ("3fff::/20", "documentation"),
    )
)
_PORTS = range(1, 65536)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_ISATAP = 0x00005EFE  # the beginning of an interface id that ends in an IPv4 address, in any network (RFC 5214)
_NAT64_LOW_BITS = 96  # from this prefix length on, the IPv4 address is the last 32 bits (RFC 6052 section 2.2)
_LOOPBACK_6 = ipaddress.IPv6Address("::1")


class Allowed(NamedTuple):
    """One line of an operator's `allow`: a network and a port, None for every port."""

    network: Network
    port: int | None


def parse_allow(line: str) -> Allowed:
    """The value of "10.0.0.0/8:443", "10.0.0.5", "fd00::/8:443" or "[::1]:8080". Raises ValueError that quotes it."""
    match = re.fullmatch(r"\s*\[?([0-9a-fA-F.:]+?)\]?(?:/(\d{1,3}))?(?:(?<=[\]0-9]):(\d{1,5}))?\s*", line)
    bare = re.fullmatch(r"\s*([0-9a-fA-F:]+:[0-9a-fA-F:]*)\s*", line)
    try:
        if bare:
            return Allowed(ipaddress.ip_network(bare[1]), None)
        if match is None:
            raise ValueError(line)
        network = ipaddress.ip_network(f"{match[1]}/{match[2]}" if match[2] else match[1], strict=False)
        port = int(match[3]) if match[3] else None
        if port is not None and port not in _PORTS:
            raise ValueError(line)
    except ValueError as error:
        raise ValueError(f'allow: {line!r} is not a network; write it like "10.0.0.0/8:443"') from error
    return Allowed(network, port)


def endpoint(url: str) -> tuple[str, ...]:
    """The `allow` lines for a URL that the operator wrote into the settings (a hub, a language model), which may be at
    a private address: its port, and its host where that is an IP address. A name may resolve to any address, because a
    request's `allow` applies to its first origin only. () for what is not an http(s) URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError):
        return ()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a name: whatever it resolves to
        return (f"0.0.0.0/0:{port}", f"[::]/0:{port}")
    return (f"[{address}]/128:{port}" if isinstance(address, ipaddress.IPv6Address) else f"{address}/32:{port}",)


def private(url: str) -> bool:
    """True for a URL whose host is localhost or a non-public IP address; names are not looked up."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return _special(ipaddress.ip_address(host), ()) is not None
    except ValueError:
        return False


def verdict(
    address: str, port: int, *, allow: Sequence[str] = (), nat64: Sequence[str] = (), loopback: bool = False
) -> str | None:
    """None when `address` may be connected to on `port`; otherwise why not, with the `allow` line that would permit it.

    allow: lines as for `parse_allow`, which raises ValueError for others. nat64: prefixes whose addresses contain an
    IPv4 address (RFC 6052 section 2.2), which is what is checked. loopback: True permits 127.0.0.0/8 and ::1. An
    address that cannot be parsed is refused.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is not an IP address"
    what = _special(parsed, tuple(nat64))
    if what is None:
        return None
    real = _embedded(parsed, tuple(nat64)) or parsed
    if loopback and (real == _LOOPBACK_6 or (isinstance(real, ipaddress.IPv4Address) and real.is_loopback)):
        return None
    if any(_permits(parse_allow(line), (parsed, real), port) for line in allow):
        return None
    return f"{address} is {what}; to permit it: {permission(real, port)}"


def permission(address: Address, port: int) -> str:
    """The line for a source in sources.toml that permits exactly this address and port."""
    return f'allow = ["{address}/{address.max_prefixlen}:{port}"]'


def _permits(allowed: Allowed, addresses: tuple[Address, ...], port: int) -> bool:
    if allowed.port is not None and allowed.port != port:
        return False
    return any(address.version == allowed.network.version and address in allowed.network for address in addresses)


@lru_cache(maxsize=16)
def _prefixes(nat64: tuple[str, ...]) -> tuple[ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.IPv6Network(prefix) for prefix in nat64)


def _embedded(address: Address, nat64: tuple[str, ...]) -> ipaddress.IPv4Address | None:
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    value = int(address)
    if address in _MAPPED or value >> 32 & 0xFDFFFFFF == _ISATAP:
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    prefix = next((prefix for prefix in _prefixes(nat64) if address in prefix), None)
    return None if prefix is None else _translated(value, prefix.prefixlen)


def _translated(value: int, length: int) -> ipaddress.IPv4Address:
    """The IPv4 address behind a NAT64 prefix of `length` bits; bits 64 to 71 are not part of it (RFC 6052 section
    2.2)."""
    if length >= _NAT64_LOW_BITS:
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    joined = (value >> 64) << 56 | (value & (1 << 56) - 1)
    return ipaddress.IPv4Address(joined >> (88 - length) & 0xFFFFFFFF)


def _special(address: Address, nat64: tuple[str, ...]) -> str | None:
    """What kind of non-public address this is, None for a public one."""
    real = _embedded(address, nat64) or address
    if isinstance(real, ipaddress.IPv4Address):
        return next((what for network, what in _BLOCKED_4 if real in network), None)
    if real not in _GLOBAL_6:
        return "loopback" if real == _LOOPBACK_6 else "not a public IPv6 address"
    return next((what for network, what in _BLOCKED_6 if real in network), None)
