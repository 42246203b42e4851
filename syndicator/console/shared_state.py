"""Keep what the console's pages share (sessions, data, jobs); start the process of jobs."""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from syndicator.app.clock import utc_now
from syndicator.app.places import Place
from syndicator.configuration.settings import Settings
from syndicator.console import security
from syndicator.console.security import Session, Sessions, Throttle, hosts
from syndicator.core.errors import ConfigError, SyndicatorError
from syndicator.operations.changes.log import Log
from syndicator.operations.jobs.queue import Job, Queue
from syndicator.operations.jobs.work import end
from syndicator.processes.worker import Worker
from syndicator.showing.console_data import Glance

IDLE_SECONDS = 900.0
_END_SECONDS = 5.0  # for its current step
T = TypeVar("T")
_WALK_SECONDS = 600.0  # between two walks through all folders
_STEP_SECONDS = 0.05  # between two looks at a job that a page waits for


class Runner:
    """Starter of the one process that does jobs."""

    def __init__(self, config: Path, tell: Callable[[str], None]) -> None:
        self._config = config
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._start_task: asyncio.Task[None] | None = None
        self._idle_task: asyncio.Task[None] | None = None
        self._woken_at = 0.0  # monotonic seconds

    def wake(self) -> None:
        """Start the process unless it runs, which takes a second."""
        self._woken_at = time.monotonic()
        is_running = self._process is not None and self._process.returncode is None
        is_starting = self._start_task is not None and not self._start_task.done()
        if not is_running and not is_starting:
            self._start_task = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
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
        remaining = IDLE_SECONDS
        while remaining > 0:
            await asyncio.sleep(remaining)
            remaining = self._woken_at + IDLE_SECONDS - time.monotonic()
        await self.close()

    async def close(self) -> None:
        """End the process after its current step, or at once if that takes long."""
        process = self._process
        self._process = None
        if self._idle_task is not None and self._idle_task is not asyncio.current_task():
            self._idle_task.cancel()
        if process is not None:
            await end(process, _END_SECONDS)


class Console:
    """State of a console. `settings`: as when it started; `tell`: logs a line for the operator."""

    def __init__(
        self, config: Path, settings: Settings, tell: Callable[[str], None] = lambda line: None
    ) -> None:
        self.config = config
        self.settings = settings
        self.tell = tell
        self.sessions = Sessions(time.monotonic)
        self.throttle = Throttle(time.monotonic)
        self.hosts = hosts(settings.console.host, settings.console.names)
        self.queue = Queue(settings.state_dir)
        self.log = Log(settings.state_dir)
        self.runner = Runner(config, tell)
        self.glance = Glance(config)
        self.worker = Worker()  # for strangers' pages
        self._reads = ThreadPoolExecutor(1, "console-reads")  # the store is used from one thread
        self._hashes = ThreadPoolExecutor(1, "console-passwords")  # one try at a time: 128 MB each
        self._walks = ThreadPoolExecutor(1, "console-walks")
        self._walked = -_WALK_SECONDS
        self._behind: set[asyncio.Task[None]] = set()

    async def read(self, function: Callable[[], T]) -> T:
        """Return function(), called in the one thread that uses the store."""
        return await asyncio.get_running_loop().run_in_executor(self._reads, function)

    async def look(self, function: Callable[[Place], T]) -> T:
        """Return function(place) for the instance, called in the thread that uses the store."""

        def call() -> T:
            with self.glance.place() as place:
                return function(place)

        return await self.read(call)

    def session(self, session_id: str) -> Session | None:
        """Return the session of a cookie; None if it ended or its password was changed."""
        session = self.sessions.find(session_id)
        if session is None:
            return None
        has_login = bool(session.who)
        if not has_login or session.by == self._passwords().get(session.who):
            return session
        self.sessions.end(session_id)
        return None

    def _passwords(self) -> dict[str, str]:
        """Return password hashes by name; {} for an unreadable file, which the login reports."""
        try:
            return security.read_passwords(security.file_of(self.settings.state_dir))
        except ConfigError:
            return {}

    async def password(self, name: str, password: str) -> str:
        """Return the hash of the password of `name`, "" if it is wrong. Raises ConfigError."""
        hashes = security.read_passwords(security.file_of(self.settings.state_dir))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._hashes, security.check_password, hashes, name, password
        )

    def ask(self, act: str, args: Mapping[str, Any], who: str, *, dry_run: bool = False) -> Job:
        """Queue an operation for `who` and wake the process that does it."""
        job = self.queue.add(act, args, who=who, at=utc_now().isoformat(), dry_run=dry_run)
        self.runner.wake()
        return job

    async def until(self, job_id: str, seconds: float) -> Job | None:
        """Return the job once its result is known, or after `seconds` as it is then; None if it is
        gone."""
        deadline = time.monotonic() + seconds
        job = self.queue.get(job_id)
        while job is not None and _is_under_way(job) and time.monotonic() < deadline:
            await asyncio.sleep(_STEP_SECONDS)
            job = self.queue.get(job_id)
        self.glance.changed()
        return job

    def renew_behind(self) -> None:
        """Read a stale state again in the background."""
        task = asyncio.create_task(self.renew())
        self._behind.add(task)  # a task that nobody holds may be collected
        task.add_done_callback(self._behind.discard)

    async def see_work(self) -> None:
        """Count the work of sources, in the background unless it is the first time."""
        if self.glance.work:
            self.renew_behind()
        else:
            await self.renew()

    async def renew(self) -> None:
        """Read a stale state again; every ten minutes also scan all folders."""
        with suppress(SyndicatorError, OSError):  # the page itself shows the error
            if self.glance.is_stale():
                await self.read(self.glance.renew)
            if time.monotonic() - self._walked >= _WALK_SECONDS:
                self._walked = time.monotonic()
                loop = asyncio.get_running_loop()
                walk = loop.run_in_executor(self._walks, Glance(self.config).walk)
                self.glance.walked, self.glance.work = await walk
                await self.read(self.glance.renew)

    async def close(self) -> None:
        await self.runner.close()
        await self.worker.aclose()
        for pool in (self._reads, self._hashes, self._walks):
            pool.shutdown(wait=False, cancel_futures=True)


def _is_under_way(job: Job) -> bool:
    """Return True while a job does not know its result: feeds are built after that."""
    return not job.ended and job.status != "building"
