"""Build feeds from articles in memory."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import (
    Article,
    Enclosure,
    FeedKey,
    Origin,
    Source,
    entry_urn,
    make_article_id,
)
from syndicator.publishing.entries import RENDERERS
from syndicator.publishing.entry_cache import KeptEntries
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.publishing.render.view import make_view
from syndicator.publishing.render.xml import NAMESPACES
from syndicator.publishing.selection import archive, feeds
from syndicator.publishing.selection.feeds import plan_feeds
from syndicator.publishing.validate import Check
from tests.publishing.memory import MemoryIndex, MemoryOutlet, build_all, list_stale_feeds

INSTANCE = uuid.UUID("6f1f6c0e-2f4e-4a53-9d0b-0a3f7b1f2c11")
SETTINGS = Settings(site=Site(title="Example feeds", url="https://feeds.example/"))
SOURCES = {"alpha": Source(key="alpha", url="https://alpha.example/feed", title="Alpha")}
TOMBSTONES = Settings(site=SETTINGS.site, publish=Publish(extensions=("tombstones",)))
START = datetime(2025, 11, 3, 8, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


def make_article(number: int, **changes: Any) -> Article:
    url = f"https://alpha.example/{number}"
    article = Article(
        id=make_article_id(url),
        url=url,
        title=f"Story {number}",
        author="Ann Writer",
        published=START + timedelta(hours=number),
        added=START + timedelta(hours=number, minutes=5),
        excerpt="A whole sentence.",
        category="AI",
        tags=("AI", "LLM"),
        body="Text.",
        language="en",
        source_key="alpha",
        source_id=f"tag:alpha.example,2026:{number}",
        origin=Origin(
            title="Alpha",
            url="https://alpha.example/feed",
            site="https://alpha.example/",
            id="urn:example:alpha",
        ),
    )
    return replace(article, **changes)


def publish_feeds(
    index: MemoryIndex, outlet: MemoryOutlet, settings: Settings = SETTINGS, **more: Any
) -> BuildReport:
    specs = plan_feeds(
        index.feeds(),
        settings=settings,
        sources=list(SOURCES.values()),
        queries=(),
        categories={"AI": "Machines"},
    )
    return build_all(
        specs,
        index=index,
        outlet=outlet,
        settings=settings,
        sources=SOURCES,
        instance=INSTANCE,
        **more,
    )


def limit_entries(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Let feeds have `most` entries, or their limit if that is more."""
    for name in ("MOST", "MOST_OLDER"):
        monkeypatch.setattr(feeds, name, most)


def test_every_axis_gets_its_files() -> None:
    """A build writes a feed in each format for everything, every tag, category and source, and the
    shared files of the site. The articles have the tags AI and LLM, the category AI and the source
    alpha. No feed is held back and no article left out."""
    index = MemoryIndex(make_article(n) for n in range(4))
    outlet = MemoryOutlet()
    report = publish_feeds(index, outlet)

    assert not report.held
    assert not report.set_aside

    stems = ("all", "tags/ai", "tags/llm", "categories/ai", "sources/alpha")

    assert {
        f"{stem}.{feed_format}" for stem in stems for feed_format in ("atom", "rss", "json", "html")
    } <= set(outlet.files)
    assert {
        "index.html",
        "feeds.opml",
        "categories/ai.opml",
        "feed.css",
        "site.css",
        "site.js",
    } <= set(outlet.files)
    assert set(report.written) == set(outlet.files)


def test_a_second_build_changes_no_byte() -> None:
    """A build with unchanged articles and settings writes no file."""
    index = MemoryIndex(make_article(n) for n in range(4))
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)

    second_report = publish_feeds(index, outlet)

    assert second_report.written == ()
    assert second_report.unchanged > 20  # files: each feed has several formats


class OutletWithLateArticle(MemoryOutlet):
    """A web root that an article is filed beside while the first of its files is written."""

    def __init__(self, index: MemoryIndex, late: Article) -> None:
        super().__init__()
        self.index = index
        self.late = [late]

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        if self.late:
            self.index.add(self.late.pop())
        return super().put(name, data, heir_of=heir_of)


