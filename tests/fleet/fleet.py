"""An instance on PostgreSQL, its workers as processes, and what became of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from syndicator.app.container import open_app
from syndicator.articles.article_store import open_articles
from syndicator.configuration.settings import load
from syndicator.fleet.worker import push_sources, read_pushed_configuration
from syndicator.runs.build import build_feeds
from syndicator.store.engine import Store, open_store
from syndicator.store.postgres import StoreBusy
from tests.fleet.web import Web


class Instance:
    """The configuration in `folder` for the feeds of `web`, with its database at `url`. `environ`:
    how a bucket is reached that has articles, pages and feeds, each worker with a state folder of
    its own; None: all share folders."""

    def __init__(
        self,
        folder: Path,
        web: Web,
        url: str,
        *,
        pause: float = 0.05,
        seconds: float = 4.0,
        bucket: str = "",
        verbose: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.url = url
        self.web = web
        self.verbose = verbose
        self.environ = {**os.environ, "COLUMNS": "200", **(environ or {})}
        self.bucket = bucket
        self.config = folder / "config"
        self.config.mkdir(parents=True)
        (self.config / "syndicator.toml").write_text(
            '[site]\nurl = "https://feeds.example"\ntitle = "T"\n'
            f'[store]\nurl = "{url}"\n'
            f"[fetch]\npause = {pause}\nseconds = {seconds}\nallow_loopback = true\n"
            '[publish]\nsettle = "1s"\nthumbnails = false\narchives = false\n'
            + (
                f'[paths]\narticles = "{bucket}/a"\npublic = "{bucket}/p"\npages = "{bucket}/h"\n'
                if bucket
                else ""
            )
        )
        lines = [
            f'[[source]]\nkey = "s{n}"\nurl = "{one}"\n'
            for n, one in enumerate(web.list_feed_urls())
        ]
        (self.config / "sources.toml").write_text("\n".join(lines))
        self.workers: list[subprocess.Popen[bytes]] = []

    def push_configuration(self) -> None:
        with open_app(self.config, environ=self.environ) as app:
            push_sources(app)

    def start_worker(self, lanes: int = 8, clock: int = 0) -> subprocess.Popen[bytes]:
        """A worker more, whose machine's clock is so many seconds ahead."""
        command = [
            sys.executable,
            "-m",
            "syndicator",
            *(["--verbose"] if self.verbose else []),
            "worker",
            "--lanes",
            str(lanes),
            "--config",
            str(self.config),
        ]
        own = (
            {"SYNDICATOR_PATHS__STATE": str(self.folder / f"state{len(self.workers)}")}
            if self.bucket
            else {}
        )
        own |= _wrong_clock(self.folder, clock) if clock else {}
        with (self.folder / f"worker{len(self.workers)}.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env={**self.environ, **own}
            )
        self.workers.append(process)
        return process

    def emptied(self, seconds: float) -> bool:
        """Waits until nothing is left to do, for so long at most; whether nothing is. A source that
        `visit_again` makes due while its job ends is not in the next job; a worker finds it within
        five minutes, here within half a one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self.open_store() as store:
                store.shards(60).fill()
            if self.wait_until(lambda: self.count_left() == 0, 30):
                return True
        return False

    def stop_workers(self) -> list[int]:
        """Ends all workers in order; their exit codes."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.send_signal(signal.SIGTERM)
        return [one.wait(40) for one in self.workers]

    def kill_workers(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait(10)

    @contextmanager
    def open_store(self) -> Iterator[Store]:
        with open_store(self.url, articles_exist=True, create=True) as store:
            yield store

    def alive(self, but: subprocess.Popen[bytes] | None = None) -> list[subprocess.Popen[bytes]]:
        """Workers that run, the oldest first."""
        return [worker for worker in self.workers if worker is not but and worker.poll() is None]

    def visit_again(self) -> None:
        """All sources are due, and with them pages that timed out on a busy machine. A worker that
        stands still within a transaction holds its rows until the server ends its statement, after
        two minutes."""
        assert self.wait_until(self._is_visited_again, 150), self.describe_state()

    def _is_visited_again(self) -> bool:
        try:
            self._visit_again()
        except StoreBusy:
            return False
        return True

    def _visit_again(self) -> None:
        with self.open_store() as store:
            for number, _ in enumerate(self.web.list_feed_urls()):
                rows = store.visits.pending(f"s{number}", datetime.max.replace(tzinfo=UTC))
                store.visits.save_entries([replace(row, next_try=None) for row in rows])
            with store._db.write() as connection:
                connection.execute(text("UPDATE sources SET next_due = NULL"))
            store.shards(60).fill()

    def list_poisoned_hosts(self) -> list[str]:
        """Hosts that are held because their work ended its workers."""
        with self.open_store() as store:
            return [one.name for one in store.hosts(60).counts().named if one.poison]

    def count_pending(self) -> int:
        """Entries that are to be read, now or later."""
        with self.open_store() as store:
            return int(
                store._db.scalar(text("SELECT count(*) FROM entries WHERE status = 'pending'"))
            )

    def describe_state(self) -> str:
        """What there is to do, for whoever reads why a test failed."""
        with self.open_store() as store:
            hosts = store._db.rows(
                text("SELECT host AS name, next_due AS due FROM sources WHERE next_due IS NOT NULL")
            )
            counts = (
                self.count_left(),
                self.count_pending(),
                self.has_stale_feed(),
                self.count_articles(),
                self.count_article_files(),
                self.count_done(),
            )
            late_rows = [row for row in hosts if row.due <= time.time() * 1e6]
            return f"left, pending, stale, articles, files, done: {counts}; due: {late_rows}"

    def has_stale_feed(self) -> bool:
        """Whether a feed is to be built."""
        with self.open_store() as store:
            return store.index.newest_mark() > 0

    def built_anew(self) -> tuple[str, ...]:
        """The files that a build of everything changes, once no worker runs: none where nothing was
        forgotten."""

        async def build() -> tuple[str, ...]:
            read = read_pushed_configuration(self.config, load(self.config))
            with open_app(self.config, read=read, environ=self.environ) as app:
                return (await build_feeds(app, include_all=True)).written

        return asyncio.run(build())

    def count_articles(self) -> int:
        with self.open_store() as store:
            return len(store.visits.stamps())

    def count_left(self) -> int:
        """Sources that are due and entries that are to be read now; a page that failed is to be
        tried later."""
        now = int(time.time() * 1e6)
        with self.open_store() as store:
            due = "SELECT count(*) FROM sources WHERE coalesce(next_due, 0) <= :now"
            waiting = (
                "SELECT count(*) FROM entries WHERE status = 'pending' AND coalesce(next_try, 0) <="
                " :now"
            )
            return sum(int(store._db.scalar(text(one), {"now": now})) for one in (due, waiting))

    def count_done(self) -> int:
        """Articles that entries became."""
        with self.open_store() as store:
            return int(
                store._db.scalar(
                    text("SELECT count(DISTINCT article) FROM entries WHERE status = 'done'")
                )
            )

    def count_article_files(self) -> int:
        return sum(1 for _ in open_articles(load(self.config).articles_at, self.environ).walk())

    def read_log(self, number: int) -> str:
        """What a worker has logged."""
        return (self.folder / f"worker{number}.log").read_text(errors="replace")

    def read_logs(self) -> str:
        return "\n".join(
            path.read_text(errors="replace") for path in sorted(self.folder.glob("worker*.log"))
        )

    def wait_until(self, what: Callable[[], bool], seconds: float) -> bool:
        """Waits until `what` is true, for so long at most; whether it is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what():
                return True
            time.sleep(0.25)
        return what()


def _wrong_clock(folder: Path, seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is wrong."""
    library = folder / "clock.so"
    if not library.exists():
        source = Path(__file__).parents[1] / "clock.c"
        if not (compiler := shutil.which("cc")):
            pytest.skip("no C compiler: install gcc")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(seconds)}


@contextmanager
def run_instance(folder: Path, web: Web, url: str, **options: Any) -> Iterator[Instance]:
    """An instance whose sources are pushed; its workers are killed at the end."""
    instance = Instance(folder, web, url, **options)
    instance.push_configuration()
    try:
        yield instance
    finally:
        instance.kill_workers()
