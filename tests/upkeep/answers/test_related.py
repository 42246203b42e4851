"""Related articles on pages: found once, updated with texts, never unpublished ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from syndicator.console.api.server import article as read_item
from syndicator.health.observing import open_read_only
from syndicator.publishing.paths import article_name
from syndicator.upkeep.answers import related
from syndicator.upkeep.editorial import withdraw
from syndicator.upkeep.reconcile import update_from_files
from tests.places import Place, keep_workers, store_articles

__all__ = ["keep_workers"]

SOURCES = """
[[source]]
key = "one"
url = "https://one.example/feed"
content = "full"

[[source]]
key = "two"
url = "https://two.example/feed"
content = "full"

[[source]]
key = "short"
url = "https://short.example/feed"
"""
FERRY = "The ferry crosses the harbour when the tide lets the ferry pass the harbour wall."
GARDEN = "Tomatoes grow in the garden, where compost feeds tomatoes and the gardener waters them."
FERRIES = ("Harbour ferry is late", "The old ferry is repaired", "A pilot for the harbour")
GARDENS = ("Tomatoes ripen", "What compost does in a garden")
BY_DAY = (FERRIES[0], *GARDENS, *FERRIES[1:])  # the first page is of no day near the other ferries


def store_ferry_stories(place: Place) -> None:
    (place.config / "sources.toml").write_text(SOURCES)
    with place.open_app(create=True) as app:
        for number, title in enumerate(BY_DAY):
            text = f"{FERRY if title in FERRIES else GARDEN} Paragraph {number} tells more of it."
            source = ("one", "two")[number % 2]
            published = place.now - timedelta(days=len(BY_DAY) - number)
            store_articles(app, title, text, source=source, excerpt=text, published=published)
    place.build()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path).fill_once(store_ferry_stories)


def read_related(place: Place, title: str) -> list[str]:
    """Return the titles below "Related articles" on the page of an article."""
    page = html.fromstring(place.read_published(article_name(place.load_article(title).id)))
    return [str(node.text_content()) for node in page.xpath("//section[@class='related']//li/a")]


def reconcile_and_build(place: Place) -> None:
    with place.open_app() as app:
        update_from_files(app.archive, app.configuration)
    place.build()


def test_a_page_links_articles_on_its_subject(place: Place) -> None:
    for title in FERRIES:
        assert sorted(read_related(place, title)) == sorted({*FERRIES} - {title})
    assert read_related(place, GARDENS[0]) == [GARDENS[1]]


def test_lists_are_found_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(related.RelatedFinder, "find", lambda *_: pytest.fail("found again"))
    before = place.read_digests("public")
    place.build()

    assert place.read_digests("public") == before


def test_a_new_article_makes_no_page_of_an_old_one_again(place: Place) -> None:
    """New related articles do not rewrite pages of old articles."""
    before = place.read_digests("public")
    place.now += timedelta(days=30)
    with place.open_app() as app:
        for number in range(2):
            title = f"Ferry number {number} arrives"
            store_articles(app, title, FERRY, excerpt=FERRY, published=place.now, added=place.now)
    place.build()
    after = place.read_digests("public")

    assert set(read_related(place, "Ferry number 1 arrives")) >= {*FERRIES}

    # the page of the last one links the next article
    old = [article_name(place.load_article(title).id) for title in BY_DAY[:-1]]

    assert [name for name in old if after[name] != before[name]] == []


@pytest.mark.parametrize("how", ["hold", "withdraw"])
def test_an_article_that_is_not_published_any_more_is_linked_nowhere(
    place: Place, how: str
) -> None:
    hidden = FERRIES[1]
    article_id = place.load_article(hidden).id

    assert hidden in read_related(place, FERRIES[0])

    if how == "hold":
        path = place.find_file(hidden)
        path.write_text(path.read_text().replace("---\n", "---\nschema: 4\nhold: true\n", 1))
        reconcile_and_build(place)
    else:
        with place.open_app() as app:
            withdraw(app.archive, app.configuration, article_id)
        place.build()
    for title in {*FERRIES} - {hidden}:
        assert hidden not in place.read_published(article_name(place.load_article(title).id))


def test_an_article_with_another_title_is_linked_by_it(place: Place) -> None:
    """A changed title appears in links of related articles."""
    path = place.find_file(FERRIES[1])
    path.write_text(path.read_text().replace(FERRIES[1], "The old ferry is sold"))
    reconcile_and_build(place)

    assert "The old ferry is sold" in read_related(place, FERRIES[0])


def test_an_article_with_another_text_has_another_list(place: Place) -> None:
    path = place.find_file(FERRIES[1])
    text = path.read_text().replace(FERRY, GARDEN).replace(FERRIES[1], "Tomatoes are sold")
    path.write_text(text)
    reconcile_and_build(place)

    assert set(read_related(place, "Tomatoes are sold")) == {*GARDENS}


def test_words_of_an_unpublished_text_relate_nothing(place: Place) -> None:
    """Only published words make articles related."""
    with place.open_app() as app:
        hidden = store_articles(
            app, "A quiet note", FERRY * 5, source="short", excerpt="Nothing of that."
        )
        article = store_articles(app, "Another note", "Nothing.", source="short", excerpt=FERRY)
    place.build()
    ferry = place.load_article(FERRIES[0]).id
    with place.open_app() as app:
        sources = app.configuration.sources
        finder = related.RelatedFinder(app.archive.store, lambda one: sources[one.source_key])
        result = finder.find(ferry)

        assert hidden.id not in result
        assert article.id in result

        whole_finder = related.RelatedFinder(
            app.archive.store, lambda one: replace(sources[one.source_key], content="full")
        )

        assert hidden.id in whole_finder.find(ferry)


def test_an_unpublished_article_has_no_related_ones(place: Place) -> None:
    with place.open_app() as app:
        held_article = store_articles(app, "Held ferry", FERRY, excerpt=FERRY, hold=True)
    place.build()
    with place.open_app() as app:
        sources = app.configuration.sources
        finder = related.RelatedFinder(app.archive.store, lambda one: sources[one.source_key])

        assert finder.find(held_article.id) == []
        assert held_article.id not in finder.find(place.load_article(FERRIES[0]).id)


def test_the_api_names_related_articles(place: Place) -> None:
    with open_read_only(place.config, now=lambda: place.now) as opened:
        answer = read_item(opened, place.load_article(FERRIES[0]).id).answer
    named = {one["title"]: one["url"] for one in answer["related"]}

    assert {*named} == {*FERRIES} - {FERRIES[0]}
    assert named[FERRIES[1]] == place.load_article(FERRIES[1]).url