def test_an_article_that_comes_while_feeds_are_built_is_in_the_next_build() -> None:
    """An article that is added during a build leaves all feeds marked as stale, so that the next
    build includes it. `OutletWithLateArticle` adds it ("Story 9") to the index when the build
    writes its first file."""
    index = MemoryIndex(make_article(n) for n in range(4))
    outlet = OutletWithLateArticle(index, late=make_article(9))
    publish_feeds(index, outlet)
    all_feeds = plan_feeds(
        index.feeds(), settings=SETTINGS, sources=list(SOURCES.values()), queries=(), categories={}
    )
    stale_feeds = list_stale_feeds(all_feeds, index)

    assert stale_feeds == {feed.key for feed in all_feeds}

    publish_feeds(index, outlet, only=stale_feeds)

    assert all(
        b"Story 9<" in outlet.files[f"{stem}.atom"] for stem in ("all", "tags/ai", "sources/alpha")
    )
    assert list_stale_feeds(all_feeds, index) == set()


def test_an_entry_carries_what_the_contract_names() -> None:
    """An entry has the documented fields: id, links, source, enclosure with duration, and credit,
    in Atom, RSS and JSON."""
    enclosure = Enclosure(
        url="https://alpha.example/1.mp3", type="audio/mpeg", length=7, duration="12:00"
    )
    article = make_article(
        1,
        cover="https://alpha.example/1.jpg",
        enclosure=enclosure,
        also=("https://beta.example/1",),
    )
    index = MemoryIndex([article])
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    entry = etree.fromstring(outlet.files["all.atom"]).find(f"{ATOM}entry")

    assert entry.findtext(f"{ATOM}id") == uuid.uuid5(INSTANCE, article.id).urn

    links = {link.get("rel"): link.get("href") for link in entry.findall(f"{ATOM}link")}

    assert links == {
        "alternate": "https://alpha.example/1",
        "related": "https://beta.example/1",
        "enclosure": "https://alpha.example/1.mp3",
    }
    assert entry.findtext(f"{ATOM}source/{ATOM}id") == "urn:example:alpha"

    item = json.loads(outlet.files["all.json"])["items"][0]

    # the duration 12:00 in seconds
    assert item["attachments"] == [
        {
            "url": "https://alpha.example/1.mp3",
            "mime_type": "audio/mpeg",
            "size_in_bytes": 7,
            "duration_in_seconds": 720,
        }
    ]

    media = b'<media:content url="https://alpha.example/1.mp3" type="audio/mpeg" duration="720"/>'

    assert media in outlet.files["all.rss"]
    assert media in outlet.files["all.atom"]

    credit = b'<media:credit role="publishing company" scheme="urn:ebu">Alpha</media:credit>'

    assert credit in outlet.files["all.rss"]
    assert credit in outlet.files["all.atom"]
    assert item["_source"] == {
        "title": "Alpha",
        "feed_url": "https://alpha.example/feed",
        "home_page_url": "https://alpha.example/",
    }


def test_rss_has_an_image_and_says_how_often_to_come() -> None:
    """RSS has the icon of the site, and tells readers to come every 15 minutes (ttl; four times
    hourly)."""
    index = MemoryIndex([make_article(1)])
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    channel = etree.fromstring(outlet.files["all.rss"]).find("channel")
    image = {node.tag: node.text for node in channel.find("image")}

    assert image == {
        "url": "https://feeds.example/icon.png",
        "title": "Example feeds",
        "link": "https://feeds.example/all.html",
    }
    assert channel.findtext("ttl") == "15"

    update_elements = {
        name: channel.findtext(f"{{{NAMESPACES['sy']}}}update{name}")
        for name in ("Period", "Frequency")
    }

    assert update_elements == {"Period": "hourly", "Frequency": "4"}


