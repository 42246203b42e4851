"""Find earlier articles with similar words; learn the usual spelling of a word."""

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from syndicator.describing.resources import Floats, NDArray, np
from syndicator.describing.text.language import load_function_words
from syndicator.describing.text.sentences import ends_with_stop

_WORD = re.compile(r"[^\W\d_][\w+#]*")
TITLE: Final = 3  # times a word of the title counts
LONGEST: Final = 30_000  # characters of a text that are read
TERMS: Final = 60_000  # terms kept: the ones in most texts
STEM: Final = 7  # letters of a word that are kept, a cheap stem
MANY: Final = 20  # texts; with so many, drop terms of one text or of all
LEAST: Final = 3  # articles that must write a form
READ: Final = 12_000  # characters of an article
PROSE: Final = 6  # words a line of prose has at least
TITLED: Final = 0.5  # from this share of capitals, a line is a title
_FORM_WORD = re.compile(r"[^\W_](?:[\w'’.+#&-]*[\w+#])?")
_OWN = re.compile(r"['’]s$")
_INSIDE = re.compile(r"[\w,;)] $")
_SMALL = frozenset(word for words in load_function_words().values() for word in words)


def count_terms(title: str, text: str) -> Counter[str]:
    """Count stems of words and pairs of neighbours."""
    counts: Counter[str] = Counter()
    for value, times in ((title, TITLE), (text[:LONGEST], 1)):
        small = load_function_words()["en"]
        words = [word[:STEM] for word in _WORD.findall(value.casefold()) if word not in small]
        for term in (*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))):
            counts[term] += times
    return counts


@dataclass(frozen=True)
class Index:
    """Earlier texts by term: term i is in `rows[starts[i]:starts[i + 1]]`, with these `values`."""

    terms: tuple[str, ...]
    idf: Floats
    starts: "NDArray[np.int64]"
    rows: "NDArray[np.int32]"
    values: Floats
    size: int  # texts

    @cached_property
    def _number(self) -> dict[str, int]:
        return {term: number for number, term in enumerate(self.terms)}

    def vector(self, counts: Counter[str]) -> "tuple[NDArray[np.int64], Floats]":
        """Return the numbers of known terms and their weights, normalised to length one."""
        weighted = [
            (self._number[term], 1 + math.log(n))
            for term, n in counts.items()
            if term in self._number
        ]
        numbers = np.array([number for number, _ in weighted], dtype=np.int64)
        weights = np.array([weight for _, weight in weighted], dtype=np.float32) * self.idf[numbers]
        length = float(np.linalg.norm(weights))
        return numbers, weights / np.float32(length) if length else weights

    def near(self, counts: Counter[str]) -> Floats:
        """Return the cosine of a text with each earlier one."""
        numbers, weights = self.vector(counts)
        if not len(numbers):
            return np.zeros(self.size, dtype=np.float32)
        begin = self.starts[numbers]
        end = self.starts[numbers + 1]
        lengths = end - begin
        where = np.repeat(
            begin - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths
        ) + np.arange(lengths.sum())
        products = self.values[where] * np.repeat(weights, lengths)
        return np.bincount(self.rows[where], weights=products, minlength=self.size).astype(
            np.float32
        )


def build_index(bags: Sequence[Counter[str]]) -> Index:
    """Build an index. From MANY texts on, terms of a single text or of all texts are dropped."""
    seen = Counter(term for counts in bags for term in counts)
    least = 2 if len(bags) >= MANY else 1
    terms = tuple(
        term
        for term, n in seen.most_common(TERMS)
        if n >= least and (n < len(bags) or len(bags) < MANY)
    )
    idf = np.array([math.log((len(bags) + 1) / seen[term]) for term in terms], dtype=np.float32)
    empty = Index(
        terms, idf, np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), len(bags)
    )
    vectors = [empty.vector(counts) for counts in bags]
    numbers = np.concatenate([n for n, _ in vectors]) if vectors else np.zeros(0, np.int64)
    order = np.argsort(numbers, kind="stable")
    rows = np.repeat(np.arange(len(bags), dtype=np.int32), [len(n) for n, _ in vectors])[order]
    values = np.concatenate([v for _, v in vectors])[order] if vectors else np.zeros(0, np.float32)
    starts = np.searchsorted(numbers[order], np.arange(len(terms) + 1)).astype(np.int64)
    return Index(terms, idf, starts, rows, values, len(bags))


def learn_word_forms(texts: Sequence[str], least: int = LEAST) -> dict[str, str]:
    """Return by lower case the commonest form of each word or name that `least` texts have inside
    sentences."""
    words: dict[str, Counter[str]] = defaultdict(Counter)
    names: Counter[str] = Counter()
    for text in texts:
        runs = list(_split_prose(text))
        for form in {word for run in runs for word in _list_single_words(run)}:
            words[form.casefold()][form] += 1
        pairs = (name for run in runs for name in _list_word_groups(run))
        names.update(
            {
                " ".join(name).casefold()
                for name in pairs
                if _has_capital(name[0]) and _has_capital(name[-1])
            }
        )
    wanted = {name for name, n in names.items() if n >= least}
    for text in texts if wanted else ():
        for form in {
            " ".join(name) for run in _split_prose(text) for name in _list_word_groups(run)
        }:
            if form.casefold() in wanted:
                words[form.casefold()][form] += 1
    best = {key: min(forms, key=lambda form: (-forms[form], form)) for key, forms in words.items()}
    return {key: form for key, form in best.items() if words[key][form] >= least}


def _list_single_words(run: Sequence[str]) -> Iterator[str]:
    """Yield words outside longer names: "army" is no name because of "US Army"."""
    for at, word in enumerate(run):
        near = {*run[max(0, at - 1) : at], *run[at + 1 : at + 2]}
        beyond = run[at + 2 : at + 3] if near & _SMALL else []
        if not _has_capital(word) or not any(map(_has_capital, (*near, *beyond))):
            yield word


def _list_word_groups(run: Sequence[str]) -> Iterator[Sequence[str]]:
    for size in (2, 3):
        for at in range(len(run) - size + 1):
            yield run[at : at + size]


def _split_prose(text: str) -> Iterator[list[str]]:
    for line in text[:READ].split("\n"):
        matches = list(_FORM_WORD.finditer(line))
        if len(matches) < PROSE or not ends_with_stop(line.rstrip()):
            continue
        inside = [bool(_INSIDE.search(line, max(0, m.start() - 2), m.start())) for m in matches]
        own = [
            m[0]
            for m, within in zip(matches, inside, strict=True)
            if within and m[0].casefold() not in _SMALL
        ]
        if sum(map(_has_capital, own)) > TITLED * len(own):
            continue
        run: list[str] = []
        end = -1
        for match, within in zip(matches, inside, strict=True):
            if not within or line[end : match.start()] != " ":
                yield run
                run = []
            if within:
                run.append(_OWN.sub("", match[0]))
            end = match.end()
        yield run


def _has_capital(word: str) -> bool:
    return word != word.casefold()
