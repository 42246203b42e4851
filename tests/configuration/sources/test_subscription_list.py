"""Subscription lists in OPML or with one address a line: imported whole or not at all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from syndicator.configuration.sources import subscription_list
from syndicator.configuration.sources.subscription_list import read_subscriptions
from syndicator.core.errors import NotAFeed

BROKEN = Path(__file__).with_name("broken")
EXPECTED = tomllib.loads((BROKEN / "expected.toml").read_text(encoding="utf-8"))


def test_every_broken_list_is_expected() -> None:
    """Each sample in `broken` has an expected message, and there are at least 20."""
    names = {path.name for path in BROKEN.iterdir()} - {"expected.toml"}
    assert names == EXPECTED.keys()
    assert len(names) >= 20


@pytest.mark.parametrize("name", EXPECTED)
def test_a_broken_list_is_refused_with_its_line_and_a_cure(name: str) -> None:
    """The message for a broken list starts with its line and ends with what to do."""
    line, cure = EXPECTED[name]

    with pytest.raises(NotAFeed) as raised:
        read_subscriptions((BROKEN / name).read_bytes())
    assert raised.value.detail.startswith(f"line {line}: ")
    assert cure in raised.value.detail.partition("; ")[2]


def test_a_huge_list_is_refused_unread() -> None:
    """A list above the size limit is refused at once, with the advice to split it."""
    data = b"https://a.example/feed\n" * (subscription_list.LARGEST // 20)
    with pytest.raises(NotAFeed, match=r"line 1: it has [\d,]+ bytes.*; split it"):
        read_subscriptions(data)


def test_what_other_readers_write_without_an_escape_is_read() -> None:
    """OPML with a bare `&` in an address and HTML entities in a title, which strict XML forbids, is
    read."""
    document = (
        b'<opml version="1.0"><body><outline text="Caf&eacute;&nbsp;& bar"'
        b' xmlUrl="https://a.example/?a=1&b=2&amp;c=3"/></body></opml>'
    )
    (outline,) = read_subscriptions(document).outlines

    assert outline.url == "https://a.example/?a=1&b=2&c=3"
    assert outline.title == "Caf\u00e9\u00a0& bar" or outline.title == "Caf\u00e9 & bar"


def test_a_text_has_an_address_a_line_and_comments() -> None:
    """A text list has one address a line and `#` comments; `https://` is added if missing, and
    UTF-16 is read too."""
    text = "\ufeff# mine\nhttps://a.example/feed\n\n  b.example  \nlocalhost:8080/feed\n"
    subscriptions = read_subscriptions(text.encode())

    assert [(outline.line, outline.url) for outline in subscriptions.outlines] == [
        (2, "https://a.example/feed"),
        (4, "https://b.example"),
        (5, "https://localhost:8080/feed"),
    ]
    assert subscriptions == read_subscriptions(b"\xff\xfe" + text[1:].encode("utf-16-le"))


def test_a_line_that_is_no_address_is_named() -> None:
    """Lines of a text list that are no web address, too long or repeated are skipped, each with the
    reason."""
    lines = ("a.example", "not an address", "ftp://b.example/", "http://www.a.example/", "x" * 3000)
    subscriptions = read_subscriptions("\n".join(lines).encode())

    assert [(item.line, item.why.partition(";")[2]) for item in subscriptions.skipped] == [
        (2, " write it like https://example.org/feed"),
        (3, " write it like https://example.org/feed"),
        (4, ""),
        (5, " write one address a line"),
    ]
    assert subscriptions.skipped[2].why == "it stands in line 1 too"
