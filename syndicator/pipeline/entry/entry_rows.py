"""How an entry's row goes on after its page was read, or could not be. Pure.

A row is pending until it is done (its article is filed), refused (it makes no article) or skipped (it is not wanted).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from syndicator.configuration.entry_rules import remembered
from syndicator.core.model import Failed, Problem, Rules
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import FOR_THE_OPERATOR, EntryReason, FetchReason, PageReason, WorkerReason

# Five tries from a quarter of an hour on, doubled each time, outlast an outage of a working day: a choice.
MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=15)
# A page that waits for the operator is asked for once an hour at most, until it can be read: a choice.
ASKED_WAIT = timedelta(hours=1)

# Failures that another try does not mend.
_FINAL: frozenset[str] = frozenset(
    (
        FetchReason.GONE,
        FetchReason.NOT_FOUND,
        FetchReason.ROBOTS,
        FetchReason.BLOCKED_ADDRESS,
        FetchReason.BAD_URL,
        FetchReason.TOO_LARGE,
        FetchReason.DOWNGRADE,
        FetchReason.REDIRECTS,
        FetchReason.BAD_ENCODING,
        FetchReason.UNAUTHORIZED,
        FetchReason.FORBIDDEN,
        FetchReason.LEGAL,
        EntryReason.NO_LINK,
    )
)

# What a page may be refused for because of how it was read: it may be an article by other rules.
_READ_SO: frozenset[str] = frozenset((*PageReason, *WorkerReason))


def may_try_again(row: EntryRow, reason: str) -> bool:
    """True when a failure may be over at another try, and one is left."""
    return reason not in _FINAL and has_tries_left(row)


def has_tries_left(row: EntryRow) -> bool:
    return row.tries + 1 < MOST_TRIES


def done(row: EntryRow, article_id: str, now: datetime) -> EntryRow:
    """The entry is an article of the store."""
    return replace(row, status="done", article_id=article_id, read_at=now, reason=None, detail="", entry=None)


def ended(row: EntryRow, status: Literal["refused", "skipped"], reason: str, detail: str = "") -> EntryRow:
    """The entry makes no article."""
    return replace(row, status=status, reason=reason, detail=detail, entry=None)


def muted(row: EntryRow) -> EntryRow:
    """The operator does not want the entry; what it says is kept, as another word of theirs may want it."""
    return replace(row, status="skipped", reason=EntryReason.MUTED, entry=remembered(row.entry) if row.entry else None)


def retried(row: EntryRow, reason: str, detail: str, now: datetime, not_before: datetime | None = None) -> EntryRow:
    """One more try later, not before the host allows it."""
    when = max(now + FIRST_WAIT * 2**row.tries, not_before or now)
    return replace(row, tries=row.tries + 1, next_try=when, reason=_why(row, reason), detail=detail)


def asked(row: EntryRow, reason: str, detail: str, now: datetime) -> EntryRow:
    """The operator's word or file is wrong, and not the page: no try is counted."""
    return replace(row, next_try=now + ASKED_WAIT, reason=_why(row, reason), detail=detail)


def late(row: EntryRow, now: datetime) -> EntryRow:
    """The entry is no article that moved, and waits for the next visit that announces it."""
    return replace(row, reason=EntryReason.LATE, read_at=now)


def postponed(row: EntryRow, failed: Failed, now: datetime) -> EntryRow:
    """The host is to be left alone for now: no try was made, so none is counted."""
    when = failed.retry_after or now + FIRST_WAIT
    return replace(row, next_try=when, reason=_why(row, failed.reason), detail=failed.detail)


def by_other_rules(row: EntryRow, rules: Rules) -> EntryRow | None:
    """`row` as one that is due now, because its source has other `rules` since it was refused, or failed and waits for
    its next try; None where they make no difference to it. Its page is asked for once: tries stay counted. What waits
    for its turn (a flood, a late announcement) goes on waiting."""
    if row.status == "refused" and (row.reason in _READ_SO or rules.content == "feed"):
        return row.reopened()
    failed = row.tries > 0 or row.reason in FOR_THE_OPERATOR
    return replace(row, next_try=None) if row.status == "pending" and row.next_try and failed else None


def _why(row: EntryRow, reason: str) -> str:
    """An article that is read again because its text may be another site's stays marked as such until it was."""
    return row.reason if row.reason == EntryReason.OWNERSHIP else reason


def problem(row: EntryRow, reason: str, detail: str = "") -> Problem:
    """What a visit reports of the entry."""
    return Problem(what=row.url or row.entry_id, reason=reason, detail=detail)
