"""The newer version is killed while it takes the instance over, and started again: that changes
nothing either."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.aged.compare import assert_nothing_found, list_differences, list_unexpected_changes
from tests.aged.facts import Facts
from tests.aged.instance import DATABASE, Instance
from tests.aged.test_aged import IN_A_FILE
from tests.aged.web import Web

pytestmark = [IN_A_FILE, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_build_that_is_killed(aged: Instance, before: Facts, tmp_path: Path) -> None:
    """While it writes every file anew, which the site's other title makes it do; the title is set
    back afterwards."""
    calm = Instance(aged.life, tmp_path / "calm")
    calm.command("build", "--all")
    moments = (watch_database_opening(aged), watch_rewritten_share(aged, 0.5))
    killed = [
        aged.kill(when, "build", "--all", SITE__TITLE=f"Another {n}")
        for n, when in enumerate(moments)
    ]
    aged.command("build", "--all")
    assert_nothing_found(list_differences({**before, "status": {}}, aged.facts()))
    assert aged.written() == calm.written()
    skip_unless(any(killed))


def test_a_run_that_is_killed(aged: Instance, before: Facts, web: Web) -> None:
    """When the first new article was filed; other moments are left to chance below."""
    count = count_article_files(aged)
    killed = aged.kill(lambda: count_article_files(aged) > count, "refresh")
    aged.command("refresh")
    assert_nothing_found(list_unexpected_changes(before, aged.facts(), aged.life.added))
    skip_unless(killed)


def skip_unless(killed: bool) -> None:
    """A busy machine may see a moment too late: all that was checked held, but it was no kill."""
    if not killed:
        pytest.skip("the command had ended before it could be killed")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_many_kills(aged: Instance, before: Facts, web: Web, seed: int) -> None:
    """Of a build or a run, at any moment, ten times in a row."""
    dice, killed = random.Random(seed), 0
    for _ in range(10):
        moment = (
            watch_rewritten_share(aged, dice.random())
            if dice.random() < 0.5
            else watch_seconds(dice.uniform(0.1, 1.5))
        )
        words = dice.choice((["build", "--all"], ["refresh"], ["refresh", "--all"]))
        killed += aged.kill(moment, *words, SITE__TITLE=f"Another {dice.random()}")
    assert killed > 0
    aged.command("refresh", "--all")
    aged.command("build", "--all")
    assert_nothing_found(list_unexpected_changes(before, aged.facts(), aged.life.added))


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.3, 0.6, 0.9, 1.2])
def test_a_reindex_that_is_killed(aged: Instance, before: Facts, seconds: float) -> None:
    """Whether the database is whole, half made or gone afterwards, every article is as it was."""
    aged.kill(watch_seconds(seconds), "reindex")
    aged.command("reindex")
    aged.command("build", "--all")
    assert_nothing_found(list_differences({**before, "status": {}}, aged.facts()))


def watch_database_opening(aged: Instance) -> Callable[[], bool]:
    """Says when the database was opened for writing, as for a change of its tables."""
    log = aged.folder / f"{DATABASE}-wal"
    return log.exists


def watch_rewritten_share(aged: Instance, share: float) -> Callable[[], bool]:
    """Says when more than this share of the published files are other files than they are now."""
    before = list_file_numbers(aged.public)
    return lambda: len(list_file_numbers(aged.public) - before) > share * len(before)


def list_file_numbers(folder: Path) -> set[tuple[str, int]]:
    """Every file with its number in the file system: one that is written anew is another file."""
    entries = (entry for place, _, _ in os.walk(folder) for entry in os.scandir(place))
    return {(entry.path, entry.inode()) for entry in entries if entry.is_file()}


def watch_seconds(seconds: float) -> Callable[[], bool]:
    """Says when so many seconds have passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def count_article_files(aged: Instance) -> int:
    """How many article files there are."""
    return sum(1 for _ in aged.articles.rglob("*.md"))
