"""What articles cost workers and PostgreSQL, whole: CPU of a page visited, read, described, filed
and built, bytes of its rows and file, and the builder alone.

    python -m tests.bench.bench_articles [--sources 200] [--entries 5] [--workers 2] [--more 500]

As many feeds of `--entries` entries, each on a loopback address of its own, whose pages have 150 to
300 words, served by another process that does not count. Workers visit them and read every page.
Printed: CPU of the workers (start apart) and of the server for an article; bytes of the tables
(`pg_total_relation_size`, indexes included, less what empty tables have) for a source and for an
article, the largest by name; bytes of files. Then `--more` articles are filed and one build writes
what they changed: its CPU for a new entry and for a file."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from syndicator.app.container import open_app
from syndicator.cli.demo.trip import generate_articles
from syndicator.configuration.settings import load
from syndicator.core.model import Article
from syndicator.core.ports import ArticleRecord
from syndicator.fleet.worker import read_pushed_configuration
from syndicator.runs.build import build_feeds
from syndicator.store.engine import Store
from tests import postgres
from tests.bench.bench_workers import Elsewhere, cpu, server_cpu
from tests.bench.feed_server import SERVE, addresses
from tests.bench.machine import machine
from tests.fleet.fleet import Instance

_OF_SOURCES = ("sources", "followed", "hosts", "outcomes", "notes", "subscriptions", "blocks")
_SERVER = f"""
import asyncio, json, sys
STORIES = json.load(sys.stdin.buffer)
ENTRIES = int(sys.argv[2])
NAMES = {{name: number for number, name in enumerate(sys.argv[3:])}}
def answer(kind, text):
    body = text.encode()
    head = f"HTTP/1.1 200 OK\\r\\ncontent-type: {{kind}}\\r\\ncontent-length: {{len(body)}}\\r\\n\\r\\n"
    return head.encode() + body
def reply(transport, head):
    name, port = transport.get_extra_info("sockname")[:2]
    path = head.split(b" ", 2)[1].decode()
    if path == "/feed":
        first = NAMES[name] * ENTRIES
        items = "".join(
            f"<item><title>{{STORIES[n][0]}}</title><link>http://{{name}}:{{port}}/{{n}}</link><guid>{{n}}</guid></item>"
            for n in range(first, first + ENTRIES))
        text = f"<rss version='2.0'><channel><title>{{name}}</title>{{items}}</channel></rss>"
        transport.write(answer("application/rss+xml", text))
    elif path[1:].isdigit():
        title, paragraphs = STORIES[int(path[1:])]
        text = "".join(f"<p>{{one}}</p>" for one in paragraphs)
        menu = "<nav><ul>" + "<li><a href='/x'>A section</a></li>" * 20 + "</ul></nav>"
        text = f"{{menu}}<article><h1>{{title}}</h1>{{text}}</article>{{menu}}"
        page = f"<html lang=en><head><title>{{title}}</title></head><body>{{text}}</body></html>"
        transport.write(answer("text/html; charset=utf-8", page))
    else:
        transport.write(b"HTTP/1.1 404 Not Found\\r\\ncontent-length: 0\\r\\n\\r\\n")
{SERVE}"""  # noqa: E501


@contextmanager
def sites(sources: int, entries: int) -> Iterator[list[str]]:
    """The addresses of as many feeds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    stories = [
        (article.title, article.body.split("\n\n"))
        for article in generate_articles(sources * entries, seed=1)
    ]
    command = [sys.executable, "-c", _SERVER, str(port), str(entries), *addresses(sources)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(stories).encode())
        server.stdin.close()
        server.stdout.readline()
        try:
            yield [f"http://{address}:{port}/feed" for address in addresses(sources)]
        finally:
            server.kill()


