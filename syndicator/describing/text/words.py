"""Texts as weighted words and pairs, compared with many earlier texts in numpy; words as most articles write them."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from syndicator.describing.text.language import function_words
from syndicator.describing.text.sentences import ends

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
    """An index of texts; from `MANY` on without the terms of a single text or of all texts."""
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


LEAST: Final = 3  # articles that must write a form
READ: Final = 12_000  # characters of an article that are looked at
PROSE: Final = 6  # words a line of prose has at least
TITLED: Final = 0.5  # share of capitals inside a line from which on it is a title
_FORM_WORD = re.compile(r"[^\W_](?:[\w'’.+#&-]*[\w+#])?")
_OWN = re.compile(r"['’]s$")
_INSIDE = re.compile(r"[\w,;)] $")
_SMALL = frozenset(word for words in function_words().values() for word in words)


def learn_word_forms(texts: Sequence[str], least: int = LEAST) -> dict[str, str]:
    """Word or capitalised name in lower case -> the commonest form inside sentences, if in `least` `texts`."""
    words: dict[str, Counter[str]] = defaultdict(Counter)
    names: Counter[str] = Counter()
    for text in texts:
        runs = list(_runs(text))
        for form in {word for run in runs for word in _alone(run)}:
            words[form.casefold()][form] += 1
        pairs = (name for run in runs for name in _several(run))
        names.update({" ".join(name).casefold() for name in pairs if _capital(name[0]) and _capital(name[-1])})
    wanted = {name for name, n in names.items() if n >= least}
    for text in texts if wanted else ():
        for form in set(_forms_of(text, wanted)):
            words[form.casefold()][form] += 1
    best = {key: min(forms, key=lambda form: (-forms[form], form)) for key, forms in words.items()}
    return {key: form for key, form in best.items() if words[key][form] >= least}


def _alone(run: Sequence[str]) -> Iterator[str]:
    """The words of a run that are part of no longer name: "army" is no name because the "US Army" is."""
    for at, word in enumerate(run):
        near = {*run[max(0, at - 1) : at], *run[at + 1 : at + 2]}
        beyond = run[at + 2 : at + 3] if near & _SMALL else []
        if not _capital(word) or not any(map(_capital, (*near, *beyond))):
            yield word


def _forms_of(text: str, wanted: Collection[str]) -> Iterator[str]:
    for run in _runs(text):
        for name in _several(run):
            if " ".join(name).casefold() in wanted:
                yield " ".join(name)


def _several(run: Sequence[str]) -> Iterator[Sequence[str]]:
    for size in (2, 3):
        for at in range(len(run) - size + 1):
            yield run[at : at + size]


def _runs(text: str) -> Iterator[list[str]]:
    for line in text[:READ].split("\n"):
        found = list(_FORM_WORD.finditer(line))
        if len(found) < PROSE or not ends(line.rstrip()):
            continue
        inside = [bool(_INSIDE.search(line, max(0, m.start() - 2), m.start())) for m in found]
        own = [m[0] for m, within in zip(found, inside, strict=True) if within and m[0].casefold() not in _SMALL]
        if sum(map(_capital, own)) > TITLED * len(own):
            continue
        run: list[str] = []
        end = -1
        for match, within in zip(found, inside, strict=True):
            if not within or line[end : match.start()] != " ":
                yield run
                run = []
            if within:
                run.append(_OWN.sub("", match[0]))
            end = match.end()
        yield run


def _capital(word: str) -> bool:
    return word != word.casefold()
