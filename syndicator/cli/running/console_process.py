"""The console beside `up`: a process of its own, so that no page waits for a visit and nothing of it is loaded here."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from syndicator.cli.logs import choice

PASSWORDS = Path("console") / "passwords.json"  # in the state folder: the console is on while it is there
_LOOK_SECONDS, _AGAIN_SECONDS, _END_SECONDS = 5.0, 30.0, 3.0


@asynccontextmanager
async def console_beside(config: Path, state_dir: Path, warn: Callable[[str], None]) -> AsyncIterator[None]:
    """Keeps the console running for as long as the block does, from the moment on that a password is set."""
    keeping = asyncio.create_task(_keep(config, state_dir / PASSWORDS, warn))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _keep(config: Path, passwords: Path, warn: Callable[[str], None]) -> None:
    while True:
        await _there(passwords)
        code = await _run(config)
        warn(f"the console ended with {code}; it is started again in {_AGAIN_SECONDS:.0f} s")
        await asyncio.sleep(_AGAIN_SECONDS)


async def _there(path: Path) -> None:
    """Until there is such a file, which another process makes."""
    while not await asyncio.to_thread(path.exists):  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(_LOOK_SECONDS)


async def _run(config: Path) -> int:
    """One life of the console. It ends when its standard input does: with us, however we end."""
    log = ("--log-format", "json" if choice().json else "text", *(("--quiet",) if choice().quiet else ()))
    command = (sys.executable, "-m", "syndicator", *log, "console", "--beside", "--config", str(config))
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=nowhere)
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _END_SECONDS)
            if process.returncode is None:
                process.terminate()
