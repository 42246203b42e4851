"""Lists of articles to browse, on each database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicator.core.model import Outcome, SourceState
from syndicator.core.ports import ArticleRecord
from syndicator.store.engine import open_store
from syndicator.store.tables.browse import MOST_UNSURE, Filter, Wanted
from tests.store.conftest import NOW, make_article, record_article


@pytest.mark.parametrize(
    ("wanted", "expected_numbers"),
    [
        (Wanted(), [1, 2, 3, 4, 5, 6, 7]),
        (Wanted(most=2, skip=1), [2, 3]),
        (Wanted(ids=[make_article(3).id, "gone", make_article(2).id]), [3, 2]),
        (Wanted(ids=[]), []),
        (Wanted(source="other"), [6]),
        (Wanted(source='o"ther'), []),
        (Wanted(filter="untagged"), [2, 5]),
        (Wanted(filter="partial"), [3]),
        (Wanted(filter="hold"), [4]),
        (Wanted(filter="unsure"), [4, 6]),  # what is on hold first
        (
            Wanted(filter="unsure", source="other", ids=[make_article(4).id, make_article(6).id]),
            [6],
        ),
        (Wanted(filter="merged"), [1]),
    ],
)
def test_a_list_has_the_wanted_articles_the_newest_first(
    any_database_url: str, wanted: Wanted, expected_numbers: list[int]
) -> None:
    """Of seven articles, 1 the newest, each filter of the console selects `expected_numbers`.
    `special_fields` says what is special about each article; 1 has a low score and is a copy of 2,
    and copies are listed only by the filter "merged" or without one."""
    special_fields = {
        2: {"tags": ()},
        3: {"partial": True},
        4: {"hold": True},
        5: {"tags": (), "tags_by": "operator"},
        6: {"source_key": "other", "score": 0.5},
    }
    with open_store(any_database_url, articles_exist=False) as store:
        articles_by_number = {
            number: record_article(store, number, **special_fields.get(number, {}))
            for number in range(1, 8)
        }
        store.visits.record(
            ArticleRecord(
                article=articles_by_number[1],
                stamp=store.visits.stamp(articles_by_number[1].id),
                score=0.5,
            )
        )  # type: ignore[arg-type]
        store.index.merge(articles_by_number[1].id, articles_by_number[2].id)
        numbers = {article.id: number for number, article in articles_by_number.items()}

        assert [
            numbers[article.article.id] for article in store.browse.articles(wanted)[0]
        ] == expected_numbers


def test_the_least_likely_category_is_the_first_of_unsure_ones(any_database_url: str) -> None:
    """The filter "unsure" lists articles on hold first (7), then those with a score below 0.7, the
    lowest first; what has no score (3, 9) or the operator confirmed (5, 8) is left out. An edit
    keeps the score. Article n is n hours old."""
    # by the number of the article; a score of 0 counts as none
    scores = {1: 0.7, 2: 0.41, 3: None, 4: 0.3, 5: 0.1, 6: 0.699, 7: 0.2, 8: 0.3, 9: 0.0}
    special_fields = {
        3: {"tags": ()},
        5: {"tags_by": "operator"},
        7: {"hold": True},
        8: {"category_by": "operator"},
    }
    with open_store(any_database_url, articles_exist=False) as store:
        articles_by_number = {
            number: record_article(store, number, score=score, **special_fields.get(number, {}))
            for number, score in scores.items()
        }
        record_article(store, 4, title="edited since")

        numbers = {article.id: number for number, article in articles_by_number.items()}
        found, _ = store.browse.articles(Wanted(filter="unsure"))

        assert [numbers[row.article.id] for row in found] == [7, 4, 2, 6]
        assert [row.score for row in found] == [0.2, 0.3, 0.41, 0.699]

        newest, _ = store.browse.articles(Wanted())

        assert [numbers[row.article.id] for row in newest] == [*range(1, 10)]


def test_no_more_unsure_articles_are_listed_than_somebody_answers(any_database_url: str) -> None:
    """The filter "unsure" lists only the MOST_UNSURE articles with the lowest scores, fewer than
    60, since nobody answers more; its count says that number, too. The next page ends there."""
    with open_store(any_database_url, articles_exist=False) as store:
        for number in range(MOST_UNSURE + 5):
            record_article(store, number, score=0.1 + number / 1000)
        listed, counts = store.browse.articles(Wanted(filter="unsure", most=500, counted=True))

        assert len(listed) == MOST_UNSURE
        assert counts["unsure"] == MOST_UNSURE
        assert MOST_UNSURE < 60
        assert max(row.score or 1 for row in listed) < 0.1 + MOST_UNSURE / 1000

        last, _ = store.browse.articles(Wanted(filter="unsure", skip=40, most=30))

        assert len(last) == MOST_UNSURE - 40


def test_weeks_and_costs_of_sources(any_database_url: str) -> None:
    """For each source its articles of the last four weeks are counted by week, as (week, number,
    time of the latest), and its visits summed, as (number, failed ones, bytes). Those of 900 hours
    ago are left out. Each visit had 700 bytes."""
    with open_store(any_database_url, articles_exist=False) as store:
        for number, hours in enumerate((1, 2, 30, 900)):
            record_article(store, number, added=NOW - timedelta(hours=hours))
        record_article(store, 9, source_key="other")
        for hours, status in ((900, "failed"), (2, "failed"), (1, "new")):
            outcome = Outcome(key="src", at=NOW - timedelta(hours=hours), status=status, bytes=700)  # type: ignore[arg-type]
            store.visits.end_visit(outcome, SourceState(key="src", url="u"))
        since = NOW - timedelta(weeks=4)

        # three articles, all in the last of the weeks 0 to 3
        assert store.browse.count_by_week(since)["src"] == [(3, 3, NOW - timedelta(hours=1))]
        # two visits, one failed
        assert store.browse.sum_costs(since) == {"src": (2, 1, 1400)}


def test_filters_are_counted(any_database_url: str) -> None:
    """With `counted`, the list says how many articles each filter would select, of all or of one
    source. All four articles have an unsure score (0.5), but the operator set the category of one,
    which thus is not unsure."""
    with open_store(any_database_url, articles_exist=False) as store:
        record_article(store, 0, score=0.5, source_key="other", tags=())
        record_article(store, 1, score=0.5, source_key="src", hold=True)
        record_article(store, 2, score=0.5, source_key="src", category_by="operator")
        record_article(store, 3, score=0.5, source_key="src", partial=True)

        assert store.browse.articles(Wanted(counted=True))[1] == {
            "unsure": 3,
            "untagged": 1,
            "partial": 1,
            "hold": 1,
        }

        of_source = Wanted(source="src", ids=[], counted=True)

        assert store.browse.articles(of_source)[1] == {
            "unsure": 2,
            "untagged": 0,
            "partial": 1,
            "hold": 1,
        }


def test_every_filter_is_one() -> None:
    """The table of filters has a row for each value of the type `Filter`."""
    from typing import get_args

    from syndicator.store.tables.browse import FILTERS

    assert set(FILTERS) == set(get_args(Filter))
