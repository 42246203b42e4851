"""Titles, authors and tags in each feed format."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import etree

from syndicator.configuration.settings import Publish, Settings, Site
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import ATOM, make_article, publish_feeds

DC = "{http://purl.org/dc/elements/1.1/}"


class Documents:
    """The feeds of everything, of the articles given."""

    def __init__(
        self, *articles: Any, site: Site = Site(title="Example & co", url="https://feeds.example/")
    ) -> None:
        outlet = MemoryOutlet()
        how = Publish(archives=False, entry_html="plain")
        report = publish_feeds(MemoryIndex(articles), outlet, Settings(site=site, publish=how))
        assert report.held == ()
        assert report.set_aside == ()
        self.atom, self.rss = (
            etree.fromstring(outlet.files[name]) for name in ("all.atom", "all.rss")
        )
        self.json = json.loads(outlet.files["all.json"])
        self.entry, self.item = self.atom.find(f"{ATOM}entry"), self.rss.find("channel/item")


@pytest.mark.parametrize(
    ("title", "type", "written"),
    [
        ("AT&T & co", "text", "AT&T & co"),
        ("Q&A; or not", "html", "Q&amp;A; or not"),
        ("AT&amp;T", "html", "AT&amp;amp;T"),
        ("&#38; and &#x26;", "html", "&amp;#38; and &amp;#x26;"),
        ("a < b", "html", "a &lt; b"),
        ("1 > 0 & more;", "text", "1 > 0 & more;"),
    ],
)
def test_a_title_is_text_unless_it_talks_of_markup(title: str, type: str, written: str) -> None:
    """A title with `<` or something like an entity is written as escaped HTML, so that readers
    cannot take it for markup; others are plain text."""
    documents = Documents(
        make_article(1, title=title), site=Site(title=title, url="https://feeds.example/")
    )
    for title_element in (
        documents.atom.find(f"{ATOM}title"),
        documents.entry.find(f"{ATOM}title"),
    ):
        assert title_element.get("type") == type
        assert title_element.text == written
    assert documents.json["items"][0]["title"] == title


def list_authors(made: Documents) -> list[list[str]]:
    """Return the authors as Atom and JSON name them; in RSS they are one line, since readers show
    the last element only."""
    texts = [node.text for node in made.entry.findall(f"{ATOM}author/{ATOM}name")]
    assert [node.text for node in made.item.findall(f"{DC}creator")] == [", ".join(texts)]
    return [texts, [author["name"] for author in made.json["items"][0]["authors"]]]


def test_several_names_are_several_persons() -> None:
    """Author names separated by commas are separate persons in all feed formats; JSON Feed 1.0
    allows one author, so it gets the first."""
    documents = Documents(make_article(1, author="Ann Writer, Bo Other"))
    in_atom, in_json = list_authors(documents)  # also checks RSS

    assert in_atom == ["Ann Writer", "Bo Other"]
    assert in_json == ["Ann Writer", "Bo Other"]
    assert documents.json["items"][0]["author"] == {"name": "Ann Writer"}  # JSON Feed 1.0


def test_names_that_a_hand_wrote_one_by_one_are_taken_so() -> None:
    """A list in `authors` is published as it is, and wins over `author`."""
    article = make_article(1, author="X", authors=("Writer, Ann", "Bo Other"))
    in_atom, in_json = list_authors(Documents(article))

    assert in_atom == ["Writer, Ann", "Bo Other"]
    assert in_json == ["Writer, Ann", "Bo Other"]


def test_an_unknown_author_is_the_source_and_no_feed_names_one_for_its_entries() -> None:
    """An entry without an author names its source as author, as Atom requires one; the feed itself
    then needs none."""
    documents = Documents(make_article(1, author=None))
    in_atom, in_json = list_authors(documents)

    assert in_atom == ["Alpha"]
    assert in_json == ["Alpha"]
    assert documents.atom.find(f"{ATOM}author") is None
    assert "authors" not in documents.json
    assert documents.entry.find(f"{ATOM}source/{ATOM}author") is None


def test_a_feed_without_entries_has_an_author_and_so_has_one_whose_operator_named_it() -> None:
    """An Atom feed has an author if it is empty (the site, "Example & co") or if the settings name
    one ("The editors")."""
    empty = Documents()

    assert empty.atom.findtext(f"{ATOM}author/{ATOM}name") == "Example & co"

    site_with_author = Site(title="Example", url="https://feeds.example/", author="The editors")
    with_author = Documents(make_article(1), site=site_with_author)

    assert with_author.atom.findtext(f"{ATOM}author/{ATOM}name") == "The editors"


def test_json_has_each_tag_once() -> None:
    """JSON Feed tags are the category and the tags, without duplicates in another case; without
    any, the field is missing."""
    (with_tags,) = Documents(make_article(1, category="AI", tags=("LLM", "Ai"))).json["items"]
    (without_tags,) = Documents(make_article(1, category="", tags=())).json["items"]

    assert with_tags["tags"] == ["AI", "LLM"]
    assert "tags" not in without_tags


def test_an_entry_without_excerpt_has_its_source_as_text() -> None:
    """An entry without an excerpt (its page forbids snippets) has the name of its source as text in
    all formats."""
    documents = Documents(make_article(1, robots=("nosnippet",)))

    assert documents.entry.findtext(f"{ATOM}summary") == "Alpha"
    assert documents.item.findtext("description") == "Alpha"
    assert documents.json["items"][0]["content_text"] == "Alpha"
