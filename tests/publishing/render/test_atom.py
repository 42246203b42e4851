"""XML as text, and heads of Atom documents."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from syndicator.configuration.settings import Settings, Site
from syndicator.core.axes import ALL
from syndicator.core.model import FeedSpec
from syndicator.publishing import validate
from syndicator.publishing.render import atom
from syndicator.publishing.render.head import Head, head
from syndicator.publishing.render.xml import element, escaped, plain

SPEC = FeedSpec(key=ALL, name="Everything", title='A & <B> "C"', first_slug="all", language="en")
WHEN = datetime(2026, 11, 26, 8, 30, 0, 123456, tzinfo=UTC)
ENTRY = b"<entry><id>urn:x:1</id><updated>2026-11-26T08:30:00+00:00</updated></entry>"


def a_head(**changes: object) -> Head:
    made = head(SPEC, Settings(site=Site(url="https://feeds.example/")), uuid.UUID(int=1), WHEN)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["\x00", "\x1b", "\ud800", "\ufffe"])
def test_what_xml_cannot_hold_is_refused(text: str) -> None:
    for made in (escaped, plain, lambda value: element("a", b=value)):
        with pytest.raises(ValueError, match="XML"):
            made(f"a{text}b")


@pytest.mark.parametrize("value", ["a & b", "<b>&amp;</b>", '"q" \'', "]]>", "a\tb\nc\rd", "\u2028\x85é中😀"])
def test_a_text_is_read_as_it_was_written(value: str) -> None:
    made = element("root", element("one", escaped(value)) + element("two", plain(value), three=value))
    root = etree.fromstring(made)
    assert [root[0].text, root[1].text, root[1].get("three")] == [value] * 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<generator>", b"<id>urn:x:2</id><generator>"),
        (b'<title type="text">', b'<title type="text"><b/>'),
        (b'<title type="text">', b'<title type="other">'),
        (b"<updated>2026-", b"<updated>26-"),
        (b' rel="self"', b' rel="self" relation="self"'),
        (b"<updated>", b"<updated>2026-11-26T08:30:00+00:00</updated><updated>"),
    ],
)
def test_a_head_with_a_fault_is_refused_whatever_was_looked_at_before(old: bytes, new: bytes) -> None:
    made = atom.feed(a_head(title="A title", self_name="archive/all/2026-11.atom", current=False), [])
    assert validate.assembled_atom_fault(made) is None
    broken = made.replace(old, new, 1)
    assert broken != made
    assert (validate.assembled_atom_fault(broken) or "").startswith("invalid")
    assert (validate.atom_fault(broken) or "").startswith("invalid")
