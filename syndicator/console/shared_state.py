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
from syndicator.operations.jobs.work import end_process
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
        """`config`: the folder of configuration. `tell`: logs a line for the operator."""
        self._config = config
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None  # does the jobs
        self._start_task: asyncio.Task[None] | None = None  # starts the process
        self._idle_task: asyncio.Task[None] | None = None  # ends the process when it is idle
        self._woken_at = 0.0  # time of the last call of `wake`, in monotonic seconds

    def wake(self) -> None:
        """Start the process that does jobs if it does not run, and let it run for 15 minutes from
        now. Return at once; the process is ready about a second later."""
        self._woken_at = time.monotonic()
        is_running = self._process is not None and self._process.returncode is None
        is_starting = self._start_task is not None and not self._start_task.done()
        if not is_running and not is_starting:
            self._start_task = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        """Start the process that does jobs, and a task that ends the process when it has been idle
        for 15 minutes. If the process cannot be started, tell the operator."""
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
        """Wait until 15 minutes have passed since the last call of `wake`, then end the process
        that does jobs."""
        remaining_seconds = IDLE_SECONDS
        while remaining_seconds > 0:
            await asyncio.sleep(remaining_seconds)
            # `wake` may have been called while this task slept
            remaining_seconds = self._woken_at + IDLE_SECONDS - time.monotonic()
        await self.close()

    async def close(self) -> None:
        """Let the process that does jobs end after the step that it is doing. Kill it if that takes
        longer than five seconds."""
        process = self._process
        self._process = None
        # the idle task itself calls this method, too, and must not cancel itself
        if self._idle_task is not None and self._idle_task is not asyncio.current_task():
            self._idle_task.cancel()
        if process is not None:
            await end_process(process, _SECONDS_BEFORE_KILL)


class Console:
    """What all pages of a console share. `config`: the folder of configuration. `settings`: the
    settings at the start of the console. `tell`: logs a line for the operator."""

    def __init__(
        self, config: Path, settings: Settings, tell: Callable[[str], None] = lambda line: None
    ) -> None:
        """`config`: the folder of configuration. `settings`: those at the start of the console.
        `tell`: logs a line for the operator."""
        self.config = config
        self.settings = settings
        self.tell = tell
        self.sessions = Sessions(time.monotonic)
        self.throttle = Throttle(time.monotonic)
        self.hosts = list_allowed_hosts(settings.console.host, settings.console.names)
        self.queue = Queue(settings.state_dir)  # the jobs
        self.log = Log(settings.state_dir)  # the changes that jobs made
        self.runner = Runner(config, tell)
        self.glance = Glance(config)
        self.worker = Worker()  # a process that reads strangers' pages

        # each pool has a single thread
        self._reads = ThreadPoolExecutor(1, "console-reads")  # the only one that uses the database
        self._hashes = ThreadPoolExecutor(1, "console-passwords")  # a hash takes 128 MB of memory
        self._walks = ThreadPoolExecutor(1, "console-walks")  # reads all folders of the instance

        self._walked_at = -_WALK_SECONDS  # when the folders were read, in monotonic seconds
        self._background_tasks: set[asyncio.Task[None]] = set()

    async def call_in_database_thread(self, function: Callable[[], T]) -> T:
        """Call `function()` in the only thread that may use the database, and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._reads, function)

    async def read_instance(self, function: Callable[[OpenedInstance], T]) -> T:
        """Open the instance read-only, call `function(instance)` and return its result. This is
        done in the only thread that may use the database."""

        def open_and_call() -> T:
            with self.glance.open_instance() as instance:
                return function(instance)

        return await self.call_in_database_thread(open_and_call)

    def find_session(self, session_id: str) -> Session | None:
        """Return the session with this id, which a browser sent in a cookie. Return None if there
        is no such session, or if it has ended. If the user has got another password since the
        login, end the session and return None."""
        session = self.sessions.find(session_id)
        if session is None:
            return None
        is_logged_in = bool(session.who)
        if not is_logged_in:
            return session
        # `by` is the hash of the password with which the user logged in
        if session.by == self._read_password_hashes().get(session.who):
            return session
        self.sessions.end(session_id)
        return None

    def _read_password_hashes(self) -> dict[str, str]:
        """Return the hashes of passwords, by the name of the user; {} if the file of passwords
        cannot be read. The login page reports such a file."""
        try:
            return security.read_passwords(security.find_passwords_file(self.settings.state_dir))
        except ConfigError:
            return {}

    async def check_password(self, name: str, password: str) -> str:
        """Return the hash of the password of the user `name` if `password` is right; "" if the
        password or the name is wrong. Raises ConfigError if the file of passwords cannot be
        read."""
        hashes = security.read_passwords(security.find_passwords_file(self.settings.state_dir))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._hashes, security.check_password, hashes, name, password
        )

    def queue_job(
        self, operation_name: str, arguments: Mapping[str, Any], who: str, *, dry_run: bool = False
    ) -> Job:
        """Queue a job that does an operation for the user `who`, wake the process that does jobs,
        and return the job. `dry_run`: the job only shows what the operation would do."""
        requested = utc_now().isoformat()
        job = self.queue.add(
            operation_name, arguments, who=who, requested=requested, dry_run=dry_run
        )
        self.runner.wake()
        return job

    async def wait_for_job(self, job_id: str, seconds: float) -> Job | None:
        """Wait until the result of a job is known, but at most so many seconds. Return the job as
        it is then; None if it was deleted."""
        deadline = time.monotonic() + seconds
        job = self.queue.get(job_id)
        while job is not None and _is_under_way(job) and time.monotonic() < deadline:
            await asyncio.sleep(_STEP_SECONDS)
            job = self.queue.get(job_id)
        self.glance.forget_health()  # the job may have changed the data that pages show
        return job

    def renew_in_background(self) -> None:
        """Begin to read the health of the instance again (see `renew`), and return at once."""
        task = asyncio.create_task(self.renew())
        self._background_tasks.add(task)  # asyncio itself holds no reference to a task
        task.add_done_callback(self._background_tasks.discard)

    async def renew_work(self) -> None:
        """Update `glance.work`, the counts of visits and articles of each source. If a page can
        show earlier counts, do this in the background and return at once; otherwise wait for it."""
        if self.glance.work:
            self.renew_in_background()
        else:
            await self.renew()

    async def renew(self) -> None:
        """Read the health of the instance again if it is stale. Read all of its folders again, and
        the health with them, if they were read ten minutes ago or earlier. Errors are ignored,
        because the page that is shown reports them."""
        with suppress(SyndicatorError, OSError):
            if self.glance.is_stale():
                await self.call_in_database_thread(self.glance.renew_health)
            if time.monotonic() - self._walked_at >= _WALK_SECONDS:
                self._walked_at = time.monotonic()
                loop = asyncio.get_running_loop()
                # another Glance, because this one is used in the thread of the database
                folder_facts, work = await loop.run_in_executor(
                    self._walks, Glance(self.config).read_folders_and_work
                )
                self.glance.folder_facts = folder_facts
                self.glance.work = work
                await self.call_in_database_thread(self.glance.renew_health)

    async def close(self) -> None:
        """End the process that does jobs, the worker process and the threads."""
        await self.runner.close()
        await self.worker.aclose()
        for pool in (self._reads, self._hashes, self._walks):
            pool.shutdown(wait=False, cancel_futures=True)


def _is_under_way(job: Job) -> bool:
    """Return True if the result of a job is not known yet. The result is known when the job has
    ended, and also while it builds feeds, which is its last step."""
    return not job.ended and job.status != "building"
