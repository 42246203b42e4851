"""The next state of an entry after it was read, failed or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.model import Entry, Failed, Rules
from syndicator.core.ports import EntryRow
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import FIRST_WAIT, MOST_TRIES

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROW = EntryRow(
    source_key="s",
    entry_id="e",
    url="https://example.org/e",
    digest="d",
    status="pending",
    first_seen=NOW,
    entry=Entry(id="e"),
)


def test_each_try_waits_twice_as_long_until_none_is_left() -> None:
    """After each failure the wait doubles: 1, 2, 4 and 8 times `FIRST_WAIT`. Then one try is left,
    the last of `MOST_TRIES`: `may_try_again` says no. The row keeps its entry and the reason."""
    row = ROW
    waits = []
    while endings.may_try_again(row, "timeout"):
        row = endings.schedule_retry(row, "timeout", "slow", NOW)
        assert row.next_try is not None
        waits.append((row.next_try - NOW) / FIRST_WAIT)

    assert waits == [1, 2, 4, 8]
    assert row.tries == MOST_TRIES - 1
    assert row.status == "pending"
    assert row.entry == ROW.entry
    assert row.reason == "timeout"
    assert row.detail == "slow"


@pytest.mark.parametrize("reason", ["gone", "robots", "http-404", "blocked-address", "no-link"])
def test_what_another_try_does_not_mend_is_final(reason: str) -> None:
    """A failure that another try would repeat is not tried again."""
    assert not endings.may_try_again(ROW, reason)


def test_a_host_that_asks_for_more_time_gets_it() -> None:
    """The time that a host names replaces our wait, unless it is in the past."""
    later = NOW + timedelta(hours=9)
    past = NOW - timedelta(hours=9)
    told_later = endings.schedule_retry(ROW, "rate-limited", "", NOW, later)
    told_past = endings.schedule_retry(ROW, "rate-limited", "", NOW, past)

    assert told_later.next_try == later
    assert told_past.next_try == NOW + FIRST_WAIT


def test_a_postponed_entry_has_lost_no_try() -> None:
    """An entry that must wait for its host uses up no try; it waits as long as the host says,
    else for the first wait."""
    failed = Failed(url=ROW.url, reason="rate-limited", retry_after=NOW + timedelta(hours=2))
    row = endings.postpone_row(ROW, failed, NOW)

    assert row.tries == 0
    assert row.next_try == NOW + timedelta(hours=2)
    assert row.status == "pending"

    failed_without_time = Failed(url=ROW.url, reason="backoff")

    assert endings.postpone_row(ROW, failed_without_time, NOW).next_try == NOW + FIRST_WAIT


def test_an_end_forgets_what_the_feed_announced() -> None:
    """A finished row, refused or done, drops the announced entry; a done one also drops its
    earlier failure."""
    refused = endings.end_row(ROW, "refused", "paywall", "sign in")

    assert refused.status == "refused"
    assert refused.reason == "paywall"
    assert refused.detail == "sign in"
    assert refused.entry is None

    done = endings.schedule_retry(ROW, "timeout", "slow", NOW).done("a", NOW)

    assert done.status == "done"
    assert done.article_id == "a"
    assert done.read_at == NOW
    assert done.entry is None
    assert done.reason is None
    assert done.detail == ""


def test_a_problem_names_the_address_else_the_id() -> None:
    """A problem names the entry's address, or its id if it has no address."""
    without_address = replace(ROW, url="")

    assert endings.describe_problem(ROW, "bug").what == "https://example.org/e"
    assert endings.describe_problem(without_address, "bug").what == "e"  # the entry's id


def test_a_page_that_is_read_again_for_its_owners_sake_stays_marked_until_it_was() -> None:
    """The reason "ownership" marks a page that is read again after its owner changed; failures
    keep it, and reading ends it."""
    row = replace(ROW, reason="ownership")
    failed = Failed(url=ROW.url, reason="rate-limited", retry_after=NOW)

    assert endings.schedule_retry(row, "timeout", "slow", NOW).reason == "ownership"
    assert endings.postpone_row(row, failed, NOW).reason == "ownership"
    assert row.done("a", NOW).reason is None


LATER = NOW + timedelta(days=1)  # not due yet
REFUSED = replace(ROW, status="refused", entry=None)


@pytest.mark.parametrize(
    ("row", "rules", "is_reopened"),
    [
        (replace(REFUSED, reason="empty"), Rules(), True),
        (replace(REFUSED, reason="hung", tries=4), Rules(), True),
        (replace(REFUSED, reason="robots"), Rules(select=("main",)), False),
        # with `content = "feed"` its page is not needed any more
        (replace(REFUSED, reason="robots"), Rules(content="feed"), True),
        (replace(ROW, reason="timeout", tries=2, next_try=LATER), Rules(), True),
        (replace(ROW, reason="bad-rules", next_try=LATER), Rules(), True),
        (replace(ROW, reason="flood", next_try=LATER), Rules(), False),
        (replace(ROW, reason="late"), Rules(), False),
        (replace(ROW, status="skipped", reason="backfill"), Rules(content="feed"), False),
        (replace(ROW, status="done", article_id="a"), Rules(), False),
    ],
)
def test_other_rules_make_due_again_what_they_may_read(
    row: EntryRow, rules: Rules, is_reopened: bool
) -> None:
    """When the rules of its source change, an entry that was refused or waits is made due at once
    if the new rules could change its result (`is_reopened`); its tries stay."""
    reopened = endings.reopen_for_rules(row, rules)

    if not is_reopened:
        assert reopened is None
    else:
        assert reopened is not None
        assert reopened.status == "pending"
        assert reopened.next_try is None
        assert reopened.tries == row.tries
