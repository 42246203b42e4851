"""The process that does jobs: `python -m syndicator.console.work CONFIG`, until its standard input is closed."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def call_at_end_of_input(end: Callable[[], object]) -> None:
    """Call `end`, in a thread, when standard input ends: the process that started this one is gone."""

    def listen() -> None:
        while os.read(0, 1024):
            pass
        end()

    threading.Thread(target=listen, daemon=True).start()


async def end(process: asyncio.subprocess.Process, seconds: float) -> None:
    """End a process that ends with its standard input, after so many seconds in any case."""
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.terminate()


def main() -> None:
    from syndicator.operations.jobs.work import work

    ended = threading.Event()
    call_at_end_of_input(ended.set)
    work(Path(sys.argv[1]), lambda: not ended.is_set())


if __name__ == "__main__":
    main()
