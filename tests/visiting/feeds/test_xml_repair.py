"""Faulty XML of feeds is read after its repair."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.visiting.feeds.parser import parse_feed
from syndicator.visiting.feeds.xml_repair import repair_xml
from tests.visiting.feeds.test_parser import URL, make_rss

FAULTS = {
    "before the declaration": (b"\n \n", b""),
    "a warning before": (b"<br />\n<b>Warning</b>: x in /y.php\n", b""),
    "a comment after": (b"", b"<!-- cached -->"),
    "a script after": (b"", b"<script>x</script>"),
    "a byte order mark": (b"\xef\xbb\xbf", b""),
}


@pytest.mark.parametrize("name", FAULTS)
def test_junk_round_the_document(name: str) -> None:
    """A feed with something before or after its XML document, such as a PHP warning, is parsed
    completely."""
    before, after = FAULTS[name]
    feed = parse_feed(before + make_rss("<item><title>x</title></item>") + after, URL)

    assert feed.complete is True
    assert feed.entries[0].title == "x"


def test_faults_inside() -> None:
    """Control characters, HTML entities and undeclared prefixes in a feed are repaired before it is
    parsed."""
    feed = parse_feed(
        make_rss(
            "<item><title>a\x08b &hellip; R&D</title></item>", "<slash:comments>1</slash:comments>"
        ),
        URL,
    )
    assert feed.complete is True
    assert feed.entries[0].title == "ab … R&D"


@given(st.binary(max_size=300))
def test_repair_is_stable(data: bytes) -> None:
    """Repairing XML that was already repaired changes nothing."""
    body = b"<rss><channel><title>" + data + b"</title></channel></rss>"

    repaired = repair_xml(body)

    assert repair_xml(repaired) == repaired


@pytest.mark.parametrize(
    ("entity", "title"),
    [
        ('<!ENTITY x SYSTEM "file:///etc/hostname">', "a&x;b"),
        ('<!ENTITY a "' + "x" * 50_000 + '">', "&a;" * 4000),
        (
            '<!ENTITY a "lol"><!ENTITY b "' + "&a;" * 10 + '"><!ENTITY c "' + "&b;" * 10 + '">',
            "&c;",
        ),
    ],
)
def test_entities_of_a_document_are_not_expanded(entity: str, title: str) -> None:
    """Entities that a feed defines are not expanded: they could read local files or fill the memory
    ("billion laughs")."""
    item = f"<item><title>{title}</title></item>"
    body = (
        f"<!DOCTYPE rss [{entity}]><rss"
        f" version='2.0'><channel><title>T</title>{item}</channel></rss>"
    )
    got = parse_feed(body.encode(), URL).entries[0].title

    assert "lol" not in got
    assert "xxx" not in got
    assert Path("/etc/hostname").read_text().strip() not in got
