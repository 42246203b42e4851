"""Decide which articles the language model is asked about, and when again. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from syndicator.articles.edits import By
from syndicator.core.model import Article, Failed, Source
from syndicator.core.ports import Asked
from syndicator.core.reasons import LlmReason
from syndicator.core.text import width
from syndicator.core.usage.statements import derive_terms
from syndicator.describing.llm import validate

RECENT: Final = timedelta(days=7)  # a run asks about articles added since
MOST_TRIES: Final = 3  # for one text; then only `describe --llm` tries again
WAIT: Final = timedelta(hours=1)  # after an article's first failure, doubled with each
# until an article of a source with `llm = false` is checked again
OPTED_OUT: Final = timedelta(days=1)


def find_refusal(article: Article, source: Source | None) -> LlmReason | Literal[""]:
    """Return the `LlmReason` for which no language model may read `article`, or ""."""
    if source is not None and not source.llm:
        return LlmReason.OPTED_OUT
    has_licence = source is not None and bool(source.licence)
    if not derive_terms(article.rights).model and not has_licence:
        return LlmReason.RESERVED
    return ""


def find_reason_to_skip(article: Article, source: Source | None) -> str:
    """Return the `LlmReason` for which the model is not asked about `article`, or ""."""
    refusal = find_refusal(article, source)
    if refusal:
        return refusal
    if article.excerpt_by == By.OPERATOR:
        return LlmReason.EXCERPT_BY_OPERATOR
    if article.excerpt_by == By.LLM:
        return LlmReason.EXCERPT_BY_LLM
    if width(validate.prepare_material(article).text) < validate.LEAST:
        return LlmReason.SHORT
    return ""


def make_skipped(note: Asked, reason: str, before: Asked | None) -> Asked:
    """Return the note of a skipped article; an answer accepted `before` stays on record."""
    was_accepted = before is not None and before.status == "accepted"
    if reason == LlmReason.EXCERPT_BY_LLM and before is not None and was_accepted:
        return replace(before, plan=note.plan, by=before.by or before.plan, stamp=note.stamp)
    again = note.at + OPTED_OUT if reason == LlmReason.OPTED_OUT else None
    return replace(note, key="", reason=reason, next_try=again)


def may_ask_again(same: Asked, now: datetime, *, again: bool) -> bool:
    """Return True if the same question may be put after the outcome `same`. `again`: the operator
    asks for it, so that no wait counts."""
    if same.next_try is None:
        return False
    return again or same.next_try <= now


def make_failed(note: Asked, failure: Failed, now: datetime) -> Asked:
    """Return the note of a failure that counts against the article, with its next try."""
    tries = note.tries + 1
    wait = RECENT if tries >= MOST_TRIES else WAIT * 2 ** (tries - 1)
    return replace(
        note,
        status="failed",
        reason=failure.reason,
        detail=failure.detail,
        tries=tries,
        at=now,
        next_try=now + wait,
    )
