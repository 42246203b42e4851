"""A story keeps its id, file and date when its site moves or changes its address.
Only both hosts, or the site itself, change the address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.aged.web import serve_web
from tests.trust.case import Case, Day, Item, Page
from tests.trust.life import Life

OLD = "http://old.example/"
NEW = "http://new.example/"
THIRD = "http://third.example/"
STORIES = range(1, 7)
LOST = ("rm feeds/state", "reindex")


@dataclass(frozen=True, kw_only=True)
class Site:
    """How a site says that it moves."""

    guids: bool  # False: links are the ids of its entries
    canonical: bool = False  # its pages name their address

    def make_item(self, number: int, base: str) -> Item:
        guid = f"tag:site.example,2026:{number}" if self.guids else ""
        return Item(link=f"{base}{number}", id=guid, title=f"Story {number}")

    def make_page(self, number: int, base: str) -> Page:
        canonical = f"{base}{number}" if self.canonical else ""
        return Page(text=f"story-{number}", title=f"Story {number}", canonical=canonical)


SITES = [
    Site(guids=guids, canonical=canonical) for guids in (True, False) for canonical in (False, True)
]
WITH = pytest.mark.parametrize(
    "site",
    SITES,
    ids=lambda site: (
        f"{'guids' if site.guids else 'links'}{', canonical' if site.canonical else ''}"
    ),
)


class MovingSiteInstance(Life):
    """An instance that follows a site which moves to another host."""

    def follow_feed(self, url: str) -> None:
        self._sources(({"key": "site", "url": url},))

    def next_day(
        self, pages: Mapping[str, Page], feeds: Mapping[str, tuple[Item, ...] | Page]
    ) -> None:
        self.now += timedelta(days=2)
        self.apply_day(Day(pages=pages, feeds=feeds))
        self.visit_all()

    def read_entries(self, feed: str = "all") -> dict[str, tuple[str, str]]:
        """Address -> the published id and date of its entry."""
        items = json.loads((self.feeds / f"public/{feed}.json").read_text())["items"]
        return {item["url"]: (item["id"], item["date_published"]) for item in items}

    def list_known_entries(self) -> list[tuple[str, str]]:
        return sorted([*self.read_entries().values(), *self.read_entries("sources/site").values()])

    def list_article_files(self) -> list[str]:
        return sorted(path.name for path in (self.feeds / "articles").rglob("*.md"))

    def list_entry_hosts(self) -> list[str]:
        """The host of each entry, in both feeds."""
        return sorted(
            url.split("/")[2] for feed in ("all", "sources/site") for url in self.read_entries(feed)
        )


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[MovingSiteInstance]:
    with serve_web() as web:
        sources = ({"key": "site", "url": f"{OLD}feed"},)
        yield MovingSiteInstance(
            tmp_path, web, Case(row="once", name="", file="", sources=sources, days=())
        )


def publish_at_old_host(
    instance: MovingSiteInstance, site: Site
) -> tuple[list[tuple[str, str]], list[str]]:
    """Publish at OLD. Return what readers know, and the files."""
    instance.next_day(*make_pages_and_feed(site, OLD))
    return instance.list_known_entries(), instance.list_article_files()


def make_pages_and_feed(
    site: Site, base: str, numbers: range = STORIES
) -> tuple[dict[str, Page], dict[str, tuple[Item, ...] | Page]]:
    pages = {f"{base}{number}": site.make_page(number, base) for number in numbers}
    return pages, {
        f"{base}feed": tuple(site.make_item(number, base) for number in reversed(numbers))
    }


def make_redirects(
    base: str, to: str, numbers: range = STORIES, *, status: int = 301
) -> dict[str, Page]:
    return {f"{base}{number}": Page(to=f"{to}{number}", status=status) for number in numbers}


def feed_of(base: str, to: str, status: int = 301) -> dict[str, tuple[Item, ...] | Page]:
    return {f"{base}feed": Page(to=f"{to}feed", status=status)}


def assert_nothing_anew(
    instance: MovingSiteInstance, before: tuple[list[tuple[str, str]], list[str]], *hosts: str
) -> None:
    """Nothing was filed or shown anew, and all entries have addresses of `hosts`, half of them of
    each."""
    assert (instance.list_known_entries(), instance.list_article_files()) == before
    assert instance.list_entry_hosts() == sorted(
        host.split("/")[2] for host in hosts for _ in range(2 * len(STORIES) // len(hosts))
    )


@WITH
def test_a_site_that_redirects_feed_and_pages_keeps_ids_files_and_dates(
    instance: MovingSiteInstance, site: Site
) -> None:
    """If a site redirects feed and pages to a new host, its stories keep id, file and date, also
    after the database is rebuilt (LOST); the old address still withdraws."""
    before = publish_at_old_host(instance, site)
    pages, feeds = make_pages_and_feed(site, NEW)
    instance.next_day({**pages, **make_redirects(OLD, NEW)}, {**feeds, **feed_of(OLD, NEW)})

    assert_nothing_anew(instance, before, NEW)

    for article in instance.load_articles().values():
        assert article.aliases == (article.url.replace(NEW, OLD),)
    for words in LOST:
        assert list(instance.run_command(words)) == []
    instance.next_day({}, {})

    assert_nothing_anew(instance, before, NEW)
    assert list(instance.run_command(f"withdraw {OLD}1")) == []
    assert f"{NEW}1" not in instance.read_entries()


@WITH
def test_a_site_whose_pages_redirect_keeps_them_if_the_operator_edits_its_address(
    instance: MovingSiteInstance, site: Site
) -> None:
    """If old pages redirect, the old feed is gone and the operator enters the new one, stories keep
    ids, files and dates."""
    before = publish_at_old_host(instance, site)
    instance.follow_feed(f"{NEW}feed")
    pages, feeds = make_pages_and_feed(site, NEW)
    instance.next_day(
        {**pages, **make_redirects(OLD, NEW)},
        {**feeds, f"{OLD}feed": Page(text="gone", status=404)},
    )

    assert_nothing_anew(instance, before, NEW)


@WITH
def test_a_feed_that_stays_with_redirected_pages_shows_nothing_again(
    instance: MovingSiteInstance, site: Site
) -> None:
    """Only the pages move: the feed stays at the old host and no entry appears again."""
    before = publish_at_old_host(instance, site)
    pages, feeds = make_pages_and_feed(site, NEW)
    instance.next_day({**pages, **make_redirects(OLD, NEW)}, {f"{OLD}feed": feeds[f"{NEW}feed"]})

    assert {*instance.read_entries().values()} == {*before[0]}
    assert {url.split("/")[2] for url in instance.read_entries()} == {"old.example"}

    if site.guids:
        assert_nothing_anew(instance, before, OLD)


@WITH
def test_a_site_that_has_half_moved_keeps_them(instance: MovingSiteInstance, site: Site) -> None:
    """Some pages move one day and the rest later: ids, files and dates stay."""
    before = publish_at_old_host(instance, site)
    moved_stories = range(4, 7)
    remaining_stories = range(1, 4)
    pages, feeds = make_pages_and_feed(site, NEW, moved_stories)
    items = (*feeds[f"{NEW}feed"], *(site.make_item(number, OLD) for number in remaining_stories))  # type: ignore[misc]
    instance.next_day(
        {**pages, **make_redirects(OLD, NEW, moved_stories)},
        {f"{NEW}feed": items, **feed_of(OLD, NEW)},
    )

    assert_nothing_anew(instance, before, OLD, NEW)

    pages, feeds = make_pages_and_feed(site, NEW)
    instance.next_day({**pages, **make_redirects(OLD, NEW)}, feeds)

    assert_nothing_anew(instance, before, NEW)


@WITH
def test_a_site_that_moves_back_keeps_them(instance: MovingSiteInstance, site: Site) -> None:
    """If a site moves to a new host and back, with redirects, stories keep ids, files and dates.
    Without guids their address stays the new one."""
    before = publish_at_old_host(instance, site)
    pages, feeds = make_pages_and_feed(site, NEW)
    instance.next_day({**pages, **make_redirects(OLD, NEW)}, {**feeds, **feed_of(OLD, NEW)})
    pages, feeds = make_pages_and_feed(site, OLD)
    instance.next_day({**pages, **make_redirects(NEW, OLD)}, {**feeds, **feed_of(NEW, OLD)})

    assert_nothing_anew(instance, before, OLD if site.guids else NEW)


@WITH
def test_a_site_that_moves_back_keeps_what_it_published_elsewhere(
    instance: MovingSiteInstance, site: Site
) -> None:
    """Stories that a site published on its new host (7 and 8) also keep ids and files when it moves
    back."""
    publish_at_old_host(instance, site)
    numbers = range(1, 9)
    pages, feeds = make_pages_and_feed(site, NEW, numbers)
    instance.next_day({**pages, **make_redirects(OLD, NEW)}, {**feeds, **feed_of(OLD, NEW)})
    before = instance.list_known_entries(), instance.list_article_files()
    pages, feeds = make_pages_and_feed(site, OLD, numbers)
    instance.next_day(
        {**pages, **make_redirects(NEW, OLD, numbers)}, {**feeds, **feed_of(NEW, OLD)}
    )

    assert (instance.list_known_entries(), instance.list_article_files()) == before


@WITH
def test_what_a_feed_announces_on_another_host_is_new_if_only_the_feed_redirects(
    instance: MovingSiteInstance, site: Site
) -> None:
    """If only the feed redirects to another host, pages there are copies, not the moved stories:
    the feed of everything keeps the old entries."""
    before = publish_at_old_host(instance, site)
    pages, feeds = make_pages_and_feed(site, NEW)
    instance.next_day(pages, {**feeds, **feed_of(OLD, NEW)})

    assert {*instance.read_entries().values()} == {*before[0]}  # copies are shown once
    assert {url.split("/")[2] for url in instance.read_entries()} == {"old.example"}


@WITH
def test_a_site_that_moves_twice_keeps_them(instance: MovingSiteInstance, site: Site) -> None:
    """If a site moves to a second and then to a third host, with redirects, stories keep ids, files
    and dates."""
    before = publish_at_old_host(instance, site)
    pages, feeds = make_pages_and_feed(site, NEW)
    instance.next_day({**pages, **make_redirects(OLD, NEW)}, {**feeds, **feed_of(OLD, NEW)})
    pages, feeds = make_pages_and_feed(site, THIRD)
    redirects = {**feed_of(OLD, THIRD), **feed_of(NEW, THIRD)}
    instance.next_day(
        {**pages, **make_redirects(OLD, THIRD), **make_redirects(NEW, THIRD)},
        {**feeds, **redirects},
    )

    assert_nothing_anew(instance, before, THIRD)


STORY = "http://victim.example/story"
SPELLINGS = (f"{STORY}?print=1", f"{STORY}?fbclid=1")


@pytest.fixture
def instance_with_neighbour(tmp_path: Path) -> Iterator[MovingSiteInstance]:
    """An instance that follows a site and a neighbour."""
    with serve_web() as web:
        sources = tuple(
            {"key": key, "url": f"http://{key}.example/feed"} for key in ("evil", "victim")
        )
        yield MovingSiteInstance(
            tmp_path, web, Case(row="once", name="", file="", sources=sources, days=())
        )


@pytest.mark.parametrize(
    "brought", [SPELLINGS, SPELLINGS[::-1], SPELLINGS[:1]], ids=["print", "fbclid", "one"]
)
def test_the_spelling_that_the_site_announces_later_wins_and_the_id_stays(
    instance_with_neighbour: MovingSiteInstance, brought: tuple[str, ...]
) -> None:
    """A story that a neighbour announced first, in other spellings of its address, later gets the
    address that its site announces; the id stays."""
    page = Page(text="story", published=-2)
    items = tuple(Item(link=url, title="Another title") for url in brought)
    feeds = {"http://victim.example/feed": (), "http://evil.example/feed": items}
    instance_with_neighbour.next_day({STORY: page, **dict.fromkeys(SPELLINGS, page)}, feeds)
    (before,) = instance_with_neighbour.read_entries().values()
    files = instance_with_neighbour.list_article_files()
    instance_with_neighbour.next_day(
        {}, {"http://victim.example/feed": (Item(link=STORY, title="Title of story"),)}
    )
    for _ in range(2):
        assert (
            instance_with_neighbour.read_entries()
            == instance_with_neighbour.read_entries("sources/victim")
            == {STORY: before}
        )
        assert instance_with_neighbour.list_article_files() == files
        (shown,) = [
            article
            for article in instance_with_neighbour.load_articles().values()
            if not article.merged_into
        ]
        assert shown.source_key == "victim"
        assert {*shown.aliases} <= {SPELLINGS[0]}
        for words in LOST:
            assert list(instance_with_neighbour.run_command(words)) == []
        instance_with_neighbour.next_day({}, {})
