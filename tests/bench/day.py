"""A busy day of `up` without the network: 500 sources, 5,000 articles, all formats; what building
costs, and how long an article waits.

    python -m tests.bench.day [--sources 500] [--articles 5000] [--hours 24] [--settle 3m 0s]

Time is made up: a run a minute, each source asked every 15 minutes at a minute of its own. Articles
have bodies of 600 to 1,000 words (tests/bench/shelf.py) and are announced evenly over the day; what
a run finds is filed as visits file it, then feeds are built as `up` builds them. With `--settle 0s`
every run builds what it found. Each day is a process of its own: user+sys CPU of all of it
(fetching and reading pages is not in it: tests/bench/bench_refresh.py), bytes written (wchar of the
kernel) altogether, by the database for an article (its entry, sketch and blocks too) and in kept
pages for an article, the largest resident set, and the minutes from an article's
announcement to its source's feed and to that of everything, the wait for the next visit included
(median and 95th percentile)."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from syndicator.app.container import App, open_app
from syndicator.articles.snapshots import pack_page
from syndicator.core import urls
from syndicator.core.axes import ALL
from syndicator.core.model import Article, Entry
from syndicator.core.ports import ArticleRecord, Blocks, EntryRow
from syndicator.filing.dedupe import make_comparison_data
from syndicator.filing.save_article import write_article
from syndicator.publishing.render.html import render_markdown
from syndicator.runs.build import build_due, build_feeds
from syndicator.runs.build_timing import Settling
from tests.bench import shelf
from tests.bench.bench_publishing import peak
from tests.bench.machine import machine

EVERY = 15  # minutes between two visits of a source
MINUTE = timedelta(minutes=1)
BEFORE = 10_000_000  # the number of the first article of the days before


@dataclass(slots=True)
class Day:
    """A day under way. `waiting`: when the articles that no build has met yet were announced, in
    minutes."""

    app: App
    sources: int
    articles: int
    minute: int = 0
    waits: list[float] = field(default_factory=list)
    waiting: list[float] = field(default_factory=list)
    long_waits: list[float] = field(default_factory=list)  # for the feed of everything, which rests
    long_waiting: list[float] = field(default_factory=list)
    builds: int = 0
    files: int = 0
    database: int = 0  # bytes written while articles are filed, without their files
    pages: int = 0  # bytes of kept pages
    filed: int = 0

    def announced(self, number: int) -> float:
        return number * 24 * 60 / self.articles

    def found(self) -> list[int]:
        """The articles that the visits of this minute find."""
        first = self.minute - EVERY
        end = self.minute
        numbers = range(
            int(max(first, 0) * self.articles / 1440), int(end * self.articles / 1440) + 1
        )
        due = [n for n in numbers if (n % self.sources) % EVERY == self.minute % EVERY]
        return [n for n in due if first <= self.announced(n) < end]

    async def run(self, settling: Settling) -> None:
        """What a run of `up` does of it."""
        settling.begin(self.app)
        before = written()
        with (
            self.app.archive.article_store.batch_writes() as settle,
            self.app.archive.store.visits.shared(settle),
        ):
            for number in self.found():
                self.file(
                    shelf.article(number, self.articles, self.sources),
                    shelf.BEGIN + self.minute * MINUTE,
                )
                settling.count_article()
                self.waiting.append(self.announced(number))
                self.long_waiting.append(self.announced(number))
        self.database += written() - before
        report = await build_due(self.app, settling)
        settling.end(self.app)
        if report.builds:
            self.builds = self.builds + report.builds
            self.files = self.files + len(report.written)
            self.waits += [self.minute - one for one in self.waiting]
            self.waiting.clear()
        if ALL in report.shown:
            self.long_waits += [self.minute - one for one in self.long_waiting]
            self.long_waiting.clear()

    def file(self, article: Article, now: datetime) -> None:
        """Announce and file an article as a visit does: entry, file, row, sketch, blocks of its
        host and its page."""
        visits = self.app.archive.store.visits
        app = self.app
        article = replace(article, added=now, published=now - MINUTE)
        announced = Entry(
            id=article.url, url=article.url, title=article.title, summary=article.excerpt
        )
        row = EntryRow(
            source_key=article.source_key,
            entry_id=article.url,
            url=article.url,
            digest=announced.digest,
            status="pending",
            first_seen=now,
            entry=announced,
        )
        visits.save_entries([row])
        html = render_markdown(article.body, article.url)
        digests = tuple(
            hashlib.sha256(part.encode()).hexdigest()[:16] for part in article.body.split("\n\n")
        )
        blocks = Blocks(host=urls.own_host(article.url), digests=digests)
        write_article(
            app.archive.article_store,
            visits,
            article,
            entry=row.done(article.id, now),
            html=html,
            compared=lambda stored: make_comparison_data(stored, now),
            blocks=lambda stored: blocks,
        )
        page = pack_page(
            f"<html><head><title>{article.title}</title></head><body>{html}</body></html>".encode(),
            {},
        )
        app.archive.snapshots.put_packed(article.id, page)
        path = app.archive.article_store.find(article.id)
        self.database -= len(page) + (len(app.archive.article_store.read(path)) if path else 0)
        self.pages = self.pages + len(page)
        self.filed = self.filed + 1


def written() -> int:
    """Bytes that this process has written."""
    return int(Path("/proc/self/io").read_text().partition("wchar: ")[2].split()[0])


def begin(folder: Path, sources: int, settle: str) -> None:
    """The instance on the evening before: two articles of each source, published."""
    shelf.configure(folder, sources, publish=f'settle = "{settle}"\n')
    with open_app(folder / "config", clock=lambda: shelf.BEGIN) as app:
        for number in range(BEFORE, BEFORE + 2 * sources):
            then = shelf.BEGIN - timedelta(days=3) + (number - BEFORE) * MINUTE
            one = replace(shelf.article(number, number + 1, sources), added=then, published=then)
            stored, stamp, _ = app.archive.article_store.put(one)
            app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))
        asyncio.run(build_feeds(app))


def day(folder: Path, sources: int, articles: int, hours: float) -> dict[str, float]:
    """Lives it, in this process."""
    minute = [0]
    with open_app(folder / "config", clock=lambda: shelf.BEGIN + minute[0] * MINUTE) as app:
        lived = Day(app, sources, articles)
        settling = Settling(lambda: minute[0] * 60.0)
        for minute[0] in range(1, round(hours * 60) + 1):
            lived.minute = minute[0]
            asyncio.run(lived.run(settling))
    used = resource.getrusage(resource.RUSAGE_SELF)
    waits = sorted(lived.waits)
    long_waits = sorted(lived.long_waits)
    return {
        "cpu": used.ru_utime + used.ru_stime,
        "megabytes_written": written() / 1e6,
        "kilobytes of the database": lived.database / lived.filed / 1e3,
        "kilobytes of pages": lived.pages / lived.filed / 1e3,
        "megabytes": peak(),
        "builds": lived.builds,
        "files": lived.files,
        "articles": len(waits),
        "p50": waits[len(waits) // 2],
        "p95": waits[int(len(waits) * 0.95)],
        "all p50": long_waits[len(long_waits) // 2],
        "all p95": long_waits[int(len(long_waits) * 0.95)],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--settle", nargs="+", default=["0s", "3m"])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--begin", action="store_true")
    told = parser.parse_args()
    if told.begin:
        begin(told.folder, told.sources, told.settle[0])
        return
    if told.folder:
        print(json.dumps(day(told.folder, told.sources, told.articles, told.hours)))
        return
    print(
        f"{told.sources} sources, {told.articles} articles a day, {told.hours} h of it; {machine()}"
    )
    heads = ("s CPU", "MB written", "kB db", "kB pages", "MB", "builds", "files", "articles")
    heads += ("p50 min", "p95 min", "all p50", "all p95")
    print(f"{'settle':8}" + "".join(f"{head:>12}" for head in heads))
    for settle in told.settle:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "tests.bench.day",
                "--folder",
                folder,
                "--settle",
                settle,
            ]
            command += [
                "--sources",
                str(told.sources),
                "--articles",
                str(told.articles),
                "--hours",
                str(told.hours),
            ]
            subprocess.run([*command, "--begin"], check=True)
            got = json.loads(
                subprocess.run(command, check=True, capture_output=True, text=True).stdout
            )
        print(f"{settle:8}" + "".join(f"{value:12.1f}" for value in got.values()), flush=True)


if __name__ == "__main__":
    main()
