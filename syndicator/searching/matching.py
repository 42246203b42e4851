"""Decide if an article matches a query. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from syndicator.core.model import Article
from syndicator.core.text import each_term, slug
from syndicator.searching.language import AFTER, BEFORE, WORDS, And, Expr, Not, Or, Term, parse_date

# Characters of scripts without spaces between words: Thai to Khmer, kana, ideographs.
_SPACELESS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)


class Texts(Protocol):
    """The texts of an article, as queries ask for them. The values for which they ask are in lower
    case."""

    def says(self, value: str) -> bool:
        """Return True if title, excerpt or body contain the whole words of `value` in a row."""

    def has_words(self, value: str) -> bool:
        """Return True if title, excerpt, names and body together contain all words of `value`, in
        any order; plurals and accents make no difference. Names are tags, category, author and
        outlet."""


@dataclass(frozen=True, slots=True)
class PlainTexts:
    """The texts of an article as they are written. `body`: a function that returns the plain text
    of its body. Reading it is slow, so it is called only if the other texts do not decide."""

    article: Article
    body: Callable[[], str]

    def says(self, value: str) -> bool:
        """Return True if title, excerpt or body contain the whole words of `value` in a row."""
        beginning = f"{self.article.title}\n{self.article.excerpt}"
        return has_phrase(value, beginning) or has_phrase(value, self.body())

    def has_words(self, value: str) -> bool:
        """Return True if title, excerpt, names and body together contain all words of `value`, in
        any order. Names are tags, category, author and outlet."""
        short_texts = "\n".join(_list_short_texts(self.article))
        missing_terms = set(each_term(value)).difference(each_term(short_texts))
        if not missing_terms:
            return True  # the body, which is slow to read, is not needed
        return missing_terms <= set(each_term(self.body()))


def _list_short_texts(article: Article) -> list[str]:
    """Return title, excerpt, category, tags, author and outlet of an article, without empty
    ones."""
    texts = (
        article.title,
        article.excerpt,
        article.category,
        *article.tags,
        article.author,
        article.origin.title,
    )
    return [text for text in texts if text]


def is_match(expr: Expr, article: Article, body: Callable[[], str]) -> bool:
    """Return True if an article matches the query `expr`. `body`: a function that returns the plain
    text of the article; called only if the query cannot be decided without it."""
    return is_match_with_texts(expr, article, PlainTexts(article, body))


def is_match_with_texts(expr: Expr, article: Article, texts: Texts) -> bool:
    """Return True if an article matches the query `expr`. `texts`: the texts of the article, in
    which terms with the field words: and terms without a field are searched."""
    if isinstance(expr, Not):
        return not is_match_with_texts(expr.inner, article, texts)
    if isinstance(expr, And):
        return all(is_match_with_texts(part, article, texts) for part in _sort_cheap_first(expr))
    if isinstance(expr, Or):
        return any(is_match_with_texts(part, article, texts) for part in _sort_cheap_first(expr))
    value = expr.value.casefold()
    if expr.field == WORDS:
        return texts.has_words(value)
    if expr.field:
        return _FIELD_TESTS[expr.field](value, article)
    return texts.says(value)


def _sort_cheap_first(expr: And | Or) -> list[Expr]:
    """Return the parts of a query in the order in which to examine them. Those that may need the
    body of the article come last, since reading it is slow."""
    return sorted(expr.parts, key=_needs_body)


def _needs_body(expr: Expr) -> bool:
    """Return True if the query `expr` has a term that is searched in the bodies of articles."""
    if isinstance(expr, Not):
        return _needs_body(expr.inner)
    if isinstance(expr, Term):
        return expr.field in ("", WORDS)
    return any(_needs_body(part) for part in expr.parts)


def has_phrase(value: str, text: str) -> bool:
    """Return True if `text` contains the words of `value` in a row, in upper or lower case. They
    must be whole words, except beside a character of a script without spaces, such as Chinese.
    `value`: the words in lower case, not empty."""
    # regular expressions for "no letter stands before" and "no letter stands after"
    word_start = "" if _SPACELESS.match(value[0]) else r"(?<!\w)"
    word_end = "" if _SPACELESS.match(value[-1]) else r"(?!\w)"
    words = r"\s+".join(re.escape(word) for word in value.split())
    return re.search(word_start + words + word_end, text.casefold()) is not None


def _is_name(value: str, name: str | None) -> bool:
    """Return True if `value`, from a query, stands for `name`, such as the name of a tag: it may be
    the name in lower case, the same with hyphens in place of spaces, or its slug. Return False if
    `name` is None."""
    if name is None:
        return False
    lower_name = name.casefold()
    if value in (lower_name, lower_name.replace(" ", "-")):
        return True
    return value == slug(name)


def _is_language(value: str, article: Article) -> bool:
    """Return True if the article is in the language `value`. "en" also matches an article in
    "en-GB". `value`: in lower case."""
    language = (article.language or "").casefold()
    return language == value or language.startswith(value + "-")


def _get_begin(value: str) -> datetime:
    """Return the moment when a year, month or day of a query begins, such as 2026 or 2026-11-30."""
    begin = parse_date(value)
    assert begin is not None  # the parser refuses others
    return begin


def _is_after(value: str, article: Article) -> bool:
    """Return True if the article was published at or after the beginning of `value`, a year, month
    or day. False if its time of publication is unknown."""
    return article.published is not None and article.published >= _get_begin(value)


def _is_before(value: str, article: Article) -> bool:
    """Return True if the article was published before the beginning of `value`, a year, month or
    day. False if its time of publication is unknown."""
    return article.published is not None and article.published < _get_begin(value)


# For each field of a term, a function that returns True if an article matches. Arguments: the value
# of the term in lower case, the article.
_FIELD_TESTS: Final[dict[str, Callable[[str, Article], bool]]] = {
    "title": lambda value, article: has_phrase(value, article.title),
    "tag": lambda value, article: any(_is_name(value, tag) for tag in article.tags),
    "category": lambda value, article: _is_name(value, article.category),
    "source": lambda value, article: _is_name(value, article.source_key),
    "author": lambda value, article: has_phrase(value, article.author or ""),
    "language": _is_language,
    "url": lambda value, article: value in article.url.casefold(),
    AFTER: _is_after,
    BEFORE: _is_before,
}
