"""Subscription lists in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.errors import NotAFeed
from syndicator.model import Source
from syndicator.sources.opml import read_opml, write_opml

LIST = b"""<?xml version="1.0"?>
<opml version="1.1"><head><title>Mine</title></head><body>
  <outline text="Tech &amp; more"><outline title="Deep">
    <outline type="rss" text="Alpha" xmlUrl="https://alpha.example/feed" htmlUrl="https://alpha.example/"/>
  </outline></outline>
  <outline TYPE="RSS" text="Beta" XMLURL=" https://beta.example/rss "/>
  <outline text="Alpha again" xmlUrl="https://alpha.example/feed"/>
  <outline text="no address"/>
  <outline text="script" xmlUrl="javascript:alert(1)"/>
  <outline text="file" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


def test_reads_each_feed_once_with_its_folders() -> None:
    alpha, beta = read_opml(LIST)
    assert (alpha.url, alpha.title, alpha.site) == ("https://alpha.example/feed", "Alpha", "https://alpha.example/")
    assert alpha.folders == ("Tech & more", "Deep")
    assert (beta.url, beta.title, beta.folders) == ("https://beta.example/rss", "Beta", ())


def test_what_we_write_reads_back() -> None:
    sources = [
        Source(key="a", url="https://alpha.example/feed?a=1&b=2", title="Alpha <&> \x00", category="Tech"),
        Source(key="b", url="https://beta.example/feed"),
        Source(key="c", url="https://gamma.example/feed", category="Tech"),
    ]
    made = write_opml("Mine", sources)
    assert write_opml("Mine", sources) == made
    found = read_opml(made)
    assert [(one.url, one.title, one.folders) for one in found] == [
        ("https://alpha.example/feed?a=1&b=2", "Alpha <&>", ("Tech",)),
        ("https://gamma.example/feed", "c", ("Tech",)),
        ("https://beta.example/feed", "b", ()),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    bomb = """<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>
    <opml version="2.0"><body><outline text="&a;&f;" xmlUrl="https://alpha.example/feed"/></body></opml>"""
    with pytest.raises(NotAFeed, match="entities"):
        read_opml(bomb.encode(encoding))


@pytest.mark.parametrize("data", [b"", b"hello", b"<rss/>", b"<html><body/></html>", b"\x00\xff"])
def test_what_is_no_opml_is_refused(data: bytes) -> None:
    with pytest.raises(NotAFeed):
        read_opml(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for given_bytes in (data, b"<opml>" + data):
        try:
            assert isinstance(read_opml(given_bytes), tuple)
        except NotAFeed as error:
            assert error.reason in ("broken-xml", "unknown-format", "empty")
