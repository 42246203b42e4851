"""Feeds stay well-formed, valid and complete with any text in any field."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import Article, Enclosure, Origin, make_article_id
from syndicator.publishing import validate
from syndicator.publishing.output.outlets import FileOutlet
from tests.publishing import validator
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import START, make_article, publish_feeds
from tests.samples import Samples

TRAPS = (
    "]]>",
    "<b>bold</b>",
    "AT&amp;T & co",
    "&#0; &#x1F;",
    "\u202eright to left\u202c",
    "\ud800 lone",
    "a\x00b",
    "<!--",
    "%00",
)


def make_hostile_article(number: int, value: str) -> Article:
    """Return an article with `value` in every field that may have a text or an address."""
    return replace(
        make_article(0),
        id=make_article_id(f"https://alpha.example/{number}"),
        url=f"https://alpha.example/{number}?q={value}",
        added=START + timedelta(seconds=number),
        title=value,
        author=value,
        excerpt=value,
        category=value,
        tags=(value, value + "x"),
        cover="https://alpha.example/" + value,
        language=value,
        also=("https://beta.example/" + value,),
        source_id=value,
        robots=(value,),
        enclosure=Enclosure(url="https://alpha.example/a.mp3", type=value, length=number),
        origin=Origin(title=value, url="https://alpha.example/" + value, site=value, id=value),
    )


def list_strings(samples: Samples, every: int = 1) -> list[str]:
    return [row["s"] for row in samples.rows("strings", every)]


def list_payloads(samples: Samples, every: int = 1) -> list[str]:
    return [row["payload"] for row in samples.rows("xss", every)]


def list_illegal() -> Iterator[str]:
    """Every character that XML 1.0 forbids, one by one and in the middle of a word."""
    codes = [
        *range(0x20),
        0x7F,
        *range(0x80, 0xA0),
        0xFFFE,
        0xFFFF,
        0xFDD0,
        0x1FFFE,
        *range(0xD800, 0xE000, 64),
    ]
    return (f"wo{chr(code)}rd" for code in codes)


def find_faults(values: list[str]) -> list[str]:
    """Return the faults of feeds in which every field has each of `values`."""
    index = MemoryIndex(make_hostile_article(n, value) for n, value in enumerate(values))
    outlet = MemoryOutlet()
    site = Site(title="Ex" + values[0], url="https://feeds.example/", author=values[0])
    report = publish_feeds(
        index, outlet, Settings(site=site, publish=Publish(limit=1000, tag_min=100, archives=False))
    )
    assert not report.set_aside
    count = len(json.loads(outlet.files["all.json"])["items"])
    assert count == len(values)
    return [problem.detail for problem in report.held]


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_every_naughty_string(samples: Samples, every: int) -> None:
    """Feeds are valid with any string of the naughty-strings list in every field. The fast test
    uses every tenth."""
    assert find_faults(list_strings(samples, every)) == []


def test_every_illegal_character() -> None:
    """Feeds are valid if every field has a character that XML forbids, or one of TRAPS."""
    assert find_faults([*list_illegal(), *TRAPS]) == []


@pytest.mark.slow
def test_every_xss_payload(samples: Samples) -> None:
    """Feeds are valid if every field has an XSS payload; 500 of them are built at once, for
    speed."""
    payloads = list_payloads(samples)
    for start in range(0, len(payloads), 500):
        assert find_faults(payloads[start : start + 500]) == []


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.characters(codec=None), max_size=40), min_size=1, max_size=5))
def test_any_text(values: list[str]) -> None:
    """Random texts in all fields give valid feeds."""
    assert find_faults(values) == []


def test_text_arrives_as_it_was_written() -> None:
    """Characters with a meaning in HTML or XML stay text: Atom escapes them twice, since its title
    is HTML, and JSON not at all."""
    index = MemoryIndex([make_article(1, title="a <b> & &amp; c", excerpt="x < y & <i>z</i>")])
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)

    assert (
        b'<title type="html">a &amp;lt;b&amp;gt; &amp;amp; &amp;amp;amp; c</title>'
        in outlet.files["all.atom"]
    )
    assert b"<title>a &#x3C; b&gt; &#x26; &#x26;amp; c</title>" in outlet.files["all.rss"]
    assert json.loads(outlet.files["all.json"])["items"][0]["title"] == "a <b> & &amp; c"
    assert validate.list_entry_ids(outlet.files["all.atom"])


def parse_as_browser(value: str) -> list[str]:
    """Return the elements, comments and declarations that a browser makes of a text if it is put
    into a page as it is."""
    results: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            results.append(tag)

        handle_endtag = handle_comment = handle_decl = handle_pi = unknown_decl = results.append

    parser = Parser()
    parser.feed(value + " <p>")  # what follows in the page ends a tag that is not closed
    parser.close()
    assert results.pop() == "p"
    return results


@pytest.mark.slow
def test_no_plain_field_of_rss_is_markup_to_a_reader_that_takes_it_for_html(
    samples: Samples,
) -> None:
    """Plain RSS fields (title, creator, category, source) contain no markup, even if a reader
    unescapes them once more. Here every field of the articles has one of the hostile texts."""
    hostile_texts = [
        *list_payloads(samples, every=30),
        """<iframe src=""/srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>""",
        "<svg/onload=alert(1) a",
        "&lt;img src=x onerror=alert(1)>",
        "&#60;img src=x onerror=alert(1)>",
        *TRAPS,
    ]
    outlet = MemoryOutlet()
    publish = Publish(limit=1000, tag_min=1, archives=False)
    index = MemoryIndex(make_hostile_article(n, text) for n, text in enumerate(hostile_texts))
    publish_feeds(index, outlet, Settings(site=Site(url="https://feeds.example/"), publish=publish))
    root = etree.fromstring(outlet.files["all.rss"])
    plain_fields = [
        field.text
        for name in ("title", "{*}creator", "category", "source")
        for field in root.iter(name)
    ]

    assert len(plain_fields) > len(hostile_texts)

    # `parse_as_browser` lists the elements that a browser makes of a text
    for value in filter(None, plain_fields):
        assert parse_as_browser(value) == []
        assert parse_as_browser(html.unescape(value)) == [], value  # one that decodes twice


def test_the_w3c_validator_has_nothing_to_say(samples: Samples, tmp_path: Path) -> None:
    """The W3C feed validator finds no error and no warning in feeds with hostile text in every
    field."""
    validator.need_validator()
    values = [*list_strings(samples), *list_illegal(), *TRAPS, *list_payloads(samples, every=12)]
    for start in range(0, len(values), 100):
        index = MemoryIndex(
            make_hostile_article(start + n, value)
            for n, value in enumerate(values[start : start + 100])
        )
        folder = tmp_path / str(start)
        publish = Publish(limit=1000, tag_min=1000, archives=False, hubs=("https://hub.example/",))
        publish_feeds(
            index,
            FileOutlet(folder, gzip=False),
            Settings(site=Site(url="https://feeds.example/"), publish=publish),
        )

        complaints = validator.list_events(folder)  # the errors and warnings of each file

        assert {"all.atom", "all.rss"} <= set(complaints)
        assert {name: lines for name, lines in complaints.items() if lines} == {}
