"""The ways in which an entry ends, or waits: what is remembered of it, and what the visit reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syndicator.core.model import Failed, Problem
from syndicator.core.ports import EntryRow, VisitStore
from syndicator.core.reasons import EntryReason, PageReason
from syndicator.pipeline.context import EntryContext
from syndicator.pipeline.entry import entry_rows
from syndicator.pipeline.owners.adoption import take_name
from syndicator.pipeline.owners.binding import known_at
from syndicator.pipeline.refile import carry

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


def why_away(store: VisitStore, aliases: Sequence[str]) -> EntryReason | None:
    """Why what these alias keys find must not be filed: an operator withdrew or pruned it. None for everything else."""
    if store.is_withdrawn(aliases):
        return EntryReason.WITHDRAWN
    return EntryReason.PRUNED if store.is_pruned(aliases) else None


def known_article(context: EntryContext) -> str | None:
    """The id of the article that the announced address already is, None when it is new."""
    url = context.announced.url
    return known_at(context.run.store, context.aliases, url, context.source.key, context.home(url))


def known_already(context: EntryContext, known: str) -> EntryResult:
    """The entry is an article we have, under this or another address: its source carries it."""
    carry_known(context, known, entry_rows.done(context.row, known, context.run.clock()))
    context.log.debug("known already", article=known)
    return EntryResult()


def carry_known(context: EntryContext, known: str, entry: EntryRow | None = None) -> None:
    """The entry's source carries the article `known` from now on."""
    run, source = context.run, context.source
    name = source.title or context.state.feed_title
    carry(run.article_store, run.store, known, source.key, name, entry=entry)


def ask_operator(context: EntryContext, reason: str, detail: str) -> EntryResult:
    """The entry waits until the operator has mended what is wrong."""
    row = entry_rows.asked(context.row, reason, detail, context.run.clock())
    _save(context, row)
    context.log.info("waits for the operator", reason=reason, detail=detail, next_try=row.next_try)
    return EntryResult(problem=entry_rows.problem(row, reason, detail))


def wait_once_more(context: EntryContext, title: str) -> EntryResult:
    """The entry came late with most of its feed and is no article that moved: it waits for the next visit that
    announces it."""
    _save(context, entry_rows.late(context.row, context.run.clock()))
    return EntryResult(problem=entry_rows.problem(context.row, EntryReason.LATE, title))


def retry_or_refuse(context: EntryContext, reason: str, detail: str) -> EntryResult:
    """One more try later, or the end where none is left."""
    if entry_rows.has_tries_left(context.row):
        return retry(context, reason, detail)
    return end(context, "refused", reason, detail)


def retry(context: EntryContext, reason: str, detail: str, not_before: datetime | None = None) -> EntryResult:
    """One more try later, which is counted; not before the host allows it."""
    row = entry_rows.retried(context.row, reason, detail, context.run.clock(), not_before)
    _save(context, row)
    context.log.info("to be tried again", reason=reason, detail=detail, tries=row.tries, next_try=row.next_try)
    counted = f"{detail}; try {row.tries} of {entry_rows.MOST_TRIES}"
    return EntryResult(problem=entry_rows.problem(row, reason, counted))


def end(context: EntryContext, status: Literal["refused", "skipped"], reason: str, detail: str = "") -> EntryResult:
    """The entry makes no article, unless it is one that we have."""
    known = None if context.row.article_id else known_article(context)
    if known and status == "refused":  # it cannot be read (any more) for its own source
        take_name(context, known)
        return known_already(context, known)
    _save(context, entry_rows.ended(context.row, status, reason, detail))
    context.log.info(status, reason=reason, detail=detail)
    return EntryResult(
        problem=entry_rows.problem(context.row, reason, detail),
        characters=0 if status == "refused" and reason in _NO_ARTICLE else None,
        refused=status == "refused",
    )


def _save(context: EntryContext, row: EntryRow) -> None:
    context.run.store.save_entries([row])
