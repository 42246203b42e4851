"""A site moves to another host: four feed readers show every story once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.aged.web import serve_web as web_serving
from tests.publishing import freshrss, miniflux, newsboat, reader
from tests.publishing.freshrss import FreshRSS
from tests.publishing.miniflux import Miniflux
from tests.publishing.newsboat import Newsboat
from tests.publishing.reader import Reader
from tests.publishing.test_newsboat import serve_public
from tests.trust.case import Case, Day, Item, Page
from tests.trust.life import Life
from tests.trust.test_readers import Reader as Subscriber

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

OLD = "http://old.example/"
NEW = "http://moved.example/"
FEEDS = ("all.atom", "all.rss", "sources/site.atom", "sources/site.rss")
BEFORE = 58
LATER = 3  # stories before the move, and on each day after it


class Site:
    """A site that publishes stories and moves from `OLD` to `NEW`."""

    def __init__(self, life: Life, *, guids: bool) -> None:
        """`guids`: its entries have ids that stay; else their links are their ids."""
        self.life = life
        self.guids = guids
        self.count = 0
        self.base = OLD

    def publish_and_visit(self, *, new: int, days: float = 1) -> None:
        """So many new stories, and a visit."""
        self.life.now += timedelta(days=days)
        self.count += new
        pages = {f"{self.base}{number}": self._page(number) for number in range(1, self.count + 1)}
        items = tuple(self._item(number) for number in range(self.count, 0, -1))
        moved = {
            address: Page(to=NEW + address.removeprefix(OLD), status=301)
            for address in self._left()
        }
        feeds = {f"{OLD}feed": Page(to=f"{NEW}feed", status=301), f"{self.base}feed": items}
        self.life.apply_day(Day(pages={**moved, **pages}, feeds=feeds))
        self.life.visit_all()

    def _left(self) -> list[str]:
        return [f"{OLD}{number}" for number in range(1, BEFORE + 1)] if self.base == NEW else []

    def _page(self, number: int) -> Page:
        return Page(text=f"story-{number}", title=f"Story {number} of the site")

    def _item(self, number: int) -> Item:
        guid = f"tag:site.example,2026:{number}" if self.guids else ""
        return Item(link=f"{self.base}{number}", id=guid, title=f"Story {number} of the site")


@pytest.fixture(params=["links", "guids"])
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Site, str]]:
    with web_serving() as web, serve_public(tmp_path / "feeds/public") as address:
        source = {"key": "site", "url": f"{OLD}feed", "backfill": 100}
        settings = "limit = 200\n"
        case = Case(row="once", name="", file="", sources=(source,), days=(), settings=settings)
        yield Site(Life(tmp_path, web, case, address), guids=request.param == "guids"), address


def list_move_complaints(site: Site, subscribe: Callable[[str], Subscriber]) -> list[str]:
    """What went wrong, a line each. `subscribe` follows a feed of this name."""
    site.publish_and_visit(new=BEFORE)
    following = {feed: subscribe(feed) for feed in FEEDS}
    for subscriber in following.values():
        subscriber.poll()
    site.base = NEW
    for days in (3, 1, 1, 1, 1, 1):  # entries of the last week are read again
        site.publish_and_visit(new=LATER, days=days)
        for subscriber in following.values():
            subscriber.poll()
    return [
        line
        for feed, subscriber in following.items()
        for line in _complaints(site, feed, subscriber)
    ]


def _complaints(site: Site, feed: str, subscriber: Subscriber) -> Iterator[str]:
    counter = Counter(map(newsboat.get_story_number, subscriber.titles))
    second_stories = sorted(story for story, times in counter.items() if times > 1)
    missed = sorted({*range(1, site.count + 1)} - {*counter})
    yield from ([f"{feed}: shown again: {second_stories}"] if second_stories else [])
    yield from ([f"{feed}: missed: {missed}"] if missed else [])


def test_newsboat_shows_every_story_of_a_site_that_moves_once(
    site: tuple[Site, str], tmp_path: Path
) -> None:
    """Newsboat shows every story of a site exactly once while the site moves to another host."""
    newsboat.need_newsboat()
    moving, address = site

    assert (
        list_move_complaints(
            moving, lambda feed: Newsboat(tmp_path / "readers" / feed, address + feed)
        )
        == []
    )


def test_reader_shows_every_story_of_a_site_that_moves_once(
    site: tuple[Site, str], tmp_path: Path
) -> None:
    """The Python library `reader` shows every story of a site exactly once while the site moves to
    another host."""
    reader.need_reader()
    moving, address = site

    assert (
        list_move_complaints(
            moving, lambda feed: Reader(tmp_path / "readers" / feed, address + feed)
        )
        == []
    )


def test_miniflux_shows_every_story_of_a_site_that_moves_once(
    site: tuple[Site, str], tmp_path: Path
) -> None:
    """Miniflux shows every story of a site exactly once while the site moves to another host."""
    moving, address = site
    with miniflux.run_miniflux(tmp_path / "miniflux") as client:
        wrong = list_move_complaints(moving, lambda feed: Miniflux(client, address + feed))
        assert wrong == []


def test_freshrss_shows_every_story_of_a_site_that_moves_once(
    site: tuple[Site, str], tmp_path: Path
) -> None:
    """FreshRSS shows every story of a site exactly once while the site moves to another host."""
    freshrss.need_freshrss()
    moving, address = site

    assert (
        list_move_complaints(
            moving, lambda feed: FreshRSS(tmp_path / "readers" / feed, address + feed)
        )
        == []
    )
