"""Servers and documents made to hang, fill or crash us: each ends within its limit."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.errors import NotAFeed, WorkerFailed
from syndicator.core.model import Failed, Request
from syndicator.processes.worker import Worker
from syndicator.visiting.feeds.parser import parse_feed
from syndicator.visiting.fetch.client import HttpFetcher
from tests.visiting.conftest import NOW

BOMBS = [
    "trunc",
    "lie",
    "gz",
    "gg",
    "br",
    "zs",
    "bighead",
    "endless",
    "slowbody",
    "slowhead",
    "hang",
]
FEEDS = {  # what each hostile feed is taken for; None: a feed
    "billion_laughs.xml": None,
    "quadratic.xml": None,
    "xxe_file.xml": None,
    "xxe_param.xml": None,
    "xxe_http.xml": None,
    "xinclude.xml": None,
    "internal_entity.xml": None,
    "html_entities.xml": None,
    "deep_nest.xml": None,
    "deep_html.xml": None,
    "many_attrs.xml": "broken-xml",
    "long_text_20MB.xml": "too-large",
    "truncated.xml": None,
    "bad_amp.xml": None,
    "ctrl.xml": None,
    "latin1_as_utf8.xml": None,
    "cp1252_as_latin1.xml": None,
    "gb2312.xml": None,
    "utf16_nobom.xml": None,
    "utf16_bom.xml": None,
    "unknown_enc.xml": None,
    "utf7.xml": None,
    "leading_ws.xml": None,
    "leading_php_warning.xml": None,
    "html_page.html": "html",
    "empty.xml": "empty",
    "just_lt.xml": "broken-xml",
    "nul.xml": "empty",
    "script.xml": None,
    "big_50MB.xml": "too-large",
    "many_items_200k.xml": None,
    "gzip_bomb.xml.gz": "too-large",
    "plain.xml.gz": None,
    "json_bad.json": None,
    "json_deep.json": "broken-json",
}
PAGES = [
    "deepdiv:100000",
    "deepdiv_unclosed:100000",
    "deepspan:100000",
    "deepblockquote:20000",
    "deepul:20000",
    "deeptable:20000",
    "deepb:100000",
    "fmt_a:20000",
    "fmt_mix:20000",
    "adopt:20000",
    "para:20000",
    "bigtext:5000000",
    "nospace:5000000",
    "spaces:5000000",
    "newlines:5000000",
    "tabsmix:500000",
    "attrs:200000",
    "bigattr:5000000",
    "comments:200000",
    "lt:200000",
    "ltbang:200000",
    "entities:300000",
    "brs:1000000",
    "links:100000",
    "imgs:100000",
    "tablewide:100000",
    "tablerows:100000",
    "colspan:1000000000",
    "jsonld_deep:100000",
    "jsonld_big:100000",
    "jsonld_bad:200000",
    "jsonld_bad2:200000",
    "datesdigits:300000",
    "datemeta:20000",
    "longurlmeta:500000",
    "byline:300000",
    "longtitle:300000",
    "nul:300000",
    "surrog:200000",
]


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="module")
def bombs(shared_folder: Path) -> Iterator[int]:
    """The port of the server of bombs."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    script = shared_folder / "tools/hostile/bombsrv.py"
    command = [sys.executable, str(script), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        server.stdout.readline()
        yield port
        server.kill()


class Spent:
    """The CPU of a worker's children, those that were killed included: a limit that holds on a busy
    machine too."""

    def __init__(self, worker: Worker) -> None:
        self.pid = worker.call_sync(os.getpid)
        self.start = self._total()

    def seconds(self) -> float:
        return self._total() - self.start

    def _total(self) -> float:
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            alive = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except FileNotFoundError:
            alive = 0.0
        return reaped.ru_utime + reaped.ru_stime + alive


@pytest.mark.slow
@pytest.mark.timeout(60)  # eleven times two seconds, and time enough for a busy machine
def test_bombs_end_at_a_limit_and_cost_little(bombs: int) -> None:
    """Each hostile answer (a path of the server `bombs`), such as an endless or a slow one, fails
    within its deadline with a known reason, within 40 MB of memory."""
    deadline = 2.0

    async def run() -> list[tuple[str, str, int]]:
        fetcher = HttpFetcher(Fetch(allow_loopback=True), user_agent="x", clock=lambda: NOW)
        await fetcher.fetch(Request(url=f"http://127.0.0.1:{bombs}/nothing", deadline=deadline))
        idle = _resident()
        seen = []
        for name in BOMBS:
            result = await fetcher.fetch(
                Request(url=f"http://127.0.0.1:{bombs}/{name}", deadline=deadline)
            )
            assert isinstance(result, Failed), name
            seen.append((name, result.reason, _resident() - idle))
        await fetcher.aclose()
        return seen

    for name, reason, grown in asyncio.run(run()):
        assert grown <= 40_000_000, name
        assert reason in ("truncated", "too-large", "bad-encoding", "protocol", "timeout"), name


@pytest.fixture(scope="module")
def hostile_feeds(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds")
    subprocess.run(
        [sys.executable, str(shared_folder / "tools/hostile/feeds.py")],
        cwd=folder,
        check=True,
        timeout=120,
    )
    return folder


@pytest.mark.slow
def test_hostile_feeds(hostile_feeds: Path) -> None:
    """Each hostile feed is parsed, or refused with the reason in FEEDS, within ten seconds of CPU
    time in the worker."""
    worker = Worker(seconds=10, megabytes=600, preload=("feedparser",))
    seen: dict[str, str | None] = {}
    try:
        for path in sorted(hostile_feeds.iterdir()):
            spent = Spent(worker)
            try:
                worker.call_sync(parse_feed, path.read_bytes(), "https://example.org/feed")
                seen[path.name] = None
            except NotAFeed as refusal:
                seen[path.name] = refusal.reason
            assert spent.seconds() <= 10.5, path.name
    finally:
        worker.close()

    assert seen == FEEDS


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_hostile_pages(shared_folder: Path) -> None:
    """Each hostile page (nesting, size, loops) ends within the time limit, and the worker then
    reads a good page."""
    import trafilatura

    sys.path.insert(0, str(shared_folder / "tools/hostile"))
    try:
        from hostile import gen
    finally:
        sys.path.pop(0)
    limit = 5.0
    good = "<html><body><article>" + "<p>A good sentence, with words and commas, for all.</p>" * 10
    worker = Worker(seconds=limit, megabytes=600, preload=("trafilatura",))
    try:
        for name in PAGES:
            page = gen(name)
            spent = Spent(worker)
            try:
                worker.call_sync(trafilatura.extract, page)
            except WorkerFailed as failure:
                assert failure.reason in ("hung", "memory", "crashed"), name
            assert spent.seconds() <= limit + 0.5, name
            assert worker.call_sync(trafilatura.extract, good), name
    finally:
        worker.close()
