"""From nothing to the first followed feed that can be read: what one has to do, and how long the
programs take, beside newsboat and Miniflux. `python -m tests.bench.bench_first_feed`

Each step is really taken, over the made-up web on loopback. Programs are installed before (a line
each says how); a person's typing and reading takes longer than all of it and is not measured, so
that the steps are counted.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from tests.bench.machine import machine
from tests.docs.sandbox import Sandbox
from tests.publishing import miniflux, newsboat
from tests.world import World, serve_world

Step = tuple[str, Callable[[], object] | None]  # None: a person's, or an installation's


def ours(folder: Path, world: World, feed: str) -> Iterator[Step]:
    sandbox = Sandbox(folder, world)

    def typed(line: str, answers: str = "") -> None:
        done = sandbox.type(line, answers)
        assert done.returncode == 0, done.stdout

    yield "apt-get install python3-venv git; git clone", None
    yield (
        "./run init ../feeds",
        lambda: typed('./run init ../feeds --title "Machines" && cd ../feeds'),
    )
    yield "./run add URL", lambda: typed(f"./run add {feed}", "y\n")
    yield "answer yes", None
    yield "./run (first articles published, with whole texts)", lambda: typed("./run refresh")
    assert list((folder / "feeds/feeds/articles").rglob("20*/*/*.md"))


def of_newsboat(folder: Path, world: World, feed: str) -> Iterator[Step]:
    yield "apt-get install newsboat", None
    reader: list[newsboat.Newsboat] = []
    yield (
        "write the address into ~/.newsboat/urls",
        lambda: reader.append(newsboat.Newsboat(folder / "home", feed)),
    )
    yield "newsboat -r", lambda: reader[0].poll()
    assert reader[0].titles


def of_miniflux(folder: Path, world: World, feed: str) -> Iterator[Step]:
    yield "apt-get install postgresql miniflux", None
    for question in (
        "configure the database",
        "its password",
        "create an account",
        "its name",
        "its password",
    ):
        yield f"debconf: {question}", None
    running = miniflux.run_miniflux(folder)
    opened: list[httpx.Client] = []
    yield (
        "systemctl start (database, tables, account, server)",
        lambda: opened.append(running.__enter__()),
    )
    try:
        yield "log in with a browser", lambda: opened[0].get("/v1/me").raise_for_status()
        reader: list[miniflux.Miniflux] = []
        yield "add the feed", lambda: reader.append(miniflux.Miniflux(opened[0], feed))
        reader[0].poll()
        assert reader[0].titles
    finally:
        running.__exit__(None, None, None)


def cpu_seconds() -> float:
    """User and system time of the programs that ended so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    print(machine())
    with serve_world(World(without={"slow"})) as world, tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        for way in (ours, of_newsboat, of_miniflux):
            folder = Path(name) / way.__name__
            folder.mkdir()
            steps = 0
            began = time.monotonic()
            print(f"\n{way.__name__}")
            for what, take in way(folder, world, world.feed_url("parallel")):
                steps = steps + 1
                at = time.monotonic()
                before = cpu_seconds()
                if take:
                    take()
                cost = f"{time.monotonic() - at:.1f} s, CPU {cpu_seconds() - before:.1f} s"
                print(f"  {steps}. {what}" + (f": {cost}" if take else ""))
            print(f"  {steps} steps, {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
