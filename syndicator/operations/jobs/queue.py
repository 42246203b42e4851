"""Store the queue of jobs: add, claim, cancel. Each job is a file, and two processes share them.

Safe if either process is killed. Jobs of people at the console go first; API tokens take turns
(`core.fair_queue`)."""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from syndicator.articles import disk
from syndicator.articles.snapshots import ANSWERED, pack_page, unpack_page
from syndicator.core.fair_queue import Shares
from syndicator.core.model import Fetched
from syndicator.core.requests import JOBS

TOKEN = "token "  # before the token's name in `who` of a job of the API
KEPT = 200  # jobs that have ended
PAGES = 20  # web pages of jobs
_TODO = ".todo"
_CANCEL = ".cancel"
_FILE = ".json"
_PAGE = ".page"

Status = Literal["queued", "running", "building", "done", "failed", "cancelled"]
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job: an operation to carry out.

    `act`: name of the operation; `args`: its arguments; `dry_run`: only plan it. `who`, `at`: who
    asked for it, and when. `said`: the result in words. `reason`: code of the error that ended it,
    "" for none. `done`, `total`: steps. `change`: number of the change in the log. `result`: data
    of the change."""

    id: str
    act: str
    args: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    at: str = ""  # ISO time
    status: Status = "queued"
    said: str = ""
    reason: str = ""
    done: int = 0
    total: int = 0
    change: int | None = None
    result: Any = None
    dry_run: bool = False

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class Queue:
    """The queue of jobs of an instance. The files of jobs can be read by this user alone, as forms
    may contain passwords."""

    def __init__(self, state_dir: Path) -> None:
        self.root = state_dir / "console" / "jobs"
        # Both have queued jobs, without their arguments. Jobs of different people or tokens take
        # turns. JOBS limits only what `has_room` answers, not the number of jobs.
        self._people = Shares[Job](JOBS)
        self._tokens = Shares[Job](JOBS)
        self._queued: dict[str, Job] = {}  # those of people and of tokens, by id

    def add(
        self, act: str, args: Mapping[str, Any], *, who: str, requested: str, dry_run: bool = False
    ) -> Job:
        """Queue a job and return it with its new id. `act`: name of the operation to carry out.
        `args`: its arguments. `who`: the person or token that asked for it. `requested`: when, as
        ISO time. `dry_run`: True to only plan the change."""
        # ids, and so the names of the files, sort by time
        job_id = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        job = Job(id=job_id, act=act, args=dict(args), who=who, at=requested, dry_run=dry_run)
        disk.make_private_folder(self.root.parent)
        disk.make_private_folder(self.root)
        self.save(job)
        (self.root / f"{job_id}{_TODO}").touch(disk.PRIVATE)  # only now the job is queued
        return job

    def save(self, job: Job) -> None:
        self._write(f"{job.id}{_FILE}", json.dumps(asdict(job), ensure_ascii=True).encode())

    def get(self, job_id: str) -> Job | None:
        """Return the job with this id; None if the id is unknown or the file is damaged."""
        if not _is_id(job_id):
            return None
        field_names = {attribute.name for attribute in fields(Job)}
        try:
            values = json.loads((self.root / f"{job_id}{_FILE}").read_bytes())
            # another version may have written fields that this one does not know
            known_values = {name: value for name, value in values.items() if name in field_names}
            return Job(**known_values | {"id": job_id})
        except (OSError, ValueError, RecursionError, TypeError, AttributeError):
            return None

    def keep_page(self, job_id: str, page: Fetched) -> None:
        """Store the web page that a job fetched, so that the operator can point at a list on it.
        Only the newest PAGES pages are kept."""
        headers = {**page.headers, ANSWERED: page.final_url}
        self._write(f"{job_id}{_PAGE}", pack_page(page.body, headers))
        for path in sorted(self.root.glob(f"*{_PAGE}"), reverse=True)[PAGES:]:
            path.unlink(missing_ok=True)

    def page(self, job_id: str) -> tuple[bytes, str, dict[str, str]] | None:
        """Return the web page that was stored for a job, as (bytes, its address after redirects,
        headers of the answer). None if the page is no longer kept."""
        if not _is_id(job_id):
            return None
        try:
            stored = unpack_page((self.root / f"{job_id}{_PAGE}").read_bytes())
        except OSError:
            return None
        if not stored:
            return None
        body, headers = stored
        return body, headers.get(ANSWERED, ""), headers

    def waiting(self) -> list[str]:
        """Return the ids of queued jobs, oldest first."""
        return sorted(path.name.removesuffix(_TODO) for path in self.root.glob(f"*{_TODO}"))

    def has_room(self, who: str) -> bool:
        """True if another job of `who`, a token, may be queued: not too many of its jobs are
        waiting."""
        self._update_queued()
        return self._tokens.has_room(who)

    def has(self, accepts: Callable[[Job], bool]) -> bool:
        """True if `accepts` returns True for one of the queued jobs. It gets each without its
        arguments."""
        self._update_queued()
        return any(map(accepts, self._queued.values()))

    def claim(self, accepts: Callable[[Job], bool] = lambda job: True) -> Job | None:
        """Mark the job whose turn it is as running, and return it; None if there is none. A job for
        which `accepts` returns False is passed over. `accepts` gets jobs without arguments."""
        self._update_queued()
        while True:
            # jobs of people go first
            next_job = self._people.take(accepts) or self._tokens.take(accepts)
            if next_job is None:
                return None
            del self._queued[next_job.id]
            job = self._start(next_job.id)
            if job is not None:  # None: another process took it, so try the next
                return job

    def _start(self, job_id: str) -> Job | None:
        """Mark a queued job as running and return it. None if another process took it or its file
        is damaged."""
        try:
            # the job belongs to the process that deletes this file; for others, it is missing
            (self.root / f"{job_id}{_TODO}").unlink()
        except FileNotFoundError:
            return None
        job = self.get(job_id)
        if job is None:
            return None
        running = replace(job, status="running")
        self.save(running)
        return running

    def _update_queued(self) -> None:
        """Update the queued jobs in memory from the files: read those that were queued since the
        last call, and forget those that are no longer queued."""
        waiting_ids = self.waiting()
        for job_id in self._queued.keys() - waiting_ids:
            job = self._queued.pop(job_id)
            self._find_shares(job).discard(job.who, job)
        for job_id in waiting_ids:
            if job_id in self._queued:
                continue
            stored = self.get(job_id)
            if stored is None:  # its file is damaged: it can never be run
                (self.root / f"{job_id}{_TODO}").unlink(missing_ok=True)
                continue
            job = replace(stored, args={})  # arguments may be large
            self._queued[job_id] = job
            self._find_shares(job).add(job.who, job)

    def _find_shares(self, job: Job) -> Shares[Job]:
        """Return the queue in which the job waits: that of tokens or that of people."""
        return self._tokens if job.who.startswith(TOKEN) else self._people

    def cancel(self, job_id: str) -> None:
        """Cancel a queued job at once; ask a running job to end at its next step. Does nothing if
        the job has ended or is unknown."""
        job = self.get(job_id)
        if job is None or job.ended:
            return
        try:
            (self.root / f"{job_id}{_TODO}").unlink()
        except FileNotFoundError:  # it runs already, and looks for the file that this creates
            (self.root / f"{job_id}{_CANCEL}").touch(disk.PRIVATE)
        else:
            self.save(replace(job, status="cancelled", said="cancelled before it began"))

    def is_cancelled(self, job_id: str) -> bool:
        return (self.root / f"{job_id}{_CANCEL}").exists()

    def recent(self, limit: int) -> list[Job]:
        """Return up to `limit` jobs, the newest first."""
        ids = sorted((path.stem for path in self.root.glob(f"*{_FILE}")), reverse=True)
        jobs = [self.get(job_id) for job_id in ids[:limit]]
        return [job for job in jobs if job is not None]

    def fail_running(self) -> None:
        """Mark all running jobs as failed. Called when the process that runs jobs starts: an
        earlier one, which ran these jobs, has ended before their end."""
        for job in self.recent(KEPT):
            if job.status in ("running", "building"):
                said = "the program ended meanwhile; see whether it was done"
                self.save(replace(job, status="failed", said=said))

    def delete_old_jobs(self) -> None:
        """Delete the files of all jobs but the KEPT newest. Queued jobs stay."""
        newest_first = sorted(self.root.glob(f"*{_FILE}"), reverse=True)  # ids sort by time
        for path in newest_first[KEPT:]:
            is_queued = (self.root / f"{path.stem}{_TODO}").exists()
            if not is_queued:
                for suffix in (_FILE, _CANCEL):
                    path.with_suffix(suffix).unlink(missing_ok=True)

    def _write(self, name: str, data: bytes) -> None:
        disk.write(self.root / name, data, durable=False, mode=disk.PRIVATE)


def _is_id(job_id: str) -> bool:
    return re.fullmatch(r"[0-9]{20}-[0-9a-f]{8}", job_id) is not None
