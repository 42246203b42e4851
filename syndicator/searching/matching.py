"""Match an article against a query, exactly. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from syndicator.core.model import Article
from syndicator.core.text import each_term, slug
from syndicator.searching.language import AFTER, BEFORE, WORDS, And, Expr, Not, Or, Term, parse_date

# Thai to Khmer, kana, ideographs (Unicode blocks)
_SPACELESS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)


class Texts(Protocol):
    """The texts of an article."""

    def says(self, value: str) -> bool:
        """Return True if title, excerpt or text contain `value`, whole words in a row."""

    def has_words(self, value: str) -> bool:
        """Return True if title, excerpt, names and text contain the words of `value` in any form
        and order."""


@dataclass(frozen=True, slots=True)
class PlainTexts:
    """Texts as they are written. `body` returns plain text and is called only if needed."""

    article: Article
    body: Callable[[], str]

    def says(self, value: str) -> bool:
        """Return True if title, excerpt or text contain `value`, whole words in a row."""
        beginning = f"{self.article.title}\n{self.article.excerpt}"
        return has_phrase(value, beginning) or has_phrase(value, self.body())

    def has_words(self, value: str) -> bool:
        """Return True if title, excerpt, names and text contain the words of `value` in any form
        and order."""
        short_texts = "\n".join(_list_short_texts(self.article))
        missing_terms = set(each_term(value)).difference(each_term(short_texts))
        if not missing_terms:
            return True
        return missing_terms <= set(each_term(self.body()))


def _list_short_texts(article: Article) -> list[str]:
    """Return the texts of an article that words may be in, besides its body."""
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
    """Return True if `article` matches `expr`. `body` returns its plain text and is called only if
    needed."""
    return is_match_with_texts(expr, article, PlainTexts(article, body))


def is_match_with_texts(expr: Expr, article: Article, texts: Texts) -> bool:
    """Return True if `article`, with these texts, matches `expr`."""
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
        return _TESTS[expr.field](value, article)
    return texts.says(value)


def _sort_cheap_first(expr: And | Or) -> list[Expr]:
    """Return the parts of a query, those that need the body of an article last."""
    return sorted(expr.parts, key=_needs_body)


def _needs_body(expr: Expr) -> bool:
    """Return True if a query may need the body of an article."""
    if isinstance(expr, Not):
        return _needs_body(expr.inner)
    if isinstance(expr, Term):
        return expr.field in ("", WORDS)
    return any(map(_needs_body, expr.parts))


def has_phrase(value: str, text: str) -> bool:
    """Return True if `text` contains the whole words `value` in a row. `value`: in lower case.
    Scripts without spaces have no word boundaries."""
    word_start = "" if _SPACELESS.match(value[0]) else r"(?<!\w)"
    word_end = "" if _SPACELESS.match(value[-1]) else r"(?!\w)"
    words = r"\s+".join(re.escape(word) for word in value.split())
    return re.search(word_start + words + word_end, text.casefold()) is not None


def _is_name(value: str, name: str | None) -> bool:
    """Return True if `value`, in lower case, is a name, with spaces or hyphens, or its slug."""
    if name is None:
        return False
    folded = name.casefold()
    return value in (folded, folded.replace(" ", "-")) or value == slug(name)


def _is_language(value: str, article: Article) -> bool:
    """Return True if the article has the language `value`, such as en, also as en-GB."""
    language = (article.language or "").casefold()
    return language == value or language.startswith(value + "-")


def _get_begin(value: str) -> datetime:
    """Return when a year, month or day begins."""
    begin = parse_date(value)
    assert begin is not None  # the parser refuses others
    return begin


def _is_after(value: str, article: Article) -> bool:
    return article.published is not None and article.published >= _get_begin(value)


def _is_before(value: str, article: Article) -> bool:
    return article.published is not None and article.published < _get_begin(value)


# by field of a term: does an article match its value in lower case?
_TESTS: Final[dict[str, Callable[[str, Article], bool]]] = {
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
