"""A small web on loopback that counts what is asked of each host, and how many requests are open at
a time."""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ren",
    "tas",
    "vel",
    "dor",
    "qui",
    "pan",
    "sto",
    "ber",
    "nia",
    "gus",
    "fel",
    "tor",
)
_MOST_ENTRIES = 10  # of a feed: pages are numbered so that a feed may grow


@dataclass(frozen=True, order=True)
class Span:
    """A request. `ended`: when it was answered or its client hung up; both times by the monotonic
    clock. `offset`: of the wall clock from the monotonic one, which tells whether it was set."""

    began: float
    ended: float
    path: str
    is_hung_up: bool
    offset: float


@dataclass
class Seen:
    """What a host was asked for: paths, the requests, and how many were open at most."""

    paths: Counter[str] = field(default_factory=Counter)
    spans: list[Span] = field(default_factory=list)
    open: int = 0
    most: int = 0

    def early(self, pause: float) -> list[tuple[Span, Span]]:
        """Pairs of requests of which the later began before the one before had ended and `pause`
        was over, which is summed from floats."""
        spans = sorted(self.spans)
        return [
            (before, later)
            for before, later in itertools.pairwise(spans)
            if later.began - before.ended < pause - 0.001
        ]


class Web:
    """`hosts` addresses of 127.0.0.0/8 with `feeds` feeds of `entries` entries each. Of the entries
    so many hundredths as `foreign` says lead to pages of the next host, every other of them through
    a redirect. `seconds`: how long an answer takes."""

    def __init__(
        self, hosts: int, feeds: int = 1, entries: int = 4, foreign: int = 30, seconds: float = 0.02
    ) -> None:
        self.names = [f"127.9.{n // 200}.{n % 200 + 1}" for n in range(hosts)]
        self.feeds = feeds
        self.entries = entries
        self.foreign = foreign
        self.seconds = seconds
        self.seen: dict[str, Seen] = defaultdict(Seen)
        self.frozen: set[str] = set()
        self.port = 0
        self.more: list[str] = []  # addresses of further feeds

    def list_feed_urls(self) -> list[str]:
        return [
            f"http://{name}:{self.port}/feed{n}" for name in self.names for n in range(self.feeds)
        ] + self.more

    @property
    def request_count(self) -> int:
        """How many were made."""
        return sum(sum(seen.paths.values()) for seen in list(self.seen.values()))

    @property
    def page_count(self) -> int:
        """How many pages there are to be read."""
        return len(self.names) * self.feeds * self.entries

    def count_page_requests(self) -> Counter[str]:
        """How often each page was asked for."""
        counter: Counter[str] = Counter()
        for name, seen in self.seen.items():
            counter.update(
                {f"{name}{path}": n for path, n in seen.paths.items() if path.startswith("/story")}
            )
        return counter

    def make_link(self, name: str, feed: int, entry: int) -> str:
        """The address that a feed names for an entry."""
        place = self.names.index(name)
        number = (place * self.feeds + feed) * _MOST_ENTRIES + entry
        if number * 37 % 100 < self.foreign:
            other = self.names[(place + 1) % len(self.names)]
            there = f"{other}:{self.port}/story/{number}"
            return (
                f"http://{name}:{self.port}/to/{other}/{number}" if entry % 2 else f"http://{there}"
            )
        return f"http://{name}:{self.port}/story/{number}"

    def answer(self, name: str, path: str, head: bytes) -> bytes:
        parts = path.strip("/").split("/")
        if parts[0].startswith("feed"):
            version = f'etag: "{self.entries}"\r\n'
            if f'if-none-match: "{self.entries}"'.encode() in head.lower():
                return f"HTTP/1.1 304 Not Modified\r\n{version}\r\n".encode()
            number = int(parts[0][4:])
            items = "".join(
                f"<item><title>Story {n} of {name}"
                f" {number}</title><link>{self.make_link(name, number, n)}</link>"
                f"<guid>{name}-{number}-{n}</guid></item>"
                for n in range(self.entries)
            )
            channel = f"<channel><title>{name}</title>{items}</channel>"
            text = f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'
            return _page(text, "application/rss+xml", version)
        if parts[0] == "to":
            there = f"http://{parts[1]}:{self.port}/story/{parts[2]}"
            return f"HTTP/1.1 302 Found\r\nlocation: {there}\r\ncontent-length: 0\r\n\r\n".encode()
        if parts[0] == "story":
            title = f"Story {parts[1]}"
            text = "".join(f"<p>{one}</p>" for one in _paragraphs(int(parts[1])))
            return _page(
                f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>",
                "text/html",
            )
        return b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await self._answer(head, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        path = head.split(b" ", 2)[1].decode()
        name = writer.get_extra_info("sockname")[0]
        seen = self.seen[name]
        began = time.monotonic()
        seen.paths[path] += 1
        seen.open += 1
        seen.most = max(seen.most, seen.open)
        try:
            is_hung_up = await _wait_for_hang_up(reader, self.seconds)
            answer = self.answer(name, path, head)
            ended = time.monotonic()  # before whoever asked can know of it
            seen.spans.append(Span(began, ended, path, is_hung_up, time.time() - ended))
            writer.write(answer)
            await writer.drain()
        finally:
            seen.open -= 1

    @contextmanager
    def serving(self) -> Iterator[Web]:
        """The web, from a thread of its own."""
        event = threading.Event()
        loop = asyncio.new_event_loop()

        async def serve() -> None:
            server = await asyncio.start_server(self.connected, self.names, self.port, backlog=256)
            self.port = server.sockets[0].getsockname()[1] if not self.port else self.port
            event.set()
            async with server:
                await server.serve_forever()

        def run() -> None:
            asyncio.set_event_loop(loop)
            try:
                loop.run_until_complete(serve())
            except asyncio.CancelledError:
                loop.run_until_complete(asyncio.sleep(0.05))
                loop.close()

        self.port = _free_port()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        assert event.wait(10)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
            thread.join(10)


async def _wait_for_hang_up(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Waits so long, but no longer than the client does; whether the client hung up."""
    with suppress(TimeoutError):
        return not await asyncio.wait_for(reader.read(1), seconds)
    return False


def _paragraphs(seed: int) -> list[str]:
    """Text that no other story has: copies are merged."""
    chance = random.Random(seed)

    def sentence() -> str:
        words = [
            "".join(chance.choices(_SYLLABLES, k=chance.randint(1, 3)))
            for _ in range(chance.randint(8, 16))
        ]
        return " ".join(words).capitalize() + "."

    return [" ".join(sentence() for _ in range(5)) for _ in range(4)]


def _page(text: str, kind: str, more: str = "") -> bytes:
    body = text.encode()
    return (
        f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{more}content-length: {len(body)}\r\n\r\n".encode()  # noqa: E501
        + body
    )


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
