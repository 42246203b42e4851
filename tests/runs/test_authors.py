"""Feeds of authors, which are off by default."""

from __future__ import annotations

import shutil

import pytest

from syndicator.publishing import queries
from syndicator.upkeep import reconcile
from tests.places import Place, store_articles

ON = 'axes = ["all", "sources", "queries", "authors"]\n'
BOTH = "Ann Writer, Bo Other"
ONE = "Ann Writer"


def store_stories(place: Place, count: int = 4) -> Place:
    with place.open_app() as app:
        for number in range(count):
            store_articles(app, f"Story {number}", "Of it.", author=BOTH if number else ONE)
    (place.config / "feeds.toml").write_text('[[feed]]\nslug = "ones"\nquery = "source:one"\n')
    assert place.build().held == ()
    return place


def write_settings(place: Place, more: str) -> None:
    (place.config / "syndicator.toml").write_text(f"[publish]\ntag_min = 4\n{more}")


def list_author_feeds(place: Place) -> set[str]:
    return {path.name for path in (place.folder / "feeds/public/authors").glob("*.atom")}


def members_of(place: Place) -> dict[str, int]:
    with place.open_app() as app:
        return {
            row.name: row.count
            for row in app.archive.store.index.feeds()
            if row.key.axis == "author"
        }


def test_nothing_is_kept_of_authors_until_they_are_asked_for(place: Place) -> None:
    """Without the axis `authors` nothing about authors is stored or published."""
    store_stories(place)
    assert list_author_feeds(place) == set()
    assert members_of(place) == {}


def test_the_old_articles_join_in_batches(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    store_stories(place)
    monkeypatch.setattr(queries, "_BATCH_SIZE", 3)
    write_settings(place, ON)
    place.build()

    assert members_of(place) == {"Ann Writer": 4, "Bo Other": 3}
    assert list_author_feeds(place) == {"ann-writer.atom"}  # tag_min

    with place.open_app() as app:
        store_articles(app, "Late", "Of it.", author="Bo Other")
    place.build()

    assert list_author_feeds(place) == {"ann-writer.atom", "bo-other.atom"}
    assert place.read_published("authors/bo-other.atom").count("<entry") == 4
    assert "Late" in place.read_published("queries/ones.atom")
    assert 'text="Authors"' in place.read_published("feeds.opml")


def test_an_author_that_was_wrong_leaves_the_feed(place: Place) -> None:
    write_settings(place, ON)
    store_stories(place)
    place.edit_file("Story 2", f"author: '{BOTH}'", "author: Cy Third")
    with place.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    place.build()

    assert members_of(place) == {"Ann Writer": 3, "Bo Other": 2, "Cy Third": 1}
    assert "Story 2" not in place.read_published("authors/ann-writer.atom")


def test_feeds_that_end_with_their_axis_come_back_as_they_were(place: Place) -> None:
    """Author feeds end with their axis and return with the same bytes."""
    write_settings(place, ON)
    store_stories(place)
    before = place.read_published("authors/ann-writer.atom")
    write_settings(place, "")

    assert "authors/ann-writer" in place.build().ended
    assert list_author_feeds(place) == set()

    write_settings(place, ON)
    place.build()

    assert place.read_published("authors/ann-writer.atom") == before


def test_a_database_that_is_made_anew_finds_them_again(place: Place) -> None:
    """Author feeds are the same after the database was rebuilt."""
    write_settings(place, ON)
    store_stories(place)
    before = place.read_published("authors/ann-writer.atom")
    shutil.rmtree(place.folder / "feeds/state")
    with place.open_app(create=True) as app:
        reconcile.update_from_files(app.archive, app.configuration)
    place.build()

    assert place.read_published("authors/ann-writer.atom") == before
