"""Decide if a new entry is a known article that its site moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.model import Article
from syndicator.filing.dedupe import is_same_article
from tests.filing.test_similarity import make_prose

THEN = datetime(2026, 3, 1, 9, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXT = make_prose(1, 300)
LONGER = TEXT + " " + make_prose(2, 90)  # as a new design with more round the text is read


def make_article(body: str, at: datetime | None = THEN, title: str = "Open thread") -> Article:
    return Article(id="a", url="https://a.example/", title=title, body=body, published=at)


OLD = make_article(TEXT)
CASES = {
    "the same": (OLD, make_article(TEXT), True),
    "title and second agree, and the text on the whole": (OLD, make_article(LONGER), True),
    "the title in other letters": (OLD, make_article(LONGER, title="OPEN  thread"), True),
    "title and second agree, the text does not": (OLD, make_article(make_prose(3, 300)), False),
    "the text on the whole, at another time": (OLD, make_article(LONGER, THEN + HOUR), False),
    "the text on the whole, under another title": (
        OLD,
        make_article(LONGER, title="Another"),
        False,
    ),
    "a title and time of its own, nearly the same text": (
        OLD,
        make_article(TEXT + " Moved.", THEN + HOUR, "New"),
        True,
    ),
    "hours off": (OLD, make_article(TEXT, THEN - 14 * HOUR), True),
    "a day off": (OLD, make_article(TEXT, THEN + 24 * HOUR), False),
    "without a time": (OLD, make_article(TEXT, None), True),
    "it had no time": (make_article(TEXT, None), make_article(TEXT), True),
    "neither has a time nor the words": (
        make_article(TEXT, None),
        make_article(make_prose(3, 300), None),
        False,
    ),
    "too short, the same": (make_article("Two beds."), make_article("Two beds."), True),
    "too short, and one has no text": (make_article("Two beds."), make_article(""), True),
    "too short, cut": (make_article("Two beds. And more."), make_article("Two beds."), True),
    "too short, other words": (make_article("Two beds."), make_article("Two bed."), False),
    "too short, another second": (
        make_article("Two beds."),
        make_article("Two beds.", THEN + timedelta(seconds=1)),
        False,
    ),
    "too short, no time": (make_article("Two beds.", None), make_article("Two beds.", None), False),
    "one too short for the other": (OLD, make_article("Two beds."), False),
}


@pytest.mark.parametrize("case", CASES)
def test_the_text_says_whether_it_is_the_same_article(case: str) -> None:
    """Each case says if an article at a new address is the known one: by text, title and time."""
    old, new, same = CASES[case]
    assert is_same_article(new, old, late=False) is same


def test_what_was_there_at_a_visit_that_did_not_find_it_may_have_any_time() -> None:
    """For a late entry (older than the last visit, which did not have it) the same text proves
    the same article, whatever its date."""
    assert is_same_article(make_article(TEXT, THEN + 999 * HOUR), OLD, late=True)
    assert not is_same_article(make_article(LONGER, THEN + 999 * HOUR), OLD, late=True)
