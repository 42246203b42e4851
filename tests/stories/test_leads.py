"""Choose the lead of a story: first of a source with `lead`, or followed for a week.
Else the first report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from syndicator.stories.leads import KNOWN_AFTER, Report, choose_lead, is_known

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("reports", "lead"),
    [
        ([("b", 2, False, False), ("a", 1, False, False)], "a"),
        ([("b", 2, False, True), ("a", 1, False, False)], "b"),
        ([("c", 3, False, True), ("b", 2, False, True), ("a", 1, False, False)], "b"),
        ([("c", 3, True, False), ("b", 2, False, True), ("a", 1, False, False)], "c"),
        ([("d", 4, True, False), ("c", 3, True, False), ("b", 2, False, True)], "c"),
        ([("b", 1, False, False), ("a", 1, False, False)], "a"),
    ],
)
def test_a_preferred_source_leads_then_a_known_one_then_the_first(
    reports: Sequence[tuple[str, int, bool, bool]], lead: str
) -> None:
    """Each case names the lead: of a preferred source, else of a known one, else the first
    report."""
    assert choose_lead([Report(*report) for report in reports]) == lead


@pytest.mark.parametrize(
    ("followed", "known"),
    [
        (None, True),
        (TODAY - KNOWN_AFTER, True),
        (TODAY - KNOWN_AFTER + timedelta(days=1), False),
        (TODAY, False),
    ],
)
def test_a_source_is_known_after_a_week(followed: date | None, known: bool) -> None:
    """A source is known if it has been followed for `KNOWN_AFTER`, or for longer than we
    recorded (None)."""
    assert is_known(followed, TODAY) == known
