"""Name look-ups on threads of their own: a hung resolver holds nobody else up."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence

Answer = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
Lookup = Callable[[str, int], Sequence[Answer]]

# Abandoned look-ups end when libc gives up (30 s and more); past this many the next one fails at once.
_MOST = 256


def system(host: str, port: int) -> Sequence[Answer]:
    """All TCP addresses of `host` as the operating system has them. Raises OSError."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Threads:
    """Runs look-ups, each on a daemon thread; cancelling the wait abandons the thread to its end."""

    def __init__(self, lookup: Lookup = system) -> None:
        self._lookup = lookup
        self._running = 0

    async def __call__(self, host: str, port: int) -> Sequence[Answer]:
        if self._running >= _MOST:
            raise socket.gaierror(socket.EAI_AGAIN, f"{_MOST} name look-ups hang")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[Answer]] = loop.create_future()

        def work() -> None:
            answer: Sequence[Answer] = ()
            failure: Exception | None = None
            try:
                answer = self._lookup(host, port)
            except (OSError, UnicodeError, ValueError) as error:
                failure = error
            if not loop.is_closed():
                loop.call_soon_threadsafe(done, answer, failure)

        def done(answer: Sequence[Answer], failure: Exception | None) -> None:
            self._running -= 1
            if future.cancelled():
                return
            if failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(answer)

        self._running += 1
        threading.Thread(target=work, daemon=True, name=f"lookup {host[:60]}").start()
        return await future
