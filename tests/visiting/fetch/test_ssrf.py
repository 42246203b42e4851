"""The guard against requests to private addresses (SSRF), case by case."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.configuration.settings import Allowed, parse_allow
from syndicator.visiting.fetch.ssrf import explain_refusal, format_permission, list_allow_lines


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.170",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.9",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::",
        "3fff::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "5f00::1",
        "not an address",
        "",
    ],
)
def test_refused(address: str) -> None:
    """Addresses in private, local or reserved networks, also as IPv4 inside IPv6, and texts that
    are no address are refused."""
    assert explain_refusal(address, 80, nat64=("64:ff9b::/96",)) is not None


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "100.128.0.1",
        "168.63.129.17",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2001:4860:4860::8888",
    ],
)
def test_public(address: str) -> None:
    """Public addresses are allowed, also inside the configured NAT64 prefix or just outside a
    reserved network."""
    assert explain_refusal(address, 80, nat64=("64:ff9b::/96",)) is None


def test_nat64_only_where_it_is_configured() -> None:
    """A NAT64 address is refused if its prefix is not configured, or if it contains a private
    address."""
    assert explain_refusal("64:ff9b::808:808", 80) is not None
    assert explain_refusal("2001:4860:64::a00:1", 80, nat64=("2001:4860:64::/96",)) is not None


@pytest.mark.parametrize(
    ("prefix", "private", "public"),
    [  # the examples of RFC 6052 2.4 with 10.0.2.33 and 8.8.8.8 in place of 192.0.2.33
        ("2a00:db8::/32", "2a00:db8:a00:221::", "2a00:db8:808:808::"),
        ("2a00:db8:100::/40", "2a00:db8:10a:2:21::", "2a00:db8:108:808:8::"),
        ("2a00:db8:122::/48", "2a00:db8:122:a00:2:2100::", "2a00:db8:122:808:8:800::"),
        ("2a00:db8:122:300::/56", "2a00:db8:122:30a:0:221::", "2a00:db8:122:308:8:808::"),
        ("2a00:db8:122:344::/64", "2a00:db8:122:344:a:2:2100::", "2a00:db8:122:344:8:808:800::"),
        ("2a00:db8:122:344::/96", "2a00:db8:122:344::a00:221", "2a00:db8:122:344::808:808"),
    ],
)
def test_nat64_prefixes_of_every_length(prefix: str, private: str, public: str) -> None:
    """An IPv6 address that embeds a private IPv4 address by NAT64 (RFC 6052) is refused; the error
    names the IPv4 address to allow."""
    refusal = explain_refusal(private, 80, nat64=(prefix,))

    assert refusal is not None
    assert refusal.endswith(
        'write below its [[source]] or [[webhook]]: allow = ["10.0.2.33/32:80"]'
    )
    assert explain_refusal(public, 80, nat64=(prefix,)) is None


def test_isatap_under_a_public_prefix() -> None:
    """An ISATAP address (5efe) that embeds a private IPv4 address is refused, though its IPv6
    prefix is public."""
    assert explain_refusal("2a00::5efe:10.0.0.1", 80) is not None
    assert explain_refusal("2a00::200:5efe:10.0.0.1", 80) is not None
    assert explain_refusal("2a00::5efe:8.8.8.8", 80) is None


def test_loopback_setting_opens_loopback_alone() -> None:
    """The setting `loopback` allows loopback addresses only, not other private networks or the
    unspecified address."""
    for address in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"):
        assert explain_refusal(address, 80, loopback=True) is None
    for address in ("10.0.0.1", "0.0.0.0", "::", "169.254.169.254"):
        assert explain_refusal(address, 80, loopback=True) is not None


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("10.0.0.0/8:443", Allowed(ipaddress.ip_network("10.0.0.0/8"), 443)),
        ("10.0.0.5/8:443", Allowed(ipaddress.ip_network("10.0.0.0/8"), 443)),
        ("10.0.0.5", Allowed(ipaddress.ip_network("10.0.0.5/32"), None)),
        ("10.0.0.5:8080", Allowed(ipaddress.ip_network("10.0.0.5/32"), 8080)),
        ("fd00::/8", Allowed(ipaddress.ip_network("fd00::/8"), None)),
        ("fd00::/8:443", Allowed(ipaddress.ip_network("fd00::/8"), 443)),
        ("[fd00::]/8:443", Allowed(ipaddress.ip_network("fd00::/8"), 443)),
        ("[::1]:8080", Allowed(ipaddress.ip_network("::1/128"), 8080)),
        ("[::1]", Allowed(ipaddress.ip_network("::1/128"), None)),
        ("::1", Allowed(ipaddress.ip_network("::1/128"), None)),
        ("fd00::1", Allowed(ipaddress.ip_network("fd00::1/128"), None)),
    ],
)
def test_allow_lines(line: str, allowed: Allowed) -> None:
    """A line of `allow` is a network or an address, IPv4 or IPv6, with an optional port; without a
    port all ports are allowed."""
    assert parse_allow(line) == allowed


@pytest.mark.parametrize(
    "line", ["", "example.org", "10.0.0.0/33", "10.0.0", "10.0.0.1:x", "10.0.0.1:99999", "::/200"]
)
def test_bad_allow_lines_are_named(line: str) -> None:
    """A line of `allow` that is not a network with an optional port is an error."""
    with pytest.raises(ValueError, match="is not a network"):
        parse_allow(line)


def test_allow_is_for_its_network_and_port() -> None:
    """A line of `allow` opens its network at its port only, in IPv4 and in IPv4-mapped IPv6
    form."""
    allow = ("10.0.0.0/8:443",)

    assert explain_refusal("10.1.1.1", 443, allow=allow) is None
    assert explain_refusal("::ffff:10.1.1.1", 443, allow=allow) is None
    assert explain_refusal("10.1.1.1", 80, allow=allow) is not None
    assert explain_refusal("192.168.0.1", 443, allow=allow) is not None


addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@given(addresses, st.integers(1, 65535))
def test_the_printed_line_is_the_cure(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int
) -> None:
    """The `allow` line in a refusal opens exactly that address and port, not the next port."""
    why = explain_refusal(str(address), port)
    if why is not None:
        line = why.partition('["')[2].partition('"]')[0]
        assert explain_refusal(str(address), port, allow=(line,)) is None
        assert explain_refusal(str(address), port % 65535 + 1, allow=(line,)) is not None
    assert format_permission(address, port).startswith('allow = ["')


@given(addresses)
def test_never_more_open_than_the_standard_library(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """Every address that we allow is global and not multicast for Python's `ipaddress`, too. ISATAP
    (5efe) is left out: we judge its IPv4 part."""
    if explain_refusal(str(address), 80) is None:
        inner = getattr(address, "ipv4_mapped", None) or address
        if isinstance(inner, ipaddress.IPv6Address) and int(inner) >> 32 & 0xFDFFFFFF == 0x5EFE:
            return
        assert inner.is_global
        assert not inner.is_multicast


@pytest.mark.parametrize(
    ("url", "address", "port"),
    [
        ("http://127.0.0.1:11434/v1", "127.0.0.1", 11434),
        ("http://[::1]:8000/v1", "::1", 8000),
        ("https://10.1.2.3/v1", "10.1.2.3", 443),
        ("http://ollama:11434/v1", "172.18.0.2", 11434),
        ("http://ollama/v1", "fd00::2", 80),
    ],
)
def test_an_endpoint_of_the_operators_is_let_through_on_its_port_alone(
    url: str, address: str, port: int
) -> None:
    """The model endpoint that the operator configures (`url`) is reachable at its address, also of
    a name (ollama) in a private network, on its own port only."""
    allow = list_allow_lines(url)

    assert explain_refusal(address, port, allow=allow) is None
    assert explain_refusal(address, port + 1, allow=allow) is not None


def test_an_address_lets_no_other_address_through() -> None:
    """The address of a configured local service opens that host and port only; an unusable address
    opens nothing."""
    allow = list_allow_lines("http://127.0.0.1:11434/v1")

    assert explain_refusal("127.0.0.2", 11434, allow=allow) is not None
    assert list_allow_lines("ftp://127.0.0.1/") == ()
    assert list_allow_lines("nonsense") == ()
    assert list_allow_lines("http://h:99999/") == ()
