"""Who wrote a field of an article, and who may write over it. Pure: the one place that says so."""

from __future__ import annotations

from enum import StrEnum

from syndicator.articles.hand_edits import is_hand_edited
from syndicator.articles.normal_form import category_by
from syndicator.core.model import Article


class By(StrEnum):
    """Who a field's value is from, as files keep it (`excerpt_by`, `tags_by`, `title_by`, `category_by`)."""

    PUBLISHER = "publisher"  # the page or its feed says so
    EXTRACTIVE = "extractive"  # sentences taken from the text
    MATCHED = "matched"  # the taxonomy's words are in the text
    LEARNT = "learnt"  # articles that a person stood behind say so
    LLM = "llm"  # a language model's answer
    OPERATOR = "operator"  # a hand edited the file, or an operator ordered it


def by_of(article: Article, field: str) -> By | None:
    """Who wrote `field` (one of `hand_edits.names()`) of an article as loaded from its file, None when it is not known.
    What a hand edited is the operator's. Otherwise the file's own mark counts (`excerpt_by: llm`); a category without
    one is the language model's where the excerpt or the tags are, and what we do not describe is the publisher's."""
    if is_hand_edited(article, field):
        return By.OPERATOR
    if field in ("excerpt", "tags"):
        recorded = getattr(article, f"{field}_by")
    elif field == "category":
        recorded = article.category_by or category_by(article)
    else:
        recorded = getattr(article, f"{field}_by", "") or By.PUBLISHER
    return next((by for by in By if by == recorded), None)


def may_write(article: Article, field: str, by: By) -> bool:
    """True when `by` may replace `field` (one of `hand_edits.names()`) of `article`, as loaded from its file.

    The operator may replace everything, and nobody else what is the operator's. What a language model wrote is replaced
    by another answer or by the publisher (a changed text, which the old answer no longer describes), never by what we
    match, learn or extract ourselves."""
    if by is By.OPERATOR:
        return True
    match by_of(article, field):
        case By.OPERATOR:
            return False
        case By.LLM:
            return by in (By.LLM, By.PUBLISHER)
        case _:
            return True
