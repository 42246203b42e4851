"""Feed readers show each story once through floods, redesigns and lost databases.
Also if a source is removed and followed again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from tests.aged.web import serve_web as web_serving
from tests.publishing import freshrss, miniflux, newsboat
from tests.publishing.freshrss import FreshRSS
from tests.publishing.miniflux import Miniflux
from tests.publishing.newsboat import Newsboat
from tests.publishing.test_newsboat import serve_public
from tests.trust.case import Case, Day, Item, Page
from tests.trust.life import Life

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SITES = tuple(f"site{number}" for number in range(8))
FEEDS = ("all.atom", "all.rss", "sources/site0.atom", "sources/site1.rss")
BUSY = 50  # stories of each site on the busy day


class Reader(Protocol):
    titles: list[str]

    def poll(self) -> None: ...


class World:
    """Sites that publish stories; `told`: site -> the numbers of its stories."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.count = 0
        self.hours = 0.0
        self.told: dict[str, list[int]] = {site: [] for site in SITES}
        self.when: dict[int, float] = {}  # hours after the beginning, of a story
        self.moved: set[str] = set()

    def publish_stories(self, site: str, count: int) -> None:
        """So many new stories, of the two hours before the next visit."""
        for _ in range(count):
            self.count += 1
            self.told[site].append(self.count)
            self.when[self.count] = self.hours + 22 + self.count % 100 / 60

    def live_day(self, *, shown: int = 60, days: float = 1) -> None:
        """A day: every site's feed with its newest stories, visited and built."""
        self.hours += 24 * days
        self.life.now += timedelta(days=days)
        pages: dict[str, Page] = {}
        feeds: dict[str, tuple[Item, ...] | Page] = {}
        for site, numbers in self.told.items():
            items = []
            for number in numbers[-shown:]:
                address = f"http://{site}.example/{'blog/' if site in self.moved else ''}{number}"
                title = f"Story {number} of {site}"
                when = self.when[number]
                pages[address] = Page(text=f"story-{number}", title=title, published=when)
                items.append(Item(link=address, title=title, published=when))
            feeds[f"http://{site}.example/feed"] = tuple(items)
        self.life.apply_day(Day(pages=pages, feeds=feeds))
        self.life.visit_all()

    def list_due_stories(self, feed: str) -> set[int]:
        """The stories that a reader of `feed` must have been shown."""
        of = [site for site in SITES if site in feed] or SITES
        return {number for site in of for number in self.told[site]}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[World, str]]:
    with web_serving() as web, serve_public(tmp_path / "feeds/public") as address:
        sources = tuple({"key": site, "url": f"http://{site}.example/feed"} for site in SITES)
        case = Case(row="lost", name="", file="", sources=sources, days=())
        yield World(Life(tmp_path, web, case, address)), address


def list_reader_complaints(world: World, readers: Callable[[str], Reader]) -> list[str]:
    """What went wrong, a line each. `readers` subscribes to a feed of this name."""
    for site in SITES:
        world.publish_stories(site, 3)
    world.live_day()
    following = {feed: readers(feed) for feed in FEEDS}
    _poll(following)
    for site in SITES:
        world.publish_stories(site, BUSY)
    world.live_day()
    _poll(following)
    world.moved.add("site0")  # a redesign
    world.live_day()
    _poll(following)
    world.publish_stories("site0", 2)
    for words in ("rm feeds/state", "reindex", "build --all"):
        assert list(world.life.run_command(words)) == []
    world.live_day()
    _poll(following)
    for words in ("remove site1", "add http://site1.example/feed"):
        assert list(world.life.run_command(words)) == []
    world.publish_stories("site1", 2)
    world.live_day()
    _poll(following)
    return [line for feed, reader in following.items() for line in _complaints(world, feed, reader)]


def _poll(following: Mapping[str, Reader]) -> None:
    for reader in following.values():
        reader.poll()


def _complaints(world: World, feed: str, reader: Reader) -> Iterator[str]:
    counter = Counter(map(newsboat.get_story_number, reader.titles))
    yield from (
        f"{feed}: story {story} was shown twice" for story, times in counter.items() if times > 1
    )
    yield from (
        f"{feed}: story {story} was missed"
        for story in sorted(world.list_due_stories(feed) - set(counter))
    )


def test_newsboat_shows_every_story_once(world: tuple[World, str], tmp_path: Path) -> None:
    """Newsboat shows every story of a simulated world of sites exactly once."""
    newsboat.need_newsboat()
    lived, address = world

    assert (
        list_reader_complaints(
            lived, lambda feed: Newsboat(tmp_path / "readers" / feed, address + feed)
        )
        == []
    )


def test_miniflux_shows_every_story_once(world: tuple[World, str], tmp_path: Path) -> None:
    """Miniflux shows every story of a simulated world of sites exactly once."""
    lived, address = world
    with miniflux.run_miniflux(tmp_path / "miniflux") as client:
        wrong = list_reader_complaints(lived, lambda feed: Miniflux(client, address + feed))
        assert wrong == []


def test_freshrss_shows_every_story_once(world: tuple[World, str], tmp_path: Path) -> None:
    """FreshRSS shows every story of a simulated world of sites exactly once."""
    freshrss.need_freshrss()
    lived, address = world

    assert (
        list_reader_complaints(
            lived, lambda feed: FreshRSS(tmp_path / "readers" / feed, address + feed)
        )
        == []
    )
