"""Decide how an entry ends without a new article: known, retried, skipped or refused.

A decision is the row to store, the articles to file and the result to report."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from syndicator.configuration.entry_rules import remembered
from syndicator.core.model import Article, Failed, Problem, Rules
from syndicator.core.ports import Blocks, EntryRow
from syndicator.core.reasons import (
    FOR_THE_OPERATOR,
    EntryReason,
    FetchReason,
    PageReason,
    WorkerReason,
)
from syndicator.filing.context import EntryContext
from syndicator.filing.dedupe import Changes, in_file
from syndicator.filing.ownership import origin_of
from syndicator.filing.page_reading import PageReading

# Five tries with doubled waits outlast an outage of a working day: a choice.
MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=15)
# Pages that wait for the operator are requested hourly: a choice.
ASKED_WAIT = timedelta(hours=1)

# Permanent failures.
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
# Refusals that other rules may avoid.
_READ_SO: frozenset[str] = frozenset((*PageReason, *WorkerReason))


def may_try_again(row: EntryRow, reason: str) -> bool:
    """True if another try may succeed and tries are left."""
    return reason not in _FINAL and row.tries + 1 < MOST_TRIES


def ended(
    row: EntryRow, status: Literal["refused", "skipped"], reason: str, detail: str = ""
) -> EntryRow:
    """Return the row as refused or skipped, without an article."""
    return replace(row, status=status, reason=reason, detail=detail, entry=None)


def muted(row: EntryRow) -> EntryRow:
    """Return the row as skipped by a `mute` or `keep` rule. Its content stays, in case the rule
    changes."""
    return replace(
        row,
        status="skipped",
        reason=EntryReason.MUTED,
        entry=remembered(row.entry) if row.entry else None,
    )


def retried(
    row: EntryRow, reason: str, detail: str, now: datetime, not_before: datetime | None = None
) -> EntryRow:
    """Return the row after a failed try, the next one scheduled, not before `not_before`."""
    when = max(now + FIRST_WAIT * 2**row.tries, not_before or now)
    return replace(row, tries=row.tries + 1, next_try=when, reason=_why(row, reason), detail=detail)


def postponed(row: EntryRow, failed: Failed, now: datetime) -> EntryRow:
    """Return the row as waiting until the host may be asked; no try is counted."""
    when = failed.retry_after or now + FIRST_WAIT
    return replace(row, next_try=when, reason=_why(row, failed.reason), detail=failed.detail)


def by_other_rules(row: EntryRow, rules: Rules) -> EntryRow | None:
    """Return `row` as due if changed `rules` may help: refused for its content, or failed before.
    Else None."""
    if row.status == "refused" and (row.reason in _READ_SO or rules.content == "feed"):
        return row.reopened()
    failed = row.tries > 0 or row.reason in FOR_THE_OPERATOR
    return (
        replace(row, next_try=None) if row.status == "pending" and row.next_try and failed else None
    )


def _why(row: EntryRow, reason: str) -> str:
    return row.reason if row.reason == EntryReason.OWNERSHIP else reason


def problem(row: EntryRow, reason: str, detail: str = "") -> Problem:
    """Return the problem of an entry for the report of a visit."""
    return Problem(what=row.url or row.entry_id, reason=reason, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """Result of one entry: an article that is new or changed, nothing, or a problem."""

    added: str | None = None
    changed: str | None = None
    problem: Problem | None = None
    # of each selector of the rules on its page
    matches: Mapping[str, int] = field(default_factory=dict)
    characters: int | None = None  # of the text; 0 if the page is no article
    wall: str | None = None  # wall before the page, "" for none; None: no page answered
    refused: bool = False
    session_ended: bool = False  # the page showed the wall of a site with a session
    unreached: Failed | None = None  # set if the network may be down: no try was counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The writes for an entry, in the order of the fields, and its result. "merge": the source
    becomes a carrier."""

    act: Literal["file", "revise", "merge", "refuse", "skip", "wait", "leave"]
    result: EntryResult
    row: EntryRow | None = None
    handed: Article | None = None  # adopted: its former source becomes a carrier
    others: Changes = ()  # other articles of the story
    article: Article | None = None
    before: Article | None = None  # the article in its file
    reading: PageReading | None = None
    named: tuple[str, ...] = ()  # the original that the page names
    blocks: Blocks | None = None  # of the page, unless a neighbour's or the feed's own text


def known_already(context: EntryContext, article: Article) -> Decision:
    """Decide that the entry is the filed `article`; its source becomes a carrier."""
    row = context.row.done(article.id, context.run.clock())
    return Decision(act="merge", row=row, article=article, result=EntryResult())


def leave(context: EntryContext, failed: Failed, *, unreached: bool = False) -> Decision:
    """Leave the entry unchanged, as its page was not requested. `unreached`: the network may be
    down."""
    reported = problem(context.row, failed.reason, failed.detail)
    return Decision(
        act="leave", result=EntryResult(problem=reported, unreached=failed if unreached else None)
    )


def wait(row: EntryRow, reason: str, detail: str) -> Decision:
    """Store `row` as waiting; report the reason."""
    return Decision(act="wait", row=row, result=EntryResult(problem=problem(row, reason, detail)))


def ask_operator(context: EntryContext, reason: str, detail: str) -> Decision:
    """Decide to wait until the operator fixes the cause."""
    until = context.run.clock() + ASKED_WAIT
    return wait(
        replace(context.row, next_try=until, reason=_why(context.row, reason), detail=detail),
        reason,
        detail,
    )


def wait_for_session(context: EntryContext, detail: str) -> Decision:
    """Decide to wait until the operator exports the cookies of the source again."""
    decision = ask_operator(context, FetchReason.SESSION_ENDED, detail)
    return replace(decision, result=replace(decision.result, session_ended=True))


def retry_or_refuse(
    context: EntryContext, reason: str, detail: str, not_before: datetime | None = None
) -> Decision:
    """Schedule another try, not before `not_before`, or refuse the entry if none is left."""
    if not may_try_again(context.row, reason):
        return refuse(context, reason, detail)
    row = retried(context.row, reason, detail, context.run.clock(), not_before)
    return wait(row, reason, f"{detail}; try {row.tries} of {MOST_TRIES}")


def skip(context: EntryContext, reason: str) -> Decision:
    """Skip an unwanted entry."""
    result = EntryResult(problem=problem(context.row, reason))
    return Decision(act="skip", row=ended(context.row, "skipped", reason), result=result)


def refuse(context: EntryContext, reason: str, detail: str = "") -> Decision:
    """Refuse the entry. If its article exists already, the article stays."""
    article = (
        None
        if context.row.article_id
        else context.known_in(context.run.store.known(context.aliases))
    )
    if article is not None:
        return _carry_or_adopt(context, article)
    reported = problem(context.row, reason, detail)
    result = EntryResult(
        problem=reported, characters=0 if reason in tuple(PageReason) else None, refused=True
    )
    return Decision(act="refuse", row=ended(context.row, "refused", reason, detail), result=result)


def _carry_or_adopt(context: EntryContext, filed: Article) -> Decision:
    decision = known_already(context, filed)
    article = in_file(filed.id, context.run)
    if article is None or not context.adopts(article):
        return decision
    named = replace(
        article,
        source_key=context.source.key,
        source_id=context.announced.id,
        origin=origin_of(context.source, context.state, context.announced),
        published=article.published or context.announced.published,
        added=context.run.added() if article.unlisted else article.added,
        unlisted=False,
    )
    return replace(decision, handed=article, others=((named, article),))
