"""The parent's side of the process that decodes pictures. Answers are bytes, never a pickle, and
are checked."""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

from syndicator.core.reasons import PictureReason
from syndicator.pictures import protocol
from syndicator.processes.worker import environment

_SECONDS: Final = 20.0  # of wall time for one picture; its CPU is limited in the child
_START_SECONDS: Final = 60.0
_CALLS: Final = 500  # pictures for which one process is used: what a decoder leaks is gone then
_CODE: Final = "from syndicator.pictures.child import main; main()"


class PictureRefused(Exception):
    """A picture without a thumbnail. `reason`: why; `final`: another try would give the same
    result."""

    def __init__(self, reason: PictureReason, detail: str = "", *, final: bool = True) -> None:
        super().__init__(detail or reason.means)
        self.reason, self.detail, self.final = reason, detail, final


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A WebP of at most 640 x 640 pixels: one frame without metadata."""

    webp: bytes
    width: int
    height: int


class Decoder:
    """Makes thumbnails in a child process, started when needed. Use it in one event loop and close
    it."""

    def __init__(self, *, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._calls = 0
        self._turn = asyncio.Lock()

    async def thumbnail(self, data: bytes) -> Thumbnail:
        """Return the thumbnail of a picture. Raises PictureRefused. Cancelling kills the child."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self.ask, data)
            except asyncio.CancelledError:
                self._kill()
                raise

    def ask(self, data: bytes) -> Thumbnail:
        """Return the thumbnail of a picture. Blocks; only one call at a time. Raises
        PictureRefused."""
        process = self._started()
        try:
            assert process.stdin is not None
            rest = memoryview(protocol.QUESTION.pack(len(data)) + data)
            while rest:  # the child reads all of it before it begins
                rest = rest[os.write(process.stdin.fileno(), rest) :]
            code, webp = _answer(process, time.monotonic() + self._seconds)
        except TimeoutError as error:
            self.close()
            # the machine may be busy: CPU is limited in the child
            detail = f"no answer within {self._seconds:g} s"
            raise PictureRefused(PictureReason.HUNG, detail, final=False) from error
        except (EOFError, OSError, ValueError) as error:
            raise self._ended() from error
        reason = protocol.refusal(code)
        if reason is not None:
            raise PictureRefused(reason)
        size = protocol.size(webp) if code == protocol.MADE else None
        if size is None:
            self.close()
            raise PictureRefused(PictureReason.CRASHED, "the process answered what it never should")
        return Thumbnail(webp=webp, width=size[0], height=size[1])

    def close(self) -> None:
        """End the child."""
        if self._process is not None:
            with self._process:  # closes its pipes and waits
                self._process.kill()
            self._process = None

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _started(self) -> subprocess.Popen[bytes]:
        self._calls += 1
        if self._process is not None and self._process.poll() is None and self._calls <= _CALLS:
            return self._process
        self.close()
        self._calls = 1
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=environment(),
        )
        try:
            code, _ = _answer(self._process, time.monotonic() + _START_SECONDS)
        except (EOFError, OSError, ValueError, TimeoutError) as error:
            raise self._ended() from error
        if code != protocol.READY:
            self.close()
            raise PictureRefused(
                PictureReason.CRASHED, "the process answered what it never should", final=False
            )
        return self._process

    def _ended(self) -> PictureRefused:
        status = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(1) if self._process is not None else None
        self.close()
        if status == -signal.SIGPROF:
            return PictureRefused(PictureReason.HUNG, "it took more CPU than a picture may")
        if status == protocol.NOT_SHUT_OFF:
            detail = (
                "the process that decodes pictures could not be shut off from network and files"
                " here"
            )
            return PictureRefused(PictureReason.NOT_SHUT_OFF, detail, final=False)
        return PictureRefused(
            PictureReason.CRASHED, f"the process ended with status {status}", final=False
        )


def _answer(process: subprocess.Popen[bytes], end: float) -> tuple[int, bytes]:
    assert process.stdout is not None
    number = process.stdout.fileno()
    code, length = protocol.ANSWER.unpack(_exactly(number, protocol.ANSWER.size, end))
    if length > protocol.MOST_ANSWER:
        raise ValueError("an answer that no thumbnail has")
    return code, _exactly(number, length, end)


def _exactly(number: int, size: int, end: float) -> bytes:
    """Read `size` bytes from a pipe until `end` of the monotonic clock. Raises EOFError,
    TimeoutError."""
    poll = select.poll()
    poll.register(number, select.POLLIN | select.POLLHUP)
    data = bytearray()
    while len(data) < size:
        if not poll.poll(max(0.0, 1000 * (end - time.monotonic()))):
            raise TimeoutError
        piece = os.read(number, size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
