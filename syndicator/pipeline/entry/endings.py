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
from syndicator.pipeline.context import EntryContext
from syndicator.pipeline.owners import take_name
from syndicator.pipeline.ownership import known_at
from syndicator.pipeline.refile import carry

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


def known_already(context: EntryContext, known: str) -> EntryResult:
    """The entry is an article we have, under this or another address: its source carries it."""
    entry = done(context.row, known, context.run.clock())
    run, source = context.run, context.source
    name = source.title or context.state.feed_title
    carry(run.article_store, run.store, known, source.key, name, entry=entry)
    context.log.debug("known already", article=known)
    return EntryResult()


def ask_operator(context: EntryContext, reason: str, detail: str) -> EntryResult:
    """The entry waits until the operator has mended what is wrong."""
    row = asked(context.row, reason, detail, context.run.clock())
    _save(context, row)
    context.log.info("waits for the operator", reason=reason, detail=detail, next_try=row.next_try)
    return EntryResult(problem=problem(row, reason, detail))


def wait_once_more(context: EntryContext, title: str) -> EntryResult:
    """Let an entry that came late with most of its feed wait for the next visit that announces it."""
    _save(context, late(context.row, context.run.clock()))
    return EntryResult(problem=problem(context.row, EntryReason.LATE, title))


def retry_or_refuse(context: EntryContext, reason: str, detail: str) -> EntryResult:
    """One more try later, or the end where none is left."""
    if has_tries_left(context.row):
        return retry(context, reason, detail)
    return end(context, "refused", reason, detail)


def retry(context: EntryContext, reason: str, detail: str, not_before: datetime | None = None) -> EntryResult:
    """One more try later, which is counted; not before the host allows it."""
    row = retried(context.row, reason, detail, context.run.clock(), not_before)
    _save(context, row)
    context.log.info("to be tried again", reason=reason, detail=detail, tries=row.tries, next_try=row.next_try)
    counted = f"{detail}; try {row.tries} of {MOST_TRIES}"
    return EntryResult(problem=problem(row, reason, counted))


def end(context: EntryContext, status: Literal["refused", "skipped"], reason: str, detail: str = "") -> EntryResult:
    """The entry makes no article, unless it is one that we have."""
    store = context.run.store
    known = None if context.row.article_id else known_article(context, store.known(context.aliases))
    if known and status == "refused":  # it cannot be read (any more) for its own source
        take_name(context, known.id)
        return known_already(context, known.id)
    _save(context, ended(context.row, status, reason, detail))
    context.log.info(status, reason=reason, detail=detail)
    return EntryResult(
        problem=problem(context.row, reason, detail),
        characters=0 if status == "refused" and reason in _NO_ARTICLE else None,
        refused=status == "refused",
    )


def _save(context: EntryContext, row: EntryRow) -> None:
    context.run.store.save_entries([row])
