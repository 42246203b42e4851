"""Let a browser load all parts of a page from a host within one turn of that host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

from syndicator.core.ports import Turn
from syndicator.visiting.politeness.throttle import Throttle


class PageTurns:
    """The turns of one page that a browser draws, which loads parts from several hosts. Use it in
    an `async with` block.

    The turn of a host is taken at the first request to it and kept until the block ends, so that
    the parts of the page load without pauses. A host still gets only one request at a time."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle
        self._turns: dict[str, Turn] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give back the turns of all hosts. The arguments are not used."""
        await self._stack.aclose()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Turn]:
        """Wait until the page may send a request to the host `name`, and yield the host's turn,
        which permits it. The first request takes the turn, and the page keeps it to the end. Raises
        HostBusy if other machines use the host for too long."""
        # one request at a time to each host
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self._turns:
                self._turns[name] = await self._stack.enter_async_context(self._throttle.turn(name))
            yield self._turns[name]
