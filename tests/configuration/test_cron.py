"""Cron expressions have crontab's meaning, with Sunday as day 0 and 7."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.configuration.cron import find_next_time
from syndicator.core.errors import ConfigError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * *", "2026-11-24T12:01"),
        ("*/30 * * * *", "2026-11-24T12:30"),
        ("0 12 * * *", "2026-11-25T12:00"),
        ("30 6-22 * * *", "2026-11-24T12:30"),
        ("0 0 1 * *", "2026-12-01T00:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 9 * * 0", "2026-11-29T09:00"),
        ("0 9 * * 7", "2026-11-29T09:00"),
        ("0 9 * * 1", "2026-11-30T09:00"),
        ("0 9 * * 1-5", "2026-11-25T09:00"),
        ("0 9 * * 6,0", "2026-11-28T09:00"),
        ("0 9 * * 0-6/2", "2026-11-26T09:00"),
        ("0 9 * * 5-7", "2026-11-27T09:00"),
        ("0 9 * * */2", "2026-11-26T09:00"),
        ("0 9 * * Mon", "2026-11-30T09:00"),
        ("0 9 * * mon-wed", "2026-11-25T09:00"),
        ("0 9 * jan *", "2027-01-01T09:00"),
        ("  0   9 * * * ", "2026-11-25T09:00"),
        ("0 0 13 * 5", "2026-11-27T00:00"),
    ],
)
def test_fires(expression: str, expected: str) -> None:
    """The next time of each cron expression after Tuesday, 24 November 2026, 12:00."""
    assert find_next_time(expression, NOW).isoformat()[:16] == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "* * * *",
        "* * * * * *",
        "61 * * * *",
        "* 25 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "x * * * *",
        "@daily",
        "0 0 31 2 *",
        "*/0 * * * *",
        "5-1 * * * *",
        "* * * * 1-",
    ],
)
def test_bad_expressions_name_themselves_and_the_cure(expression: str) -> None:
    """A cron expression with wrong fields, or for a day that never comes (31 February), is refused
    with a correct example."""
    with pytest.raises(ConfigError) as caught:
        find_next_time(expression, NOW)
    assert repr(expression) in str(caught.value)
    assert "write it like" in str(caught.value)


def test_zone_of_the_operator() -> None:
    """Hours of a cron expression are in the operator's time zone: 09:00 in Berlin is 08:00 UTC in
    November."""
    berlin_now = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    assert find_next_time("0 9 * * *", berlin_now) == datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@given(
    st.integers(946_684_800, 3_800_000_000),
    st.sampled_from(["*/7 * * * *", "0 3 * * 1", "5 4 1 * *"]),
)
def test_always_later(seconds: int, expression: str) -> None:
    """The next time is always in the future."""
    start = datetime.fromtimestamp(seconds, UTC)
    assert find_next_time(expression, start) > start
