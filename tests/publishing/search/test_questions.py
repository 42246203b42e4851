"""Real searches and questions find the expected articles."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.finding import find, find_exact
from syndicator.core.model import Article, Source
from syndicator.core.ports import ArticleRecord, FileStamp
from syndicator.publishing import search
from syndicator.publishing.questions import parse_question
from syndicator.searching.documents import make_document
from syndicator.searching.language import parse_query, parse_search
from syndicator.store import rows as rows_of_store
from syndicator.store.engine import Store, open_store
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import SOURCES, publish_feeds

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CORPUS = ROOT.parent / "shared/corpus"
CASES: list[dict[str, Any]] = tomllib.loads((HERE / "questions.toml").read_text("utf-8"))["case"]
RIGHT = 36
EXCERPT = 40  # words
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS.exists(), reason="no corpus beside the checkout"),
    pytest.mark.skipif(
        shutil.which("node") is None, reason="no node here, which runs the search of the pages"
    ),
]


def load_rows() -> Iterator[tuple[str, str, str, str, str, str]]:
    """Id, title, text, category, language, source."""
    for name, language in (("bbc", "en"), ("gnad", "de")):
        for row in read_lines(CORPUS / f"texts/cat_{name}.jsonl.gz"):
            yield (
                row["id"],
                row["title"] or row["text"][:60],
                row["text"],
                row["label"],
                language,
                name,
            )
    for row in read_lines(CORPUS / "pages/more.jsonl.gz"):
        if row["id"].startswith("fundus/jp/"):
            yield row["id"], row["truth"]["title"], row["truth"]["text"], "", "ja", "fundus"


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


@pytest.fixture(scope="module")
def texts_of_articles() -> dict[Article, str]:
    made_articles = dict[Article, str]()
    start = datetime(2025, 10, 1, tzinfo=UTC)
    for number, (article_id, title, text, category, language, source) in enumerate(load_rows()):
        excerpt = " ".join(text.split()[:EXCERPT]) if language != "ja" else text[:EXCERPT]
        moment = start + timedelta(hours=number)
        article = Article(
            id=article_id,
            url=f"https://shelf.example/{number}",
            title=title,
            excerpt=excerpt,
            category=category,
        )
        dated = replace(
            article, language=language, source_key=source, published=moment, added=moment
        )
        made_articles[dated] = text
    return made_articles


@pytest.fixture(scope="module")
def archive(
    texts_of_articles: dict[Article, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A database with the terms of its articles."""
    path = tmp_path_factory.mktemp("archive") / "syndicator.db"
    records = [
        ArticleRecord(article=article, stamp=FileStamp(path=f"{number}.md", mtime_ns=1, size=1))
        for number, article in enumerate(texts_of_articles)
    ]
    with open_store(f"sqlite:///{path}", articles_exist=False) as store:
        with store._db.write() as connection:
            rows_of_store.save_articles(connection, records)
        due = store.texts.due(len(records))
        documents_by_id = {
            one.id: make_document(one, text) for one, text in texts_of_articles.items()
        }
        store.texts.save(documents_by_id, due)
        yield store


@pytest.fixture(scope="module")
def search_files(
    texts_of_articles: dict[Article, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The published files of the search, of texts that are published in full."""
    articles = list(texts_of_articles)
    texts = {article.id: text for article, text in texts_of_articles.items()}
    index = MemoryIndex(articles)
    outlet = MemoryOutlet()
    index.save_html({article_id: f"<p>{escape(text)}</p>" for article_id, text in texts.items()})
    with pytest.MonkeyPatch.context() as patch:
        for key in {article.source_key for article in articles}:
            source = Source(key=key, url=f"https://{key}.example/feed", content="full")
            patch.setitem(SOURCES, key, source)
        publish_feeds(index, outlet, markdown=texts.__getitem__)
    root = tmp_path_factory.mktemp("shelf")
    for name, data in outlet.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def count_right(found: Callable[[dict[str, Any]], set[str]]) -> int:
    wrong = []
    for case in CASES:
        ids = found(case)
        if not ids.issuperset(case["finds"]) or ids & set(case.get("never", ())):
            wrong.append(case.get("search") or case["ask"])
    print(f"{len(CASES) - len(wrong)} of {len(CASES)} right; not {wrong}")
    return len(CASES) - len(wrong)


def find_answers(store: Store, address: str) -> set[str]:
    return set(find_exact(store, parse_query(parse_question(address).query), 50))


def test_nearly_all_is_found_in_the_archive(archive: Store) -> None:
    """Of 40 sample questions ("ask", an address) and searches ("search", words), at least RIGHT
    find the expected articles in the database; of a search the first three results count."""

    def find_results(case: dict[str, Any]) -> set[str]:
        if "ask" in case:
            return find_answers(archive, case["ask"])
        return set(find(archive, parse_search(case["search"]))[:3])

    assert count_right(find_results) >= RIGHT


def test_nearly_all_is_found_on_the_pages(archive: Store, search_files: Path) -> None:
    """Of 40 sample questions ("ask") and searches ("search"), at least RIGHT find the expected
    articles; searches run in the script of the search page, under Node, which gives the period and
    place of each result."""
    searched = [case for case in CASES if "search" in case]
    script = ROOT / "syndicator/publishing/static/search.js"
    words = json.dumps([case["search"] for case in searched])

    # all searches at once, in Node
    done = subprocess.run(
        ["node", HERE / "find.js", script, search_files],
        input=words,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    places = dict(zip((case["search"] for case in searched), json.loads(done.stdout), strict=True))

    def find_article_id(period: str, place: int) -> str:
        name = f"{search.FOLDER}{period}.d{place // search.RESULTS_PER_FILE}.js"
        rows = search.read_script((search_files / name).read_bytes())
        return str(rows[place % search.RESULTS_PER_FILE][-1])

    def find_results(case: dict[str, Any]) -> set[str]:
        if "ask" in case:
            return find_answers(archive, case["ask"])
        return {find_article_id(*place) for place in places[case["search"]]}

    assert len(CASES) == 40
    assert count_right(find_results) >= RIGHT
