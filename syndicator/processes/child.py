"""Start one child process, send it calls, watch its time and memory, and end it.

This module runs in the parent."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import IO, Any, Final

from syndicator.processes.memory import MEGABYTE, measure_memory
from syndicator.processes.messages import (
    FOR_THE_PARENT,
    NOT_SHUT_OFF,
    Grade,
    Kind,
    Message,
    read_message,
    write_message,
)

_CODE: Final = "from syndicator.processes.serving import serve; serve()"
_START_SECONDS: Final = 60.0  # for starting the child and importing the function's module
_WATCH_SECONDS: Final = 0.02  # seconds between two checks of the child's memory
# Variables that a child needs; the operator's tokens are not passed on.
_ENVIRONMENT: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "TZ",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
)
# A child that uses more than this share of its memory between calls is replaced. Vectors and models
# of languages and dates stay in memory.
_MOST_KEPT_SHARE: Final = 0.75
# A call needs so many free bytes for each byte of its content, but at most half of the memory.
# Measured on pages of the open corpus: 8 to 42.
_ROOM_PER_BYTE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a child process. `megabytes`: of memory in use, with the interpreter;
    `most_answer_bytes`: None for no limit; `most_calls`: after so many calls a new process takes
    its place, None for no limit."""

    seconds: float  # of CPU for one call
    wall_seconds: float  # of real time for one call
    megabytes: int
    most_answer_bytes: int | None = None
    most_calls: int | None = None


class Failure(Enum):
    """Why a call has no answer."""

    CPU = auto()
    WALL_TIME = auto()
    MEMORY = auto()
    NOT_SHUT_OFF = auto()
    INVALID = auto()  # an answer that no honest child gives
    ENDED = auto()  # crashed, killed or closed


