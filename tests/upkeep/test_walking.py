"""`up` checks the article folders at every run, and every file now and then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syndicator.app.container import App
from syndicator.upkeep import reconcile
from syndicator.upkeep.reconcile import Walks
from tests.instances import Instance, store_articles


class Steady:
    """A clock that goes on by a second whenever it is looked at."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


class Runs:
    def __init__(self, instance: Instance, app: App) -> None:
        self.instance = instance
        self.app = app
        self.steady = Steady()
        self.walks = Walks(self.steady)

    def run_once(self) -> None:
        self.walks.update_from_files(self.app.archive, self.app.configuration)
        self.walks.end(self.app.archive.article_store, self.app.configuration)

    def read_title(self) -> str:
        (article_id,) = self.app.archive.store.visits.stamps()
        article = self.app.archive.store.visits.article(article_id)
        assert article is not None
        return article.title


@pytest.fixture
def runs(instance: Instance) -> Iterator[Runs]:
    with instance.open_app(create=True) as app:
        store_articles(app, "First", "Text.")
        made = Runs(instance, app)
        made.run_once()
        yield made


def edit_in_place(instance: Instance, old: str, new: str) -> None:
    path = instance.find_file(old)
    with path.open("r+b") as file:
        text = file.read()
        file.seek(0)
        file.write(text.replace(old.encode(), new.encode()))
        file.truncate()


def test_a_run_at_which_nothing_changed_looks_at_no_file(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run reads no article file if no folder changed."""
    # called whenever a run checks all files
    walks: list[object] = []
    monkeypatch.setattr(reconcile, "update_from_files", lambda *parts: walks.append(parts))

    runs.run_once()

    assert walks == []


def test_a_file_that_was_replaced_is_seen_at_once(runs: Runs) -> None:
    """An article file that is replaced by a rename, as editors do, is read at the next run."""
    path = runs.instance.find_file("First")
    fresh = path.with_name("fresh.tmp")
    fresh.write_text(path.read_text().replace("First", "Other"))
    fresh.replace(path)
    runs.run_once()

    assert runs.read_title() == "Other"


def test_one_that_was_edited_in_place_is_seen_at_the_next_look_at_every_file(runs: Runs) -> None:
    """An edit in place, which changes no folder's time, is noticed by the full check that follows
    ten minutes later."""
    edit_in_place(runs.instance, "First", "Other")
    runs.run_once()

    assert runs.read_title() == "First"

    runs.steady.now += 600
    runs.run_once()

    assert runs.read_title() == "Other"


def test_a_new_file_is_seen_at_once(runs: Runs) -> None:
    """An article file written by hand is read at the next run."""
    (runs.instance.folder / "feeds/articles/hand.md").write_text(
        "---\ntitle: By hand\ndate: '2026-03-09'\nsource: https://one.example/hand\n---\nText.\n"
    )
    runs.run_once()

    assert len(runs.app.archive.store.visits.stamps()) == 2  # "First" and this one


def test_a_file_beside_the_articles_is_seen_at_once(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit of withdrawn.toml, even in place, makes the next run read the articles; an unchanged
    one does not."""
    withdrawn_file = runs.instance.folder / "feeds/articles/withdrawn.toml"
    withdrawn_file.write_text("# nothing\n")
    runs.run_once()

    # called whenever a run checks all files
    walks: list[App] = []
    monkeypatch.setattr(reconcile, "update_from_files", lambda *parts: walks.append(parts) or ())
    runs.run_once()

    assert not walks

    with withdrawn_file.open("a") as file:  # in place
        file.write("# nothing more\n")
    runs.run_once()

    assert walks


def test_what_failed_is_done_again(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the check of all files fails, the next run repeats it, without waiting for ten minutes."""
    runs.steady.now += 600
    # in the next run the check fails
    with monkeypatch.context() as patch:
        patch.setattr(reconcile, "update_from_files", lambda *parts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            runs.run_once()

    # which only a check of all files notices
    edit_in_place(runs.instance, "First", "Other")
    runs.run_once()

    assert runs.read_title() == "Other"
