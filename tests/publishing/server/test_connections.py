"""One client with many idle connections does not block others."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

# A server that may open few descriptors. Asked by a line, it says how many sockets it could still
# open.
SERVER = """
import asyncio, resource, socket, sys, threading
from pathlib import Path
from syndicator.publishing.server.files import make_app
from syndicator.publishing.server.server import serve
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[2]), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
app = make_app(Path(sys.argv[1]))

def left():
    for _ in sys.stdin:
        sockets = []
        try:
            while len(sockets) < 1000:
                sockets.append(socket.socket())
        except OSError:
            pass
        print(len(sockets), flush=True)

threading.Thread(target=left, daemon=True).start()
asyncio.run(serve(app, "127.0.0.1", 0, stop=asyncio.Event(), listening=lambda url: print(url, flush=True)))
"""  # noqa: E501


class Server(NamedTuple):
    where: tuple[str, int]
    process: subprocess.Popen[str]

    def count_free_descriptors(self) -> int:
        """How many descriptors are free."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def serve_until_end(folder: Path, descriptors: int) -> Iterator[Server]:
    (folder / "index.html").write_text("<p>Hello")
    command = [sys.executable, "-c", SERVER, str(folder), str(descriptors)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            host, _, port = (
                process.stdout.readline()
                .strip()
                .removeprefix("http://")
                .rstrip("/")
                .rpartition(":")
            )
            while True:  # it says its address when it is bound, just before it listens
                with contextlib.suppress(ConnectionRefusedError):
                    assert send_request((host, int(port)))
                    break
            yield Server((host, int(port)), process)
        finally:
            process.kill()


def send_request(where: tuple[str, int]) -> bytes:
    """Return the answer to one request. Raises OSError."""
    with socket.create_connection(where, timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        return b"".join(iter(lambda: client.recv(65_536), b""))


def open_many_connections(folder: Path, descriptors: int, count: int) -> None:
    with serve_until_end(folder, descriptors) as server, contextlib.ExitStack() as stack:
        for number in range(count):
            idle = stack.enter_context(socket.create_connection(server.where, timeout=20))
            with contextlib.suppress(ConnectionError):
                idle.sendall(b"GET / HTTP/1.1\r\n" if number % 2 else b"")
        for _ in range(5):
            assert send_request(server.where).endswith(b"<p>Hello")
        assert server.count_free_descriptors() > descriptors // 4


@pytest.mark.slow
def test_idle_connections_do_not_stop_the_server(tmp_path: Path) -> None:
    """The server still answers while 300 idle connections are open, more than its 128 file
    descriptors allow."""
    open_many_connections(tmp_path, descriptors=128, count=300)


@pytest.mark.slow
def test_1200_idle_connections_do_not_stop_the_server(tmp_path: Path) -> None:
    """The server still answers while 1,200 idle connections are open, more than its 1,024 file
    descriptors allow."""
    open_many_connections(tmp_path, descriptors=1024, count=1200)
