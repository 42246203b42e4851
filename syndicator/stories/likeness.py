"""Measure how likely two articles report one event, by shared words and names. Pure.

What both say weighs the more, the fewer articles in the window say it. WEIGHTS turn the shared
words, names and numbers into log odds (tools/train/fit_stories.py). Among many articles more pairs
are alike by chance, so the limit grows with their number."""

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

WEIGHTS: Final = (37.1, 6.8, -14.2, 0.9)  # of `measure_shares`, of the tones of both
CONSTANT: Final = -3.0
BY_NAMES: Final = 3.0  # times what shared names are is what shared words count at most
MOST: Final = 0.045  # evidence of a shared word
APART: Final = 0.06  # evidence of words that is added where no number is shared
MANY: Final = 4  # numbers: of two articles on one event that have so many, nine in ten share one
# share of the words that are no names above which two texts may be of one template
TEMPLATE: Final = 0.5
# share of the weight of its first names below which a text has names of its own
SAME_NAMES: Final = 0.9
FEW_WORDS: Final = 6  # words of which a share is taken at least
LATER: Final = 0.7  # log odds lost a day between two reports
LEAST: Final = -5.7  # of the limit, to which the logarithm of the number of articles is added
FEW: Final = 100  # articles: a window with fewer is as good as empty
WINDOW: Final = timedelta(days=5)  # between two articles that are compared
SAMPLE: Final = 200  # articles whose terms are counted
EXPECTED: Final = 200  # articles for which the rarity of a term in common.bin counts
# added to the length of the weights of each kind: few terms are little evidence
SHORT: Final = (96.0, 28.0, 24.0)
FAR: Final = -1e9
_DAY: Final = timedelta(days=1)
# of the EXPECTED articles, how many have a term of this rarity
_EXPECTED_BY_BYTE: Final = tuple(EXPECTED * math.exp(-byte / SCALE) for byte in range(256))
_NO_SHARES: Final = (0.0, 0.0, 0.0)


class Article(Protocol):
    """What is compared of an article."""

    @property
    def id(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def sketch(self) -> Sketch: ...


class Weighed(NamedTuple):
    """A sketch by weights: those of each kind have a length below one, less if there are few."""

    words: Terms
    names: Terms
    numbers: Terms
    first_names: Collection[int]  # those at the beginning


@dataclass(frozen=True)
class Window:
    """The articles that may report the same events as a new one. `articles`: how many there are;
    `sampled`: of how many the terms are counted; `counts`: by term."""

    articles: int = 1
    sampled: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)

    def get_limit(self) -> float:
        """Return the log odds above which two articles are taken to report one event."""
        return LEAST + math.log(self.articles + FEW)

    def weigh_term(self, term: int) -> float:
        """Return the logarithm of how many articles there are to one that has a term."""
        byte = get_rarity_byte(term)
        count = self.counts.get(term)
        if count is None:
            return self._not_counted[byte]
        return max(0.0, math.log((self.sampled + EXPECTED) / (count + _EXPECTED_BY_BYTE[byte])))

    @cached_property
    def _not_counted(self) -> list[float]:
        """The weights of terms that no sampled article has, by rarity."""
        articles = self.sampled + EXPECTED
        return [max(0.0, math.log(articles / expected)) for expected in _EXPECTED_BY_BYTE]


def count_terms(articles: int, sample: Iterable[tuple[str, Collection[int]]]) -> Window:
    """Return the window of so many articles, by the outlets and the terms of a sample of them. Of
    an outlet at most PLACES articles count for a term, however much it writes."""
    by_outlet: dict[str, list[Collection[int]]] = {}
    for outlet, terms in sample:
        by_outlet.setdefault(outlet, []).append(terms)
    parts: list[Collection[int]] = []
    for of_outlet in by_outlet.values():
        if len(of_outlet) <= PLACES:
            parts += of_outlet
            continue
        own = Counter(chain.from_iterable(of_outlet))
        parts += ([term] * min(PLACES, count) for term, count in own.items())
    return Window(articles, sum(map(len, by_outlet.values())), Counter(chain.from_iterable(parts)))


