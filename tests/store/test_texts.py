"""The text index proposes the same candidates on each database."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from syndicator.core.model import Article
from syndicator.searching.candidates import require
from syndicator.searching.documents import Document, TermTexts, make_document
from syndicator.searching.language import parse_query
from syndicator.searching.matching import is_match_with_texts
from syndicator.store.database import run_statement
from syndicator.store.engine import Store, copy_database, open_store
from tests.postgres import Server
from tests.store.conftest import record_article

WORDS = (
    *("tide", "ferry", "bridge", "harbour", "island", "lighthouse", "keeper", "storm"),
    *("Ärger", "人工知能", "東京", "مدينة"),
)


def record_articles(store: Store, count: int) -> dict[str, tuple[Article, str]]:
    """Store articles of random words, and their terms as builds do; return article and body by
    id."""
    rng = random.Random(7)
    results: dict[str, tuple[Article, str]] = {}
    for number in range(count, 0, -1):
        article = record_article(
            store,
            number,
            title=" ".join(rng.choices(WORDS, k=4)),
            tags=tuple(rng.sample(["AI", "C++", "Machine learning"], k=rng.randrange(3))),
            language=rng.choice(["en", "de-AT", "ja"]),
            source_key=rng.choice(["a.example", "b"]),
        )
        results[article.id] = article, " ".join(rng.choices(WORDS, k=12))
    index_due_texts(store, results)
    return results


def index_due_texts(store: Store, made: dict[str, tuple[Article, str]]) -> None:
    due = store.texts.due(1000)
    store.texts.save(
        {article_id: make_document(*made[article_id]) for article_id in due.values()}, due
    )


def list_candidates(store: Store, query: str, most: int = 1000) -> list[str]:
    proposed = store.texts.find_candidates(require(parse_query(query)), most)
    return [candidate.id for candidate in proposed.candidates]


QUERIES = [
    "ferry",
    "ferry bridge",
    "ferry or bridge",
    "title:ferry and not bridge",
    "tag:c++",
    'tag:"machine learning" or language:de',
    "source:a.example and 知能",
    "words:argers",
    "مدينة",
    "(ferry or tag:ai) and (storm or language:ja)",
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_article_that_matches_is_proposed(store: Store, query: str) -> None:
    """The index proposes at least every article that matches the query, and fewer than all (a "not"
    may need all); the search then checks each candidate. The 60 articles have random words."""
    articles = record_articles(store, 60)
    parsed_query = parse_query(query)
    # what the full check of each article, without the index, finds
    matching = {
        article_id
        for article_id, (article, body) in articles.items()
        if is_match_with_texts(parsed_query, article, TermTexts(make_document(article, body)))
    }
    proposed = list_candidates(store, query)

    assert matching
    assert matching <= set(proposed)
    assert len(matching) <= len(proposed) < len(articles) or "not" in query


def test_both_databases_propose_the_same_in_the_same_order(
    database_url: str, postgres: Server
) -> None:
    """SQLite and PostgreSQL propose the same articles in the same order for 200 random queries,
    most of which find some, and count the same frequencies of words. The 80 articles have random
    words."""
    rng = random.Random(3)
    queries = [
        rng.choice([" ", " or ", " and not "]).join(rng.sample(WORDS, k=rng.randrange(1, 4)))
        for _ in range(200)
    ]
    results = []
    for address in (database_url, postgres.schema()):
        with open_store(address, articles_exist=False) as store:
            record_articles(store, 80)
            candidates = [list_candidates(store, query, 10) for query in queries]
            frequencies = store.texts.frequencies(["ferry", "bridge", "nowhere"])
            results.append((candidates, frequencies))

    of_sqlite, of_postgres = results
    assert of_sqlite == of_postgres

    candidates, frequencies = of_sqlite
    assert len([found for found in candidates if found]) > 150
    assert frequencies.total == 80
    assert 0 < frequencies.terms["ferry"] < 80


def test_candidates_continue_below_a_number(store: Store) -> None:
    """Candidates can be read in parts of five: each part has the number `n` below which the next
    continues, 0 at the end. All parts together are the candidates that one read finds."""
    record_articles(store, 25)
    requirement = require(parse_query("ferry"))
    whole = store.texts.find_candidates(requirement, 100)

    assert whole.n == 0

    ids: list[str] = []
    part = store.texts.find_candidates(requirement, 5)
    while True:
        ids += [candidate.id for candidate in part.candidates]
        if not part.n:
            break
        part = store.texts.find_candidates(requirement, 5, part.n)

    assert ids == [candidate.id for candidate in whole.candidates]


def test_a_changed_article_is_read_again_and_keeps_its_place(store: Store) -> None:
    """A changed article is due for the text index again, is then found by its new words, and keeps
    its place in the order of results."""
    articles = record_articles(store, 5)
    before = list_candidates(store, "not nowhere")  # all articles, from 1 to 5
    article_id = before[2]
    changed = record_article(store, 3, title="Zebra crossing")

    assert changed.id == article_id  # the third one
    assert list(store.texts.due(10).values()) == [article_id]
    assert store.index.documents([article_id]) == {}

    # its new text is "quagga"
    articles[article_id] = changed, "quagga"
    index_due_texts(store, articles)

    assert store.index.documents([article_id]) == {article_id: make_document(changed, "quagga")}
    assert list_candidates(store, "zebra quagga") == [article_id]
    assert list_candidates(store, "not nowhere") == before
    assert not store.texts.has_due()


def test_a_deleted_article_is_not_proposed(store: Store) -> None:
    """A deleted article is no longer proposed, and its words are subtracted from the
    frequencies."""
    articles = record_articles(store, 5)
    article_id, (_, body) = next(iter(articles.items()))
    word = body.split()[0]

    assert article_id in list_candidates(store, word)

    before = store.texts.frequencies([word]).terms[word]
    store.visits.forget([article_id])

    assert article_id not in list_candidates(store, word)
    assert store.texts.frequencies([word]).terms[word] == before - 1


def test_no_word_of_a_deleted_article_stays_in_the_file(tmp_path: Path) -> None:
    """After an article is deleted, its words are not even in unused parts of the database file."""
    file = tmp_path / "syndicator.db"
    with open_store(f"sqlite:///{file}", articles_exist=False) as store:
        articles = record_articles(store, 3)
        article = record_article(store, 9, title="quicksilverbyword")
        index_due_texts(store, {**articles, article.id: (article, "")})

        assert b"quicksilverbyword" in _read_database(file)

        store.visits.forget([article.id])

    assert b"quicksilverbyword" not in _read_database(file)


def _read_database(file: Path) -> bytes:
    parts = (file, file.with_name(f"{file.name}-wal"))
    return b"".join(part.read_bytes() for part in parts if part.exists())


def test_a_mark_set_while_an_article_is_read_stays(store: Store) -> None:
    """If an article changes while its terms are computed, it is still due after they are saved."""
    article = record_article(store, 1)
    due_before = store.texts.due(10)  # its terms are computed now

    record_article(store, 1, title="Newer")
    store.texts.save({article.id: Document()}, due_before)

    assert list(store.texts.due(10).values()) == [article.id]


def test_an_upgrade_lets_the_terms_of_all_articles_be_read(any_database_url: str) -> None:
    """Migrating a database from before the text index (0014) marks all articles as due, and reading
    them makes them searchable."""
    with open_store(any_database_url, articles_exist=False) as store:
        articles = record_articles(store, 4)
        # as the database was at revision 0014
        with store._db.write() as connection:
            for table in ("text_tokens", "texts", "texts_due"):
                run_statement(connection, f"DROP TABLE {table}")
            run_statement(connection, "UPDATE alembic_version SET version_num = '0014'")
    with open_store(any_database_url, articles_exist=True) as store:
        assert set(store.texts.due(10).values()) == set(articles)

        index_due_texts(store, articles)

        assert len(list_candidates(store, "not nowhere")) == 4  # matches all


def test_a_moved_database_reads_all_terms_again(database_url: str, tmp_path: Path) -> None:
    """Copying a database does not copy search terms: all articles are due again in the copy."""
    with open_store(database_url, articles_exist=False) as store:
        articles = record_articles(store, 4)
    target = f"sqlite:///{tmp_path}/other.db"
    open_store(target, articles_exist=False).close()
    copy_database(database_url, target)
    with open_store(target, articles_exist=True) as store:
        assert set(store.texts.due(10).values()) == set(articles)


def test_the_index_knows_the_year_of_publication(store: Store) -> None:
    """The index selects by year with `after:` and `before:`; all five articles are of 2026."""
    record_articles(store, 5)
    for query, count in (
        ("after:2026", 5),
        ("after:2027", 0),
        ("before:2027", 5),
        ("before:2025", 0),
    ):
        assert len(list_candidates(store, query)) == count, query


@pytest.mark.parametrize("query", ["url:example or ferry", "not ferry"])
def test_a_query_that_an_index_cannot_answer_requires_nothing(query: str) -> None:
    """A query that needs more than the text index (an address, or only an excluded word) has no
    requirement, so that all articles are read."""
    assert require(parse_query(query)) is None


def test_a_secret_that_is_removed_stays_in_no_part_of_the_index(store: Store) -> None:
    """After `scrub` replaces a secret, the text index does not find it, and all articles are
    indexed again."""
    articles = record_articles(store, 3)

    # the secret is in the text of one article
    article_id, (article, _) = next(iter(articles.items()))
    store.texts.save({article_id: make_document(article, "s3ntinel of the harbour")}, ())

    assert list_candidates(store, "s3ntinel") == [article_id]

    store.scrub([("s3ntinel", "${TOKEN}")])

    assert list_candidates(store, "s3ntinel") == []
    assert len(store.texts.due(1000)) == 3

    index_due_texts(store, articles)

    # so the secret finds nothing more
    assert list_candidates(store, "ferry or s3ntinel") == list_candidates(store, "ferry")
