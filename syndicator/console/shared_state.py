"""Keep what the console's pages share (sessions, data, jobs), and start the process that does
jobs."""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from syndicator.app.clock import utc_now
from syndicator.app.places import OpenedInstance
from syndicator.configuration.settings import Settings
from syndicator.console import security
from syndicator.console.security import Session, Sessions, Throttle, list_allowed_hosts
from syndicator.core.errors import ConfigError, SyndicatorError
from syndicator.operations.changes.log import Log
from syndicator.operations.jobs.queue import Job, Queue
from syndicator.operations.jobs.work import end
from syndicator.processes.worker import Worker
from syndicator.showing.console_data import Glance

IDLE_SECONDS = 900.0  # after the last job, the process of jobs ends
_SECONDS_BEFORE_KILL = 5.0  # for the current step of the process of jobs
T = TypeVar("T")
_WALK_SECONDS = 600.0  # between two readings of all folders
_STEP_SECONDS = 0.05  # between two checks of a job that a page waits for


class Runner:
    """Starts the process that does jobs when it is needed, and ends it when it has had no job for
    15 minutes. There is at most one such process. `tell`: logs a line for the operator."""

    def __init__(self, config: Path, tell: Callable[[str], None]) -> None:
        self._config = config
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._start_task: asyncio.Task[None] | None = None
        self._idle_task: asyncio.Task[None] | None = None
        self._woken_at = 0.0  # monotonic seconds

    def wake(self) -> None:
        """Start the process of jobs if it does not run, and let it run for another 15 minutes. It
        is ready about a second later."""
        self._woken_at = time.monotonic()
        is_running = self._process is not None and self._process.returncode is None
        is_starting = self._start_task is not None and not self._start_task.done()
        if not is_running and not is_starting:
            self._start_task = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        """Start the process, and let it end when it has been idle for 15 minutes. If it cannot be
        started, tell the operator."""
        command = (sys.executable, "-m", "syndicator.operations.jobs.work", str(self._config))
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE
            )
        except OSError as error:
            self._tell(f"no job can be run: {error}")
            return
        self._idle_task = asyncio.get_running_loop().create_task(self._end_when_idle())

    async def _end_when_idle(self) -> None:
        """Wait until 15 minutes have passed since the last call of `wake`, then end the process."""
        remaining = IDLE_SECONDS
        while remaining > 0:
            await asyncio.sleep(remaining)
            remaining = self._woken_at + IDLE_SECONDS - time.monotonic()
        await self.close()

    async def close(self) -> None:
        """Let the process end after the step that it is doing. If that takes longer than five
        seconds, kill it."""
        process = self._process
        self._process = None
        if self._idle_task is not None and self._idle_task is not asyncio.current_task():
            self._idle_task.cancel()
        if process is not None:
            await end(process, _SECONDS_BEFORE_KILL)


