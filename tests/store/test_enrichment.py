"""Results of a language model, and which articles are still to be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.core.model import Problem
from syndicator.core.ports import Asked, Meter
from syndicator.store.engine import Store, open_store
from tests.store.conftest import make_article, make_stamp, record_article

EVER = datetime(1, 1, 1, tzinfo=UTC)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def make_asked(number: int, **more: Any) -> Asked:
    values: dict[str, Any] = {
        "at": NOW,
        "plan": "p",
        "key": "k",
        "status": "accepted",
        "stamp": make_stamp(number),
    }
    return Asked(id=make_article(number).id, **values | more)


def list_unasked(store: Store, plan: str = "p", **more: Any) -> set[str]:
    values: dict[str, Any] = {"since": EVER, "now": NOW, "limit": 10}
    return set(store.enrichment.list_unasked(plan, **values | more))


def test_unasked_are_new_changed_and_failed_articles(database_url: str) -> None:
    """The language model is asked about an article if it never was, its try failed and the wait is
    over, its file changed, or the plan (model, prompt) is another."""
    accepted, failed, new = (make_article(number).id for number in (1, 2, 3))
    with open_store(database_url, articles_exist=False) as store:
        for number in (1, 2, 3):
            record_article(store, number)

        # `list_unasked` returns the articles to ask about, by default for the plan of all results
        assert list_unasked(store) == {accepted, failed, new}

        store.enrichment.save_asked(make_asked(1))
        store.enrichment.save_asked(
            make_asked(2, status="failed", next_try=NOW + timedelta(hours=1))
        )

        assert list_unasked(store) == {new}
        assert list_unasked(store, now=NOW + timedelta(hours=1)) == {failed, new}
        assert list_unasked(store, plan="another model") == {accepted, failed, new}

        # the result is for another version of the file than the stored one
        store.enrichment.save_asked(make_asked(1, stamp=make_stamp(9)))

        assert list_unasked(store) == {accepted, new}

        store.visits.forget([new])

        assert list_unasked(store) == {accepted}
        assert len(list_unasked(store, plan="another model", limit=1)) == 1  # of two
        assert list_unasked(store, since=NOW) == set()  # all articles are of before


def test_answers_go_with_their_article(database_url: str) -> None:
    """Answers of the language model are stored as they came, also with a lone surrogate, and
    deleted with their article."""
    with open_store(database_url, articles_exist=False) as store:
        record_article(store, 1)
        note = make_asked(
            1, reason="number", detail="47", answer="\ud800 said", tries=2, next_try=NOW, by="old"
        )
        store.enrichment.save_asked(note)
        store.enrichment.save_answer("k", make_article(1).id, "said \ud800", NOW)

        assert store.enrichment.read_result(make_article(1).id) == note
        assert store.enrichment.answer("k") == "said \ud800"

        store.visits.forget([make_article(1).id])

        assert store.enrichment.read_result(make_article(1).id) is None
        assert store.enrichment.answer("k") is None


def test_the_meter_and_the_summary_of_status(database_url: str) -> None:
    """`status` shows the use of the language model, counts its accepted and refused answers, and
    names the refused ones; before the first use there is nothing to show."""
    with open_store(database_url, articles_exist=False) as store:
        assert store.enrichment.meter() == Meter()
        assert store.status.llm() is None

        meter = Meter(
            endpoint="e", day="2030-01-01", calls=3, tokens=900, rest_until=NOW, reason="timeout"
        )
        store.enrichment.save_meter(meter, NOW)

        # the answer for one article was refused, that for the other accepted
        record_article(store, 1)
        record_article(store, 2)
        store.enrichment.save_asked(
            make_asked(1, status="refused", reason="name", detail="Zorblax")
        )
        store.enrichment.save_asked(make_asked(2))
        summary = store.status.llm()

        assert summary is not None
        assert summary.meter == meter
        assert summary.counts == {"refused": 1, "accepted": 1}
        assert summary.refused == (
            Problem(what=make_stamp(1).path, reason="name", detail="Zorblax"),
        )


def test_a_rebuilt_store_remembers_the_articles_that_were_asked_about(database_url: str) -> None:
    """After a reindex, articles that the language model was already asked about are not asked about
    again."""
    with open_store(database_url, articles_exist=False) as store:
        record_article(store, 1)
        store.enrichment.save_asked(make_asked(1))
        store.reindex([(make_article(1), make_stamp(1))])

        assert list_unasked(store) == set()
