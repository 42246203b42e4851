"""Decisions on an entry: the row that is stored, the articles that are filed, and the result that is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from syndicator.configuration.entry_rules import remembered
from syndicator.core.model import Article, Failed, Problem, Rules
from syndicator.core.ports import Blocks, EntryRow
from syndicator.core.reasons import FOR_THE_OPERATOR, EntryReason, FetchReason, PageReason, WorkerReason
from syndicator.pipeline.context import EntryContext
from syndicator.pipeline.dedupe import Changes, in_file
from syndicator.pipeline.ownership import origin_of
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
    return reason not in _FINAL and row.tries + 1 < MOST_TRIES


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of an entry and what is reported of it: `ingest.carry_out` writes it in the order of these fields,
    and `row`, the entry by then, with `article`. To merge, `article` is the one that the source carries from now on."""

    act: Literal["file", "revise", "merge", "refuse", "skip", "wait", "leave"]
    result: EntryResult
    row: EntryRow | None = None
    handed: Article | None = None  # carried from now on by the source that filed it, as this one adopts it
    others: Changes = ()  # other articles of the story that change with it
    article: Article | None = None
    before: Article | None = None  # the article as its file has it
    reading: PageReading | None = None
    named: tuple[str, ...] = ()  # the original that the page names
    blocks: Blocks | None = (
        None  # of the page; None for a feed's own text, and for a neighbour's, which may repeat one text
    )


def known_already(context: EntryContext, known: Article) -> Decision:
    """The entry is an article we have, under this or another address: its source carries it."""
    row = context.row.done(known.id, context.run.clock())
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


def retry_or_refuse(context: EntryContext, reason: str, detail: str, not_before: datetime | None = None) -> Decision:
    """One more try later, which is counted, not before the host allows it; or the end where none is left."""
    if not may_try_again(context.row, reason):
        return refuse(context, reason, detail)
    row = retried(context.row, reason, detail, context.run.clock(), not_before)
    return wait(row, reason, f"{detail}; try {row.tries} of {MOST_TRIES}")


def skip(context: EntryContext, reason: str) -> Decision:
    """The entry is not wanted."""
    result = EntryResult(problem=problem(context.row, reason))
    return Decision(act="skip", row=ended(context.row, "skipped", reason), result=result)


def refuse(context: EntryContext, reason: str, detail: str = "") -> Decision:
    """The entry makes no article; or it is one that we have, and that its own source cannot read (any more)."""
    known = None if context.row.article_id else context.known_in(context.run.store.known(context.aliases))
    if known is not None:
        return _named_after(context, known)
    result = EntryResult(
        problem=problem(context.row, reason, detail), characters=0 if reason in _NO_ARTICLE else None, refused=True
    )
    return Decision(act="refuse", row=ended(context.row, "refused", reason, detail), result=result)


def _named_after(context: EntryContext, known: Article) -> Decision:
    """The entry is the `known` article, which names the source, if that adopts it, as the one that it comes from. The
    text stays as it was read; an unlisted article is added now. Raises ConfigError."""
    decision, article = known_already(context, known), in_file(known.id, context.run)
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
