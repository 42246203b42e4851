"""Runs an ASGI application until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import resource
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.core.errors import MissingError
from syndicator.core.ports.request_limits import BODY_BYTES, CONNECTIONS, SHARE, most_connections
from syndicator.server.connections import BodyBytes, Connection, Connections

_AT_ONCE = 100  # connections that the event loop accepts before it sees to those it has; the system queues the others


__all__ = ["ASGIApp", "Replaceable", "serve"]


class Replaceable:
    """An application in whose place another one can be put while it is served: `now`."""

    def __init__(self, app: ASGIApp) -> None:
        self.now = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.now(scope, receive, send)


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    stop: asyncio.Event,
    listening: Callable[[str], None] = lambda address: None,
    body_bytes: BodyBytes = lambda path: BODY_BYTES,
) -> None:
    """Serve `app` on `host`:`port` (0: any free port) until `stop` is set; open requests get 3 s to end. Requests are
    held to the `request_limits`; `body_bytes`: the most bytes of a request body, by path. The client of a request is
    its peer, whatever a header says. `listening` is called with the address once it is bound. Installs no signal
    handlers. Raises MissingError when the port is taken or may not be used, or the address is not this machine's."""
    listener = _listen(host, port)
    most = most_connections(_descriptors())
    listener.listen(min(_AT_ONCE, most))  # who is told the address may connect at once
    listening(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/")
    config = uvicorn.Config(
        app,
        http=Connection,  # over httptools, in C: half of the CPU of an answer (tests/bench/bench_web.py)
        ws="none",
        log_config=None,
        log_level="error",  # strangers' broken requests fill no log
        proxy_headers=False,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
        server_header=False,
        backlog=min(_AT_ONCE, most),
    )
    server = _Server(config, Connections(most, body_bytes))
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stopping
        listener.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections
        self.server_state.connections = connections

    async def on_tick(self, counter: int) -> bool:
        """Called by uvicorn ten times a second."""
        if counter % 10 == 0:
            self._connections.cut_late()
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the command that serves."""
        yield


def _descriptors() -> int:
    """The most files and sockets that this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS * SHARE if soft == resource.RLIM_INFINITY else soft


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY on sockets that were made with this protocol alone. Without, the second part of an answer
    # waits for the other side to have acknowledged the first: 44 ms on a kept connection.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    listener.setblocking(False)
    return listener


def _refused(host: str, port: int, error: OSError) -> MissingError:
    if error.errno == errno.EADDRINUSE:
        return MissingError(f"port {port} on {host} is taken; stop what uses it, or set publish.port (or --port)")
    if error.errno == errno.EACCES:
        return MissingError(f"port {port} needs more rights; set publish.port to 1024 or more")
    return MissingError(f"cannot listen on {host} port {port}: {error.strerror or error}; set publish.host")
