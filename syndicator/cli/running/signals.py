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
    """During the block, set `stop` when SIGTERM or Ctrl-C arrives, so that the block ends. If it
    has not ended `grace` seconds later, or if a second signal arrives, the process exits with 0."""
    loop = asyncio.get_running_loop()
    was_signalled = False

    def on_signal(number: int, frame: object) -> None:
        """Ask the block to end; at the second signal, end the process."""
        nonlocal was_signalled
        if was_signalled:
            sys.exit(0)
        was_signalled = True
        stop.set()
        loop.call_soon_threadsafe(lambda: None)  # wakes the loop, which sees the event
        signal.alarm(grace)  # SIGALRM arrives after these seconds

    def on_alarm(number: int, frame: object) -> None:
        """End the process, because the block has not ended in time."""
        sys.exit(0)

    earlier_handlers = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, on_signal),
        signal.SIGINT: signal.signal(signal.SIGINT, on_signal),
        signal.SIGALRM: signal.signal(signal.SIGALRM, on_alarm),
    }
    try:
        yield
    finally:
        signal.alarm(0)  # no alarm any more
        for number, handler in earlier_handlers.items():
            signal.signal(number, handler)


@contextmanager
def reload_on_hangup(stop: asyncio.Event, reload: Callable[[], None]) -> Iterator[None]:
    """During the block, call `reload` when the signal SIGHUP arrives. If it arrives because the
    terminal of this process was closed, set `stop` instead."""
    loop = asyncio.get_running_loop()
    stderr = 2  # its file descriptor
    had_terminal = os.isatty(stderr)

    def on_hangup() -> None:
        """Stop or reload. Called when SIGHUP arrives."""
        was_terminal_closed = had_terminal and not os.isatty(stderr)
        if was_terminal_closed:
            stop.set()
        else:
            reload()

    loop.add_signal_handler(signal.SIGHUP, on_hangup)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
