"""What filing an article asks of the database: statements, bytes written, and CPU, of a page that
is at hand.

    python -m tests.bench.bench_filing [--articles 20000] [--pages 100] [--pause 0.25] [--steps]
    [--profile] [--trace]

The instance has ARTICLES articles of the last two weeks, with sketches and entries. Each page is
announced by one of 50 sources with a feed, and takes the way of a visit (`filing.entry.ingest`),
except that its bytes are at hand and the worker's jobs run in this process; their CPU is not
counted. A page comes every PAUSE seconds, as with a slow network. Bytes: wchar of the kernel, the
files of articles and kept pages subtracted; the log of the database is moved into the database at
the end, which is counted. `--steps` prints the statements of the last page, `--trace` the functions
of filing/ that it calls: how many, in how many modules, and how often it comes back to a module
that it had left."""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import os
import pstats
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import event

from syndicator.app.container import App, open_app
from syndicator.app.contexts import make_context
from syndicator.core.model import (
    Article,
    Channel,
    Entry,
    Fetched,
    FetchResult,
    Request,
    SourceState,
    VisitTimes,
)
from syndicator.core.ports import ArticleRecord, EntryRow, FileStamp
from syndicator.filing.dedupe import make_comparison_data
from syndicator.filing.entry.ingest import ingest
from syndicator.filing.visit import sharing_commits
from tests.bench import shelf

SOURCES = 50


@dataclass(slots=True)
class InProcess:
    """The worker's jobs, run here; `seconds` of CPU they took."""

    seconds: float = 0.0

    async def call(self, work: Callable[..., Any], *values: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return work(*values, **named)
        finally:
            self.seconds += time.process_time() - begun


class Pages:
    """A page for each address."""

    async def fetch(self, request: Request) -> FetchResult:
        number = int(request.url.rpartition("/")[2])
        headers = {"content-type": "text/html"}
        return Fetched(
            url=request.url, final_url=request.url, status=200, headers=headers, body=page(number)
        )

    async def aclose(self) -> None:
        pass


def story(number: int) -> Article:
    """The article of a number; texts of different numbers share nothing, as those of the shelf
    do."""
    return shelf.article(number, 1_000_000, SOURCES)


def page(number: int) -> bytes:
    one = story(number)
    text = "".join(f"<p>{part}</p>" for part in one.body.split("\n\n"))
    head = f"<title>{one.title}</title><meta name=author content='{one.author}'>"
    head += f"<meta name=keywords content='{', '.join(one.tags)}'>"
    return f"<!doctype html><html lang=en><head>{head}</head><body><article><h1>{one.title}</h1>{text}".encode()  # noqa: E501


@dataclass(slots=True)
class Statements:
    """What SQLite ran, one for each row of a statement that is run with many."""

    texts: list[str] = field(default_factory=list)

    def watch(self, app: App) -> None:
        app.archive.store.visits._db._db.close()

        @event.listens_for(app.archive.store.visits._db._db.engine, "connect")
        def _connected(connection: sqlite3.Connection, _record: object) -> None:
            connection.set_trace_callback(self.texts.append)


@dataclass(slots=True)
class Trace:
    """The functions of filing/ that are called while `sys.setprofile` has it, as module and
    name."""

    calls: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, frame: FrameType, event: str, _value: object) -> None:
        module = frame.f_globals.get("__name__", "")
        name = frame.f_code.co_name
        file = frame.f_code.co_filename
        # `<genexpr>`, `__init__` of dataclasses
        written = not name.startswith("<") and not file.startswith("<")
        if event == "call" and written and module.startswith("syndicator.filing."):
            self.calls.append((module.removeprefix("syndicator.filing."), name))

    def __str__(self) -> str:
        entered = [module for module, _ in self.calls]
        turns = [new for old, new in zip(["", *entered], entered, strict=False) if new != old]
        steps = " ".join(f"{module}.{name}" for module, name in self.calls)
        modules = len({*entered})
        return (
            f"{modules} modules, {len(self.calls)} calls, {len(turns) - modules} returns\n{steps}"
        )


def written() -> int:
    return int(Path("/proc/self/io").read_text().partition("wchar: ")[2].split()[0])


def files_size(folder: Path) -> int:
    names = (
        path for path in folder.rglob("*") if path.is_file() and "syndicator.db" not in path.name
    )
    return sum(path.stat().st_size for path in names)


