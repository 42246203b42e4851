"""The periods into which the files of the search are divided."""

from __future__ import annotations

from datetime import UTC, datetime

from syndicator.publishing.search import BLOCK, Period, plan_periods

NOW = datetime(2026, 11, 26, tzinfo=UTC)
MONTHS = {"2024-03": "a", "2024-12": "b", "2026-01": "c", "2026-10": "d", "2026-11": "e"}


def plan_periods_by_name(
    count: int = 2, months: dict[str, str] = MONTHS, about: str = "", **changed: str
) -> dict[str, Period]:
    newest = [
        (f"id{number}", NOW, changed.get(f"id{number}", "1")) for number in reversed(range(count))
    ]
    return {period.name: period for period in plan_periods(months, newest, about)}


def test_closed_years_closed_months_and_blocks_of_the_open_month() -> None:
    """Search files cover closed years, closed months of this year, and blocks of BLOCK articles of
    the current month, the oldest first."""
    # the current month, November 2026, has one article more than a block
    period_of = plan_periods_by_name(BLOCK + 1)

    assert list(period_of) == ["2024", "2026-01", "2026-10", "2026-11.0", "2026-11.1"]
    assert period_of["2024"].months == ("2024-03", "2024-12")
    # the oldest first, so that one more changes no block but the last
    assert period_of["2026-11.0"].ids[0] == "id0"
    assert period_of["2026-11.1"].ids == (f"id{BLOCK}",)


def test_eight_full_blocks_of_a_busy_month_are_one() -> None:
    """Eight full blocks of the current month are merged into one file, so that a busy month has few
    files."""
    period_of = plan_periods_by_name(9 * BLOCK, months={"2026-11": "e"})
    article_counts = {name: len(period.ids) for name, period in period_of.items()}

    assert article_counts == {"2026-11.0": 8 * BLOCK, "2026-11.8": BLOCK}


def test_one_more_article_changes_the_last_block_alone() -> None:
    """A new article changes only the last block of its month, so that browsers can keep the others
    in their cache."""
    before = plan_periods_by_name(BLOCK + 1)
    after = plan_periods_by_name(BLOCK + 2)
    assert {name for name in after if after[name] != before.get(name)} == {"2026-11.1"}


def test_a_changed_article_changes_its_period_alone() -> None:
    """A changed article (id3 in block 0, then one of March 2024) changes only the period that
    contains it."""
    before = plan_periods_by_name(BLOCK + 1)

    # another fingerprint of the article id3
    after = plan_periods_by_name(BLOCK + 1, id3="2")

    assert {name for name in after if after[name] != before[name]} == {"2026-11.0"}

    # another fingerprint of March 2024
    after = plan_periods_by_name(BLOCK + 1, months=MONTHS | {"2024-03": "z"})

    assert {name for name in after if after[name] != before[name]} == {"2024"}


def test_other_input_changes_all_periods() -> None:
    """If the shared input of the search files (`about`) changes, the fingerprint of each period
    changes."""
    before = plan_periods_by_name()
    after = plan_periods_by_name(about="x")
    assert all(after[name].fingerprint != before[name].fingerprint for name in before)


def test_without_articles_there_are_none() -> None:
    """Without articles there are no search files."""
    assert plan_periods({}, [], "") == []
