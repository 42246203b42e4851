"""Shared by tests of drawn pages: a browser or a reason to skip, pages on loopback, a fetcher."""

from __future__ import annotations

import asyncio
import html
import json
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

PAGES = Path(__file__).parent / "pages"
NEVER_ENDS = "never-ends"
DRAWN = sorted(path.parent.name for path in PAGES.glob("*/index.html"))
DRAWN.remove(NEVER_ENDS)


def need_browser() -> None:
    """Skip the test where no page can be drawn."""
    if obstacle := find_obstacle():
        pytest.skip(obstacle)


def deliver_whole() -> str:
    """The page as a server would send it that needs no scripts."""
    article = json.loads((PAGES / "article.json").read_text(encoding="utf-8"))
    paragraphs = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in article["paragraphs"])
    shell = (PAGES / "consent-layer/index.html").read_text(encoding="utf-8")
    shell = shell.replace('<script src="../show.js"></script><script src="app.js"></script>', "")
    byline = f'By <a rel="author" href="/by/ida">{article["author"]}</a>'
    day = f'<time datetime="{article["date"]}">{article["date"]}</time>'
    text = f'<h1>{article["title"]}</h1><p class="byline">{byline} {day}</p>{paragraphs}'
    return shell.replace("<main></main>", f"<main><article>{text}</article></main>")


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


def serve_html(web: Web, path: str, text: str) -> str:
    """Serve a page at `path`; return its address."""
    web.routes[path] = Reply(headers={"content-type": "text/html"}, body=text.encode())
    return web.url(path)


def draw_page(
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
