"""What `status` reads of the store."""

from __future__ import annotations

from datetime import timedelta

from syndicator.model import FeedKey, Outcome, Problem, SourceState
from syndicator.ports import EntryRow
from syndicator.store.engine import Store
from tests.store.conftest import NOW, record


def test_the_summary_of_nothing(store: Store) -> None:
    status = store.status
    summary = status.summary()

    assert (summary.sources, summary.articles, summary.feeds, summary.pending) == ((), 0, 0, 0)
    assert (summary.refused, summary.held, summary.last_run) == ((), (), None)
    assert status.outcomes("src") == []
    assert status.check() == []


def test_the_summary_counts_and_names(store: Store) -> None:
    record(store, 1)
    base = EntryRow(
        source_key="src", entry_id="a", url="https://example.org/a", digest="", status="pending", first_seen=NOW
    )
    refused = EntryRow(
        source_key="src",
        entry_id="b",
        url="",
        digest="",
        status="refused",
        first_seen=NOW,
        reason="http-404",
        detail="d",
    )
    store.visits.save_entries([base, refused])
    store.index.hold(FeedKey("tag", "ai"), "lost an id")
    state = SourceState(key="src", url="u")
    for hours in (1, 0):
        store.visits.end_visit(Outcome(key="src", at=NOW - timedelta(hours=hours), status="unchanged"), state)

    summary = store.status.summary()

    assert summary.sources == (state,)
    assert (summary.articles, summary.feeds, summary.pending) == (1, 4, 1)
    assert summary.refused == (Problem(what="b", reason="http-404", detail="d"),)
    assert summary.held == (Problem(what="tag/ai", reason="held", detail="lost an id"),)
    assert summary.last_run == NOW
    assert [outcome.at for outcome in store.status.outcomes("src", 1)] == [NOW]
