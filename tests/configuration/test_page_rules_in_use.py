"""Selectors of rules that no longer match anything are reported."""

from __future__ import annotations

from syndicator.configuration.page_rules import ENOUGH, count_unmatched, list_unmatched
from syndicator.core.model import PageRecord, SourceState

MISS = {"select": 0}
HIT = {"select": 2}


def test_only_pages_in_a_row_count() -> None:
    """A match resets the count of pages without one: only the MISS after the HIT counts."""
    assert count_unmatched({}, [MISS, MISS, HIT, MISS]) == {"select": 1}
    assert count_unmatched({"select": 8}, [MISS]) == {"select": 9}


def test_a_selector_that_is_written_no_more_is_dropped_with_the_next_page() -> None:
    """The next page drops the count of a selector that is no longer in the rules; without a page it
    stays."""
    assert count_unmatched({"old": 12}, [HIT]) == {}
    assert count_unmatched({"old": 12}, []) == {"old": 12}


def test_the_operator_is_told_from_ten_pages_on() -> None:
    """Selectors without a match on ENOUGH pages or more are listed, by name."""
    state = SourceState(
        key="a",
        url="https://a.example/",
        pages=PageRecord(unmatched={"b": ENOUGH, "a": ENOUGH + 3, "c": ENOUGH - 1}),
    )
    assert list_unmatched(state) == (("a", ENOUGH + 3), ("b", ENOUGH))
