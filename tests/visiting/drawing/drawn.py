"""What tests of drawn pages share: a browser or a reason to skip, pages on loopback, a fetcher."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.ports import Fetcher
from syndicator.core.requests import FetchResult, Request
from syndicator.processes.child import Limits
from syndicator.visiting.drawing.chromium import LIMITS
from syndicator.visiting.drawing.fetcher import DrawingFetcher
from syndicator.visiting.drawing.launcher import find_obstacle
from syndicator.visiting.fetch.client import HttpFetcher
from tests.visiting.conftest import Reply, Web

AGENT = "Syndicator/test (+https://feeds.example/)"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
# it has to start, on a busy machine
PATIENT: Limits = replace(LIMITS, wall_seconds=90.0)


def need_browser() -> None:
    """Skip the test where no page can be drawn."""
    if obstacle := find_obstacle():
        pytest.skip(obstacle)


def serve_folder(web: Web, folder: Path) -> None:
    """Serve all files below `folder`; index.html also for its folder."""
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        kind = mimetypes.guess_type(path.name)[0] or "text/plain"
        reply = Reply(headers={"content-type": f"{kind}; charset=utf-8"}, body=path.read_bytes())
        place = f"/{path.relative_to(folder)}"
        web.routes[place] = reply
        if path.name == "index.html":
            web.routes[place.removesuffix("index.html")] = reply


def serve_html(web: Web, path: str, html: str) -> str:
    """Serve a page at `path`; return its address."""
    web.routes[path] = Reply(headers={"content-type": "text/html"}, body=html.encode())
    return web.url(path)


def draw(
    url: str, *, fetcher: Fetcher | None = None, allow: str = "", limits: Limits = PATIENT
) -> FetchResult:
    """Fetch and draw a page. `allow`: the private network of its origin, by default its own."""

    async def run() -> FetchResult:
        client = fetcher or HttpFetcher(Fetch(), user_agent=AGENT, clock=lambda: NOW)

        @asynccontextmanager
        async def open_page() -> AsyncIterator[Fetcher]:
            yield client

        drawing = DrawingFetcher(client, open_page, user_agent=AGENT, limits=limits)
        try:
            permitted = (allow or "127.0.0.1/32:" + url.split("/")[2].partition(":")[2],)
            return await drawing.fetch(Request(url=url, draw=True, allow=permitted))
        finally:
            await drawing.aclose()

    return asyncio.run(run())
