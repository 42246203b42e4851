"""Texts as weighted words and pairs, compared with many earlier texts at once, in numpy without a sparse library."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from syndicator.describing.text.language import function_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_WORD = re.compile(r"[^\W\d_][\w+#]*")
TITLE: Final = 3  # times a word of the title counts
LONGEST: Final = 30_000  # characters of a text that are read
TERMS: Final = 60_000  # terms kept: the ones in most texts
STEM: Final = 7  # letters of a word that are kept, a cheap stem
MANY: Final = 20  # texts from which on a term of one text alone, or of all, tells nothing


def bag(title: str, text: str) -> Counter[str]:
    """Stems of words and pairs of neighbours, with their number."""
    counts: Counter[str] = Counter()
    for value, times in ((title, TITLE), (text[:LONGEST], 1)):
        small = function_words()["en"]
        words = [word[:STEM] for word in _WORD.findall(value.casefold()) if word not in small]
        for term in (*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))):
            counts[term] += times
    return counts


@dataclass(frozen=True)
class Index:
    """The earlier texts by term: the texts with term i are `rows[starts[i]:starts[i + 1]]`, with their `values`."""

    terms: tuple[str, ...]
    idf: Floats
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    values: Floats
    size: int  # texts

    @cached_property
    def _number(self) -> dict[str, int]:
        return {term: number for number, term in enumerate(self.terms)}

    def vector(self, counts: Counter[str]) -> tuple[NDArray[np.int64], Floats]:
        """Known terms of a text and their weights, at length one."""
        import numpy as np

        known = [(self._number[term], 1 + math.log(n)) for term, n in counts.items() if term in self._number]
        numbers = np.array([number for number, _ in known], dtype=np.int64)
        weights = np.array([weight for _, weight in known], dtype=np.float32) * self.idf[numbers]
        length = float(np.linalg.norm(weights))
        return numbers, weights / np.float32(length) if length else weights

    def near(self, counts: Counter[str]) -> Floats:
        """Cosine of a text with each earlier one."""
        import numpy as np

        numbers, weights = self.vector(counts)
        if not len(numbers):
            return np.zeros(self.size, dtype=np.float32)
        begin, end = self.starts[numbers], self.starts[numbers + 1]
        lengths = end - begin
        where = np.repeat(begin - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(lengths.sum())
        products = self.values[where] * np.repeat(weights, lengths)
        return np.bincount(self.rows[where], weights=products, minlength=self.size).astype(np.float32)


def build(bags: Sequence[Counter[str]]) -> Index:
    """An index of texts. From `MANY` texts on it leaves out the terms of a single text, which link it with no other,
    and those of all texts."""
    import numpy as np

    seen = Counter(term for counts in bags for term in counts)
    least = 2 if len(bags) >= MANY else 1
    terms = tuple(term for term, n in seen.most_common(TERMS) if n >= least and (n < len(bags) or len(bags) < MANY))
    idf = np.array([math.log((len(bags) + 1) / seen[term]) for term in terms], dtype=np.float32)
    empty = Index(terms, idf, np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), len(bags))
    vectors = [empty.vector(counts) for counts in bags]
    numbers = np.concatenate([n for n, _ in vectors]) if vectors else np.zeros(0, np.int64)
    order = np.argsort(numbers, kind="stable")
    rows = np.repeat(np.arange(len(bags), dtype=np.int32), [len(n) for n, _ in vectors])[order]
    values = np.concatenate([v for _, v in vectors])[order] if vectors else np.zeros(0, np.float32)
    starts = np.searchsorted(numbers[order], np.arange(len(terms) + 1)).astype(np.int64)
    return Index(terms, idf, starts, rows, values, len(bags))
