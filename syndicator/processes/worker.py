"""Call any module-level function in a child process with limits on CPU time and memory.

A page that hangs or eats memory then fails alone."""

import contextlib
import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, ParamSpec, TypeVar, cast

from syndicator.core.errors import WorkerFailed
from syndicator.core.reasons import WorkerReason
from syndicator.processes.child import ChildFailed, Failure, Limits
from syndicator.processes.lazy import Lazy
from syndicator.processes.messages import Grade, Kind, Message
from syndicator.processes.runner import Runner

P = ParamSpec("P")
T = TypeVar("T")

SECONDS: Final = 10.0  # of CPU for one page or feed
MEGABYTES: Final = 600
_WALL_PER_CPU: Final = 20  # wall time of a call as a multiple of its CPU limit: a choice
_REASONS: Final = {
    Failure.CPU: WorkerReason.HUNG,
    Failure.WALL_TIME: WorkerReason.HUNG,
    Failure.MEMORY: WorkerReason.MEMORY,
}


class Worker(Runner[Any]):
    """Runs module-level functions in `count` child processes. A call may take `seconds` of CPU and
    `megabytes` of memory. Children start at the first call and import the modules `preload`."""

    def __init__(
        self,
        *,
        seconds: float = SECONDS,
        megabytes: int = MEGABYTES,
        count: int = 1,
        preload: Sequence[str] = (),
    ) -> None:
        wall_seconds = _WALL_PER_CPU * seconds
        limits = Limits(seconds=seconds, wall_seconds=wall_seconds, megabytes=megabytes)
        super().__init__(Grade.LIMITED, limits, preload, read_answer=_read_result, count=count)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `function` with the given arguments in a child process, and return its result. If
        this is cancelled, the child is killed. Raises the SyndicatorError that the function raises,
        and WorkerFailed for any other failure."""
        payload = _pickle_call(function, args, kwargs)
        with _convert_failures():
            return cast(T, await self._run_call(payload))

    def call_sync(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the same as `call`, and wait for it without an event loop."""
        payload = _pickle_call(function, args, kwargs)
        with _convert_failures():
            return cast(T, self._run_call_sync(payload))


@contextlib.contextmanager
def _convert_failures() -> Iterator[None]:
    """If the block raises ChildFailed, because a child process has failed, raise WorkerFailed with
    the code of the reason in its place."""
    try:
        yield
    except ChildFailed as error:
        reason = _REASONS.get(error.failure, WorkerReason.CRASHED)
        raise WorkerFailed(reason, error.detail) from error


def _pickle_call(function: Callable[..., object], args: Sequence[object], kwargs: object) -> bytes:
    """Return a call of `function` with these arguments as bytes, for a child process. Raises
    TypeError for a function that a child cannot import, such as a lambda."""
    if not isinstance(function, Lazy):  # a Lazy is the name of an importable function
        is_inner = "<" in function.__qualname__  # a lambda, or a function in a function
        if is_inner or function.__module__ == "__main__":
            raise TypeError(
                f"{function.__qualname__} is not a module-level function of an importable module"
            )
    return pickle.dumps((function, args, kwargs), protocol=pickle.HIGHEST_PROTOCOL)


def _read_result(answer: Message) -> Any:
    """Return the result of a call from the answer of a child process. Raises the SyndicatorError
    that the called function raised, or WorkerFailed for any other exception in the child."""
    if answer.kind == Kind.VALUE:
        return pickle.loads(answer.payload)
    if answer.kind == Kind.ERROR:
        raise pickle.loads(answer.payload)
    raise WorkerFailed(WorkerReason.CRASHED, answer.payload.decode())