def test_everything_comes_back_byte_for_byte() -> None:
    """A build into an empty web root writes the same files, byte for byte, as the build before."""
    index = MemoryIndex(make_article(n) for n in range(4))
    first_outlet = MemoryOutlet()
    publish_feeds(index, first_outlet)
    empty_outlet = MemoryOutlet()
    publish_feeds(index, empty_outlet)

    assert empty_outlet.files == first_outlet.files


def test_only_the_named_feeds_are_built() -> None:
    """A build with `only` writes these feeds and leaves the others, though the new article belongs
    to them too."""
    index = MemoryIndex(make_article(n) for n in range(4))
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)

    # the new article is in the feed of its tag, and in the feed of all
    index.add(make_article(9, tags=("AI",)))
    report = publish_feeds(index, outlet, only={FeedKey("tag", "ai")})

    assert "tags/ai.atom" in report.written
    assert "all.atom" not in report.written


def test_archives_are_walked_from_the_head() -> None:
    """A reader that follows `prev-archive` links (RFC 5005) from the current feed finds every
    article."""
    # four articles in four months; the feed holds one, so three are in archive documents
    articles = [make_article(n, added=START - timedelta(days=35 * n)) for n in range(4)]
    settings = Settings(site=SETTINGS.site, publish=Publish(limit=1, window_hours=0))
    index = MemoryIndex(articles)
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, settings)

    # follow the links until a document has none
    name = "all.atom"
    entry_ids = []
    while name:
        root = etree.fromstring(outlet.files[name])
        entry_ids += [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        name = links.get("prev-archive", "").removeprefix("https://feeds.example/")

    assert set(entry_ids) == {uuid.uuid5(INSTANCE, article.id).urn for article in articles}


def test_a_head_whose_new_document_cannot_be_made_keeps_its_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If an archive document fails its check, the head feed (the current one, all.atom) keeps its
    old file and no archive is written. The next build, without the fault, writes both."""
    # a feed holds one article: a second one moves the first to the archive of its month
    settings = Settings(site=SETTINGS.site, publish=Publish(limit=1, window_hours=0))
    index = MemoryIndex([make_article(0)])
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, settings)
    before = outlet.files["all.atom"]
    index.add(make_article(1, added=START + timedelta(days=70)))

    # only archive documents link to the current feed: they alone fail the check
    with monkeypatch.context() as patched:
        check = RENDERERS["atom"].check
        fail_archives = lambda data: Check(fault="bad") if b'rel="current"' in data else check(data)
        patched.setitem(RENDERERS, "atom", replace(RENDERERS["atom"], check=fail_archives))
        report = publish_feeds(index, outlet, settings, whole=False)

    assert {"all", "sources/alpha"} <= {problem.what for problem in report.held}
    assert outlet.files["all.atom"] == before
    assert all(name.endswith(".html") for name in outlet.names("archive/all/"))

    # without the fault
    assert not publish_feeds(index, outlet, settings, whole=False).held
    assert "archive/all/2025-11.atom" in outlet.files
    assert outlet.files["all.atom"] != before


def test_rss_and_json_carry_the_way_back() -> None:
    """Archives are also linked from RSS, by `prev-archive`, and from JSON Feed, whose `next_url`
    leads through every article."""
    # four articles in four months; the feed holds one, so three are in archive documents
    articles = [make_article(n, added=START - timedelta(days=35 * n)) for n in range(4)]
    settings = Settings(site=SETTINGS.site, publish=Publish(limit=1, window_hours=0, archives=True))
    outlet = MemoryOutlet()
    publish_feeds(MemoryIndex(articles), outlet, settings)
    links = {
        node.get("rel"): node.get("href")
        for node in etree.fromstring(outlet.files["all.rss"]).iter(f"{ATOM}link")
    }

    assert links["prev-archive"].removeprefix("https://feeds.example/") in outlet.files

    # JSON Feed: follow `next_url` until a document has none
    address = "https://feeds.example/all.json"
    item_ids = []
    while address:
        page = json.loads(outlet.files[address.removeprefix("https://feeds.example/")])
        assert page["feed_url"] == address
        item_ids += [item["id"] for item in page["items"]]
        address = page.get("next_url", "")

    assert set(item_ids) == {uuid.uuid5(INSTANCE, article.id).urn for article in articles}


@pytest.mark.parametrize(("archived_months", "marked"), [(1, 0), (2, 2)])
def test_an_archive_document_is_marked_only_if_there_are_several(
    monkeypatch: pytest.MonkeyPatch, archived_months: int, marked: int
) -> None:
    """Archive documents have the element <fh:archive> of RFC 5005, which says that they change no
    more, only if there are several; a single one still gets new entries."""
    # an article a month; the newest is in the feed, each other one in a document of its own
    articles = [
        make_article(n, added=START - timedelta(days=35 * n)) for n in range(archived_months + 1)
    ]
    outlet = MemoryOutlet()
    monkeypatch.setattr(archive, "_LEAST_ENTRIES", 1)
    limit_entries(monkeypatch, 1)
    publish_feeds(
        MemoryIndex(articles),
        outlet,
        Settings(site=SETTINGS.site, publish=Publish(limit=1, window_hours=0)),
    )
    documents = [
        data
        for name, data in outlet.files.items()
        if name.startswith("archive/all/") and b"<feed" in data
    ]

    assert len(documents) == archived_months
    assert all(b'rel="current"' in data for data in documents)
    assert sum(b"<fh:archive" in data for data in documents) == marked


def list_tombstones(outlet: MemoryOutlet, name: str = "all.atom") -> list[str]:
    gone = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
    return [node.get("ref") for node in etree.fromstring(outlet.files[name]).findall(gone)]


@pytest.mark.parametrize(
    ("days_newer", "is_named"), [(0, True), (29, True), (30, False), (400, False)]
)
def test_a_tombstone_stays_until_there_is_an_article_thirty_days_newer(
    days_newer: int, is_named: bool
) -> None:
    """A feed names a withdrawn article in a tombstone (RFC 6721) until it has an article 30 days
    newer, and only if tombstones are on."""
    index = MemoryIndex([make_article(1), make_article(2)])
    outlet = MemoryOutlet()

    # story 1 is withdrawn; story 3 is added `days_newer` days later
    withdrawn_at = START + timedelta(hours=6)
    index.remove(make_article(1).id, withdrawn_at)
    index.add(make_article(3, published=None, added=withdrawn_at + timedelta(days=days_newer)))
    publish_feeds(index, outlet, TOMBSTONES)
    tombstones = [uuid.uuid5(INSTANCE, make_article(1).id).urn] if is_named else []

    assert list_tombstones(outlet, "all.atom") == tombstones
    assert list_tombstones(outlet, "categories/ai.atom") == tombstones
    assert (b"purl.org/atompub/tombstones" in outlet.files["all.atom"]) == is_named

    publish_feeds(index, outlet)  # with tombstones off

    assert b"purl.org/atompub/tombstones" not in outlet.files["all.atom"]


def test_a_feed_names_its_newest_fifty_tombstones() -> None:
    """Of 60 withdrawn articles, a feed names the 50 that were withdrawn last: numbers 10 to 59."""
    index = MemoryIndex(make_article(n) for n in range(61))
    outlet = MemoryOutlet()
    for number in range(60):
        index.remove(make_article(number).id, START + timedelta(days=3, minutes=number))
    publish_feeds(index, outlet, TOMBSTONES)

    assert list_tombstones(outlet) == [
        uuid.uuid5(INSTANCE, make_article(n).id).urn for n in range(10, 60)
    ]


def test_articles_left_out_by_the_share_are_in_the_archive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If a source publishes more in a day than its share of a feed, the articles that are left out
    of the feed are in its archive."""
    limit_entries(monkeypatch, 30)
    settings = SETTINGS.model_copy(update={"publish": Publish(limit=10)})
    index = MemoryIndex()
    outlet = MemoryOutlet()

    def add_articles(source: str, numbers: range) -> list[str]:
        articles = [
            make_article(n, source_key=source, added=START + timedelta(minutes=n)) for n in numbers
        ]
        for article in articles:
            index.add(article)
        return [entry_urn(INSTANCE, article.id) for article in articles]

    # three sources with 20 articles, and one that floods the feed: 5 articles, then 10 more,
    # which is more in one day than its share
    honest = [
        *add_articles("a", range(7)),
        *add_articles("b", range(7, 14)),
        *add_articles("c", range(14, 20)),
    ]
    flood = add_articles("flood", range(20, 25))
    publish_feeds(index, outlet, settings)
    flood += add_articles("flood", range(25, 35))

    assert publish_feeds(index, outlet, settings).held == ()

    def list_entry_ids(name: str) -> set[str]:
        return {
            entry.findtext(f"{ATOM}id")
            for entry in etree.fromstring(outlet.files[name]).iter(f"{ATOM}entry")
        }

    # of the 30 places (`limit_entries`) the flood has its share of nine, and the one that is left
    assert list_entry_ids("all.atom") == {*honest, *flood[-10:]}
    assert list_entry_ids("sources/flood.atom") == set(flood)

    archives = [
        name for name in outlet.files if name.startswith("archive/all/") and name.endswith(".atom")
    ]

    assert set().union(*map(list_entry_ids, archives)) >= set(flood[:-10])

    # a second build chooses the same articles
    files = dict(outlet.files)
    publish_feeds(index, outlet, settings)
    assert outlet.files == files


def find_articles_of_same_time(count: int) -> tuple[int, int]:
    """The numbers of two articles that, at the same second, get the same `updated`."""
    seen: dict[datetime, int] = {}
    for number in range(count):
        view = make_view(
            make_article(number, published=START, added=START), None, INSTANCE, None, ""
        )
        if view.updated in seen:
            return seen[view.updated], number
        seen[view.updated] = number
    raise AssertionError("no two articles")


def list_times(outlet: MemoryOutlet, name: str) -> list[datetime]:
    """Return the times of the entries of an Atom feed."""
    entries = etree.fromstring(outlet.files[name]).iter(f"{ATOM}entry")
    return [datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "") for entry in entries]


