"""The rank of stories on the front page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.publishing.stories.ranking import count_voices, rank_story

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
AGENCY = "A strong quake killed twelve people in Sant Orel at dawn, said the mayor of the port."
OTHER = (
    "Rescuers searched the ruins of the old harbour through the night for those who are missing."
)


@pytest.mark.parametrize(
    ("texts", "voices"),
    [
        ((), 0),
        ((AGENCY, OTHER), 2),
        ((AGENCY, AGENCY, AGENCY), 1),
        ((AGENCY, f"(Agency) {AGENCY} More soon.", OTHER), 2),
        (("", "", ""), 3),
        (("Quake in Verania.", "Quake in Verania."), 2),
    ],
)
def test_copies_of_one_text_count_once(texts: tuple[str, ...], voices: int) -> None:
    """The voices of a story are its different texts: copies of one agency text count once; texts
    that are empty or too short to compare count each."""
    assert count_voices(texts) == voices


def test_a_story_sinks_with_time() -> None:
    """The rank of a story is its number of voices (2), a half of it after six hours, a third after
    twelve; it changes every six hours only. A time in the future counts as now."""
    rank_by_hours_ago = {
        hours_ago: rank_story(2, NOON - timedelta(hours=hours_ago), NOON)
        for hours_ago in (0, 5, 6, 12)
    }

    assert rank_by_hours_ago == {0: 2.0, 5: 2.0, 6: 1.0, 12: 2 / 3}

    rank_of_future_story = rank_story(1, NOON + timedelta(hours=1), NOON)

    assert rank_of_future_story == 1.0
