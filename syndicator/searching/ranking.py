"""Rank the articles that a search finds: those with all of its words first. Pure.

Articles with most of its words, more than half, come next; others are no results. Articles with as
many words are ranked by BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009)
over weighted fields, and get more for words that stand in a row or near each other. Of two articles
with equal scores the newer one is first."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core.text import each_term, each_word
from syndicator.searching.documents import Document, join_terms
from syndicator.searching.language import WORDS, And, Expr, Term, iterate_terms, join_all

MOST_WORDS: Final = 8  # of a search, the rarest ones, which are ranked
# The next four tuples have values for title, names, excerpt and text, in this order.
WEIGHTS: Final = (6.0, 3.0, 2.0, 1.0)  # a choice
# Parameters of BM25, as in the paper: _K1 for repeated words, _B for the length of a field.
_K1: Final = 1.2
_B: Final = 0.75
_TYPICAL_LENGTHS: Final = (10, 8, 40, 500)  # usual number of terms in a field
# Added to the score.
_IN_A_ROW: Final = (3.0, 1.0, 1.0, 0.5)  # if neighbours in the search are neighbours in the field
_WHOLE_TITLE_BONUS: Final = 4.0  # if the title has the words of the search and no others
_NEARNESS_BONUS: Final = 1.0  # if all words are near each other: within _WINDOW
_WINDOW: Final = 80  # characters before and after the first word
_MOST_OCCURRENCES: Final = 20  # of the first word, which are examined
_SCORE_STEP: Final = (
    0.25  # scores are rounded to multiples of it: nearly equal articles become equal
)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LEAST_LETTERS: Final = 5  # letters of a word for which misspellings are tried
# Words of a search, at least, of which a result may lack some: one of two words is not most.
_LEAST_WORDS: Final = 3
_NO_SPELLINGS: Final[Mapping[str, Collection[str]]] = {}
_TEXT_FIELDS: Final = ("", WORDS)  # of terms that are words of titles and texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search. `expr`: the whole query as a tree. `words`: its words, in order; an article is
    ranked by them and may lack some. `exact`: the other parts of the tree, which an article must
    match, None if there are none."""

    expr: Expr
    words: tuple[str, ...] = ()
    exact: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequencies:
    """The frequencies of terms in all articles. `total`: the number of articles; `terms`: by term,
    the number of articles that have it; a term that is missing is in none."""

    total: int
    terms: Mapping[str, int]

    def weigh(self, term: str) -> float:
        """Return the weight of a term by BM25. It is higher for a term that fewer articles have."""
        count = min(self.terms.get(term, 0), self.total)
        return math.log(1 + (self.total - count + 0.5) / (count + 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that a search may find. `added`: when it was added, in microseconds since 1970;
    `document`: its terms."""

    id: str
    added: int
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An article that a search found. `words`: how many words of the search it has; `score`: how
    well it matches them, higher is better; `added`: when it was added, in microseconds since
    1970."""

    id: str
    words: int
    score: float
    added: int


def plan_search(expr: Expr) -> Search:
    """Divide a query into words and exact parts. Words, joined by `and` or nothing, are used to
    rank articles, which may lack some of them. Exact parts are fields such as tag:, phrases in
    quotation marks, and expressions with `or` or `not`: an article must match all of these."""
    parts = expr.parts if isinstance(expr, And) else (expr,)
    words: dict[str, None] = {}  # without repetitions, in order
    exact: list[Expr] = []
    for part in parts:
        if isinstance(part, Term) and _is_for_ranking(part):
            words.update(dict.fromkeys(each_term(part.value)))
        else:
            exact.append(part)
    return Search(expr=expr, words=tuple(words), exact=join_all(exact))


def _is_for_ranking(term: Term) -> bool:
    """Return True if articles are ranked by the words of a term, False if it must match exactly."""
    return term.field in _TEXT_FIELDS and not _is_phrase(term)


def _is_phrase(term: Term) -> bool:
    """Return True if a term is a phrase: several words in quotation marks, which must stand in a
    row. One word with signs beside it, such as "C ++", is no phrase."""
    if term.field != "" or len(term.value.split()) <= 1:
        return False
    return len(list(each_word(term.value))) > 1


def needs_texts(expr: Expr | None) -> bool:
    """Return True if a query asks for words of titles or texts. False for None, no query."""
    if expr is None:
        return False
    return any(term.field in _TEXT_FIELDS for term in iterate_terms(expr))


def needs_article(expr: Expr | None) -> bool:
    """Return True if a query asks for a field that is no text, such as tag:, so that the article
    itself is needed to answer it. Return False if `expr` is None: there is no query."""
    if expr is None:
        return False
    return any(term.field not in _TEXT_FIELDS for term in iterate_terms(expr))


def choose_words(search: Search, frequencies: Frequencies) -> tuple[str, ...]:
    """Return the words by which articles are ranked: the eight rarest ones of the search, in its
    order. `frequencies`: how many articles have a word."""
    rarest = set(_sort_rarest_first(search.words, frequencies)[:MOST_WORDS])
    return tuple(word for word in search.words if word in rarest)


def _sort_rarest_first(words: Collection[str], frequencies: Frequencies) -> list[str]:
    """Return the words sorted by how many articles have them, the rarest first; equally rare ones
    by the alphabet."""
    return sorted(words, key=lambda word: (frequencies.terms.get(word, 0), word))


def require_most(words: Sequence[str], frequencies: Frequencies) -> list[tuple[str, ...]]:
    """Return sets of words, by which the text index finds articles that have more than half of
    `words`: an article with all words of one set has enough. The first sets leave out one word
    each; the others have the rarest words only. To search for all possible sets would take too
    long, so a few articles are missed. `frequencies`: how many articles have each word. Return []
    for fewer than three words."""
    if len(words) < _LEAST_WORDS:
        return []
    sets: list[tuple[str, ...]] = []
    for left_out in words:
        sets.append(tuple(word for word in words if word != left_out))
    rarest_first = _sort_rarest_first(words, frequencies)
    for count in range(_count_majority(words), len(words) - 1):
        sets.append(tuple(sorted(rarest_first[:count])))
    return sets


def _count_majority(words: Sequence[str]) -> int:
    """Return the lowest number of words that is more than half of all; 0 if there are none."""
    if not words:
        return 0
    return len(words) // 2 + 1


def rank_candidates(
    words: Sequence[str],
    candidates: Collection[Candidate],
    frequencies: Frequencies,
    spellings: Mapping[str, Collection[str]] = _NO_SPELLINGS,
) -> list[Ranked]:
    """Return the candidates (articles) that have more than half of the words, the best first: those
    with more words, then those with a higher score, then the newer ones. `words`: the words of the
    search; `frequencies`: how many articles have each of them; `spellings`: word -> other spellings
    that count as this word."""
    weights = {word: frequencies.weigh(word) for word in words}
    least_words = _count_majority(words)
    results: list[Ranked] = []
    for candidate in candidates:
        result = _score_candidate(words, candidate, weights, spellings)
        if result.words >= least_words:
            results.append(result)
    return sorted(results, key=_get_sort_key)


def _get_sort_key(result: Ranked) -> tuple[int, float, int, str]:
    """Return the key by which results are sorted. More words come first, then the higher score,
    then the newer article."""
    return -result.words, -result.score, -result.added, result.id


def _score_candidate(
    words: Sequence[str],
    candidate: Candidate,
    weights: Mapping[str, float],
    spellings: Mapping[str, Collection[str]],
) -> Ranked:
    """Count the words of a search that a candidate (an article) has, and compute its score.
    `words`: the words of the search; `weights`: word -> weight, higher for rarer words;
    `spellings`: word -> other spellings that count as this word."""
    document = candidate.document
    lengths = _measure_lengths(document)
    present: list[str] = []  # of each word, the first spelling that the article has
    score = 0.0
    for word in words:
        for spelling in (word, *spellings.get(word, ())):
            counts = document.count(spelling)  # in each field of the document
            if any(counts):
                present.append(spelling)
                score += weights[word] * _score_word(counts, lengths)
                break

    if len(present) > 1:
        score += _score_nearness(present, document)
    if present and document.title == join_terms(present):
        score += _WHOLE_TITLE_BONUS
    return Ranked(
        id=candidate.id,
        words=len(present),
        score=round(score / _SCORE_STEP) * _SCORE_STEP,
        added=candidate.added,
    )


def _measure_lengths(document: Document) -> list[float]:
    """Return for each field of a document its length divided by the usual length of such fields: 2
    is twice as long as usual."""
    return [
        field.count(" ") / typical
        for field, typical in zip(document.fields, _TYPICAL_LENGTHS, strict=True)
    ]


def _score_word(counts: Sequence[int], lengths: Sequence[float]) -> float:
    """Return how well an article matches a word, by the formula BM25; higher is better. Each
    further occurrence of the word adds less, and an occurrence in a short field adds more.
    `counts`: the number of occurrences in each field; `lengths`: the length of each field, divided
    by the usual length of such fields."""
    weighted_count = 0.0
    for weight, count, length in zip(WEIGHTS, counts, lengths, strict=True):
        if count:
            weighted_count += weight * count / (1 - _B + _B * length)
    return weighted_count * (_K1 + 1) / (weighted_count + _K1)


def _score_nearness(words: Sequence[str], document: Document) -> float:
    """Return the points to add to the score of an article if words that are neighbours in the
    search are also neighbours in a field, or if a field has all words near each other. `words`: two
    or more words, all in the document, in the order of the search."""
    pairs = [join_terms(words[start : start + 2]) for start in range(len(words) - 1)]
    score = 0.0
    for field, score_in_field in zip(document.fields, _IN_A_ROW, strict=True):
        pairs_in_field = sum(pair in field for pair in pairs)
        score += score_in_field * pairs_in_field / len(pairs)
    if any(_are_near(words, field) for field in document.fields):
        score += _NEARNESS_BONUS
    return score


def _are_near(words: Sequence[str], field: str) -> bool:
    """Return True if the text `field` has all words near each other: the others at most 80
    characters before or after the first word. Only the first 20 occurrences of the first word are
    examined."""
    first, *others = [f" {word} " for word in words]
    has_all_words = first in field and all(other in field for other in others)
    if not has_all_words:
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


def list_misspellings(word: str) -> list[str]:
    """Return all words that differ from `word` by one mistake: a letter more, a letter less,
    another letter, or two neighbours exchanged. Return [] if `word` has fewer than five characters,
    or others than ASCII letters and digits."""
    is_simple = word.isascii() and word.isalnum()
    if len(word) < _LEAST_LETTERS or not is_simple:
        return []
    forms: set[str] = set()
    for position in range(len(word) + 1):
        start = word[:position]
        rest = word[position:]
        forms.update(start + letter + rest for letter in _LETTERS)  # a letter more
        if rest:
            forms.add(start + rest[1:])  # a letter less
            forms.update(start + letter + rest[1:] for letter in _LETTERS)  # another letter
        if len(rest) > 1:
            forms.add(start + rest[1] + rest[0] + rest[2:])  # two neighbours exchanged
    forms.discard(word)
    return sorted(forms)
