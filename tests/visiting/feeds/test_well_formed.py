"""The fast feed parser agrees with feedparser, or leaves the feed to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.errors import NotAFeed
from syndicator.visiting.feeds import parser, well_formed
from syndicator.visiting.feeds.jsonfeed import looks_json
from syndicator.visiting.feeds.parser import (
    drop_middle_entries,
    looks_html,
    refuse_huge_elements,
)
from syndicator.visiting.feeds.sitemap import looks_sitemap
from syndicator.visiting.feeds.xml_repair import repair_xml
from tests.samples import Samples
from tests.visiting.feeds.test_parser import make_rss

URL = "https://example.org/feed"
SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0" xmlns:x="urn:x" xmlns:thr="urn:thr"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)
# Elements of entries, of which tests draw some in any order.
PARTS = (
    "<title>One &amp;lt;b&amp;gt;title</title>",
    "<title/>",
    '<title type="html">&lt;i&gt;Another&lt;/i&gt;</title>',
    "<media:title>Of a picture</media:title>",
    "<dc:title>Of Dublin</dc:title>",
    (
        "<media:group><media:title>In a group</media:title><media:description>Told in a"
        ' group</media:description><media:content url="/a.jpg" medium="image" width="9"'
        ' height="9"/><media:thumbnail url="t.jpg"/></media:group>'
    ),
    (
        '<media:content url="b.jpg"'
        ' type="IMAGE/jpeg"><media:title>Inside</media:title></media:content>'
    ),
    "<media:thumbnail>https://example.org/t.png</media:thumbnail>",
    '<media:category scheme="s">news</media:category>',
    "<media:keywords>one, two,,three</media:keywords>",
    "<media:community><media:starRating count='3'/></media:community>",
    "<link>https://example.org/1?a=1&amp;amp;b=2</link>",
    "<link>https:////example.org/2</link>",
    "<link/>",
    '<link href="https://example.org/3" rel="Alternate"/>',
    '<atom:link href="/4" type="application/json"/>',
    '<atom:link href="/5" rel="enclosure" type="Audio/MPEG" length="12"/>',
    '<thr:in-reply-to ref="x"/>',
    '<atom:link rel="replies" href="/6" thr:count="2"/>',
    "<guid>https://example.org/7</guid>",
    '<guid isPermaLink="false">seven</guid>',
    '<guid isPermaLink="True">https://example.org/8</guid>',
    "<atom:id>urn:x:1</atom:id>",
    "<description>Told &lt;b&gt;boldly&lt;/b&gt; &amp;amp; well</description>",
    "<description><![CDATA[<p>Told in</p>]]> two <!-- no --> pieces</description>",
    "<description/>",
    "<summary>Summed up</summary>",
    '<atom:summary type="html">&lt;p&gt;Summed&lt;/p&gt;</atom:summary>',
    "<itunes:summary>For the ears</itunes:summary>",
    "<itunes:subtitle>Below</itunes:subtitle>",
    "<content:encoded>&lt;p&gt;All of it&lt;/p&gt;</content:encoded>",
    '<atom:content type="html" xml:lang="de">&lt;p&gt;Alles&lt;/p&gt;</atom:content>',
    '<content type="html" xml:base="https://other.example/a">Based</content>',
    '<summary xml:base="https://third.example/a">Based</summary>',
    '<content type="text">Plain &amp; simple</content>',
    "<pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate>",
    "<pubDate>2026-11-25</pubDate>",
    "<pubDate>2026-11-21</pubDate><x:group><pubDate>2026-11-20</pubDate></x:group>",
    "<dc:date>2026-11-26T01:02:03Z</dc:date>",
    "<atom:updated>2026-11-27T00:00:00+01:00</atom:updated>",
    "<dcterms:created>2026-11-01</dcterms:created>",
    "<dcterms:issued>2026-11-02</dcterms:issued>",
    "<author>jane@example.org (Jane Doe)</author>",
    "<author>Doe, John</author>",
    "<dc:creator>Ada &amp; Bob</dc:creator>",
    "<dc:creator/>",
    "<itunes:author>The Show</itunes:author>",
    "<atom:author><atom:name>Eve</atom:name><atom:uri>https://eve.example</atom:uri></atom:author>",
    "<atom:author><atom:email>mail@example.org</atom:email></atom:author>",
    "<atom:author><atom:name> </atom:name><atom:email>only@example.org</atom:email></atom:author>",
    "<atom:contributor><atom:name>Nobody asks</atom:name></atom:contributor>",
    "<dc:contributor>Nobody</dc:contributor>",
    "<category>News</category>",
    '<category domain="d">News</category>',
    '<category domain="d"/>',
    '<atom:category term="t" label="Label"/>',
    "<dc:subject>Subject</dc:subject>",
    "<itunes:keywords>ear, eye</itunes:keywords>",
    '<itunes:keywords text="x">ear</itunes:keywords>',
    '<itunes:category text="Arts"/>',
    '<enclosure url="https://example.org/a.mp3" type="audio/MPEG" length="7"/>',
    '<enclosure url="" href="b.mp3"/>',
    "<itunes:duration>1:02:03</itunes:duration>",
    '<itunes:duration x="y">4</itunes:duration>',
    '<itunes:image href="https://example.org/i.png"/>',
    '<itunes:image url="i2.png"/>',
    "<image/>",
    '<source url="https://example.org/of">Of</source>',
    "<atom:source><atom:title>The source</atom:title><atom:id>x</atom:id></atom:source>",
    "<fb:origLink>https://example.org/orig</fb:origLink>",
    "<x:note>unknown</x:note>",
    '<x:note about="y"><title>Inside of the unknown</title></x:note>',
    "<x:group><link>https://example.org/in</link></x:group>",
    "<language>fr</language>",
    "<title>caf\u00c3\u00a9 \u0093quoted\u0094</title>",
    "<title>caf\u00e9 \u2019</title>",
    "<title>&#x93;referred to&#148;</title>",
    '<title xml:lang="nl">Titel</title>',
    "<comments>https://example.org/c</comments>",
)
# Elements of a feed, likewise.
HEADS = (
    "<title>The feed</title>",
    "<link>https://example.org/</link>",
    '<atom:link rel="self" href="https://example.org/feed"/>',
    '<atom:link rel="hub" href="https://hub.example/"/>',
    "<image><url>https://example.org/l.png</url><title>Logo</title><link>https://example.org/logo</link></image>",
    '<itunes:image href="https://example.org/cover.png"/>',
    "<itunes:owner><itunes:name>Owner</itunes:name><itunes:email>o@example.org</itunes:email></itunes:owner>",
    "<itunes:summary>All of it</itunes:summary>",
    "<description>About</description>",
    "<language>en_GB</language>",
    "<dc:language>pt</dc:language>",
    "<ttl>60</ttl>",
    '<ttl unit="m">60</ttl>',
    "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
    "<atom:icon>/favicon.ico</atom:icon>",
    "<atom:logo>logo.png</atom:logo>",
    "<atom:id>urn:feed</atom:id>",
    "<managingEditor>ed@example.org</managingEditor>",
    "<textInput><title>Search</title><name>q</name><link>https://example.org/s</link></textInput>",
    '<itunes:category text="Arts"><itunes:category text="Books"/></itunes:category>',
    '<cloud domain="x"/>',
    "<lastBuildDate>never</lastBuildDate>",
    "<content:encoded>Odd</content:encoded>",
)


def parse_with_both(body: bytes, content_type: str = "") -> tuple[Any, Any]:
    """Parse a feed with both parsers; None for a feed that the fast one leaves to feedparser."""
    result = well_formed.read(body, content_type)
    if result is None:
        return None, None
    other_any = parser.read_any(body, content_type)
    assert other_any.get("version") or other_any["entries"]
    return parser._read_feed(result, URL, body), parser._read_feed(other_any, URL, body)


def make_document(heads: str, items: str, attributes: str = "") -> bytes:
    return (
        f'<rss version="2.0" {SPACES} {attributes}><channel>{heads}{items}</channel></rss>'.encode()
    )


@pytest.mark.parametrize("part", PARTS)
def test_each_element_alone(part: str) -> None:
    """Our fast parser gives the same result as feedparser (`theirs`) for an item with only this
    element."""
    ours, theirs = parse_with_both(make_document("<title>F</title>", f"<item>{part}</item>"))
    assert ours == theirs
    assert ours is not None


@given(
    st.lists(st.sampled_from(HEADS), max_size=6),
    st.lists(st.lists(st.sampled_from(PARTS), max_size=9), max_size=3),
)
def test_any_order_of_elements(heads: list[str], items: list[list[str]]) -> None:
    """Our fast parser gives the same result as feedparser (`theirs`) for well-formed feeds with any
    elements in any order."""
    ours, theirs = parse_with_both(
        make_document("".join(heads), "".join(f"<item>{''.join(parts)}</item>" for parts in items))
    )
    assert ours == theirs
    assert ours is not None


@given(
    st.lists(st.sampled_from(HEADS), max_size=4),
    st.lists(st.lists(st.sampled_from(PARTS), max_size=9), max_size=2),
    st.sampled_from(("", 'xml:lang="de_CH"', 'xml:base="https://base.example/a/"', 'xml:lang=""')),
    st.sampled_from(("", 'xml:lang="it"')),
)
def test_any_atom(heads: list[str], entries: list[list[str]], root: str, of_entry: str) -> None:
    """Our fast parser gives the same result as feedparser (`theirs`) for random Atom feeds, also
    with xml:lang and xml:base."""
    inside = "".join(heads) + "".join(
        f"<entry {of_entry}>{''.join(parts)}</entry>" for parts in entries
    )
    ours, theirs = parse_with_both(
        f'<feed xmlns="http://www.w3.org/2005/Atom" {SPACES} {root}>{inside}</feed>'.encode()
    )

    assert ours == theirs
    assert ours is not None


LEFT: Mapping[str, bytes] = {
    "not well-formed": b"<rss><channel><item></channel></rss>",
    "a DOCTYPE": b"<!DOCTYPE rss><rss version='2.0'><channel/></rss>",
    "RDF": (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        b' xmlns="http://purl.org/rss/1.0/"/>'
    ),
    "another encoding": b"<?xml version='1.0' encoding='iso-8859-1'?><rss><channel/></rss>",
    "no UTF-8": b"<rss><channel><title>\xe9</title></channel></rss>",
    "markup in a text": make_rss("<title>A <b>bold</b> one</title>"),
    "XHTML": (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content'
        b' type="xhtml">x</content></entry></feed>'
    ),
    "base64": (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content'
        b' type="image/png"/></entry></feed>'
    ),
    "an old Atom": b'<feed version="0.3" xmlns="http://purl.org/atom/ns#"/>',
    "a date that only feedparser reads": make_rss("<item><pubDate>the 3rd of 일</pubDate></item>"),
    "a prefix of another namespace": (
        b'<rss xmlns:dc="urn:x"><channel><item><dc:creator/></item></channel></rss>'
    ),
    "items beside the channel": b"<rss><channel/><item><title>A</title></item></rss>",
    "two names of one namespace": (
        b'<rss xmlns:y="urn:x"><channel><title xmlns="urn:x">T</title></channel></rss>'
    ),
    "a base of a link": make_rss('<item><link xml:base="https://a.example/">T</link></item>'),
    "a relative base": make_rss('<item><description xml:base="/a/">T</description></item>'),
    "a base of one entry": (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry xml:base="https://a.example/"/></feed>'
    ),
    "a picture of an entry": make_rss("<item><image><title>T</title></image></item>"),
}


@pytest.mark.parametrize("what", LEFT)
def test_what_is_left_to_feedparser(what: str) -> None:
    """Documents with features that our fast parser lacks (LEFT) are left to feedparser: it returns
    None."""
    assert well_formed.read(LEFT[what]) is None


@pytest.mark.parametrize(
    ("content_type", "declared", "read_here"),
    [
        ("", "", True),
        ("application/rss+xml", "", True),
        ("application/rss+xml; charset=utf-8", "", True),
        ("text/xml; charset=UTF-8", "", True),
        ("text/xml", "<?xml version='1.0' encoding='UTF-8'?>", True),
        ("text/xml", "", False),  # feedparser guesses
        ("text/xml; charset=iso-8859-1", "<?xml version='1.0' encoding='UTF-8'?>", False),
        ("", "<?xml version='1.0' encoding='windows-1252'?>", False),
    ],
)
def test_encodings(content_type: str, declared: str, read_here: bool) -> None:
    """Our fast parser reads a feed only if header and declaration say UTF-8, or nothing contradicts
    it; others are left to feedparser. `read_here`: it was read."""
    body = (
        declared
        + make_document("<title>Café – Zürich</title>", "<item><title>日本</title></item>").decode()
    ).encode()
    ours, theirs = parse_with_both(body, content_type)

    assert (ours is not None) is read_here
    assert ours == theirs

    # a byte order mark says UTF-8, which only a header with ISO 8859-1 contradicts
    with_mark = well_formed.read(b"\xef\xbb\xbf" + make_document("", ""), content_type)
    assert (with_mark is None) is ("iso" in content_type)


@pytest.mark.parametrize("step", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_every_feed_of_the_samples(samples: Samples, step: int) -> None:
    """Our fast parser gives the same result as feedparser (`theirs`) for every real feed, and
    handles at least half of them itself."""
    all_feeds = read_by_us = 0
    for path in samples.files("corpus/feeds", "*.xml", "*.gz", every=step):
        try:
            body = parser.decompress_body(path.read_bytes())
            body = parser.decompress_body(body) if body.startswith(b"\x1f\x8b") else body
            if looks_json(body) or looks_html(body) or looks_sitemap(body):
                continue
            refuse_huge_elements(body)
            body = repair_xml(drop_middle_entries(body))
        except NotAFeed:
            continue
        ours, theirs = parse_with_both(body)
        assert ours == theirs, path
        all_feeds = all_feeds + 1
        read_by_us = read_by_us + (ours is not None)
    assert read_by_us >= 0.5 * all_feeds
