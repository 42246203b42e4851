"""Several machines write articles into one folder: one file per article, also after crashes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.places import add_index
from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.stores.paths import WRITING
from syndicator.core.ports import ArticleRecord
from syndicator.core.ports.articles import ArticleStore
from syndicator.store.engine import Store, open_store
from tests.articles.samples import make_full_article
from tests.postgres import Server

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Machine:
    def __init__(self, root: Path, store: Store) -> None:
        self.store = store
        self.now = NOW
        self.articles: ArticleStore = add_index(FileArticleStore(root), store, lambda: self.now)


@pytest.fixture
def machines(postgres: Server, tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    url = postgres.schema()
    with ExitStack() as exit_stack:
        one, two = (
            Machine(tmp_path, exit_stack.enter_context(open_store(url, articles_exist=False)))
            for _ in range(2)
        )
        yield one, two


def list_article_paths(machine: Machine) -> list[str]:
    return [stamp.path for stamp in machine.articles.walk()]


def test_two_that_read_an_article_at_a_time_write_one_file(
    machines: tuple[Machine, Machine],
) -> None:
    """Two machines that file the same article write one file."""
    first_machine, second_machine = machines

    assert second_machine.articles.find(make_full_article().id) is None

    _, first, _ = first_machine.articles.put(make_full_article())
    other = replace(
        make_full_article(), title="Quite another title", published=NOW - timedelta(days=400)
    )
    _, second, _ = second_machine.articles.put(other)

    assert list_article_paths(first_machine) == [first.path]
    assert second.path == first.path
    assert (
        first_machine.articles.find(make_full_article().id)
        == second_machine.articles.find(make_full_article().id)
        == first.path
    )


def test_a_file_without_a_row_is_taken_in_once_nobody_can_be_writing_it(
    machines: tuple[Machine, Machine],
) -> None:
    """A file left by a crash is recorded after the time that a write may take."""
    first_machine, second_machine = machines
    _, stamp, _ = first_machine.articles.put(make_full_article())  # and the process ends

    assert not second_machine.articles.find_left_behind()

    second_machine.now += WRITING + timedelta(seconds=1)

    assert second_machine.articles.find_left_behind().new == (stamp,)

    second_machine.store.visits.record(ArticleRecord(article=make_full_article(), stamp=stamp))

    assert not second_machine.articles.find_left_behind()


@pytest.mark.parametrize("at_once", [True, False])
def test_a_path_whose_file_is_deleted_is_free(
    machines: tuple[Machine, Machine], *, at_once: bool
) -> None:
    """Deleting an article file, alone or with others (`at_once`), also frees its reserved path for
    all machines."""
    first_machine, second_machine = machines
    _, stamp, _ = first_machine.articles.put(make_full_article())
    if at_once:
        second_machine.articles.delete_all([stamp.path])
    else:
        assert second_machine.articles.delete(stamp.path)

    assert list_article_paths(first_machine) == []
    assert first_machine.store.reservations.reserved() == []
