"""Related articles on pages: found once, updated with texts, never unpublished ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from syndicator.console.api.server import read_article_item as read_item
from syndicator.health.observing import open_read_only
from syndicator.publishing.paths import article_name
from syndicator.upkeep.answers import related
from syndicator.upkeep.editorial import withdraw
from syndicator.upkeep.reconcile import update_from_files
from tests.instances import Instance, keep_workers, store_articles

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
TITLES_BY_DAY = (
    FERRIES[0],
    *GARDENS,
    *FERRIES[1:],
)  # the first page is of no day near the other ferries


def store_ferry_stories(instance: Instance) -> None:
    (instance.config / "sources.toml").write_text(SOURCES)
    with instance.open_app(create=True) as app:
        for number, title in enumerate(TITLES_BY_DAY):
            text = f"{FERRY if title in FERRIES else GARDEN} Paragraph {number} tells more of it."
            source = ("one", "two")[number % 2]
            published = instance.now - timedelta(days=len(TITLES_BY_DAY) - number)
            store_articles(app, title, text, source=source, excerpt=text, published=published)
    instance.build()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path).fill_once(store_ferry_stories)


def read_related(instance: Instance, title: str) -> list[str]:
    """Return the titles below "Related articles" on the page of an article."""
    page = html.fromstring(instance.read_published(article_name(instance.load_article(title).id)))
    return [str(node.text_content()) for node in page.xpath("//section[@class='related']//li/a")]


def reconcile_and_build(instance: Instance) -> None:
    with instance.open_app() as app:
        update_from_files(app.archive, app.configuration)
    instance.build()


def test_a_page_links_articles_on_its_subject(instance: Instance) -> None:
    """Of three articles about ferries and two about gardens, a page about ferries links the two
    others about ferries, and one about gardens the other about gardens."""
    for title in FERRIES:
        assert sorted(read_related(instance, title)) == sorted({*FERRIES} - {title})
    assert read_related(instance, GARDENS[0]) == [GARDENS[1]]


def test_lists_are_found_once(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second build does not look for related articles again and changes no file."""
    monkeypatch.setattr(
        related.RelatedFinder, "find_related", lambda *_: pytest.fail("found again")
    )
    before = instance.read_digests("public")
    instance.build()

    assert instance.read_digests("public") == before


def test_a_new_article_makes_no_page_of_an_old_one_again(instance: Instance) -> None:
    """Two new articles on the ferry link the old ones, but the pages of old articles stay as they
    are (but the last one, which gets a link to the next article)."""
    before = instance.read_digests("public")
    instance.now += timedelta(days=30)
    with instance.open_app() as app:
        for number in range(2):
            title = f"Ferry number {number} arrives"
            store_articles(
                app, title, FERRY, excerpt=FERRY, published=instance.now, added=instance.now
            )
    instance.build()
    after = instance.read_digests("public")

    assert set(read_related(instance, "Ferry number 1 arrives")) >= {*FERRIES}

    # all pages but the last
    old = [article_name(instance.load_article(title).id) for title in TITLES_BY_DAY[:-1]]

    assert [name for name in old if after[name] != before[name]] == []


@pytest.mark.parametrize("how", ["hold", "withdraw"])
def test_an_article_that_is_not_published_any_more_is_linked_nowhere(
    instance: Instance, how: str
) -> None:
    """An article about ferries, linked by the pages of the two others, is put on hold or withdrawn:
    then no page links it."""
    hidden = FERRIES[1]
    article_id = instance.load_article(hidden).id

    assert hidden in read_related(instance, FERRIES[0])

    if how == "hold":
        path = instance.find_file(hidden)
        path.write_text(path.read_text().replace("---\n", "---\nschema: 4\nhold: true\n", 1))
        reconcile_and_build(instance)
    else:
        with instance.open_app() as app:
            withdraw(app.archive, app.configuration, article_id)
        instance.build()

    for title in {*FERRIES} - {hidden}:
        assert hidden not in instance.read_published(article_name(instance.load_article(title).id))


def test_an_article_with_another_title_is_linked_by_it(instance: Instance) -> None:
    """A changed title appears in links of related articles."""
    path = instance.find_file(FERRIES[1])
    path.write_text(path.read_text().replace(FERRIES[1], "The old ferry is sold"))
    reconcile_and_build(instance)

    assert "The old ferry is sold" in read_related(instance, FERRIES[0])


def test_an_article_with_another_text_has_another_list(instance: Instance) -> None:
    """An article about ferries becomes one about gardens: its page links gardens."""
    path = instance.find_file(FERRIES[1])
    text = path.read_text().replace(FERRY, GARDEN).replace(FERRIES[1], "Tomatoes are sold")
    path.write_text(text)
    reconcile_and_build(instance)

    assert set(read_related(instance, "Tomatoes are sold")) == {*GARDENS}


def test_words_of_an_unpublished_text_relate_nothing(instance: Instance) -> None:
    """If a source publishes only excerpts (short), only the excerpt of an article makes it related
    to one about ferries, not its text; with `content = "full"` the text does."""
    with instance.open_app() as app:
        # FERRY is a text about ferries: the text of the first, the excerpt of the second
        hidden = store_articles(
            app, "A quiet note", FERRY * 5, source="short", excerpt="Nothing of that."
        )
        article = store_articles(app, "Another note", "Nothing.", source="short", excerpt=FERRY)
    instance.build()
    ferry = instance.load_article(FERRIES[0]).id
    with instance.open_app() as app:
        sources = app.configuration.sources
        finder = related.RelatedFinder(app.archive.store, lambda row: sources[row.source_key])
        related_ids = finder.find_related(ferry)

        assert hidden.id not in related_ids
        assert article.id in related_ids

        whole_finder = related.RelatedFinder(
            app.archive.store, lambda row: replace(sources[row.source_key], content="full")
        )

        assert hidden.id in whole_finder.find_related(ferry)


def test_an_unpublished_article_has_no_related_ones(instance: Instance) -> None:
    """An article about ferries that is on hold has no related articles and is related to none."""
    with instance.open_app() as app:
        held_article = store_articles(app, "Held ferry", FERRY, excerpt=FERRY, hold=True)
    instance.build()
    with instance.open_app() as app:
        sources = app.configuration.sources
        finder = related.RelatedFinder(app.archive.store, lambda one: sources[one.source_key])

        assert finder.find_related(held_article.id) == []
        assert held_article.id not in finder.find_related(instance.load_article(FERRIES[0]).id)


def test_the_api_names_related_articles(instance: Instance) -> None:
    """The API's answer on an article has title and address of related ones."""
    with open_read_only(instance.config, now=lambda: instance.now) as opened:
        answer = read_item(opened, instance.load_article(FERRIES[0]).id).answer
    named = {item["title"]: item["url"] for item in answer["related"]}

    assert {*named} == {*FERRIES} - {FERRIES[0]}
    assert named[FERRIES[1]] == instance.load_article(FERRIES[1]).url
