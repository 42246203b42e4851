"""The HTML of entries, as feed readers show it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree, html

from syndicator.configuration.settings import Describe, Publish, Settings, Site
from syndicator.core.model import Source
from syndicator.publishing.render.head import Links, make_links, write_card
from syndicator.publishing.render.view import View, make_view
from syndicator.publishing.selection import fingerprints
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import ATOM, INSTANCE, make_article, publish_feeds
from tests.publishing.test_hostile_text import TRAPS, list_payloads
from tests.samples import Samples

BASE = "https://feeds.example/"
LINKS = Links(base=BASE)
FULL = Source(key="alpha", url="https://alpha.example/feed", content="full")
COVER = "https://alpha.example/1.jpg?a=1&b=2"


def make_card_view(whole: str = "", **changes: Any) -> View:
    return make_view(make_article(1, **changes), FULL, INSTANCE, None, whole)


def list_card_parts(made: str) -> list[str]:
    """The elements of a card: a text as it stands, a picture by its address."""
    nodes = html.fragments_fromstring(made)
    return [node.xpath("string(.//img/@src)") or node.text_content() for node in nodes]


def list_links(made: str) -> dict[str, str]:
    return {node.text: node.get("href") for node in html.fromstring(f"<div>{made}</div>").iter("a")}


def test_a_card_has_picture_excerpt_source_category_and_tags() -> None:
    """The card of an entry has cover, excerpt and a line with source, category and tags, each of
    these linked to its page."""
    card = write_card(make_card_view(cover=COVER, category="Work", tags=("AI", "C++")), LINKS)
    assert list_card_parts(card) == [COVER, "A whole sentence.", "Alpha · Work · AI · C++"]
    assert list_links(card) == {
        None: "https://alpha.example/1",  # of the picture, which has no text
        "Alpha": "https://alpha.example/",
        "Work": f"{BASE}categories/work.html",
        "AI": f"{BASE}tags/ai.html",
        "C++": f"{BASE}tags/c-plus-plus.html",
    }


def test_the_whole_text_follows_and_nothing_of_it_is_there_twice() -> None:
    """The card repeats neither excerpt ("A whole sentence.") nor picture if the text that follows
    starts with them, also below a heading; far down or missing, they are shown. The line "Alpha ·
    AI · LLM" has source, category and tags."""

    def list_parts_with_text(text: str, cover: str = "") -> list[str]:
        return list_card_parts(write_card(make_card_view(text, cover=cover), LINKS))

    cover = COVER.replace("&", "&amp;")

    assert list_parts_with_text(
        f'<p>A whole <b>sentence.</b> More.</p><p><img src="{cover}"></p>', COVER
    ) == ["Alpha · AI · LLM", "A whole sentence. More.", COVER]
    assert list_parts_with_text("<h2>A sub-heading</h2><p>A whole</p><p>sentence. More.</p>") == [
        "Alpha · AI · LLM",
        "A sub-heading",
        "A whole",
        "sentence. More.",
    ]

    far_down = list_parts_with_text(f"<p>{'Other words. ' * 40}</p><p>A whole sentence.</p>")

    assert far_down[0] == "A whole sentence."
    assert list_parts_with_text("<p>Other words.</p>", COVER) == [
        COVER,
        "A whole sentence.",
        "Alpha · AI · LLM",
        "Other words.",
    ]


def test_a_name_is_written_once_and_the_category_of_unclassified_articles_never() -> None:
    """A tag that equals the category, whatever its case, is not repeated. The category of
    unclassified articles ("Other") is left out."""
    with_equal_tag = write_card(make_card_view(category="AI", tags=("Ai", "LLM")), LINKS)

    assert list_card_parts(with_equal_tag)[-1] == "Alpha · AI · LLM"

    links = replace(LINKS, unclassified="other")
    unclassified = write_card(make_card_view(category="Other", tags=("AI", "LLM")), links)

    assert list_card_parts(unclassified)[-1] == "Alpha · AI · LLM"


def test_an_address_that_ends_like_the_attribute_is_the_address() -> None:
    """A cover address that ends with "imgsrc=" stays intact in the card; its "=" is escaped, so
    that no rewriting mistakes it for an attribute."""
    card = write_card(make_card_view(cover="https://alpha.example/?imgsrc="), LINKS)
    assert list_card_parts(card)[0] == "https://alpha.example/?imgsrc="
    assert "imgsrc&#61;" in card


def test_a_card_of_a_nosnippet_page_has_no_excerpt() -> None:
    """If the page of an article forbids snippets by its robots rule, its card has only source,
    category and tags."""
    assert list_card_parts(write_card(make_card_view(robots=("nosnippet",)), LINKS)) == [
        "Alpha · AI · LLM"
    ]


