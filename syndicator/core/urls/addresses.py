"""Which addresses are public, by their own look: nothing is asked of DNS. Pure.

A connection is checked again, as it is opened, by what its name resolves to (visiting/fetch/ssrf.py).
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import urlsplit

from syndicator.core import urls

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
# Names that the public DNS does not have, so that only a network's own DNS or a machine itself resolves them: RFC 6761,
# 6762 (with its appendix G), 8375 and 9476, ICANN's .internal, and what ICANN gives nobody since networks use it
# (corp, home, mail). Below .arpa there are no web servers.
_PRIVATE_NAME = re.compile(
    r"(.+\.)?(localhost|localdomain|local|internal|intranet|private|corp|home|mail|lan|arpa|alt)|[^.]+"
)
_LITERAL = re.compile(r"[\d.]+|.*:.*")
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_ISATAP = 0x00005EFE  # the beginning of an interface id that ends in an IPv4 address, in any network (RFC 5214)
_NAT64_LOW_BITS = 96  # from this prefix length on, the IPv4 address is the last 32 bits (RFC 6052 section 2.2)
LOOPBACK_6 = ipaddress.IPv6Address("::1")


@lru_cache(maxsize=4096)
def private(url: str) -> str:
    """Why the host of an http(s) URL, in any spelling, is not public: "" for one that is, and for what is no URL."""
    try:
        name = urlsplit(urls.canonical(url)).hostname or ""
    except urls.BadUrl:
        return ""
    if _LITERAL.fullmatch(name):
        what = special(ipaddress.ip_address(name))
        return f"{name} is {what}" if what else ""
    return f"{name} is a name of a private network" if _PRIVATE_NAME.fullmatch(name) else ""


def refusal(url: str, by: str = "") -> str:
    """Why a stranger's reference to `url` is neither followed nor published, "" when it may be. `by`: the address of
    what names it. What is on a private network itself may name others there: the operator let us in."""
    if urls.redacted(url) != url:
        return "the address has a user name or password in it"
    return private(url) if not (by and private(by)) else ""


@lru_cache(maxsize=16)
def _prefixes(nat64: tuple[str, ...]) -> tuple[ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.IPv6Network(prefix) for prefix in nat64)


def embedded(address: Address, nat64: tuple[str, ...]) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, None when it stands for none."""
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


def special(address: Address, nat64: tuple[str, ...] = ()) -> str | None:
    """What kind of non-public address this is, None for a public one. nat64: prefixes whose addresses contain an IPv4
    address (RFC 6052 section 2.2), which is what is judged."""
    real = embedded(address, nat64) or address
    if isinstance(real, ipaddress.IPv4Address):
        return next((what for network, what in _BLOCKED_4 if real in network), None)
    if real not in _GLOBAL_6:
        return "loopback" if real == LOOPBACK_6 else "not a public IPv6 address"
    return next((what for network, what in _BLOCKED_6 if real in network), None)
