"""How a run ends when it is told to: in order at first, at once when that takes too long."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Of the ten seconds a service has to end: what is left is for ending workers and closing files.
GRACE_SECONDS = 8


@contextmanager
def stopping(stop: asyncio.Event) -> Iterator[None]:
    """Sets `stop` on SIGTERM and on Ctrl-C, upon which no new work is taken. After 8 s, or at a second signal, what is
    still under way is dropped and the process leaves with 0: every write is whole or absent, so nothing is lost.

    Handlers of our own, because an event loop calls its handlers only between two tasks, and building feeds is one."""
    loop = asyncio.get_running_loop()
    told = [0]

    def on_signal(number: int, frame: object) -> None:
        told[0] += 1
        if told[0] > 1:
            sys.exit(0)
        stop.set()
        loop.call_soon_threadsafe(lambda: None)  # wakes the loop, which sees the event
        signal.alarm(GRACE_SECONDS)

    def on_alarm(number: int, frame: object) -> None:
        sys.exit(0)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, on_alarm)
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)
