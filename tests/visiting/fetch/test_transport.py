"""How long connections stay open."""

from __future__ import annotations

import asyncio
import errno
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.model import Request
from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.fetch.transport import explain_error
from tests.visiting.conftest import NOW


def test_the_connections_of_64_origins_stay_open() -> None:
    """Connections to 64 hosts stay open and are used again; for two more hosts all 64 are
    closed, so that two are left, and closing the fetcher closes these."""
    opened: list[asyncio.StreamWriter] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 204 None\r\n\r\n")
        except asyncio.IncompleteReadError:  # the client closed it
            opened.remove(writer)
            writer.close()
            if len(opened) in (2, 0):
                closed.set()

    async def fetch_from_hosts() -> None:
        async with await asyncio.start_server(answer, "0.0.0.0", 0) as server:
            port = server.sockets[0].getsockname()[1]
            fetcher = HttpFetcher(Fetch(allow_loopback=True), user_agent="test", clock=lambda: NOW)
            # the second time over the same connections
            for number in [*range(1, 65), *range(1, 65)]:
                await fetcher.fetch(Request(url=f"http://127.0.3.{number}:{port}/", deadline=5))
            assert len(opened) == 64
            for number in (65, 66):
                await fetcher.fetch(Request(url=f"http://127.0.3.{number}:{port}/", deadline=5))
            await asyncio.wait_for(closed.wait(), 5)
            closed.clear()
            await fetcher.aclose()
            await asyncio.wait_for(closed.wait(), 5)

    closed = asyncio.Event()
    asyncio.run(fetch_from_hosts())


@pytest.mark.parametrize(
    ("number", "message", "expected_detail"),
    [
        (
            errno.ECONNREFUSED,
            "Connect call failed ('127.0.0.1', 9)",
            "nobody answers at 127.0.0.1 port 9; is the server running?",
        ),
        (
            errno.ECONNREFUSED,
            "Connect call failed ('::1', 9, 0, 0)",
            "nobody answers at ::1 port 9; is the server running?",
        ),
        (
            errno.EHOSTUNREACH,
            "Connect call failed ('10.9.9.9', 80)",
            "10.9.9.9 port 80: No route to host",
        ),
        (errno.EPIPE, "Broken pipe", "Broken pipe"),
    ],
)
def test_a_refused_connection_names_host_and_port(
    number: int, message: str, expected_detail: str
) -> None:
    """A failed connection is explained with the address and port that were tried, and what to
    check."""
    key: Any = SimpleNamespace(host="host", port=9, ssl=False, is_ssl=False)
    error = aiohttp.ClientConnectorError(key, OSError(number, message))
    assert explain_error(error) == ("connect", expected_detail)
