"""`up` within the test's own loop: its server and its runs, beside the web that it follows."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from syndicator.configuration.settings import load
from syndicator.core.ports.subscriptions import Subscription
from syndicator.processes.schedule import Scheduler
from syndicator.publishing.server.server import serve
from syndicator.services import daemon
from syndicator.services.container import open_app, utc_now
from syndicator.services.pushes import Registry
from syndicator.services.refresh import RunReport, Watch
from tests.services.pushes.web import Web, until

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
    made = []
    for number, url in enumerate(urls):
        kind = 'kind = "feed"\n' if web.at(url).wall else ""
        links = '[source.rules]\nlinks = ["a.post"]\n' if web.at(url).form == "page" else ""
        made.append(f'[[source]]\nkey = "s{number}"\nurl = "{url}"\n{kind}{links}')
    return "\n".join(made)


class Up:
    """An instance that follows topics of `web`."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.folder, self.config, self.web = folder, folder / "config", web
        self.config.mkdir()
        self.later = timedelta()
        self.reports: list[RunReport] = []
        self.troubles: list[str] = []
        self.stop = asyncio.Event()
        self.scheduler: Scheduler | None = None

    @property
    def now(self) -> datetime:
        return utc_now() + self.later

    def follow(self, urls: Iterable[str]) -> None:
        (self.config / "sources.toml").write_text(sources_toml(self.web, list(urls)))

    def begin(self, port: int) -> None:
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
        self.runs = daemon.ScheduledRuns(
            self.config,
            stop=self.stop,
            watch=Watch(),
            report=self.reports.append,
            trouble=self.troubles.append,
            hubs=self.hubs,
            clock=lambda: self.now,
        )

    async def run(self) -> RunReport:
        """One run, as the scheduler starts them."""
        await self.runs.run_once()
        assert not self.troubles
        return self.reports[-1]

    async def schedule(self) -> Scheduler:
        """A scheduler whose runs are an hour apart; what comes between is brought forward. Its first run has ended."""
        self.scheduler = made = Scheduler(
            self.runs.run_once, steady=time.monotonic, on_stopped=lambda silent: None, seconds=3600
        )
        self.hubs.on_arrival = lambda: made.run_now(again=not self.hubs.attended)
        made.start()
        await until(lambda: self.reports)
        return made

    def subscriptions(self) -> dict[str, Subscription]:
        """Those that are stored, by source."""
        with open_app(self.config) as app:
            return {one.source_key: one for one in app.store.subscriptions.all() if one.wanted}

    def published(self, name: str = "all.atom") -> str:
        path = self.folder / "feeds/public" / name
        return path.read_text() if path.exists() else ""


@asynccontextmanager
async def following(folder: Path) -> AsyncIterator[tuple[Up, Web]]:
    """An instance and the web beside it, both served."""
    web = Web()
    up = Up(folder, web)
    addresses: list[str] = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(web, "127.0.0.1", 0, stop=up.stop, listening=addresses.append))
        await until(lambda: addresses)
        web.base = addresses[0].rstrip("/")
        up.begin(port)
        group.create_task(daemon.serve(up.site, stop=up.stop, listening=addresses.append))
        await until(lambda: len(addresses) > 1)
        try:
            yield up, web
        finally:
            up.stop.set()
            if up.scheduler:
                await up.scheduler.stop(1)
            await up.hubs.rest()
            await web.aclose()
