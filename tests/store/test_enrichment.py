"""What was asked of a language model: what is still to be asked, and what goes with an article."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.core.model import Problem
from syndicator.core.ports import Asked, Meter
from syndicator.store.engine import Store, open_store
from tests.store.conftest import make, record, stamp

EVER = datetime(1, 1, 1, tzinfo=UTC)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def asked(number: int, **more: Any) -> Asked:
    values: dict[str, Any] = {
        "at": NOW,
        "plan": "p",
        "key": "k",
        "status": "accepted",
        "stamp": stamp(number),
    }
    return Asked(id=make(number).id, **values | more)


def waiting(store: Store, plan: str = "p", **more: Any) -> set[str]:
    values: dict[str, Any] = {"since": EVER, "now": NOW, "limit": 10}
    return set(store.enrichment.unasked(plan, **values | more))


def test_what_is_still_to_be_asked(url: str) -> None:
    one, two, three = (make(number).id for number in (1, 2, 3))
    with open_store(url, articles_exist=False) as store:
        for number in (1, 2, 3):
            record(store, number)
        assert waiting(store) == {one, two, three}
        store.enrichment.save_asked(asked(1))
        store.enrichment.save_asked(asked(2, status="failed", next_try=NOW + timedelta(hours=1)))
        assert waiting(store) == {three}
        assert waiting(store, now=NOW + timedelta(hours=1)) == {two, three}
        assert waiting(store, plan="another model") == {one, two, three}
        store.enrichment.save_asked(asked(1, stamp=stamp(9)))  # the file is another one now
        assert waiting(store) == {one, three}
        store.visits.forget([three])
        assert waiting(store) == {one}
        assert len(waiting(store, plan="x", limit=1)) == 1
        assert waiting(store, since=NOW) == set()


def test_answers_go_with_their_article(url: str) -> None:
    with open_store(url, articles_exist=False) as store:
        record(store, 1)
        note = asked(
            1, reason="number", detail="47", answer="\ud800 said", tries=2, next_try=NOW, by="old"
        )
        store.enrichment.save_asked(note)
        store.enrichment.save_answer("k", make(1).id, "said \ud800", NOW)
        assert store.enrichment.asked(make(1).id) == note
        assert store.enrichment.answer("k") == "said \ud800"
        store.visits.forget([make(1).id])
        assert (store.enrichment.asked(make(1).id), store.enrichment.answer("k")) == (None, None)


def test_the_meter_and_what_status_says(url: str) -> None:
    with open_store(url, articles_exist=False) as store:
        assert (store.enrichment.meter(), store.status.llm()) == (Meter(), None)
        meter = Meter(
            endpoint="e", day="2030-01-01", calls=3, tokens=900, rest_until=NOW, reason="timeout"
        )
        store.enrichment.save_meter(meter, NOW)
        record(store, 1)
        record(store, 2)
        store.enrichment.save_asked(asked(1, status="refused", reason="name", detail="Zorblax"))
        store.enrichment.save_asked(asked(2))
        summary = store.status.llm()
        assert summary is not None
        assert (summary.meter, summary.counts) == (meter, {"refused": 1, "accepted": 1})
        assert summary.refused == (Problem(what=stamp(1).path, reason="name", detail="Zorblax"),)


def test_a_rebuilt_store_remembers_what_was_asked(url: str) -> None:
    with open_store(url, articles_exist=False) as store:
        record(store, 1)
        store.enrichment.save_asked(asked(1))
        store.reindex([(make(1), stamp(1))])
        assert waiting(store) == set()
