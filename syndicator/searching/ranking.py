"""Rank the articles that a search finds: those with all of its words first. Pure.

Those with most of its words come next; others are no results.

BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over weighted fields, and
more for words that stand in a row or near each other. Of equal articles the newer one is first."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core.text import each_term, each_word
from syndicator.searching.documents import Document, join_terms
from syndicator.searching.language import WORDS, And, Expr, Term, iterate_terms, join_all

MOST_WORDS: Final = 8  # of a search that are ranked, the rarest ones
WEIGHTS: Final = (6.0, 3.0, 2.0, 1.0)  # of title, names, excerpt, text: a choice
_K1: Final = 1.2  # as in the paper
_B: Final = 0.75
_TYPICAL: Final = (10, 8, 40, 500)  # terms of a field
_IN_A_ROW: Final = (3.0, 1.0, 1.0, 0.5)  # for two words of the search, in one of the fields
_WHOLE_TITLE: Final = 4.0  # for a title that is the search
_NEAR: Final = 1.0  # for all words within _WINDOW
_WINDOW: Final = 80  # characters before and after the first word
_MOST_OCCURRENCES: Final = 20  # of a word that are looked at
_STEP: Final = 0.25  # articles whose scores differ less are equal
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST: Final = 5  # letters of a word that may have a wrong one
_LEAST_WORDS: Final = 3  # of a search that an article may have in part: one of two is not most
_NO_SPELLINGS: Final[Mapping[str, Collection[str]]] = {}
_TEXT_FIELDS: Final = ("", WORDS)  # of terms that are words of titles and texts


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
        if isinstance(part, Term) and part.field in _TEXT_FIELDS and not _is_phrase(part):
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
    return expr is not None and any(term.field in _TEXT_FIELDS for term in iterate_terms(expr))


def needs_article(expr: Expr | None) -> bool:
    """Return True if a query asks for more than texts."""
    return expr is not None and any(term.field not in _TEXT_FIELDS for term in iterate_terms(expr))


def choose_words(search: Search, frequencies: Frequencies) -> tuple[str, ...]:
    """Return the MOST_WORDS rarest words of a search, in its order."""
    rarest = set(_sort_rarest_first(search.words, frequencies)[:MOST_WORDS])
    return tuple(word for word in search.words if word in rarest)


def _sort_rarest_first(words: Collection[str], frequencies: Frequencies) -> list[str]:
    return sorted(words, key=lambda word: (frequencies.terms.get(word, 0), word))


def require_most(words: Sequence[str], frequencies: Frequencies) -> list[tuple[str, ...]]:
    """Return sets of words, one of which an article must have whole to have most of `words`: all
    words but one, or the rarest ones that are more than half."""
    if len(words) < _LEAST_WORDS:
        return []
    sets: list[tuple[str, ...]] = []
    for left_out in words:
        sets.append(tuple(word for word in words if word != left_out))
    rarest = _sort_rarest_first(words, frequencies)
    for count in range(len(words) // 2 + 1, len(words) - 1):
        sets.append(tuple(sorted(rarest[:count])))
    return sets


def rank(
    words: Sequence[str],
    candidates: Collection[Candidate],
    frequencies: Frequencies,
    spellings: Mapping[str, Collection[str]] = _NO_SPELLINGS,
) -> list[Ranked]:
    """Return the candidates that have most of `words`, best first. `spellings`: other forms of a
    word, which count as it."""
    weights = {word: frequencies.weigh(word) for word in words}
    least_words = len(words) // 2 + 1 if words else 0
    results: list[Ranked] = []
    for candidate in candidates:
        result = _score(words, candidate, weights, spellings)
        if result.words >= least_words:
            results.append(result)
    return sorted(results, key=_get_sort_key)


def _get_sort_key(result: Ranked) -> tuple[int, float, int, str]:
    """Order results by number of words, then by score, then newest first."""
    return -result.words, -result.score, -result.added, result.id


def _score(
    words: Sequence[str],
    candidate: Candidate,
    weights: Mapping[str, float],
    spellings: Mapping[str, Collection[str]],
) -> Ranked:
    """Score an article for a search. `weights`: by word; `spellings`: as in `rank`."""
    document = candidate.document
    lengths = _measure_lengths(document)
    present: list[str] = []
    score = 0.0
    for word in words:
        for spelling in (word, *spellings.get(word, ())):
            counts = document.count(spelling)
            if any(counts):
                present.append(spelling)
                score += weights[word] * _saturate(counts, lengths)
                break
    if len(present) > 1:
        score += _score_nearness(present, document)
    if present and document.title == join_terms(present):
        score += _WHOLE_TITLE
    return Ranked(
        id=candidate.id,
        words=len(present),
        score=round(score / _STEP) * _STEP,
        added=candidate.added,
    )


def _measure_lengths(document: Document) -> list[float]:
    """Return the length of each field, divided by the typical length of such a field."""
    return [
        field.count(" ") / typical for field, typical in zip(document.fields, _TYPICAL, strict=True)
    ]


def _saturate(counts: Sequence[int], lengths: Sequence[float]) -> float:
    """Return the value of a word (BM25): it grows with each occurrence, but less each time.
    `counts`: occurrences of the word by field; `lengths`: of `_measure_lengths`."""
    frequency = 0.0
    for weight, count, length in zip(WEIGHTS, counts, lengths, strict=True):
        if count:
            frequency += weight * count / (1 - _B + _B * length)
    return frequency * (_K1 + 1) / (frequency + _K1)


def _score_nearness(words: Sequence[str], document: Document) -> float:
    """Return the score for words that stand in a row, or near each other."""
    pairs = [join_terms(words[start : start + 2]) for start in range(len(words) - 1)]
    score = 0.0
    for field, score_in_field in zip(document.fields, _IN_A_ROW, strict=True):
        present = sum(pair in field for pair in pairs)
        score += score_in_field * present / len(pairs)
    if any(_are_near(words, field) for field in document.fields):
        score += _NEAR
    return score


def _are_near(words: Sequence[str], field: str) -> bool:
    """Return True if all words stand near one of the first occurrences of the first word."""
    first, *others = [f" {word} " for word in words]
    if first not in field or not all(other in field for other in others):
        return False
    position = field.find(first)
    for _ in range(_MOST_OCCURRENCES):
        if position < 0:
            return False
        window = field[max(0, position - _WINDOW) : position + _WINDOW]
        if all(other in window for other in others):
            return True
        position = field.find(first, position + 1)
    return False


def misspell(word: str) -> list[str]:
    """Return the words that differ from `word` by a letter: another one, one more, one fewer or two
    exchanged. None for short words and scripts without spaces."""
    if len(word) < _SHORTEST or not word.isascii() or not word.isalnum():
        return []
    forms: set[str] = set()
    for position in range(len(word) + 1):
        head = word[:position]
        tail = word[position:]
        forms.update(head + letter + tail for letter in _LETTERS)  # one more
        if tail:
            forms.add(head + tail[1:])  # one fewer
            forms.update(head + letter + tail[1:] for letter in _LETTERS)  # another one
        if len(tail) > 1:
            forms.add(head + tail[1] + tail[0] + tail[2:])  # two exchanged
    forms.discard(word)
    return sorted(forms)