@pytest.mark.parametrize(
    ("publish", "tags_with_page", "linked"),
    [
        (Publish(), ("LLM",), {"Work", "LLM"}),
        (Publish(), (), {"Work"}),
        (Publish(tag_min=1), (), {"Work", "LLM", "GPU"}),
        (Publish(tag_min=1, axes=("all", "tags")), (), {"LLM", "GPU"}),
        (Publish(axes=("all", "categories")), ("LLM",), {"Work"}),
        (Publish(tag_min=1, formats=("atom",)), (), set()),
    ],
)
def test_only_pages_that_are_sure_to_be_there_are_linked(
    publish: Publish, tags_with_page: tuple[str, ...], linked: set[str]
) -> None:
    """A card links a tag or category only if it has a page: its axis and HTML are published, and
    the tag is known to have one (`tags_with_page`) or one article is enough (`tag_min=1`)."""
    links = make_links(Settings(site=Site(url=BASE), publish=publish), tags_with_page)
    card = write_card(make_card_view(category="Work", tags=("LLM", "GPU")), links)
    assert list_links(card).keys() - {"Alpha"} == linked


def test_a_change_of_linked_or_visible_fields_builds_all_feeds() -> None:
    """Each setting that all feeds show or link changes the fingerprint of the shared input: five
    different settings give five fingerprints."""

    def fingerprint_with(**publish: Any) -> str:
        settings = Settings(site=Site(url=BASE), publish=Publish(**publish), describe=Describe())
        return fingerprints.fingerprint_shared_input(settings, INSTANCE)

    changed_fingerprints = [
        fingerprint_with(axes=("all",)),
        fingerprint_with(entry_html="plain"),
        fingerprint_with(extensions=("markdown",)),
        fingerprint_with(tag_min=1),
    ]
    assert len({fingerprint_with(), *changed_fingerprints}) == 5


def test_no_text_of_others_is_markup(samples: Samples) -> None:
    """Hostile text (TRAPS and samples of XSS) in any field of a card stays text: only the
    elements div, p, a and img and no event handlers are in the HTML."""
    for value in (*TRAPS, *list_payloads(samples, every=20)):
        view = make_card_view(
            title=value,
            excerpt=value,
            category=value,
            tags=(value,),
            cover=f"https://a.example/{value}",
        )
        card = write_card(replace(view, origin=replace(view.origin, title=value)), LINKS)
        assert {node.tag for node in html.fromstring(f"<div>{card}</div>").iter()} <= {
            "div",
            "p",
            "a",
            "img",
        }

        # without texts and values of attributes
        markup = re.sub(r">[^<]*<|\"[^\"]*\"", "", card)
        assert not re.search(r"\son\w+=", markup), card


def build_files(**publish: Any) -> dict[str, bytes]:
    index = MemoryIndex([make_article(1), make_article(2, robots=("nosnippet",))])
    outlet = MemoryOutlet()
    how = Settings(site=Site(url=BASE), publish=Publish(archives=False, **publish))
    index.save_html({make_article(1).id: "<p>All of it.</p>"})
    assert (
        publish_feeds(
            index, outlet, how, source_of=lambda one: FULL, markdown=lambda id: f"# {id}\x0b"
        ).held
        == ()
    )
    return outlet.files


@pytest.mark.parametrize("kind", ["card", "plain"])
def test_every_format_shows_the_same(kind: str) -> None:
    """Atom, RSS and JSON contain the same content: with `entry_html = "card"` the card and the
    text, with "plain" the text alone. The feed has an article whose page forbids snippets, and one
    with its full text ("All of it.")."""
    files = build_files(entry_html=kind)
    atom, rss = (etree.fromstring(files[f"all.{name}"]) for name in ("atom", "rss"))
    full_text_entry = atom.findall(f"{ATOM}entry")[1]
    source_line = (
        '<p><a href="https://alpha.example/">Alpha</a> · <a'
        ' href="https://feeds.example/categories/ai.html">AI</a> · LLM</p>'
    )
    expected_content = (
        f"<p>A whole sentence.</p>{source_line}<p>All of it.</p>"
        if kind == "card"
        else "<p>All of it.</p>"
    )

    assert full_text_entry.findtext(f"{ATOM}content") == expected_content
    assert full_text_entry.findtext(f"{ATOM}summary") == "A whole sentence."

    encoded = "{http://purl.org/rss/1.0/modules/content/}encoded"

    content_without_snippet = source_line if kind == "card" else None

    assert [item.findtext(encoded) for item in rss.iter("item")] == [
        content_without_snippet,
        expected_content,
    ]

    without_snippet, with_full_text = json.loads(files["all.json"])["items"]

    assert without_snippet.get("content_html") == content_without_snippet
    assert with_full_text.get("content_html") == expected_content
    assert with_full_text["summary"] == "A whole sentence."
    assert "summary" not in without_snippet


def test_rss_has_the_markdown_of_whole_texts_if_the_operator_enabled_it() -> None:
    """With `extensions = ["markdown"]`, RSS has the Markdown of full texts in `source:markdown`;
    entries with an excerpt only have none."""
    name = "{http://source.scripting.com/}markdown"

    assert b"source.scripting.com" not in build_files()["all.rss"]

    # the Markdown of the sample is a heading with the id of the article
    items = etree.fromstring(build_files(extensions=("markdown",))["all.rss"]).iter("item")
    without_full_text, with_full_text = items

    assert without_full_text.findtext(name) is None
    assert with_full_text.findtext(name) == f"# {make_article(1).id}"
