"""Parse dates as feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.visiting.feeds.fields import parse_date
from tests.samples import Samples


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2017-12-22T22:09:49+00:00", "2017-12-22T22:09:49"),
        ("2018-12-12T12:12", "2018-12-12T12:12:00"),
        ("2018-10-23 04:07:42 +00:00", "2018-10-23T04:07:42"),
        ("2007-04-23T23:25:47.538+10:00", "2007-04-23T13:25:47"),
        ("2003-12-31", "2003-12-31T00:00:00"),
        ("2003-12", "2003-12-01T00:00:00"),
        ("20031231", "2003-12-31T00:00:00"),
        ("1520932969", "2018-03-13T09:22:49"),
        ("1520932969000", "2018-03-13T09:22:49"),
        ("Fri, 31 Mar 2023 20:19:00 America/Los_Angeles", "2023-04-01T03:19:00"),
        ("Thu, 25 Feb 2016 00:00:00 Europe/Brussels", "2016-02-24T23:00:00"),
        ("Wed, 10 Feb 2021 22:46:00 EST", "2021-02-11T03:46:00"),
        ("Tue, 16 Feb 2016 23:16:00 EDT", "2016-02-17T03:16:00"),
        ("9 Dec 2016 12:00 GMT", "2016-12-09T12:00:00"),
        ("Friday, December 22, 2017 - 3:09pm", "2017-12-22T15:09:00"),
        ("Mon, 09 Apr 2018, 16:04", "2018-04-09T16:04:00"),
        ("Di, 23 Jan 2018 00:00:00 +0100", "2018-01-22T23:00:00"),
        ("mer, 9 avr 2018 00:00:00 +0200", "2018-04-08T22:00:00"),
        ("March 30 2020 07:02:38 PM", "2020-03-30T19:02:38"),
        ("Mon, 03/30/2020 - 19:19", "2020-03-30T19:19:00"),
        ("Nov. 16, 2020, 10:57 a.m.", "2020-11-16T10:57:00"),
        ("Jan. 4, 2016, 12:37 p.m.", "2016-01-04T12:37:00"),
        ("Lundi, 16. Novembre 2020 - 15:54", "2020-11-16T15:54:00"),
        ("Mon, 16th Nov 2020 13:16:28 GMT", "2020-11-16T13:16:28"),
        ("Thu, 29 Oct 2020 07:36:03 GMT-07:00", "2020-10-29T14:36:03"),
        ("jeu., 02 avril 2020 00:00:00 +0200", "2020-04-01T22:00:00"),
        ("Thurs, 15 Oct 2020 00:00:39 +0000", "2020-10-15T00:00:39"),
        ("Apr 16, 2023 08:01 GMT", "2023-04-16T08:01:00"),
        ("Sat, Oct 28 2023 08:28:28 PM", "2023-10-28T20:28:28"),
        ("30.10.23", "2023-10-30T00:00:00"),
        ("03/04/2020", "2020-03-04T00:00:00"),
        ("03.04.2020", "2020-04-03T00:00:00"),
        ("13/11/2026", "2026-11-13T00:00:00"),
        ("Thu, 01 Jan 04 19:48:21 GMT", "2004-01-01T19:48:21"),
        ("Thu,  5 Apr 2012 10:00:00 GMT", "2012-04-05T10:00:00"),
        ("Thu Aug 30 2012 17:26:16 +0200", "2012-08-30T15:26:16"),
        ("Sun Jan  4 16:29:06 2004", "2004-01-04T16:29:06"),
        ("Wed, 19 Feb 2012 22:40:00 -01:01", "2012-02-19T23:41:00"),
        ("Fri, 20 Nov 2026 24:00:00 GMT", "2026-11-21T00:00:00"),
        ("Tue, 30 Jun 2015 23:59:60 GMT", "2015-07-01T00:00:00"),
        ("12 мая 2024 10:00", "2024-05-12T10:00:00"),
        ("24 Nov 2026 10:00:00 Z", "2026-11-24T10:00:00"),
    ],
)
def test_dates(value: str, expected: str) -> None:
    """Dates of real feeds, in many spellings, languages and time zones, give the expected time in
    UTC."""
    parsed = parse_date(value)

    assert parsed is not None
    assert parsed.isoformat()[:19] == expected
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nonsense",
        "0001-01-01T00:00:00Z",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0",
        "Sun, 99 Jun 2009 12:00:00 GMT",
        "Sun, 16 zzz 2012 11:47:32 GMT",
        "2003-13-01",
        "2003-02-30",
        "9999-12-31",
        "2003-12-31T10:61:55Z",
        "2013-02-29T10:99",
        "miniflux.app/v2/internal/reader/date",
        "12",
        "1",
        "10:00",
    ],
)
def test_nonsense(value: str) -> None:
    """Impossible dates, placeholders such as the year 1 or 1970, and other texts give None."""
    assert parse_date(value) is None


def test_samples_give_their_time_or_nothing(samples: Samples) -> None:
    """Of the sample dates, three quarters are parsed, all to plausible years; those with a known
    `time` give exactly that, or None if it is empty."""
    rows = samples.rows("dates")
    parsed = [parse_date(row["date"]) for row in rows]

    assert all(time is None or 1990 <= time.year <= 2200 for time in parsed)
    assert sum(time is not None for time in parsed) >= 0.75 * len(rows)

    for row in rows:
        if "time" in row:
            expected = datetime.fromisoformat(row["time"]) if row["time"] else None
            assert parse_date(row["date"]) == expected, row


moments = st.integers(662_688_000, 7_000_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_round_trips(moment: datetime, offset: int) -> None:
    """Any time, written in three common formats with any offset, is parsed back to the same
    time."""
    from datetime import timezone

    local = moment.astimezone(timezone(timedelta(minutes=offset)))
    assert parse_date(format_datetime(local)) == moment
    assert parse_date(local.isoformat()) == moment
    assert parse_date(local.strftime("%B %d, %Y %I:%M:%S %p %z")) == moment


@given(st.text("0123456789 :/.,-+TZapmJnuaryGMTé", max_size=40) | st.text(max_size=60))
def test_any_text(value: str) -> None:
    """Any text is parsed to None or to a time in UTC, never to an error."""
    parsed = parse_date(value)
    assert parsed is None or parsed.tzinfo is UTC
