"""What answers of the web server cost, as whole processes over kept connections, beside bare
Starlette.

    python -m tests.bench.bench_web [--requests 20000] [--connections 8] [--bytes 60000]

Each server is a process of its own that serves one feed: ours, and Starlette with one route that
answers with the same bytes from memory, both by uvicorn, with the event loop and HTTP parser
that it finds and with those of the standard library. Answers: the file as it is (200),
compressed (gzip), and not modified (304). The figures are user+sys CPU of the server in
microseconds a request, how many requests a core could answer in a second by that, what it did
answer here, and the 99th percentile of the time to the whole answer. The client shares the
machine: CPU is what counts."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import os
import random
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.bench.bench_publishing import WORDS

SERVERS = ("ours", "starlette", "starlette on asyncio and h11")
ANSWERS = ("200", "gzip", "304")
_TICKS = os.sysconf("SC_CLK_TCK")


class Figures(NamedTuple):
    """Of one kind of answer of one server. `cpu`: microseconds of the server a request; `p99`:
    milliseconds."""

    cpu: float
    rate: float
    p99: float


@dataclass(slots=True)
class Client:
    """One kept connection."""

    socket: socket.socket
    left: int = 0  # bytes of the answer under way
    since: float = 0.0


def serve(kind: str, folder: Path) -> None:
    """Serves until it is killed; prints the port first."""
    if kind == "ours":
        from syndicator.publishing.server.files import make_app
        from syndicator.publishing.server.server import serve

        app = make_app(folder, hubs=["https://hub.example/"], base_url="https://f.example/")

        def listening(url: str) -> None:
            print(url.rstrip("/").rpartition(":")[2], flush=True)

        asyncio.run(serve(app, "127.0.0.1", 0, stop=asyncio.Event(), listening=listening))
    else:
        bare(folder, plain=kind != "starlette")


def bare(folder: Path, *, plain: bool) -> None:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    body = (folder / "all.atom").read_bytes()
    packed = gzip.compress(body, 5, mtime=0)

    async def answer(request: Request) -> Response:
        tag = request.headers.get("if-none-match")
        if tag:
            return Response(status_code=304, headers={"etag": tag})
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={"etag": '"a-gz"', "content-encoding": "gzip"})
        return Response(body, headers={"etag": '"a"'})

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(100)
    print(listener.getsockname()[1], flush=True)
    app = Starlette(routes=[Route("/{name:path}", answer)])
    how = {"loop": "asyncio", "http": "h11"} if plain else {}
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", **how)  # type: ignore[arg-type]
    uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Process id and port of a server."""
    command = [
        sys.executable,
        "-m",
        "tests.bench.bench_web",
        "--serve",
        kind,
        "--folder",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.pid, int(process.stdout.readline())
        finally:
            process.kill()


def request(answer: str, tag: str) -> bytes:
    """As a feed reader asks."""
    lines = ["GET /all.atom HTTP/1.1", "Host: 127.0.0.1", "User-Agent: Reader/1.0", "Accept: */*"]
    lines += ["Accept-Encoding: gzip"] if answer != "200" else []
    lines += [f"If-None-Match: {tag}"] if answer == "304" else []
    return "\r\n".join([*lines, "", ""]).encode()


def connect(port: int) -> socket.socket:
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise AssertionError("the server never listened")


def first(port: int, asked: bytes) -> tuple[int, int, str]:
    """Status, length of the whole answer, and tag."""
    with connect(port) as client:
        client.sendall(asked)
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(65_536)
        head, _, _ = data.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        status = int(head.split(b" ", 2)[1])
        length = 0 if status == 304 else int(fields[b"content-length"])
        return status, len(head) + 4 + length, fields[b"etag"].decode()


def cpu(process: int) -> float:
    """Seconds of user+sys that it has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def loaded(
    process: int, port: int, asked: bytes, length: int, count: int, connections: int
) -> Figures:
    """`count` requests over kept connections, one at a time on each."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        client = connect(port)
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ, Client(client))
    times: list[float] = []
    sent = 0
    before = cpu(process)
    began = time.perf_counter()
    for key in selector.get_map().values():
        key.data.left, key.data.since = length, time.perf_counter()
        key.data.socket.sendall(asked)
        sent += 1
    while len(times) < sent:
        for key, _ in selector.select(20):
            one: Client = key.data
            got = len(one.socket.recv(262_144))
            assert got, "the server closed a kept connection"
            one.left -= got
            if one.left:
                continue
            now = time.perf_counter()
            times.append(now - one.since)
            if sent < count:
                one.left = length
                one.since = now
                one.socket.sendall(asked)
                sent += 1
    wall = time.perf_counter() - began
    used = cpu(process) - before
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    return Figures(used / count * 1e6, count / wall, sorted(times)[int(count * 0.99)] * 1e3)


def measured(kind: str, folder: Path, count: int, connections: int) -> dict[str, Figures]:
    """The figures of a server by kind of answer."""
    found = {}
    with serving(kind, folder) as (process, port):
        for answer in ANSWERS:
            _, _, tag = first(port, request("gzip", ""))
            asked = request(answer, tag)
            status, length, _ = first(port, asked)
            assert status == (304 if answer == "304" else 200), status
            loaded(process, port, asked, length, count // 10, connections)  # warm
            found[answer] = loaded(process, port, asked, length, count, connections)
    return found


def feed(size: int) -> bytes:
    """Text that packs about as well as a feed does."""
    pick = random.Random(1)
    return "".join(
        f"<entry>{pick.choice(WORDS)} {pick.random()}</entry>\n" for _ in range(size // 40)
    ).encode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--bytes", type=int, default=60_000)
    parser.add_argument("--serve", choices=SERVERS)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    if told.serve:
        serve(told.serve, told.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        body = feed(told.bytes)
        (folder / "all.atom").write_bytes(body)
        (folder / "all.atom.gz").write_bytes(gzip.compress(body, 5, mtime=0))
        print(
            f"{told.requests} requests, {told.connections} connections, {len(body)} bytes; load"
            f" {os.getloadavg()[0]}"
        )
        print(f"{'':30}{'us CPU':>9}{'req/s a core':>14}{'req/s here':>12}{'p99 ms':>9}")
        for kind in SERVERS:
            for answer, one in measured(kind, folder, told.requests, told.connections).items():
                rate = 1e6 / max(one.cpu, 1e-3)
                print(
                    f"{kind + ', ' + answer:36}{one.cpu:7.0f}{rate:10.0f}{one.rate:12.0f}{one.p99:9.1f}"  # noqa: E501
                )


if __name__ == "__main__":
    main()
