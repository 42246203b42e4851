"""Choose the articles that a reader of an article may want to read next. Pure.

Three things count: the same story, terms of titles, tags, excerpts and texts that both have (the
rarer, the more), and how near our vectors of title and excerpt are. Time does not count: of equal
articles the newer one is first. Weights and limits are choices, made by eye on real articles."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from syndicator.describing.resources import Floats
from syndicator.searching.documents import Document
from syndicator.searching.ranking import Frequencies

MOST: Final = 5
KEYS: Final = 12  # terms of an article by which related ones are looked for
_LEAST_ARTICLES: Final = 2  # that have a key, one of them this one
_MOST_TERMS: Final = 60  # of an article, whose frequencies are asked
_OFTEN: Final = 3  # times that the text has a term which title, tags and excerpt lack
_SHORTEST: Final = 3  # letters of a term in a script with spaces
_FIELD_WEIGHTS: Final = (3.0, 2.0, 2.0, 1.0)  # of a term in title, tags, excerpt, text
_TERMS_SHARE: Final = 0.6  # of the score; the rest is that of the vectors
_UNRELATED: Final = 0.15  # likeness of the vectors of two articles on nothing in common
_LEAST_SCORE: Final = 0.3  # of a related article
_LEAST_TERM_SCORE: Final = 0.1  # vectors alone make nothing related
_SAME_STORY: Final = 1.0  # added to the score
_NOT_RELATED: Final = 0.0  # a score


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The parts of an article that are compared: only those that are published. `story`: "" for
    none; `vector`: of title and excerpt; `added`: microseconds."""

    id: str
    added: int
    language: str
    document: Document
    vector: Floats
    story: str = ""


def list_terms(document: Document, small_words: Collection[str] = ()) -> list[str]:
    """Return the terms that may be what an article is about, title first: those of title, tags and
    excerpt, and those that its text has often. `small_words`: words of its language that say
    nothing, such as articles."""
    terms: dict[str, None] = {}
    for field in (document.title, document.names, document.excerpt):
        terms |= dict.fromkeys(field.split())
    counts: dict[str, int] = {}
    for term in document.body.split():
        counts[term] = counts.get(term, 0) + 1
    frequent = [term for term, count in counts.items() if count >= _OFTEN]
    terms |= dict.fromkeys(sorted(frequent, key=lambda term: (-counts[term], term)))
    subjects = [term for term in terms if _may_be_subject(term) and term not in small_words]
    return subjects[:_MOST_TERMS]


@dataclass(frozen=True, slots=True)
class Key:
    """A term that tells what an article is about. `use`: how much the article makes of it."""

    weight: float
    use: float


def choose_keys(
    document: Document, terms: Iterable[str], frequencies: Frequencies
) -> dict[str, Key]:
    """Return the terms that tell most about an article, heaviest first."""
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
    """Return the ids of up to five of `candidates` that are related to an article, the nearest
    first. `keys`: of the article, as returned by `choose_keys`."""
    scored: list[tuple[float, int, str]] = []
    for candidate in candidates:
        if candidate.document.title == article.document.title:  # itself, or a copy
            continue
        score = _score(article, keys, candidate)
        if score >= _LEAST_SCORE:
            scored.append((-score, -candidate.added, candidate.id))
    return [article_id for _, _, article_id in sorted(scored)[:MOST]]


def _score(article: Traits, keys: Mapping[str, Key], candidate: Traits) -> float:
    """Return how related a candidate is: the higher, the nearer; _NOT_RELATED for not at all."""
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
    """Return the share of the weight of `keys` that an article has, from 0 to 1."""
    total_weight = sum(key.weight for key in keys.values())
    if not total_weight:
        return 0.0
    shared_weight = 0.0
    for term, key in keys.items():
        shared_weight += key.weight * min(1.0, _measure_use(document, term) / key.use)
    return shared_weight / total_weight


def _compare_vectors(article: Traits, candidate: Traits) -> float:
    """Return how near two articles are, from 0 to 1."""
    likeness = float(article.vector @ candidate.vector)
    return max(0.0, (likeness - _UNRELATED) / (1 - _UNRELATED))


def _measure_use(document: Document, term: str) -> float:
    """Return how much an article makes of a term."""
    use = 0.0
    for weight, count in zip(_FIELD_WEIGHTS, document.count(term), strict=True):
        if count:
            use += weight * math.log1p(count)
    return use


def _may_be_subject(term: str) -> bool:
    """Return False for numbers and very short words, which say little alone."""
    if term.isdecimal():
        return False
    return len(term) >= _SHORTEST or not term.isascii()
