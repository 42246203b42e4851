"""Which IP addresses are public."""

from __future__ import annotations

import re

import pytest

from syndicator.core import urls
from syndicator.core.urls import explain_private, explain_unsafe_link
from tests.samples import Samples

PRIVATE = [
    "http://127.0.0.1:11434/v1",
    "http://10.0.0.1/7",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://１２７.０.０.１/",
    "http:\\\\192.168.1.5\\v1",
    "http://%31%30.0.0.1/",
    "http://[::1]/v1",
    "http://[::ffff:10.0.0.1]/",
    "http://[fd00::1]/",
    "http://[64:ff9b::a00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://localhost:11434/v1",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://router.home.arpa/",
    "http://nas.lan/",
    "http://intranet/",
    "http://wiki.corp/",
    "http://1.0.0.10.in-addr.arpa/",
]
PUBLIC = [
    "https://api.example.com/v1",
    "https://1.1.1.1/v1",
    "http://[2606:4700::1111]/",
    "https://local.example.org/",
    "https://localhost.example.org/",
    "https://internal.news/",
    "https://münchen.de/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_in_any_spelling(url: str) -> None:
    """Every spelling of a private address is recognised, and refused in a public feed."""
    assert explain_private(url)
    assert explain_unsafe_link(url, "https://example.org/feed")
    assert explain_unsafe_link(url)


@pytest.mark.parametrize("url", [*PUBLIC, "nonsense", ""])
def test_public_addresses(url: str) -> None:
    """Public addresses are accepted."""
    assert (
        explain_private(url)
        == explain_unsafe_link(url, "http://10.0.0.1/")
        == explain_unsafe_link(url)
        == ""
    )


@pytest.mark.parametrize("url", PRIVATE)
def test_a_private_network_may_name_itself(url: str) -> None:
    """A feed from a private network may name private addresses."""
    assert explain_unsafe_link(url, "http://10.0.0.1/feed") == ""


@pytest.mark.parametrize("by", ["", "https://example.org/", "http://10.0.0.1/"])
def test_credentials_are_refused_whoever_names_them(by: str) -> None:
    """Addresses with user names are refused, and the password is not shown."""
    for url in (
        "https://user:secret@example.org/a",
        "https://user@example.org/",
        "http:/\\user@example.org/",
    ):
        assert "secret" not in explain_unsafe_link(url, by)
        assert explain_unsafe_link(url, by)


def test_every_address_that_is_not_dialled_whatever_dns_says_is_refused(samples: Samples) -> None:
    """Every address that the HTTP client would block is refused in feeds, except two spellings that
    browsers and we read as public addresses."""
    rows = [row for row in samples.rows("ssrf") if not row["dns"] and row["expect"] == "block"]
    usable = [row["url"] for row in rows if urls.host(row["url"])]

    assert len(usable) > 50  # the samples in the tree alone have 73

    read_otherwise = re.compile(
        r"http://example\.com\\@|http://\d+\.\d+\.000\.001/|http://168\.063\.129\.016/"
    )

    assert [
        url for url in usable if not explain_unsafe_link(url) and not read_otherwise.match(url)
    ] == []
    assert urls.canonical("http://example.com\\@127.0.0.1/") == "http://example.com/@127.0.0.1/"


def test_no_address_that_is_dialled_is_refused(samples: Samples) -> None:
    """No public address of the samples is refused; those with a user name (`@`) are left out."""
    public = [
        row["url"]
        for row in samples.rows("ssrf")
        if row["expect"] == "allow" and "@" not in row["url"]
    ]
    assert len(public) > 10
    assert [url for url in public if explain_unsafe_link(url)] == []
