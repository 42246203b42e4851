"""A web of feeds on loopback for benches: a process of its own, whose CPU does not count."""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from syndicator.core.errors import NotAFeed
from syndicator.visiting.feeds.parser import decompress_body, parse_feed
from tests.samples import SHARED

# What follows the definition of `reply(transport, head)` in a server of its own: its arguments are
# the port, one for `reply`, and the addresses to listen on.
SERVE = """
class Answer(asyncio.Protocol):
    def connection_made(self, transport): self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while b"\\r\\n\\r\\n" in self.data:
            head, _, self.data = self.data.partition(b"\\r\\n\\r\\n")
            reply(self.transport, head)
async def main():
    server = await asyncio.get_running_loop().create_server(Answer, sys.argv[3:], int(sys.argv[1]), backlog=1024)
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""  # noqa: E501
_MOST_SOCKETS = 5000
_SERVER = f"""
import asyncio, pickle, sys
BODIES = pickle.load(sys.stdin.buffer)
WAIT = float(sys.argv[2])
HEAD = b"HTTP/1.1 200 OK\\r\\netag: \\"1\\"\\r\\ncontent-type: application/rss+xml\\r\\n"
OK = [HEAD + b"content-length: %d\\r\\n\\r\\n" % len(body) + body for body in BODIES]
SAME = b"HTTP/1.1 304 Not Modified\\r\\netag: \\"1\\"\\r\\n\\r\\n"
NONE = b"HTTP/1.1 404 Not Found\\r\\ncontent-length: 0\\r\\n\\r\\n"
def reply(transport, head):
    numbers = transport.get_extra_info("sockname")[0].split(".")
    number = (int(numbers[1]) - 1) * 62_500 + int(numbers[2]) * 250 + int(numbers[3]) - 1
    body = SAME if b"if-none-match" in head.lower() else OK[number % len(OK)]
    body = NONE if b"robots.txt" in head[:40] else body
    if WAIT: asyncio.get_running_loop().call_later(WAIT, transport.write, body)
    else: transport.write(body)
{SERVE}"""


def sample_feed(items: int = 20) -> bytes:
    """A feed of the usual size: 20 entries with a paragraph each."""
    words = "<p>" + "Words of a story that goes on for a while. " * 12 + "</p>"
    entries = "".join(
        "<item><title>Story number"
        f" {n}</title><link>https://example.org/{n}</link><guid>{n}</guid><pubDate>Tue, 24 Nov 2026"
        f" 10:{n:02}:00 GMT</pubDate><description><![CDATA[{words}]]></description></item>"
        for n in range(items)
    )
    return (
        '<?xml version="1.0"?><rss'
        f' version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode()
    )


def addresses(count: int) -> list[str]:
    """That many addresses of 127.0.0.0/8."""
    return [f"127.{1 + n // 62_500}.{n // 250 % 250}.{n % 250 + 1}" for n in range(count)]


def real_feeds() -> list[bytes]:
    """The RSS and Atom feeds among the real ones that have entries. Raises SystemExit if there are
    none."""
    found = []
    for path in sorted((SHARED / "corpus/feeds").glob("*.gz")):
        with suppress(NotAFeed):
            body = decompress_body(path.read_bytes())
            feed = parse_feed(body, "https://example.org/feed")
            if feed.entries and feed.format.startswith(("rss", "atom")):
                found.append(body)
    if not found:
        raise SystemExit(f"there are no real feeds: {SHARED / 'corpus/feeds'} is missing")
    return found


@contextmanager
def feeds(count: int, latency: float = 0, bodies: Sequence[bytes] = ()) -> Iterator[list[str]]:
    """The addresses of that many feeds, served by a process of its own, each answer `latency`
    seconds late: `bodies` in turn, else the `sample_feed` each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    listen = addresses(count) if count <= _MOST_SOCKETS else ["0.0.0.0"]
    command = [sys.executable, "-c", _SERVER, str(port), str(latency), *listen]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(pickle.dumps(list(bodies) or [sample_feed()]))
        server.stdin.close()
        server.stdout.readline()
        try:
            yield [f"http://{address}:{port}/feed" for address in addresses(count)]
        finally:
            server.kill()
