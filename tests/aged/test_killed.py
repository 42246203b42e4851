"""The newer version is killed while it takes the instance over, and started again: that changes nothing either."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.aged.compare import differences, growth
from tests.aged.facts import Facts
from tests.aged.instance import DATABASE, Instance
from tests.aged.journey import NEW
from tests.aged.test_aged import LOST_WITH_THE_DATABASE, changed, matches
from tests.aged.web import Web


def test_a_build_that_is_killed(aged: Instance, before: Facts) -> None:
    """While it writes every file anew, which the site's other title makes it do; the title is set back afterwards."""
    public = aged.written()
    moments = (opened(aged), rewritten(aged, 0), rewritten(aged, 0.6))
    killed = [aged.kill(when, "build", "--all", SITE__TITLE=f"Another {n}") for n, when in enumerate(moments)]
    assert any(killed)  # a machine that is busy may notice a moment too late
    aged.command("build", "--all")
    assert differences({**before, "status": {}}, aged.facts()) == []
    assert changed(public, aged.written()) == []


def test_a_run_that_is_killed(aged: Instance, before: Facts, web: Web) -> None:
    """When the first new article was filed, and when the first feed was written."""
    count = filed(aged)
    killed = [aged.kill(lambda: filed(aged) > count, "refresh"), aged.kill(rewritten(aged, 0), "refresh")]
    assert any(killed)
    aged.command("refresh")
    assert growth(before, aged.facts(), NEW) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(3))
def test_many_kills(aged: Instance, before: Facts, web: Web, seed: int) -> None:
    """Of a build or a run, at any moment, ten times in a row."""
    dice, killed = random.Random(seed), 0
    for _ in range(10):
        moment = rewritten(aged, dice.random()) if dice.random() < 0.5 else after(dice.uniform(0.1, 1.5))
        words = dice.choice((["build", "--all"], ["refresh"], ["refresh", "--all"]))
        killed += aged.kill(moment, *words, SITE__TITLE=f"Another {dice.random()}")
    assert killed > 0
    aged.command("refresh", "--all")
    aged.command("build", "--all")
    assert growth(before, aged.facts(), NEW) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [0.3, 0.6, 0.9, 1.2])
def test_a_reindex_that_is_killed(aged: Instance, before: Facts, seconds: float) -> None:
    """Whether the database is whole, half made or gone afterwards, every article is as it was."""
    aged.kill(after(seconds), "reindex")
    aged.command("reindex")
    aged.command("build", "--all")
    lost = [line for line in differences(before, aged.facts(status=True)) if not matches(line, LOST_WITH_THE_DATABASE)]
    assert lost == []


def opened(aged: Instance) -> Callable[[], bool]:
    """Says when the database was opened for writing, as for a change of its tables."""
    log = aged.folder / f"{DATABASE}-wal"
    return log.exists


def rewritten(aged: Instance, share: float) -> Callable[[], bool]:
    """Says when more than this share of the published files are other files than they are now."""
    before = stamps(aged.public)
    return lambda: len(stamps(aged.public) - before) > share * len(before)


def stamps(folder: Path) -> set[tuple[str, int]]:
    """Every file with its number in the file system: one that is written anew is another file."""
    entries = (entry for place, _, _ in os.walk(folder) for entry in os.scandir(place))
    return {(entry.path, entry.inode()) for entry in entries if entry.is_file()}


def after(seconds: float) -> Callable[[], bool]:
    """Says when so many seconds have passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def filed(aged: Instance) -> int:
    """How many article files there are."""
    return sum(1 for _ in aged.articles.rglob("*.md"))
