"""Whether an excerpt in a model's own words may stand: its form, its language, and what it says. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from syndicator.describing.llm.facts import unknown_name, unknown_number
from syndicator.describing.llm.verdict import Refusal, short
from syndicator.describing.text import excerpt_rules, language, sentences
from syndicator.describing.text.language import function_words
from syndicator.ports import Material

EVIDENCE: Final = 0.6  # share of an excerpt's content words that must stand in the article, as for a publisher's own
_PREFIX: Final = 5  # characters by which inflected forms of a word agree
# An address with a scheme, a path or an @, and a bare host in small letters: "Booking.com" is a name.
_ADDRESS: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}:(?://|[^\s:]+@)|\bwww\.|\S@[\w-]+\.\w|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}/\S"
    r"|(?<![\w.@-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|io|ai|co|app|dev|me|xyz|site|online|shop|example|[a-z]{2})\b"
)
_WORD: Final = re.compile(r"[^\W_]+")
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff]")


def fault(excerpt: str, asked: Material) -> Refusal | None:
    """The first thing that is wrong with `excerpt`, which a model wrote of the article `asked`; None for nothing."""
    return _form(excerpt, asked) or _facts(excerpt, asked)


def _form(excerpt: str, asked: Material) -> Refusal | None:
    code = asked.language or language.detect(asked.text, None)
    address = _ADDRESS.search(excerpt)
    if address:
        return Refusal(reason="url", detail=short(address[0]))
    fault = excerpt_rules.fault(excerpt, asked.title, code)
    if fault:
        return Refusal(reason=fault, detail=short(excerpt))
    if len(sentences.of_line(excerpt, code)) > excerpt_rules.SENTENCES:
        return Refusal(reason="sentences", detail=short(excerpt))
    spoken = language.detect(excerpt, code)
    return Refusal(reason="language", detail=f"{spoken} instead of {code}") if spoken != code else None


def _facts(excerpt: str, asked: Material) -> Refusal | None:
    code = asked.language or language.detect(asked.text, None)
    article = f"{asked.title}\n{asked.text}"
    number = unknown_number(excerpt, article, code)
    if number:
        return Refusal(reason="number", detail=f"{number} is not in the article")
    name = unknown_name(excerpt, article, code)
    if name:
        return Refusal(reason="name", detail=f"{name} is not in the article")
    share = evidence(excerpt, article, code)
    if share < EVIDENCE:
        return Refusal(reason="unfounded", detail=f"only {share:.0%} of its words are in the article")
    return None


def evidence(excerpt: str, article: str, code: str | None) -> float:
    """The share of the content words of `excerpt` that `article` has too, in the same or another inflection; of pairs
    of characters in scripts that put no space between words."""
    if len(_UNSPACED.findall(excerpt)) * 3 >= len(excerpt):
        pairs = [a + b for a, b in pairwise(excerpt) if a.isalnum() and b.isalnum()]
        return sum(pair in article for pair in pairs) / len(pairs) if pairs else 0.0
    small = function_words().get(code or "en", frozenset())
    content = [word for word in _WORD.findall(excerpt.casefold()) if word not in small]
    known = {word[:_PREFIX] for word in _WORD.findall(article.casefold())}
    return sum(word[:_PREFIX] in known for word in content) / len(content) if content else 0.0
