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


def make_entry(before: timedelta | None) -> Entry:
    return Entry(id=str(before), published=None if before is None else NOW - before)


def test_a_hub_has_missed_what_came_while_it_stood_and_not_just_now() -> None:
    """A hub missed an entry if it was published during the subscription, after the last visit, and
    longer ago than GRACE; of the four entries only one."""
    new = [make_entry(HOUR), make_entry(GRACE / 2), make_entry(9 * HOUR), make_entry(-HOUR)]

    assert count_missed(STANDS, new, NOW - 2 * HOUR, NOW) == 1
    assert count_missed(replace(STANDS, expires=NOW - HOUR), new, NOW - 2 * HOUR, NOW) == 0
    assert count_missed(replace(STANDS, verified_at=None), new, NOW - 2 * HOUR, NOW) == 0


def test_an_entry_without_a_time_came_after_the_visit_before() -> None:
    """An entry without a date that was not pushed counts as missed by the hub if the subscription
    existed at the last visit (third argument)."""
    assert count_missed(STANDS, [make_entry(None)], NOW - HOUR, NOW) == 1
    # perhaps before we subscribed
    assert count_missed(STANDS, [make_entry(None)], NOW - 8 * HOUR, NOW) == 0
    assert count_missed(STANDS, [make_entry(None)], None, NOW) == 0


def test_nobody_is_trusted_before_the_first_push_or_after_the_lease() -> None:
    """A subscription is trusted only after its first push and before its lease ends, however good
    the record of its hub (GOOD) is."""
    assert rate_trust(STANDS, GOOD, NOW) == 0
    assert rate_trust(replace(STANDS, pushed=50.0, expires=NOW), GOOD, NOW) == 0


def test_a_hub_of_a_good_record_is_trusted_sooner() -> None:
    """After one push, a hub with a good record is trusted more than one with a bad record; later,
    the pushes for this source outweigh the record."""
    first = replace(STANDS, pushed=1.0)

    assert rate_trust(first, GOOD, NOW) > 0.9 > 0.5 > rate_trust(first, BAD, NOW)
    # what it does for this source outweighs that
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