def test_entries_of_the_same_time_get_different_times() -> None:
    """Two articles with the same time get entries one microsecond apart in a shared feed, since
    readers need distinct times. Feeds with only one keep the time."""
    # our times have a part that is derived from the id: look for two ids with the same
    first_article, second_article = (
        make_article(number, published=START, added=START)
        for number in find_articles_of_same_time(10_000)
    )
    pair = [
        replace(first_article, tags=("AI", "One")),
        replace(second_article, tags=("AI", "Other")),
    ]
    index = MemoryIndex([*pair, make_article(1)])
    outlet = MemoryOutlet()
    kept_entries = KeptEntries()
    every_tag = Settings(site=SETTINGS.site, publish=Publish(tag_min=1))
    for _ in range(2):  # the second time from cached entries
        publish_feeds(index, outlet, every_tag, entry_cache=kept_entries)
        newest, first, second = list_times(outlet, "all.atom")

        assert second - first == timedelta(microseconds=1)
        assert newest > second
        assert (
            list_times(outlet, "tags/one.atom") == list_times(outlet, "tags/other.atom") == [first]
        )


@pytest.mark.parametrize("formats", [("atom", "rss"), ("rss",)])
def test_a_text_that_readers_refuse_is_set_aside_and_its_feed_goes_on(
    formats: tuple[str, ...],
) -> None:
    """An article whose text is larger than XML parsers accept (here 11 MB) is left out and
    reported, with and without the format Atom; the rest of the feed is published."""
    too_large = "word " * 2_200_000
    index = MemoryIndex([make_article(1, excerpt=too_large), make_article(2)])
    outlet = MemoryOutlet()
    publish = Publish(formats=formats, entry_html="plain")
    report = publish_feeds(index, outlet, Settings(site=SETTINGS.site, publish=publish))
    set_aside = {(problem.what, problem.reason) for problem in report.set_aside}

    assert report.held == ()
    assert set_aside == {("https://alpha.example/1", "cannot-render")}
    assert outlet.files["all.rss"].count(b"<item>") == 1
