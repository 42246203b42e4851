"""Which pages list older stories: days, months or years."""

from __future__ import annotations

from datetime import date, timedelta

from syndicator.publishing.web.calendar import PAGE, Days, find_page_of_day, plan_calendar


def make_day_counts(counts: dict[str, int]) -> Days:
    return {day: (count, "f") for day, count in counts.items()}


def make_days(first: str, days: int, count: int) -> dict[str, int]:
    start = date.fromisoformat(first)
    return {(start + timedelta(days=number)).isoformat(): count for number in range(days)}


def list_spans(days: Days, **more: bool) -> list[str]:
    return [page.span for page in plan_calendar("tags/ai", days, "", **more)]


def test_a_quiet_year_is_one_page_and_a_busy_one_lists_its_months_and_these_their_days() -> None:
    """A year with at most PAGE stories is one page; a busier one gets pages of months, and a busy
    month pages of days. `by_day` forces all three. The dictionaries have the number of stories of
    each day."""
    quiet = {"2024-03-01": 1, "2024-12-31": PAGE - 1}

    assert list_spans(make_day_counts(quiet)) == ["2024"]

    busy = quiet | {"2025-01-07": 1, "2025-02-01": PAGE, "2025-02-02": 1}

    assert list_spans(make_day_counts(busy)) == [
        "2024",
        "2025",
        "2025-01",
        "2025-02",
        "2025-02-01",
        "2025-02-02",
    ]
    assert list_spans(make_day_counts({"2024-03-01": 1}), by_day=True) == [
        "2024",
        "2024-03",
        "2024-03-01",
    ]


def test_a_list_names_its_parts_and_how_many_stories_they_have() -> None:
    """The page of a year lists its months, and that of a busy month its days, with their number of
    stories; each links the page above it."""
    year, january, february, *_ = plan_calendar(
        "all", make_day_counts({"2025-01-07": 1, "2025-02-01": PAGE, "2025-02-02": 1}), ""
    )

    assert year.name == "archive/all/2025.html"
    assert year.parts == (("2025-01", 1), ("2025-02", PAGE + 1))
    assert february.parts == (("2025-02-01", PAGE), ("2025-02-02", 1))
    assert january.parts == ()
    assert year.above == ""
    assert january.above == "2025"
    assert february.above == "2025"


def test_pages_with_stories_lead_from_one_to_the_next_past_the_lists() -> None:
    """Calendar pages with stories link their neighbours in time; pages that only list parts, as
    2025 does, are skipped."""
    pages = plan_calendar(
        "all", make_day_counts({"2024-05-05": 1, "2025-01-07": PAGE, "2025-02-02": 1}), ""
    )
    results = [(page.previous, page.span, page.following) for page in pages if not page.parts]
    assert results == [
        ("", "2024", "2025-01"),
        ("2024", "2025-01", "2025-02"),
        ("2025-01", "2025-02", ""),
    ]


def test_no_address_goes_while_stories_come() -> None:
    """While stories come day by day, no calendar page disappears, since others may link it."""
    nine_stories_a_day = make_days("2025-01-30", days=60, count=9)
    counts: dict[str, int] = {}
    before: set[str] = set()
    for day, count in nine_stories_a_day.items():
        counts[day] = count
        now = set(list_spans(make_day_counts(counts)))
        assert before <= now
        before = now

    assert {"2025", "2025-02", "2025-02-28", "2025-03"} <= before


def test_a_story_changes_its_own_page_and_the_lists_above() -> None:
    """A new story changes the pages of its day, month and year; an edited one those of day and
    month, which show headlines; other settings change all."""

    def fingerprint_pages(days: Days, settings: str = "") -> dict[str, str]:
        return {page.span: page.fingerprint for page in plan_calendar("all", days, settings)}

    four_a_day = make_days("2025-01-01", days=59, count=4)
    before = fingerprint_pages(make_day_counts(four_a_day))

    # 10 February has a fifth story
    after = fingerprint_pages(make_day_counts(four_a_day | {"2025-02-10": 5}))

    assert {span for span in before if before[span] != after[span]} == {
        "2025",
        "2025-02",
        "2025-02-10",
    }

    # a story of 10 February is edited: the number is the same, the fingerprint is not
    edited = {**make_day_counts(four_a_day), "2025-02-10": (4, "edited")}
    after = fingerprint_pages(edited)

    assert {span for span in before if before[span] != after[span]} == {"2025-02", "2025-02-10"}

    after = fingerprint_pages(make_day_counts(four_a_day), "other settings")

    assert not set(after.values()) & set(before.values())


def test_the_page_of_a_day_without_stories_is_that_of_the_day_before() -> None:
    """A day without stories leads to the page of the last earlier day with stories, here that of
    its month; a day before all stories leads nowhere."""
    pages = plan_calendar("all", make_day_counts({"2025-01-07": PAGE, "2025-03-02": 1}), "")
    page_of_march = find_page_of_day(pages, "2025-03-02")
    page_of_february = find_page_of_day(pages, "2025-02-01")

    assert page_of_march is not None
    assert page_of_march.span == "2025-03"
    assert page_of_february is not None
    assert page_of_february.span == "2025-01"
    assert not find_page_of_day(pages, "2025-01-01")
