"""Atom entries and the heads of Atom documents."""

from __future__ import annotations

import json
import locale
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from syndicator.configuration.settings import Settings, Site
from syndicator.core.axes import ALL
from syndicator.core.model import Enclosure, FeedSpec
from syndicator.publishing import validate
from syndicator.publishing.render import atom, jsonfeed, rss
from syndicator.publishing.render.feed_entry import Draft
from syndicator.publishing.render.head import Head, make_head
from syndicator.publishing.render.view import View, make_view
from syndicator.publishing.render.xml import NAMESPACES
from tests.publishing.test_builder import ATOM, INSTANCE, SOURCES, make_article

BASE = "https://feeds.example/"
SPEC = FeedSpec(key=ALL, name="Everything", title='A & <B> "C"', first_slug="all", language="en")
WHEN = datetime(2026, 11, 26, 8, 30, 0, 123456, tzinfo=UTC)
DC = f"{{{NAMESPACES['dc']}}}"


def make_sample_head(**changes: object) -> Head:
    head = make_head(SPEC, Settings(site=Site(url=BASE)), uuid.UUID(int=1), WHEN)
    return replace(head, **changes)  # type: ignore[arg-type]


def make_sample_view(**changes: Any) -> View:
    return replace(make_view(make_article(1), SOURCES["alpha"], INSTANCE, None, ""), **changes)


def parse_entry(shown: View) -> Any:
    """Return the <entry> of a view as a reader parses it."""
    draft = Draft(shown, BASE)
    entry = atom.make_entry(draft)
    assert validate.find_atom_entry_fault(entry) is None
    return etree.fromstring(
        atom.write_feed(make_sample_head(), [atom.serialise(draft, entry)])
    ).find(f"{ATOM}entry")


def parse_item(shown: View) -> Any:
    """Return the <item> of a view as a reader parses it."""
    draft = Draft(shown, BASE)
    result = rss.serialise(draft, rss.make_item(draft))
    return etree.fromstring(rss.write_feed(make_sample_head(), [result])).find("channel/item")


@pytest.mark.parametrize("text", ["\x00", "\x1b", "\ud800", "\ufffe"])
@pytest.mark.parametrize("make", [atom.make_entry, rss.make_item])
def test_characters_that_xml_forbids_are_refused(make: Callable[[Draft], Any], text: str) -> None:
    """Atom and RSS entries raise ValueError if a title or tag has a character that XML 1.0
    forbids."""
    for changes in ({"title": f"a{text}b"}, {"tags": (f"a{text}b",)}):
        with pytest.raises(ValueError):
            make(Draft(make_sample_view(**changes), BASE))


@pytest.mark.parametrize(
    "value", ["a & b", '"q" \'', "]]>", "a > b", "a\tb\nc\rd", "\u2028\x85é中😀", "1 < 2 & 3 < 4"]
)
def test_a_text_is_read_as_it_was_written(value: str) -> None:
    """Any text in the fields of an entry (markup, control and line characters, emoji) is the same
    when an XML parser reads it from Atom and RSS."""
    view = make_sample_view(authors=(value, "Bo"), tags=(value,), category="", content=value)
    entry = parse_entry(view)
    item = parse_item(view)
    names = [name.text for name in entry.iterfind(f"{ATOM}author/{ATOM}name")]

    assert names == [value, "Bo"]
    assert entry.findtext(f"{ATOM}content") == value
    assert [category.get("term") for category in entry.iterfind(f"{ATOM}category")] == [value]
    assert item.findtext(f"{DC}creator") == f"{value}, Bo"
    assert item.findtext("category") == value
    assert item.findtext(f"{{{NAMESPACES['content']}}}encoded") == value


def test_both_formats_spell_signs_of_plain_texts_as_references() -> None:
    """In plain text fields `&` and `<` are numeric references (&#x26;, &#x3C;), so that readers
    that take them for HTML show them too (RSS puts a space after `<`); in HTML content they are
    escaped as usual."""
    draft = Draft(
        make_sample_view(title="AT&T", authors=("B & <C>",), content="<p>x &amp; y</p>"), BASE
    )
    entry = atom.serialise(draft, atom.make_entry(draft))
    item = rss.serialise(draft, rss.make_item(draft))

    assert b'<title type="text">AT&#x26;T</title>' in entry
    assert b"<name>B &#x26; &#x3C;C&gt;</name>" in entry  # of the author
    assert b'<content type="html">&lt;p&gt;x &amp;amp; y&lt;/p&gt;</content>' in entry
    assert b"<title>AT&#x26;T</title>" in item
    assert b">B &#x26; &#x3C; C&gt;</dc:creator>" in item


