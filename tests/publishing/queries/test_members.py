"""Saved queries follow new, changed and deleted articles, and changes of the query."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.model import Article
from syndicator.core.ports import ArticleRecord
from syndicator.upkeep import editorial, reindex
from tests.places import Place, store_articles


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    make_query(made, chips='chip and not title:"old news"')
    return made


def make_query(place: Place, **queries: str) -> None:
    text = "".join(
        f"[[feed]]\nslug = '{slug}'\nquery = '{query}'\n" for slug, query in queries.items()
    )
    (place.config / "feeds.toml").write_text(text)


def save_articles(place: Place, before: Article, **changes: Any) -> None:
    with place.open_app() as app:
        stored, stamp, _ = app.archive.article_store.put(
            replace(before, **changes), app.archive.store.index.path(before.id)
        )
        app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))


def list_titles(place: Place, slug: str = "chips") -> list[str]:
    return [
        item["title"] for item in json.loads(place.read_published(f"queries/{slug}.json"))["items"]
    ]


def test_new_and_changed_articles_are_filed(place: Place) -> None:
    with place.open_app() as app:
        store_articles(app, "Cards", "A new **chip** is out.")
        store_articles(app, "Ships", "Of ships.")
        store_articles(app, "Old news", "Of a chip.")
    place.build()

    assert list_titles(place) == ["Cards"]

    with place.open_app() as app:
        store_articles(app, "Fries", "Fish and chip shops.")
    place.build()

    assert list_titles(place) == ["Fries", "Cards"]

    save_articles(place, place.load_article("Ships"), body="Of ships, chip by chip.")
    save_articles(place, place.load_article("Cards"), body="Corrected: none is.")
    place.build()

    assert list_titles(place) == ["Fries", "Ships"]
    assert '<span class="count">2</span>' in place.read_published("feeds.html")
    assert place.build().written == ()


def fill_index(place: Place, *names: str) -> None:
    with place.open_app() as app:
        for name in names:
            store_articles(app, name, f"A chip of {name}.", tags=(name,))
    place.build()


def test_withdrawn_and_merged_articles_leave_a_query(place: Place) -> None:
    place.tell_of_withdrawals()
    fill_index(place, "One", "Two", "Three")
    with place.open_app() as app:
        editorial.withdraw(app.archive, app.configuration, place.load_article("One").id)
    save_articles(place, place.load_article("Two"), merged_into=place.load_article("Three").id)

    assert place.build().held == ()
    assert list_titles(place) == ["Three"]
    assert "deleted-entry" in place.read_published("queries/chips.atom")

    with place.open_app() as app:
        editorial.split(app.archive, place.load_article("Two").id)
    place.build()

    assert list_titles(place) == ["Three", "Two"]


def test_a_copy_takes_the_place_of_an_original_that_went(place: Place) -> None:
    fill_index(place, "One", "Two")
    save_articles(place, place.load_article("Two"), merged_into=place.load_article("One").id)
    place.build()
    with place.open_app() as app:
        editorial.withdraw(app.archive, app.configuration, place.load_article("One").id)
    place.build()

    assert list_titles(place) == ["Two"]


def test_a_changed_query_sees_the_whole_shelf_again(place: Place) -> None:
    fill_index(place, "One", "Two")
    make_query(place, chips="tag:two")
    place.build()

    assert list_titles(place) == ["Two"]


def test_a_query_goes_and_comes_back(place: Place) -> None:
    """A removed query ends its feed; added again, it returns with all entries."""
    fill_index(place, "One")
    make_query(place)
    place.build()

    assert not (place.folder / "feeds/public/queries/chips.atom").exists()
    assert "queries/chips.atom" in json.loads(place.read_published("maps/moved.json"))["gone"]

    fill_index(place, "Two")
    make_query(place, chips="chip", all="tag:one")
    place.build()

    assert list_titles(place) == ["Two", "One"]
    assert list_titles(place, "all") == ["One"]
    assert json.loads(place.read_published("maps/moved.json"))["gone"] == []


def test_a_rebuilt_database_finds_them_again(place: Place) -> None:
    """Query feeds are the same after the database was rebuilt."""
    fill_index(place, "One", "Two")
    before = place.read_digests("public")
    (place.folder / "feeds/state/syndicator.db").unlink()
    with place.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)

    assert place.build().held == ()
    assert place.read_digests("public") == before
