"""What a first start takes on a web of our own: the whole process, from an empty folder to feeds.

    python -m tests.bench.bench_start [--feeds 300] [--entries 20] [--slow 30] [--wait 5]

As many sources, each on a loopback address of its own, `--slow` of them, spread among the others,
with pages that take `--wait` seconds. Printed are when the first file and the first article stood
under public/, when half of the sources and all of them had an article there, when `refresh` ended,
what it cost (user and system, its workers included), and the load of the machine: times count only
on an idle one. `--feeds 2 --entries 1000 --slow 1` has one source with very many entries on a slow
host.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.feed_server import addresses

_SERVER = '''
import asyncio, random, sys
entries, slow, wait = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
WORDS = """model chip court fund launch study robot market patch orbit battery vaccine river council harbour engine
letter garden winter bridge signal copper museum teacher ferry glacier orchard tunnel""".split()
SLOW = set(sys.argv[5::max(1, (len(sys.argv) - 5) // slow)][:slow] if slow else ())
def page(host, number):
    pick = random.Random(f"{host}/{number}")
    def sentence(): return (" ".join(pick.choices(WORDS, k=14)) + ".").capitalize()
    text = "".join("<p>" + " ".join(sentence() for _ in range(5)) + "</p>" for _ in range(6))
    title = " ".join(pick.choices(WORDS, k=7)).capitalize()
    return (f"<!doctype html><html lang=en><head><title>{title}</title></head><body>"
            f"<article><h1>{title}</h1><time datetime=2026-11-{number % 20 + 1:02}>November</time>"
            f"{text}</article></body></html>")
def feed(base):
    items = "".join(f"<item><title>Story {n}</title><link>{base}/{n}</link><guid>{base}/{n}</guid>"
                    f"<pubDate>{n % 20 + 1:02} Nov 2026 10:{n % 60:02}:00 GMT</pubDate></item>" for n in range(entries))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{base}</title>{items}</channel></rss>'
async def answer(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            path = head.split(b" ")[1].decode()
            host, port = writer.get_extra_info("sockname")[:2]
            status, kind, body = "200 OK", "text/html", b""
            if path == "/feed": kind, body = "application/rss+xml", feed(f"http://{host}:{port}").encode()
            elif path == "/robots.txt": status = "404 Not Found"
            else:
                if host in SLOW: await asyncio.sleep(wait)
                body = page(host, int(path[1:])).encode()
            head = f"HTTP/1.1 {status}\\r\\ncontent-type: {kind}\\r\\ncontent-length: {len(body)}\\r\\n\\r\\n"
            writer.write(head.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError): pass
    finally: writer.close()
async def main():
    server = await asyncio.start_server(answer, sys.argv[5:], int(sys.argv[1]), backlog=64)
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
'''  # noqa: E501


@dataclass(slots=True)
class Found:
    """Seconds after the start by what happened; what the run cost, and what is there in the end."""

    at: dict[str, float] = field(default_factory=dict)
    cpu: tuple[float, float] = (0.0, 0.0)
    articles: int = 0
    waiting: int = 0


@contextmanager
def web(hosts: list[str], entries: int, slow: int, wait: float) -> Iterator[int]:
    """The sources, served by a process of its own; yields their port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-c", _SERVER, str(port), str(entries), str(slow), str(wait), *hosts]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        try:
            yield port
        finally:
            server.kill()


def configure(config: Path, hosts: list[str], port: int, entries: int) -> None:
    config.mkdir()
    (config / "syndicator.toml").write_text("[fetch]\nallow_loopback = true\npause = 0.2\n")
    (config / "sources.toml").write_text(
        "".join(
            f'[[source]]\nkey = "s{number}"\nurl = "http://{host}:{port}/feed"\nbackfill ='
            f" {min(entries, 1000)}\n"
            for number, host in enumerate(hosts)
        )
    )


def start(config: Path, sources: int) -> Found:
    """`refresh` in a process of its own, watched from outside."""
    feeds = config.parent / "feeds"
    found = Found()
    began = time.monotonic()
    with (config.parent / "report").open("wb") as report:
        command = [sys.executable, "-m", "syndicator", "refresh", "--config", str(config), "--json"]
        child = subprocess.Popen(command, stdout=report)
        ended = 0
        while not ended:
            time.sleep(0.2)
            look(feeds / "public", sources, found, began)
            ended, status, used = os.wait4(child.pid, os.WNOHANG)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    look(feeds / "public", sources, found, began)
    found.at["the end of `refresh`"] = time.monotonic() - began
    found.cpu = (used.ru_utime, used.ru_stime)
    found.articles = sum(1 for _ in (feeds / "articles").rglob("*.md"))
    found.waiting = sum(
        source["waiting"]
        for source in json.loads((config.parent / "report").read_bytes())["sources"]
    )
    return found


def look(public: Path, sources: int, found: Found, began: float) -> None:
    """Notes what has happened since the last look."""
    written = list((public / "sources").glob("*.atom"))
    filled = sum(b"<entry" in path.read_bytes() for path in written)
    steps = {"first file": bool(written), "first article": filled > 0}
    steps |= {"half of the sources": 2 * filled >= sources, "all sources": filled == sources}
    for what, happened in steps.items():
        if happened:
            found.at.setdefault(what, time.monotonic() - began)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=300)
    options.add_argument("--entries", type=int, default=20)
    options.add_argument("--slow", type=int, default=30)
    options.add_argument("--wait", type=float, default=5)
    given = options.parse_args()
    hosts = addresses(given.feeds)
    before = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory() as name,
        web(hosts, given.entries, given.slow, given.wait) as port,
    ):
        config = Path(name) / "config"
        configure(config, hosts, port, given.entries)
        found = start(config, given.feeds)
    print(
        f"{given.feeds} sources of {given.entries} entries, {given.slow} with pages that take"
        f" {given.wait:g} s"
    )
    for what, seconds in found.at.items():
        print(f"  {what:22} {seconds:7.1f} s")
    print(f"  {found.articles} articles, {found.waiting} entries wait for the next run")
    print(
        f"  CPU {found.cpu[0]:.1f} s user + {found.cpu[1]:.1f} s system; load {before:.1f},"
        f" {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
