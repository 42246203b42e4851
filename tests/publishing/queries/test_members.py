"""Saved queries follow the article store: what comes, changes, leaves, and what the operator asks
for."""

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
    ask(made, chips='chip and not title:"old news"')
    return made


def ask(place: Place, **queries: str) -> None:
    text = "".join(
        f"[[feed]]\nslug = '{slug}'\nquery = '{query}'\n" for slug, query in queries.items()
    )
    (place.config / "feeds.toml").write_text(text)


def put(place: Place, before: Article, **changes: Any) -> None:
    with place.app() as app:
        stored, stamp, _ = app.archive.article_store.put(
            replace(before, **changes), app.archive.store.index.path(before.id)
        )
        app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))


def titles(place: Place, slug: str = "chips") -> list[str]:
    return [item["title"] for item in json.loads(place.published(f"queries/{slug}.json"))["items"]]


def test_new_and_changed_articles_are_filed(place: Place) -> None:
    with place.app() as app:
        store_articles(app, "Cards", "A new **chip** is out.")
        store_articles(app, "Ships", "Of ships.")
        store_articles(app, "Old news", "Of a chip.")
    place.build()
    assert titles(place) == ["Cards"]
    with place.app() as app:
        store_articles(app, "Fries", "Fish and chip shops.")
    place.build()
    assert titles(place) == ["Fries", "Cards"]
    put(place, place.article("Ships"), body="Of ships, chip by chip.")
    put(place, place.article("Cards"), body="Corrected: none is.")
    place.build()
    assert titles(place) == ["Fries", "Ships"]
    assert '<span class="count">2</span>' in place.published("feeds.html")
    assert place.build().written == ()


def fill(place: Place, *names: str) -> None:
    with place.app() as app:
        for name in names:
            store_articles(app, name, f"A chip of {name}.", tags=(name,))
    place.build()


def test_what_is_withdrawn_or_merged_leaves(place: Place) -> None:
    place.tell_of_withdrawals()
    fill(place, "One", "Two", "Three")
    with place.app() as app:
        editorial.withdraw(app.archive, app.configuration, place.article("One").id)
    put(place, place.article("Two"), merged_into=place.article("Three").id)
    assert place.build().held == ()
    assert titles(place) == ["Three"]
    assert "deleted-entry" in place.published("queries/chips.atom")
    with place.app() as app:
        editorial.split(app.archive, place.article("Two").id)
    place.build()
    assert titles(place) == ["Three", "Two"]


def test_a_copy_takes_the_place_of_an_original_that_went(place: Place) -> None:
    fill(place, "One", "Two")
    put(place, place.article("Two"), merged_into=place.article("One").id)
    place.build()
    with place.app() as app:
        editorial.withdraw(app.archive, app.configuration, place.article("One").id)
    place.build()
    assert titles(place) == ["Two"]


def test_a_changed_query_sees_the_whole_shelf_again(place: Place) -> None:
    fill(place, "One", "Two")
    ask(place, chips="tag:two")
    place.build()
    assert titles(place) == ["Two"]


def test_a_query_goes_and_comes_back(place: Place) -> None:
    fill(place, "One")
    ask(place)
    place.build()
    assert not (place.folder / "feeds/public/queries/chips.atom").exists()
    assert "queries/chips.atom" in json.loads(place.published("maps/moved.json"))["gone"]
    fill(place, "Two")
    ask(place, chips="chip", all="tag:one")
    place.build()
    assert titles(place) == ["Two", "One"] and titles(place, "all") == ["One"]
    assert json.loads(place.published("maps/moved.json"))["gone"] == []


def test_a_rebuilt_database_finds_them_again(place: Place) -> None:
    fill(place, "One", "Two")
    before = place.digests("public")
    (place.folder / "feeds/state/syndicator.db").unlink()
    with place.app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)
    assert place.build().held == ()
    assert place.digests("public") == before
