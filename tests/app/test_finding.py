"""Search the articles in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from syndicator.app import finding
from syndicator.app.finding import find
from syndicator.searching.documents import make_document
from syndicator.searching.language import parse_search
from syndicator.searching.ranking import Candidate
from syndicator.store.engine import Store, open_store
from tests.postgres import Server
from tests.store.conftest import record_article

# number (a higher one is older), title, text, tags
ARTICLES = (
    (1, "The ferry is late", "It waits for the tide.", ("Boats",)),
    (2, "A bridge in the north", "No ferry goes there.", ("Roads",)),
    (3, "The best books of 2025", "Ten books about harbours.", ("Books",)),
    (4, "What we read", "The best of many books, in 2025 and before.", ("Books",)),
    (5, "A quiet harbour", "Boats lie there.", ("Boats", "Machine learning")),
    (6, "人工知能の本", "東京の図書館", ("AI",)),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/syndicator.db"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        url = server.schema()
    with open_store(url, articles_exist=False) as opened:
        for number, title, text, tags in reversed(ARTICLES):
            article = record_article(opened, number, title=title, tags=tags)
            due = opened.texts.due(10)
            opened.texts.save({article.id: make_document(article, text)}, due)
        yield opened


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        ("best books 2025", [3, 4]),  # all words in the title first
        ("ferry", [1, 2]),
        ("FERRY bridges", [2]),
        ("ferri", [1, 2]),  # a wrong letter
        ("harbor", [5, 3]),
        ("quiet harbour boats tuesday", [5]),  # most words
        ('"quiet harbour"', [5]),
        ('"harbour quiet"', []),
        ("books tag:books not title:best", [4]),
        ("tag:boats", [1, 5]),
        ('tag:"machine learning"', [5]),
        ("ferry after:2026-11-24 before:2026-11-25", [1, 2]),
        ("ferry before:2026", []),
        ("東京", [6]),
        ("人工知能", [6]),
        ("source:src and (ferry or quiet)", [1, 2, 5]),
        ("nothing of this", []),
    ],
)
def test_a_search_finds_the_best_first(store: Store, search: str, numbers: list[int]) -> None:
    """A search returns matching articles, best first: words in titles, phrases, fields, dates, and
    words with one wrong letter."""
    article_ids = find(store, parse_search(search))
    titles = {title: number for number, title, *_ in ARTICLES}
    articles = store.index.articles(article_ids)

    assert [titles[articles[article_id].title] for article_id in article_ids] == numbers


def test_no_more_are_found_than_asked_for(store: Store) -> None:
    """The last argument of `find` limits the number of results."""
    assert len(find(store, parse_search("source:src"), 2)) == 2
    assert len(find(store, parse_search("ferry"), 1)) == 1


def test_a_narrowed_search_looks_further_for_what_may_be_found(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a filter rejects candidates, the search continues to older ones."""
    oldest = find(store, parse_search("title:read"))

    def keep_oldest(candidates: Sequence[Candidate]) -> list[Candidate]:
        return [candidate for candidate in candidates if candidate.id in oldest]

    for bound in ("_IN_TITLE", "_WITH_ALL", "_PAGE_SIZE"):  # one candidate at a time
        monkeypatch.setattr(finding, bound, 1)
    for search in ("books", "books tag:books", "tag:books"):
        assert find(store, parse_search(search), 5, keep_oldest) == oldest
    assert find(store, parse_search("ferry"), 5, keep_oldest) == []
