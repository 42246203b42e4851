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
        """Return the log odds above which two articles count as reports of one event."""
        return LEAST + math.log(self.articles + FEW)

    def weigh_term(self, term: int) -> float:
        """Return the weight of a term, given by its hash: the rarer in this window, the higher. It
        is the logarithm of the number of articles to each one that has the term."""
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
    """Return a window of `articles` articles, by a sample of them (outlet, terms of an article). Of
    an outlet at most PLACES articles count for a term, however much it writes."""
    terms_by_outlet: dict[str, list[Collection[int]]] = {}
    for outlet, terms in sample:
        terms_by_outlet.setdefault(outlet, []).append(terms)
    sampled = 0
    parts: list[Collection[int]] = []
    for terms_of_outlet in terms_by_outlet.values():
        sampled += len(terms_of_outlet)
        if len(terms_of_outlet) <= PLACES:
            parts += terms_of_outlet
            continue
        outlet_counts = Counter(chain.from_iterable(terms_of_outlet))
        parts += ([term] * min(PLACES, count) for term, count in outlet_counts.items())
    return Window(articles, sampled, Counter(chain.from_iterable(parts)))


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
        time_between = abs(article.at - other.at)
        if article.language != other.language or time_between > WINDOW:
            return FAR
        tone = article.sketch.tone + other.sketch.tone
        limit = LATER * (time_between / _DAY) + self._limit
        if article.sketch.names.keys().isdisjoint(other.sketch.names):
            return _get_odds(_NO_SHARES, tone) - limit
        weighed = self.weigh(article)
        other_weighed = self.weigh(other)
        odds = _get_odds(measure_shares(weighed, other_weighed), tone) - limit
        if odds > 0 and _have_same_template(weighed, other_weighed):
            return 0.0
        return odds

    def is_likely(self, article: Article, other: Article) -> bool:
        """Return True if two articles are more likely than not to report one event. For most other
        pairs the shared terms suffice to say so, without the weights of all terms of `other`."""
        weighed = self.weigh(article)
        short_words, short_names, short_numbers = SHORT
        names = self._multiply_at_most(weighed.names, other.sketch.names, short_names)
        if not names:
            return self.measure(article, other) > 0
        words = self._multiply_at_most(weighed.words, other.sketch.words, short_words)
        numbers = self._multiply_at_most(weighed.numbers, other.sketch.numbers, short_numbers)
        most = BY_NAMES * names  # as in `measure_shares`
        highest_shares = min(words, most), min(numbers, most), 0.0
        if _get_odds(highest_shares, tone=0.0) <= self._limit:
            return False
        return self.measure(article, other) > 0

    def _multiply_at_most(self, weighed: Terms, stresses: Terms, short: float) -> float:
        """Return the highest value that the product of `weighed` and the other article's weights
        can have. `stresses`: those of the other article, of which only shared terms are weighed;
        `short`: of SHORT."""
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

    def _weigh_kind(self, stresses: Terms, short: float) -> Terms:
        """Return the weights of terms of one kind, divided by their length. `short`: of SHORT."""
        term_weights = self._terms
        for term in stresses:
            if term not in term_weights:
                term_weights[term] = self._window.weigh_term(term)
        weights = [stress * term_weights[term] for term, stress in stresses.items()]
        length = math.hypot(short, *weights)
        return {term: weight / length for term, weight in zip(stresses, weights, strict=True)}


def _get_odds(shares: tuple[float, float, float], tone: float) -> float:
    """Return the log odds for the result of `measure_shares` and the tone of both articles."""
    odds: float = sum(map(mul, WEIGHTS, (*shares, tone)), CONSTANT)
    return odds


def measure_shares(article: Weighed, other: Weighed) -> tuple[float, float, float]:
    """Return the evidence of shared words, that of shared numbers, and the evidence against one
    event: that both articles have MANY numbers and share none, like a forecast and a result. Words
    and numbers count as far as names agree. No word is more than MOST: the name of a company makes
    no event."""
    names = _multiply(article.names, other.names)
    shared_words = article.words.keys() & other.words.keys()
    evidence = sum(min(MOST, article.words[term] * other.words[term]) for term in shared_words)
    words = min(evidence, BY_NAMES * names)
    numbers = min(_multiply(article.numbers, other.numbers), BY_NAMES * names)
    if not article.numbers.keys().isdisjoint(other.numbers):
        return words, numbers, 0.0
    number_count = min(len(article.numbers), len(other.numbers))
    share_of_many = min(1.0, number_count / MANY)
    return words, numbers, share_of_many * (words + APART)


def _multiply(terms: Terms, others: Terms) -> float:
    """Return the sum of the products of the values of shared terms."""
    return sum(terms[term] * others[term] for term in terms.keys() & others.keys())


def _have_same_template(article: Weighed, other: Weighed) -> bool:
    """Return True for texts of one template: most words that are no names agree, but not the first
    names."""
    names = article.names.keys() | other.names.keys()
    words = article.words.keys() - names
    other_words = other.words.keys() - names
    shorter = max(FEW_WORDS, min(len(words), len(other_words)))
    if len(words & other_words) <= TEMPLATE * shorter:
        return False
    return max(_share_first_names(article, other), _share_first_names(other, article)) < SAME_NAMES


def _share_first_names(article: Weighed, other: Weighed) -> float:
    """Return how much of the weight of the names at the beginning of a text belongs to names that
    the other text has."""
    first_names = {term: article.names[term] for term in article.first_names}
    weight = sum(first_names.values())
    if not weight:
        return 1.0
    shared_names = first_names.keys() & other.names.keys()
    return sum(first_names[term] for term in shared_names) / weight
