"""Notifications of a service with Type=notify to systemd: ready, alive, stopping (sd_notify(3))."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

_PATIENCE_SECONDS = 3600


class Notify:
    """Sender of notifications to systemd. Does nothing if nobody listens; ignores errors."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds = watchdog_seconds(environ, os.getpid()) if self._address else None

    def ready(self, status: str = "") -> None:
        """Report that the service is ready, also after a reload. `status`: shown by `systemctl status`."""
        self._tell("READY=1", *([f"STATUS={status}"] if status else []))

    def reloading(self) -> None:
        """Report a reload and its time, which Type=notify-reload needs (sd_notify(3), MONOTONIC_USEC)."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    @contextmanager
    def patience(self) -> Iterator[None]:
        """Extend the watchdog during a long task, such as a rebuild, so that systemd does not end it."""
        if self.watchdog_seconds:
            self._tell(f"WATCHDOG_USEC={_PATIENCE_SECONDS * 1_000_000}")
        try:
            yield
        finally:
            if self.watchdog_seconds:
                self._tell(f"WATCHDOG_USEC={int(self.watchdog_seconds * 1_000_000)}", "WATCHDOG=1")

    async def keep_alive(self, well: Callable[[], bool]) -> None:
        """Ping the watchdog twice per period while `well` is true, from the event loop, which proves that it runs."""
        if self.watchdog_seconds is None:
            return
        while True:
            if well():
                self.alive()
            await asyncio.sleep(self.watchdog_seconds / 2)

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        # "@" stands for the zero byte of an abstract socket
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.sendto("\n".join(lines).encode(), address)


def watchdog_seconds(environ: Mapping[str, str], pid: int) -> float | None:
    """Return the seconds of silence after which systemd ends `pid` (sd_watchdog_enabled(3)), or None. Pure."""
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    try:
        microseconds = int(environ.get("WATCHDOG_USEC", "0"))
    except ValueError:
        return None
    return microseconds / 1_000_000 if microseconds > 0 else None