def test_an_entry_declares_no_namespace_that_its_feed_has() -> None:
    """Rendered entries repeat no xmlns declaration, since the feed around them has it; this keeps
    feeds small."""
    draft = Draft(make_sample_view(cover="https://alpha.example/1.jpg", content="<p>x</p>"), BASE)
    for data in (
        atom.serialise(draft, atom.make_entry(draft)),
        rss.serialise(draft, rss.make_item(draft)),
    ):
        assert b"<media:thumbnail url=" in data
        assert b"xmlns" not in data
        assert b"ns0" not in data


def test_links_have_their_kinds() -> None:
    """Page, sound file, other reports and licence are told apart by the link's `rel`."""
    # of the other reports, Beta is an address that the article names itself
    view = make_sample_view(
        enclosure=Enclosure(url="https://alpha.example/1.mp3", type="audio/mpeg", length=7),
        related=("https://beta.example/1",),
        also=(("Beta", "https://beta.example/1"), ("Gamma", "https://gamma.example/1")),
        licence="https://licence.example/by",
    )
    entry = parse_entry(view)
    item = parse_item(view)

    assert [dict(link.attrib) for link in entry.iterfind(f"{ATOM}link")] == [
        {"href": "https://alpha.example/1", "rel": "alternate"},
        {
            "href": "https://alpha.example/1.mp3",
            "rel": "enclosure",
            "type": "audio/mpeg",
            "length": "7",
        },
        {"href": "https://beta.example/1", "rel": "related"},
        {"href": "https://gamma.example/1", "rel": "related", "title": "Gamma"},
        {"href": "https://licence.example/by", "rel": "license"},
    ]
    assert dict(item.find("enclosure").attrib) == {
        "url": "https://alpha.example/1.mp3",
        "length": "7",
        "type": "audio/mpeg",
    }
    assert item.findtext("link") == "https://alpha.example/1"


@pytest.mark.parametrize("url", ["https://alpha.example/feed", ""])
def test_a_source_has_id_title_time_and_the_addresses_that_it_has(url: str) -> None:
    """The source of an entry has id, title and time, and links to its feed (if it has one: `url`)
    and site. RSS requires the feed, so it may have no source."""
    view = make_sample_view()
    view = replace(view, origin=replace(view.origin, url=url))
    source = parse_entry(view).find(f"{ATOM}source")

    assert source.findtext(f"{ATOM}id") == "urn:example:alpha"
    assert source.findtext(f"{ATOM}title") == "Alpha"
    assert source.find(f"{ATOM}title").get("type") == "text"
    assert source.findtext(f"{ATOM}updated") == view.published.isoformat()

    links = {link.get("rel"): link.get("href") for link in source.iterfind(f"{ATOM}link")}
    rss_source = parse_item(view).find("source")

    if url:
        assert links == {"self": url, "alternate": "https://alpha.example/"}
        assert rss_source.get("url") == url
        assert rss_source.text == "Alpha"
    else:
        assert links == {"alternate": "https://alpha.example/"}
        assert rss_source is None


def test_an_excerpt_stands_beside_the_content_and_alone_without() -> None:
    """An entry has its summary and its content, each if there is one. RSS requires a description:
    without a summary it is the name of the source."""
    view = make_sample_view(summary="x < y", content="<p>All</p>")

    def find_atom_texts(shown: View) -> tuple[str | None, str | None]:
        """Return summary and content."""
        entry = parse_entry(shown)
        return entry.findtext(f"{ATOM}summary"), entry.findtext(f"{ATOM}content")

    def find_rss_texts(shown: View) -> tuple[str | None, str | None]:
        """Return description and content."""
        item = parse_item(shown)
        content = f"{{{NAMESPACES['content']}}}encoded"
        return item.findtext("description"), item.findtext(content)

    assert find_atom_texts(view) == ("x &lt; y", "<p>All</p>")
    assert find_rss_texts(view) == ("x &lt; y", "<p>All</p>")

    without_content = replace(view, content="")

    assert find_atom_texts(without_content) == ("x &lt; y", None)
    assert find_rss_texts(without_content) == ("x &lt; y", None)

    without_summary = replace(view, summary="")

    assert find_atom_texts(without_summary) == (None, "<p>All</p>")
    assert find_rss_texts(without_summary) == ("Alpha", "<p>All</p>")


