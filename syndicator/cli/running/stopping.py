"""How a command ends on a signal: in order, or at once when that takes too long."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# `docker stop` waits for ten seconds: what is left of them is for ending workers and closing files.
GRACE_SECONDS = 8


@contextmanager
def stopping(stop: asyncio.Event, grace: int = GRACE_SECONDS) -> Iterator[None]:
    """Sets `stop` on SIGTERM and on Ctrl-C, after which no new work is begun. After `grace` seconds, or on a second
    signal, the process exits with 0 in the middle of its work: every write is complete or absent, so nothing is lost.

    These are not handlers of the event loop, because it calls those only between two steps of tasks, and building feeds
    is one long step."""
    loop = asyncio.get_running_loop()
    signals = [0]

    def on_signal(number: int, frame: object) -> None:
        signals[0] += 1
        if signals[0] > 1:
            sys.exit(0)
        stop.set()
        loop.call_soon_threadsafe(lambda: None)  # wakes the loop, which sees the event
        signal.alarm(grace)

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


@contextmanager
def on_hangup(stop: asyncio.Event, reload: Callable[[], None]) -> Iterator[None]:
    """Calls `reload` on SIGHUP. Where that says that our terminal was closed, `stop` is set instead."""
    loop, had_terminal = asyncio.get_running_loop(), os.isatty(2)
    loop.add_signal_handler(signal.SIGHUP, lambda: stop.set() if had_terminal and not os.isatty(2) else reload())
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
