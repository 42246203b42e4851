"""Decide which articles a language model is asked about, and when it is asked again. Pure."""

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
    """Return why no language model may read `article`: the operator or the publisher refuses it. ""
    if one may. `source`: None if it is not followed any more."""
    if source is not None and not source.llm:
        return LlmReason.OPTED_OUT
    has_licence = source is not None and bool(source.licence)
    if not derive_terms(article.rights).model and not has_licence:
        return LlmReason.RESERVED
    return ""


def find_reason_to_skip(article: Article, source: Source | None) -> str:
    """Return why the model is not asked about `article`, an `LlmReason`; "" to ask. It may not read
    the article, the excerpt is already from it or from the operator, or the text is too short.
    `source`: None if it is not followed any more."""
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


def make_skipped_record(note: Asked, reason: str, earlier_record: Asked | None) -> Asked:
    """Return the record of an article about which the model is not asked. `note`: the record
    without a reason; `reason`: why the model is not asked. `earlier_record`: the earlier record of
    the article, None if there is none; if it says that the model wrote the present excerpt, it
    stays."""
    was_accepted = earlier_record is not None and earlier_record.status == "accepted"
    if reason == LlmReason.EXCERPT_BY_LLM and earlier_record is not None and was_accepted:
        return replace(
            earlier_record,
            plan=note.plan,
            by=earlier_record.by or earlier_record.plan,
            stamp=note.stamp,
        )
    if reason == LlmReason.OPTED_OUT:  # sources.toml may change without the file
        return replace(note, key="", reason=reason, next_try=note.at + OPTED_OUT)
    # not before the file or the prompt changes
    return replace(note, key="", reason=reason, next_try=None)


def may_ask_again(earlier: Asked, now: datetime, *, again: bool) -> bool:
    """True if a question that was put before may be put again. `earlier`: its record. `again`: True
    if the operator asks for it; then it need not be time."""
    if earlier.next_try is None:
        return False
    return again or earlier.next_try <= now


def make_failed_record(note: Asked, failure: Failed, now: datetime) -> Asked:
    """Return the record of a failure that the article may have caused. The pause before the next
    try doubles with each failure. After MOST_TRIES failures it is RECENT, so that runs do not ask
    about the article any more."""
    tries = note.tries + 1
    earlier_failures = note.tries
    wait = RECENT if tries >= MOST_TRIES else WAIT * 2**earlier_failures
    return replace(
        note,
        status="failed",
        reason=failure.reason,
        detail=failure.detail,
        tries=tries,
        at=now,
        next_try=now + wait,
    )