class ChildFailed(Exception):
    """A call got no answer, and its child has ended. The next call gets a new child."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail


@dataclass(slots=True, eq=False)
class Call:
    """A call that waits for a child or runs in a child."""

    payload: bytes
    child: "Child | None" = None  # the one that runs it
    dropped: bool = False

    def drop(self) -> None:
        """Give up this call. If a child runs it, kill the child. Any thread may call this."""
        self.dropped = True
        child = self.child  # read once: another thread may reset it
        if child is not None:
            child.kill(self)


class Child:
    """A child process, started at the first call. `names_to_load`: modules or functions that the
    child loads, as `serving.serve` says."""

    def __init__(self, grade: Grade, limits: Limits, names_to_load: Sequence[str]) -> None:
        self._grade = grade
        self._limits = limits
        self._names_to_load = tuple(names_to_load)
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: IO[Any] | None = None  # our end of a pipe: the child ends when we close it
        self._killed = False  # by us; it may still be running for a moment
        self._calls_made = 0  # in this process
        self._last_call: Call | None = None
        self._lock = threading.Lock()

    def start(self, call: Call | None = None) -> subprocess.Popen[bytes]:
        """Start the child process if it does not run, and return it. `call`: the call for which it
        is needed, None for a start in advance. Raises ChildFailed if this call was given up."""
        with self._lock:
            if call is not None and call.dropped:
                raise ChildFailed(Failure.ENDED, "the call was given up")
            self._last_call = call
            if self._process is not None and not self._killed:
                is_running = self._process.poll() is None
                if is_running:
                    return self._process
            self._discard_process()
            read_end, write_end = os.pipe()
            self._lifeline = os.fdopen(write_end, "wb")
            # inherited: signals wait until the child ignores them
            with os.fdopen(read_end, "rb"), _block_signals(FOR_THE_PARENT):
                self._process = self._open_process(read_end)
            return self._process

    def _open_process(self, lifeline: int) -> subprocess.Popen[bytes]:
        """Start the child process and return it. `lifeline`: the reading end of a pipe, which the
        child watches: the pipe closes when this process ends, and then the child ends, too."""
        limits = self._limits
        arguments = [
            self._grade,
            str(lifeline),
            str(limits.seconds),
            str(limits.wall_seconds),
            str(limits.megabytes),
            *self._names_to_load,
        ]
        is_shut_off = self._grade == Grade.SHUT_OFF
        error_stream = subprocess.DEVNULL if is_shut_off else None
        return subprocess.Popen(
            [sys.executable, "-c", _CODE, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=error_stream,
            bufsize=0,  # poll does not see what waits in a buffer
            env=make_environment(),
            pass_fds=(lifeline,),
        )

    def run(self, call: Call) -> Message:
        """Send a call to the child process and return its answer. Start the process if it does not
        run. Raises ChildFailed."""
        self._make_room(_ROOM_PER_BYTE * len(call.payload))
        process = self.start(call)
        assert process.stdin is not None
        try:
            write_message(process.stdin.fileno(), Message(Kind.CALL, call.payload))
            # usually READY comes first: the time of the call counts from then on
            answer = self._receive_message(process, _START_SECONDS)
            if answer.kind == Kind.READY:
                answer = self._receive_message(process, self._limits.wall_seconds)
        except ChildFailed:
            self.discard()
            raise
        # ValueError: another thread closed the pipe, or the answer is too long
        except (EOFError, OSError, ValueError) as error:
            raise self._discard_ended(process) from error
        if answer.kind == Kind.MEMORY:
            self.discard()
            raise self._make_memory_failure()
        self._calls_made += 1
        if self._is_worn(process):
            self.discard()
        return answer

    def _receive_message(self, process: subprocess.Popen[bytes], seconds: float) -> Message:
        """Return the next message of the child process. Raises ChildFailed if the child needs too
        much memory or sends no message within `seconds`, and the errors of `read_message`."""
        assert process.stdout is not None
        end = time.monotonic() + seconds
        poll = select.poll()
        poll.register(process.stdout, select.POLLIN | select.POLLHUP)

        def wait_for_bytes() -> None:
            """Wait until the child has sent bytes. `read_message` calls this before each read."""
            seconds_left = end - time.monotonic()
            while seconds_left > 0:
                if poll.poll(1000 * min(seconds_left, _WATCH_SECONDS)):
                    return
                if _measure_resident(process) > self._limits.megabytes * MEGABYTE:
                    raise self._make_memory_failure()
                seconds_left = end - time.monotonic()
            raise ChildFailed(Failure.WALL_TIME, f"no result within {seconds:g} s")

        return read_message(
            process.stdout.fileno(),
            most_bytes=self._limits.most_answer_bytes,
            wait_for_bytes=wait_for_bytes,
        )

    def _discard_ended(self, process: subprocess.Popen[bytes]) -> ChildFailed:
        """Discard a child process that has ended. Return the error to raise, which says why it
        ended, by its exit status."""
        status = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = process.wait(1)
        self.discard()
        if status == -signal.SIGPROF:
            detail = f"needed more than {self._limits.seconds:g} s of CPU"
            return ChildFailed(Failure.CPU, detail)
        if status == NOT_SHUT_OFF and self._grade == Grade.SHUT_OFF:
            return ChildFailed(Failure.NOT_SHUT_OFF, "could not be shut off")
        return ChildFailed(Failure.ENDED, f"the process ended with status {status}")

    def _make_memory_failure(self) -> ChildFailed:
        return ChildFailed(Failure.MEMORY, f"needed more than {self._limits.megabytes} MB")

    def _is_worn(self, process: subprocess.Popen[bytes]) -> bool:
        """Return True if the child process should be replaced before the next call, because it has
        made its number of calls or because earlier calls have left too much in its memory."""
        most_calls = self._limits.most_calls
        if most_calls is not None and self._calls_made >= most_calls:
            return True
        most_kept_bytes = _MOST_KEPT_SHARE * self._limits.megabytes * MEGABYTE
        return _measure_resident(process) > most_kept_bytes

    def _make_room(self, needed_bytes: int) -> None:
        """End the child process if the next call, which needs `needed_bytes` of memory, would
        exceed its limit. The call then gets a new process. That takes as much time as 50 pages, so
        do it only if it is necessary."""
        process = self._process
        if process is None:
            return
        limit = self._limits.megabytes * MEGABYTE
        needed_bytes = min(needed_bytes, limit // 2)
        surely_free_bytes = (1 - _MOST_KEPT_SHARE) * limit  # see `_is_worn`
        if needed_bytes <= surely_free_bytes:
            return
        if _measure_resident(process) + needed_bytes > limit:
            self.discard()

    def kill(self, call: Call | None = None) -> None:
        """Kill the child process. If `call` is given, kill it only if this is its present call. Any
        thread may call this."""
        with self._lock:
            is_meant = call is None or call is self._last_call
            if self._process is not None and is_meant:
                self._process.kill()
                self._killed = True

    def discard(self) -> None:
        """End the process and close its pipes. Only the thread that uses the child may call
        this."""
        with self._lock:
            self._discard_process()

    def _discard_process(self) -> None:
        """Kill the child process and close its pipes, so that the next call starts a new one. The
        caller must hold `_lock`."""
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None
        if self._process is not None:
            with self._process:  # closes its pipes and waits
                self._process.kill()
        self._process = None
        self._killed = False
        self._calls_made = 0


@contextlib.contextmanager
def _block_signals(signals: Sequence[signal.Signals]) -> Iterator[None]:
    """Inside the block, let `signals` wait: this thread, and processes that it starts there, do not
    receive them."""
    earlier_mask = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier_mask)


def make_environment() -> dict[str, str]:
    """Return the environment variables of a child process: those that it needs, the import path,
    and those that allow numeric libraries one thread only. Other variables are not passed on, since
    they may be secrets of the operator."""
    passed = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    folders = [entry or os.curdir for entry in sys.path]  # "" is the current folder
    path = os.pathsep.join(dict.fromkeys(folders))  # each once
    return passed | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _measure_resident(process: subprocess.Popen[bytes]) -> int:
    """Return how many bytes of a process are in memory, 0 if this is not known."""
    memory = measure_memory(process.pid)
    return 0 if memory is None else memory.resident
