"""Does the jobs that wait, one after the other, in a process of its own: builds and visits keep no page waiting."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from syndicator.errors import DiskError, SyndicatorError
from syndicator.services.build import build_feeds
from syndicator.services.container import App, locked, open_app, utc_now
from syndicator.services.jobs.acts import ACTS, UNLOCKED
from syndicator.services.jobs.log import Change, Log
from syndicator.services.jobs.queue import Job, Queue
from syndicator.services.jobs.task import Acted, CancelledJob, Task, read
from syndicator.services.refresh import remake
from syndicator.settings import load

_PAUSE_SECONDS = 0.1  # between two looks for jobs
_STEP_SECONDS = 0.3  # between two notes of how far a job is


def work(config: Path, wanted: Callable[[], bool], *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Does jobs as they come for as long as they are `wanted`."""
    queue = Queue(load(config).state_dir)
    queue.lost()
    while wanted():
        if not drain(config, queue):
            sleep(_PAUSE_SECONDS)


def drain(config: Path, queue: Queue) -> int:
    """Does the jobs that wait now; then builds what they made stale. Returns how many they were."""
    done: list[Job] = []
    while (job := queue.claim()) is not None:
        done.append(_do(config, queue, job))
    stale = [one for one in done if one.status == "building"]
    if stale:
        said = _build(config)
        for one in stale:
            queue.save(replace(one, status="done", said=f"{one.said}{said}"))
    if done:
        queue.sweep()
    return len(done)


def _do(config: Path, queue: Queue, job: Job) -> Job:
    """One job, which ends in whatever way: what it raises is told by it."""
    try:
        ended = _acted(config, queue, job)
    except CancelledJob:
        ended = replace(job, status="cancelled", said="cancelled; what was done until then stays")
    except SyndicatorError as error:
        ended = replace(job, status="failed", said=str(error))
    except OSError as error:
        ended = replace(job, status="failed", said=str(DiskError.of(error)))
    except SystemExit:  # given up while it waited for the lock
        ended = replace(job, status="cancelled", said="cancelled before it began")
    except Exception as error:  # noqa: BLE001 - a job that fails must not end those behind it
        traceback.print_exc()
        ended = replace(job, status="failed", said=f"our bug: {type(error).__name__}: {error}; nothing else was done")
    queue.save(ended)
    return ended


def _acted(config: Path, queue: Queue, job: Job) -> Job:
    act, settings = ACTS[job.act], load(config)
    cancelled = lambda: queue.is_cancelled(job.id)
    with ExitStack() as held:
        if job.act not in UNLOCKED:
            held.enter_context(locked(settings, wait=True, give_up=cancelled))
        app = held.enter_context(open_app(config, remake=remake))
        task = Task(app=app, args=job.args, progress=_progress(queue, job))
        acted = act(task)
        change = _logged(app, job, task, acted) if acted.logged else None
    number = change.number if change else None
    status = "building" if acted.build else "done"
    return replace(job, status=status, said=acted.said, result=acted.result, change=number)  # type: ignore[arg-type]


def _progress(queue: Queue, job: Job) -> Callable[[int, int], None]:
    last = [0.0]

    def progress(done: int, total: int) -> None:
        if queue.is_cancelled(job.id):
            raise CancelledJob
        if time.monotonic() - last[0] > _STEP_SECONDS:
            last[0] = time.monotonic()
            queue.save(replace(job, done=done, total=total))

    return progress


def _logged(app: App, job: Job, task: Task, acted: Acted) -> Change:
    files: Mapping[str, tuple[str | None, str | None]] = {
        name: (before, after) for name, before in task.before.items() if (after := read(app, name)) != before
    }
    change = Change(
        number=0,
        at=utc_now().isoformat(),
        who=job.who,
        act=job.act,
        subject=acted.subject,
        said=acted.said,
        args={name: value for name, value in job.args.items() if name != "body"},
        undoes=acted.undoes,
    )
    return Log(app.settings.state_dir).add(change, files)


def _build(config: Path) -> str:
    """Builds what is stale. What went wrong, as the end of a sentence; "" where all went well."""
    try:
        with locked(load(config), wait=True), open_app(config, remake=remake) as app:
            held = asyncio.run(build_feeds(app)).held
    except (SyndicatorError, OSError) as error:
        return f"; the feeds are not built yet: {error}"
    return f"; held back: {', '.join(one.what for one in held)}" if held else ""
