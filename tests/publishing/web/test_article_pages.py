"""Pages of articles that are published in full; one new article rewrites few of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from syndicator.core.model import Article, Source, make_article_id
from syndicator.core.ports.subscriptions import Picture
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.publishing.paths import article_name
from syndicator.publishing.selection.feeds import plan_feeds
from tests.publishing.memory import MemoryIndex, MemoryOutlet, build_all
from tests.publishing.test_builder import INSTANCE, SETTINGS, SOURCES, START, make_article

WHOLE = replace(SOURCES["alpha"], content="full", url="https://alpha.example/feed")
BETA = Source(key="beta", url="https://beta.example/feed", title="Beta")


def make_beta_article(number: int) -> Article:
    url = f"https://beta.example/{number}"
    return make_article(
        number, id=make_article_id(url), url=url, source_key="beta", title=f"Beta {number}"
    )


def make_every_eight_hours(count: int) -> Iterable[Article]:
    for number in range(count):
        when = START + timedelta(hours=8 * number)
        yield make_article(number, published=when, added=when + timedelta(minutes=5))


def build_pages(
    index: MemoryIndex,
    outlet: MemoryOutlet,
    sources: Mapping[str, Source] | None = None,
    **more: Any,
) -> BuildReport:
    known = sources or {"alpha": WHOLE, "beta": BETA}
    for article_id in index.article_store:
        index.kept.setdefault(article_id, f"<p>All of it, {article_id}.</p>")
    specs = plan_feeds(
        index.feeds(), settings=SETTINGS, sources=list(known.values()), queries=(), categories={}
    )
    return build_all(
        specs,
        index=index,
        outlet=outlet,
        settings=SETTINGS,
        sources=known,
        instance=INSTANCE,
        whole=more.pop("whole", False),
        **more,
    )


def list_pages(outlet: MemoryOutlet) -> set[str]:
    return outlet.names("articles/")


def name_page(number: int) -> str:
    return article_name(make_article(number).id)


def test_only_articles_published_whole_have_pages_and_stories_link_them() -> None:
    """Only articles whose full text may be published have a page, which their headline links: 1
    does, 2 forbids archiving, 3 is from a source (beta) with excerpts. Other headlines link the
    original. Feeds and sitemap do not link such pages."""
    index = MemoryIndex(
        [make_article(1), make_article(2, robots=("noarchive",)), make_beta_article(3)]
    )
    outlet = MemoryOutlet()
    build_pages(index, outlet)

    assert list_pages(outlet) == {name_page(1)}

    # three pages with stories 2 and 1, and the way from each to the web root
    for page, root in (
        ("index.html", ""),
        ("sources/alpha.html", "../"),
        ("archive/all/2025-11-03.html", "../../"),
    ):
        links = html.fromstring(outlet.files[page]).xpath("//h3/a/@href")
        assert links[-2:] == ["https://alpha.example/2", root + name_page(1)], page

    assert html.fromstring(outlet.files["sources/beta.html"]).xpath("//h3/a/@href") == [
        "https://beta.example/3"
    ]
    assert "https://alpha.example/1" in outlet.files["all.atom"].decode()
    assert b"articles/" not in outlet.files["all.atom"] + outlet.files["sitemap.xml"]


def test_a_page_shows_the_text_names_the_original_and_is_not_to_be_indexed() -> None:
    """An article's page has one h1, the text, a canonical link to the original and `noindex`; also
    its picture, the other addresses of the article, and schema.org data. `kept` has the text as
    HTML, in which the title is repeated."""
    index = MemoryIndex([make_article(1, title="A <b> & C", also=("https://other.example/1",))])
    outlet = MemoryOutlet()
    article_id = make_article(1).id
    index.kept[article_id] = "<h1>A &lt;b&gt; &amp; C</h1>\n<h3>Part</h3><p>All of <em>it</em>.</p>"
    index.thumbnails[article_id] = Picture(name="pictures/1.webp", width=640, height=360)
    build_pages(index, outlet)
    page = html.fromstring(outlet.files[name_page(1)])

    # the title, once, and the text, whose headings begin at the second level
    assert page.xpath("//h1")[0].text_content() == "A <b> & C"
    assert len(page.xpath("//h1")) == 1
    assert [node.text for node in page.xpath("//div[@class='text']/h2")] == ["Part"]
    assert page.xpath("//div[@class='text']//em")[0].text == "it"

    # what it links
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://alpha.example/1"]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert page.xpath("//p[@class='cover']/img/@src") == ["../pictures/1.webp"]
    assert page.xpath("//p[@class='also']/a/@href") == [
        "https://alpha.example/1",
        "https://other.example/1",
    ]
    assert page.xpath("//link[@rel='alternate']/@href")[0] == "../sources/alpha.atom"

    facts = json.loads(page.xpath("//script[@type='application/ld+json']")[0].text)

    assert facts["@type"] == "Article"
    assert facts["headline"] == "A <b> & C"
    assert facts["url"] == "https://alpha.example/1"
    assert facts["author"] == [{"@type": "Person", "name": "Ann Writer"}]
    assert facts["publisher"]["name"] == "Alpha"
    assert facts["image"] == "https://feeds.example/pictures/1.webp"


def test_no_address_of_numbers_is_named() -> None:
    """Links to hosts that are IP addresses get no host name as label: copies on them are not
    listed, and an article on one is labelled by its source."""
    numbered = ("http://93.184.216.34/1", "http://[2606:2800::1]/1", "https://other.example/1")
    index = MemoryIndex([make_article(1, also=numbered)])
    outlet = MemoryOutlet()
    index.kept[make_article(1).id] = "<p>All of it.</p>"
    build_pages(index, outlet)
    page = html.fromstring(outlet.files[name_page(1)])

    assert page.xpath("//p[@class='also']/a/text()") == ["alpha.example", "other.example"]
    assert b"other.example" in outlet.files["index.html"]
    assert b"93.184.216.34" not in outlet.files["index.html"]

    # the article itself is at such an address
    local = MemoryIndex([make_article(1, url="http://127.0.0.2:8080/1")])
    local.kept[make_article(1).id] = "<p>All of it.</p>"
    build_pages(local, outlet)
    page = html.fromstring(outlet.files[name_page(1)])

    assert page.xpath("//p[@class='also']/a/text()") == ["Alpha"]
    assert page.xpath("//span[@class='out']/a/text()") == ["Read it at Alpha"]


def test_the_way_through_all_pages_meets_each_article_once() -> None:
    """Following `prev` from the newest article page visits each of the 20 articles once; each
    `next` leads back to the page before."""
    index = MemoryIndex(make_every_eight_hours(20))
    outlet = MemoryOutlet()
    build_pages(index, outlet)
    name = name_page(19)  # the newest
    titles = []
    while name:
        page = html.fromstring(outlet.files[name])
        titles.append(page.xpath("//h1")[0].text_content())

        previous_links = page.xpath("//a[@rel='prev']/@href")
        name = previous_links[0].removeprefix("../") if previous_links else ""
        if name:
            (next_link,) = html.fromstring(outlet.files[name]).xpath("//a[@rel='next']")
            assert next_link.text_content()[:-2] == titles[-1]  # without the arrow

    assert titles == [f"Story {number}" for number in reversed(range(20))]


@pytest.mark.parametrize("published_hour", [8 * 20, 8 * 9 + 1], ids=["newest", "between two"])
def test_one_more_article_writes_its_page_and_those_that_link_it(published_hour: int) -> None:
    """A new article, as the newest or between two, writes its page and its neighbours' pages, which
    link it; the result equals a full build."""
    index = MemoryIndex(make_every_eight_hours(20))
    outlet = MemoryOutlet()
    build_pages(index, outlet)
    added = START + timedelta(hours=8 * 21)
    published = START + timedelta(hours=published_hour)
    index.add(make_article(99, title="Fresh", published=published, added=added))
    report = build_pages(index, outlet)
    written = {name for name in report.written if name.startswith("articles/")}

    assert written == {name_page(99)} | {
        page for page in list_pages(outlet) if b"Fresh" in outlet.files[page]
    }
    assert len(written) <= 3

    whole_outlet = MemoryOutlet()
    build_pages(index, whole_outlet, whole=True)

    assert outlet.files == whole_outlet.files


def test_a_build_without_news_makes_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """An article page is not rendered again if it has not changed; the new article of the source
    beta gets no page of its own."""
    index = MemoryIndex(make_every_eight_hours(6))
    outlet = MemoryOutlet()
    build_pages(index, outlet)
    before = {page: outlet.files[page] for page in list_pages(outlet)}
    index.add(make_beta_article(1))

    # rendering any article page fails the test
    monkeypatch.setattr(
        "syndicator.publishing.web.pages.Pages.render_article_page",
        lambda *_: pytest.fail("made again"),
    )
    build_pages(index, outlet)

    assert {page: outlet.files[page] for page in list_pages(outlet)} == before


def test_an_article_that_is_withdrawn_is_gone_and_its_neighbours_say_so() -> None:
    """The page of a withdrawn article answers 410 (the redirect maps list it as gone), and no other
    page links it: the pages before and after it (2 and 4) link each other."""
    index = MemoryIndex(make_every_eight_hours(6))
    outlet = MemoryOutlet()
    build_pages(index, outlet)
    index.remove(make_article(3).id, at=START + timedelta(days=9))
    build_pages(index, outlet)

    assert list_pages(outlet) == {name_page(number) for number in range(6) if number != 3}
    assert name_page(3) in json.loads(outlet.files["maps/moved.json"])["gone"]
    assert name_page(3) in outlet.files["maps/nginx.conf"].decode()
    assert name_page(3) in outlet.files["maps/caddy.conf"].decode()
    assert not [
        name for name, data in outlet.files.items() if name.endswith(".html") and b"Story 3" in data
    ]
    assert name_page(2).removeprefix("articles/") in outlet.files[name_page(4)].decode()


def test_an_article_that_may_no_longer_be_shown_whole_loses_its_page() -> None:
    """If an article forbids archiving, or its source no longer publishes full texts, its page is
    deleted and no longer linked."""
    index = MemoryIndex(make_every_eight_hours(4))
    outlet = MemoryOutlet()
    build_pages(index, outlet)

    # article 2 forbids archiving
    index.add(replace(make_article(2), robots=("noarchive",), revisions=("2026-01-01T00:00:00Z",)))
    build_pages(index, outlet)

    assert list_pages(outlet) == {name_page(0), name_page(1), name_page(3)}

    # SOURCES has the source with excerpts only
    build_pages(index, outlet, {"alpha": SOURCES["alpha"]}, whole=True)

    assert list_pages(outlet) == set()
    assert not any(
        b"articles/" in data for name, data in outlet.files.items() if name.endswith(".html")
    )
