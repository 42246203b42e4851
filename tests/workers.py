"""Worker processes that outlive a run: most tests want what a worker answers, not how it starts and
ends.

A start costs a second of CPU, nearly all of it imports."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from functools import cache

from syndicator.processes.worker import MEGABYTES, SECONDS, Worker


class _Kept(Worker):
    """Left open by who works with it."""

    def close(self) -> None:
        return None

    def end(self) -> None:
        super().close()


def get_kept_worker(
    *,
    seconds: float = SECONDS,
    megabytes: int = MEGABYTES,
    count: int = 1,
    preload: Sequence[str] = (),
) -> Worker:
    """In place of `Worker`: the one that was made with these words before, or a new one."""
    return _made(seconds, megabytes, count, tuple(preload))


@cache
def _made(seconds: float, megabytes: int, count: int, preload: tuple[str, ...]) -> Worker:
    worker = _Kept(seconds=seconds, megabytes=megabytes, count=count, preload=preload)
    atexit.register(worker.end)
    return worker
