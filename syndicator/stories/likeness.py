"""How likely two articles report one event. Pure.

What both say weighs the more, the fewer articles in the window say it. WEIGHTS turn the shared
words, names and numbers into log odds (tools/train/fit_stories.py). Among many articles more pairs
are alike by chance, so the limit grows with their number."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from operator import mul
from typing import Final, NamedTuple, Protocol

from syndicator.stories.sketch import PLACES, Sketch, Terms, find_first_names, get_rarity

WEIGHTS: Final = (25.5, 12.7, -11.0, 1.9)  # of `measure_shares`, of the tones of both
CONSTANT: Final = -2.6
BY_NAMES: Final = 3.0  # times what shared names are is what shared words count at most
MANY: Final = 4  # numbers: of two articles on one event that have so many, nine in ten share one
# share of the words that are no names above which two texts may be of one template
TEMPLATE: Final = 0.5
# share of the weight of its first names below which a text has names of its own
SAME_NAMES: Final = 0.9
FEW_WORDS: Final = 6  # words of which a share is taken at least
LATER: Final = 0.7  # log odds lost a day between two reports
LEAST: Final = -5.8  # of the limit, to which the logarithm of the number of articles is added
FEW: Final = 100  # articles: a window with fewer is as good as empty
WINDOW: Final = timedelta(days=5)  # between two articles that are compared
SAMPLE: Final = 200  # articles whose terms are counted
EXPECTED: Final = 200  # articles for which the rarity of a term in common.bin counts
# added to the length of the weights of each kind: few terms are little evidence
SHORT: Final = (96.0, 28.0, 24.0)
FAR: Final = -1e9
_DAY: Final = timedelta(days=1)


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
        expected = EXPECTED * math.exp(-get_rarity(term))
        count = self.counts.get(term, 0) + expected
        return max(0.0, math.log((self.sampled + EXPECTED) / count))


def count_terms(articles: int, sample: Iterable[tuple[str, Sketch]]) -> Window:
    """Return the window of so many articles, by a sample of them as outlet and sketch. Of an outlet
    at most PLACES articles count for a term, however much it writes."""
    by_outlet: dict[str, list[set[int]]] = {}
    for outlet, sketch in sample:
        found = sketch.words.keys() | sketch.names.keys() | sketch.numbers.keys()
        by_outlet.setdefault(outlet, []).append(found)
    counts: Counter[int] = Counter()
    for of_outlet in by_outlet.values():
        own = Counter(chain.from_iterable(of_outlet))
        if len(of_outlet) > PLACES:
            own = Counter({term: min(PLACES, count) for term, count in own.items()})
        counts.update(own)
    return Window(articles, sum(map(len, by_outlet.values())), counts)


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
        one, two = self.weigh(article), self.weigh(other)
        tone = article.sketch.tone + other.sketch.tone
        features = (*measure_shares(one, two), tone)
        odds: float = (
            sum(map(mul, WEIGHTS, features)) + CONSTANT - LATER * (apart / _DAY) - self._limit
        )
        if odds > 0 and _is_filled_in(one, two):
            return 0.0
        return odds

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


def measure_shares(one: Weighed, two: Weighed) -> tuple[float, float, float]:
    """Return the evidence of words and of numbers, which count as far as names agree; then that of
    words again, if both articles have MANY numbers and share none, like a forecast and a result."""
    names = _multiply(one.names, two.names)
    words = min(_multiply(one.words, two.words), BY_NAMES * names)
    numbers = min(_multiply(one.numbers, two.numbers), BY_NAMES * names)
    apart = 0.0 if numbers else min(1.0, min(len(one.numbers), len(two.numbers)) / MANY)
    return words, numbers, apart * words


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
