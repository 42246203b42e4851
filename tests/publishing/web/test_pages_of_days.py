"""Pages of days, months and years list every story; a new story rewrites few of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from lxml import html

from syndicator.configuration.settings import Publish, Settings
from syndicator.core.model import Article, FeedKey
from syndicator.publishing.selection.feeds import plan_feeds
from tests.publishing.memory import MemoryIndex, MemoryOutlet, list_stale_feeds
from tests.publishing.test_builder import SETTINGS, SOURCES, START, make_article, publish_feeds

COUNT = 144
WITH_TAGS = Settings(site=SETTINGS.site, publish=Publish(archives=True))  # all tags have pages


def make_stories() -> Iterable[Article]:
    """Return six stories a day; every third is about chips."""
    for number in range(COUNT):
        yield make_article(
            number,
            published=START + timedelta(hours=4 * number),
            added=START + timedelta(hours=4 * number, minutes=5),
            tags=("Chips",) if number % 3 == 0 else ("Rust",),
            category="AI" if number % 2 else "Policy",
        )


def list_titles(data: bytes) -> list[str]:
    return [node.text_content() for node in html.fromstring(data).xpath("//h3")]


def test_every_story_is_on_one_page_of_days_and_previous_leads_through_all() -> None:
    """Following "previous" links from the newest page visits every story once."""
    index = MemoryIndex(make_stories())
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    newest_day = max(index.days(FeedKey("all", "all")))
    page_name = f"archive/all/{newest_day}.html"
    titles = []
    while page_name:
        page = html.fromstring(outlet.files[page_name])
        titles += list_titles(outlet.files[page_name])
        previous_links = page.xpath("//a[@rel='prev']/@href")
        page_name = f"archive/all/{previous_links[0].rpartition('/')[2]}" if previous_links else ""

    assert titles == [f"Story {number}" for number in reversed(range(COUNT))]


def test_a_feed_page_ends_and_links_the_page_of_its_next_days() -> None:
    """The page of a feed shows 60 of its stories (six a day) and links the calendar page of its
    last day, from which earlier ones follow. Tags have pages by year, sources none."""
    index = MemoryIndex(make_stories())
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, Settings(publish=Publish(limit=80, archives=True)))
    page = html.fromstring(outlet.files["all.html"])
    earlier_link = page.xpath("//nav[@aria-label='Earlier stories']/a/@href")[0]
    last_section = page.xpath("//section[contains(@class, 'day')]")[-1]
    last_day = last_section.xpath("./h2/time/@datetime")[0]

    assert earlier_link == f"archive/all/{last_day}.html"
    assert earlier_link in outlet.files
    assert len(list_titles(outlet.files["all.html"])) == 60
    assert "archive/tags/chips/2025.html" in outlet.files
    assert not any("archive/sources" in name for name in outlet.files)


def test_the_months_of_a_feed_lead_to_their_pages_or_to_days_on_its_page() -> None:
    """Months on a feed page have the number of stories, and link the page of the month, that of the
    year if months have none, or the newest day on the same page if the feed has no calendar."""
    index = MemoryIndex(make_stories())
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)

    def list_months(name: str) -> list[tuple[str, str]]:
        section = "//aside/section[h2='Months']//li"
        result = html.fromstring(outlet.files[name]).xpath(section)
        return [(" ".join(li.text_content().split()), li.xpath("string(a/@href)")) for li in result]

    # each month: its text, its link
    assert list_months("all.html") == [("November 2025 144", "archive/all/2025-11.html")]
    assert list_months("categories/policy.html") == [
        ("November 2025 72", "../archive/categories/policy/2025.html")
    ]

    source_page = html.fromstring(outlet.files["sources/alpha.html"])
    newest_day = source_page.xpath("//section[@class='day']/h2/@id")[0]

    assert list_months("sources/alpha.html") == [("November 2025 144", f"#{newest_day}")]


def test_one_more_story_rewrites_only_pages_that_show_it() -> None:
    """A new story rewrites only the pages that show it, and three that count stories; the result
    equals a full build."""
    index = MemoryIndex(make_stories())
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, WITH_TAGS)

    # the new story, between the last two
    published = START + timedelta(hours=4 * COUNT - 5)
    fresh_article = make_article(
        COUNT,
        title="Fresh",
        published=published,
        added=START + timedelta(hours=4 * COUNT),
        tags=("Rust",),
        category="Policy",
    )
    index.add(fresh_article)
    specs = plan_feeds(
        index.feeds(),
        settings=WITH_TAGS,
        sources=list(SOURCES.values()),
        queries=(),
        categories={"AI": "Machines"},
    )
    report = publish_feeds(index, outlet, WITH_TAGS, only=list_stale_feeds(specs, index))
    changed = {name for name in report.written if name.endswith(".html")}
    showing = {name for name in changed if b"Fresh" in outlet.files[name]}
    day = published.strftime("%Y-%m-%d")

    assert showing == {
        "index.html",
        "feeds.html",
        "all.html",
        "categories/policy.html",
        "tags/rust.html",
        "sources/alpha.html",
        f"archive/all/{day}.html",
        "archive/all/2025-11.html",
        "archive/categories/policy/2025.html",
        "archive/tags/rust/2025.html",
    }
    # the pages that only count stories
    assert changed - showing == {"archive.html", "combine.html", "archive/all/2025.html"}

    whole_outlet = MemoryOutlet()
    publish_feeds(index, whole_outlet, WITH_TAGS)

    assert outlet.files == whole_outlet.files


def test_a_story_that_is_withdrawn_is_on_no_page() -> None:
    """After an article is withdrawn, the next build removes it from every HTML page."""
    index = MemoryIndex(make_stories())
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    gone_article = make_article(7)
    index.remove(gone_article.id, at=START)
    publish_feeds(index, outlet)

    assert not [
        name
        for name, data in outlet.files.items()
        if name.endswith(".html") and b">Story 7<" in data
    ]
