"""Run `up` and `serve` until a signal. The console is a second process beside `up`; runs do its quick jobs."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from syndicator.cli import printing
from syndicator.cli.base import GRACE_SECONDS, on_hangup, stopping
from syndicator.cli.logs import choice
from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import SyndicatorError
from syndicator.core.model import Outcome
from syndicator.operations.jobs.queue import Queue
from syndicator.operations.operation import operations
from syndicator.processes.schedule import Scheduler
from syndicator.services import daemon
from syndicator.services.configured import changes
from syndicator.services.container import App, Configuration, configuration, utc_now
from syndicator.services.health.systemd import Notify
from syndicator.services.pushes.registry import Registry
from syndicator.services.refresh import RunReport, Watch

# in the state folder: the console is on while one of them is there
SWITCHES = (Path("console") / "passwords.json", Path("console") / "tokens.json")
_LOOK_SECONDS, _AGAIN_SECONDS, _END_SECONDS = 5.0, 30.0, 3.0


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` during the block, then cancel it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def console_beside(config: Path, state_dir: Path, warn: Callable[[str], None]) -> AbstractAsyncContextManager[None]:
    """Run the console during the block, once a password or token is set."""
    return _beside(_keep(config, [state_dir / name for name in SWITCHES], warn))


async def _keep(config: Path, switches: Sequence[Path], warn: Callable[[str], None]) -> None:
    while True:
        while not any(await asyncio.gather(*(asyncio.to_thread(path.exists) for path in switches))):  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(_LOOK_SECONDS)
        code = await _run(config)
        warn(f"the console ended with {code}; it is started again in {_AGAIN_SECONDS:.0f} s")
        await asyncio.sleep(_AGAIN_SECONDS)


async def _run(config: Path) -> int:
    """Run the console process until it ends. It also ends when we do, as its standard input closes."""
    from syndicator.operations.jobs.work import end

    log = ("--log-format", "json" if choice().json else "text", *(("--quiet",) if choice().quiet else ()))
    command = (sys.executable, "-m", "syndicator", *log, "console", "--beside", "--config", str(config))
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=nowhere)
    try:
        return await process.wait()
    finally:
        await end(process, _END_SECONDS)


_PAUSE_SECONDS = 0.3  # between two looks at a folder that is empty, or not there


def jobs_done_within(app: App, hurry: Callable[[], None]) -> AbstractAsyncContextManager[None]:
    """Do quick jobs during the block. Call `hurry` if one made feeds stale."""
    return _beside(_do(app, Queue(app.settings.state_dir), hurry))


async def _do(app: App, queue: Queue, hurry: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        if queue.waiting():
            one_by_one(app, queue, hurry)


def one_by_one(app: App, queue: Queue, hurry: Callable[[], None]) -> None:
    """Do the quick jobs that wait."""
    from syndicator.operations.jobs.work import acted, ended  # not loaded without the console

    quick = {name for name, operation in operations().items() if operation.quick}
    while (job := queue.claim(lambda job: job.act in quick)) is not None:
        done = ended(queue, job, lambda job: acted(app, queue, job))
        app.store.visits.commit()
        if done.status == "building":
            hurry()
            queue.save(replace(done, status="done", said=f"{done.said}; its feeds are built by the run under way"))


async def up(config: Path) -> None:
    """Run and serve until a signal. Raises ConfigError, MissingError."""
    stop, totals, notify = asyncio.Event(), daemon.Totals(), Notify(os.environ)

    def visited(outcome: Outcome) -> None:
        totals.visited(outcome)
        printing.log_visit(outcome)

    def ran(report: RunReport) -> None:
        totals.ran(report)
        printing.log_run(report)

    with stopping(stop):
        scheduler = Scheduler(
            lambda: runs.run_once(),
            steady=time.monotonic,
            on_stopped=lambda silent: _warn("the run under way makes no progress", seconds=int(silent)),
        )
        hubs = Registry(utc_now)
        runs = daemon.ScheduledRuns(
            config,
            hubs=hubs,
            stop=stop,
            watch=Watch(
                visited=scheduler.progress(visited), filed=scheduler.progress(lambda title: None), turn=scheduler.note
            ),
            report=ran,
            trouble=_warn,
            changed=printing.log,
            patience=notify.patience,
            beside=jobs_done_within,
        )

        def reload() -> None:
            site.reload(runs.read().settings)
            scheduler.run_now()

        answers = daemon.Answers(config, lambda: runs.last_good or runs.read())
        site = daemon.Site(load(config), scheduler.silent_seconds, hubs, answers)
        hubs.on_arrival = lambda: scheduler.run_now(again=not hubs.attended)
        try:
            serving = _served(site, stop, notify, reload, lambda: not scheduler.silent_seconds())
            async with serving as server, console_beside(config, site.settings.state_dir, _warn):
                if not runs.read().sources:
                    printing.log(no_source(site.settings))
                scheduler.start()
                await server
        finally:
            await scheduler.stop(GRACE_SECONDS / 2)  # the server may have taken three seconds of it
            await hubs.rest()
        printing.log("stopped", "info", **asdict(totals))


def no_source(settings: Settings) -> str:
    """Return the line for an instance without sources, with the console's address if that is on."""
    console, on = settings.console, any((settings.state_dir / switch).exists() for switch in SWITCHES)
    beside = f", or the console at http://{console.listen}/" if on else ""
    return f"No source yet: `syndicator add URL`, `syndicator import FILE`{beside}"


async def serve(config: Path) -> None:
    """Serve until a signal. Raises ConfigError, MissingError."""
    stop, read = asyncio.Event(), [_read(config)]

    def reload() -> None:
        before, now = read[0], _read(config)
        for line in changes(before, now):
            printing.log(line)
        read[0] = now
        site.reload(now.settings)

    with stopping(stop):
        site = daemon.Site(read[0].settings, answers=daemon.Answers(config, lambda: read[0]))
        async with _served(site, stop, Notify(os.environ), reload, lambda: True) as server:
            await server
        printing.log("stopped")


def _read(config: Path) -> Configuration:
    """Read the configuration of a folder. Without sources.toml, published feeds are still served."""
    if (config / "sources.toml").exists():
        return configuration(config)
    return Configuration(settings=load(config), sources=(), queries=())


@asynccontextmanager
async def _served(
    site: daemon.Site, stop: asyncio.Event, notify: Notify, reload: Callable[[], None], well: Callable[[], bool]
) -> AsyncIterator[asyncio.Task[None]]:

    def listening(url: str) -> None:
        printing.log(f"serving {url}")
        if site.settings.is_exposed:
            _warn("anybody on the way reads the secret path of the feeds; serve them with https (docs/publishing.md)")
        notify.ready(f"serving {url}")

    async def notify_stopping() -> None:
        await stop.wait()
        notify.stopping()

    with on_hangup(stop, lambda: _reload(notify, reload)):
        async with _beside(notify.keep_alive(well)), _beside(notify_stopping()):
            yield asyncio.create_task(daemon.serve(site, stop=stop, listening=listening))


def _reload(notify: Notify, reload: Callable[[], None]) -> None:
    """Reload the configuration and log it; if it is invalid, warn and keep the previous one."""
    notify.reloading()
    try:
        reload()
        printing.log("configuration read again")
    except SyndicatorError as error:
        _warn(f"{error}; going on with the configuration read before")
    finally:
        notify.ready()


def _warn(what: str, **fields: object) -> None:
    printing.log(what, "warning", **fields)