_SIZES = text(
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


def sizes(fleet: Instance) -> dict[str, int]:
    """Bytes of each table with its indexes."""
    with fleet.open_store() as store:
        return dict(map(tuple, store._db.rows(_SIZES)))


def _articles(store: Store) -> int:
    return int(store._db.scalar(text("SELECT count(*) FROM articles")))


def visits(server: postgres.Server, fleet: Instance, workers: int, articles: int) -> None:
    """Has workers read all pages, and prints what it cost."""
    for _ in range(workers):
        fleet.start_worker(16)
    assert fleet.wait_until(
        lambda: all("ready" in fleet.read_log(number) for number in range(workers)), 120
    ), fleet.read_logs()
    pids = [worker.pid for worker in fleet.workers]
    start = cpu(pids)
    before = server_cpu(server)
    began = time.monotonic()
    # one connection: another for each look would count as the server's
    with fleet.open_store() as store:
        while _articles(store) < articles or store.index.newest_mark():
            assert time.monotonic() - began < 900, fleet.describe_state()
            time.sleep(1)
    used = cpu(pids) - start
    database = server_cpu(server) - before
    wall = time.monotonic() - began
    fleet.stop_workers()
    print(
        f"{articles} articles visited, read, described, filed and built by {workers} workers in"
        f" {wall:.0f} s: CPU an article: workers {1000 * used / articles:.1f} ms, server"
        f" {1000 * database / articles:.1f} ms",
        flush=True,
    )


def bytes_of(fleet: Instance, before: dict[str, int], sources: int, articles: int) -> None:
    grown = {name: size - before.get(name, 0) for name, size in sizes(fleet).items()}
    of_sources = sum(size for name, size in grown.items() if name in _OF_SOURCES)
    rest = {
        name: size
        for name, size in grown.items()
        if name not in _OF_SOURCES and not name.startswith("procrastinate")
    }
    files = sum(path.stat().st_size for path in (fleet.folder / "feeds/articles").rglob("*.md"))
    print(
        f"bytes of rows: {of_sources / sources:.0f} a source, {sum(rest.values()) / articles:.0f}"
        " an article:"
    )
    for name, size in sorted(rest.items(), key=lambda one: -one[1])[:9]:
        print(f"    {name} {size / articles:.0f}")
    print(f"bytes of files: {files / articles:.0f} an article", flush=True)


def builds(fleet: Instance, more: int) -> None:
    """Files articles more, and builds."""
    with open_app(
        fleet.config, read=read_pushed_configuration(fleet.config, load(fleet.config))
    ) as app:
        keys = sorted(app.configuration.sources)
        for number, article in enumerate(generate_articles(more, seed=2)):
            made, stamp, _ = app.archive.article_store.put(
                _of(article, keys[number % len(keys)], app.archive.clock())
            )
            app.archive.store.visits.record(ArticleRecord(article=made, stamp=stamp))
        began = time.process_time()
        report = asyncio.run(build_feeds(app))
        used = 1000 * (time.process_time() - began)
        files = len(report.written)
    print(
        f"a build of {more} new articles, {files} files: {used / more:.1f} ms CPU an entry,"
        f" {used / files:.2f} a file"
    )


def _of(article: Article, key: str, now: datetime) -> Article:
    """As if a source of ours had announced it just now."""
    return replace(article, source_key=key, added=now, published=now)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=200)
    options.add_argument("--entries", type=int, default=5)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--more", type=int, default=500)
    given = options.parse_args()
    articles = given.sources * given.entries
    print(machine())
    with (
        postgres.run_server() as server,
        sites(given.sources, given.entries) as urls,
        tempfile.TemporaryDirectory() as name,
    ):
        fleet = Instance(
            Path(name), Elsewhere(urls), server.schema(), pause=0.0, seconds=20.0, verbose=False
        )
        with fleet.open_store():
            pass
        before = sizes(fleet)
        fleet.push_configuration()
        visits(server, fleet, given.workers, articles)
        bytes_of(fleet, before, given.sources, articles)
        builds(fleet, given.more)


if __name__ == "__main__":
    main()
