"""What the tests of the sandbox run in it: honest functions, and those of a child that somebody
took over."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import struct
import time
from pathlib import Path


def prepare() -> None:
    return None


def exit_not_shut_off() -> None:
    os._exit(77)


def echo(data: bytes) -> bytes:
    return data


def pid(data: bytes) -> bytes:
    return str(os.getpid()).encode()


def open_things(data: bytes) -> bytes:
    """Return the names of what could be had."""
    acts = {
        b"socket": socket.socket,
        b"read": lambda: os.open(__file__, os.O_RDONLY),
        b"dup": lambda: os.dup(1),
        b"memory": lambda: bytearray(300_000_000),
    }
    names = []
    for name, act in acts.items():
        try:
            act()
        except (OSError, MemoryError):
            continue
        names.append(name)
    return b" ".join(names)


def answer_endlessly(data: bytes) -> bytes:
    return bytes(5_000)


def crash(data: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def spin(data: bytes) -> bytes:
    """Hangs inside C code, the interpreter locked."""
    sum(range(10**13))
    return b""


def sleep(data: bytes) -> bytes:
    time.sleep(60)
    return b""


def fail(data: bytes) -> bytes:
    raise KeyError("no such thing")


class Trap:
    """Unpickling it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def send_trap(data: bytes) -> bytes:
    """Write to every descriptor what a limited child sends for an error, as if from somebody who
    took the child over. `data`: the folder that the trap makes."""
    trap = pickle.dumps(Trap(Path(data.decode())))
    for number in range(3, 30):
        try:
            os.write(number, struct.pack("<cQ", b"E", len(trap)) + trap)
        except OSError:
            continue
    return trap
