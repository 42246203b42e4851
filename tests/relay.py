"""A relay between clients and a server: it delays what it passes on, or swallows it, as a broken
network does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress


class Relay:
    """Passes bytes on to the socket file `target`, each `delay` seconds late in either direction.
    While `swallows`, bytes vanish and connections stay open."""

    def __init__(self, target: str, delay: float = 0.0) -> None:
        self._target = target
        self._delay = delay
        self.swallows = False
        self.port = 0

    @contextmanager
    def serving(self) -> Iterator[Relay]:
        loop = asyncio.new_event_loop()
        ready = threading.Event()

        def run() -> None:
            server = loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", 0))
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            loop.run_forever()
            server.close()
            loop.run_until_complete(_cancel_all())
            loop.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError), closing(writer):
            there, back = await asyncio.open_unix_connection(self._target)
            with closing(back):
                await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(65_536):
            if not self.swallows:
                loop.call_later(self._delay, self._write, writer, data)
        await asyncio.sleep(self._delay)
        writer.close()

    def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if not self.swallows and not writer.is_closing():
            writer.write(data)


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.05)  # transports close
