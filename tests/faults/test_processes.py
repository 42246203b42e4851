"""Several real processes at once: a killed worker, an edited configuration, `up` beside cron."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.configuration.sources.registry import add_sources
from tests.faults.instance import ROOT, Instance, wait_for
from tests.faults.table import mark_fault
from tests.faults.test_kill import read_continuously

# `up` itself, with jobs more often than once a minute.
UP = """
from dataclasses import replace
from syndicator.cli import main
from syndicator.runs import daemon
daemon.JOBS |= {{name: replace(job, seconds={seconds}) for name, job in daemon.JOBS.items()}}
main()
"""


@contextmanager
def run_up(instance: Instance, seconds: float) -> Iterator[Path]:
    """A real `up` for as long as it is wanted, then SIGTERM, upon which it leaves with 0. Yields
    its log."""
    log = instance.folder / "up.log"
    with log.open("w") as sink:
        words = [
            sys.executable,
            "-c",
            UP.format(seconds=seconds),
            "up",
            "--config",
            str(instance.config),
        ]
        process = subprocess.Popen(words, cwd=ROOT, stdout=sink, stderr=sink)
        try:
            yield log
            assert process.poll() is None, log.read_text()
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()
    assert "Traceback" not in log.read_text()


def workers_of(pid: int) -> list[int]:
    """The worker processes of a run, whichever of its threads started them (proc(5), children)."""
    children = " ".join(
        path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")
    ).split()
    return [
        int(child)
        for child in children
        if b"\0limited\0" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@pytest.mark.slow
@mark_fault(
    "the worker killed in the middle of a page",
    how=(
        "stopped (so that it is in the middle of one for certain), then SIGKILL, under a real"
        " `refresh`"
    ),
    holds=(
        "exit 0; that page is named as crashed and tried again, the next ones are filed by another"
        " worker; the next run has all"
    ),
)
def test_the_worker_is_killed(small_instance: Instance) -> None:
    """Killing the worker that reads pages costs one article: the page it had, to be tried again."""
    process = small_instance.start_command("refresh", "--source", "holt", "--json")
    pages = {
        "/" + small_instance.world.url(story).split("/", 3)[3]
        for story in small_instance.world.stories
        if story.site == "holt"
    }

    def read() -> int:
        return len(
            [
                request
                for request in small_instance.world.requests
                if request.site == "holt" and request.path in pages
            ]
        )

    wait_for(lambda: read() and workers_of(process.pid))
    [worker] = workers_of(process.pid)
    os.kill(worker, signal.SIGSTOP)
    # as many as are read side by side: one of them is with the worker
    wait_for(lambda: read() >= min(4, len(pages)))
    time.sleep(0.3)
    os.kill(worker, signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and "Traceback" not in err, err
    [source] = json.loads(out)["sources"]
    [problem] = source["skipped"]
    assert problem["reason"] == "crashed"
    assert "try 1 of 5" in problem["detail"]
    assert len(source["added"]) == len(small_instance.load_articles()) == len(pages) - 1
    small_instance.now = max(
        article.added for article in small_instance.load_articles() if article.added
    ) + timedelta(hours=1)
    small_instance.run_refresh()
    small_instance.assert_consistent(wanted=small_instance.list_titles())


@mark_fault(
    "sources.toml edited while `up` runs",
    how=(
        "a source added, one removed, then broken TOML, then whole again, under a real `up` with a"
        " run a second"
    ),
    holds=(
        "each counts from the next run without a restart; the error in the log, the old list"
        " followed meanwhile; what a removed source brought stays"
    ),
)
@pytest.mark.slow
def test_sources_edited_under_up(small_instance: Instance) -> None:
    """A running `up` follows edits of sources.toml and keeps the old list while it is broken."""
    path = small_instance.config / "sources.toml"
    holt, parallel = (
        next(source for source in small_instance.world.sources if source.key == key)
        for key in ("holt", "parallel")
    )
    path.write_text("")
    add_sources(path, [holt])
    only_holt = path.read_text()
    add_sources(path, [parallel])
    path_of_both = path.read_text()
    path.write_text(only_holt)
    with run_up(small_instance, seconds=1) as log:
        wait_for(lambda: (small_instance.feeds / "public/sources/holt.atom").exists(), 60)
        wait_for(
            lambda: "source=holt" in log.read_text() or '"source": "holt"' in log.read_text(), 60
        )  # its visit ended
        kept_digests_by_name = {
            name: digest
            for name, digest in small_instance.read_digests("articles").items()
            if name.endswith(".md")
        }

        assert list_followed_sources(small_instance) == {"holt"}

        path.write_text(path_of_both)
        wait_for(lambda: (small_instance.feeds / "public/sources/parallel.atom").exists(), 60)
        path.write_text(path_of_both.replace(only_holt, ""))
        wait_for(lambda: list_followed_sources(small_instance) == {"parallel"}, 60)
        path.write_text("[[source\nkey =")
        wait_for(lambda: "sources.toml:1: is not valid TOML" in log.read_text(), 60)

        assert list_followed_sources(small_instance) == {"parallel"}

        address = next(
            word for word in log.read_text().split() if word.startswith("http://127.0.0.1:")
        )
        with urllib.request.urlopen(address + "sources/holt.atom") as answer:
            assert answer.status == 200
        path.write_text(path_of_both)
        wait_for(lambda: list_followed_sources(small_instance) == {"holt", "parallel"}, 60)

    assert kept_digests_by_name.items() <= small_instance.read_digests("articles").items()

    small_instance.now = max(
        article.added for article in small_instance.load_articles() if article.added
    )

    small_instance.assert_consistent(wanted=small_instance.list_titles())


def list_followed_sources(instance: Instance) -> set[str]:
    """The sources that have a state."""
    database = sqlite3.connect(f"file:{instance.feeds / 'state/syndicator.db'}?mode=ro", uri=True)
    try:
        return {key for (key,) in database.execute("SELECT key FROM sources")}
    finally:
        database.close()


@mark_fault(
    "`up` and cron together, for a while",
    how=(
        "a real `up` with two runs a second, real `refresh` and `refresh --wait` one after the"
        " other beside it, stories changing and threads reading meanwhile"
    ),
    holds=(
        "each leaves with 0, or with 75 without --wait; `up` leaves with 0 on SIGTERM; no article"
        " twice or lost, no torn file, and a build of everything changes no byte"
    ),
)
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_up_and_cron(small_instance: Instance) -> None:
    """`refresh` beside a running `up` ends with 0, or with 75 unless it waits; no article is lost
    or doubled while entries change their ids."""
    codes: list[int] = []
    end = time.monotonic() + 60
    with read_continuously(small_instance), run_up(small_instance, seconds=0.5):
        while time.monotonic() < end or len(codes) < 4:
            small_instance.world.renumber_entries("parallel", f"round{len(codes)}-")
            words = ("--all", "--wait") if len(codes) % 2 == 0 else ("--all",)
            done = small_instance.run_command("refresh", *words)
            assert done.code == 0 or (done.code == 75 and "--wait" not in words), done
            codes.append(done.code)

    assert 0 in codes

    small_instance.now = max(
        article.added for article in small_instance.load_articles() if article.added
    )

    small_instance.assert_consistent(wanted=small_instance.list_titles())
