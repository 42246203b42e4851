"""Connections that cost their owner nothing do not keep others from being served."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from syndicator.server.connections import ANSWER_SECONDS, HEADER_SECONDS, Connections, most_connections

# A server that may open few descriptors. Asked by a line, it says how many sockets it could still open.
SERVER = """
import asyncio, resource, socket, sys, threading
from pathlib import Path
from syndicator.server.files import make_app
from syndicator.server.server import serve
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
"""


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Transport:
    buffered = 0
    aborted = False

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def abort(self) -> None:
        self.aborted = True


@dataclass(eq=False)
class Connection:
    cycle: Any
    transport: Transport


def opened(connections: Connections, *, answered: bool | None = None) -> Connection:
    """One that waits for its first request (None), is answered, or has been answered."""
    cycle = None if answered is None else SimpleNamespace(response_complete=answered)
    made = Connection(cycle, Transport())
    connections.add(made)
    return made


def test_who_sends_no_request_is_cut_off() -> None:
    clock = Time()
    connections = Connections(10, clock)
    silent, asking = opened(connections), opened(connections)
    clock.now = HEADER_SECONDS - 1
    connections.close_late()
    asking.cycle = SimpleNamespace(response_complete=False)
    connections.close_late()
    clock.now = HEADER_SECONDS + 1
    connections.close_late()
    assert silent.transport.aborted
    assert not asking.transport.aborted
    assert connections == {asking}


def test_a_kept_connection_has_the_same_time_for_each_request() -> None:
    clock = Time()
    connections = Connections(10, clock)
    kept = opened(connections)
    for _ in range(3):
        clock.now += HEADER_SECONDS - 1
        kept.cycle = SimpleNamespace(response_complete=True)
        connections.close_late()
    assert not kept.transport.aborted
    clock.now += HEADER_SECONDS + 1
    connections.close_late()
    assert kept.transport.aborted


def test_an_answer_may_take_longer_but_not_for_ever() -> None:
    clock = Time()
    connections = Connections(10, clock)
    slow = opened(connections, answered=True)
    slow.transport.buffered = 100_000  # made, and not yet read by the other side
    connections.close_late()
    clock.now = HEADER_SECONDS + 1
    connections.close_late()
    assert not slow.transport.aborted
    clock.now = ANSWER_SECONDS + 1
    connections.close_late()
    assert slow.transport.aborted


def test_a_new_connection_takes_the_place_of_the_one_that_waits_longest() -> None:
    clock = Time()
    connections = Connections(3, clock)
    busy = opened(connections)
    busy.cycle = SimpleNamespace(response_complete=False)
    clock.now = 1
    first = opened(connections)
    clock.now = 2
    second = opened(connections)
    clock.now = 3
    new = opened(connections)
    assert connections == {busy, second, new}
    assert first.transport.aborted


def test_where_none_waits_the_longest_answer_ends() -> None:
    clock = Time()
    connections = Connections(2, clock)
    for clock.now in (0.0, 1.0):
        opened(connections, answered=False)
        connections.close_late()
    first = next(iter(sorted(connections, key=lambda one: connections._states[one].since)))
    new = opened(connections)
    assert first.transport.aborted
    assert new in connections


def test_half_of_the_descriptors_are_kept_for_fetching() -> None:
    assert most_connections(256) == 128
    assert most_connections(1024) == 512
    assert most_connections(1_000_000) == 1000


class Server(NamedTuple):
    where: tuple[str, int]
    process: subprocess.Popen[str]

    def left(self) -> int:
        """How many descriptors are free."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def serving(folder: Path, descriptors: int) -> Iterator[Server]:
    (folder / "index.html").write_text("<p>Hello")
    command = [sys.executable, "-c", SERVER, str(folder), str(descriptors)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            host, _, port = process.stdout.readline().strip().removeprefix("http://").rstrip("/").rpartition(":")
            while True:  # it says its address when it is bound, just before it listens
                with contextlib.suppress(ConnectionRefusedError):
                    assert asked((host, int(port)))
                    break
            yield Server((host, int(port)), process)
        finally:
            process.kill()


def asked(where: tuple[str, int]) -> bytes:
    """The answer to one request. Raises OSError."""
    with socket.create_connection(where, timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        return b"".join(iter(lambda: client.recv(65_536), b""))


def flooded(folder: Path, descriptors: int, count: int) -> None:
    with serving(folder, descriptors) as server, contextlib.ExitStack() as stack:
        for number in range(count):
            idle = stack.enter_context(socket.create_connection(server.where, timeout=20))
            with contextlib.suppress(ConnectionError):
                idle.sendall(b"GET / HTTP/1.1\r\n" if number % 2 else b"")
        for _ in range(5):
            assert asked(server.where).endswith(b"<p>Hello")
        assert server.left() > descriptors // 4


@pytest.mark.slow
def test_idle_connections_do_not_stop_the_server(tmp_path: Path) -> None:
    flooded(tmp_path, descriptors=128, count=300)


@pytest.mark.slow
def test_1200_idle_connections_do_not_stop_the_server(tmp_path: Path) -> None:
    flooded(tmp_path, descriptors=1024, count=1200)


@pytest.mark.slow
def test_a_header_that_drips_is_cut_off(tmp_path: Path) -> None:
    """Each byte renews no deadline. Takes as long as the deadline."""
    with serving(tmp_path, 128) as server, socket.create_connection(server.where, timeout=20) as client:
        started = time.monotonic()
        client.sendall(b"GET / HTTP/1.1\r\nx: ")
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - started < 4 * HEADER_SECONDS:
                client.sendall(b"a")
                time.sleep(0.5)
            raise AssertionError("still open")
