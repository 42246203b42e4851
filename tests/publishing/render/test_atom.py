"""Atom documents: what archives of a feed share is made once."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicator.configuration.settings import Settings, Site
from syndicator.core.axes import ALL
from syndicator.core.model import FeedSpec
from syndicator.publishing import validate
from syndicator.publishing.render import atom
from syndicator.publishing.render.head import Head, head
from syndicator.publishing.render.xml import splice

SPEC = FeedSpec(key=ALL, name="Everything", title='A & <B> "C"', first_slug="all", language="en")
WHEN = datetime(2026, 11, 26, 8, 30, 0, 123456, tzinfo=UTC)
ENTRY = b"<entry><id>urn:x:1</id><updated>2026-11-26T08:30:00+00:00</updated></entry>"


def a_head(**changes: object) -> Head:
    made = head(SPEC, Settings(site=Site(url="https://feeds.example/")), uuid.UUID(int=1), WHEN)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("entries", [[], [ENTRY]])
@pytest.mark.parametrize("following", ["", "archive/all/2026-12.atom"])
@pytest.mark.parametrize("previous", ["", 'archive/tags/a&b "c" <d> \u00e4/2026-10.atom'])
def test_an_archive_is_the_document_that_is_made_for_it_alone(
    previous: str, following: str, entries: list[bytes]
) -> None:
    for month in ("2026-11", "2026-09.01"):  # the second one is of what the first left
        one = a_head(self_name=f"archive/all/{month}.atom", current=False, previous=previous, following=following)
        alone = splice(atom._outline(one, not entries), b"</feed>", entries, f"{one.base}feed.css")
        assert atom.feed(one, entries) == alone


def test_two_feeds_share_nothing() -> None:
    for title in ("One", "Two"):
        made = atom.feed(a_head(title=title, self_name="archive/all/2026-11.atom", current=False), [ENTRY])
        assert f'<title type="text">{title}</title>'.encode() in made


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
