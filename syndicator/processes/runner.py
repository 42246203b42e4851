"""Share calls among several child processes of one grade: queue, cancel and close."""

import asyncio
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from syndicator.processes.child import Call, Child, ChildFailed, Failure, Limits
from syndicator.processes.messages import Grade, Message

T = TypeVar("T")


class Runner(Generic[T]):
    """Runs calls in `count` child processes, which start at the first call. `names_to_load`:
    modules or functions that a child loads, as `serving.serve` says; `read_answer`: returns the
    result of a call for the child's answer. If it raises ChildFailed, the child is not trusted any
    more and ended."""

    def __init__(
        self,
        grade: Grade,
        limits: Limits,
        names_to_load: Sequence[str],
        *,
        read_answer: Callable[[Message], T],
        count: int = 1,
    ) -> None:
        self._count = max(1, count)
        self._read_answer = read_answer
        self._children = tuple(Child(grade, limits, names_to_load) for _ in range(self._count))
        self._idle_children: queue.LifoQueue[Child] = queue.LifoQueue()
        for child in self._children:
            self._idle_children.put(child)
        self._threads: ThreadPoolExecutor | None = None
        self._closed = False

    def start(self) -> None:
        """Start the children now, so that the first call need not wait for this."""
        for child in self._children:
            child.start()

    def close(self) -> None:
        """Kill the child processes and end the threads. Running calls raise ChildFailed."""
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

    async def _run_call(self, payload: bytes) -> T:
        """Run a call in an idle child process, and return its result. `payload`: the bytes of the
        call. If this is cancelled, the child that runs the call is killed. Raises ChildFailed, and
        the errors of `read_answer`."""
        self._refuse_if_closed()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count, "children")
        call = Call(payload)
        future = self._threads.submit(self._run_in_idle_child, call)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            call.drop()
            raise

    def _run_call_sync(self, payload: bytes) -> T:
        """As `_run_call`, without an event loop."""
        return self._run_in_idle_child(Call(payload))

    def _run_in_idle_child(self, call: Call) -> T:
        """Wait for an idle child process, run the call in it, and return the result. This blocks,
        so it runs in a thread."""
        child = self._idle_children.get()
        try:
            call.child = child
            self._refuse_if_closed()
            answer = child.run(call)
            try:
                return self._read_answer(answer)
            except ChildFailed:  # an answer that the child must never give
                child.discard()
                raise
        finally:
            call.child = None
            self._idle_children.put(child)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ChildFailed(Failure.ENDED, "the worker is closed")
