"""DNS look-ups, each on its own thread: one that hangs delays no other."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence

Answer = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
Lookup = Callable[[str, int], Sequence[Answer]]

# A look-up cannot be stopped: it ends when libc gives up, after 30 s or more. When so many run, the next fails at once.
_MOST = 256


def system(host: str, port: int) -> Sequence[Answer]:
    """All TCP addresses of `host` that the operating system finds. Raises OSError."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Threads:
    """Runs `lookup(host, port)` on a daemon thread. Raises what it raises, and gaierror when 256 look-ups hang. A
    caller that is cancelled leaves the thread to end by itself."""

    def __init__(self, lookup: Lookup = system) -> None:
        self._lookup = lookup
        self._running = 0

    async def __call__(self, host: str, port: int) -> Sequence[Answer]:
        if self._running >= _MOST:
            raise socket.gaierror(socket.EAI_AGAIN, f"{_MOST} DNS look-ups hang")
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
