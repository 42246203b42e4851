"""Which IP addresses may be connected to: public ones, and those that the operator allows. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from syndicator.core.urls import LOOPBACK_6, Address, Network, embedded, special

_PORTS = range(1, 65536)


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
    what = special(parsed, tuple(nat64))
    if what is None:
        return None
    real = embedded(parsed, tuple(nat64)) or parsed
    if loopback and (real == LOOPBACK_6 or (isinstance(real, ipaddress.IPv4Address) and real.is_loopback)):
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
