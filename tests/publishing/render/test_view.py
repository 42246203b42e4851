"""Which parts and dates of an article may be published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicator.core.model import ContentMode, Enclosure, Origin, Source
from syndicator.core.ports import StoryEntry
from syndicator.publishing.render.view import (
    View,
    clean_uri,
    find_permitted_mode,
    make_folded_entry,
    make_view,
)
from tests.publishing.test_builder import INSTANCE, START, make_article

FULL = Source(key="alpha", url="https://alpha.example/feed", content="full")
LICENSED = Source(
    key="alpha", url="https://alpha.example/feed", content="full", licence="CC-BY-4.0"
)


def make_sample_view(
    source: Source = FULL, mode: ContentMode | None = None, **changes: Any
) -> View:
    return make_view(make_article(1, **changes), source, INSTANCE, mode, "<p>Whole.</p>")


@pytest.mark.parametrize(
    ("robots", "mode", "summary"),
    [
        ((), "full", "A whole sentence."),
        (("noindex",), "full", "A whole sentence."),
        (("noarchive",), "excerpt", "A whole sentence."),
        (("nosnippet",), "link", ""),
        (("max-snippet:0",), "link", ""),
        (("max-snippet: 5",), "excerpt", ""),
        (("max-snippet:50",), "excerpt", "A whole sentence."),
        (("max-snippet:-1",), "full", "A whole sentence."),
    ],
)
def test_the_page_rules_hold(robots: tuple[str, ...], mode: str, summary: str) -> None:
    """The robots rules of a page limit what feeds show of it, though its source publishes full
    texts: full text, excerpt or only the link. An excerpt longer than `max-snippet` is left out:
    this one has 17 characters."""
    view = make_sample_view(robots=robots)

    assert find_permitted_mode(make_article(1, robots=robots), FULL)[0] == mode
    assert view.summary == summary
    assert bool(view.html) == (mode == "full")


@pytest.mark.parametrize(
    ("title", "shown_title"),
    [
        ("caf\u00c3\u00a9", "caf\u00e9"),
        ("caf\u00c3\u00a9 & na\u00efve", "caf\u00e9 & na\u00efve"),
        ("\u00c3\u00bcber M\u00c3\u00bcnchen", "\u00fcber M\u00fcnchen"),
        ("Why \u00c3\u00a9 is not \u00e9", "Why \u00c3\u00a9 is not \u00e9"),
        ("\u201ccaf\u00c3\u00a9\u201d", "\u201ccaf\u00c3\u00a9\u201d"),
        ("20 \u00c2\u00b0C", "20 \u00b0C"),
        ("AT\u00c2 ", "AT\u00c2"),
    ],
)
def test_a_text_that_was_encoded_twice_is_shown_as_it_was_meant(
    title: str, shown_title: str
) -> None:
    """A title whose UTF-8 was decoded as Latin-1 ("cafÃ©") is repaired; one that also contains
    correct characters ("é" beside "Ã©", quotation marks) stays."""
    assert make_sample_view(title=title).title == shown_title


def test_a_licence_lifts_them() -> None:
    """If the source has a free licence (CC-BY), the robots rules of its pages do not limit what
    feeds show."""
    view = make_sample_view(LICENSED, robots=("nosnippet", "noarchive", "max-snippet:3"))
    assert view.summary
    assert view.html


def test_a_feed_never_shows_more_than_its_source_allows() -> None:
    """A feed may show less than its source allows, not more: without a configured content mode, a
    source allows excerpts only."""
    source_without_mode = Source(key="a", url="https://a.example/")

    assert make_sample_view(mode="link").summary == ""
    assert find_permitted_mode(make_article(1), None)[0] == "excerpt"
    assert make_sample_view(source_without_mode, mode="full").html == ""


def test_published_is_never_in_the_future_and_updated_moves_with_revisions_only() -> None:
    """A publication date after `added` is replaced by `added`. `updated` changes only by recorded
    revisions, not by the date that the page names."""
    added = START + timedelta(hours=1)
    dated_ahead = make_sample_view(
        added=added, published=added + timedelta(days=9), updated=added + timedelta(days=9)
    )

    assert dated_ahead.published == added
    # each entry has microseconds of its own
    assert dated_ahead.updated.replace(microsecond=0) == added

    revised = make_sample_view(added=added, revisions=((added + timedelta(days=2)).isoformat(),))

    assert revised.updated.replace(microsecond=0) == added + timedelta(days=2)


def test_a_slip_of_a_date_counts_as_unknown() -> None:
    """An impossible publication date, such as the year 1, is replaced by the time when the article
    was added."""
    assert (
        make_sample_view(published=datetime(1, 1, 1, tzinfo=UTC)).published == make_article(1).added
    )


@pytest.mark.parametrize(
    ("original", "expected_type"),
    [
        (Enclosure(url="https://a.example/x.mp3", type="audio/mpeg"), "audio/mpeg"),
        (Enclosure(url="https://a.example/x.mp3?from=rss"), "audio/mpeg"),
        (Enclosure(url="https://a.example/x.webm", type="<b>"), "video/webm"),
        (Enclosure(url="https://a.example/x.jpg", type="image/jpeg"), None),
        (Enclosure(url="javascript:alert(1)", type="audio/mpeg"), None),
    ],
)
def test_only_audio_and_video_are_enclosed(original: Enclosure, expected_type: str | None) -> None:
    """Entries keep audio and video enclosures only. A missing or malformed type is guessed from the
    address; `expected_type` is the resulting type, None if dropped."""
    enclosure = make_sample_view(enclosure=original).enclosure
    assert (enclosure.type if enclosure else None) == expected_type


@pytest.mark.parametrize(
    ("address", "expected_uri"),
    [
        ("https://a.example/x y", "https://a.example/xy"),
        ("https://a.example/[x]", "https://a.example/%5Bx%5D"),
        ("https://a.example/%zz", "https://a.example/%25zz"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("javascript:alert(1)", ""),
        ("/relative", ""),
    ],
)
def test_addresses_are_uris(address: str, expected_uri: str) -> None:
    """Addresses are made valid URIs: spaces removed, forbidden characters percent-encoded, hosts in
    punycode. Other schemes and relative addresses become empty."""
    assert clean_uri(address) == expected_uri


@pytest.mark.parametrize(
    ("original_id", "expected_start"),
    [
        ("tag:alpha.example,2026:1", "tag:alpha.example,2026:1"),
        ("https://alpha.example/a%20b#part-2", "https://alpha.example/a%20b#part-2"),
        ("https://alpha.example/100%2525", "urn:uuid:"),  # escaped twice
        ("https://alpha.example/a#!/b", "https://alpha.example/a"),
        ("https://alpha.example/%FF", "urn:uuid:"),  # no UTF-8
    ],
)
def test_an_original_id_has_one_spelling_or_a_name_made_of_it(
    original_id: str, expected_start: str
) -> None:
    """The id of the original entry is used if it is a normal URI; others are shortened to one or
    replaced by a stable urn:uuid."""
    view = make_sample_view(origin=Origin(id=original_id))
    view_made_again = make_sample_view(origin=Origin(id=original_id))

    assert view.origin.id.startswith(expected_start)
    assert view_made_again == view


@pytest.mark.parametrize(
    ("html", "expected_html"),
    [
        ("<h1>Story 1</h1>\n<p>Text.</p>", "<p>Text.</p>"),
        ("<h2><strong>story</strong> 1!</h2><p>Text.</p>", "<p>Text.</p>"),
        ("<h1>Story 1 and 2</h1><p>Text.</p>", None),
        ("<p>Text.</p><h1>Story 1</h1>", None),
        ("<p>Story 1</p>", None),
    ],
)
def test_a_title_that_the_text_begins_with_is_shown_once(
    html: str, expected_html: str | None
) -> None:
    """A heading at the start of the text that repeats the title "Story 1" is removed
    (`expected_html`); elsewhere, or if it says more, it stays (None)."""
    view = make_view(make_article(1), FULL, INSTANCE, None, html)

    assert view.html == (html if expected_html is None else expected_html)


PRIVATE = [
    "http://169.254.169.254/x",
    "http://0x7f.1/x",
    "http://[::ffff:10.0.0.1]/x",
    "http://nas.lan/x",
    "http://me:s@a.example/x",
]


def make_article_with_address(url: str) -> dict[str, Any]:
    """Return an article in which every address that may be published is `url`."""
    podcast = (
        f"transcript {url}; type=text/vtt",
        f"person Ann; href={url}",
        f"person Ben; img={url}?a=b",
        "person Cy",
    )
    return {
        "cover": url,
        "also": (url, "https://copy.example/1"),
        "origin": Origin(url=url, site=url, id=url, title="Alpha"),
        "rights": (
            f"licence: {url} (html, page)",
            f"rights: See {url} (html, page)",
            "rights: Free (schema.org, page)",
        ),
        "enclosure": Enclosure(
            url="https://alpha.example/a.mp3", type="audio/mpeg", podcast=podcast
        ),
    }


@pytest.mark.parametrize("url", PRIVATE)
def test_no_address_of_a_page_leads_into_a_private_network(url: str) -> None:
    """If the addresses in an article are private, feeds show none of them: the article has `url` in
    every field that may have an address. What has no such address stays: one copy, the rights
    "Free", one person; the source has its configured address instead."""
    view = make_sample_view(**make_article_with_address(url))

    assert view.cover == ""
    assert view.licence == ""
    assert view.rights == "Free"
    assert view.related == ("https://copy.example/1",)
    assert view.origin.url == FULL.url
    assert view.origin.site == ""
    assert view.origin.id == FULL.url
    assert view.enclosure is not None
    assert view.enclosure.podcast == ("person Cy",)

    private_sound = make_sample_view(enclosure=Enclosure(url=f"{url}.mp3", type="audio/mpeg"))

    assert private_sound.enclosure is None


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        (Source(key="alpha", url="https://alpha.example/feed", allow=("10.0.0.0/8",)), {}),
        (Source(key="alpha", url="http://10.0.0.7/feed"), {}),
        (FULL, {"url": "http://10.0.0.7/1"}),
    ],
)
def test_allowed_sources_may_name_private_addresses(
    source: Source, changes: dict[str, Any]
) -> None:
    """Private addresses are shown if the operator allows the network, the source is itself in a
    private network, or the article is."""
    url = "http://10.0.0.1/x"
    view = make_sample_view(source, **make_article_with_address(url), **changes)

    assert view.cover == url
    assert view.licence == url
    assert view.origin.site == url
    assert view.related[0] == url
    assert view.enclosure is not None
    assert len(view.enclosure.podcast) == 4  # all lines, three of them with the address


def test_public_addresses_stay() -> None:
    """Public addresses stay in every field of an entry: cover, licence, origin, copies and all four
    podcast lines."""
    url = "https://beta.example/x?a=b;c=d"
    view = make_sample_view(**make_article_with_address(url))

    assert view.cover == url
    assert view.licence == url
    assert view.origin.url == url
    assert view.related[0] == url
    assert view.enclosure is not None
    assert len(view.enclosure.podcast) == 4
    assert view.rights == f"See {url}; Free"


def test_updated_of_an_entry_that_an_earlier_version_merged_moves_at_noon_and_midnight() -> None:
    """Entries that earlier versions merged from a story get `updated` rounded down to noon or
    midnight, but not before the story began (here 9:30)."""
    day = make_sample_view().updated + timedelta(days=1)
    began = day.replace(hour=9, minute=30, second=0, microsecond=0)
    noon = began.replace(hour=12, minute=0)
    story = f"{began.timestamp():.0f}story"  # its name begins with its first second

    # the hour of the latest report (at minute 45): the expected `updated`
    expected_by_hour = {9: began, 11: began, 12: noon, 15: noon, 23: noon}
    for hour, expected in expected_by_hour.items():
        latest = began.replace(hour=hour, minute=45)
        entry = make_folded_entry(make_sample_view(), StoryEntry(story, latest), INSTANCE)

        assert entry.updated.replace(microsecond=0) == expected
