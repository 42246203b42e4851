"""Measure how likely two articles report one event, by shared words and names. Pure.

A shared term counts the more, the fewer articles of the last days have it. The result is log odds:
above 0 if it is more likely than not. WEIGHTS turn the evidence into log odds; they are fitted by
tools/train/fit_stories.py. Among many articles more pairs are alike by chance, so a limit that
grows with their number is subtracted."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from operator import mul
from typing import Final, NamedTuple, Protocol

from syndicator.sketches.events import (
    PLACES,
    SCALE,
    Sketch,
    Terms,
    find_first_names,
    get_rarity_byte,
)

# Of the three values of `measure_evidence`, then of the sum of the tones of both articles.
WEIGHTS: Final = (37.1, 6.8, -14.2, 0.9)
CONSTANT: Final = -3.0
# Shared words and numbers count at most so many times as much as shared names.
BY_NAMES: Final = 3.0
MOST: Final = 0.045  # the most that one shared word counts
APART: Final = 0.06  # added to the evidence against one event if no number is shared
# Of two articles on one event with at least so many numbers each, nine in ten share a number.
MANY: Final = 4
# Two texts with a larger share of equal words, names not counted, may be made from one template.
TEMPLATE: Final = 0.5
# They are, if each has less than this share (by weight) of the other's first names.
SAME_NAMES: Final = 0.9
FEW_WORDS: Final = 6  # a text with fewer words counts as one of so many in TEMPLATE
LATER: Final = 0.7  # added to the limit for each day between two reports
LEAST: Final = -5.7  # the limit is this plus the logarithm of the number of articles and FEW
FEW: Final = 100
WINDOW: Final = timedelta(days=5)  # articles that are further apart are not compared
SAMPLE: Final = 200  # articles whose terms are counted
# The rarity of a term in sketches/data/common.bin counts as if it came from so many articles.
EXPECTED: Final = 200
# For words, names and numbers: added to the length of their weights, so that few terms are little
# evidence.
SHORT: Final = (96.0, 28.0, 24.0)
FAR: Final = -1e9  # the log odds of articles that are not compared
_ONE_DAY: Final = timedelta(days=1)
# By a term's byte in common.bin: how many of the EXPECTED articles have it.
_EXPECTED_BY_BYTE: Final = tuple(EXPECTED * math.exp(-byte / SCALE) for byte in range(256))
_NO_SHARES: Final = (0.0, 0.0, 0.0)


class Article(Protocol):
    """The parts of an article that are compared."""

    @property
    def id(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def sketch(self) -> Sketch: ...


class Weighed(NamedTuple):
    """A sketch whose terms have weights instead of stresses. As a vector, the weights of each kind
    are shorter than 1, and the shorter, the fewer terms there are. `first_names`: the names in the
    title or at the beginning."""

    words: Terms
    names: Terms
    numbers: Terms
    first_names: Collection[int]


@dataclass(frozen=True)
class Window:
    """The recent articles with which a new one is compared, as far as weights depend on them.
    `articles`: their number; `sampled`: the number of those whose terms were counted; `counts`: by
    term, the number of sampled articles that have it."""

    articles: int = 1
    sampled: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)

    def get_limit(self) -> float:
        """Return the limit: the log odds above which two articles, added at the same time, count as
        reports of one event."""
        return LEAST + math.log(self.articles + FEW)

    def weigh_term(self, term: int) -> float:
        """Return the weight of a term (a word), high if few articles have it: the logarithm of
        (number of articles / number of articles with the term). Both numbers are those of a sample
        of recent articles plus those that our table of rarities lets expect, because the sample is
        small. `term`: the hash of the term."""
        byte = get_rarity_byte(term)
        count = self.counts.get(term)
        if count is None:
            return self._weights_of_uncounted[byte]
        return max(0.0, math.log((self.sampled + EXPECTED) / (count + _EXPECTED_BY_BYTE[byte])))

    @cached_property
    def _weights_of_uncounted(self) -> list[float]:
        """The weights of terms that no sampled article has, by the byte of their rarity."""
        articles = self.sampled + EXPECTED
        return [max(0.0, math.log(articles / expected)) for expected in _EXPECTED_BY_BYTE]


def count_terms(articles: int, sample: Iterable[tuple[str, Collection[int]]]) -> Window:
    """Return a window: how frequent terms (words) are in recent articles. `articles`: the number of
    recent articles; `sample`: some of them, each as (outlet, hashes of its terms). For each term,
    at most four articles of an outlet count, so that an outlet with many articles does not make its
    own subjects look frequent."""
    terms_by_outlet: dict[str, list[Collection[int]]] = {}
    for outlet, terms in sample:
        terms_by_outlet.setdefault(outlet, []).append(terms)
    sampled = 0  # number of articles
    parts: list[Collection[int]] = []  # a term stands in as many parts as articles count for it
    for terms_of_outlet in terms_by_outlet.values():
        sampled += len(terms_of_outlet)
        if len(terms_of_outlet) <= PLACES:
            parts += terms_of_outlet
            continue
        outlet_counts = Counter(chain.from_iterable(terms_of_outlet))
        parts += ([term] * min(PLACES, count) for term, count in outlet_counts.items())
    return Window(articles, sampled, Counter(chain.from_iterable(parts)))


class Comparison:
    """Compares articles, with the weights of terms in a window. It caches the weights of terms and
    of articles."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._limit = window.get_limit()
        self._terms: dict[int, float] = {}
        self._weighed: dict[tuple[str, datetime], Weighed] = {}

    def measure(self, article: Article, other: Article) -> float:
        """Return how likely two articles report one event: log odds less a limit, which grows with
        the time between the articles. A value above 0 means more likely than not. Texts that were
        made from one template get 0 at most. Return FAR if the languages differ, or if too much
        time is between the articles."""
        time_between = abs(article.at - other.at)
        if article.language != other.language or time_between > WINDOW:
            return FAR
        tone = article.sketch.tone + other.sketch.tone
        limit = LATER * (time_between / _ONE_DAY) + self._limit
        if article.sketch.names.keys().isdisjoint(other.sketch.names):  # then nothing else counts
            return _get_odds(_NO_SHARES, tone) - limit
        weighed = self.weigh(article)
        other_weighed = self.weigh(other)
        odds = _get_odds(measure_evidence(weighed, other_weighed), tone) - limit
        if odds > 0 and _have_same_template(weighed, other_weighed):
            return 0.0
        return odds

    def is_likely(self, article: Article, other: Article) -> bool:
        """Return True if two articles more likely than not report one event. It is `measure(...) >
        0`, but faster: for most pairs, an upper bound of the log odds, which needs only the weights
        of shared terms, is enough to return False."""
        weighed = self.weigh(article)
        short_words, short_names, short_numbers = SHORT
        names = self._compute_upper_bound(weighed.names, other.sketch.names, short_names)
        if not names:
            return self.measure(article, other) > 0
        words = self._compute_upper_bound(weighed.words, other.sketch.words, short_words)
        numbers = self._compute_upper_bound(weighed.numbers, other.sketch.numbers, short_numbers)
        most = BY_NAMES * names  # as in `measure_evidence`
        highest_shares = min(words, most), min(numbers, most), 0.0
        if _get_odds(highest_shares, tone=0.0) <= self._limit:
            return False
        return self.measure(article, other) > 0

    def _compute_upper_bound(self, weighed: Terms, stresses: Terms, short: float) -> float:
        """Return an upper bound of the similarity (the scalar product of weights) of two articles
        in one kind of terms, such as names. `weighed`: the weights of an article's terms;
        `stresses`: how much the other article stresses its terms; `short`: the constant for this
        kind that keeps short articles from weighing too much."""
        # Only shared terms are weighed, so that the length is too small and the result too large.
        shared = weighed.keys() & stresses.keys()
        weights = {term: stresses[term] * self._terms[term] for term in shared}
        return _multiply_vectors(weighed, weights) / math.hypot(short, *weights.values())

    def weigh(self, article: Article) -> Weighed:
        """Return the words, names and numbers of an article with their weights, which are high for
        terms that few recent articles have; from the cache if they were weighed before."""
        key = article.id, article.at
        weighed = self._weighed.get(key)
        if weighed is None:
            sketch = article.sketch
            kinds = zip((sketch.words, sketch.names, sketch.numbers), SHORT, strict=True)
            words, names, numbers = (self._weigh_kind(kind, short) for kind, short in kinds)
            weighed = Weighed(words, names, numbers, find_first_names(sketch))
            self._weighed[key] = weighed
        return weighed

    def _weigh_kind(self, stresses: Terms, short: float) -> Terms:
        """Return term -> weight for an article's terms of one kind, such as names: stress times
        rarity, divided by the length of the vector of all of them. `stresses`: term -> how much the
        article stresses it; `short`: the constant for this kind that keeps short articles from
        weighing too much."""
        term_weights = self._terms
        for term in stresses:
            if term not in term_weights:
                term_weights[term] = self._window.weigh_term(term)
        weights = [stress * term_weights[term] for term, stress in stresses.items()]
        length = math.hypot(short, *weights)
        return {term: weight / length for term, weight in zip(stresses, weights, strict=True)}


