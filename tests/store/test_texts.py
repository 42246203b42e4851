"""The text index proposes the same candidates on each kind of database."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from syndicator.core.model import Article
from syndicator.searching.candidates import require
from syndicator.searching.documents import Document, TermTexts, make_document
from syndicator.searching.language import parse_query
from syndicator.searching.matching import matches_texts
from syndicator.store.database import drive
from syndicator.store.engine import Store, copy, open_store
from tests.postgres import Server
from tests.store.conftest import record

WORDS = (
    *("tide", "ferry", "bridge", "harbour", "island", "lighthouse", "keeper", "storm"),
    *("Ärger", "人工知能", "東京", "مدينة"),
)


def fill(store: Store, count: int) -> dict[str, tuple[Article, str]]:
    """Articles with drawn words, read as builds do."""
    rng = random.Random(7)
    made: dict[str, tuple[Article, str]] = {}
    for number in range(count, 0, -1):
        article = record(
            store,
            number,
            title=" ".join(rng.choices(WORDS, k=4)),
            tags=tuple(rng.sample(["AI", "C++", "Machine learning"], k=rng.randrange(3))),
            language=rng.choice(["en", "de-AT", "ja"]),
            source_key=rng.choice(["a.example", "b"]),
        )
        made[article.id] = article, " ".join(rng.choices(WORDS, k=12))
    read_due(store, made)
    return made


def read_due(store: Store, made: dict[str, tuple[Article, str]]) -> None:
    due = store.texts.due(1000)
    store.texts.save({id: make_document(*made[id]) for id in due.values()}, due)


def propose(store: Store, query: str, most: int = 1000) -> list[str]:
    proposed = store.texts.propose(require(parse_query(query)), most)
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
    made = fill(store, 60)
    expr = parse_query(query)
    right = {
        id
        for id, (article, body) in made.items()
        if matches_texts(expr, article, TermTexts(make_document(article, body)))
    }
    proposed = propose(store, query)
    assert right and right <= set(proposed)
    assert len(right) <= len(proposed) < len(made) or "not" in query


def test_both_databases_propose_the_same_in_the_same_order(url: str, postgres: Server) -> None:
    rng = random.Random(3)
    queries = [
        rng.choice([" ", " or ", " and not "]).join(rng.sample(WORDS, k=rng.randrange(1, 4)))
        for _ in range(200)
    ]
    answers = []
    for address in (url, postgres.schema()):
        with open_store(address, articles_exist=False) as store:
            fill(store, 80)
            found = [propose(store, query, 10) for query in queries]
            counts = store.texts.frequencies(["ferry", "bridge", "nowhere"])
            answers.append((found, counts))
    assert answers[0] == answers[1]
    assert sum(map(bool, answers[0][0])) > 150
    assert answers[0][1].total == 80 and 0 < answers[0][1].terms["ferry"] < 80


def test_candidates_continue_below_a_number(store: Store) -> None:
    fill(store, 25)
    requirement = require(parse_query("ferry"))
    whole = store.texts.propose(requirement, 100)
    assert whole.n == 0
    ids: list[str] = []
    part = store.texts.propose(requirement, 5)
    while True:
        ids += [candidate.id for candidate in part.candidates]
        if not part.n:
            break
        part = store.texts.propose(requirement, 5, part.n)
    assert ids == [candidate.id for candidate in whole.candidates]


def test_a_changed_article_is_read_again_and_keeps_its_place(store: Store) -> None:
    made = fill(store, 5)
    before = propose(store, "not nowhere")
    id = before[2]
    changed = record(store, 3, title="Zebra crossing")
    assert changed.id == id
    assert list(store.texts.due(10).values()) == [id]
    assert store.index.documents([id]) == {}
    made[id] = changed, "quagga"
    read_due(store, made)
    assert store.index.documents([id]) == {id: make_document(changed, "quagga")}
    assert propose(store, "zebra quagga") == [id]
    assert propose(store, "not nowhere") == before
    assert not store.texts.has_due()


def test_a_deleted_article_is_not_proposed(store: Store) -> None:
    made = fill(store, 5)
    id = next(iter(made))
    word = made[id][1].split()[0]
    assert id in propose(store, word)
    before = store.texts.frequencies([word]).terms[word]
    store.visits.forget([id])
    assert id not in propose(store, word)
    assert store.texts.frequencies([word]).terms[word] == before - 1


def test_no_word_of_a_deleted_article_stays_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "syndicator.db"
    with open_store(f"sqlite:///{file}", articles_exist=False) as store:
        made = fill(store, 3)
        article = record(store, 9, title="quicksilverbyword")
        read_due(store, {**made, article.id: (article, "")})
        assert b"quicksilverbyword" in _read_database(file)
        store.visits.forget([article.id])
    assert b"quicksilverbyword" not in _read_database(file)


def _read_database(file: Path) -> bytes:
    parts = (file, file.with_name(f"{file.name}-wal"))
    return b"".join(part.read_bytes() for part in parts if part.exists())


def test_a_mark_set_while_an_article_is_read_stays(store: Store) -> None:
    article = record(store, 1)
    due = store.texts.due(10)
    record(store, 1, title="Newer")
    store.texts.save({article.id: Document()}, due)
    assert list(store.texts.due(10).values()) == [article.id]


def test_an_upgrade_lets_the_terms_of_all_articles_be_read(any_url: str) -> None:
    with open_store(any_url, articles_exist=False) as store:
        made = fill(store, 4)
        with store._db.write() as connection:
            for table in ("text_tokens", "texts", "texts_due"):
                drive(connection, f"DROP TABLE {table}")
            drive(connection, "UPDATE alembic_version SET version_num = '0014'")
    with open_store(any_url, articles_exist=True) as store:
        assert set(store.texts.due(10).values()) == set(made)
        read_due(store, made)
        assert len(propose(store, "not nowhere")) == 4


def test_a_moved_database_reads_all_terms_again(url: str, tmp_path: Path) -> None:
    with open_store(url, articles_exist=False) as store:
        made = fill(store, 4)
    target = f"sqlite:///{tmp_path}/other.db"
    open_store(target, articles_exist=False).close()
    copy(url, target)
    with open_store(target, articles_exist=True) as store:
        assert set(store.texts.due(10).values()) == set(made)


def test_the_index_knows_the_year_of_publication(store: Store) -> None:
    fill(store, 5)
    for query, count in (
        ("after:2026", 5),
        ("after:2027", 0),
        ("before:2027", 5),
        ("before:2025", 0),
    ):
        assert len(propose(store, query)) == count, query


@pytest.mark.parametrize("query", ["url:example or ferry", "not ferry"])
def test_what_an_index_cannot_tell_requires_nothing(query: str) -> None:
    assert require(parse_query(query)) is None


def test_a_secret_that_is_removed_stays_in_no_part_of_the_index(store: Store) -> None:
    made = fill(store, 3)
    id, (article, _) = next(iter(made.items()))
    store.texts.save({id: make_document(article, "s3ntinel of the harbour")}, ())
    assert propose(store, "s3ntinel") == [id]
    store.scrub([("s3ntinel", "${TOKEN}")])
    assert propose(store, "s3ntinel") == [] and len(store.texts.due(1000)) == 3
    read_due(store, made)
    assert propose(store, "ferry") == propose(store, "ferry or s3ntinel")
