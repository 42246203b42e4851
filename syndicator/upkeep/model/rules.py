"""Decide which articles a language model is asked about, and when it is asked again. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from syndicator.articles.edits import By
from syndicator.core.model import Article, Failed, Source
from syndicator.core.ports import Asked
from syndicator.core.reasons import LlmReason
from syndicator.core.text import count_columns
from syndicator.core.usage.statements import derive_terms
from syndicator.describing.llm import validate

RECENT: Final = timedelta(days=7)  # a run asks about articles added since
MOST_TRIES: Final = 3  # for one text; then only `describe --llm` tries again
WAIT: Final = timedelta(hours=1)  # after an article's first failure, doubled with each
# until an article of a source with `llm = false` is checked again
OPTED_OUT: Final = timedelta(days=1)


def find_refusal(article: Article, source: Source | None) -> LlmReason | Literal[""]:
    """Return the reason why no language model may read `article`: its source has `llm = false`, or
    its publisher reserved the right. Return "" if a model may read it. `source`: of the article,
    None if it was removed."""
    if source is not None and not source.llm:
        return LlmReason.OPTED_OUT
    # the operator states a licence in sources.toml, which counts more than the publisher's word
    has_licence = source is not None and bool(source.licence)
    if not derive_terms(article.rights).model and not has_licence:
        return LlmReason.RESERVED
    return ""


def find_reason_to_skip(article: Article, source: Source | None) -> str:
    """Return the reason (an `LlmReason`) why the language model is not asked about `article`; "" if
    it is to be asked. It is not asked if it may not read the article, if the operator or the model
    has written the excerpt, or if the text is too short. `source`: of the article, None if it was
    removed."""
    refusal = find_refusal(article, source)
    if refusal:
        return refusal
    if article.excerpt_by == By.OPERATOR:
        return LlmReason.EXCERPT_BY_OPERATOR
    if article.excerpt_by == By.LLM:
        return LlmReason.EXCERPT_BY_LLM
    if count_columns(validate.prepare_material(article).text) < validate.LEAST:
        return LlmReason.SHORT
    return ""


def make_skipped_record(note: Asked, reason: str, earlier_record: Asked | None) -> Asked:
    """Return the record to save for an article about which the language model is not asked.

    `note`: the new record, without a reason. `reason`: why the model is not asked, an `LlmReason`.
    `earlier_record`: the last saved record of the article, None if there is none. If it says that
    the article got its excerpt from the model, it stays, with the present plan (model and prompt)
    and file."""
    was_accepted = earlier_record is not None and earlier_record.status == "accepted"
    if reason == LlmReason.EXCERPT_BY_LLM and earlier_record is not None and was_accepted:
        return replace(
            earlier_record,
            plan=note.plan,
            by=earlier_record.by or earlier_record.plan,  # the plan of the accepted answer
            stamp=note.stamp,
        )
    if reason == LlmReason.OPTED_OUT:
        # sources.toml may change, while the article's file does not: look again in a while
        return replace(note, key="", reason=reason, next_try=note.at + OPTED_OUT)
    # None: the article is not looked at again before its file or the prompt changes
    return replace(note, key="", reason=reason, next_try=None)


def may_ask_again(earlier: Asked, now: datetime, *, again: bool) -> bool:
    """True if the language model may be asked the same question once more. `earlier`: the record of
    the last time, with the time of the next try, None for no more tries. `again`: True if the
    operator wants to ask before that time."""
    if earlier.next_try is None:
        return False
    return again or earlier.next_try <= now


def make_failed_record(note: Asked, failure: Failed, now: datetime) -> Asked:
    """Return the record to save after a question failed, perhaps because of the article. The pause
    before the next try doubles with each failure. After MOST_TRIES failures it is RECENT: then the
    article is too old for runs to ask about it. `note`: the record before, with the number of
    earlier tries."""
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
