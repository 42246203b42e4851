"""A site's statements about the use of its articles reach our files and feeds."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from syndicator.articles.frontmatter import load
from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import Article
from syndicator.filing.page_reading import PageReading
from syndicator.publishing.render.view import make_view
from syndicator.publishing.web.article_html import make_article_data
from syndicator.upkeep.passes.read_again import _apply_reading
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import make_article, publish_feeds
from tests.visiting.conftest import Reply, Web, web
from tests.visiting.operator import refresh_sources, run_checked_command, write_sources_config

__all__ = ["web"]

BY = "https://creativecommons.org/licenses/by/4.0/"
SAID = (
    "rights: 2026 Jane Roe (rights, page)",
    f"licence: {BY} (rel=license, page)",
    "search: yes (RSL, page)",
)
PAGE = (
    b"<html><head><title>A page with a story</title><link rel='license'"
    b" href='%s'></head><body><article><h1>A page with a story</h1>"
    % BY.encode()
    + b"<p>A sentence that says something, with words and a comma, for all to read.</p>" * 12
    + b"</article></body></html>"
)
ROBOTS = b"User-agent: *\nContent-Signal: ai-input=no\n"


@pytest.mark.slow
def test_a_visit_files_what_robots_txt_and_page_say(tmp_path: Path, web: Web) -> None:
    """A visit stores the usage statements of robots.txt and page, and publishes them."""
    config = write_sources_config(tmp_path, {"s": f'url = "{web.url("/feed")}"\ncontent = "full"'})
    link = web.url("/page").encode()
    feed = (
        b"<rss version='2.0'><channel><title>F</title><item><title>A"
        b" page</title><link>%s</link></item></channel></rss>"
    )
    html = Reply(
        200, {"Content-Type": "text/html", "robots.txt": "content-signal: search=no"}, PAGE
    )
    web.routes = {
        "/robots.txt": Reply(200, {}, ROBOTS),
        "/feed": Reply(200, {}, feed % link),
        "/page": html,
    }

    assert len(refresh_sources(config, "s")["s"]["added"]) == 1

    (path,) = (tmp_path / "feeds" / "articles").rglob("*.md")
    filed = load(path.read_bytes(), str(path))

    assert filed.rights == (
        f"licence: {BY} (rel=license, page)",
        "ai-input: no (Content-Signal, robots-txt)",
    )

    stdout = run_checked_command(config, "show", "--why", filed.id).stdout

    assert all(line in stdout for line in filed.rights)
    assert f'{BY} lets you publish it whole: `content = "full"` of its source' in stdout

    reread = json.loads(
        run_checked_command(config, "reread", "--source", filed.id, "--json").stdout
    )

    assert reread["articles"] == []  # what robots.txt said is kept with the page
    assert BY in (tmp_path / "feeds" / "public" / "all.atom").read_text()


def publish_article(*rights: str, own: str = "") -> dict[str, bytes]:
    outlet = MemoryOutlet()
    how = Settings(
        site=Site(url="https://feeds.example/", rights=own), publish=Publish(archives=False)
    )
    publish_feeds(MemoryIndex([make_article(1, rights=rights)]), outlet, how)
    return outlet.files


def test_every_format_passes_it_on() -> None:
    """Atom, RSS and JSON contain the rights of an article."""
    files = publish_article(*SAID)
    atom = etree.fromstring(files["all.atom"])
    entry = atom.find("{*}entry")

    assert entry.findtext("{*}rights") == "2026 Jane Roe"
    assert [
        link.get("href") for link in entry.iterfind("{*}link") if link.get("rel") == "license"
    ] == [BY]

    item = next(etree.fromstring(files["all.rss"]).iter("item"))

    assert item.findtext("{http://purl.org/dc/elements/1.1/}rights") == "2026 Jane Roe"
    assert item.findtext("{http://backend.userland.com/creativeCommonsRssModule}license") == BY
    assert json.loads(files["all.json"])["items"][0]["_rights"] == {
        "text": "2026 Jane Roe",
        "license": BY,
    }


def test_the_facts_of_a_page_name_the_licence() -> None:
    """The structured data of an article page has its licence, and no such field without one."""
    entry = make_view(make_article(1, rights=SAID), None, uuid.UUID(int=0), None, "")
    assert make_article_data(entry, "")["license"] == BY
    assert "license" not in make_article_data(
        make_view(make_article(1), None, uuid.UUID(int=0), None, ""), ""
    )


def test_what_restricts_is_said_and_what_nobody_says_is_not() -> None:
    """A restriction appears as `rights` in the feed; without one there is no `rights`."""
    restriction = "ai-input: no (Content-Signal, robots-txt)"

    assert (
        etree.fromstring(publish_article(restriction)["all.atom"]).findtext("{*}entry/{*}rights")
        == restriction
    )

    files = publish_article()

    assert not [name for name in ("all.atom", "all.rss", "all.json") if b"rights" in files[name]]


def test_the_operators_own_terms_stand_in_the_head() -> None:
    """Feeds of every format carry the operator's terms: an address as licence, other words as text
    only."""
    files = publish_article(own=BY)
    atom = etree.fromstring(files["all.atom"])

    assert atom.findtext("{*}rights") == BY
    assert [
        link.get("href") for link in atom.iterfind("{*}link") if link.get("rel") == "license"
    ] == [BY]

    channel = etree.fromstring(files["all.rss"])[0]

    assert channel.findtext("copyright") == BY
    assert channel.findtext("{http://backend.userland.com/creativeCommonsRssModule}license") == BY
    assert json.loads(files["all.json"])["_rights"] == {"text": BY, "license": BY}

    words = publish_article(own="Ask us <first> & wait")

    assert etree.fromstring(words["all.atom"]).findtext("{*}rights") == "Ask us <first> & wait"
    assert json.loads(words["all.json"])["_rights"] == {"text": "Ask us <first> & wait"}


def test_rereading_keeps_what_the_page_does_not_say() -> None:
    """A new reading replaces the rights from the page and keeps those of feed and operator."""
    old = Article(id="a", url="https://x.example/a", title="T")
    feed = "rights: F (rights, feed)"
    page = "rights: P (rights, page)"
    hand = "mine alone"
    filed = replace(old, rights=("rights: gone (rights, page)", feed, hand))
    again = _apply_reading(filed, PageReading(article=replace(old, rights=(page,))), owned=True)

    assert again.rights == (page, feed, hand)
