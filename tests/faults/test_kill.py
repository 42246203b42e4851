"""Kill a run with SIGKILL at any moment while other processes read the files."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.instance import Instance
from tests.faults.table import mark_fault
from tests.faults.whole import check_whole, copy_instance, drop_temporary_files, read_files
from tests.instances import NOW, SHORT, store_articles
from tests.instances import Instance as FilledInstance
from tests.world import World, serve_world

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
from syndicator.cli import main
from syndicator.runs import build, refresh
refresh.build_meanwhile = lambda app, over, seconds, *more: build.build_meanwhile(app, over, 0.2, *more)
main()
"""  # noqa: E501


@contextmanager
def read_continuously(instance: Instance) -> Iterator[Counter[str]]:
    """Threads that read everything published and every article file, over and over; a torn one is
    an error."""
    counter: Counter[str] = Counter()
    faults: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.wait(0.05):
            try:
                counter["published"] += instance.count_well_formed_files()
                counter["articles"] += len(instance.load_articles())
            except FileNotFoundError:
                continue
            except Exception as error:  # noqa: BLE001 - handed to the test below
                faults.append(error)
                return

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield counter
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
    with read_continuously(instance) as continuously:
        for _ in range(times):
            request_count = len(instance.world.requests)
            article_store = {article.url for article in instance.load_articles()}
            process = instance.start_command("refresh", "--all", program=("-c", HURRIED))
            started = time.monotonic()
            try:
                process.wait(dice.uniform(0.1 * length, length))
                counts["ended"] += 1
                length = max(0.5, 0.9 * (time.monotonic() - started))
            except subprocess.TimeoutExpired:
                process.kill()
                counts["killed"] += 1
            process.communicate()
            paths = {request.path for request in instance.world.requests[request_count:]}
            assert [
                url for url in pages & article_store if "/" + url.split("/", 3)[3] in paths
            ] == []
    return counts + continuously


def kill_and_recover(instance: Instance, times: int, seed: int) -> int:
    counts = kill_and_kill(instance, times, seed)
    print(dict(counts))
    assert counts["killed"] >= times // 3
    done = instance.run_command("refresh", "--all")
    assert done.code == 0, done
    instance.now = max(article.added for article in instance.load_articles() if article.added)
    instance.assert_consistent(wanted=instance.list_titles())
    return counts["killed"]


@mark_fault("killed at a random moment", how=HOW, holds=HOLDS)
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_few_kills(small_instance: Instance) -> None:
    """A run killed at three random moments recovers each time."""
    assert kill_and_recover(small_instance, 3, seed=1) >= 1


@mark_fault("killed at 200 random moments", how=HOW, holds=HOLDS)
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_kills(tmp_path: Path) -> None:
    """After each of 200 kills at random moments of a run, the instance recovers; fast runs that end
    before their kill do not count."""
    killed = 0
    turn = 0
    while killed < 200:  # a fast machine ends some runs before their kill
        turn += 1
        with serve_world(World(without={"slow"})) as world:
            instance = Instance(tmp_path / str(turn), world)
            killed += kill_and_recover(instance, 12, seed=turn)

    assert turn <= 50  # each of them had a third of its kills or more


# A build whose batches are small, so that kills find it between two of them.
SMALL_BATCHES = """
from syndicator.cli import main
from syndicator.publishing import builder
builder._BATCH_SIZE = 12
main()
"""
KILLS = 60


def store_stories(filled: FilledInstance) -> None:
    with filled.open_app(create=True) as app:
        for number in range(40):
            tags = ("LLM", f"Topic {number % 8}")
            store_articles(app, f"Story {number}", "Of it.", tags=tags, category="AI")


def publish_first(filled: FilledInstance) -> None:
    """An instance that has published, and whose next build publishes one article more."""
    store_stories(filled)
    filled.build()
    with filled.open_app() as app:
        store_articles(app, "New", "Of it.", tags=("LLM",), added=NOW + timedelta(days=2))


def start_build(filled: FilledInstance) -> subprocess.Popen[bytes]:
    """Return a build that has begun to write, or that has ended."""
    public = filled.folder / "feeds/public"
    left = set(public.rglob(".*.tmp"))
    process = subprocess.Popen(
        [sys.executable, "-c", SMALL_BATCHES, "build", "--config", str(filled.config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and left.issuperset(public.rglob(".*.tmp")):
        time.sleep(0.002)
    return process


@mark_fault(
    "a build is killed at 60 random moments",
    how="SIGKILL to `build` at a random time of its writing, of everything and of one article more",
    holds=(
        "every file is whole, of before or of after; the next build ends with the bytes of one that"
        " was not disturbed, and leaves no temporary file"
    ),
)
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("prepare", [store_stories, publish_first])
def test_sixty_kills_of_builds(tmp_path: Path, prepare: Callable[[FilledInstance], None]) -> None:
    """After each kill at a random moment, every public file is whole, old or new; the next build
    completes all, byte for byte."""
    dice = random.Random(prepare.__name__)
    counts = Counter[str]()
    (tmp_path / "prepared").mkdir()
    prepared = FilledInstance(tmp_path / "prepared", settings=SHORT)
    prepare(prepared)
    before = read_files(prepared.folder / "feeds/public")
    filled = copy_instance(prepared)
    public = filled.folder / "feeds/public"
    process = start_build(filled)
    started = time.monotonic()

    assert process.wait() == 0

    length = time.monotonic() - started
    after = read_files(public)
    while counts["killed"] < KILLS // 2:
        filled = copy_instance(prepared)
        for _ in range(3):  # a build goes on where one was killed
            process = start_build(filled)
            time.sleep(dice.uniform(0, length))
            counts["ended" if process.poll() is not None else "killed"] += 1
            process.kill()
            process.wait()
            files = read_files(public)
            check_whole(files, before, after)
            counts["published some"] += drop_temporary_files(files) not in (before, after)
            counts["left temporaries"] += files.keys() != drop_temporary_files(files).keys()
        assert start_build(filled).wait() == 0
        assert read_files(public) == after
        assert counts["ended"] < 10 * KILLS
    print(dict(counts))

    assert counts["published some"]
    assert counts["left temporaries"]
