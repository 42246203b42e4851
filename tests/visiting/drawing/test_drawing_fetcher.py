"""Which pages are drawn in a browser; a machine without one; a whole visit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syndicator.app.container import open_app
from syndicator.articles.frontmatter import load
from syndicator.cli import app, load_commands
from syndicator.core.ports import Fetcher
from syndicator.core.requests import Failed, Fetched, FetchResult, Request
from syndicator.visiting.drawing import fetcher as drawing_fetcher
from syndicator.visiting.drawing.fetcher import DrawingFetcher
from tests.visiting.conftest import Reply, Web
from tests.visiting.drawing.drawn import PAGES, need_browser, serve_folder, serve_html

URL = "https://a.example/"


class PlainFetcher:
    """A fetcher that gives one answer and remembers the requests."""

    def __init__(self, content_type: str = "text/html") -> None:
        self.asked: list[str] = []
        headers = {"content-type": content_type}
        self.answer = Fetched(url=URL, final_url=URL, status=200, headers=headers, body=b"<p>")

    async def fetch(self, request: Request) -> FetchResult:
        self.asked.append(request.url)
        return self.answer

    async def aclose(self) -> None:
        """Nothing is open."""


def fetch_with_drawing(plain_fetcher: PlainFetcher, *, draw: bool) -> FetchResult:
    """Fetch a page, drawn in a browser if `draw`."""

    @asynccontextmanager
    async def open_page() -> AsyncIterator[Fetcher]:
        yield plain_fetcher

    fetcher = DrawingFetcher(plain_fetcher, open_page, user_agent="Test")
    return asyncio.run(fetcher.fetch(Request(url=URL, draw=draw)))


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_fetcher, "find_obstacle", lambda: "Chromium is missing")


def test_without_a_browser_no_request_is_made(no_browser: None) -> None:
    """A page that needs a browser fails with "no-browser" if Chromium is missing; the site is not
    requested, and no try is counted (`unasked`)."""
    plain_fetcher = PlainFetcher()
    answer = fetch_with_drawing(plain_fetcher, draw=True)

    assert isinstance(answer, Failed)
    assert answer.reason == "no-browser"
    assert answer.detail == "Chromium is missing"
    assert answer.unasked
    assert plain_fetcher.asked == []


def test_what_nobody_wants_drawn_needs_no_browser(no_browser: None) -> None:
    """A request without `draw` is answered by the plain fetcher, also if there is no
    browser."""
    plain_fetcher = PlainFetcher()
    assert fetch_with_drawing(plain_fetcher, draw=False) == plain_fetcher.answer


@pytest.mark.parametrize("content_type", ["application/rss+xml", "application/json", "text/plain"])
def test_only_html_is_drawn(monkeypatch: pytest.MonkeyPatch, content_type: str) -> None:
    """An answer that is not HTML is returned as it came, without starting a browser."""
    # "": a browser could be started
    monkeypatch.setattr(drawing_fetcher, "find_obstacle", lambda: "")
    plain_fetcher = PlainFetcher(content_type)

    assert fetch_with_drawing(plain_fetcher, draw=True) == plain_fetcher.answer


LIST = """<!doctype html><title>Kvernes Post</title><main></main><script>
fetch("/api/list.json").then((answer) => answer.json()).then((list) => {
  for (const [title, href] of list) {
    const item = document.createElement("article");
    item.innerHTML = `<h2><a href="${href}">${title}</a></h2><p>A report from the fjord.</p>`;
    document.querySelector("main").append(item);
  }
});
</script>"""
NAMES = ("react-like", "never-ends")


class Instance:
    """A folder with one source, whose list and pages scripts fill."""

    def __init__(self, folder: Path, web: Web, *, browser: bool = True) -> None:
        self.folder = folder
        self.web = web
        self.config = folder / "config"
        self.config.mkdir()
        (self.config / "syndicator.toml").write_text(
            '[site]\ncontact = "a@feeds.example"\n[fetch]\npause = 2\n'
        )
        (self.config / "taxonomy.toml").write_text('[[tag]]\nname = "Ferries"\n')
        (self.config / "sources.toml").write_text(
            f'[[source]]\nkey = "post"\nurl = "{web.url("/")}"\nbrowser = {str(browser).lower()}\n'
            f'allow = ["127.0.0.1/32:{web.port}"]\n[source.rules]\nlinks = "h2 a"\n'
        )
        serve_folder(web, PAGES)
        serve_html(web, "/", LIST)
        links = [[f"The {name} ferry", f"/{name}/"] for name in NAMES]
        data = {"content-type": "application/json"}
        web.routes["/api/list.json"] = Reply(headers=data, body=json.dumps(links).encode())

    def run_command(self, *words: str) -> str:
        load_commands()
        done = CliRunner().invoke(app, [*words, "--config", str(self.config)])
        return done.output

    @property
    def filed_titles(self) -> list[str]:
        files = (self.folder / "feeds/articles").rglob("*.md")
        return sorted(load(path.read_bytes()).title for path in files)

    @property
    def waiting_reasons(self) -> dict[str, str | None]:
        """The reason of each entry that waits, by its address."""
        with open_app(self.config) as app:
            rows = app.archive.store.visits.pending("post", datetime.max.replace(tzinfo=UTC))
        return {row.url: row.reason for row in rows}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_source_whose_list_and_pages_scripts_fill(tmp_path: Path, web: Web) -> None:
    """A source whose list and pages are made by scripts is read in the browser. Its list names two
    pages: one is filed, and the one that never ends waits with a reason."""
    need_browser()
    instance = Instance(tmp_path, web)
    instance.run_command("refresh")

    assert instance.filed_titles == ["The ferry that runs on two batteries"]
    assert instance.waiting_reasons == {web.url("/never-ends/"): "browser-hung"}
    assert "/robots.txt" in web.list_paths()


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_robots_txt_holds_for_what_scripts_read(tmp_path: Path, web: Web) -> None:
    """Requests by scripts of a drawn page obey robots.txt: the list under /api/ is not fetched, so
    nothing is filed."""
    need_browser()
    web.routes["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /api/\n")
    instance = Instance(tmp_path, web)
    instance.run_command("refresh")

    assert "/" in web.list_paths()
    assert "/api/list.json" not in web.list_paths()
    assert not (tmp_path / "feeds/articles").exists() or instance.filed_titles == []
