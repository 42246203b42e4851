"""Kill the new version while it upgrades an instance: the next start completes the upgrade."""

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


def test_a_build_that_is_killed(
    old_instance: Instance, facts_before: Facts, tmp_path: Path
) -> None:
    """If `build --all` is killed when it opens the database or when half of the files are written,
    the next build makes everything as if nothing had happened."""
    calm = Instance(old_instance.life, tmp_path / "calm")
    calm.run_command("build", "--all")
    moments = (watch_database_opening(old_instance), watch_rewritten_share(old_instance, 0.5))
    killed = [
        old_instance.kill_command(when, "build", "--all", SITE__TITLE=f"Another {n}")
        for n, when in enumerate(moments)
    ]
    old_instance.run_command("build", "--all")

    assert_nothing_found(
        list_differences({**facts_before, "status": {}}, old_instance.read_facts())
    )
    assert old_instance.read_published() == calm.read_published()

    skip_unless(any(killed))


def test_a_run_that_is_killed(old_instance: Instance, facts_before: Facts, web: Web) -> None:
    """If `refresh` is killed when it has stored its first new article, the next run adds the rest
    and nothing twice."""
    count = count_article_files(old_instance)
    killed = old_instance.kill_command(lambda: count_article_files(old_instance) > count, "refresh")
    old_instance.run_command("refresh")

    assert_nothing_found(
        list_unexpected_changes(facts_before, old_instance.read_facts(), old_instance.life.added)
    )

    skip_unless(killed)


def skip_unless(killed: bool) -> None:
    """A busy machine may see a moment too late: all that was checked held, but it was no kill."""
    if not killed:
        pytest.skip("the command had ended before it could be killed")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_many_kills(old_instance: Instance, facts_before: Facts, web: Web, seed: int) -> None:
    """After ten builds and runs in a row were killed at random moments, one run and one build give
    the expected articles and feeds."""
    dice = random.Random(seed)
    killed = 0
    for _ in range(10):
        moment = (
            watch_rewritten_share(old_instance, dice.random())
            if dice.random() < 0.5
            else watch_seconds(dice.uniform(0.1, 1.5))
        )
        words = dice.choice((["build", "--all"], ["refresh"], ["refresh", "--all"]))
        killed += old_instance.kill_command(moment, *words, SITE__TITLE=f"Another {dice.random()}")

    assert killed > 0

    old_instance.run_command("refresh", "--all")
    old_instance.run_command("build", "--all")

    assert_nothing_found(
        list_unexpected_changes(facts_before, old_instance.read_facts(), old_instance.life.added)
    )


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.3, 0.6, 0.9, 1.2])
def test_a_reindex_that_is_killed(
    old_instance: Instance, facts_before: Facts, seconds: float
) -> None:
    """If `reindex` is killed after some tenths of a second, the next one and a build publish the
    same as before."""
    old_instance.kill_command(watch_seconds(seconds), "reindex")
    old_instance.run_command("reindex")
    old_instance.run_command("build", "--all")

    assert_nothing_found(
        list_differences({**facts_before, "status": {}}, old_instance.read_facts())
    )


def watch_database_opening(old_instance: Instance) -> Callable[[], bool]:
    """Says when the database was opened for writing, as for a change of its tables."""
    log = old_instance.folder / f"{DATABASE}-wal"
    return log.exists


def watch_rewritten_share(old_instance: Instance, share: float) -> Callable[[], bool]:
    """Says when more than this share of the published files are other files than they are now."""
    before = list_file_numbers(old_instance.public)
    return lambda: len(list_file_numbers(old_instance.public) - before) > share * len(before)


def list_file_numbers(folder: Path) -> set[tuple[str, int]]:
    """Every file with its number in the file system: one that is written anew is another file."""
    entries = (entry for place, _, _ in os.walk(folder) for entry in os.scandir(place))
    return {(entry.path, entry.inode()) for entry in entries if entry.is_file()}


def watch_seconds(seconds: float) -> Callable[[], bool]:
    """Says when so many seconds have passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def count_article_files(old_instance: Instance) -> int:
    """How many article files there are."""
    return sum(1 for _ in old_instance.articles.rglob("*.md"))
