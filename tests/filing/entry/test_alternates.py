"""A page without its text is read from its AMP or print version."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from syndicator.app.container import open_app
from syndicator.articles.frontmatter import load
from syndicator.cli.demo.server import Answer, Request
from syndicator.core.model import Article
from syndicator.runs import refresh
from syndicator.showing.explain import show_article
from tests.faults.instance import InProcess
from tests.filing.test_credentials import SETTINGS, serve_site

STORY = "".join(
    f"<p>The council counted {n} bridges in its report of the year, and it closed none.</p>"
    for n in range(12)
)
LEAD = "The council counted its bridges."
SOURCES = '[[source]]\nkey = "mine"\nurl = "{feed}"\n'


def make_page(links: str, body: str, title: str = "Bridges") -> str:
    return f"<title>{title}</title>{links}<article><h1>{title}</h1>{body}</article>"


class Taken(NamedTuple):
    """The article that was made of a page, the answer of `show --why`, and the pages that were
    requested."""

    article: Article | None
    why: Mapping[str, Any]
    asked: list[str]


async def read_story(folder: Path, pages: Mapping[str, str]) -> Taken:
    """Read the page /story of a site that has `pages`."""
    seen: list[Request] = []

    def respond(path: str) -> Answer:
        if path == "/feed":
            feed = '<rss version="2.0"><channel><title>Mine</title><item><link>/story</link></item></channel></rss>'  # noqa: E501
            return Answer(body=feed.encode(), type="application/rss+xml")
        return Answer(body=pages[path].encode()) if path in pages else Answer(status=404)

    async with serve_site("127.0.0.2", respond, seen) as site:
        (folder / "config").mkdir()
        (folder / "config/sources.toml").write_text(SOURCES.format(feed=f"{site}/feed"))
        (folder / "config/syndicator.toml").write_text(SETTINGS)
        with open_app(folder / "config", environ={}) as app:
            await refresh.run(app, refresh.Wanted(all=True), stop=asyncio.Event())
            files = [path.read_bytes() for path in (folder / "feeds/articles").rglob("*.md")]
            shown = (
                show_article(app.archive, app.configuration, load(files[0]), files[0])
                if files
                else None
            )
    others = ("/robots.txt", "/feed", "/", "/favicon.ico")
    requested_paths = [one.path for one in seen if one.path not in others]
    return Taken(shown.article if shown else None, shown.why if shown else {}, requested_paths)


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())


AMP = '<link rel="amphtml" href="/amp">'
PRINT = '<a href="/story?print=1">Print</a>'
BACK = '<link rel="canonical" href="/story">'


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("links", "body", "other"),
    [
        (AMP, f"<p>{LEAD}</p>", {"/amp": make_page(BACK, STORY, "Bridges - AMP")}),
        (AMP, "<div id='app'></div>", {"/amp": make_page(BACK, STORY, "Bridges")}),
        (PRINT, f"<p>{LEAD}</p>", {"/story?print=1": make_page("", STORY, "Printed")}),
    ],
)
async def test_a_stub_is_read_from_its_other_version(
    tmp_path: Path, links: str, body: str, other: dict[str, str]
) -> None:
    """A page with a short text is read from the AMP or print version that it links, and keeps
    its own title and address."""
    story = await read_story(tmp_path, {"/story": make_page(links, body), **other})

    assert story.article
    assert story.article.body.startswith("The council counted 0 bridges")
    assert story.article.title == "Bridges"
    assert story.article.url.endswith("/story")
    assert story.asked == ["/story", *other]
    assert story.why["alternate"].endswith(story.asked[1])


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("links", "body", "other"),
    [
        # another article
        (AMP, f"<p>{LEAD}</p>", {"/amp": make_page('<link rel="canonical" href="/else">', STORY)}),
        # no more than here
        (AMP, f"<p>{LEAD}</p>", {"/amp": make_page(BACK, f"<p>{LEAD}</p><p>Read more of it.</p>")}),
        (AMP, f"<p>{LEAD}</p>", {"/gone": ""}),
        # not of the site
        ('<link rel="amphtml" href="https://cdn.example/amp">', f"<p>{LEAD}</p>", {}),
    ],
)
async def test_what_is_not_the_same_article_with_more_text_is_not_taken(
    tmp_path: Path, links: str, body: str, other: dict[str, str]
) -> None:
    """Another version is used only if it is the same article with more text; otherwise the
    page's own lead is."""
    story = await read_story(tmp_path, {"/story": make_page(links, body), **other})

    assert story.article
    assert story.article.body.startswith(LEAD)
    assert "alternate" not in story.why


@pytest.mark.anyio
async def test_a_page_that_has_its_text_is_asked_for_alone(tmp_path: Path) -> None:
    """The AMP version is not requested if the page has its text."""
    story = await read_story(
        tmp_path, {"/story": make_page(AMP, STORY), "/amp": make_page(BACK, STORY * 3)}
    )
    assert story.article
    assert story.asked == ["/story"]


@pytest.mark.anyio
async def test_a_text_that_is_kept_for_those_who_pay_is_not_looked_for_elsewhere(
    tmp_path: Path,
) -> None:
    """For a page that declares its text as paid, the AMP version is not requested: we do not go
    around the paywall."""
    locked = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree":'
        " false}</script>"
    )
    wall = f"<p>{LEAD}</p><p>Subscribe to continue reading</p>"
    pages = {"/story": make_page(locked + AMP, wall), "/amp": make_page(BACK, STORY)}

    assert (await read_story(tmp_path, pages)).asked == ["/story"]
