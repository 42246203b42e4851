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


@contextmanager
def locked(
    settings: Settings,
    *,
    wait: bool = False,
    give_up: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = lambda reason: None,
    purpose: str = "a command",
) -> Iterator[Callable[[], object]]:
    """Hold the lock of runs. Yields a check that raises StoreAway if it is lost. Raises
    LockedError; with `wait`, calls `tell` once with the reason and waits until `give_up` returns
    True, then raises SystemExit(0). `purpose`: shown to other machines that want the lock."""
    with ExitStack() as held:
        hold: Callable[[], AbstractContextManager[Callable[[], object]]] = partial(
            _hold_file, settings
        )
        if not settings.store_url.startswith("sqlite"):
            fleet = Fleet(held.enter_context(closing(Database(settings.store_url, 10))))
            holder = f"{purpose} on {socket.gethostname()}/{os.getpid()}"
            hold = partial(fleet.hold, _LOCK, holder)
        told = False
        while True:
            try:
                check = held.enter_context(hold())
                break
            except LockedError as error:
                if not wait:
                    raise
                if not told:
                    tell(str(error).removesuffix(WAIT_CURE))
                told = True
            if give_up():
                raise SystemExit(0)
            time.sleep(_POLL_SECONDS)
        yield check


@contextmanager
def _hold_file(settings: Settings) -> Iterator[Callable[[], object]]:
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.state_dir / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(f"another run holds {lock.lock_file}{WAIT_CURE}") from error
    try:
        yield lambda: None
    finally:
        lock.release()
