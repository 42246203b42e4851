"""Stop or reload a command that runs when a signal arrives."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# `docker stop` waits ten seconds; two are for ending workers and closing files.
GRACE_SECONDS = 8


@contextmanager
def stop_on_signals(stop: asyncio.Event, grace: int = GRACE_SECONDS) -> Iterator[None]:
    """Set `stop` on SIGTERM or Ctrl-C. Exit with 0 on a second signal, or `grace` seconds later."""
    loop = asyncio.get_running_loop()
    signals = [0]

    def on_signal(number: int, frame: object) -> None:
        signals[0] += 1
        if signals[0] > 1:
            sys.exit(0)
        stop.set()
        loop.call_soon_threadsafe(lambda: None)  # wakes the loop, which sees the event
        signal.alarm(grace)

    before = {
        number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)
    }
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda number, frame: sys.exit(0))
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def reload_on_hangup(stop: asyncio.Event, reload: Callable[[], None]) -> Iterator[None]:
    """Call `reload` on SIGHUP; if our terminal was closed, set `stop` instead."""
    loop = asyncio.get_running_loop()
    had_terminal = os.isatty(2)
    loop.add_signal_handler(
        signal.SIGHUP, lambda: stop.set() if had_terminal and not os.isatty(2) else reload()
    )
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
