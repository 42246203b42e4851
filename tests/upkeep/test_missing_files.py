"""Many article files are missing at once: nothing is removed from the feeds."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.articles.frontmatter import load
from syndicator.core.errors import MissingError
from syndicator.upkeep import reconcile
from syndicator.upkeep.reconcile import are_too_many_missing
from syndicator.upkeep.reindex import reindex
from tests.aged.web import serve_web
from tests.instances import Instance, store_articles
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
    """Missing files are too many to be deletions if they are 20 or more and over five percent, or
    three or more and over half."""
    assert are_too_many_missing(missing, known) is many


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path).fill_once(store_thirty_stories)


def store_thirty_stories(instance: Instance) -> None:
    instance.now += timedelta(days=1)  # of thirty articles, an hour apart
    with instance.open_app(create=True) as app:
        for number in range(30):
            store_articles(app, f"Story {number}", "Of it.")
    instance.build()


def list_article_files(instance: Instance) -> list[Path]:
    return sorted((instance.folder / "feeds/articles").rglob("*.md"))


def test_a_few_files_that_a_hand_deleted_end_their_articles(instance: Instance) -> None:
    """Deleting three of 30 article files ends these articles, as so few are deleted on purpose."""
    for path in list_article_files(instance)[:3]:
        path.unlink()

    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        assert len(app.archive.store.visits.stamps()) == 27  # known articles


def test_many_stop_the_run_and_nothing_is_forgotten(instance: Instance) -> None:
    """If 25 of 30 article files are missing, a run fails without changing anything; once they are
    back, all is as before."""
    before = instance.read_digests("public")
    gone_article_files = list_article_files(instance)[:25]
    contents = {path: path.read_bytes() for path in gone_article_files}
    for path in gone_article_files:
        path.unlink()

    with (
        instance.open_app() as app,
        pytest.raises(MissingError, match=r"25 of 30 article files are gone .*reindex") as error,
    ):
        reconcile.update_from_files(app.archive, app.configuration)
    assert str(instance.folder / "feeds/articles") in str(error.value)

    # the files are back
    for path, data in contents.items():
        path.write_bytes(data)
    with instance.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()
        assert len(app.archive.store.visits.stamps()) == 30
    instance.build()

    assert instance.read_digests("public") == before


def test_reindex_takes_the_folder_as_it_is(instance: Instance) -> None:
    """`reindex` accepts that 25 of 30 article files are missing: the five others are published."""
    for path in list_article_files(instance)[:25]:
        path.unlink()
    with instance.open_app() as app:
        assert reindex(app.archive, app.configuration).articles == 5
        reconcile.update_from_files(app.archive, app.configuration)

    assert instance.build().held == ()
    assert instance.read_published("all.atom").count("<entry") == 5


def test_files_that_an_earlier_folder_lacks_are_fetched_again_as_they_were(tmp_path: Path) -> None:
    """After yesterday's articles folder (five articles of nine) was restored, the four newer ones
    are reported as lost files and fetched again at the next visit, with the same ids and entries,
    although the feed has other titles for them now; article 0, deleted by hand, is not."""
    source = {"key": "one", "url": "http://one.example/feed", "tags": ["Harbour"]}
    with serve_web() as web:
        life = Life(tmp_path, web, Case(row="", name="", file="", sources=(source,), days=()))
        folder = tmp_path / "feeds/articles"
        public = tmp_path / "feeds/public"

        # yesterday: articles 0 to 4, of which a backup is made; today: four more
        visit_next_day(life, range(5))
        shutil.copytree(folder, tmp_path / "yesterday")
        visit_next_day(life, range(9))
        before = life.load_articles()
        feeds = {path: path.read_bytes() for path in public.rglob("*.atom")}

        # the backup is restored
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "yesterday", folder)

        assert len(life.load_articles()) == 5

        with open_app(life.config, clock=lambda: life.now, jitter=lambda: 0.5, environ={}) as app:
            problems = reconcile.list_unreadable_files(app.archive.store, app.archive.article_store)

            assert [problem.reason for problem in problems] == ["lost-file"] * 4

            problems = reconcile.update_from_files(app.archive, app.configuration)

            assert [problem.reason for problem in problems] == ["lost-file"] * 4
            assert reconcile.update_from_files(app.archive, app.configuration) == problems, (
                "until they are there again"
            )

        # the operator deletes the file of article 0, then comes the next visit
        deleted = next(
            path for path in folder.rglob("*.md") if load(path.read_bytes()).url.endswith("/0")
        )
        deleted.unlink()
        visit_next_day(life, range(9), new_title="Another title")

        del before["http://one.example/0"]
        after = life.load_articles()

        assert after.keys() == before.keys(), "a hand meant the one that it deleted"

        for url, article in after.items():
            assert article == before[url]

        # each feed has its entries of before, without that of article 0
        for path, feed_before in feeds.items():
            entries_before = re.findall(rb"(?s)<entry.*?</entry>", feed_before)
            entries = re.findall(rb"(?s)<entry.*?</entry>", path.read_bytes())
            assert entries == [
                entry for entry in entries_before if b"http://one.example/0" not in entry
            ], path
        with open_app(life.config, clock=lambda: life.now, jitter=lambda: 0.5, environ={}) as app:
            assert reconcile.update_from_files(app.archive, app.configuration) == ()


def visit_next_day(life: Life, numbers: range, new_title: str = "Story") -> None:
    """A visit a day later. The feed has the articles of `numbers`; from the fifth on their titles
    begin with `new_title`."""
    life.now += timedelta(days=1)
    pages = {
        f"http://one.example/{n}": Page(
            text=f"one-{n}", title=f"{new_title if n > 4 else 'Story'} {n}"
        )
        for n in numbers
    }
    feed = tuple(Item(link=address, title=page.title) for address, page in pages.items())
    life.apply_day(Day(pages=pages, feeds={"http://one.example/feed": feed}))
    life.visit_all()


@pytest.mark.slow
def test_what_is_gone_is_fetched_again_after_that(tmp_path: Path) -> None:
    """All 22 article files are lost. After the operator accepts the loss with `reindex` (a build is
    refused, "!" means that it fails), the next visit fetches all again, with the same ids."""
    numbers = range(22)
    pages = {f"http://one.example/{n}": Page(text=f"one-{n}") for n in numbers}
    feed = tuple(Item(link=f"http://one.example/{n}", title=f"Story {n}") for n in numbers)
    source = {"key": "one", "url": "http://one.example/feed", "backfill": 30}
    with serve_web() as web:
        life = Life(tmp_path, web, Case(row="", name="", file="", sources=(source,), days=()))
        life.apply_day(Day(pages=pages, feeds={"http://one.example/feed": feed}))
        life.visit_all()
        before = {url: article.id for url, article in life.load_articles().items()}

        assert len(before) == 22

        # the folders of the years are deleted
        for folder in (tmp_path / "feeds/articles").glob("2*"):
            shutil.rmtree(folder)

        assert list(life.run_command("!build")) == []
        assert list(life.run_command("reindex")) == []

        life.visit_all()

        assert {url: article.id for url, article in life.load_articles().items()} == before
        assert all(article.title.startswith("Story") for article in life.load_articles().values())


def test_check_says_that_many_are_gone(instance: Instance) -> None:
    """If 25 of 30 article files are missing, `check` reports one problem, about the folder, with
    their number."""
    for path in list_article_files(instance)[:25]:
        path.unlink()
    with instance.open_app() as app:
        (problem,) = reconcile.list_unreadable_files(app.archive.store, app.archive.article_store)

    assert problem.what == str(instance.folder / "feeds/articles")
    assert "25 of 30 article files are gone" in problem.detail


def test_check_names_a_second_file_of_an_article(instance: Instance) -> None:
    """A copy of an article file is reported with the first file, also after a run saw both."""
    first_article_file = list_article_files(instance)[0]
    shutil.copy(first_article_file, first_article_file.with_name("copy.md"))
    with instance.open_app() as app:
        for _ in range(2):
            (problem,) = reconcile.list_unreadable_files(
                app.archive.store, app.archive.article_store
            )
            assert problem.what.endswith("copy.md")
            assert first_article_file.name in problem.detail
            reconcile.update_from_files(app.archive, app.configuration)
