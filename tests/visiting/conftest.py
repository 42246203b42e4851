"""A web of our own on loopback: routes are functions, requests are remembered."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Reply:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Seen:
    path: str
    method: str
    headers: dict[str, str]
    body: bytes


class Web:
    """`web.routes[path] = Reply | function(Seen) -> Reply`; `web.url(path)`; `web.seen`."""

    def __init__(self) -> None:
        self.routes: dict[str, Reply | Callable[[Seen], Reply]] = {}
        self.seen: list[Seen] = []
        self.open = 0
        self.most_open = 0
        self._lock = threading.Lock()
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server_version = "Loopback"

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                web.answer(self)

            do_POST = do_GET

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients that hang up are part of the tests."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.server.server_port

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def list_paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        size = int(handler.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        seen = Seen(handler.path, handler.command, headers, handler.rfile.read(size))
        with self._lock:
            self.seen.append(seen)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        try:
            route = self.routes.get(handler.path.partition("?")[0], Reply(404))
            reply = route if isinstance(route, Reply) else route(seen)
        finally:
            with self._lock:
                self.open -= 1
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if (
            reply.status != 304
            and not {"Content-Length", "Transfer-Encoding"} & reply.headers.keys()
        ):
            handler.send_header("Content-Length", str(len(reply.body)))
        if reply.headers.get("Connection") == "close":
            handler.close_connection = True
        handler.end_headers()
        if reply.status != 304:
            handler.wfile.write(reply.body)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture
def other_web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()
