"""Start each job of `up` at its interval, never twice at a time; report jobs that hang.

A first version had a timer for each source: of 40 runs that were due, half were lost."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

# a job that shows no progress for longer than this is reported; a slow page takes under one
STOPPED_SECONDS = 300.0
_LOOKS = 2  # checks of the watchdog during the shortest interval
_INTERVALS = 3  # after so many without a job, the scheduler counts as stopped


class Scheduler:
    """Calls `run` with the name of each job at its interval. A job that is still running is not
    started a second time.

    `jobs`: intervals in seconds, by name. `steady`: a clock that is never set back. `on_stopped`:
    called once for a job that hangs, with its name and the seconds since its last progress."""

    def __init__(
        self,
        jobs: Mapping[str, float],
        run: Callable[[str], Awaitable[None]],
        *,
        steady: Callable[[], float],
        on_stopped: Callable[[str, float], None],
    ) -> None:
        self._jobs = jobs
        self._run = run
        self._steady = steady
        self._on_stopped = on_stopped
        self._shortest = min(jobs.values())
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._progress: dict[str, float] = {}  # by running job: when it last made progress
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._restart_at: dict[str, float] = {}  # of jobs under way that are to start again
        self._reported: set[str] = set()
        self._watchdog: asyncio.Task[None] | None = None
        self._last_end = steady()
        self._stopping = False

    def start(self) -> None:
        """Start each job now, in the order in which they were given, and then at its interval.
        Start the watchdog, which reports jobs that hang."""
        self._scheduler.add_listener(self._note_start, EVENT_JOB_SUBMITTED)
        self._scheduler.add_listener(self._note_end, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        now = datetime.now(UTC)
        for number, (name, seconds) in enumerate(self._jobs.items()):
            # By default, APScheduler drops a start that is a second late (misfire_grace_time).
            # `next_run_time`: a microsecond apart, so that they start in this order.
            self._scheduler.add_job(
                self._run_job,
                "interval",
                seconds=seconds,
                args=(name,),
                id=name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                next_run_time=now + timedelta(microseconds=number),
            )
        self._scheduler.start()
        self._watchdog = asyncio.create_task(self._watch())

    def bring_forward(self, name: str, seconds: float = 0) -> None:
        """Start a job `seconds` from now, unless it starts earlier anyway. A job that is running
        starts again after its end. Does nothing if the scheduler is not running."""
        if not self._scheduler.running:
            return
        if name in self._progress:
            restart_at = self._steady() + seconds
            # if it was called for several times, the earliest time counts
            self._restart_at[name] = min(restart_at, self._restart_at.get(name, restart_at))
            return
        job = self._scheduler.get_job(name)
        start_at = datetime.now(UTC) + timedelta(seconds=seconds)
        if job.next_run_time > start_at:
            job.modify(next_run_time=start_at)

    def read_next_runs(self) -> Mapping[str, datetime]:
        """Return when each job starts next, by name."""
        return {job.id: job.next_run_time for job in self._scheduler.get_jobs()}

    def note_progress(self, name: str) -> None:
        """Record that a running job goes on, so that it does not count as hanging."""
        if name in self._progress:
            self._progress[name] = self._steady()

    def silent_seconds(self) -> float:
        """Return for how many seconds a running job has made no progress; if no job runs, how long
        ago the last one ended. 0 if that is not too long yet."""
        now = self._steady()
        if self._progress:
            silent = now - min(self._progress.values())
            usual_limit = STOPPED_SECONDS
        else:
            silent = now - self._last_end
            usual_limit = max(STOPPED_SECONDS, _INTERVALS * self._shortest)
        return silent if silent > usual_limit else 0

    async def stop(self, grace: float) -> None:
        """Start no more jobs, and wait until the running jobs have ended. Those that still run
        after `grace` seconds are cancelled."""
        self._stopping = True
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._watchdog:
            self._watchdog.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    async def _run_job(self, name: str) -> None:
        """Run a job. As long as it runs, its task is in `_tasks`, so that `stop` can cancel it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks[name] = task
        try:
            await self._run(name)
        except asyncio.CancelledError:
            if not self._stopping:  # a job that `stop` cancelled did not fail
                raise
        finally:
            del self._tasks[name]

    def _note_start(self, event: JobEvent) -> None:
        """The scheduler calls this when it starts a job."""
        self._progress[event.job_id] = self._steady()

    def _note_end(self, event: JobEvent) -> None:
        """The scheduler calls this when a job has ended. Start the job again if `bring_forward` was
        called for it while it ran."""
        name = event.job_id
        del self._progress[name]
        self._reported.discard(name)
        self._last_end = self._steady()
        restart_at = self._restart_at.pop(name, None)
        if restart_at is not None:
            self.bring_forward(name, max(0.0, restart_at - self._steady()))

    async def _watch(self) -> None:
        """The watchdog: check all jobs, twice in the shortest interval, until it is cancelled."""
        while True:
            await asyncio.sleep(self._shortest / _LOOKS)
            self._report_jobs_that_hang()
            self._start_jobs_put_off()

    def _report_jobs_that_hang(self) -> None:
        """Report each running job that has made no progress for five minutes, once."""
        for name, progressed_at in self._progress.items():
            silent = self._steady() - progressed_at
            if silent > STOPPED_SECONDS and name not in self._reported:
                self._reported.add(name)
                self._on_stopped(name, silent)

    def _start_jobs_put_off(self) -> None:
        """Start each job whose next start is further away than its interval, because the clock was
        set back."""
        now = datetime.now(UTC)
        next_runs = self.read_next_runs()
        for name, seconds in self._jobs.items():
            if next_runs[name] > now + timedelta(seconds=seconds):
                self.bring_forward(name)
