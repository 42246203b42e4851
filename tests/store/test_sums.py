"""Stored counts of articles per feed and day equal the counts of all articles."""

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
from tests.store.conftest import NOW, make_article, record_article, record_build

FEED = FeedKey("query", "q")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "LARGE", 3)


def count_stored_sums(store: Store) -> int:
    return len(store.index._db.rows(schema.sums.select()))


def read_sums(store: Store) -> dict[FeedKey, object]:
    """Return the days and months of each feed."""
    index = store.index
    return {
        row.key: (index.days(row.key), index.month_fingerprints(row.key))
        for row in index.plain_feeds()
    }


def calculate_sums(store: Store) -> dict[FeedKey, object]:
    """Return the same without stored sums."""
    with store.index._db.write() as connection:
        stored = connection.execute(schema.sums.select()).mappings().all()
        connection.execute(schema.sums.delete())
    calculated = read_sums(store)
    with store.index._db.write() as connection:
        if stored:
            connection.execute(schema.sums.insert(), [dict(row) for row in stored])
    return calculated


def change_something(store: Store, pick: random.Random) -> None:
    """Do to an article what an operator, a visit or a build may do."""
    number = pick.randrange(12)
    article = make_article(number * 40)
    match pick.randrange(7):
        case 0 | 1 | 2:
            published = NOW - timedelta(days=pick.randrange(40))
            tags = tuple(pick.sample(("AI", "Rail", "Law"), 2))
            cover = f"https://example.org/{pick.randrange(9)}.jpg"
            made = make_article(
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
                    outcomes.record_copy(
                        row, Picture(name=name, width=640, height=pick.randrange(400))
                    )
                )
        case 5:
            store.visits.add_carriers([(article.id, "other")], {})
        case _:
            store.index.save_matches("s", {article.id: {FEED: "Q"} if pick.random() < 0.8 else {}})


@pytest.mark.parametrize("seed", range(6))
def test_stored_days_equal_the_days_of_all_articles(store: Store, seed: int) -> None:
    """After any sequence of changes, the stored fingerprints of days equal those calculated from
    all articles, also after a build of some feeds. Each seed is another random sequence."""
    pick = random.Random(seed)
    for _ in range(25):
        for _ in range(pick.randrange(1, 5)):
            change_something(store, pick)  # as an operator, a visit or a build may do
        assert read_sums(store) == calculate_sums(store)
        record_build(store, *[row.key for row in store.index.plain_feeds() if pick.random() < 0.7])
        assert read_sums(store) == calculate_sums(store)

    assert count_stored_sums(store) > 0


def test_small_feeds_keep_nothing_and_a_rebuilt_database_nothing_of_before(store: Store) -> None:
    """Counts per day are stored by builds, and only of feeds that have three or more articles (a
    limit of this module); a reindex without files deletes them."""
    for number in range(2):
        record_article(store, number)
    record_build(store, ALL)

    assert count_stored_sums(store) == 0

    record_article(store, 2)  # the third one
    record_build(store, ALL)
    record_build(store, ALL)

    assert count_stored_sums(store) > 0

    store.reindex([])

    assert store.index.days(ALL) == {}
