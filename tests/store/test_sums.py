"""The articles of a feed by day, as they are kept, are what they would be if all were grouped."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from syndicator.core.axes import ALL
from syndicator.core.model import FeedKey
from syndicator.core.ports import ArticleRecord, FileStamp
from syndicator.core.ports.subscriptions import Picture
from syndicator.pictures import outcomes
from syndicator.store import schema
from syndicator.store.engine import Store
from syndicator.store.tables import sums
from tests.store.conftest import NOW, built, make, record

FEED = FeedKey("query", "q")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "LARGE", 3)


def freshen(store: Store, keys: set[FeedKey]) -> None:
    built(store, *keys)


def kept(store: Store) -> int:
    return len(store.index._db.rows(schema.sums.select()))


def both(store: Store) -> dict[FeedKey, object]:
    index = store.index
    return {
        row.key: (index.days(row.key), index.month_fingerprints(row.key))
        for row in index.plain_feeds()
    }


def grouped(store: Store) -> dict[FeedKey, object]:
    with store.index._db.write() as connection:
        kept = connection.execute(schema.sums.select()).mappings().all()
        connection.execute(schema.sums.delete())
    found = both(store)
    with store.index._db.write() as connection:
        if kept:
            connection.execute(schema.sums.insert(), [dict(row) for row in kept])
    return found


def change(store: Store, pick: random.Random) -> None:
    """What an operator, a visit or a build may do to an article."""
    number = pick.randrange(12)
    article = make(number * 40)
    match pick.randrange(7):
        case 0 | 1 | 2:
            published = NOW - timedelta(days=pick.randrange(40))
            tags, cover = (
                tuple(pick.sample(("AI", "Rail", "Law"), 2)),
                f"https://example.org/{pick.randrange(9)}.jpg",
            )
            made = make(
                number * 40, published=published, tags=tags, cover=cover, hold=pick.random() < 0.1
            )
            stamp = FileStamp(
                path=f"{number}.md", mtime_ns=pick.randrange(10**9), size=pick.randrange(900)
            )
            store.visits.record(ArticleRecord(article=made, stamp=stamp))
        case 3:
            store.visits.withdraw(article, [], [], NOW)
            store.visits.readmit(article.id, unread=False)
        case 4:
            for row in store.pictures.due(NOW, 2):
                name = f"pictures/{pick.randrange(5)}.webp"
                store.pictures.save(
                    outcomes.kept(row, Picture(name=name, width=640, height=pick.randrange(400)))
                )
        case 5:
            store.visits.carry([(article.id, "other")], {})
        case _:
            store.index.save_matches("s", {article.id: {FEED: "Q"} if pick.random() < 0.8 else {}})


@pytest.mark.parametrize("seed", range(6))
def test_days_that_are_kept_are_those_of_all_articles(store: Store, seed: int) -> None:
    pick = random.Random(seed)
    for _ in range(25):
        for _ in range(pick.randrange(1, 5)):
            change(store, pick)
        assert both(store) == grouped(store)
        freshen(store, {row.key for row in store.index.plain_feeds() if pick.random() < 0.7})
        assert both(store) == grouped(store)
    assert kept(store)


def test_small_feeds_keep_nothing_and_a_rebuilt_database_nothing_of_before(store: Store) -> None:
    for number in range(2):
        record(store, number)
    freshen(store, {ALL})
    assert not kept(store)
    record(store, 2)
    freshen(store, {ALL})
    freshen(store, {ALL})
    assert kept(store)
    store.reindex([])
    assert store.index.days(ALL) == {}
