"""Call one function from bytes to bytes in a child process without network and files.

Its answers are checked, and never unpickled."""

from collections.abc import Callable
from typing import Generic, TypeVar

from syndicator.processes.child import ChildFailed, Failure, Limits
from syndicator.processes.lazy import Lazy
from syndicator.processes.messages import Grade, Kind, Message
from syndicator.processes.runner import Runner

T = TypeVar("T")


class Sandbox(Runner[T], Generic[T]):
    """Runs `function` in a child process without network and files. `prepare`: called in the child
    before network and files are taken from it; it must import all that `function` may need.
    `parse`: returns the result for the bytes of an answer, or None for bytes that no honest child
    answers; then the child is ended."""

    def __init__(
        self,
        function: Lazy[[bytes], bytes],
        *,
        prepare: Lazy[[], None],
        limits: Limits,
        parse: Callable[[bytes], T | None],
    ) -> None:
        """`function`: the function that the child calls; `prepare`: a function that the child calls
        once, before it is shut off; `parse`: gets the bytes that `function` returned, returns the
        result, or None for bytes that it must never return."""

        def read_answer(answer: Message) -> T:
            """Return the result in an answer of the child. Called for each answer."""
            result = parse(answer.payload) if answer.kind == Kind.VALUE else None
            if result is None:
                raise ChildFailed(Failure.INVALID, "the process answered what it never should")
            return result

        super().__init__(
            Grade.SHUT_OFF, limits, (function.name, prepare.name), read_answer=read_answer
        )

    async def call(self, data: bytes) -> T:
        """Return the checked answer to `data`. Cancelling this kills the child. Raises
        ChildFailed."""
        return await self._run_call(data)
