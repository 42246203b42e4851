"""A web of made-up sites behind one HTTP proxy on loopback: every address ends in .example, so that
it is the same on every machine, and no name is looked up."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address says."""

    body: str | bytes = ""
    status: int = 200
    type: str = _HTML
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(status=404, body="<!DOCTYPE html><title>Not found</title><h1>Not found</h1>\n")


class Web:
    """`answers`: address -> what it says; all others answer 404. `asked`: the addresses that were
    asked for."""

    def __init__(self) -> None:
        self.answers: Mapping[str, Answer] = {}
        self.asked: list[str] = []
        self.proxy = ""  # http://127.0.0.1:port, once it listens


@contextmanager
def serve_web() -> Iterator[Web]:
    """A web whose proxy listens on a free port of 127.0.0.1."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            web.asked.append(self.path)
            answer = web.answers.get(self.path, NOT_FOUND)
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in {"Content-Type": answer.type, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the tests' output is not the place."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was killed has left its connection open."""

    server = Server(("127.0.0.1", 0), Handler)
    web.proxy = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
