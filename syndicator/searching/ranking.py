"""Rank the articles that a search finds: those with all of its words first, then those with most of
them. Pure.

BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over weighted fields, and
more for words that stand in a row or near each other. Of equal articles the newer one is first."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core.text import each_term, each_word
from syndicator.searching.documents import Document, join_terms
from syndicator.searching.language import WORDS, And, Expr, Term, each_leaf, join_all

MOST_WORDS: Final = 8  # of a search that are ranked, the rarest ones
WEIGHTS: Final = (6.0, 3.0, 2.0, 1.0)  # of title, names, excerpt, text: a choice
_K1: Final = 1.2  # as in the paper
_B: Final = 0.75
_TYPICAL: Final = (10, 8, 40, 500)  # terms of a field
_IN_A_ROW: Final = (3.0, 1.0, 1.0, 0.5)  # for two words of the search, in one of the fields
_WHOLE_TITLE: Final = 4.0  # for a title that is the search
_NEAR: Final = 1.0  # for all words within
_WINDOW: Final = 80  # characters
_LOOKED: Final = 20  # occurrences of a word
_STEP: Final = 0.25  # articles whose scores differ less are equal
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST: Final = 5  # letters of a word that may have a wrong one


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """`words`: terms that rank, in the order of the search; `exact`: what an article must match;
    `expr`: all of it."""

    expr: Expr
    words: tuple[str, ...] = ()
    exact: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequencies:
    """The number of all articles, and of those with each term."""

    total: int
    terms: Mapping[str, int]

    def weigh(self, term: str) -> float:
        """Return the weight of a term: the rarer, the higher."""
        count = min(self.terms.get(term, 0), self.total)
        return math.log(1 + (self.total - count + 0.5) / (count + 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`added`: microseconds, by which equal articles are ordered."""

    id: str
    added: int
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    id: str
    words: int  # how many of the search it has
    score: float
    added: int


def plan_search(expr: Expr) -> Search:
    """Divide a search: words beside each other rank; everything else must match."""
    parts = expr.parts if isinstance(expr, And) else (expr,)
    words: dict[str, None] = {}
    exact: list[Expr] = []
    for part in parts:
        if isinstance(part, Term) and part.field in ("", WORDS) and not _is_phrase(part):
            words.update(dict.fromkeys(each_term(part.value)))
        else:
            exact.append(part)
    return Search(expr=expr, words=tuple(words), exact=join_all(exact))


def _is_phrase(term: Term) -> bool:
    """Return True if the words of a term must stand in a row: only quotation marks put several into
    one."""
    return term.field == "" and len(term.value.split()) > 1 and len(list(each_word(term.value))) > 1


def needs_texts(expr: Expr | None) -> bool:
    """Return True if a query asks for words of titles and texts."""
    return expr is not None and any(term.field in ("", WORDS) for term in each_leaf(expr))


def needs_article(expr: Expr | None) -> bool:
    """Return True if a query asks for more than texts."""
    return expr is not None and any(term.field not in ("", WORDS) for term in each_leaf(expr))


def choose_words(search: Search, frequencies: Frequencies) -> tuple[str, ...]:
    """Return the words that rank, in the order of the search."""
    rarest = sorted(search.words, key=lambda word: (frequencies.terms.get(word, 0), word))
    chosen = set(rarest[:MOST_WORDS])
    return tuple(word for word in search.words if word in chosen)


def require_most(words: Sequence[str], frequencies: Frequencies) -> list[tuple[str, ...]]:
    """Return the sets of words of which an article must have one to have most of `words`: all but
    one, or the rarest ones that are more than half."""
    if len(words) < 3:  # noqa: PLR2004 - one of two is not most
        return []
    some = [tuple(word for word in words if word != left) for left in words]
    rarest = sorted(words, key=lambda word: (frequencies.terms.get(word, 0), word))
    for count in range(len(words) // 2 + 1, len(words) - 1):
        some.append(tuple(sorted(rarest[:count])))
    return some


def rank(
    words: Sequence[str],
    candidates: Collection[Candidate],
    frequencies: Frequencies,
    spellings: Mapping[str, Collection[str]] | None = None,
) -> list[Ranked]:
    """Return the candidates that have most of `words`, best first. `spellings`: other forms of a
    word, which count as it."""
    weights = {word: frequencies.weigh(word) for word in words}
    ranked = [_rank_one(words, candidate, weights, spellings or {}) for candidate in candidates]
    least = len(words) // 2 + 1 if words else 0
    found = [one for one in ranked if one.words >= least]
    return sorted(found, key=lambda one: (-one.words, -one.score, -one.added, one.id))


def _rank_one(
    words: Sequence[str],
    candidate: Candidate,
    weights: Mapping[str, float],
    spellings: Mapping[str, Collection[str]],
) -> Ranked:
    document = candidate.document
    lengths = _measure(document)
    found: list[str] = []
    score = 0.0
    for word in words:
        for spelling in (word, *spellings.get(word, ())):
            counts = document.count(spelling)
            if any(counts):
                found.append(spelling)
                score += weights[word] * _saturate(counts, lengths)
                break
    if len(found) > 1:
        score += _measure_nearness(found, document)
    if found and document.title == join_terms(found):
        score += _WHOLE_TITLE
    return Ranked(
        id=candidate.id,
        words=len(found),
        score=round(score / _STEP) * _STEP,
        added=candidate.added,
    )


def _measure(document: Document) -> list[float]:
    """Return how long each field is, in relation to the usual length."""
    return [
        field.count(" ") / typical for field, typical in zip(document.fields, _TYPICAL, strict=True)
    ]


def _saturate(counts: Sequence[int], lengths: Sequence[float]) -> float:
    """Return what a word counts that the fields have so often: much at first, less with each
    time."""
    frequency = sum(
        weight * count / (1 - _B + _B * length)
        for weight, count, length in zip(WEIGHTS, counts, lengths, strict=True)
        if count
    )
    return frequency * (_K1 + 1) / (frequency + _K1)


def _measure_nearness(words: Sequence[str], document: Document) -> float:
    """Return what words that stand in a row, or near each other, are worth."""
    rows = [join_terms(words[start : start + 2]) for start in range(len(words) - 1)]
    score = 0.0
    for field, worth in zip(document.fields, _IN_A_ROW, strict=True):
        score += worth * sum(row in field for row in rows) / len(rows)
    if any(_are_near(words, field) for field in document.fields):
        score += _NEAR
    return score


def _are_near(words: Sequence[str], field: str) -> bool:
    """Return True if all words stand near one of the first occurrences of the first one."""
    first, *others = (f" {word} " for word in words)
    if first not in field or not all(other in field for other in others):
        return False
    place = field.find(first)
    for _ in range(_LOOKED):
        if place < 0:
            return False
        window = field[max(0, place - _WINDOW) : place + _WINDOW]
        if all(other in window for other in others):
            return True
        place = field.find(first, place + 1)
    return False


def misspell(word: str) -> list[str]:
    """Return the words that differ from `word` by a letter: another one, one more, one fewer or two
    exchanged. None for short words and scripts without spaces."""
    if len(word) < _SHORTEST or not word.isascii() or not word.isalnum():
        return []
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    forms = [head + tail[1:] for head, tail in splits if tail]
    forms += [head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1]
    for head, tail in splits:
        forms += [head + letter + tail[1:] for letter in _LETTERS if tail]
        forms += [head + letter + tail for letter in _LETTERS]
    return sorted(set(forms) - {word})
