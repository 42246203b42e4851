"""Start one child process, send it calls, watch its time and memory, and end it.
This is the parent's side."""

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
_WATCH: Final = 0.02  # seconds between two checks of the child's memory
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
# share of its memory that a child may use between calls: vectors, models of languages and dates
_MOST_KEPT: Final = 0.75
# free bytes per byte of a call, up to half of all: pages of the open corpus need 8 to 42
_ROOM: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a child. `megabytes`: what it has in memory, with the interpreter."""

    seconds: float  # of CPU for one call
    wall_seconds: float  # for one call
    megabytes: int
    most_answer: int | None = None  # bytes
    most_calls: int | None = None  # then a new process takes its place


class Failure(Enum):
    """Why a call has no answer."""

    CPU = auto()
    WALL_TIME = auto()
    MEMORY = auto()
    NOT_SHUT_OFF = auto()
    INVALID = auto()  # an answer that no honest child gives
    ENDED = auto()  # crashed, killed or closed


class ChildFailed(Exception):
    """A call without an answer. Its child has ended; the next call gets a new one."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail


@dataclass(slots=True, eq=False)
class Call:
    """A call that waits for a child or runs in one."""

    payload: bytes
    child: "Child | None" = None  # the one that runs it
    dropped: bool = False

    def drop(self) -> None:
        """Give it up, from any thread; a child that runs it is killed."""
        self.dropped = True
        if (child := self.child) is not None:
            child.kill(self)


class Child:
    """A process of a grade, started at the first call. `names`: as `serving.serve` takes them."""

    def __init__(self, grade: Grade, limits: Limits, names: Sequence[str]) -> None:
        self._grade = grade
        self._limits = limits
        self._names = tuple(names)
        self._process: subprocess.Popen[bytes] | None = None
        self._alive: IO[Any] | None = None  # our end of a pipe; the child ends when it closes
        self._killed = False  # by us; it may still be running for a moment
        self._calls = 0  # of this process
        self._call: Call | None = None  # the last one
        self._lock = threading.Lock()

    def start(self, call: Call | None = None) -> subprocess.Popen[bytes]:
        """Start the process for `call`, unless it runs."""
        with self._lock:
            if call is not None and call.dropped:
                raise ChildFailed(Failure.ENDED, "the call was given up")
            self._call = call
            if self._process is not None and not self._killed and self._process.poll() is None:
                return self._process
            self._discard()
            theirs, self._alive = map(os.fdopen, os.pipe(), ("rb", "wb"))
            # inherited: signals wait until the child ignores them
            with theirs, _blocked(FOR_THE_PARENT):
                self._process = self._open(theirs.fileno())
            return self._process

    def _open(self, pipe: int) -> subprocess.Popen[bytes]:
        limits = self._limits
        numbers = map(str, (pipe, limits.seconds, limits.wall_seconds, limits.megabytes))
        is_shut_off = self._grade == Grade.SHUT_OFF
        return subprocess.Popen(
            [sys.executable, "-c", _CODE, self._grade, *numbers, *self._names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if is_shut_off else None,
            bufsize=0,  # poll does not see what waits in a buffer
            env=make_environment(),
            pass_fds=(pipe,),
        )

    def run(self, call: Call) -> Message:
        """Send a call and return its answer. Raises ChildFailed."""
        self._make_room(_ROOM * len(call.payload))
        process = self.start(call)
        assert process.stdin is not None
        try:
            write_message(process.stdin.fileno(), Message(Kind.CALL, call.payload))
            answer = self._receive(process, _START_SECONDS)
            if answer.kind == Kind.READY:
                answer = self._receive(process, self._limits.wall_seconds)
        except ChildFailed:
            self.discard()
            raise
        # ValueError: another thread closed the pipe, or the answer is too long
        except (EOFError, OSError, ValueError) as error:
            raise self._take_end(process) from error
        if answer.kind == Kind.MEMORY:
            self.discard()
            raise self._no_memory()
        self._calls += 1
        if self._is_worn(process):
            self.discard()
        return answer

    def _receive(self, process: subprocess.Popen[bytes], seconds: float) -> Message:
        assert process.stdout is not None
        end = time.monotonic() + seconds
        poll = select.poll()
        poll.register(process.stdout, select.POLLIN | select.POLLHUP)

        def wait() -> None:
            while (left := end - time.monotonic()) > 0:
                if poll.poll(1000 * min(left, _WATCH)):
                    return
                if _resident(process) > self._limits.megabytes * MEGABYTE:
                    raise self._no_memory()
            raise ChildFailed(Failure.WALL_TIME, f"no result within {seconds:g} s")

        return read_message(process.stdout.fileno(), most=self._limits.most_answer, wait=wait)

    def _take_end(self, process: subprocess.Popen[bytes]) -> ChildFailed:
        """Return the failure that the status of an ended process stands for."""
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

    def _no_memory(self) -> ChildFailed:
        return ChildFailed(Failure.MEMORY, f"needed more than {self._limits.megabytes} MB")

    def _is_worn(self, process: subprocess.Popen[bytes]) -> bool:
        """Return True if the next call should not suffer from what earlier ones left."""
        most_calls = self._limits.most_calls
        if most_calls is not None and self._calls >= most_calls:
            return True
        return _resident(process) > _MOST_KEPT * self._limits.megabytes * MEGABYTE

    def _make_room(self, needed: int) -> None:
        """End the process if its memory leaves no room for the call. (A new process costs as much
        time as 50 pages.)"""
        process = self._process
        limit = self._limits.megabytes * MEGABYTE
        needed = min(needed, limit // 2)
        if needed <= (1 - _MOST_KEPT) * limit or process is None:
            return  # `run` left that much free
        if _resident(process) + needed > limit:
            self.discard()

    def kill(self, call: Call | None = None) -> None:
        """Kill the process, from any thread; with `call`, only while it runs that one."""
        with self._lock:
            if self._process is not None and (call is None or call is self._call):
                self._process.kill()
                self._killed = True

    def discard(self) -> None:
        """End the process and close its pipes; only from the thread that uses it."""
        with self._lock:
            self._discard()

    def _discard(self) -> None:
        if self._alive is not None:
            self._alive.close()
        if self._process is not None:
            with self._process:  # closes its pipes and waits
                self._process.kill()
        self._process = None
        self._killed = False
        self._calls = 0


@contextlib.contextmanager
def _blocked(signals: Sequence[signal.Signals]) -> Iterator[None]:
    """Block `signals` in this thread and in processes that it starts."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def make_environment() -> dict[str, str]:
    """Return a child's environment: the parent's import path, one thread per numeric library, no
    secrets."""
    passed = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    path = os.pathsep.join(dict.fromkeys(entry or os.curdir for entry in sys.path))
    return passed | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _resident(process: subprocess.Popen[bytes]) -> int:
    """Return the bytes that a process has in memory, 0 if unknown."""
    memory = measure_memory(process.pid)
    return 0 if memory is None else memory.resident
