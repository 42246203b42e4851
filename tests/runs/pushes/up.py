"""`up` within the test's own loop: its server and its runs, beside the web that it follows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.clock import utc_now
from syndicator.app.container import open_app
from syndicator.cli.running.serving import make_scheduler
from syndicator.configuration.settings import load
from syndicator.core.model import Outcome
from syndicator.core.ports.subscriptions import Subscription
from syndicator.publishing.server.server import serve
from syndicator.runs import daemon
from syndicator.runs.pushes import Registry
from syndicator.runs.refresh import RunReport, Watch
from syndicator.runs.schedule import Scheduler
from tests.runs.pushes.web import Web, wait_until

SETTINGS = """\
[site]
callback = "http://127.0.0.1:{port}/"
[fetch]
allow_loopback = true
pause = 0.0
[publish]
tag_min = 1
thumbnails = false
listen = "127.0.0.1:{port}"
"""


def sources_toml(web: Web, urls: Sequence[str]) -> str:
    """sources.toml with these topics."""
    results = []
    for number, url in enumerate(urls):
        kind = 'kind = "feed"\n' if web.find_topic(url).wall else ""
        links = '[source.rules]\nlinks = ["a.post"]\n' if web.find_topic(url).form == "page" else ""
        results.append(f'[[source]]\nkey = "s{number}"\nurl = "{url}"\n{kind}{links}')
    return "\n".join(results)


class Up:
    """An instance that follows topics of `web`."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.folder = folder
        self.config = folder / "config"
        self.web = web
        self.config.mkdir()
        self.later = timedelta()
        self.outcomes: list[Outcome] = []
        self.reports: list[RunReport] = []
        self.troubles: list[str] = []
        self.stop = asyncio.Event()
        self.scheduler: Scheduler | None = None

    @property
    def now(self) -> datetime:
        return utc_now() + self.later

    def follow_feeds(self, urls: Iterable[str]) -> None:
        (self.config / "sources.toml").write_text(sources_toml(self.web, list(urls)))

    def write_config(self, port: int) -> None:
        (self.config / "syndicator.toml").write_text(SETTINGS.format(port=port))
        self._start()
        self.site = daemon.Site(load(self.config), None, self.hubs)

    def restart(self) -> None:
        """What a process that starts anew has; the server stays."""
        self._start()
        self.site.hubs = self.hubs
        self.site.reload(load(self.config))

    def _start(self) -> None:
        self.hubs = Registry(lambda: self.now)
        self.jobs = daemon.Jobs(
            self.config,
            stop=self.stop,
            watch=Watch(visited=self.outcomes.append),
            report_visits=self.reports.append,
            warn=self.troubles.append,
            hubs=self.hubs,
            clock=lambda: self.now,
        )

    async def run_jobs(self) -> list[Outcome]:
        """Each job once, one after the other: visits, pushes and hubs, then the build. Returns the
        outcomes."""
        self.outcomes.clear()
        for name in (daemon.VISITS, daemon.HUBS, daemon.BUILD):
            await self.jobs.run(name)
        assert not self.troubles
        return list(self.outcomes)

    async def schedule(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Start a scheduler whose jobs are an hour apart; what comes between is brought forward.
        The first visits have ended, and the hubs were asked."""
        hourly = {name: replace(job, seconds=3600) for name, job in daemon.JOBS.items()}
        monkeypatch.setattr(daemon, "JOBS", hourly)
        self.scheduler = make_scheduler(self.jobs, lambda job, seconds: None)
        self.scheduler.start()
        await wait_until(lambda: self.reports)
        await wait_until(lambda: not (self.hubs.is_being_read or self.hubs.list_due(self.now)))

    def read_subscriptions(self) -> dict[str, Subscription]:
        """Those that are stored, by source."""
        with open_app(self.config) as app:
            return {
                one.source_key: one for one in app.archive.store.subscriptions.all() if one.wanted
            }

    def read_published(self, name: str = "all.atom") -> str:
        path = self.folder / "feeds/public" / name
        return path.read_text() if path.exists() else ""


@asynccontextmanager
async def serve_following(folder: Path) -> AsyncIterator[tuple[Up, Web]]:
    """An instance and the web beside it, both served."""
    web = Web()
    up = Up(folder, web)
    addresses: list[str] = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(web, "127.0.0.1", 0, stop=up.stop, listening=addresses.append))
        await wait_until(lambda: addresses)
        web.base = addresses[0].rstrip("/")
        up.write_config(port)
        group.create_task(daemon.serve(up.site, stop=up.stop, listening=addresses.append))
        await wait_until(lambda: len(addresses) > 1)
        try:
            yield up, web
        finally:
            up.stop.set()
            if up.scheduler:
                await up.scheduler.stop(1)
            await up.hubs.end_worker()
            await web.aclose()
