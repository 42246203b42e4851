"""CPU work in child processes: a page that hangs or eats memory fails alone. Children get pickled
calls over a pipe, ignore SIGINT and SIGTERM to finish a page, and end when the parent is gone
(SIGIO)."""

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import pickle
import queue
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fcntl import F_SETFL, F_SETOWN, fcntl
from pathlib import Path
from typing import IO, Any, Final, Generic, NoReturn, ParamSpec, TypeVar, cast

from syndicator.core.errors import SyndicatorError, WorkerFailed
from syndicator.core.reasons import WorkerReason

P = ParamSpec("P")
T = TypeVar("T")

SECONDS: Final = 10.0  # of CPU for one page or feed
MEGABYTES: Final = 600

_HEAD = struct.Struct("<cQ")
_READY, _VALUE, _ERROR, _BUG, _MEMORY = b"R", b"V", b"E", b"B", b"M"
_START_SECONDS = 60.0  # for starting the child and importing the function's module
_FAR = 20  # wall time of a call as a multiple of its CPU limit: a choice
_WATCH = 0.02  # seconds between two checks of the child's memory
# Variables that a child needs; the operator's tokens are not passed on.
_ENVIRONMENT = (
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
_MEGABYTE = 1_000_000
# share of its memory that a child may use between calls: vectors, models of languages and dates
_MOST_KEPT = 0.75
# free bytes per byte of a call, up to half of all: pages of the open corpus need 8 to 42
_ROOM = 100
_MOST_NEW = 50_000  # new objects until the next search for cycles: a choice
_FOR_THE_PARENT = (signal.SIGINT, signal.SIGTERM)  # the parent decides when its children end


@dataclass(frozen=True)  # no slots: calling Lazy[...] sets an attribute
class Lazy(Generic[P, T]):
    """A module-level function by name, "package.module:function". Only the process that calls it
    loads it."""

    name: str

    def load(self) -> Callable[P, T]:
        """Return the function. Raise ImportError or AttributeError if there is none."""
        module, _, function = self.name.partition(":")
        return cast(Callable[P, T], getattr(importlib.import_module(module), function))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.load()(*args, **kwargs)


def lazy_names(modules: Mapping[str, str]) -> dict[str, Lazy[..., Any]]:
    """Return the functions of each module (below `syndicator`, with names separated by blanks)."""
    return {
        name: Lazy(f"syndicator.{module}:{name}")
        for module, names in modules.items()
        for name in names.split()
    }


class Worker:
    """Runs module-level functions in `count` children, each call within `seconds` of CPU and
    `megabytes` of memory. Children start at the first call and import `preload`."""

    def __init__(
        self,
        *,
        seconds: float = SECONDS,
        megabytes: int = MEGABYTES,
        count: int = 1,
        preload: Sequence[str] = (),
    ) -> None:
        self._count = max(1, count)
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()
        self._children = tuple(
            _Child(seconds, megabytes, tuple(preload)) for _ in range(self._count)
        )
        for child in self._children:
            self._idle.put(child)
        self._threads: ThreadPoolExecutor | None = None
        self._closed = False

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function in a child; cancelling kills it. Raise its SyndicatorError or
        WorkerFailed."""
        job = _Job(_pack(function, args, kwargs))
        if self._closed:
            raise WorkerFailed(WorkerReason.CRASHED, "the worker is closed")
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count, "worker")
        future = self._threads.submit(self._work, job)
        try:
            answer = await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            job.drop()
            raise
        return cast(T, _result(answer))

    def call_sync(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function without an event loop."""
        return cast(T, _result(self._work(_Job(_pack(function, args, kwargs)))))

    def start(self) -> None:
        """Start the children now; otherwise the first call waits for it."""
        for child in self._children:
            child.start()

    def close(self) -> None:
        """Kill the children; active calls raise WorkerFailed."""
        self._closed = True
        for child in self._children:
            child.kill()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        for child in self._children:
            child.discard()

    async def aclose(self) -> None:
        """Call `close` without blocking the event loop."""
        await asyncio.to_thread(self.close)

    def _work(self, job: "_Job") -> tuple[bytes, bytes]:
        child = self._idle.get()
        try:
            job.child = child
            if job.dropped or self._closed:
                raise WorkerFailed(WorkerReason.CRASHED, "the worker is closed")
            return child.run(job)
        finally:
            job.child = None
            self._idle.put(child)


@dataclass(slots=True, eq=False)
class _Job:
    payload: bytes
    child: "_Child | None" = None
    dropped: bool = False

    def drop(self) -> None:
        self.dropped = True
        if (child := self.child) is not None:
            child.kill(self)


def _pack(function: Callable[..., object], args: Sequence[object], kwargs: object) -> bytes:
    if not isinstance(function, Lazy) and (
        "<" in function.__qualname__ or function.__module__ == "__main__"
    ):
        raise TypeError(
            f"{function.__qualname__} is not a module-level function of an importable module"
        )
    return pickle.dumps((function, args, kwargs), protocol=pickle.HIGHEST_PROTOCOL)


def _result(answer: tuple[bytes, bytes]) -> Any:
    kind, payload = answer
    value = pickle.loads(payload)
    if kind == _VALUE:
        return value
    if kind == _ERROR:
        raise value
    raise WorkerFailed(WorkerReason.CRASHED, str(value))


class _Child:
    def __init__(self, seconds: float, megabytes: int, preload: tuple[str, ...]) -> None:
        self._seconds, self._megabytes, self._preload = seconds, megabytes, preload
        self._process: subprocess.Popen[bytes] | None = None
        self._alive: IO[Any] | None = None  # our end of a pipe; the child ends when it closes
        self._killed = False  # by us; it may still be running for a moment
        self._job: _Job | None = None  # the last one
        self._lock = threading.Lock()

    def start(self, job: _Job | None = None) -> None:
        """Start the process for `job`, unless it runs."""
        with self._lock:
            if job is not None and job.dropped:
                raise WorkerFailed(WorkerReason.CRASHED, "the call was given up")
            self._job = job
            if self._process is not None and not self._killed and self._process.poll() is None:
                return
            self._discard()
            theirs, self._alive = map(os.fdopen, os.pipe(), ("rb", "wb"))
            # inherited: signals wait until the child ignores them
            with theirs, _blocked(_FOR_THE_PARENT):
                self._process = self._open(theirs.fileno())

    def _open(self, pipe: int) -> subprocess.Popen[bytes]:
        limits = map(str, (pipe, self._seconds, self._megabytes))
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from syndicator.processes import worker; worker.serve()",
                *limits,
                *self._preload,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # poll does not see what waits in a buffer
            env=environment(),
            pass_fds=(pipe,),
        )

    def run(self, job: _Job) -> tuple[bytes, bytes]:
        """Run one call; return kind and pickle of its answer. After WorkerFailed the next call
        starts a new process."""
        self._make_room(_ROOM * len(job.payload))
        self.start(job)
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise WorkerFailed(WorkerReason.CRASHED, "the worker process could not be started")
        try:
            _write(process.stdin, b"C", job.payload)
            kind, answer = self._frame(process, process.stdout, _START_SECONDS)
            if kind == _READY:  # imported: the clock of the call starts
                kind, answer = self._frame(process, process.stdout, _FAR * self._seconds)
        except WorkerFailed:
            self.discard()
            raise
        # ValueError: another thread closed the pipe
        except (EOFError, OSError, ValueError) as error:
            status = None
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = process.wait(1)
            self.discard()
            if status == -signal.SIGPROF:
                raise WorkerFailed(
                    WorkerReason.HUNG, f"needed more than {self._seconds:g} s of CPU"
                ) from error
            raise WorkerFailed(
                WorkerReason.CRASHED, f"the process ended with status {status}"
            ) from error
        if kind == _MEMORY:
            self.discard()
            raise WorkerFailed(WorkerReason.MEMORY, f"needed more than {self._megabytes} MB")
        if _resident(process.pid) > _MOST_KEPT * self._megabytes * _MEGABYTE:
            self.discard()  # memory left by a page must not count against the next one
        return kind, answer

    def _make_room(self, needed: int) -> None:
        """End the process if its memory leaves no room for the call. (A new process costs as much
        time as 50 pages.)"""
        process, limit = self._process, self._megabytes * _MEGABYTE
        needed = min(needed, limit // 2)
        if needed <= (1 - _MOST_KEPT) * limit or process is None:
            return  # `run` left that much free
        if _resident(process.pid) + needed > limit:
            self.discard()

    def kill(self, job: _Job | None = None) -> None:
        """Kill the process, from any thread; with `job`, only during that call."""
        with self._lock:
            if self._process is not None and (job is None or job is self._job):
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
        self._process, self._killed = None, False

    def _frame(
        self, process: subprocess.Popen[bytes], pipe: IO[bytes], seconds: float
    ) -> tuple[bytes, bytes]:
        end = time.monotonic() + seconds
        poll = select.poll()
        poll.register(pipe, select.POLLIN | select.POLLHUP)
        while (left := end - time.monotonic()) > 0:
            if poll.poll(1000 * min(left, _WATCH)):
                return _read(pipe)
            if _resident(process.pid) > self._megabytes * _MEGABYTE:
                raise WorkerFailed(WorkerReason.MEMORY, f"needed more than {self._megabytes} MB")
        raise WorkerFailed(WorkerReason.HUNG, f"no result within {seconds:g} s")


@contextlib.contextmanager
def _blocked(signals: Sequence[signal.Signals]) -> Iterator[None]:
    """Block `signals` in this thread and in processes that it starts."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def environment() -> dict[str, str]:
    """Return a child's environment: the parent's import path, one thread per numeric library, no
    secrets."""
    passed = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    path = os.pathsep.join(dict.fromkeys(entry or os.curdir for entry in sys.path))
    return passed | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _resident(pid: int) -> int:
    """Return the resident bytes of a process, 0 if unknown."""
    try:
        return int(_pages(str(pid))[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _pages(process: str) -> list[bytes]:
    """Return sizes in pages: total, resident, others (proc(5), statm)."""
    return Path(f"/proc/{process}/statm").read_bytes().split()


def _write(pipe: IO[bytes], kind: bytes, payload: bytes) -> None:
    rest = memoryview(_HEAD.pack(kind, len(payload)) + payload)
    while rest:
        rest = rest[os.write(pipe.fileno(), rest) :]


def _read(pipe: IO[bytes]) -> tuple[bytes, bytes]:
    kind, size = _HEAD.unpack(_exactly(pipe.fileno(), _HEAD.size))
    return kind, _exactly(pipe.fileno(), size)


def _exactly(number: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        if not (piece := os.read(number, min(size - len(data), 1 << 20))):
            raise EOFError
        data += piece
    return bytes(data)


def serve() -> NoReturn:
    """Run the child. argv: the parent's pipe, seconds, megabytes, modules to import; calls come on
    stdin."""
    _, pipe, seconds, megabytes, *preload = sys.argv
    _end_with(int(pipe))
    for number in _FOR_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _FOR_THE_PARENT)
    calls = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # output of libraries must not mix with answers
    for module in preload:
        importlib.import_module(module)
    # pages are trees, and a search for garbage per 700 objects takes a seventh of the CPU
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MOST_NEW)
    logging.disable()  # warnings of libraries about odd pages do not help the operator
    _limit(int(megabytes))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            _write(answers, *_answer(_read(calls)[1], answers, float(seconds)))
    os._exit(0)


def _answer(payload: bytes, answers: IO[bytes], seconds: float) -> tuple[bytes, bytes]:
    try:
        function, args, kwargs = pickle.loads(payload)
        if isinstance(function, Lazy):
            function = function.load()  # before the clock of the call starts
        _write(answers, _READY, b"")
        # of CPU; its signal ends the process, also in C code
        signal.setitimer(signal.ITIMER_PROF, seconds)
        # the parent kills first, unless it is gone
        signal.setitimer(signal.ITIMER_REAL, _FAR * seconds + 2)
        try:
            return _VALUE, pickle.dumps(function(*args, **kwargs), protocol=pickle.HIGHEST_PROTOCOL)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
    except SyndicatorError as error:
        return _ERROR, pickle.dumps(error)
    except MemoryError:
        return _MEMORY, b""
    except Exception as error:  # noqa: BLE001 - every other failure of a library is the caller's "crashed", with its name
        return _BUG, pickle.dumps(f"{type(error).__name__}: {str(error)[:200]}")


def _limit(megabytes: int) -> None:
    """Limit address space: allocations above `megabytes` fail before the machine swaps."""
    try:
        import resource

        total, resident = (int(pages) * resource.getpagesize() for pages in _pages("self")[:2])
        most = total + max(megabytes * _MEGABYTE - resident, 0)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return  # no such limit here: the parent's watch remains


def _end_with(pipe: int) -> None:
    """End this process when the parent closes `pipe`: SIGIO (fcntl(2), O_ASYNC) ends it even in C
    code."""
    # nothing is written to `pipe`: SIGIO comes for bytes too, on a busy machine after they were
    # read
    fcntl(pipe, F_SETOWN, os.getpid())
    fcntl(pipe, F_SETFL, os.O_ASYNC)
