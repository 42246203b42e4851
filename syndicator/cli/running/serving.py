"""Run `up` and `serve` until a signal: jobs, server, process of the console, messages to systemd.

sd_notify(3) describes the messages."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from syndicator.app.clock import utc_now
from syndicator.app.container import App
from syndicator.app.read_configuration import Configuration, find_taxonomy_files, read_configuration
from syndicator.cli import printing, reports
from syndicator.cli.logs import get_options
from syndicator.cli.running.signals import GRACE_SECONDS, reload_on_hangup, stop_on_signals
from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import SyndicatorError
from syndicator.core.model import Outcome
from syndicator.health.check.config_files import list_changes
from syndicator.operations.jobs.queue import Job, Queue
from syndicator.operations.operation import operations
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.runs import daemon
from syndicator.runs.pushes import Registry
from syndicator.runs.refresh import RunReport, Watch
from syndicator.runs.schedule import Scheduler

# in the state folder: the console is on while one of them is there
SWITCHES = (Path("console") / "passwords.json", Path("console") / "tokens.json")
_SECONDS_BETWEEN_CHECKS = 5.0  # between two checks if the console is on
_SECONDS_BEFORE_RESTART = 30.0  # before a console that ended is started again
_SECONDS_BEFORE_KILL = 3.0  # until a console that must end is killed
_PAUSE_SECONDS = 0.3  # between two checks for jobs of the console
_PATIENCE_SECONDS = 3600  # that systemd's watchdog waits during work on a whole database


@asynccontextmanager
async def _run_beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the coroutine `work` at the same time as the block. Cancel it when the block ends."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task  # until it has ended


async def _keep_console_running(config: Path, state_dir: Path) -> None:
    """Run the console, the page for operators, in a process of its own as soon as a password or a
    token is set. If the process ends, start it again after a pause. This function only ends when it
    is cancelled. `state_dir`: the folder with the files of passwords and tokens."""
    switches = [state_dir / name for name in SWITCHES]  # the console is on if one of them exists
    while True:
        while not await _is_any_there(switches):  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(_SECONDS_BETWEEN_CHECKS)
        code = await _run_console(config)
        _log_warning(
            f"the console ended with {code}; it is started again in {_SECONDS_BEFORE_RESTART:.0f} s"
        )
        await asyncio.sleep(_SECONDS_BEFORE_RESTART)


async def _is_any_there(paths: Sequence[Path]) -> bool:
    """Return True if one of the files exists."""
    answers = await asyncio.gather(*(asyncio.to_thread(path.exists) for path in paths))
    return any(answers)


async def _run_console(config: Path) -> int:
    """Run the process of the console until it ends, and return its exit code. `config`: the
    configuration folder. The console's standard input is a pipe from this process: if this process
    dies, the pipe closes, and the console ends, too."""
    from syndicator.operations.jobs.work import end_process

    options = get_options()
    command = [sys.executable, "-m", "syndicator", "--log-format"]
    command.append("json" if options.json else "text")
    if options.quiet:
        command.append("--quiet")
    command += ["console", "--beside", "--config", str(config)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        return await process.wait()
    finally:
        await end_process(process, _SECONDS_BEFORE_KILL)


def do_jobs_during(app: App, hurry: Callable[[], None]) -> AbstractAsyncContextManager[None]:
    """Return a context manager. During its block, the quick jobs that the console puts into the
    queue are done. `hurry`: called after each job that made feeds outdated, to have them built
    soon."""
    queue = Queue(app.configuration.settings.state_dir)

    async def work() -> None:
        """Look for jobs again and again, until this is cancelled."""
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            if queue.waiting():
                _do_quick_jobs(app, queue, hurry)

    return _run_beside(work())


def _do_quick_jobs(app: App, queue: Queue, hurry: Callable[[], None]) -> None:
    """Do the jobs in the queue whose operations are quick and need the lock that this process holds
    during a run. The other jobs are left to other processes. `hurry`: called after each job that
    made feeds outdated, so that the current run builds them soon."""
    # imported only here: it is not needed without the console
    from syndicator.operations.jobs.work import needs_no_lock, run_operation, save_outcome

    quick_names = {name for name, operation in operations().items() if operation.quick}

    def may_be_done_here(job: Job) -> bool:
        # `job.act` is the name of an operation
        return job.act in quick_names and not needs_no_lock(job)

    def do_job(job: Job) -> Job:
        return run_operation(app, queue, job)

    while (job := queue.claim(may_be_done_here)) is not None:
        finished = save_outcome(queue, job, do_job)
        app.archive.store.visits.commit()
        if finished.status == "building":  # feeds are left to build
            hurry()
            message = f"{finished.said}; its feeds are built by the run under way"
            queue.save(replace(finished, status="done", said=message))


async def up(config: Path) -> None:
    """Visit sources, build feeds and serve them until Ctrl-C or SIGTERM. Raises ConfigError if the
    configuration is faulty, and MissingError if the address to listen on cannot be used."""
    stop = asyncio.Event()
    totals = daemon.Totals()
    notify = Notify(os.environ)

    # the jobs call these three: after a visit, after all visits of a run, after a build
    def report_visit(outcome: Outcome) -> None:
        totals.count_visit(outcome)
        reports.log_visit(outcome)

    def report_visits(report: RunReport) -> None:
        totals.add_run(report)
        reports.log_run(report)

    def report_build(report: BuildReport) -> None:
        totals.add_build(report)
        reports.log_build(report)

    with stop_on_signals(stop):
        hubs = Registry(utc_now)  # our subscriptions at servers that send new entries at once
        jobs = daemon.Jobs(
            config,
            stop=stop,
            warn=_log_warning,
            report_visits=report_visits,
            report_build=report_build,
            report_problems=reports.log_problems,
            report_change=printing.log,
            watch=Watch(visited=report_visit),
            allow_long_opening=notify.patience,
            run_beside=do_jobs_during,
            hubs=hubs,
        )
        scheduler = make_scheduler(jobs, _warn_of_silence)

        def reload() -> None:  # called for SIGHUP
            site.reload(jobs.read().settings)
            scheduler.bring_forward(daemon.VISITS)

        def is_well() -> bool:
            return not scheduler.silent_seconds()  # 0 if the jobs make progress

        answers = daemon.Answers(config, lambda: jobs.last_good or jobs.read())  # to queries
        site = daemon.Site(load(config), scheduler.silent_seconds, hubs, answers)
        try:
            serving = _serve_site(site, stop, notify, reload, is_well)
            async with (
                serving as server_task,
                _run_beside(_keep_console_running(config, site.settings.state_dir)),
            ):
                if not jobs.read().sources:
                    printing.log(explain_no_source(site.settings))
                scheduler.start()
                await server_task
        finally:
            await scheduler.stop(GRACE_SECONDS / 2)  # the server may have taken three seconds of it
            await hubs.end_worker()
        printing.log("stopped", "info", **asdict(totals))


def make_scheduler(jobs: daemon.Jobs, on_stopped: Callable[[str, float], None]) -> Scheduler:
    """Return a scheduler for the jobs of `up`, which run regularly; the caller starts it. `jobs`
    get the functions of the scheduler by which they report progress, read the times of their next
    runs, and bring other jobs forward, so that they run at once. `on_stopped`: called with the name
    of a job that makes no progress any more, and the seconds since its last progress."""
    intervals = {name: job.seconds for name, job in daemon.JOBS.items()}
    scheduler = Scheduler(intervals, jobs.run, steady=time.monotonic, on_stopped=on_stopped)
    jobs.note_progress = scheduler.note_progress
    jobs.bring_forward = scheduler.bring_forward
    jobs.read_next_runs = scheduler.read_next_runs
    hubs = jobs.hubs
    if hubs is None:
        return scheduler

    def on_arrival() -> None:  # called when a hub has sent us a new entry
        if not hubs.is_being_read:  # else the job under way reads it, too
            scheduler.bring_forward(daemon.HUBS)

    hubs.on_arrival = on_arrival
    return scheduler


def _warn_of_silence(job: str, seconds: float) -> None:
    _log_warning("the run under way makes no progress", job=job, seconds=int(seconds))


def explain_no_source(settings: Settings) -> str:
    """Return a line that says how to add a first source: by commands, and by the console if it is
    on."""
    ways = "`syndicator add URL`, `syndicator import FILE`"
    is_console_on = any((settings.state_dir / switch).exists() for switch in SWITCHES)
    if is_console_on:
        ways += f", or the console at http://{settings.console.listen}/"
    return f"No source yet: {ways}"


async def serve(config: Path) -> None:
    """Serve the published files until Ctrl-C or SIGTERM. Raises ConfigError if the configuration is
    faulty, and MissingError if the address to listen on cannot be used."""
    stop = asyncio.Event()
    current = _read_configuration(config)

    def reload() -> None:
        """Read the configuration again, log its changes, and use it. Called for SIGHUP."""
        nonlocal current
        edited = _read_configuration(config)
        for line in list_changes(current, edited):
            printing.log(line)
        current = edited
        site.reload(edited.settings)

    with stop_on_signals(stop):
        # answers questions, which are queries in the address of a page
        answers = daemon.Answers(config, lambda: current)
        site = daemon.Site(current.settings, answers=answers)
        notify = Notify(os.environ)
        async with _serve_site(site, stop, notify, reload, is_well=lambda: True) as server_task:
            await server_task
        printing.log("stopped")


def _read_configuration(config: Path) -> Configuration:
    """Return the configuration in the folder `config`. If it has no sources.toml, return one
    without sources, because feeds that are published already can be served."""
    if (config / "sources.toml").exists():
        return read_configuration(config)
    settings = load(config)
    return Configuration(
        folder=config,
        environ=os.environ,
        settings=settings,
        sources={},
        queries=(),
        taxonomy=find_taxonomy_files(config, settings),
    )


@asynccontextmanager
async def _serve_site(
    site: daemon.Site,
    stop: asyncio.Event,
    notify: "Notify",
    reload: Callable[[], None],
    is_well: Callable[[], bool],
) -> AsyncIterator[asyncio.Task[None]]:
    """Yield the task that serves the published files of `site` until `stop` is set.

    `notify`: tells systemd when the service is ready, reloads or stops. `reload`: called when
    SIGHUP arrives during the block. `is_well`: as long as it returns True, systemd is told
    regularly that the service is well."""

    def on_listening(url: str) -> None:
        """Log the address and tell systemd that the service is ready. Called once the port is
        open."""
        printing.log(f"serving {url}")
        if site.settings.is_exposed:
            _log_warning(
                "anybody on the way reads the secret path of the feeds; serve them with https"
                " (docs/publishing.md)"
            )
        notify.ready(f"serving {url}")

    async def notify_stopping() -> None:
        await stop.wait()
        notify.send("STOPPING=1")

    def on_hangup() -> None:
        """Call `reload`. If the new configuration has an error, the present one stays in use.
        Called for SIGHUP."""
        notify.reloading()
        try:
            reload()
            printing.log("configuration read again")
        except SyndicatorError as error:
            _log_warning(f"{error}; going on with the configuration read before")
        finally:
            notify.ready()

    with reload_on_hangup(stop, on_hangup):
        async with _run_beside(notify.keep_alive(is_well)), _run_beside(notify_stopping()):
            yield asyncio.create_task(daemon.serve(site, stop=stop, listening=on_listening))


def _log_warning(what: str, **fields: object) -> None:
    printing.log(what, "warning", **fields)


class Notify:
    """Sender of messages to systemd. Without systemd it does nothing, and errors are ignored."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds: float | None = None
        if self._address:
            self.watchdog_seconds = watchdog_seconds(environ, os.getpid())

    def ready(self, status: str = "") -> None:
        """Tell systemd that the service is ready, after its start or a reload. `status`: a line
        that `systemctl status` shows; "" for none."""
        lines = ["READY=1"]
        if status:
            lines.append(f"STATUS={status}")
        self.send(*lines)

    def reloading(self) -> None:
        """Say that the service reloads. systemd needs the present time with this message
        (sd_notify(3), MONOTONIC_USEC)."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self.send("RELOADING=1", f"MONOTONIC_USEC={microseconds}")

    @contextmanager
    def patience(self) -> Iterator[None]:
        """During the block, have the watchdog of systemd, which ends services that give no sign of
        life, wait for an hour. The block is a step that may take long, such as rebuilding the
        database. Afterwards the usual time counts again."""
        if self.watchdog_seconds:
            self.send(f"WATCHDOG_USEC={_PATIENCE_SECONDS * 1_000_000}")
        try:
            yield
        finally:
            if self.watchdog_seconds:
                microseconds = int(self.watchdog_seconds * 1_000_000)
                self.send(f"WATCHDOG_USEC={microseconds}", "WATCHDOG=1")

    async def keep_alive(self, is_well: Callable[[], bool]) -> None:
        """Tell the watchdog of systemd regularly that the service is well: twice in the time after
        which it would end the service. While `is_well` returns False, tell it nothing. If there is
        no watchdog, return at once."""
        if self.watchdog_seconds is None:
            return
        while True:
            if is_well():
                self.send("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_seconds / 2)

    def send(self, *lines: str) -> None:
        """Send these lines to systemd in one message, such as "READY=1" (sd_notify(3)). Do nothing
        if this process was not started by systemd, or if systemd does not listen."""
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):  # stands for the zero byte of an abstract socket
            address = "\0" + address[1:]
        message = "\n".join(lines).encode()
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.sendto(message, address)


def watchdog_seconds(environ: Mapping[str, str], pid: int) -> float | None:
    """Return the number of seconds after which systemd ends the process `pid` if it sends no
    message (sd_watchdog_enabled(3)). `environ`: the environment variables, by which systemd sets
    this time. Return None if it sets none for this process. Pure."""
    # the variables may be inherited, and be meant for the parent process
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    try:
        microseconds = int(environ.get("WATCHDOG_USEC", "0"))
    except ValueError:
        return None
    return microseconds / 1_000_000 if microseconds > 0 else None
