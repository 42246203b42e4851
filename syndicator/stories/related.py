"""Choose the articles that a reader of an article may want to read next. Pure.

Three things count: if both are in the same story; which terms both have in titles, tags, excerpts
and texts (a rare term counts more); and how near the vectors of title and excerpt are, which the
describer computes. Time decides only between equals: the newer article is first. Weights and limits
are choices, made by looking at real articles."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from syndicator.describing.resources import Floats
from syndicator.searching.documents import Document
from syndicator.searching.ranking import Frequencies

MOST: Final = 5
KEYS: Final = 12  # terms of an article by which related ones are looked for
_LEAST_ARTICLES: Final = 2  # that have a key term: the article itself and another one
_MOST_TERMS: Final = 60  # of an article, whose frequencies are read
_LEAST_OCCURRENCES: Final = (
    3  # times that a term must be in the text if it is not in title, tags or excerpt
)
_LEAST_LETTERS: Final = 3  # letters of a term in ASCII
_FIELD_WEIGHTS: Final = (3.0, 2.0, 2.0, 1.0)  # of a term in title, tags, excerpt, text
_TERMS_SHARE: Final = 0.6  # the part of the score that terms decide; vectors decide the rest
_UNRELATED_PRODUCT: Final = (
    0.15  # product of the vectors of two articles that have nothing in common
)
_LEAST_SCORE: Final = 0.3  # of a related article
_LEAST_TERM_SCORE: Final = 0.1  # vectors alone make nothing related
_SAME_STORY: Final = 1.0  # added to the score
_NOT_RELATED: Final = 0.0  # a score


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The parts of an article that are compared, only published ones. `added`: in microseconds;
    `document`: its terms; `vector`: of title and excerpt; `story`: its story, "" for none."""

    id: str
    added: int
    language: str
    document: Document
    vector: Floats
    story: str = ""


def list_terms(document: Document, small_words: Collection[str] = ()) -> list[str]:
    """Return at most 60 terms (words) that may say what an article is about: first those of title,
    tags and excerpt, then those that its text has at least three times, the most frequent first.
    `document`: all terms of the article; `small_words`: words of its language such as "the", which
    are left out."""
    terms: dict[str, None] = {}  # a set that keeps its order
    for field in (document.title, document.names, document.excerpt):
        terms |= dict.fromkeys(field.split())
    counts: dict[str, int] = {}
    for term in document.body.split():
        counts[term] = counts.get(term, 0) + 1
    frequent = [term for term, count in counts.items() if count >= _LEAST_OCCURRENCES]
    frequent.sort(key=lambda term: (-counts[term], term))
    terms |= dict.fromkeys(frequent)
    subjects = [term for term in terms if _may_be_subject(term) and term not in small_words]
    return subjects[:_MOST_TERMS]


@dataclass(frozen=True, slots=True)
class Key:
    """A term that says what an article is about. `use`: how often and how prominently the article
    has it, from `_measure_use`; `weight`: `use` times the rarity of the term."""

    weight: float
    use: float


def choose_keys(
    document: Document, terms: Iterable[str], frequencies: Frequencies
) -> dict[str, Key]:
    """Return the twelve terms (words) that say most about an article, the most important first,
    each with its weight and its use in the article. Terms that no other article has are left out.
    `terms`: from `list_terms`; `frequencies`: how many articles have each of these terms."""
    keys: dict[str, Key] = {}
    for term in terms:
        if frequencies.terms.get(term, 0) < _LEAST_ARTICLES:
            continue
        use = _measure_use(document, term)
        keys[term] = Key(use * frequencies.weigh(term), use)
    heaviest = sorted(keys, key=lambda term: (-keys[term].weight, term))[:KEYS]
    return {term: keys[term] for term in heaviest}


def choose_related(
    article: Traits, keys: Mapping[str, Key], candidates: Iterable[Traits]
) -> list[str]:
    """Return the ids of at most five articles that are on the same subject as `article`, the
    nearest first. `keys`: the most important terms of the article, from `choose_keys`;
    `candidates`: the articles to choose from."""
    # (negative score, negative time, id): sorted, the best and newest are first
    scored: list[tuple[float, int, str]] = []
    for candidate in candidates:
        if candidate.document.title == article.document.title:  # itself, or a copy
            continue
        score = _score_candidate(article, keys, candidate)
        if score >= _LEAST_SCORE:
            scored.append((-score, -candidate.added, candidate.id))
    return [article_id for _, _, article_id in sorted(scored)[:MOST]]


def _score_candidate(article: Traits, keys: Mapping[str, Key], candidate: Traits) -> float:
    """Return how closely another article is related to an article, from 0 (not at all) to 2. Values
    above 1 are only for articles of the same story. `keys`: the most important terms of the
    article."""
    if article.story and article.story == candidate.story:
        return _SAME_STORY + _compare_vectors(article, candidate)
    if article.language != candidate.language:
        return _NOT_RELATED
    term_score = _compare_terms(keys, candidate.document)
    if term_score < _LEAST_TERM_SCORE:
        return _NOT_RELATED
    vector_score = _compare_vectors(article, candidate)
    return _TERMS_SHARE * term_score + (1 - _TERMS_SHARE) * vector_score


def _compare_terms(keys: Mapping[str, Key], document: Document) -> float:
    """Return how much an article has of the terms in `keys`, from 0 (none) to 1 (all): the share of
    their weight. A term that it uses less than the article of the keys counts only in part.
    `document`: all terms of the article."""
    total_weight = sum(key.weight for key in keys.values())
    if not total_weight:
        return 0.0
    shared_weight = 0.0
    for term, key in keys.items():
        counted_part = min(1.0, _measure_use(document, term) / key.use)
        shared_weight += key.weight * counted_part
    return shared_weight / total_weight


def _compare_vectors(article: Traits, candidate: Traits) -> float:
    """Return how near the vectors of two articles are, from 0 to 1; 0 for vectors that are no
    nearer than those of unrelated articles."""
    likeness = float(article.vector @ candidate.vector)
    return max(0.0, (likeness - _UNRELATED_PRODUCT) / (1 - _UNRELATED_PRODUCT))


def _measure_use(document: Document, term: str) -> float:
    """Return how often and how prominently an article has a term. Title, tags and excerpt count
    more than the text, and each repetition counts less than the one before. `document`: all terms
    of the article."""
    use = 0.0
    for weight, count in zip(_FIELD_WEIGHTS, document.count(term), strict=True):
        if count:
            use += weight * math.log1p(count)
    return use


def _may_be_subject(term: str) -> bool:
    """Return True if a term may name the subject of an article. Numbers, and words of one or two
    ASCII characters, may not. In other scripts, such as Chinese, short terms say much."""
    if term.isdecimal():
        return False
    return len(term) >= _LEAST_LETTERS or not term.isascii()
