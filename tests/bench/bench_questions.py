"""Asks the archive, and the search of the pages, 40 questions about real pages: is the right one
among the first three? `python -m tests.bench.bench_questions [PAGES]`.

Reads the first 1,000 articles of ../shared/corpus/pages, which takes minutes. The questions
(page_questions.tsv) were written by title and excerpt, before the search was tried on them. Also
prints the bytes of the text index beside those of database and article files."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from syndicator.app.finding import find
from syndicator.articles import frontmatter
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Article, ContentMode, Source
from syndicator.core.ports import ArticleRecord, FileStamp
from syndicator.core.text import plain
from syndicator.filing.read_article import read_article
from syndicator.publishing import search
from syndicator.publishing.render.view import make_view
from syndicator.searching.documents import make_document
from syndicator.searching.language import parse_search
from syndicator.store import rows
from syndicator.store.engine import Store, open_store
from tests.bench.bench_reading import PAGES, html_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
FIRST = 3


def each_row() -> Iterator[dict[str, Any]]:
    for name in ("manifest.jsonl.gz", "more.jsonl.gz"):
        with gzip.open(PAGES / name, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row.get("page_type") in ("article", None):
                    yield row


def read_pages(count: int) -> dict[str, Article]:
    """Return page id -> article, an hour apart."""
    read: dict[str, Article] = {}
    for number, row in enumerate(islice(each_row(), count)):
        try:
            article = read_article(html_of(row), row["url"]).filed()
        except NotAnArticle:
            continue
        added = BEGIN + timedelta(hours=number)
        read[row["id"]] = replace(article, added=added, source_key="s", robots=(), rights=())
    by_id = {article.id: (page, article) for page, article in read.items()}
    return dict(by_id.values())


def questions() -> list[list[str]]:
    """Questions, each with the page that is meant."""
    return [line.split("\t") for line in (HERE / "page_questions.tsv").read_text().splitlines()]


def fill(store: Store, articles: Sequence[Article]) -> None:
    records = [
        ArticleRecord(article=article, stamp=FileStamp(path=f"{number}.md", mtime_ns=1, size=1))
        for number, article in enumerate(articles)
    ]
    with store._db.write() as connection:
        rows.save_articles(connection, records)
    due = store.texts.due(len(articles))
    read = {article.id: make_document(article, plain(article.body)) for article in articles}
    store.texts.save(read, due)
    store.texts.tidy()


def ask_archive(store: Store, text: str) -> list[str]:
    return find(store, parse_search(text))[:FIRST]


def write_search(articles: Sequence[Article], content: ContentMode, folder: Path) -> int:
    """Write the files of the search of the pages; return their bytes, compressed."""
    source = Source(key="s", url="https://s.example/", content=content)
    months: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        months[f"{article.added:%Y-%m}"].append(article.id)
    by_id = {article.id: article for article in articles}
    newest = [
        (article_id, by_id[article_id].added or BEGIN, "1")
        for article_id in reversed(months[max(months)])
    ]
    files: dict[str, bytes] = {}
    listed = []
    for period in search.plan_periods(dict.fromkeys(months, "1"), newest, ""):
        ids = period.ids or [article_id for month in period.months for article_id in months[month]]
        some = [by_id[article_id] for article_id in ids]
        shards = search.Shards(period.name)
        shards.add(
            [make_view(one, source, uuid.UUID(int=1), None, "<p>a text</p>") for one in some],
            {one.id: make_document(one, plain(one.body)) for one in some if content == "full"},
        )
        count, parts, made = shards.files()
        files |= dict(made)
        listed.append([period.name, "0" * 16, count, parts])
    files[search.MANIFEST] = search.write_script("index", listed)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return sum(len(gzip.compress(data, 5)) for data in files.values())


def ask_pages(folder: Path, texts: Sequence[str]) -> list[list[str]]:
    """Return the ids of the first articles that the browser's search finds for each text."""
    script = ROOT / "syndicator/publishing/static/search.js"
    command = ["node", ROOT / "tests/publishing/search/find.js", script, folder]
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    answers = []
    for places in json.loads(done.stdout):
        ids = []
        for period, place in places[:FIRST]:
            file = folder / f"{search.FOLDER}{period}.d{place // search.RESULTS_PER_FILE}.js"
            ids.append(search.read_script(file.read_bytes())[place % search.RESULTS_PER_FILE][-1])
        answers.append(ids)
    return answers


def main(count: int) -> None:
    pages = read_pages(count)
    articles = [article for article in pages.values() if article.url]
    asked = [(text, pages[page].id) for text, page in questions() if page in pages]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "syndicator.db"
        with open_store(f"sqlite:///{path}", articles_exist=False) as store:
            fill(store, articles)
            right = sum(article_id in ask_archive(store, text) for text, article_id in asked)
            sizes = "SELECT (SELECT sum(length(data)) FROM texts), sum(length(block))"
            ((terms, index),) = store._db.run_query(f"{sizes} FROM text_tokens_data")
            store.compact()
        files = sum(len(frontmatter.dump(article)) for article in articles)
        print(f"archive: {right} of {len(asked)} right")
        print(f"bytes: files {files}, database {path.stat().st_size}; terms {terms}, index {index}")
        for content in ("excerpt", "full"):
            public = Path(folder) / content
            size = write_search(articles, content, public)
            found = ask_pages(public, [text for text, _ in asked])
            right = sum(
                article_id in ids for (_, article_id), ids in zip(asked, found, strict=True)
            )
            print(f"pages, {content}: {right} of {len(asked)} right, {size} bytes compressed")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
