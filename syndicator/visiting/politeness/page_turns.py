"""Let one page be one turn at each host that it loads from."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

from syndicator.core.ports import Turn
from syndicator.visiting.politeness.throttle import Throttle


class PageTurns:
    """The turns of one page: that of a host is taken at the first request to it and kept until the
    block ends, so that no pauses lie between the parts of a page. Still one request at a time."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle
        self._taken: dict[str, Turn] = {}
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
        await self._stack.aclose()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Turn]:
        """Wait until the page may ask the host; yield its turn. Raises HostBusy."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self._taken:
                self._taken[name] = await self._stack.enter_async_context(self._throttle.turn(name))
            yield self._taken[name]
