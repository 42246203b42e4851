"""Find out which workers run, and refuse commands that must not run beside them."""

from collections.abc import Sequence
from contextlib import closing

from syndicator.app.clients import lease_seconds
from syndicator.configuration.settings import Settings
from syndicator.core.errors import LockedError
from syndicator.store.database import Database
from syndicator.store.engine import BUSY_SECONDS
from syndicator.store.fleet.workers import Workers, WorkerState
from syndicator.store.postgres import StoreAway

_MOST_NAMED = 5  # workers in one message


def list_live_workers(settings: Settings) -> Sequence[WorkerState]:
    """Return the workers that run on the database now. Return () if the database is a file
    (SQLite), which has no workers. Raises StoreError."""
    if settings.store_url.startswith("sqlite"):
        return ()
    with closing(Database(settings.store_url, BUSY_SECONDS)) as database:
        workers = Workers(database, lease_seconds(settings)).list()
    return [worker for worker in workers if worker.is_live]


def describe_workers(live: Sequence[WorkerState]) -> str:
    """Return a sentence with the number and names of running workers. `live`: at least one."""
    names = [worker.name for worker in live[:_MOST_NAMED]]
    if len(live) > _MOST_NAMED:
        names.append(f"{len(live) - _MOST_NAMED} more")
    verb = "workers run" if len(live) > 1 else "worker runs"
    return f"{len(live)} {verb} on this database: {', '.join(names)}"


def describe_worker(worker: WorkerState) -> tuple[object, ...]:
    """Return a row of the table of workers: machine, process, version, last sign of life, and what
    it does."""
    heartbeat = f"{worker.silent_seconds:.0f} s ago"
    return worker.machine, worker.process, worker.version, heartbeat, _describe_work(worker)


def _describe_work(worker: WorkerState) -> str:
    """Describe for the operator the present work of a worker, or that it does not send heartbeats
    any more."""
    if not worker.is_live:
        return "stopped, frozen or cut off: others do its work"
    work: list[str] = []
    if worker.shards == 1:
        work.append("visits 1 group of hosts")
    elif worker.shards:
        work.append(f"visits {worker.shards} groups of hosts")
    if worker.builds:
        work.append("builds")
    return " and ".join(work) or "waits for work"


def need_no_workers(
    settings: Settings, command: str, harm: str, *, may_be_away: bool = False
) -> None:
    """Raise LockedError if workers run on this database. `command`: the command that must not run
    at the same time; `harm`: a verb phrase that says what it would do to the workers; both are for
    the message. `may_be_away`: if the database does not answer, return in place of raising
    StoreError."""
    try:
        live = list_live_workers(settings)
    except StoreAway:
        if not may_be_away:
            raise
        return
    if live:
        raise LockedError(
            f"{describe_workers(live)}. `{command}` {harm}: stop the workers first"
            " (`syndicator queue` lists them)"
        )
