"""How far a hub is relied on: by what it brought, and what a poll found that it should have brought. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from syndicator.core.model import Entry
from syndicator.core.ports.subscriptions import Subscription, Tally

# All of these are our choices.
GRACE: Final = timedelta(minutes=5)  # a hub may take so long before a poll that is faster counts against it
_DOUBT: Final = 2.0  # entries that every hub is supposed to have missed
_STANDS_FOR: Final = 4.0  # entries of a subscription that the record of its hub counts as much as
_MEMORY: Final = (
    100.0  # entries after which half of what was is forgotten, so that a hub can mend its ways, or lose them
)
_MOST: Final = 0.98  # a hub is never trusted whole: the backup poll is never off

Counted = TypeVar("Counted", Subscription, Tally)


def counted(one: Counted, *, pushed: float = 0.0, missed: float = 0.0) -> Counted:
    """`one` with so many entries more."""
    share = 0.5 if one.pushed + one.missed >= _MEMORY else 1.0
    return replace(one, pushed=one.pushed * share + pushed, missed=one.missed * share + missed)


def missed(subscription: Subscription, new: Sequence[Entry], before: datetime | None, now: datetime) -> int:
    """How many of the entries that a poll found, and the visit `before` did not, the hub should have brought: they came
    while the subscription stood, and not just now. By the entry's own time; where it has none, by that of the visit
    before."""
    since = subscription.verified_at
    if since is None or not subscription.active(now):
        return 0
    times = (entry.published or entry.updated or before for entry in new)
    return sum(at is not None and since < at <= now - GRACE for at in times)


def trust(subscription: Subscription, hub: Tally, now: datetime) -> float:
    """The share of a source's entries that its hub brings: by the tally of this subscription, which the hub's record
    with all sources stands in for while that is short. 0 before its first push: a hub is as good as its publisher's use
    of it."""
    if not subscription.active(now) or not subscription.pushed:
        return 0.0
    expected = _STANDS_FOR * hub.pushed / (hub.pushed + hub.missed + _DOUBT)
    seen = subscription.pushed + subscription.missed
    return min((subscription.pushed + expected) / (seen + _STANDS_FOR), _MOST)


def backup(usual: float, trust: float, most: float) -> float:
    """Seconds between two polls of a source that a hub pushes, where they would be `usual` without. An article that the
    hub misses waits half of that on average; so the wait for a poll grows by 1 / (1 - trust) without anybody waiting
    longer than before on average. At most `most`, which is no bound on what is usual."""
    return max(usual, min(usual / (1.0 - trust), most))
