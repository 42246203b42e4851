"""An instance on PostgreSQL, its workers as processes, and what became of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from syndicator.services.container import open_app
from syndicator.services.worker.pushing import push
from syndicator.store.engine import Store, open_store
from tests.services.worker.web import Web


class Instance:
    """The configuration in `folder` for the feeds of `web`, with its database at `url`."""

    def __init__(self, folder: Path, web: Web, url: str, *, pause: float = 0.05, seconds: float = 4.0) -> None:
        self.folder, self.url, self.web = folder, url, web
        self.config = folder / "config"
        self.config.mkdir(parents=True)
        (self.config / "syndicator.toml").write_text(
            f'[site]\nurl = "https://feeds.example"\ntitle = "T"\n'
            f'[store]\nurl = "{url}"\n'
            f"[fetch]\npause = {pause}\nfeed_seconds = {seconds}\npage_seconds = {seconds}\nallow_loopback = true\n"
            f'[publish]\nsettle = "1s"\nthumbnails = false\narchives = false\n'
        )
        lines = [f'[[source]]\nkey = "s{n}"\nurl = "{one}"\n' for n, one in enumerate(web.urls())]
        (self.config / "sources.toml").write_text("\n".join(lines))
        self.workers: list[subprocess.Popen[bytes]] = []

    def push(self) -> None:
        with open_app(self.config) as app:
            push(app)

    def start(self, lanes: int = 8) -> subprocess.Popen[bytes]:
        """A worker more."""
        command = [
            sys.executable,
            "-m",
            "syndicator",
            "--verbose",
            "worker",
            "--lanes",
            str(lanes),
            "--config",
            str(self.config),
        ]
        with (self.folder / f"worker{len(self.workers)}.log").open("wb") as log:
            made = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "COLUMNS": "200"})
        self.workers.append(made)
        return made

    def stop(self) -> list[int]:
        """Ends all workers in order; their exit codes."""
        for one in self.workers:
            if one.poll() is None:
                one.send_signal(signal.SIGCONT)
                one.send_signal(signal.SIGTERM)
        return [one.wait(40) for one in self.workers]

    def kill(self) -> None:
        for one in self.workers:
            if one.poll() is None:
                one.kill()
                one.wait(10)

    @contextmanager
    def store(self) -> Iterator[Store]:
        with open_store(self.url, articles_exist=True, create=True) as opened:
            yield opened

    def articles(self) -> int:
        with self.store() as store:
            return len(store.visits.stamps())

    def left(self) -> int:
        """Sources that are due and entries that are to be read now; a page that failed is to be tried later."""
        now = int(time.time() * 1e6)
        with self.store() as store:
            due = "SELECT count(*) FROM sources WHERE coalesce(next_due, 0) <= :now"
            waiting = "SELECT count(*) FROM entries WHERE status = 'pending' AND coalesce(next_try, 0) <= :now"
            return sum(int(store._db.scalar(text(one), {"now": now})) for one in (due, waiting))

    def done(self) -> int:
        """Articles that entries became."""
        with self.store() as store:
            return int(store._db.scalar(text("SELECT count(DISTINCT article) FROM entries WHERE status = 'done'")))

    def files(self) -> int:
        return len(list((self.folder / "feeds" / "articles").glob("*/*/*.md")))

    def log(self, number: int) -> str:
        """What a worker has logged."""
        return (self.folder / f"worker{number}.log").read_text(errors="replace")

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("worker*.log")))

    def until(self, what: Callable[[], bool], seconds: float) -> bool:
        """Waits until `what` is true, for so long at most; whether it is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what():
                return True
            time.sleep(0.25)
        return what()


@contextmanager
def instance(folder: Path, web: Web, url: str, **options: float) -> Iterator[Instance]:
    """An instance whose sources are pushed; its workers are killed at the end."""
    made = Instance(folder, web, url, **options)
    made.push()
    try:
        yield made
    finally:
        made.kill()
