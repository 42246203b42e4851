"""Refresh whole real pages and feeds from a local server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from syndicator.app.container import open_app
from syndicator.articles.frontmatter import load
from syndicator.core.errors import NotAFeed
from syndicator.runs.refresh import RunReport, Wanted, Watch, run
from syndicator.visiting.feeds.parser import parse_feed
from tests.samples import Samples, read_sample

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Pages:
    """An HTTP server of files by path."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.base = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def aclose(self) -> None:
        self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        kind, body = self.files.get(request.split(" ", 2)[1], ("", b""))
        status = "200 OK" if kind else "404 Not Found"
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length:"
            f" {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Pages]:
    pages = Pages()
    await pages.start()
    yield pages
    await pages.aclose()


def announce_pages(server: Pages, pages: Sequence[Path]) -> None:
    """Serves the pages, and a feed of their addresses."""
    items = []
    for number, page in enumerate(pages):
        path = f"/{number}/{quote(page.name)}"
        server.files[path] = ("text/html", read_sample(page))
        items.append(
            f"<item><guid>{escape(page.name)}</guid><link>{server.base}{path}</link></item>"
        )
    feed = (
        "<rss"
        f" version='2.0'><channel><title>Corpus</title><link>{server.base}/</link>{''.join(items)}</channel></rss>"  # noqa: E501
    )
    server.files["/feed"] = ("application/rss+xml", feed.encode())


async def refresh_until_done(folder: Path, feed: str, backfill: int) -> list[RunReport]:
    """The runs that it takes until nothing waits: each gives a source so many pages."""
    config = folder / "config"
    config.mkdir()
    (config / "syndicator.toml").write_text(
        "[fetch]\nallow_loopback = true\npause = 0\nworkers = 2\n"
    )
    (config / "sources.toml").write_text(
        f'[[source]]\nkey = "corpus"\nurl = "{feed}"\nbackfill = {backfill}\n'
    )
    with open_app(config, clock=lambda: NOW, jitter=lambda: 0.5, environ={}) as app:
        reports = [await run(app, Wanted(all=True), stop=asyncio.Event(), watch=Watch())]
        while reports[-1].outcomes[0].waiting and len(reports) < backfill:
            reports.append(await run(app, Wanted(all=True), stop=asyncio.Event(), watch=Watch()))
        return reports


async def check_articles(tmp_path: Path, server: Pages, pages: Sequence[Path]) -> None:
    announce_pages(server, pages)
    reports = await refresh_until_done(tmp_path, f"{server.base}/feed", len(pages))
    skipped = {
        problem.what: problem for report in reports for problem in report.outcomes[0].skipped
    }
    files = list((tmp_path / "feeds/articles").rglob("*.md"))
    for path in files:
        article = load(path.read_bytes(), str(path))
        assert article.title and article.body and "\n\n\n" not in article.body, path
    named = [(problem.what, problem.reason) for problem in skipped.values()]
    print(f"{len(files)} of {len(pages)} pages are articles; refused: {named}")
    assert len(files) >= 0.97 * len(pages)
    assert len(files) + len(named) + reports[-1].outcomes[0].pending >= len(pages)
    assert not [reason for _, reason in named if reason in ("crashed", "hung", "memory")]
    assert not list((tmp_path / "feeds/articles").rglob(".*"))
    assert reports[-1].built.held == ()


async def test_a_few_pages_become_articles(tmp_path: Path, server: Pages, samples: Samples) -> None:
    """A sample of real pages becomes articles; the slow test does all."""
    await check_articles(tmp_path, server, samples.pages(every=200, most=4))


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_all_real_pages_become_articles(
    tmp_path: Path, server: Pages, samples: Samples
) -> None:
    """Every real page of the samples becomes an article."""
    await check_articles(tmp_path, server, samples.pages())


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_every_feed_is_parsed_or_refused_with_a_reason(samples: Samples, every: int) -> None:
    """Of the real feeds at most five percent are refused, each with a reason, and none takes five
    seconds."""
    slowest = 0.0
    refused = []
    files = samples.files("corpus/feeds", "*.xml", "*.json", "*.gz")[::every]
    for path in files:
        body = read_sample(path)
        started = time.process_time()
        try:
            parse_feed(body, "https://example.org/feed", {})
        except NotAFeed as refusal:
            refused.append((path.name, refusal.reason))
        slowest = max(slowest, time.process_time() - started)
    print(f"{len(files)} feeds, refused {refused}, slowest {slowest:.2f} s")

    assert len(refused) <= 0.05 * len(files)
    assert all(reason for _, reason in refused)
    assert slowest < 5.0
