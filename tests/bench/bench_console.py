"""How long the console's pages take at 1,000 sources and 100,000 articles, and how large they are.

python -m tests.bench.bench_console [ARTICLES [FOLDER]]: makes such an instance in FOLDER, or in one
that is thrown away (its rows alone: the pages read no file but of the article that they show), asks
each page 21 times over a real connection, and prints the median and the most of the CPU that an
answer costs, client included, in ms; the median of the wall clock, which says little on a busy
machine; and the bytes of the page, plain and as gzip would send it."""

from __future__ import annotations

import gzip
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicator.app.container import open_app
from syndicator.articles.article_store import FileArticleStore
from syndicator.core.model import Article, Outcome, SourceState, VisitTimes, make_article_id
from syndicator.core.ports import ArticleRecord, FileStamp
from tests.cli.conftest import Instance
from tests.console.conftest import Browser, serve_instance
from tests.world import World

SOURCES = 1000
ASKED = 21
NOW = datetime.now(UTC).replace(microsecond=0)


def make(folder: Path, articles: int) -> str:
    """The instance, and the id of an article that has a file."""
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "syndicator.toml").write_text("[console]\nlisten = '127.0.0.1:0'\n")
    names = "".join(f'[[tag]]\nname = "Tag {number}"\n' for number in range(100))
    (config / "taxonomy.toml").write_text('[[category]]\nname = "AI"\n' + names)
    lines = (
        f'[[source]]\nkey = "s{n}"\nurl = "https://s{n}.example/feed"\n' for n in range(SOURCES)
    )
    (config / "sources.toml").write_text("\n".join(lines))
    with open_app(config) as app:
        visits = app.archive.store.visits
        states = [state(number) for number in range(SOURCES)]
        visits.save_states(states)
        with visits.shared():
            for number in range(articles):
                there = FileStamp(path=f"2026/11/a{number}.md", mtime_ns=number + 1, size=1)
                visits.record(
                    ArticleRecord(article=article(number), stamp=there, score=number % 1000 / 1000)
                )
                if number % 1000 == 0:
                    visits.commit()
            for number in range(500):
                at = NOW - timedelta(hours=number)
                visits.end_visit(Outcome(key="s1", at=at, status="new"), states[1])
        files: FileArticleStore = app.archive.article_store
        one = article(articles - 1)
        stored, stamp, _ = files.put(one)
        visits.record(ArticleRecord(article=stored, stamp=stamp))
        return one.id


def state(number: int) -> SourceState:
    """One source in forty fails."""
    known = SourceState(
        key=f"s{number}",
        url=f"https://s{number}.example/feed",
        visits=VisitTimes(last_visit=NOW, first_visit=NOW),
    )
    if number % 40:
        return replace(known, visits=replace(known.visits, last_success=NOW))
    return replace(
        known,
        backoff=replace(
            known.backoff, failures=9, reason="dns", failing_since=NOW - timedelta(days=9)
        ),
    )


def article(number: int) -> Article:
    url = f"https://s{number % SOURCES}.example/{number}"
    at = NOW - timedelta(minutes=10 * (100_000 - number))
    return Article(
        id=make_article_id(url),
        url=url,
        title=f"A title of some words that stands for article {number}",
        author="Ann Holt",
        published=at,
        added=at,
        excerpt="A whole sentence of what it is about, and another one that says why it matters. "
        * 3,
        category="AI" if number % 3 else "",
        tags=(f"Tag {number % 100}", f"Tag {number % 97}") if number % 4 else (),
        source_key=f"s{number % SOURCES}",
        body="A text.\n\n" * 20,
        digest="0" * 48,
    )


def main() -> None:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="console-bench-") as name:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(name)
        if not (folder / "config").exists():
            make(folder, articles)
        article_id = article(articles - 1).id
        pages = (
            "/",
            "/add",
            "/articles",
            "/articles?filter=all",
            "/articles?q=article+77",
            "/articles?filter=hold",
            "/articles?filter=all&source=s7",
            f"/articles/{article_id}",
            "/sources",
            "/sources?q=s99",
            "/sources/s1",
            "/sources/s40",
            "/sources/s1/mend",
            "/tags",
            "/tags/query?query=words+and+not+tag:x",
            "/changes",
        )
        for served in serve_instance(Instance(folder, World())):
            browser = served.browser()
            browser.get("/")
            time.sleep(5)  # the walk through all folders, which no page waits for
            report(browser, pages, articles)


def report(browser: Browser, pages: tuple[str, ...], articles: int) -> None:
    print(
        f"{SOURCES} sources, {articles:,} articles: CPU ms of an answer (median, most), wall ms,"
        " bytes, as gzip"
    )
    for path in pages:
        cpu = []
        wall = []
        for _ in range(ASKED):
            began = time.perf_counter()
            used = time.process_time()
            answer = browser.get(path)
            cpu.append((time.process_time() - used) * 1000)
            wall.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, (path, answer.status, answer.body[:300])
        data = answer.body.encode()
        times = f"{statistics.median(cpu):7.1f} {max(cpu):7.1f} {statistics.median(wall):7.1f}"
        print(f"{path[:40]:40} {times} {len(data):8,} {len(gzip.compress(data, 6)):7,}", flush=True)


if __name__ == "__main__":
    main()