class Console:
    """What all pages of a console share. `config`: the folder of configuration. `settings`: the
    settings at the start of the console. `tell`: logs a line for the operator."""

    def __init__(
        self, config: Path, settings: Settings, tell: Callable[[str], None] = lambda line: None
    ) -> None:
        self.config = config
        self.settings = settings
        self.tell = tell
        self.sessions = Sessions(time.monotonic)
        self.throttle = Throttle(time.monotonic)
        self.hosts = list_allowed_hosts(settings.console.host, settings.console.names)
        self.queue = Queue(settings.state_dir)
        self.log = Log(settings.state_dir)
        self.runner = Runner(config, tell)
        self.glance = Glance(config)
        self.worker = Worker()  # for strangers' pages
        self._reads = ThreadPoolExecutor(1, "console-reads")  # the store is used from one thread
        self._hashes = ThreadPoolExecutor(1, "console-passwords")  # one try at a time: 128 MB each
        self._walks = ThreadPoolExecutor(1, "console-walks")
        self._walked_at = -_WALK_SECONDS  # monotonic seconds
        self._background_tasks: set[asyncio.Task[None]] = set()

    async def read(self, function: Callable[[], T]) -> T:
        """Return `function()`. It is called in the only thread that may use the database."""
        return await asyncio.get_running_loop().run_in_executor(self._reads, function)

    async def look(self, function: Callable[[OpenedInstance], T]) -> T:
        """Return `function(instance)` for the opened instance. It is called in the only thread that
        may use the database."""

        def call() -> T:
            with self.glance.open_instance() as instance:
                return function(instance)

        return await self.read(call)

    def session(self, session_id: str) -> Session | None:
        """Return the session with this id, which comes from a cookie; None if it has ended. A
        session ends here, too, if its user has got another password since the login."""
        session = self.sessions.find(session_id)
        if session is None:
            return None
        has_login = bool(session.who)
        if not has_login or session.by == self._passwords().get(session.who):
            return session
        self.sessions.end(session_id)
        return None

    def _passwords(self) -> dict[str, str]:
        """Return the hashes of passwords, by user. A file that cannot be read counts as empty here,
        because the login page reports it."""
        try:
            return security.read_passwords(security.find_passwords_file(self.settings.state_dir))
        except ConfigError:
            return {}

    async def password(self, name: str, password: str) -> str:
        """Return the hash of the user's password if `password` is right, else "". Raises
        ConfigError if the file of passwords cannot be read."""
        hashes = security.read_passwords(security.find_passwords_file(self.settings.state_dir))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._hashes, security.check_password, hashes, name, password
        )

    def ask(self, act: str, args: Mapping[str, Any], who: str, *, dry_run: bool = False) -> Job:
        """Queue an operation for the user `who`, start the process that does jobs, and return the
        job. `act`: the name of the operation. `args`: its arguments. `dry_run`: only show what it
        would do."""
        job = self.queue.add(act, args, who=who, requested=utc_now().isoformat(), dry_run=dry_run)
        self.runner.wake()
        return job

    async def until(self, job_id: str, seconds: float) -> Job | None:
        """Wait until the result of a job is known, but at most this number of seconds. Return the
        job as it is then; None if it was deleted."""
        deadline = time.monotonic() + seconds
        job = self.queue.get(job_id)
        while job is not None and _is_under_way(job) and time.monotonic() < deadline:
            await asyncio.sleep(_STEP_SECONDS)
            job = self.queue.get(job_id)
        self.glance.changed()
        return job

    def renew_behind(self) -> None:
        """Call `renew` in the background; do not wait for it."""
        task = asyncio.create_task(self.renew())
        self._background_tasks.add(task)  # asyncio itself holds no reference to a task
        task.add_done_callback(self._background_tasks.discard)

    async def see_work(self) -> None:
        """Update the counts of visits and articles of each source. If there are earlier counts to
        show, this is done in the background; otherwise the caller waits."""
        if self.glance.work:
            self.renew_behind()
        else:
            await self.renew()

    async def renew(self) -> None:
        """Read the health of the instance again if it is stale, and all of its folders if the last
        time was ten minutes ago. Errors are ignored, because the page that is shown reports
        them."""
        with suppress(SyndicatorError, OSError):
            if self.glance.is_stale():
                await self.read(self.glance.renew)
            if time.monotonic() - self._walked_at >= _WALK_SECONDS:
                self._walked_at = time.monotonic()
                loop = asyncio.get_running_loop()
                walk = loop.run_in_executor(self._walks, Glance(self.config).walk)
                self.glance.walked, self.glance.work = await walk
                await self.read(self.glance.renew)

    async def close(self) -> None:
        """End the process of jobs, the worker and the threads."""
        await self.runner.close()
        await self.worker.aclose()
        for pool in (self._reads, self._hashes, self._walks):
            pool.shutdown(wait=False, cancel_futures=True)


def _is_under_way(job: Job) -> bool:
    """Return True until the result of a job is known. It is known as soon as the job builds feeds,
    which comes last."""
    return not job.ended and job.status != "building"
