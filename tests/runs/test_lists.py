"""The list of all feeds in several parts; a build writes only changed parts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from syndicator.core.axes import ALL
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow
from syndicator.publishing.web import feed_list
from syndicator.publishing.web.shared_pages import SharedPages
from syndicator.runs import build
from syndicator.upkeep import reconcile
from tests.instances import Instance, store_articles

TAGS = ("Sea", "Seal", "Sand", "Salt", "Tide", "Port")
LISTS = re.compile(r"(feeds|sitemap)(-.*)?\.(html|xml|opml)")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    monkeypatch.setattr(feed_list, "WHOLE", 4)
    monkeypatch.setattr(feed_list, "PART", 2)
    instance = Instance(
        tmp_path, settings='[site]\nurl = "https://feeds.example/"\n[publish]\ntag_min = 1\n'
    )
    with instance.open_app(create=True) as app:
        for tag in TAGS:
            store_articles(app, f"Of {tag}", "Text.", tags=(tag,))
    build_now(instance)
    return instance


def build_now(instance: Instance, **how: object) -> set[str]:
    """The written lists."""
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        written = asyncio.run(build.build_feeds(app, **how)).written  # type: ignore[arg-type]
    return {name for name in written if LISTS.fullmatch(name)}


def read_list_digests(instance: Instance) -> dict[str, str]:
    return {
        name: digest
        for name, digest in instance.read_digests("public").items()
        if LISTS.fullmatch(name)
    }


def store_article(instance: Instance, title: str, *tags: str) -> None:
    with instance.open_app() as app:
        store_articles(app, title, "Text.", tags=tags)


def test_each_feed_is_on_one_part_that_the_first_leads_to(instance: Instance) -> None:
    """A long list of feeds is divided by first letters: each feed is on exactly one part, linked
    from the first page and the sitemap."""
    first = instance.read_published("feeds.html")
    parts = sorted(set(re.findall(r'href="(feeds-[^"]*)"', first)))

    assert parts == [
        "feeds-tags-p.html",
        "feeds-tags-sa.html",
        "feeds-tags-se.html",
        "feeds-tags-t.html",
    ]

    shown_tags = [
        tag
        for part in parts
        for tag in re.findall(r'href="tags/(\w+).html"', instance.read_published(part))
    ]

    assert sorted(shown_tags) == sorted(tag.lower() for tag in TAGS)
    assert 'href="sources/one.html"' in first

    index = etree.fromstring(instance.read_published("sitemap.xml").encode())
    named = [str(loc.text).removeprefix("https://feeds.example/") for loc in index.iter("{*}loc")]
    sitemaps = "".join(map(instance.read_published, named))

    assert all(f"/tags/{tag.lower()}.html</loc>" in sitemaps for tag in TAGS)
    assert "/sources/one.html</loc>" in sitemaps


def test_one_more_article_makes_the_parts_of_its_feeds(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new article with the tag "Tide" renders only the first list page and the part with T
    again."""
    store_article(instance, "Another", "Tide")
    rendered_parts = list[str]()
    render = SharedPages.render_feed_list

    def noted(self: SharedPages, part: str, rows: Mapping[FeedKey, FeedRow]) -> dict[str, bytes]:
        rendered_parts.append(part)
        return render(self, part, rows)

    monkeypatch.setattr(SharedPages, "render_feed_list", noted)

    assert build_now(instance) == {
        "feeds.html",
        "feeds-tags-t.html",
    }  # on the day of the one before
    assert rendered_parts == ["", "-tags-t"]
    assert "Another" in instance.read_published("feeds-tags-t.html")


def test_one_more_feed_writes_its_part_and_what_names_all(instance: Instance) -> None:
    """A new tag "Pond" rewrites the part with P and the lists that name all; a third feed with P
    divides that part."""
    store_article(instance, "Another", "Pond")
    written = build_now(instance)

    assert {"feeds.html", "feeds.opml", "feeds-tags-p.html", "sitemap-tags-p.xml"} <= written
    assert written.isdisjoint(("feeds-tags-sa.html", "feeds-tags-se.html", "feeds-tags-t.html"))

    store_article(instance, "And more", "Pool")  # three with p: the part is divided

    assert {"feeds-tags-pon.html", "feeds-tags-poo.html", "feeds-tags-p.html"} <= build_now(
        instance
    )


def test_parts_are_those_of_a_build_of_everything(instance: Instance) -> None:
    """Lists that grew article by article are the same as after a build of everything: nothing is
    written again."""
    for title, tag in (("A", "Pond"), ("B", "Sea"), ("C", "Pool"), ("D", "Tidal")):
        store_article(instance, title, tag)
        build_now(instance)
    before = read_list_digests(instance)

    assert not build_now(instance, include_all=True)
    assert read_list_digests(instance) == before
    assert "feeds-tags-p.html" not in before  # it was, before it was divided


def test_what_a_build_left_is_written_by_the_next(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partial or failed build leaves changed parts for the next one."""
    store_article(instance, "Another", "Tide")

    # with its tag's feed
    assert build_now(instance, accepts=lambda key: key != ALL) == set()
    assert "feeds-tags-t.html" in build_now(instance)

    store_article(instance, "One more", "Salt")
    with monkeypatch.context() as patched:
        patched.setattr(SharedPages, "render_shared_pages", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build_now(instance)

    assert "feeds-tags-sa.html" in build_now(instance)


def test_a_list_that_has_become_short_is_one_page_again(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that fits into one page again (WHOLE is raised) is one page, and its parts are
    deleted."""
    monkeypatch.setattr(feed_list, "WHOLE", 100)
    store_article(instance, "Another", "Tide")
    written = build_now(instance)

    assert {"feeds-tags-t.html", "sitemap-tags-t.xml", "sitemap-pages.xml"} <= written
    assert set(read_list_digests(instance)) == {"feeds.html", "feeds.opml", "sitemap.xml"}
    assert all(f"tags/{tag.lower()}.html" in instance.read_published("feeds.html") for tag in TAGS)
