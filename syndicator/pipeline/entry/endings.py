"""Endings of an entry: filed, refused, waiting; the row that is stored and the result that is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from syndicator.configuration.entry_rules import remembered
from syndicator.core.model import Article, Failed, Problem, Rules
from syndicator.core.ports import EntryRow, Known
from syndicator.core.reasons import FOR_THE_OPERATOR, EntryReason, FetchReason, PageReason, WorkerReason
from syndicator.pipeline.context import EntryContext, Page
from syndicator.pipeline.ownership import known_at
from syndicator.pipeline.results import PageReading

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
    """`row` as due now if other `rules` refused it or it waits for a retry, else None. The page is asked for once:
    tries still count. Rows that wait their turn go on waiting."""
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


_NO_ARTICLE = frozenset(PageReason)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """How one entry ended: an article that is new or changed, nothing (known already), or a problem."""

    added: str | None = None
    changed: str | None = None
    problem: Problem | None = None
    matches: Mapping[str, int] = field(default_factory=dict)  # of each selector of the rules on its page
    characters: int | None = None  # of the text that was read, 0 where its page was refused as no article
    wall: str | None = None  # what stood before its page, "" for nothing; None where no page answered for that
    refused: bool = False
    unreached: Failed | None = None  # its page's host, where it may be the network that is missing: no try was counted


def why_away(known: Known) -> EntryReason | None:
    """Why an article must not be filed: an operator withdrew or pruned it. None for everything else."""
    if known.withdrawn:
        return EntryReason.WITHDRAWN
    return EntryReason.PRUNED if known.pruned else None


def known_article(context: EntryContext, known: Known) -> Article | None:
    """The article that the announced address already is, None when it is new."""
    url = context.announced.url
    return known_at(known, context.aliases, url, context.source.key, context.home(url))


Act = Literal["file", "revise", "merge", "refuse", "skip", "wait", "leave"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to become of an entry, for `filing.carry_out`, and what is reported of it. `row`: the entry by then.
    `article`: to be filed in place of `before`; or, to merge, the one that the source carries from now on."""

    act: Act
    result: EntryResult
    row: EntryRow | None = None
    article: Article | None = None
    before: Article | None = None
    page: Page | None = None  # that `reading` is of
    reading: PageReading | None = None
    named: tuple[str, ...] = ()  # the original that the page names


def known_already(context: EntryContext, known: Article) -> Decision:
    """The entry is an article we have, under this or another address: its source carries it."""
    row = done(context.row, known.id, context.run.clock())
    return Decision(act="merge", row=row, article=known, result=EntryResult())


def leave(context: EntryContext, failed: Failed, *, unreached: bool = False) -> Decision:
    """The entry stays as it is: no try of its page was made, or there may be no network."""
    reported = problem(context.row, failed.reason, failed.detail)
    return Decision(act="leave", result=EntryResult(problem=reported, unreached=failed if unreached else None))


def wait(row: EntryRow, reason: str, detail: str) -> Decision:
    """The entry waits as `row` says."""
    return Decision(act="wait", row=row, result=EntryResult(problem=problem(row, reason, detail)))


def ask_operator(context: EntryContext, reason: str, detail: str) -> Decision:
    """The entry waits until the operator has mended what is wrong."""
    return wait(asked(context.row, reason, detail, context.run.clock()), reason, detail)


def retry_or_refuse(context: EntryContext, reason: str, detail: str) -> Decision:
    """One more try later, or the end where none is left."""
    if has_tries_left(context.row):
        return retry(context, reason, detail)
    return end(context, "refuse", reason, detail)


def retry(context: EntryContext, reason: str, detail: str, not_before: datetime | None = None) -> Decision:
    """One more try later, which is counted; not before the host allows it."""
    row = retried(context.row, reason, detail, context.run.clock(), not_before)
    return wait(row, reason, f"{detail}; try {row.tries} of {MOST_TRIES}")


def end(context: EntryContext, act: Literal["refuse", "skip"], reason: str, detail: str = "") -> Decision:
    """The entry makes no article."""
    refused = act == "refuse"
    return Decision(
        act=act,
        row=ended(context.row, "refused" if refused else "skipped", reason, detail),
        result=EntryResult(
            problem=problem(context.row, reason, detail),
            characters=0 if refused and reason in _NO_ARTICLE else None,
            refused=refused,
        ),
    )
