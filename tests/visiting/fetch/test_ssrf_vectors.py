"""Hostile spellings of private addresses are never dialled.
Public addresses as a control are. Sockets are recorded, never opened."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.model import Failed, Request
from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.fetch.ssrf import Answer
from syndicator.visiting.fetch.transport import AddrInfo
from tests.samples import Samples

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Recorder:
    """A resolver with a table for names (literals are read by libc) and a dialler that only writes
    down."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}
        self.dialled: list[str] = []

    def lookup(self, host: str, port: int) -> Sequence[Answer]:
        if host in self.names:
            return [self._answer(address, port) for address in self.names[host]]
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    def dial(self, info: AddrInfo) -> socket.socket:
        self.dialled.append(str(info[4][0]))
        raise ConnectionRefusedError("recorded")

    @staticmethod
    def _answer(address: str, port: int) -> Answer:
        if ":" in address:
            return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
        return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("expect", ["block", "allow"])
def test_samples(samples: Samples, expect: str, every: int) -> None:
    """For each sample address and DNS answer, a connection is dialled only if the sample says
    "allow". As `Recorder` records dials and refuses them, every fetch fails."""
    wrong: list[object] = []

    async def fetch_samples() -> None:
        recorder = Recorder()
        fetcher = HttpFetcher(
            Fetch(),
            user_agent="Test",
            clock=lambda: NOW,
            lookup=recorder.lookup,
            dial=recorder.dial,
        )
        for row in samples.rows("ssrf", every):
            if row["expect"] != expect:
                continue
            recorder.names = row["dns"]
            recorder.dialled.clear()
            result = await fetcher.fetch(Request(url=str(row["url"]), deadline=5))
            was_dialled = bool(recorder.dialled)
            if was_dialled != (expect == "allow") or not isinstance(result, Failed):
                wrong.append((row["url"], row["dns"], list(recorder.dialled), result))
        await fetcher.aclose()

    asyncio.run(fetch_samples())
    assert wrong == []
