"""The demo's web as a fixture. It runs in a thread of its own, so that tests with and without a loop may use it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from syndicator.demo.world import World


@contextmanager
def serving(world: World | None = None) -> Iterator[World]:
    """A started world (a fresh one unless given), closed at the end."""
    world = world or World()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="world", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(world.start(), loop).result(60)
        yield world
    finally:
        asyncio.run_coroutine_threadsafe(world.aclose(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


@pytest.fixture
def world() -> Iterator[World]:
    with serving() as started:
        yield started
