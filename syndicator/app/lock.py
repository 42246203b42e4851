"""Lock an instance for a run, so that one at a time changes it."""

import os
import socket
import time
from collections.abc import (
    Callable,
    Iterator,
)
from contextlib import (
    AbstractContextManager,
    ExitStack,
    closing,
    contextmanager,
)
from functools import partial

from filelock import FileLock, Timeout

from syndicator.configuration.settings import Settings
from syndicator.core.errors import WAIT_CURE, LockedError
from syndicator.store.database import Database
from syndicator.store.fleet.followed import Fleet

_LOCK = "a run"  # its name in the database
_POLL_SECONDS = 0.2  # between two tries to get the lock
_BUSY_SECONDS = 10  # that a statement waits for locks of others


@contextmanager
def hold_run_lock(
    settings: Settings,
    *,
    wait: bool = False,
    give_up: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = lambda reason: None,
    purpose: str = "a command",
) -> Iterator[Callable[[], object]]:
    """Hold the lock of runs, so that no other process changes the instance. Yield a function that
    raises StoreAway if the lock was lost meanwhile.

    If another process has the lock, raise LockedError, or, if `wait` is True, wait for it. `tell`:
    called once with the reason for waiting. `give_up`: when it returns True, waiting ends with
    SystemExit(0). `purpose`: the purpose of the lock, shown to other machines that want it."""
    with ExitStack() as stack:
        hold: Callable[[], AbstractContextManager[Callable[[], object]]] = partial(
            _hold_file, settings
        )
        if not settings.store_url.startswith("sqlite"):
            # several machines: the lock is in the database that they share
            database = Database(settings.store_url, _BUSY_SECONDS)
            fleet = Fleet(stack.enter_context(closing(database)))
            holder = f"{purpose} on {socket.gethostname()}/{os.getpid()}"
            hold = partial(fleet.hold, _LOCK, holder)
        was_told = False
        while True:
            try:
                check_lock = stack.enter_context(hold())
                break
            except LockedError as error:
                if not wait:
                    raise
                if not was_told:
                    tell(str(error).removesuffix(WAIT_CURE))
                was_told = True
            if give_up():
                raise SystemExit(0)
            time.sleep(_POLL_SECONDS)
        yield check_lock


@contextmanager
def _hold_file(settings: Settings) -> Iterator[Callable[[], object]]:
    """Hold the lock of an instance whose database is a file, by locking the file run.lock. Yield a
    function that does nothing: others check by it that the lock was not lost, which is impossible
    here. Raises LockedError if another process has the lock."""
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.state_dir / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(f"another run holds {lock.lock_file}{WAIT_CURE}") from error
    try:
        yield lambda: None  # the check
    finally:
        lock.release()
