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

# Our choice. The waits double: 15 and 30 minutes, 1 and 2 hours.
MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=15)
# A page is requested again after so long while the operator has to mend something: our choice.
ASKED_WAIT = timedelta(hours=1)

# Failures that another try does not cure.
_FINAL_REASONS: frozenset[str] = frozenset(
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
# Reasons for which a page was refused by its content. Other rules may read it better.
_CONTENT_REASONS: frozenset[str] = frozenset((*PageReason, *WorkerReason))


def may_try_again(row: EntryRow, reason: str) -> bool:
    """Return True if the page of an entry may be tried again after it failed for `reason`: another
    try may succeed, and the entry had fewer than five tries."""
    return reason not in _FINAL_REASONS and row.tries + 1 < MOST_TRIES


def end_row(
    row: EntryRow, status: Literal["refused", "skipped"], reason: str, detail: str = ""
) -> EntryRow:
    """Return the row of an entry with the status `status` and the `reason` for it. Its copy of the
    feed's entry is removed, as the page will not be read again."""
    return replace(row, status=status, reason=reason, detail=detail, entry=None)


def mute_row(row: EntryRow) -> EntryRow:
    """Return the row as skipped, because a `mute` or `keep` rule of the operator matches. A short
    form of the feed's entry stays in it, in case the rule changes."""
    entry = shorten_muted_entry(row.entry) if row.entry else None
    return replace(row, status="skipped", reason=EntryReason.MUTED, entry=entry)


def schedule_retry(
    row: EntryRow, reason: str, detail: str, now: datetime, not_before: datetime | None = None
) -> EntryRow:
    """Return the row after a failed try, with the time of the next one. The next try is 15 minutes
    from `now`, and twice as long after each further failure, but not before `not_before`."""
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
    """Return the row with its next try at the time that the host set (Retry-After), or in 15
    minutes. Nothing was requested, so this does not count as a try."""
    next_try = failed.retry_after or now + FIRST_WAIT
    reason = _choose_reason(row, failed.reason)
    return replace(row, next_try=next_try, reason=reason, detail=failed.detail)


def reopen_for_rules(row: EntryRow, rules: Rules) -> EntryRow | None:
    """Return `row` as due now if the page may be read better by the changed `rules` of its source;
    None if not. It may if the page was refused for its content, or if the row waits after a
    failure."""
    may_read_better = row.reason in _CONTENT_REASONS or rules.content == "feed"
    if row.status == "refused" and may_read_better:
        return row.reopened()
    has_failed = row.tries > 0 or row.reason in FOR_THE_OPERATOR
    is_waiting = row.status == "pending" and row.next_try is not None
    if is_waiting and has_failed:
        return replace(row, next_try=None)
    return None


def _choose_reason(row: EntryRow, reason: str) -> str:
    """Return the reason to store in a row that has to wait because of `reason`: this one, or the
    reason OWNERSHIP if the row has that already."""
    # its article is to get another source, which needs the page: this must not be forgotten
    if row.reason == EntryReason.OWNERSHIP:
        return row.reason
    return reason


def describe_problem(row: EntryRow, reason: str, detail: str = "") -> Problem:
    """Return the problem of an entry as the report of a visit lists it, with the entry's address,
    or its id without one."""
    return Problem(what=row.url or row.entry_id, reason=reason, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """What a visit reports of an entry: the id of the article that it `added` or `changed`, or a
    `problem`, or none of these.

    `matches`: for each selector of the rules, the number of elements on the page that it matched.
    `characters`: the length of the text; 0 if the page is no article, None if no text was read.
    `wall`: the kind of wall that the page showed; "" for a whole article, None if no page answered.
    `session_ended`: the page showed that the login session at its site has ended. `unreached`: the
    failure, if this machine's network may be down and no try was counted; else None."""

    added: str | None = None
    changed: str | None = None
    problem: Problem | None = None
    matches: Mapping[str, int] = field(default_factory=dict)
    characters: int | None = None
    wall: str | None = None
    refused: bool = False
    session_ended: bool = False
    unreached: Failed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to write for an entry, and its result.

    `act`: "file" and "revise" write the `article`. "merge" records that the entry is the filed
    `article`, and that its source announced it, too (a carrier). "leave" writes nothing. The others
    only write `row`.

    `handed`: the article as it was before this source adopted it; its former source becomes a
    carrier. `others`: changed articles of the same story, to be written first. `before`: the
    article that is in the file so far. `named`: the original that the page names. `blocks`: the
    blocks of the page; None for the feed's own text, and for a page that a source of another site
    announced."""

    act: Literal["file", "revise", "merge", "refuse", "skip", "wait", "leave"]
    result: EntryResult
    row: EntryRow | None = None
    handed: Article | None = None
    others: Changes = ()
    article: Article | None = None
    before: Article | None = None
    reading: PageReading | None = None
    named: tuple[str, ...] = ()
    blocks: Blocks | None = None


def merge_into_known(context: EntryContext, article: Article) -> Decision:
    """Decide that the entry is the filed `article`. Its source is recorded as one that announced
    the article (a carrier)."""
    row = context.row.done(article.id, context.run.clock())
    return Decision(act="merge", row=row, article=article, result=EntryResult())


def leave(context: EntryContext, failed: Failed, *, unreached: bool = False) -> Decision:
    """Decide to leave the entry as it is and to report the failure `failed`. `unreached`: True if
    no server was reached, so that the network of this machine may be down."""
    problem = describe_problem(context.row, failed.reason, failed.detail)
    result = EntryResult(problem=problem, unreached=failed if unreached else None)
    return Decision(act="leave", result=result)


def wait(row: EntryRow, reason: str, detail: str) -> Decision:
    """Decide to store `row`, which has the time of its next try, and to report `reason` and
    `detail` as the entry's problem."""
    result = EntryResult(problem=describe_problem(row, reason, detail))
    return Decision(act="wait", row=row, result=result)


def ask_operator(context: EntryContext, reason: str, detail: str) -> Decision:
    """Decide to report a problem that the operator has to mend, with `reason` and `detail`, and to
    try the entry again in an hour."""
    waiting = replace(
        context.row,
        next_try=context.run.clock() + ASKED_WAIT,
        reason=_choose_reason(context.row, reason),
        detail=detail,
    )
    return wait(waiting, reason, detail)


def wait_for_session(context: EntryContext, detail: str) -> Decision:
    """Decide that the entry waits until the operator exports the cookies of the source again.
    `detail`: what showed that the login session has ended."""
    decision = ask_operator(context, FetchReason.SESSION_ENDED, detail)
    return replace(decision, result=replace(decision.result, session_ended=True))


def retry_or_refuse(
    context: EntryContext, reason: str, detail: str, not_before: datetime | None = None
) -> Decision:
    """Decide to try the page again later, or to refuse the entry if it has no try left or another
    try cannot help. `reason`, `detail`: why this try failed. `not_before`: the earliest time of the
    next try, None for no limit."""
    if not may_try_again(context.row, reason):
        return refuse(context, reason, detail)
    row = schedule_retry(context.row, reason, detail, context.run.clock(), not_before)
    return wait(row, reason, f"{detail}; try {row.tries} of {MOST_TRIES}")


def skip(context: EntryContext, reason: str) -> Decision:
    """Decide to skip an entry that is not wanted, for `reason`."""
    result = EntryResult(problem=describe_problem(context.row, reason))
    return Decision(act="skip", row=end_row(context.row, "skipped", reason), result=result)


def refuse(context: EntryContext, reason: str, detail: str = "") -> Decision:
    """Decide to refuse the entry for `reason`. But if its article is already filed, for example by
    another source, decide that the source of the entry becomes its owner or a carrier (a source
    that announced the article without filing it)."""
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
    """Decide on an entry whose page cannot be read, but whose article `filed` is stored already.
    The source of the entry becomes the article's owner if it has a stronger claim than the present
    owner. Otherwise it becomes a carrier (a source that announced the article without filing
    it)."""
    as_carrier = merge_into_known(context, filed)
    article = load_article(filed.id, context.run)
    if article is None or not context.has_stronger_claim(article):
        return as_carrier
    adopted = replace(
        article,
        source_key=context.source.key,
        source_id=context.announced.id,
        origin=describe_origin(context.source, context.state, context.announced),
        published=article.published or context.announced.published,
    )
    if article.unlisted:  # feeds list it from now on
        adopted = replace(adopted, unlisted=False, added=context.run.take_filing_time())
    return replace(as_carrier, handed=article, others=((adopted, article),))
