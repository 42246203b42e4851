"""What a 304 costs in process, beside the same answer from bare Starlette.

    python -m tests.bench.bench_web [--requests 20000]

Both applications get the same ASGI calls, in turns; the figure is CPU a request and the ratio of the medians."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from syndicator.server.files import make_app


def bare() -> ASGIApp:
    async def answer(request: Request) -> Response:
        return Response(status_code=304, headers={"etag": request.headers["if-none-match"]})

    return Starlette(routes=[Route("/{name:path}", answer)])


async def call(app: ASGIApp, tag: str) -> int:
    """One request; its status."""
    seen: list[MutableMapping[str, Any]] = []
    headers = [(b"host", b"127.0.0.1"), (b"if-none-match", tag.encode()), (b"accept-encoding", b"gzip")]
    scope = {"type": "http", "method": "GET", "path": "/all.atom", "raw_path": b"/all.atom", "root_path": ""}
    scope |= {"scheme": "http", "query_string": b"", "headers": headers, "http_version": "1.1", "server": ("h", 80)}

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        seen.append(message)

    await app(scope, receive, send)
    return int(seen[0]["status"])


async def cost(app: ASGIApp, tag: str, count: int) -> float:
    """Microseconds of CPU a request."""
    start = time.process_time()
    for _ in range(count):
        assert await call(app, tag) == 304
    return (time.process_time() - start) / count * 1e6


async def tag_of(app: ASGIApp) -> str:
    from starlette.testclient import TestClient

    return str(TestClient(app).head("/all.atom").headers["etag"])


async def compared(requests: int, rounds: int = 5) -> tuple[float, float]:
    """Median microseconds a 304: ours, bare Starlette's."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "all.atom").write_bytes(b"<feed/>" * 10_000)
        ours, theirs = make_app(Path(folder), hubs=["https://hub.example/"], base_url="https://f.example/"), bare()
        tag = await asyncio.to_thread(lambda: asyncio.run(tag_of(ours)))
        found = [(await cost(ours, tag, requests), await cost(theirs, tag, requests)) for _ in range(rounds)]
        return statistics.median(one for one, _ in found), statistics.median(other for _, other in found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=4_000)
    ours, theirs = asyncio.run(compared(parser.parse_args().requests))
    print(f"304: ours {ours:.0f} us, bare Starlette {theirs:.0f} us, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
