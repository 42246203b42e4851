"""Decide how an entry ends without a new article: known, retried, skipped or refused.

A decision is the row to store, the articles to file and the result to report."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from syndicator.configuration.entry_rules import shorten_muted_entry
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
from syndicator.filing.dedupe import Changes, load_article
from syndicator.filing.ownership import describe_origin
from syndicator.filing.page_reading import PageReading

# Five tries with doubled waits outlast an outage of a working day: a choice.
MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=15)
# Pages that wait for the operator are requested hourly: a choice.
ASKED_WAIT = timedelta(hours=1)

# Failures that another try does not cure.
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
# Refusals for what a page contains, which other rules may avoid.
_OF_CONTENT: frozenset[str] = frozenset((*PageReason, *WorkerReason))


def may_try_again(row: EntryRow, reason: str) -> bool:
    """Return True if another try may succeed and tries are left."""
    return reason not in _FINAL and row.tries + 1 < MOST_TRIES


def end_row(
    row: EntryRow, status: Literal["refused", "skipped"], reason: str, detail: str = ""
) -> EntryRow:
    """Return the row as refused or skipped, without an article."""
    return replace(row, status=status, reason=reason, detail=detail, entry=None)


def mute_row(row: EntryRow) -> EntryRow:
    """Return the row as skipped by a `mute` or `keep` rule. Its content stays, in case the rule
    changes."""
    entry = shorten_muted_entry(row.entry) if row.entry else None
    return replace(row, status="skipped", reason=EntryReason.MUTED, entry=entry)


def schedule_retry(
    row: EntryRow, reason: str, detail: str, now: datetime, not_before: datetime | None = None
) -> EntryRow:
    """Return the row after a failed try, the next one scheduled, not before `not_before`."""
    next_try = now + FIRST_WAIT * 2**row.tries
    if not_before is not None:
        next_try = max(next_try, not_before)
    return replace(
        row,
        tries=row.tries + 1,
        next_try=next_try,
        reason=_choose_reason(row, reason),
        detail=detail,
    )


def postpone_row(row: EntryRow, failed: Failed, now: datetime) -> EntryRow:
    """Return the row as waiting until the host may be asked; no try is counted."""
    next_try = failed.retry_after or now + FIRST_WAIT
    reason = _choose_reason(row, failed.reason)
    return replace(row, next_try=next_try, reason=reason, detail=failed.detail)


def reopen_for_rules(row: EntryRow, rules: Rules) -> EntryRow | None:
    """Return `row` as due if changed `rules` may help: refused for its content, or failed before.
    Else None."""
    if row.status == "refused" and (row.reason in _OF_CONTENT or rules.content == "feed"):
        return row.reopened()
    failed = row.tries > 0 or row.reason in FOR_THE_OPERATOR
    if row.status == "pending" and row.next_try and failed:
        return replace(row, next_try=None)
    return None


def _choose_reason(row: EntryRow, reason: str) -> str:
    """Return the new `reason` of a row that waits; one that waits for a change of owner keeps that
    reason."""
    if row.reason == EntryReason.OWNERSHIP:
        return row.reason
    return reason


def describe_problem(row: EntryRow, reason: str, detail: str = "") -> Problem:
    """Return the problem of an entry for the report of a visit."""
    return Problem(what=row.url or row.entry_id, reason=reason, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """Result of one entry: an article that is new or changed, nothing, or a problem."""

    added: str | None = None
    changed: str | None = None
    problem: Problem | None = None
    # how many elements of its page each selector of the rules matches
    matches: Mapping[str, int] = field(default_factory=dict)
    characters: int | None = None  # of the text; 0 if the page is no article
    wall: str | None = None  # wall before the page, "" for none; None: no page answered
    refused: bool = False
    session_ended: bool = False  # the page showed the wall of a site with a session
    unreached: Failed | None = None  # set if the network may be down: no try was counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The writes for an entry, in the order of the fields, and its result. `act` "merge": the entry
    is a known article, and its source is recorded as one that announced it, too (a carrier)."""

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


def merge_into_known(context: EntryContext, article: Article) -> Decision:
    """Decide that the entry is the filed `article`; its source is recorded as one that announced
    it, too."""
    row = context.row.done(article.id, context.run.clock())
    return Decision(act="merge", row=row, article=article, result=EntryResult())


def leave(context: EntryContext, failed: Failed, *, unreached: bool = False) -> Decision:
    """Leave the entry unchanged, as its page was not requested. `unreached`: the network may be
    down."""
    problem = describe_problem(context.row, failed.reason, failed.detail)
    result = EntryResult(problem=problem, unreached=failed if unreached else None)
    return Decision(act="leave", result=result)


def wait(row: EntryRow, reason: str, detail: str) -> Decision:
    """Store `row` as waiting; report the reason."""
    result = EntryResult(problem=describe_problem(row, reason, detail))
    return Decision(act="wait", row=row, result=result)


def ask_operator(context: EntryContext, reason: str, detail: str) -> Decision:
    """Decide to wait until the operator fixes the cause."""
    waiting = replace(
        context.row,
        next_try=context.run.clock() + ASKED_WAIT,
        reason=_choose_reason(context.row, reason),
        detail=detail,
    )
    return wait(waiting, reason, detail)


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
    row = schedule_retry(context.row, reason, detail, context.run.clock(), not_before)
    return wait(row, reason, f"{detail}; try {row.tries} of {MOST_TRIES}")


def skip(context: EntryContext, reason: str) -> Decision:
    """Skip an unwanted entry."""
    result = EntryResult(problem=describe_problem(context.row, reason))
    return Decision(act="skip", row=end_row(context.row, "skipped", reason), result=result)


def refuse(context: EntryContext, reason: str, detail: str = "") -> Decision:
    """Refuse the entry. If its article exists already, the article stays."""
    article = None
    if not context.row.article_id:
        article = context.find_known_article(context.run.store.look_up(context.aliases))
    if article is not None:
        return _carry_or_adopt(context, article)
    result = EntryResult(
        problem=describe_problem(context.row, reason, detail),
        characters=0 if reason in tuple(PageReason) else None,
        refused=True,
    )
    row = end_row(context.row, "refused", reason, detail)
    return Decision(act="refuse", row=row, result=result)


def _carry_or_adopt(context: EntryContext, filed: Article) -> Decision:
    """Decide an entry that cannot be read and whose article is `filed`: its source becomes a
    carrier, or the owner if it has the stronger claim."""
    decision = merge_into_known(context, filed)
    article = load_article(filed.id, context.run)
    if article is None or not context.has_stronger_claim(article):
        return decision
    adopted = replace(
        article,
        source_key=context.source.key,
        source_id=context.announced.id,
        origin=describe_origin(context.source, context.state, context.announced),
        published=article.published or context.announced.published,
        added=context.run.take_filing_time() if article.unlisted else article.added,
        unlisted=False,
    )
    return replace(decision, handed=article, others=((adopted, article),))