def _get_odds(shares: tuple[float, float, float], tone: float) -> float:
    """Return the log odds that two articles report one event. `shares`: from `measure_evidence`;
    `tone`: the sum of the tones of both articles."""
    odds: float = sum(map(mul, WEIGHTS, (*shares, tone)), CONSTANT)
    return odds


def measure_evidence(article: Weighed, other: Weighed) -> tuple[float, float, float]:
    """Return three values: how much shared words speak for one event, how much shared numbers speak
    for it, and how much speaks against it. The last one is above 0 if both articles have numbers
    and share none, like a forecast and the result."""
    # Words and numbers count at most BY_NAMES times as much as shared names, and a single word at
    # most MOST, because the name of a company alone does not make an event.
    most_evidence = BY_NAMES * _multiply_vectors(article.names, other.names)
    shared_words = article.words.keys() & other.words.keys()
    sum_of_words = sum(min(MOST, article.words[term] * other.words[term]) for term in shared_words)
    word_evidence = min(sum_of_words, most_evidence)
    number_evidence = min(_multiply_vectors(article.numbers, other.numbers), most_evidence)
    share_numbers = not article.numbers.keys().isdisjoint(other.numbers)
    if share_numbers:
        return word_evidence, number_evidence, 0.0
    # the evidence against one event is full if each article has MANY numbers
    number_count = min(len(article.numbers), len(other.numbers))
    share_of_many = min(1.0, number_count / MANY)
    counter_evidence = share_of_many * (word_evidence + APART)
    return word_evidence, number_evidence, counter_evidence


