"""Searches and questions of people on a shelf of real articles: what should be found is."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.model import Article, Source
from syndicator.publishing import search
from syndicator.publishing.questions import answer, parse
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import SOURCES, built

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


def rows() -> Iterator[tuple[str, str, str, str, str, str]]:
    """Id, title, text, category, language, source."""
    for name, language in (("bbc", "en"), ("gnad", "de")):
        for row in _lines(CORPUS / f"texts/cat_{name}.jsonl.gz"):
            yield (
                row["id"],
                row["title"] or row["text"][:60],
                row["text"],
                row["label"],
                language,
                name,
            )
    for row in _lines(CORPUS / "pages/more.jsonl.gz"):
        if row["id"].startswith("fundus/jp/"):
            yield row["id"], row["truth"]["title"], row["truth"]["text"], "", "ja", "fundus"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published files of the search, of texts that are published in full."""
    articles, texts, start = list[Article](), dict[str, str](), datetime(2025, 10, 1, tzinfo=UTC)
    for number, (id, title, text, category, language, source) in enumerate(rows()):
        excerpt = " ".join(text.split()[:EXCERPT]) if language != "ja" else text[:EXCERPT]
        moment = start + timedelta(hours=number)
        made = Article(
            id=id,
            url=f"https://shelf.example/{number}",
            title=title,
            excerpt=excerpt,
            category=category,
        )
        articles.append(
            replace(made, language=language, source_key=source, published=moment, added=moment)
        )
        texts[id] = text
    index, outlet = MemoryIndex(articles), MemoryOutlet()

    index.save_html({id: f"<p>{escape(text)}</p>" for id, text in texts.items()})
    with pytest.MonkeyPatch.context() as patch:
        for key in {article.source_key for article in articles}:
            source = Source(key=key, url=f"https://{key}.example/feed", content="full")
            patch.setitem(SOURCES, key, source)
        built(index, outlet, markdown=texts.__getitem__)
    root = tmp_path_factory.mktemp("shelf")
    for name, data in outlet.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def test_nearly_all_is_found(shelf: Path) -> None:
    searched = [case for case in CASES if "search" in case]
    script = ROOT / "syndicator/publishing/static/search.js"
    words = json.dumps([case["search"] for case in searched])
    done = subprocess.run(
        ["node", HERE / "find.js", script, shelf],
        input=words,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    places = dict(zip((case["search"] for case in searched), json.loads(done.stdout), strict=True))

    def id_of(period: str, place: int) -> str:
        name = f"{search.FOLDER}{period}.d{place // search.DOCS}.js"
        return str(search.called((shelf / name).read_bytes())[place % search.DOCS][-1])

    def found(case: dict[str, Any]) -> set[str]:
        if "ask" in case:
            return set(answer(parse(case["ask"]), lambda name: (shelf / name).read_bytes(), 50))
        return {id_of(*one) for one in places[case["search"]]}

    wrong = []
    for case in CASES:
        ids = found(case)
        if not ids.issuperset(case["finds"]) or ids & set(case.get("never", ())):
            wrong.append(case.get("search") or case["ask"])
    assert len(CASES) == 40
    assert len(CASES) - len(wrong) >= RIGHT, wrong
    print(f"{len(CASES) - len(wrong)} of {len(CASES)} right; not {wrong}")
