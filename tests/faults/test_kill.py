"""kill -9 at any moment, with readers reading."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.instance import Instance
from tests.faults.table import fault
from tests.world import World, serving

HOW = (
    "SIGKILL to `refresh`, which builds while it visits, after a random time, again and again, read"
    " by threads"
)
HOLDS = (
    "0 articles lost, 0 twice, 0 torn files, no litter after the next run, no page fetched again"
    " that is in the store, and what is published is byte for byte what a build of everything gives"
)

# The command with builds in quick succession while it visits, so that kills hit those, too.
HURRIED = """
from syndicator.__main__ import main
from syndicator.services import build, refresh
refresh.build_meanwhile = lambda app, over, seconds, *more: build.build_meanwhile(app, over, 0.2, *more)
main()
"""  # noqa: E501


@contextmanager
def readers(instance: Instance) -> Iterator[Counter[str]]:
    """Threads that read everything published and every article file, over and over; a torn one is
    an error."""
    seen: Counter[str] = Counter()
    faults: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.wait(0.05):
            try:
                seen["published"] += instance.whole()
                seen["articles"] += len(instance.articles())
            except FileNotFoundError:
                continue
            except Exception as error:  # noqa: BLE001 - handed to the test below
                faults.append(error)
                return

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
    assert faults == []


def kill_and_kill(instance: Instance, times: int, seed: int) -> Counter[str]:
    """`times` kills. No page whose article was in the article store before a run is asked for in
    it."""
    dice = random.Random(seed)
    # a single article is asked for when it is due
    followed = {source.url for source in instance.world.sources}
    pages = {instance.world.url(story) for story in instance.world.stories} - followed
    counts: Counter[str] = Counter()
    # of a run in seconds; how fast this machine is, those that end before their kill tell
    length = 5.0
    with readers(instance) as seen:
        for _ in range(times):
            asked = len(instance.world.requests)
            article_store = {article.url for article in instance.articles()}
            process = instance.start("refresh", "--all", program=("-c", HURRIED))
            started = time.monotonic()
            try:
                process.wait(dice.uniform(0.1 * length, length))
                counts["ended"] += 1
                length = max(0.5, 0.9 * (time.monotonic() - started))
            except subprocess.TimeoutExpired:
                process.kill()
                counts["killed"] += 1
            process.communicate()
            paths = {one.path for one in instance.world.requests[asked:]}
            assert [
                url for url in pages & article_store if "/" + url.split("/", 3)[3] in paths
            ] == []
    return counts + seen


def settle(instance: Instance, times: int, seed: int) -> int:
    counts = kill_and_kill(instance, times, seed)
    print(dict(counts))
    assert counts["killed"] >= times // 3
    done = instance.command("refresh", "--all")
    assert done.code == 0, done
    instance.now = max(article.added for article in instance.articles() if article.added)
    instance.consistent(wanted=instance.titles())
    return counts["killed"]


@fault("killed at a random moment", how=HOW, holds=HOLDS)
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_few_kills(small: Instance) -> None:
    assert settle(small, 3, seed=1) >= 1


@fault("killed at 200 random moments", how=HOW, holds=HOLDS)
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_kills(tmp_path: Path) -> None:
    killed, round = 0, 0
    while killed < 200:  # a fast machine ends some runs before their kill
        round += 1
        with serving(World(without={"slow"})) as world:
            instance = Instance(tmp_path / str(round), world)
            killed += settle(instance, 12, seed=round)
    assert round <= 50  # each of them had a third of its kills or more
