"""What is wrong or worth knowing, as a list that `status`, the health feed, alerts and metrics share. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from syndicator.core.reasons import ConditionReason, explained
from syndicator.services.health.condition import Condition, Disk, Observed, plain, printable
from syndicator.services.health.sources import of_sources

# A disk is nearly full when both the share and the size of what is free are below these; what a run writes between two
# looks is far less. So with its inodes. All are a choice.
FREE_SHARE, FREE_BYTES, FREE_INODES = 0.05, 2 * 2**30, 100_000
OVERDUE: Final = timedelta(hours=25)  # a crontab that calls `refresh` once a day is well


def conditions(seen: Observed, now: datetime) -> tuple[Condition, ...]:
    """All that is wrong or worth knowing: what needs the operator first, then by kind and subject."""
    made = (*_of_machine(seen), *of_sources(seen, now), *_not_running(seen, now), *_of_feeds(seen))
    found = [printable(one) for one in made]
    order = {kind: place for place, kind in enumerate(ConditionReason)}
    return tuple(sorted(found, key=lambda one: (not one.needs_you, order[one.kind], one.subject)))


def _of_machine(seen: Observed) -> Iterator[Condition]:
    for kind, detail in (
        (ConditionReason.DATABASE, seen.database),
        (ConditionReason.CONFIGURATION, seen.configuration),
        (ConditionReason.CLOCK, seen.clock),
        (ConditionReason.ALERT, seen.alert),
    ):
        if detail:
            yield replace(plain(kind), detail=detail)
    for disk in seen.disks:
        if is_nearly_full(disk):
            yield replace(plain(ConditionReason.DISK, disk.path), detail=room(disk))


def is_nearly_full(disk: Disk) -> bool:
    """Whether a disk has so little room, for data or for further files, that somebody should look."""
    few_bytes = disk.free < FREE_SHARE * disk.size and disk.free < FREE_BYTES
    few_inodes = disk.free_inodes < FREE_SHARE * disk.inodes and disk.free_inodes < FREE_INODES
    return few_bytes or few_inodes


def room(disk: Disk) -> str:
    """What is free, in words."""
    share = f" ({100 * disk.free / disk.size:.0f} %)" if disk.size else ""
    few = disk.free_inodes < FREE_SHARE * disk.inodes
    return f"{size(disk.free)}{share} free" + (f", room for {disk.free_inodes} more files" if few else "")


def size(count: int) -> str:
    """A number of bytes as one reads it: 3.1 GB, 40 MB."""
    for least, unit in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= least:
            return f"{count / least:.3g} {unit}"
    return f"{count} B"


def _not_running(seen: Observed, now: datetime) -> Iterator[Condition]:
    """Sources have been due for long, and none was visited since."""
    asked = [state for state in seen.states if (one := seen.sources.get(state.key)) and one.enabled]
    last = max((state.last_visit for state in asked if state.last_visit), default=None)
    due = [state.next_due for state in asked if state.next_due and not state.disabled]
    late = [at for at in due if now - at > OVERDUE]
    if late and last and now - last > OVERDUE:
        detail = f"{len(late)} of {len(asked)} sources are overdue"
        yield replace(plain(ConditionReason.NOT_RUNNING), since=min(late), detail=detail, last_success=last)


def _of_feeds(seen: Observed) -> Iterator[Condition]:
    for held in seen.held:
        yield replace(plain(ConditionReason.FEED_HELD, held.feed), detail=held.fault, last_success=held.published)
    for problem in seen.files:
        means, cure = explained(problem.reason)
        yield Condition(
            kind=ConditionReason.ARTICLE_FILE,
            subject=problem.what,
            reason=means,
            detail=problem.detail,
            cure=cure,
            code=problem.reason,
        )
    if seen.on_hold:
        held_back = plain(ConditionReason.ARTICLES_ON_HOLD)
        yield replace(held_back, since=seen.on_hold_since, detail=seen.on_hold_files, count=seen.on_hold)
    if seen.outdated:
        yield replace(plain(ConditionReason.OUTDATED), count=seen.outdated, needs_you=False)
