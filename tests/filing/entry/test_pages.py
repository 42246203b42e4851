"""Articles that are split over several pages are read and published as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.articles.frontmatter import load
from syndicator.core.model import Article
from syndicator.health.observing import open_read_only
from syndicator.health.summary import read_health
from tests.runs.pushes.up import Up, serve_following
from tests.runs.pushes.web import Web, make_story_text, page_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("kept_workers")]

ROW = (
    '<p class="pages"><a href="{root}">1</a> <a href="{root}/2">2</a> <a href="{root}/3">3</a></p>'
)


def find_article(up: Up, title: str) -> Article:
    found = (load(path.read_bytes()) for path in (up.folder / "feeds/articles").rglob("*.md"))
    return next(one for one in found if one.title == title)


def publish_split_article(web: Web, url: str, name: str, pages: int) -> None:
    """An article on so many pages, which share their head and foot."""
    root = f"{url.rpartition('/')[0]}/post/{name}"
    links = ROW.format(root=root)
    for number in range(1, pages + 1):
        text = (
            make_story_text(f"{name}-{number}", root)
            + "<p>Nobody may copy this text about birds without a word to us.</p>"
        )
        web.find_topic(url).pages[f"{name}/{number}" if number > 1 else name] = page_of(
            name, text + links
        )


async def test_the_pages_of_an_article_are_one_and_the_next_article_is_none(tmp_path: Path) -> None:
    """Heron's three pages become one article; otter's link to the next article is not followed;
    kite lacks a page; long ends after ten."""
    async with serve_following(tmp_path) as (up, web):
        url = web.add_topic(100, posts=["heron", "otter", "otter-2", "kite", "long"])
        root = f"{url.rpartition('/')[0]}/post"
        topic = web.find_topic(url)
        publish_split_article(web, url, "heron", 3)
        for name in ("otter", "otter-2"):  # links the next article as many systems do
            head = f'<link rel="next" href="{root}/otter-2">'
            topic.pages[name] = page_of(
                name,
                make_story_text(name, root) + f'<a rel="next" href="{root}/otter-2">Next</a>',
                head,
            )
        publish_split_article(web, url, "kite", 2)
        topic.pages["kite/2"] = None  # fails
        publish_split_article(web, url, "long", 12)
        for number in range(1, 12):
            page = topic.pages[f"long/{number}" if number > 1 else "long"] or ""
            topic.pages[f"long/{number}" if number > 1 else "long"] = page.replace(
                "</article>",
                f'<a rel="next" href="{root}/long/{number + 1}">Next page</a></article>',
            )
        up.follow_feeds([url])
        await up.run_jobs()

        heron = find_article(up, "The heron")
        assert [f"The heron-{number} was seen" in heron.body for number in (1, 2, 3)] == [True] * 3
        assert heron.body.count("Nobody may copy") <= 1
        assert not heron.partial
        assert "otter-2 was seen" not in find_article(up, "The otter").body
        kite = find_article(up, "The kite")
        assert kite.partial
        assert "kite-1 was seen" in kite.body
        assert "kite-2 was seen" not in kite.body
        long = find_article(up, "The long").body
        assert "long-10 was seen" in long
        assert "long-11 was seen" not in long
        requested_paths = [path for path in topic.asked_pages if path.startswith("long")]
        assert len(requested_paths) == 10
        assert len(set(topic.asked_pages)) == len(topic.asked_pages)

        with open_app(up.config) as app:  # what is kept of it is all of it
            kept = app.archive.snapshots.get(heron.id)
        assert kept
        assert all(f"heron-{number} was seen".encode() in kept[0] for number in (1, 2, 3))


CHECK = (
    "<html><head><title>Just a moment...</title></head><body><div"
    " id='challenge-running'><h1>Checking your browser</h1><p>Checking if the site connection is"
    " secure. Verify that you are human.</p></div></body></html>"
)


async def test_pages_and_feeds_behind_a_wall_are_named(tmp_path: Path) -> None:
    """Bot checks (`CHECK`) on 3 of 4 pages, or in place of a feed, become conditions that name
    the source and a cure."""
    async with serve_following(tmp_path) as (up, web):
        urls = [web.add_topic(100, posts=["a", "b", "c", "d"]), web.add_topic(100, wall=CHECK)]
        web.find_topic(urls[0]).pages = dict.fromkeys("abc", CHECK)
        up.follow_feeds(urls)
        outcomes = await up.run_jobs()

        assert {outcome.key: outcome.reason for outcome in outcomes} == {
            "s0": None,
            "s1": "not-a-feed-bot-check",
        }

        with open_read_only(up.config) as place:
            conditions_by_source = {
                condition.source: condition
                for condition in read_health(place).conditions
                if condition.source
            }

        assert conditions_by_source["s0"].kind == "source-walled"
        assert conditions_by_source["s0"].detail.startswith("3 of its last 4 pages: a check")
        assert conditions_by_source["s1"].kind == "source-failing"
        assert "User-Agent" in conditions_by_source["s1"].cure
