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
from tests.instances import Instance, store_articles


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = Instance(tmp_path)
    write_queries(made, chips='chip and not title:"old news"')
    return made


def write_queries(instance: Instance, **queries: str) -> None:
    text = "".join(
        f"[[feed]]\nslug = '{slug}'\nquery = '{query}'\n" for slug, query in queries.items()
    )
    (instance.config / "feeds.toml").write_text(text)


def save_changed(instance: Instance, before: Article, **changes: Any) -> None:
    with instance.open_app() as app:
        stored, stamp, _ = app.archive.article_store.put(
            replace(before, **changes), app.archive.store.index.path(before.id)
        )
        app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))


def list_titles(instance: Instance, slug: str = "chips") -> list[str]:
    return [
        item["title"]
        for item in json.loads(instance.read_published(f"queries/{slug}.json"))["items"]
    ]


def test_new_and_changed_articles_are_filed(instance: Instance) -> None:
    """A build files new articles that match a query, and drops changed ones that no longer do. The
    query "chips" is: chip and not title:"old news"."""
    with instance.open_app() as app:
        store_articles(app, "Cards", "A new **chip** is out.")
        store_articles(app, "Ships", "Of ships.")
        store_articles(app, "Old news", "Of a chip.")
    instance.build()

    assert list_titles(instance) == ["Cards"]

    with instance.open_app() as app:
        store_articles(app, "Fries", "Fish and chip shops.")
    instance.build()

    assert list_titles(instance) == ["Fries", "Cards"]

    # Ships matches now, Cards no longer
    save_changed(instance, instance.load_article("Ships"), body="Of ships, chip by chip.")
    save_changed(instance, instance.load_article("Cards"), body="Corrected: none is.")
    instance.build()

    assert list_titles(instance) == ["Fries", "Ships"]
    assert '<span class="count">2</span>' in instance.read_published("feeds.html")
    assert instance.build().written == ()


def publish_articles(instance: Instance, *names: str) -> None:
    with instance.open_app() as app:
        for name in names:
            store_articles(app, name, f"A chip of {name}.", tags=(name,))
    instance.build()


def test_withdrawn_and_merged_articles_leave_a_query(instance: Instance) -> None:
    """An article leaves the feed of a query when it is withdrawn or found to be a copy; a split
    brings it back. With `tell_of_withdrawals` the feed names the withdrawn one as deleted. All
    three articles match the query "chips"."""
    instance.tell_of_withdrawals()
    publish_articles(instance, "One", "Two", "Three")

    # One is withdrawn, Two is a copy of Three
    with instance.open_app() as app:
        editorial.withdraw(app.archive, app.configuration, instance.load_article("One").id)
    save_changed(
        instance, instance.load_article("Two"), merged_into=instance.load_article("Three").id
    )

    assert instance.build().held == ()
    assert list_titles(instance) == ["Three"]
    assert "deleted-entry" in instance.read_published("queries/chips.atom")

    with instance.open_app() as app:
        editorial.split(app.archive, instance.load_article("Two").id)
    instance.build()

    assert list_titles(instance) == ["Three", "Two"]


def test_a_copy_takes_the_place_of_an_original_that_went(instance: Instance) -> None:
    """If the original of a copy is withdrawn, the copy is in the feed of the query."""
    publish_articles(instance, "One", "Two")

    # Two is a copy of One, which is withdrawn then
    save_changed(
        instance, instance.load_article("Two"), merged_into=instance.load_article("One").id
    )
    instance.build()
    with instance.open_app() as app:
        editorial.withdraw(app.archive, app.configuration, instance.load_article("One").id)
    instance.build()

    assert list_titles(instance) == ["Two"]


def test_a_changed_query_sees_the_whole_shelf_again(instance: Instance) -> None:
    """A changed query selects from all stored articles, not only from new ones. Each article has
    its title as tag."""
    publish_articles(instance, "One", "Two")
    write_queries(instance, chips="tag:two")
    instance.build()

    assert list_titles(instance) == ["Two"]


def test_a_query_goes_and_comes_back(instance: Instance) -> None:
    """A removed query ends its feed, whose address is then listed as gone; added again, it returns
    with all entries. Each article has its title as tag."""
    publish_articles(instance, "One")
    write_queries(instance)  # none
    instance.build()

    assert not (instance.folder / "feeds/public/queries/chips.atom").exists()
    assert "queries/chips.atom" in json.loads(instance.read_published("maps/moved.json"))["gone"]

    publish_articles(instance, "Two")
    write_queries(instance, chips="chip", all="tag:one")
    instance.build()

    assert list_titles(instance) == ["Two", "One"]
    assert list_titles(instance, "all") == ["One"]
    assert json.loads(instance.read_published("maps/moved.json"))["gone"] == []


def test_a_rebuilt_database_finds_them_again(instance: Instance) -> None:
    """If the database is lost and rebuilt from the article files, the feeds of queries are the
    same, byte for byte."""
    publish_articles(instance, "One", "Two")
    before = instance.read_digests("public")
    (instance.folder / "feeds/state/syndicator.db").unlink()
    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)

    assert instance.build().held == ()
    assert instance.read_digests("public") == before
