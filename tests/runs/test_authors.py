"""Feeds of authors, which are off by default."""

from __future__ import annotations

import shutil

import pytest

from syndicator.publishing import queries
from syndicator.upkeep import reconcile
from tests.instances import Instance, store_articles

ON = 'axes = ["all", "sources", "queries", "authors"]\n'
BOTH = "Ann Writer, Bo Other"
ONE = "Ann Writer"


def store_stories(instance: Instance, count: int = 4) -> Instance:
    with instance.open_app() as app:
        for number in range(count):
            store_articles(app, f"Story {number}", "Of it.", author=BOTH if number else ONE)
    (instance.config / "feeds.toml").write_text('[[feed]]\nslug = "ones"\nquery = "source:one"\n')
    assert instance.build().held == ()
    return instance


def write_settings(instance: Instance, more: str) -> None:
    (instance.config / "syndicator.toml").write_text(f"[publish]\ntag_min = 4\n{more}")


def list_author_feeds(instance: Instance) -> set[str]:
    return {path.name for path in (instance.folder / "feeds/public/authors").glob("*.atom")}


def count_articles_by_author(instance: Instance) -> dict[str, int]:
    with instance.open_app() as app:
        return {
            row.name: row.count
            for row in app.archive.store.index.feeds()
            if row.key.axis == "author"
        }


def test_nothing_is_kept_of_authors_until_they_are_asked_for(instance: Instance) -> None:
    """Without the axis `authors` nothing about authors is stored or published."""
    store_stories(instance)

    assert list_author_feeds(instance) == set()
    assert count_articles_by_author(instance) == {}


def test_the_old_articles_join_in_batches(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When feeds of authors are switched on, old articles join them in batches of three; an author
    with fewer than four articles has no feed yet."""
    store_stories(instance)
    monkeypatch.setattr(queries, "_BATCH_SIZE", 3)
    write_settings(instance, ON)
    instance.build()

    assert count_articles_by_author(instance) == {"Ann Writer": 4, "Bo Other": 3}
    assert list_author_feeds(instance) == {"ann-writer.atom"}  # tag_min

    with instance.open_app() as app:
        store_articles(app, "Late", "Of it.", author="Bo Other")
    instance.build()

    assert list_author_feeds(instance) == {"ann-writer.atom", "bo-other.atom"}
    assert instance.read_published("authors/bo-other.atom").count("<entry") == 4
    assert "Late" in instance.read_published("queries/ones.atom")
    assert 'text="Authors"' in instance.read_published("feeds.opml")


def test_an_author_that_was_wrong_leaves_the_feed(instance: Instance) -> None:
    """If the author of an article is corrected, the article moves to the right author's feed."""
    write_settings(instance, ON)
    store_stories(instance)
    instance.edit_file("Story 2", f"author: '{BOTH}'", "author: Cy Third")
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()

    assert count_articles_by_author(instance) == {"Ann Writer": 3, "Bo Other": 2, "Cy Third": 1}
    assert "Story 2" not in instance.read_published("authors/ann-writer.atom")


def test_feeds_that_end_with_their_axis_come_back_as_they_were(instance: Instance) -> None:
    """Author feeds end with their axis and return with the same bytes."""
    write_settings(instance, ON)
    store_stories(instance)
    before = instance.read_published("authors/ann-writer.atom")
    write_settings(instance, "")

    assert "authors/ann-writer" in instance.build().ended
    assert list_author_feeds(instance) == set()

    write_settings(instance, ON)
    instance.build()

    assert instance.read_published("authors/ann-writer.atom") == before


def test_a_database_that_is_made_anew_finds_them_again(instance: Instance) -> None:
    """Author feeds are the same after the database was rebuilt."""
    write_settings(instance, ON)
    store_stories(instance)
    before = instance.read_published("authors/ann-writer.atom")
    shutil.rmtree(instance.folder / "feeds/state")
    with instance.open_app(create=True) as app:
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()

    assert instance.read_published("authors/ann-writer.atom") == before
