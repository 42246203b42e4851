"""Who wrote a field of an article, and who may write over it. Pure: the one place that says so."""

from __future__ import annotations

from enum import StrEnum

from syndicator.articles.hand_edits import hand_edited
from syndicator.model import Article


class By(StrEnum):
    """Who a field's value is from, as files keep it (`excerpt_by`, `tags_by`)."""

    PUBLISHER = "publisher"  # the page or its feed says so
    EXTRACTIVE = "extractive"  # sentences taken from the text
    MATCHED = "matched"  # the taxonomy's words are in the text
    LEARNT = "learnt"  # articles that a person stood behind say so
    LLM = "llm"  # a language model's answer
    OPERATOR = "operator"  # a hand edited the file, or an operator ordered it


_RECORDED = ("excerpt", "tags")


def by_of(article: Article, field: str) -> By | None:
    """Who wrote `field` (of `hand_edits.FIELDS`) of an article as loaded from its file; None when the file does not
    say. What a hand edited is the operator's, whatever the file says; so is what the file says is theirs. A category
    is the language model's where the excerpt or the tags are. What is not described comes from the publisher."""
    if field in hand_edited(article):
        return By.OPERATOR
    if field in _RECORDED:
        return _known(getattr(article, f"{field}_by"))
    if field == "category":
        return By.LLM if By.LLM in (article.excerpt_by, article.tags_by) else By.MATCHED
    return By.PUBLISHER


def may_write(article: Article, field: str, by: By) -> bool:
    """True when `by` may replace `field` of `article`, as loaded from its file. The operator may write over all, and
    nobody else over the operator. A language model's words give way to another answer and to the publisher (whose text
    changed, so that they describe it no longer), not to what we match, learn or extract ourselves."""
    if by is By.OPERATOR:
        return True
    match by_of(article, field):
        case By.OPERATOR:
            return False
        case By.LLM:
            return by in (By.LLM, By.PUBLISHER)
        case _:
            return True


def _known(value: str) -> By | None:
    return next((by for by in By if by == value), None)
