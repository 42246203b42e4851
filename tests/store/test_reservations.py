"""Reserved paths of article files, on each database."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from syndicator.core.ports import ArticleRecord
from syndicator.store.engine import Store, open_store
from syndicator.store.tables.reservations import Reservations
from tests.store.conftest import NOW, make_article, make_stamp, record_article

NEW = "abcdef" + "a" * 20  # the id of an article that has no row


def make_reservations(store: Store, at: datetime = NOW) -> Reservations:
    return store.reservations.with_clock(lambda: at)


def test_an_article_keeps_the_first_path_that_is_reserved(store: Store) -> None:
    """An article keeps the first file path that was reserved for it, until the path is released."""
    reservations = make_reservations(store)

    assert reservations.path(NEW) is None
    assert reservations.reserve(NEW, "2026/11/one-abcdef.md") == "2026/11/one-abcdef.md"
    assert reservations.reserve(NEW, "2026/11/two-abcdef.md") == "2026/11/one-abcdef.md"
    assert reservations.path(NEW) == "2026/11/one-abcdef.md"

    reservations.release("2026/11/one-abcdef.md")

    assert reservations.path(NEW) is None
    assert reservations.reserved() == []


def test_an_article_with_a_row_keeps_its_path(store: Store) -> None:
    """If an article is already stored, reserving another path for it returns the path that it
    has."""
    article = record_article(store, 1)
    reservations = make_reservations(store)

    assert reservations.path(article.id) == make_stamp(1).path
    assert reservations.reserve(article.id, "2026/11/another.md") == make_stamp(1).path
    assert reservations.reserved() == []


def test_reservations_are_listed_by_age_and_deleted_once_the_article_has_a_row(
    store: Store,
) -> None:
    """Once an article has a row, its reservation is no longer listed, and an old one is deleted. A
    reservation without a row stays."""
    article = make_article(1)  # gets a row later
    reservations = make_reservations(store)
    reservations.reserve(article.id, make_stamp(1).path)
    make_reservations(store, NOW + timedelta(minutes=1)).reserve(
        NEW, "2026/11/one-abcdef.md", writing=False
    )

    first, second = reservations.reserved()

    assert (first.id, first.at, first.writing) == (article.id, NOW, True)
    assert (second.id, second.at, second.writing) == (NEW, NOW + timedelta(minutes=1), False)

    store.visits.record(ArticleRecord(article=article, stamp=make_stamp(1)))

    assert [reservation.id for reservation in reservations.reserved()] == [NEW]

    # `sweep` deletes reservations of articles with a row that are older than a time
    reservations.sweep(NOW)
    reservations.release(make_stamp(1).path)  # it was not older than NOW, and there still
    reservations.sweep(NOW + timedelta(hours=1))

    assert [reservation.id for reservation in reservations.reserved()] == [NEW]  # still no row


def test_ids_that_begin_alike_are_found_among_rows_and_reservations(store: Store) -> None:
    """Ids that share the first six characters with an id are found, stored or reserved, without
    that id itself: file names contain only these six."""
    article = record_article(store, 1)
    reservations = make_reservations(store)
    similar_id = article.id[:6] + "z" * 20
    another_id = article.id[:6] + "y" * 20
    different_id = ("a" if article.id[0] != "a" else "b") + "z" * 25
    for article_id in (similar_id, different_id):
        reservations.reserve(article_id, f"2026/11/{article_id}.md")

    assert reservations.list_similar_ids(another_id, 6) == sorted([article.id, similar_id])
    assert reservations.list_similar_ids(article.id, 6) == [similar_id]


def test_all_who_reserve_at_once_get_the_same_path(any_database_url: str) -> None:
    """Four threads that each reserve a path of their own for an article get the same one; so for
    each of ten articles, whose ids differ in the last letter."""
    with open_store(any_database_url, articles_exist=False):
        pass
    reserved_paths: list[str] = []
    start = threading.Barrier(4)

    def reserve(number: int) -> None:
        with open_store(any_database_url, articles_exist=False) as store:
            start.wait()
            for letter in "abcdefghij":
                path = f"{letter}/by-{number}.md"
                reserved_paths.append(make_reservations(store).reserve(f"{NEW[:-1]}{letter}", path))

    # four threads of ten articles
    threads = [threading.Thread(target=reserve, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(reserved_paths) == 40
    assert len(set(reserved_paths)) == 10


@pytest.mark.parametrize("shared", [False, True])
def test_a_reservation_is_committed_at_once_even_if_commits_are_shared(
    any_database_url: str, shared: bool
) -> None:
    """A reservation is visible to other programs at once, even inside a group of shared commits:
    otherwise two writers could take one path."""
    with open_store(any_database_url, articles_exist=False) as store:
        if shared:
            with store.visits.shared():
                make_reservations(store).reserve(NEW, "2026/11/one.md")
                assert list_reserved_paths(any_database_url) == ["2026/11/one.md"]
        else:
            make_reservations(store).reserve(NEW, "2026/11/one.md")
        assert list_reserved_paths(any_database_url) == ["2026/11/one.md"]


def list_reserved_paths(database_url: str) -> list[str]:
    with open_store(database_url, articles_exist=True) as other_store:
        return [reservation.path for reservation in other_store.reservations.reserved()]
