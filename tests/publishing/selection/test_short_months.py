"""Archives of feeds with few entries: months share documents.
Documents keep their addresses; new instances have the same documents as pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from lxml import etree, html

from syndicator.configuration.settings import Publish, Settings
from syndicator.core.model import Article, entry_urn
from syndicator.publishing.page_design import Look
from syndicator.publishing.selection import archive
from tests.publishing.memory import MemoryIndex, MemoryOutlet, lose_database
from tests.publishing.test_builder import (
    ATOM,
    INSTANCE,
    SETTINGS,
    START,
    limit_entries,
    make_article,
    publish_feeds,
)

MONTH = timedelta(days=31)
STEMS = ("tags/ai", "sources/alpha")


@pytest.fixture(autouse=True)
def short_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_entries(monkeypatch, 5)
    monkeypatch.setattr(archive, "_LEAST_ENTRIES", 6)


def make_settings(archives: bool | str = "atom", limit: int = 5) -> Settings:
    return Settings(
        site=SETTINGS.site, publish=Publish(limit=limit, window_hours=0, archives=archives)
    )


def make_story(month: int, number: int) -> Article:
    added = START + MONTH * month
    return make_article(10 * month + number, added=added, published=added)


def make_index_of_months(first: int, last: int, each: int) -> MemoryIndex:
    return MemoryIndex(make_story(month, n) for month in range(first, last) for n in range(each))


def list_documents(outlet: MemoryOutlet, stem: str = "all", format: str = "atom") -> list[str]:
    names = (
        name.removeprefix(f"archive/{stem}/").partition(".")
        for name in sorted(outlet.files)
        if f"archive/{stem}/" in name
    )
    return [name for name, _, ending in names if ending == format]


def walk_archive(outlet: MemoryOutlet, stem: str) -> Iterator[etree._Element]:
    name = f"{stem}.atom"
    while name:
        root = etree.fromstring(outlet.files[name])
        yield from root.findall(f"{ATOM}entry")
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        name = links.get("prev-archive", "").removeprefix(SETTINGS.base_url)


def test_a_feed_that_shows_everything_has_no_documents() -> None:
    """There is no archive while the feed itself shows every article: here five of five."""
    index = make_index_of_months(first=0, last=5, each=1)
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, make_settings(limit=5))

    assert list_documents(outlet) == []


def test_months_share_documents_that_keep_their_addresses() -> None:
    """Months with few entries share archive documents, named by their last month. A document keeps
    its name while months are added; built in one go, fewer are needed (`whole_outlet`)."""
    index = MemoryIndex()
    outlet = MemoryOutlet()
    seen: set[str] = set()
    for month in range(8):  # from November 2025, two articles each
        for n in range(2):
            index.add(make_story(month, n))
        assert publish_feeds(index, outlet, make_settings()).held == ()

        # no document went
        assert seen <= set(list_documents(outlet))
        seen |= set(list_documents(outlet))

        # the archive has all articles
        ids = {entry.findtext(f"{ATOM}id") for entry in walk_archive(outlet, "all")}
        assert ids == {entry_urn(INSTANCE, article_id) for article_id in index.article_store}

    assert list_documents(outlet) == ["2025-12", "2026-02", "2026-04"]

    whole_outlet = MemoryOutlet()
    whole_index = make_index_of_months(first=0, last=8, each=2)
    publish_feeds(whole_index, whole_outlet, make_settings())

    assert list_documents(whole_outlet) == ["2026-01", "2026-04"]


def test_an_old_article_of_a_new_tag_joins_the_document_of_a_later_month() -> None:
    """An article older than all documents is added to the first of them: 2026-02 has the months up
    to February, the new article is of November."""
    index = make_index_of_months(first=1, last=8, each=2)
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, make_settings())
    before = list_documents(outlet)
    index.add(make_article(900, added=START, published=START))
    publish_feeds(index, outlet, make_settings())

    assert list_documents(outlet) == before == ["2026-02", "2026-05"]
    assert b"Story 900" in outlet.files["archive/all/2026-02.atom"]


def test_documents_of_single_months_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents of one month, which earlier versions published, stay as they are, also after a lost
    database."""
    index = make_index_of_months(first=0, last=6, each=2)
    outlet = MemoryOutlet()

    # earlier versions made a document of a single entry; now it has six or more
    monkeypatch.setattr(archive, "_LEAST_ENTRIES", 1)
    publish_feeds(index, outlet, make_settings())
    before = list_documents(outlet)
    monkeypatch.setattr(archive, "_LEAST_ENTRIES", 6)

    assert before == ["2025-11", "2025-12", "2026-01", "2026-02"]

    for is_database_lost in (False, True):
        if is_database_lost:
            lose_database(index, outlet)
        written = publish_feeds(index, outlet, make_settings()).written

        assert not [name for name in written if name.startswith("archive/")]
        assert list_documents(outlet) == before