def _multiply_vectors(terms: Terms, others: Terms) -> float:
    """Return the scalar product of two vectors of weights: the sum over shared terms of the product
    of their weights."""
    return sum(terms[term] * others[term] for term in terms.keys() & others.keys())


def _have_same_template(article: Weighed, other: Weighed) -> bool:
    """Return True if two texts seem to be made from one template, such as the weather reports of
    two towns: they have most words in common that are not names, but not the names at the
    beginning."""
    names = article.names.keys() | other.names.keys()
    words = article.words.keys() - names
    other_words = other.words.keys() - names
    shorter = max(FEW_WORDS, min(len(words), len(other_words)))
    if len(words & other_words) <= TEMPLATE * shorter:
        return False
    share = _measure_shared_first_names(article, other)
    other_share = _measure_shared_first_names(other, article)
    return max(share, other_share) < SAME_NAMES


def _measure_shared_first_names(article: Weighed, other: Weighed) -> float:
    """Return the share, from 0 to 1, of the names at the beginning of `article` that the other text
    has anywhere. Rare names count more. Return 1 if there are no names at the beginning."""
    first_names = {term: article.names[term] for term in article.first_names}
    weight = sum(first_names.values())
    if not weight:
        return 1.0
    shared_names = first_names.keys() & other.names.keys()
    return sum(first_names[term] for term in shared_names) / weight
