"""Notifications to systemd, over a real socket."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.cli.running.serving import Notify, watchdog_seconds


@pytest.fixture
def notify_socket(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(10)
        yield listener


def test_each_state_is_one_datagram(notify_socket: socket.socket) -> None:
    """Each state is sent to systemd as one datagram."""
    notify = Notify({"NOTIFY_SOCKET": notify_socket.getsockname()})
    notify.ready("serving http://127.0.0.1:8080/")
    notify.reloading()
    notify.send("STOPPING=1")

    assert notify_socket.recv(500).decode() == "READY=1\nSTATUS=serving http://127.0.0.1:8080/"

    first, second = notify_socket.recv(500).decode().split("\n")

    assert first == "RELOADING=1"
    assert int(second.removeprefix("MONOTONIC_USEC=")) > 0
    assert notify_socket.recv(500) == b"STOPPING=1"


def test_an_abstract_socket() -> None:
    """A socket named with `@` gets the notice, too."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("")  # the system finds a name
        listener.settimeout(10)
        name = listener.getsockname().decode()
        Notify({"NOTIFY_SOCKET": "@" + name[1:]}).ready()

        assert listener.recv(500) == b"READY=1"


@pytest.mark.parametrize(
    "environ", [{}, {"NOTIFY_SOCKET": "/nowhere/notify"}, {"NOTIFY_SOCKET": "vsock:2:1234"}]
)
def test_where_nobody_listens_nothing_happens(environ: dict[str, str]) -> None:
    """Without a systemd socket, notifying does nothing: no error and no open file."""
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    Notify(environ).ready()
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) == before


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
    ],
)
def test_the_watchdog_is_for_this_process(environ: dict[str, str], seconds: float | None) -> None:
    """The watchdog of systemd counts only for the process that it names (7 here), with a valid
    time."""
    assert watchdog_seconds(environ, 7) == seconds


@pytest.mark.anyio
async def test_the_watchdog_hears_of_what_is_well_alone(notify_socket: socket.socket) -> None:
    """The watchdog of systemd gets a sign of life only when `well` returns True, here at the second
    of four looks."""
    notify = Notify({"NOTIFY_SOCKET": notify_socket.getsockname(), "WATCHDOG_USEC": "20000"})
    asked: list[int] = []
    enough = asyncio.Event()

    def well() -> bool:
        asked.append(len(asked))
        if len(asked) > 3:
            enough.set()
        return len(asked) == 2

    beating = asyncio.create_task(notify.keep_alive(well))
    await enough.wait()
    beating.cancel()
    assert notify_socket.recv(500) == b"WATCHDOG=1"
    notify_socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        notify_socket.recv(500)


def test_long_work_is_allowed_for(notify_socket: socket.socket) -> None:
    """During long work, systemd is told to wait an hour (in microseconds), and afterwards its usual
    time again."""
    notify = Notify(
        {
            "NOTIFY_SOCKET": notify_socket.getsockname(),
            "WATCHDOG_USEC": "30000000",
            "WATCHDOG_PID": str(os.getpid()),
        }
    )
    with notify.patience():
        assert notify_socket.recv(500) == b"WATCHDOG_USEC=3600000000"
    assert notify_socket.recv(500) == b"WATCHDOG_USEC=30000000\nWATCHDOG=1"
