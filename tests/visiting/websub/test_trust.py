"""Trust in a hub, by the entries that it pushed and missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.model import Entry
from syndicator.core.ports.subscriptions import Subscription, Tally
from syndicator.visiting.websub import (
    GRACE,
    add_counts,
    count_missed,
    rate_trust,
    space_backup_polls,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
STANDS = Subscription(
    token="t",
    secret="s",
    source_key="one",
    hub="h",
    topic="t",
    made_at=NOW - 9 * HOUR,
    verified_at=NOW - 8 * HOUR,
    expires=NOW + HOUR,
)
GOOD = Tally(hub="h", pushed=90, missed=2)
BAD = Tally(hub="h", pushed=10, missed=80)


def make_entry(age: timedelta | None) -> Entry:
    return Entry(id=str(age), published=None if age is None else NOW - age)


def test_a_hub_has_missed_what_came_while_it_stood_and_not_just_now() -> None:
    """A hub missed an entry if it was published during the subscription, after the last visit, and
    longer ago than GRACE; of the four entries only one."""
    last_visit = NOW - 2 * HOUR
    new = [
        make_entry(age=HOUR),  # the one that was missed
        make_entry(age=GRACE / 2),  # may still be pushed
        make_entry(age=9 * HOUR),  # before the subscription and the last visit
        make_entry(age=-HOUR),  # still to come
    ]

    assert count_missed(STANDS, new, last_visit, NOW) == 1

    # with no subscription at that time none was missed
    ended = replace(STANDS, expires=NOW - HOUR)
    never_verified = replace(STANDS, verified_at=None)
    assert count_missed(ended, new, last_visit, NOW) == 0
    assert count_missed(never_verified, new, last_visit, NOW) == 0


def test_an_entry_without_a_time_came_after_the_visit_before() -> None:
    """An entry without a date that was not pushed counts as missed by the hub if the subscription
    existed at the last visit (third argument)."""
    undated = make_entry(age=None)

    # the subscription was verified eight hours ago
    assert count_missed(STANDS, [undated], NOW - HOUR, NOW) == 1
    # perhaps it came before that, or there was no visit
    assert count_missed(STANDS, [undated], NOW - 8 * HOUR, NOW) == 0
    assert count_missed(STANDS, [undated], None, NOW) == 0


def test_nobody_is_trusted_before_the_first_push_or_after_the_lease() -> None:
    """A subscription is trusted only after its first push and before its lease ends, however good
    the record of its hub (GOOD) is."""
    without_push = replace(STANDS, pushed=0.0)
    ended = replace(STANDS, pushed=50.0, expires=NOW)

    assert rate_trust(without_push, GOOD, NOW) == 0
    assert rate_trust(ended, GOOD, NOW) == 0


def test_a_hub_of_a_good_record_is_trusted_sooner() -> None:
    """After one push, a hub with a good record is trusted more than one with a bad record; later,
    the pushes for this source outweigh the record."""
    after_one_push = replace(STANDS, pushed=1.0)

    assert rate_trust(after_one_push, GOOD, NOW) > 0.9
    assert rate_trust(after_one_push, BAD, NOW) < 0.5

    # many pushes for this source, or many misses
    assert rate_trust(replace(STANDS, pushed=60.0), BAD, NOW) > 0.9
    assert rate_trust(replace(STANDS, pushed=5.0, missed=15.0), GOOD, NOW) < 0.4


def test_old_sins_are_forgotten() -> None:
    """Older counts of a hub fade: after 300 pushes, 100 earlier misses weigh less than 30."""
    tally = Tally(hub="h", pushed=0, missed=100)
    for _ in range(300):
        tally = add_counts(tally, pushed=1)
    assert tally.missed < 30 < tally.pushed


@given(
    st.floats(1, 10**6),
    st.floats(0, 0.98),
    st.floats(1, 10**6),
    st.floats(0, 500),
    st.floats(0, 500),
)
def test_polling_is_slower_and_never_off(
    usual: float, share: float, most: float, pushed: float, lost: float
) -> None:
    """With trust in a hub, polls become rarer, within limits and never off: on average nobody waits
    longer for news than without it."""
    wait = space_backup_polls(usual, share, most)

    assert usual <= wait <= max(usual, most)

    subscription = replace(STANDS, pushed=pushed, missed=lost)

    assert 0 <= rate_trust(subscription, Tally(hub="h", pushed=pushed, missed=lost), NOW) <= 0.98
    assert (1 - share) * wait <= usual * 1.0001  # nobody waits longer on average