def test_an_entry_that_the_grammar_refuses_is_named() -> None:
    """Atom entries are checked against the RFC 4287 grammar: <subtitle> belongs to feeds only, and
    <updated> and <author> are required."""
    with_subtitle = atom.make_entry(Draft(make_sample_view(), BASE))
    etree.SubElement(with_subtitle, "subtitle").text = "of feeds alone"

    assert (validate.find_atom_entry_fault(with_subtitle) or "").startswith("invalid")

    for name in ("updated", "author"):
        entry = atom.make_entry(Draft(make_sample_view(), BASE))
        entry.remove(entry.find(name))
        assert (validate.find_atom_entry_fault(entry) or "").startswith("invalid")


@pytest.mark.parametrize(
    ("valid_part", "invalid_part"),
    [
        (b"<generator>", b"<id>urn:x:2</id><generator>"),
        (b'<title type="text">', b'<title type="text"><b/>'),
        (b'<title type="text">', b'<title type="other">'),
        (b"<updated>2026-", b"<updated>26-"),
        (b' rel="self"', b' rel="self" relation="self"'),
        (b"<updated>", b"<updated>2026-11-26T08:30:00+00:00</updated><updated>"),
    ],
)
def test_a_head_with_a_fault_is_refused(valid_part: bytes, invalid_part: bytes) -> None:
    """Both validators report a feed whose head is broken, with and without an entry: each case
    replaces `valid_part` of a valid head by `invalid_part`."""
    draft = Draft(make_sample_view(), BASE)
    entry = atom.serialise(draft, atom.make_entry(draft))
    for entries in ([], [entry]):
        result = atom.write_feed(
            make_sample_head(title="A title", self_name="archive/all/2026-11.atom", current=False),
            entries,
        )
        assert validate.check_atom(result).fault is None
        broken = result.replace(valid_part, invalid_part, 1)
        assert broken != result
        assert (validate.check_atom(broken).fault or "").startswith("invalid")
        assert (validate.find_atom_fault(broken) or "").startswith("invalid")


def test_a_head_takes_no_time_from_the_clock() -> None:
    """The dates of a feed head come from its content, so that equal content gives equal bytes; WHEN
    is the time that the sample head is given."""
    atom_feed = atom.write_feed(make_sample_head(), [])
    rss_feed = rss.write_feed(make_sample_head(), [])

    assert etree.fromstring(atom_feed).findtext(f"{ATOM}updated") == WHEN.isoformat()
    assert (
        etree.fromstring(rss_feed).findtext("channel/lastBuildDate")
        == "Thu, 26 Nov 2026 08:30:00 +0000"
    )
    assert b"pubDate" not in rss_feed  # would be the time of the clock


def test_feedgen_is_loaded_when_something_is_written() -> None:
    """Importing the builder does not import feedgen, which is slow to load: it is imported when the
    first feed is written."""
    script = "import sys, syndicator.publishing.builder; print('feedgen' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "False\n"  # feedgen is not among the imported modules


def test_threads_that_write_dates_leave_the_locale_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """feedgen changes the locale of the process while it writes a date; a lock keeps parallel
    threads (searches beside a build) from leaving it changed."""
    draft = Draft(make_sample_view(), BASE)
    real_setlocale = locale.setlocale
    before = locale.setlocale(locale.LC_CTYPE)

    def set_locale_slowly(category: int, wanted: str | None = None) -> str:
        """Write as feedgen does, but let another thread run meanwhile."""
        result = real_setlocale(category, wanted)
        time.sleep(0.002)
        return result

    def write_date(number: int) -> None:
        if number % 2:
            rss.make_item(draft)
        else:
            rss.write_feed(make_sample_head(), [])

    real_setlocale(locale.LC_CTYPE, "C.UTF-8")
    monkeypatch.setattr(locale, "setlocale", set_locale_slowly)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(write_date, range(40)))

        assert real_setlocale(locale.LC_CTYPE) == "C.UTF-8"
    finally:
        real_setlocale(locale.LC_CTYPE, before)


def test_an_entry_of_our_own_names_no_source() -> None:
    """Articles that the operator wrote have no source in Atom, RSS and JSON; those of others name
    theirs."""
    own_view = make_sample_view(is_own=True)

    assert parse_entry(own_view).find(f"{ATOM}source") is None
    assert parse_item(own_view).find("source") is None
    assert "_source" not in json.loads(jsonfeed.make_item(own_view))

    other_view = make_sample_view()

    assert parse_entry(other_view).find(f"{ATOM}source") is not None
    assert json.loads(jsonfeed.make_item(other_view))["_source"]["title"] == "Alpha"