class Comparison:
    """Compares articles in a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._limit = window.get_limit()
        self._terms: dict[int, float] = {}
        self._weighed: dict[tuple[str, datetime], Weighed] = {}

    def measure(self, article: Article, other: Article) -> float:
        """Return how far the log odds that two articles report one event exceed the limit; less the
        further they are apart. Return FAR if their languages differ or if they are more than WINDOW
        apart."""
        apart = abs(article.at - other.at)
        if article.language != other.language or apart > WINDOW:
            return FAR
        tone = article.sketch.tone + other.sketch.tone
        lost = LATER * (apart / _DAY) + self._limit
        if article.sketch.names.keys().isdisjoint(other.sketch.names):
            return _get_odds(_NO_SHARES, tone) - lost
        one = self.weigh(article)
        two = self.weigh(other)
        odds = _get_odds(measure_shares(one, two), tone) - lost
        if odds > 0 and _is_filled_in(one, two):
            return 0.0
        return odds

    def is_likely(self, article: Article, other: Article) -> bool:
        """Return True if two articles are more likely than not to report one event. Most others are
        told apart by the terms that both have, without the weights of all terms of `other`."""
        one = self.weigh(article)
        names = self._multiply_at_most(one.names, other.sketch.names, SHORT[1])
        if not names:
            return self.measure(article, other) > 0
        words = self._multiply_at_most(one.words, other.sketch.words, SHORT[0])
        numbers = self._multiply_at_most(one.numbers, other.sketch.numbers, SHORT[2])
        most = BY_NAMES * names
        if _get_odds((min(words, most), min(numbers, most), 0.0), tone=0.0) <= self._limit:
            return False
        return self.measure(article, other) > 0

    def _multiply_at_most(self, weighed: Terms, stresses: Terms, short: float) -> float:
        """Return the most that the product with the weights of these stresses can be."""
        shared = weighed.keys() & stresses.keys()
        weights = {term: stresses[term] * self._terms[term] for term in shared}
        return _multiply(weighed, weights) / math.hypot(short, *weights.values())

    def weigh(self, article: Article) -> Weighed:
        """Return the sketch of an article by weights in this window."""
        key = article.id, article.at
        weighed = self._weighed.get(key)
        if weighed is None:
            sketch = article.sketch
            kinds = zip((sketch.words, sketch.names, sketch.numbers), SHORT, strict=True)
            words, names, numbers = (self._weigh_kind(kind, short) for kind, short in kinds)
            weighed = Weighed(words, names, numbers, find_first_names(sketch))
            self._weighed[key] = weighed
        return weighed

    def _weigh_kind(self, kind: Terms, short: float) -> Terms:
        terms = self._terms
        for term in kind:
            if term not in terms:
                terms[term] = self._window.weigh_term(term)
        weights = [stress * terms[term] for term, stress in kind.items()]
        length = math.hypot(short, *weights)
        return {term: weight / length for term, weight in zip(kind, weights, strict=True)}


def _get_odds(shares: tuple[float, float, float], tone: float) -> float:
    odds: float = sum(map(mul, WEIGHTS, (*shares, tone)), CONSTANT)
    return odds


def measure_shares(one: Weighed, two: Weighed) -> tuple[float, float, float]:
    """Return the evidence of words and of numbers, which count as far as names agree; then that of
    words and APART again, as far as both articles have MANY numbers and share none, like a forecast
    and a result. No word is more than MOST: the name of a company makes no event."""
    names = _multiply(one.names, two.names)
    shared = one.words.keys() & two.words.keys()
    evidence = sum(min(MOST, one.words[term] * two.words[term]) for term in shared)
    words = min(evidence, BY_NAMES * names)
    numbers = min(_multiply(one.numbers, two.numbers), BY_NAMES * names)
    if not one.numbers.keys().isdisjoint(two.numbers):
        return words, numbers, 0.0
    many = min(1.0, min(len(one.numbers), len(two.numbers)) / MANY)
    return words, numbers, many * (words + APART)


def _multiply(terms: Terms, others: Terms) -> float:
    return sum(terms[term] * others[term] for term in terms.keys() & others.keys())


def _is_filled_in(one: Weighed, two: Weighed) -> bool:
    """Return True for texts of one template: most words that are no names agree, but not the first
    names."""
    names = one.names.keys() | two.names.keys()
    words = one.words.keys() - names
    others = two.words.keys() - names
    if len(words & others) <= TEMPLATE * max(FEW_WORDS, min(len(words), len(others))):
        return False
    return max(_share_first_names(one, two), _share_first_names(two, one)) < SAME_NAMES


def _share_first_names(one: Weighed, two: Weighed) -> float:
    """Return how much of the weight of the names at the beginning of a text belongs to names that
    the other text has."""
    first = {term: one.names[term] for term in one.first_names}
    weight = sum(first.values())
    if not weight:
        return 1.0
    return sum(first[term] for term in first.keys() & two.names.keys()) / weight
