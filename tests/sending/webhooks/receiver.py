"""A receiver of webhooks on loopback, which answers as a test says."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def line(self) -> str:
        """The type of the message and the title of what it is about."""
        return f"{self.message['type']} {self.message['data'].get('title', '')}".strip()


@dataclass(slots=True)
class Receiver:
    """`answer` gives the status of each delivery; 0 closes the connection instead."""

    url: str = ""
    answer: Callable[[Delivery], int] = lambda delivery: 204
    text: bytes = b""  # of its answers
    got: list[Delivery] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [delivery.line for delivery in self.got]


@contextmanager
def serve_receiver() -> Iterator[Receiver]:
    """A receiver that answers 204 until a test says otherwise."""
    receiver = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            delivery = Delivery(
                self.path, {name.lower(): value for name, value in self.headers.items()}, body
            )
            receiver.got.append(delivery)
            status = receiver.answer(delivery)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", str(len(receiver.text)))
            if status in range(300, 400):
                self.send_header("location", f"{receiver.url}/elsewhere")
            self.end_headers()
            self.wfile.write(receiver.text)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
