"""The published pages: the same articles always give the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree
from lxml import html as lxml_html

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.ports.subscriptions import Picture
from syndicator.publishing.page_design import Look
from syndicator.publishing.web.article_html import drop_own_chip
from syndicator.publishing.web.shell import make_files as files_of
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import make_article, publish_feeds

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    index = MemoryIndex(make_article(n, title=f"<script>{n}</script> & co") for n in range(4))
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    return outlet.files


def test_pages_run_nothing_and_load_nothing_from_elsewhere(files: dict[str, bytes]) -> None:
    """Pages load only published files and have no inline script, style or event handler; the
    Content-Security-Policy forbids the rest."""
    for name in ("index.html", "feeds.html", "all.html", "tags/ai.html"):
        root = lxml_html.fromstring(files[name])

        # all that is loaded is published
        loading = root.xpath("//script[@src] | //link[@rel='stylesheet' or @rel='icon'] | //img")
        addresses = [node.get("src") or node.get("href") for node in loading]
        folder = Path("/") / Path(name).parent
        assert addresses
        assert all(os.path.normpath(folder / one).lstrip("/") in files for one in addresses)

        # nothing is inline but data
        assert not root.xpath("//*[@style] | //style | //@*[starts-with(name(), 'on')]")
        assert not root.xpath("//script[not(@src or @type='application/ld+json')]")
        policy = root.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert {link.get("type") for link in root.xpath("//link[@rel='alternate']")} == {
            "application/atom+xml",
            "application/rss+xml",
            "application/feed+json",
        }


def test_an_item_has_no_chip_of_its_own_page(files: dict[str, bytes]) -> None:
    """An item on the page of a tag or category does not link that page. All items have the category
    AI and the tags AI and LLM. Without any link the paragraph of topics is left out."""

    def list_chips(name: str) -> set[str]:
        result = lxml_html.fromstring(files[name]).xpath("//p[@class='topics']/*/text()")
        return {str(chip) for chip in result}

    everywhere = list_chips("all.html")
    assert everywhere == {"AI", "LLM"}
    assert list_chips("categories/ai.html") == {"LLM"}
    assert list_chips("tags/llm.html") == {"AI"}
    for name in files:
        if name.endswith(".html"):
            assert b'<p class="topics"></p>' not in files[name]


def test_only_the_chip_of_the_page_is_dropped() -> None:
    """In the topics of a story, the tag or category of the page itself is left out; another with a
    similar address stays. A paragraph without topics goes. \\0 stands for the way to the web root;
    a topic without a page of its own is a span."""
    other_chip = b'<a href="\0tags/ai-safety.html">AI safety</a>'
    chips = b'<a class="category" href="\0categories/ai.html">AI</a> ' + other_chip
    story_html = b'2026\n<p class="topics">' + chips + b"</p>\n</li>"

    assert drop_own_chip(story_html, "tags/ai.html", "AI") == story_html
    assert drop_own_chip(story_html, "categories/ai.html", "AI") == story_html.replace(
        chips, b" " + other_chip
    )

    story_without_other_chip = (
        b'<p class="topics"><a class="category" href="\0categories/ai.html">AI</a></p>\n</li>'
    )

    assert drop_own_chip(story_without_other_chip, "categories/ai.html", "AI") == b"</li>"

    unlinked_chips = b'<p class="topics"><span>R &amp; D</span> <span>AI</span></p>\n'

    assert (
        drop_own_chip(unlinked_chips, "tags/r-d.html", "R & D")
        == b'<p class="topics"> <span>AI</span></p>\n'
    )


def test_a_feed_without_a_description_has_none(files: dict[str, bytes]) -> None:
    """A tag without a description has no empty description on its page; RSS requires one, so it
    gets a general one."""
    root = lxml_html.fromstring(files["tags/ai.html"])
    assert not root.xpath("//p[@class='about'] | //meta[@name='description']")
    assert b"the newest articles" in files["tags/ai.rss"]  # RSS requires one


def measure_contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""

    def light(colour: str) -> float:
        pairs = re.findall("..", colour * 2 if len(colour) == 3 else colour)
        digits = [d * 2 for d in colour] if len(colour) == 3 else pairs
        parts = [int(pair, 16) / 255 for pair in digits]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_aa_in_light_and_dark() -> None:
    """Text colours have the contrast of WCAG AA, 4.5, on every background of both themes; borders
    have 3."""
    # the two rules of site.css that set the colours, as "--ink: #123456"
    themes = re.findall(r":root \{([^}]*--ink[^}]*)\}", Look().assets()["site.css"].decode())
    assert len(themes) == 2
    for theme in themes:
        colours = dict(re.findall(r"--(\w+): #([0-9a-f]+)", theme))

        for text in ("ink", "dim", "link"):
            for ground in ("paper", "card", "soft"):
                assert measure_contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        assert measure_contrast(colours["edge"], colours["card"]) >= 3


SCRIPT = """
import gzip
import hashlib
import json
from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.ports.subscriptions import Picture
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import publish_feeds, make_article
index, outlet = MemoryIndex(make_article(n) for n in range(6)), MemoryOutlet()
publish_feeds(index, outlet)
print(hashlib.sha256(repr(sorted(outlet.files.items())).encode()).hexdigest())
"""


@pytest.mark.slow
def test_the_same_bytes_in_any_time_zone_and_with_any_hash_seed() -> None:
    """A build has the same bytes in any time zone, locale and hash seed; SCRIPT builds in a process
    of its own and prints the SHA-256 of all files."""
    results = set()
    for zone, seed, locale in (
        ("UTC", "0", "C"),
        ("Asia/Kathmandu", "7", "C.UTF-8"),
        ("America/St_Johns", "99", "POSIX"),
    ):
        environ = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": locale}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environ, capture_output=True, timeout=60
        )
        results.add(done.stdout.strip())
        assert done.returncode == 0, done.stderr[-500:]

    assert len(results) == 1
    assert len(results.pop()) == hashlib.sha256().digest_size * 2  # in hexadecimal digits


def test_the_page_for_missing_files_works_at_any_depth() -> None:
    """All links of 404.html are absolute, since it is shown at any path; search engines must not
    index it."""
    index = MemoryIndex([make_article(1)])
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, Settings(site=Site(title="T", url="https://feeds.example/below/")))
    page = lxml_html.fromstring(outlet.files["404.html"])

    assert all(
        link.startswith("/below/")
        for link in page.xpath("//a/@href[not(starts-with(., '#'))] | //link/@href")
    )
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert not page.xpath("//link[@rel='canonical']")


def test_the_sitemap_lists_pages_that_are_there_and_validates_as_xml(
    files: dict[str, bytes],
) -> None:
    """The sitemap is valid XML, lists only published pages, and has the day of the latest story."""
    root = etree.fromstring(files["sitemap.xml"])
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    results = [loc.text.removeprefix("https://feeds.example/") for loc in root.iter(f"{space}loc")]

    assert results[:3] == ["", "feeds.html", "all.html"]
    assert all((name or "index.html") in files for name in results)
    assert "archive/all/2025-11-03.html" in results
    assert {day.text for day in root.iter(f"{space}lastmod")} == {"2025-11-03"}


def test_a_page_has_the_data_of_schema_org(files: dict[str, bytes]) -> None:
    """A page describes itself to search engines: description, canonical address, schema.org data
    and Open Graph properties."""
    page = lxml_html.fromstring(files["categories/ai.html"])

    assert page.xpath("string(//meta[@name='description']/@content)") == "Machines"
    assert (
        page.xpath("string(//link[@rel='canonical']/@href)")
        == "https://feeds.example/categories/ai.html"
    )

    facts = json.loads(page.xpath("string(//script[@type='application/ld+json'])"))

    assert facts["@type"] == "CollectionPage"
    assert facts["name"] == "AI (category) - Example feeds"
    assert facts["dateModified"] == "2025-11-03T11:00:00+00:00"

    properties = {
        node.get("property"): node.get("content") for node in page.xpath("//meta[@property]")
    }

    assert properties["og:title"] == facts["name"]
    assert properties["og:url"].endswith("/categories/ai.html")


def test_a_site_has_icons_a_manifest_and_a_word_for_search_engines(files: dict[str, bytes]) -> None:
    """A site has icons, a manifest and a robots.txt with its sitemap. A private site (with a secret
    path) forbids search engines."""
    assert files["robots.txt"].endswith(b"Allow: /\n\nSitemap: https://feeds.example/sitemap.xml\n")

    manifest = json.loads(files["site.webmanifest"])

    assert manifest["name"] == "Example feeds"
    assert all(icon["src"] in files for icon in manifest["icons"])

    page = lxml_html.fromstring(files["tags/ai.html"])
    for kind, name in (("apple-touch-icon", "../icon.png"), ("manifest", "../site.webmanifest")):
        assert page.xpath(f"//link[@rel='{kind}']/@href") == [name]

    assert page.xpath("//meta[@property='og:image']/@content") == ["https://feeds.example/icon.png"]

    # a private site
    private = files_of(
        Settings(
            site=Site(title="T", url="https://feeds.example/"),
            publish=Publish(secret_path="x" * 20),
        )
    )

    assert private["robots.txt"] == b"User-agent: *\nDisallow: /\n"


def test_a_front_page_with_a_picture_shows_it_at_once_and_where_it_is_shared() -> None:
    """The picture of the lead is loaded first, and is the picture that social networks show for the
    page (og:image)."""
    index = MemoryIndex(make_article(n) for n in range(6))
    outlet = MemoryOutlet()
    index.thumbnails[make_article(3).id] = Picture(name="pictures/1.webp", width=640, height=360)
    publish_feeds(index, outlet)
    page = lxml_html.fromstring(outlet.files["index.html"])

    assert page.xpath("//meta[@property='og:image']/@content") == [
        "https://feeds.example/pictures/1.webp"
    ]

    (shown,) = page.xpath("//img")

    assert shown.get("fetchpriority") == "high"
    assert shown.get("loading") is None


def test_the_front_page_is_small() -> None:
    """With 80 articles of the longest title and excerpt, the front page and its files have less
    than 60 kB when compressed."""
    text = " ".join(["A sentence of an excerpt which is as long as they may be."] * 6)
    index = MemoryIndex(
        make_article(n, excerpt=text[:360], title=f"{n} {text[:90]}") for n in range(80)
    )
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    loaded = [
        outlet.files[name] for name in ("index.html", "site.css", "site.js", "front.js", "icon.svg")
    ]

    assert len(lxml_html.fromstring(loaded[0]).xpath("//a[@class='headline']")) == 80
    assert sum(len(gzip.compress(data)) for data in loaded) < 60_000
    assert len(outlet.files["site.js"]) < 4000  # uncompressed
