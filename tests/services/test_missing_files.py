"""Many article files are gone, as where the folder of an earlier day was restored: nobody meant that."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.errors import MissingError
from syndicator.services import reconcile
from syndicator.services.article_files.reindexing import reindex
from syndicator.services.reconcile import are_many
from tests.aged.web import serving
from tests.services.places import Place, store_articles
from tests.trust.case import Case, Day, Item, Page
from tests.trust.life import Life


@pytest.mark.parametrize(
    ("missing", "known", "many"),
    [
        (0, 0, False),
        (19, 400, False),
        (20, 400, False),
        (21, 400, True),
        (2, 2, False),
        (3, 3, True),
        (3, 6, False),
        (4, 6, True),
    ],
)
def test_what_is_many(missing: int, known: int, many: bool) -> None:
    assert are_many(missing, known) is many


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path).take(fill)


def fill(place: Place) -> None:
    place.now += timedelta(days=1)  # of thirty articles, an hour apart
    with place.app(create=True) as app:
        for number in range(30):
            store_articles(app, f"Story {number}", "Of it.")
    place.build()


def articles(place: Place) -> list[Path]:
    return sorted((place.folder / "feeds/articles").rglob("*.md"))


def test_a_few_files_that_a_hand_deleted_end_their_articles(place: Place) -> None:
    for path in articles(place)[:3]:
        path.unlink()
    with place.app() as app:
        reconcile.files(app)
        assert len(app.store.visits.stamps()) == 27


def test_many_stop_the_run_and_nothing_is_forgotten(place: Place) -> None:
    before = place.digests("public")
    gone = articles(place)[:25]
    kept = {path: path.read_bytes() for path in gone}
    for path in gone:
        path.unlink()
    with place.app() as app, pytest.raises(MissingError, match=r"25 of 30 article files are gone .*reindex") as error:
        reconcile.files(app)
    assert str(place.folder / "feeds/articles") in str(error.value)
    for path, data in kept.items():
        path.write_bytes(data)
    with place.app() as app:
        assert reconcile.files(app) == ()
        assert len(app.store.visits.stamps()) == 30
    place.build()
    assert place.digests("public") == before


def test_reindex_takes_the_folder_as_it_is(place: Place) -> None:
    for path in articles(place)[:25]:
        path.unlink()
    with place.app() as app:
        assert reindex(app).articles == 5
        reconcile.files(app)
    assert place.build().held == ()
    assert place.published("all.atom").count("<entry") == 5


@pytest.mark.slow
def test_what_is_gone_is_fetched_again_after_that(tmp_path: Path) -> None:
    numbers = range(22)
    pages = {f"http://one.example/{n}": Page(text=f"one-{n}") for n in numbers}
    feed = tuple(Item(link=f"http://one.example/{n}", title=f"Story {n}") for n in numbers)
    source = {"key": "one", "url": "http://one.example/feed", "backfill": 30}
    with serving() as web:
        life = Life(tmp_path, web, Case(row="", name="", file="", sources=(source,), days=()))
        life.change(Day(pages=pages, feeds={"http://one.example/feed": feed}))
        life.visit()
        before = {url: article.id for url, article in life.articles().items()}
        assert len(before) == 22
        for folder in (tmp_path / "feeds/articles").glob("2*"):
            shutil.rmtree(folder)
        assert list(life.command("!build")) == []
        assert list(life.command("reindex")) == []
        life.visit()
        assert {url: article.id for url, article in life.articles().items()} == before
        assert all(article.title.startswith("Story") for article in life.articles().values())


def test_check_says_that_many_are_gone(place: Place) -> None:
    for path in articles(place)[:25]:
        path.unlink()
    with place.app() as app:
        (problem,) = reconcile.unread(app)
    assert problem.what == str(place.folder / "feeds/articles") and "25 of 30 article files are gone" in problem.detail


def test_check_names_a_second_file_of_an_article(place: Place) -> None:
    first = articles(place)[0]
    shutil.copy(first, first.with_name("copy.md"))
    with place.app() as app:
        for _ in range(2):
            (problem,) = reconcile.unread(app)
            assert problem.what.endswith("copy.md") and first.name in problem.detail
            reconcile.files(app)