def follow_older_pages(outlet: MemoryOutlet, stem: str) -> Iterator[tuple[str, list[str]]]:
    """Return the pages that a feed's page links as older stories, and the titles on each."""
    name = f"{stem}.html"
    while name:
        page = html.fromstring(outlet.files[name])
        yield name, page.xpath("//li[@class='story']/h3/a/bdi/text()")
        links = page.xpath("//nav[@aria-label='Earlier stories']/a/@href") or page.xpath(
            "//a[@rel='prev']/@href"
        )
        depth = name.count("/")
        name = links[0].removeprefix("../" * depth) if links else ""


@pytest.mark.parametrize("stem", STEMS)
def test_links_to_older_stories_lead_to_all_of_them(stem: str) -> None:
    """Following "Earlier stories" from a feed's page, or archive links from its feed, finds every
    story."""
    index = make_index_of_months(first=0, last=8, each=2)
    all_titles = {article.title for article in index.article_store.values()}
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, make_settings())

    # the pages
    names, titles = zip(*follow_older_pages(outlet, stem), strict=True)

    assert names == (f"{stem}.html", f"archive/{stem}/2026-04.html", f"archive/{stem}/2026-01.html")
    assert {title for titles_of_page in titles for title in titles_of_page} == all_titles

    # the feed and its archives
    titles_of_entries = {entry.findtext(f"{ATOM}title") for entry in walk_archive(outlet, stem)}

    assert titles_of_entries == all_titles

    # the newest older page links back to the page of the feed
    newest = html.fromstring(outlet.files[f"archive/{stem}/2026-04.html"])

    assert newest.xpath("//a[@rel='next']/@href")[0] == f"../../../{stem}.html"


def test_pages_of_older_stories_are_made_again_with_another_stylesheet() -> None:
    """A new template for calendar pages makes the pages of older stories again, though no article
    changed."""
    index = make_index_of_months(first=0, last=8, each=2)
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, make_settings())
    look = Look(templates={"calendar.html": "Ours: {{ when }}"})
    publish_feeds(index, outlet, make_settings(), look=look, only=set(index.rows))

    assert (
        outlet.files["archive/tags/ai/2026-01.html"] == b"Ours: 3 November 2025 to 4 January 2026"
    )


def test_earlier_instances_keep_the_calendar_pages_of_tags() -> None:
    """With `archives = true`, the setting of earlier versions, a tag keeps its HTML archive page
    per year; a source has no archives."""
    index = make_index_of_months(first=0, last=8, each=2)
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, make_settings(archives=True))

    assert list_documents(outlet, "tags/ai", "html") == ["2025", "2026"]
    assert list_documents(outlet, "sources/alpha") == []


def test_earlier_instances_have_a_document_a_month() -> None:
    """With `archives = true` each month has a document, also after files and their table were
    lost."""
    index = make_index_of_months(first=0, last=4, each=1)
    outlet = MemoryOutlet()
    for _ in range(2):
        publish_feeds(index, outlet, make_settings(archives=True))
        # the fourth month is in the feed
        assert list_documents(outlet, "all") == ["2025-11", "2025-12", "2026-01"]
        assert list_documents(outlet, "tags/ai") == ["2025-11", "2025-12", "2026-01"]

        # for the second time: lose files and their table
        index.files_of.clear()
        outlet.files.clear()