def begin(folder: Path, articles: int) -> None:
    """The instance as it was before."""
    shelf.configure(folder, SOURCES)
    now = datetime.now(UTC).replace(microsecond=0)
    with open_app(folder / "config") as app, app.archive.store.visits.shared():
        for number in range(articles):
            at = now - timedelta(days=13) * (1 - number / articles)
            one = replace(story(10_000_000 + number), added=at, published=at)
            words = random.Random(number).choices(shelf.VOCABULARY, k=260)
            short = replace(one, body=" ".join(words))
            row = EntryRow(
                source_key=one.source_key,
                entry_id=one.url,
                url=one.url,
                digest="d",
                status="done",
                first_seen=at,
                article_id=one.id,
            )
            app.archive.store.visits.record(
                ArticleRecord(
                    article=one,
                    stamp=FileStamp(path=shelf.path_of(one), mtime_ns=number, size=1),
                    entry=row,
                )
            )
            if (sketch := make_comparison_data(short, now)) is not None:
                app.archive.store.visits.save_sketch(one.id, sketch)
            if number % 500 == 499:
                app.archive.store.visits.commit()


async def trip(
    app: App,
    pages: int,
    pause: float,
    statements: Statements,
    worker: InProcess,
    trace: Trace | None = None,
) -> tuple[float, int]:
    """CPU seconds of filing `pages`, and how many were filed."""
    filed: list[str] = []
    run = make_context(app.archive, app.configuration, app.jitter, Pages(), worker, filed.append)  # type: ignore[arg-type]
    used = 0.0
    async with sharing_commits(run):
        for number in range(pages):
            one = story(number)
            source = app.configuration.sources[one.source_key]
            state = SourceState(
                key=source.key,
                url=source.url,
                channel=Channel(feed_title="Feed"),
                visits=VisitTimes(last_success=app.archive.clock()),
            )
            entry = Entry(
                id=one.url,
                url=one.url,
                title=one.title,
                published=app.archive.clock(),
                summary=one.excerpt,
            )
            row = EntryRow(
                source_key=source.key,
                entry_id=one.url,
                url=one.url,
                digest="d",
                status="pending",
                first_seen=app.archive.clock(),
                entry=entry,
            )
            statements.texts.clear()
            context = run.make_visit_context(source, state).make_entry_context(row)
            begun = time.process_time()
            reading = worker.seconds
            if trace and number == pages - 1:
                sys.setprofile(trace)
            await ingest(context)
            if trace:
                sys.setprofile(None)
            used += time.process_time() - begun - (worker.seconds - reading)
            await asyncio.sleep(pause)
    return used, len(filed)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--pages", type=int, default=100)
    options.add_argument("--pause", type=float, default=0.25)
    options.add_argument("--steps", action="store_true")
    options.add_argument("--profile", action="store_true")
    options.add_argument("--trace", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begin(folder, given.articles)
        statements = Statements()
        worker = InProcess()
        with open_app(folder / "config") as app:
            asyncio.run(trip(app, 1, 0, statements, worker))
        statements = Statements()
        worker = InProcess()
        bytes_before = written()
        files_before = files_size(folder)
        with open_app(folder / "config") as app:
            statements.watch(app)
            profile = cProfile.Profile()
            if given.profile:
                profile.enable()
            trace = Trace() if given.trace else None
            used, filed = asyncio.run(
                trip(app, given.pages, given.pause, statements, worker, trace)
            )
            profile.disable()
            last = list(statements.texts)
        wrote = written() - bytes_before - (files_size(folder) - files_before)
    each = Counter(text.lstrip().split()[0].upper() for text in last)
    print(f"{filed} of {given.pages} pages filed, load {os.getloadavg()[0]:.1f}")
    print(f"{used / given.pages * 1000:8.2f} ms CPU a page without reading it")
    print(f"{wrote / given.pages / 1000:8.1f} kB written to the database a page")
    print(f"{len(last):8} statements for the last page: {dict(each)}")
    if given.steps:
        print("\n".join(" ".join(text.split())[:220] for text in last))
    if trace:
        print(trace)
    if given.profile:
        pstats.Stats(profile).sort_stats("cumtime").print_stats(
            "syndicator.(store|pipeline|articles).", 30
        )


if __name__ == "__main__":
    main()
