"""The meaning of status codes and response headers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.visiting.fetch.responses import find_fresh_seconds, name_error, parse_retry_after
from tests.visiting.conftest import NOW


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "http-404"), (410, "gone"), (429, "rate-limited"), (503, "http-503"), (304, "http-304")],
)
def test_error_codes(status: int, code: str) -> None:
    """Each HTTP status has its reason code; 410 and 429 have names of their own."""
    assert name_error(status) == code


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": 'MAX-AGE = "600"', "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "1000"}, 0),
        ({"cache-control": "max-age=600", "age": "soon"}, 600),
        # a digit to str.isdigit, and no number to int
        ({"cache-control": "max-age=600", "age": "²"}, 600),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "max-age=600", "expires": "Tue, 24 Nov 2026 13:00:00 GMT"}, 600),
        ({"expires": "Tue, 24 Nov 2026 13:00:00 GMT"}, 3600),
        (
            {"expires": "Tue, 24 Nov 2026 13:00:00 GMT", "date": "Tue, 24 Nov 2026 12:30:00 GMT"},
            1800,
        ),
        ({"expires": "0"}, None),
    ],
)
def test_how_long_an_answer_stays_fresh(headers: dict[str, str], seconds: int | None) -> None:
    """The freshness of an answer in seconds comes from max-age less Age, else from Expires less
    Date (RFC 9111); unusable values are ignored."""
    assert find_fresh_seconds(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("1.5", 1.5),
        ("0", None),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("99999999999999999999999999999999999999", 7 * 86_400),
        ("Tue, 24 Nov 2026 13:00:00 GMT", 3600),
        ("Tue, 24 Nov 2026 11:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 7 * 86_400),
        ("Tue, 01 Dec 2026 12:00:01 GMT", 7 * 86_400),
        ("Tue, 01 Dec 2026 11:59:59 GMT", 7 * 86_400 - 1),
        ("Tue, 24 Nov 2026 13:00:00", 3600),
    ],
)
def test_retry_after_is_a_week_at_most_in_either_form(value: str, seconds: float | None) -> None:
    """Retry-After is read as seconds or as a date, limited to a week; times in the past and
    unusable values give None."""
    retry_after = parse_retry_after(value, NOW)

    if seconds is None:
        assert retry_after is None
    else:
        assert retry_after == NOW + timedelta(seconds=seconds)


@given(st.text(max_size=40), st.text(max_size=40))
def test_headers_of_any_kind(one: str, other: str) -> None:
    """Any text in these headers gives either nothing or a time within the bounds, never an
    error."""
    retry_after = parse_retry_after(one, NOW)

    assert retry_after is None or NOW < retry_after <= NOW + timedelta(days=7)

    fresh = find_fresh_seconds(
        {"cache-control": one, "expires": other, "date": one, "age": other}, NOW
    )

    assert fresh is None or fresh >= 0
