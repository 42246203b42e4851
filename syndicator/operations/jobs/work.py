"""Run queued jobs one after the other in a process of their own, and build feeds after changes.

`python -m syndicator.operations.jobs.work CONFIG` ends when stdin is closed."""

import asyncio
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from syndicator.app.container import App, open_app
from syndicator.app.lock import hold_run_lock
from syndicator.configuration.settings import load
from syndicator.core.errors import DiskError, LockedError, SyndicatorError
from syndicator.operations.changes import texts
from syndicator.operations.jobs.queue import Job, Queue, Status
from syndicator.operations.operation import (
    CancelledJob,
    arguments_of,
    convert_to_json,
    need_operation,
    operations,
)
from syndicator.runs.build import build_feeds
from syndicator.runs.refresh import remake

_PAUSE_SECONDS = 0.1  # between two looks for jobs
_STEP_SECONDS = 0.3  # between two notes of how far a job is


def work(
    config: Path, may_go_on: Callable[[], bool], *, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Run jobs as they are queued, until `may_go_on` returns False. `config`: folder of the
    configuration. `sleep`: waits for so many seconds."""
    queue = Queue(load(config).state_dir)
    queue.fail_running()
    while may_go_on():
        job_count = drain(config, queue)
        if not job_count:
            sleep(_PAUSE_SECONDS)


def drain(config: Path, queue: Queue) -> int:
    """Run all queued jobs, and build the feeds that they changed. Return how many jobs were run.

    While another process holds the lock of runs, only jobs that need no lock are run; the others
    stay queued. `config`: folder of the configuration."""
    count = 0
    while queue.waiting():
        finished_jobs = _run_changes(config, queue)
        # one at a time, so that a change queued meanwhile does not wait for all of them
        question = queue.claim(needs_no_lock)
        if question is not None:
            finished_jobs.append(_run_job(config, queue, question))
        if not finished_jobs:
            break
        count += len(finished_jobs)
    if count:
        queue.delete_old_jobs()
    return count


def _run_changes(config: Path, queue: Queue) -> list[Job]:
    """Hold the lock of runs and run the queued jobs in turn, until none of them needs the lock;
    then build the feeds that they made stale. Return the finished jobs. If no job needs the lock,
    or if another process holds it, no job is run.

    `config`: folder of the configuration."""
    finished: list[Job] = []
    if not queue.has(_needs_lock):
        return finished
    try:
        with hold_run_lock(load(config)):
            # at most as many jobs as wait now, so that the feeds are built at last
            for _ in queue.waiting():
                job = queue.claim() if queue.has(_needs_lock) else None
                if job is None:
                    break
                finished.append(_run_job(config, queue, job))
            jobs_to_build = [job for job in finished if job.status == "building"]
            _build_and_save(config, queue, jobs_to_build)
    except LockedError:  # another process holds it: these jobs wait
        return finished
    except SyndicatorError as error:  # invalid settings: every waiting job fails with this
        while (job := queue.claim()) is not None:
            failed = replace(job, status="failed", said=str(error))
            finished.append(failed)
            queue.save(failed)
    return finished


def needs_no_lock(job: Job) -> bool:
    """Return True if a job may run without the lock of runs: its operation is marked as `unlocked`,
    and the job only answers a question or plans a change. False for an unknown operation."""
    operation = operations().get(job.act)
    if operation is None:
        return False
    changes_nothing = job.dry_run or operation.is_question
    return operation.unlocked and changes_nothing


def _needs_lock(job: Job) -> bool:
    return not needs_no_lock(job)


def _run_job(config: Path, queue: Queue, job: Job) -> Job:
    """Run a job and save it with its outcome. Return it. `config`: folder of the configuration."""

    def open_and_run(job: Job) -> Job:
        """Open the instance and run the job. Called by `save_outcome`, which also saves errors."""
        with open_app(config, remake=remake) as app:
            return run_operation(app, queue, job)

    return save_outcome(queue, job, open_and_run)


def save_outcome(queue: Queue, job: Job, act: Callable[[Job], Job]) -> Job:
    """Do a job and save it with its outcome. Return it. `act`: does the job and returns it with its
    result. If it raises an error, the job has failed or was cancelled."""
    try:
        outcome = act(job)
    except CancelledJob:
        outcome = replace(job, status="cancelled", said="cancelled; what was done until then stays")
    except SyndicatorError as error:
        outcome = replace(job, status="failed", said=str(error), reason=error.reason)
    except OSError as error:
        outcome = replace(job, status="failed", said=str(DiskError.of(error)))
    except Exception as error:  # noqa: BLE001 - a job that fails must not end those behind it
        traceback.print_exc()
        outcome = replace(
            job,
            status="failed",
            said=f"our bug: {type(error).__name__}: {error}; nothing else was done",
        )
    queue.save(outcome)
    return outcome


def run_operation(app: App, queue: Queue, job: Job) -> Job:
    """Carry out the operation of a job. Return the job with its result; its status is "building" if
    feeds must be built after the change, else "done". Raises the errors of the operation.

    `queue`: gets the progress of the job, and the page that the operation fetched."""
    operation = need_operation(job.act)
    progress = _make_progress(queue, job)
    arguments = arguments_of(operation, job.args)
    change = operation.plan(app, arguments, progress)
    if change.page is not None:
        queue.keep_page(job.id, change.page)
    number = None  # of the change in the log of changes
    status: Status = "done"
    changes_nothing = job.dry_run or operation.is_question or change.is_empty
    if not changes_nothing:
        change, number = texts.apply(
            app, operation, arguments, change, who=job.who, progress=progress
        )
        if change.build:
            status = "building"
    sentence = change.sentence
    if change.fault:
        sentence += f"; {change.fault}"
    return replace(
        job, status=status, said=sentence, result=convert_to_json(change.data), change=number
    )


def _make_progress(queue: Queue, job: Job) -> Callable[[int, int], None]:
    """Return the function that a job calls after each step. It saves how far the job is, but not at
    every step. It raises CancelledJob if the job was cancelled."""
    saved_at = 0.0  # seconds on the monotonic clock

    def report_progress(done_count: int, total: int) -> None:
        """Save that `done_count` of `total` steps are done."""
        nonlocal saved_at
        if queue.is_cancelled(job.id):
            raise CancelledJob
        if time.monotonic() - saved_at > _STEP_SECONDS:
            saved_at = time.monotonic()
            queue.save(replace(job, done=done_count, total=total))

    return report_progress


def _build_and_save(config: Path, queue: Queue, jobs: Sequence[Job]) -> None:
    """Build the stale feeds, and save `jobs`, which made them stale, as done. Their results also
    say which feeds were held back, or why the build failed. Does nothing if `jobs` is empty."""
    if not jobs:
        return
    try:
        with open_app(config, remake=remake) as app:
            held = asyncio.run(build_feeds(app)).held
        note = ""
        if held:
            note = f"; held back: {', '.join(problem.what for problem in held)}"
    except (SyndicatorError, OSError) as error:  # the next build will make them
        note = f"; the feeds are not built yet: {error}"
    for job in jobs:
        queue.save(replace(job, status="done", said=f"{job.said}{note}"))


def call_at_end_of_input(end: Callable[[], object]) -> None:
    """Call `end` as soon as standard input is closed, which means that the process that started
    this one has ended. Returns at once; a thread waits and calls."""

    def wait_and_end() -> None:
        """Read until standard input is closed, and then call `end`. Runs in a thread."""
        while os.read(0, 1024):
            pass
        end()

    threading.Thread(target=wait_and_end, daemon=True).start()


async def end_process(process: asyncio.subprocess.Process, seconds: float) -> None:
    """Ask a process to end, by closing its standard input. Terminate it if it still runs after
    `seconds`."""
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        with suppress(ProcessLookupError):  # it has ended meanwhile
            process.terminate()


if __name__ == "__main__":
    over = threading.Event()
    call_at_end_of_input(over.set)
    work(Path(sys.argv[1]), lambda: not over.is_set())
