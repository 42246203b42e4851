"""The process that does what the console queues: started when there is something to do, ended when it idles."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

IDLE_SECONDS = 900.0
_END_SECONDS = 5.0  # that it may take to end what it is doing


class Runner:
    """Keeps at most one such process. It ends by itself once its standard input is closed, as when we are killed."""

    def __init__(self, config: Path, tell: Callable[[str], None]) -> None:
        self._config, self._tell = config, tell
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[None] | None = None
        self._idle: asyncio.Task[None] | None = None
        self._last = 0.0

    def wake(self) -> None:
        """There is something to do, or will soon be: starting takes a second."""
        self._last = time.monotonic()
        running = self._process is not None and self._process.returncode is None
        if not running and (self._starting is None or self._starting.done()):
            self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        command = (sys.executable, "-m", "syndicator.console.work", str(self._config))
        try:
            self._process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        except OSError as error:
            self._tell(f"what was asked for cannot be done: {error}")
            return
        self._idle = asyncio.get_running_loop().create_task(self._end_when_idle())

    async def _end_when_idle(self) -> None:
        left = IDLE_SECONDS
        while left > 0:
            await asyncio.sleep(left)
            left = self._last + IDLE_SECONDS - time.monotonic()
        await self.close()

    async def close(self) -> None:
        """Ends it, after what it is doing where that does not take long."""
        process, self._process = self._process, None
        if self._idle is not None and self._idle is not asyncio.current_task():
            self._idle.cancel()
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _END_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.terminate()
