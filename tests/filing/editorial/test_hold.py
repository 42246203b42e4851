"""New articles that wait for the operator, and doubts about how a page was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from syndicator.core.model import Draft
from syndicator.core.ports import Filed
from syndicator.core.reasons import HoldReason
from syndicator.filing.page_reading import LEAST_ARTICLES_PER_SOURCE, choose_hold_reason
from syndicator.filing.read_article import list_doubts

TEXT = HoldReason.UNSURE_TEXT.value
CATEGORY = HoldReason.UNSURE_CATEGORY.value


def find_hold_reason(*given: str, **facts: Any) -> str:
    known: dict[str, Any] = {
        "every": False,
        "categorised": False,
        "flooded": False,
        "filed": Filed(own=1),
    }
    return choose_hold_reason(given, **(known | facts))


@pytest.mark.parametrize(
    ("doubts", "facts", "reason"),
    [
        ((), {}, ""),
        ((TEXT, CATEGORY), {}, "unsure-text"),
        ((CATEGORY,), {}, "unsure-category"),
        ((CATEGORY,), {"categorised": True}, ""),
        ((TEXT,), {"categorised": True}, "unsure-text"),
        ((), {"flooded": True}, "flood"),
        ((), {"every": True}, "all"),
        ((TEXT,), {"every": True}, "unsure-text"),
    ],
)
def test_an_article_waits_for_the_first_reason_there_is(
    doubts: tuple[str, ...], facts: Any, reason: str
) -> None:
    """Doubts about the text come first, then about the category (unless a rule sets it), then a
    flood, then `hold = "all"`; "" means published."""
    assert find_hold_reason(*doubts, **facts) == reason


def test_the_first_article_of_a_source_waits_where_that_is_one_of_many() -> None:
    """A source's first article waits for the operator only if there are enough articles for each
    source, so that few wait for this reason."""
    filed = Filed(own=0, articles=LEAST_ARTICLES_PER_SOURCE * 3, sources=2)

    assert find_hold_reason(filed=filed) == "first-of-source"
    assert find_hold_reason(filed=replace(filed, articles=filed.articles - 1)) == ""
    assert find_hold_reason(filed=Filed(own=0)) == ""  # a new instance: each article is a first


def make_draft(body: str = "Text. " * 400, partial: bool = False, **trace: str) -> Draft:
    return Draft(
        url="https://one.example/a",
        title="Title",
        author=None,
        published=datetime(2026, 3, 1, tzinfo=UTC),
        updated=None,
        cover=None,
        description="",
        body=body,
        language="en",
        partial=partial,
        trace={"body": trace},
    )


def test_a_reading_says_what_speaks_against_it() -> None:
    """`list_doubts` reports a doubtful text, an unsure category (certainty 0.1) and a short
    partial text; 0.9 or no certainty is fine."""
    sure = 0.9
    unsure = 0.1
    doubtful = make_draft(doubt="900 letters of the page may be article or not")
    partial = make_draft(body="A beginning.", partial=True)

    assert list_doubts(make_draft(), sure) == ()
    assert list_doubts(make_draft(), None) == ()
    assert list_doubts(doubtful, unsure) == (TEXT, CATEGORY)
    assert list_doubts(partial, sure) == (HoldReason.PARTIAL.value,)


def test_a_page_that_calls_itself_partial_and_shows_much_is_taken_for_whole() -> None:
    """A partial page with 2,400 characters of text is in no doubt: there is enough to publish."""
    assert list_doubts(make_draft(partial=True), 0.9) == ()
