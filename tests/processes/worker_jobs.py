"""What the worker's tests have it do: functions must live in a module that a child can import."""

from __future__ import annotations

import gc
import os
import sys
import time

from syndicator.core.errors import NotAFeed


def double(value: int) -> int:
    return 2 * value


def echo(value: bytes) -> bytes:
    return value


def pid() -> int:
    return os.getpid()


def slow_pid(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def refuse() -> None:
    raise NotAFeed("html", "a page")


def fail() -> None:
    raise KeyError("no such thing")


def garbage() -> tuple[int, int]:
    """New objects after which this process looks for cycles, and how many objects it looks at no
    more."""
    return gc.get_threshold()[0], gc.get_freeze_count()


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def spin() -> None:
    """Hangs inside C code, the interpreter locked."""
    sum(range(10**13))


def eat(megabytes: int, step: int = 10) -> int:
    """Touches memory, step by step."""
    kept = [bytearray(os.urandom(1)) * (step * 1_000_000) for _ in range(megabytes // step)]
    time.sleep(0.2)
    return len(kept)


def die(status: int) -> None:
    os._exit(status)


def chatter() -> str:
    print("noise on standard output" * 1000)
    sys.stdout.flush()
    return sys.stdin.read()


def environment() -> dict[str, str]:
    return dict(os.environ)


def unpicklable() -> object:
    return lambda: None


_HOARD: list[bytearray] = []


def hoard(megabytes: int) -> None:
    """Keeps memory after the call."""
    _HOARD.append(bytearray(b"x") * (megabytes * 1_000_000))
