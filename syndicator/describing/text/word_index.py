"""Find earlier articles with similar words; learn the usual spelling of a word."""

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from syndicator.describing.resources import Floats, NDArray, np
from syndicator.describing.text.language import load_function_words
from syndicator.describing.text.sentences import ends_with_stop

_WORD = re.compile(r"[^\W\d_][\w+#]*")
TITLE_WEIGHT: Final = 3  # times a word of the title counts
LONGEST: Final = 30_000  # characters of a text that are read
MOST_TERMS: Final = 60_000  # terms kept: the ones in most texts
STEM_LETTERS: Final = 7  # letters of a word that are kept, a cheap stem
MANY_TEXTS: Final = 20  # texts; with so many, drop terms of one text or of all
LEAST_ARTICLES: Final = 3  # articles that must write a form
READ: Final = 12_000  # characters of an article
LEAST_WORDS_OF_PROSE: Final = 6  # words a line of prose has at least
TITLE_CAPITALS: Final = 0.5  # from this share of capitals, a line is a title
_FORM_WORD = re.compile(r"[^\W_](?:[\w'’.+#&-]*[\w+#])?")
_POSSESSIVE = re.compile(r"['’]s$")
_INSIDE = re.compile(r"[\w,;)] $")
_SMALL = frozenset(word for words in load_function_words().values() for word in words)


def count_terms(title: str, text: str) -> Counter[str]:
    """Return how often an article has each term. The terms are the stems of its words, and the
    pairs of neighbouring stems. A term in the title counts TITLE_WEIGHT times."""
    counts: Counter[str] = Counter()
    small_words = load_function_words()["en"]
    for value, times in ((title, TITLE_WEIGHT), (text[:LONGEST], 1)):
        stems = [
            word[:STEM_LETTERS]
            for word in _WORD.findall(value.casefold())
            if word not in small_words
        ]
        for stem in stems:
            counts[stem] += times
        for first, second in itertools.pairwise(stems):
            counts[f"{first} {second}"] += times
    return counts


@dataclass(frozen=True)
class Index:
    """An index of earlier texts by their terms. The texts that have term number i are
    `rows[starts[i]:starts[i + 1]]`; the same part of `values` has the weights of the term in these
    texts. `idf`: for each term, how rare it is, higher is rarer."""

    terms: tuple[str, ...]
    idf: Floats
    starts: "NDArray[np.int64]"
    rows: "NDArray[np.int32]"
    values: Floats
    size: int  # texts

    @cached_property
    def _number_by_term(self) -> dict[str, int]:
        return {term: number for number, term in enumerate(self.terms)}

    def weigh_terms(self, counts: Counter[str]) -> "tuple[NDArray[np.int64], Floats]":
        """Return the numbers of those terms of a text that the index knows, and the weights of
        these terms, which are higher for rare terms and for frequent ones of the text. The weights
        are a vector of the length 1; both are empty if the index knows no term. `counts`: how often
        the text has each term."""
        known_numbers = []
        known_counts = []
        for term, count in counts.items():
            if term in self._number_by_term:
                known_numbers.append(self._number_by_term[term])
                known_counts.append(1 + math.log(count))
        numbers = np.array(known_numbers, dtype=np.int64)
        weights = np.array(known_counts, dtype=np.float32) * self.idf[numbers]
        length = float(np.linalg.norm(weights))
        if length == 0:
            return numbers, weights
        return numbers, weights / np.float32(length)

    def measure_nearness(self, counts: Counter[str]) -> Floats:
        """Return how similar a text is to each text of the index, as the cosine of their weights: 1
        is equal, 0 has no common term. `counts`: how often the text has each term."""
        numbers, weights = self.weigh_terms(counts)
        if not len(numbers):
            return np.zeros(self.size, dtype=np.float32)
        # the entries of a term in `rows` and `values` are from `begin` to `end`
        begins = self.starts[numbers]
        ends = self.starts[numbers + 1]
        lengths = ends - begins
        # for each term, the indices begin, begin + 1, ... end - 1, all in one array
        lengths_before = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        indices = np.repeat(begins - lengths_before, lengths) + np.arange(lengths.sum())
        products = self.values[indices] * np.repeat(weights, lengths)
        return np.bincount(self.rows[indices], weights=products, minlength=self.size).astype(
            np.float32
        )


def build_index(bags: Sequence[Counter[str]]) -> Index:
    """Return the index of texts, by which similar texts are found. With MANY_TEXTS texts or more,
    terms that only one text has, or that all have, are left out. `bags`: how often each text has
    each term."""
    texts_by_term = Counter[str]()
    for counts in bags:
        texts_by_term.update(counts.keys())
    has_many_texts = len(bags) >= MANY_TEXTS
    usable = []
    for term, texts in texts_by_term.most_common(MOST_TERMS):
        is_telling = 1 < texts < len(bags)
        if is_telling or not has_many_texts:
            usable.append(term)
    idf = [math.log((len(bags) + 1) / texts_by_term[term]) for term in usable]
    without_texts = Index(
        terms=tuple(usable),
        idf=np.array(idf, dtype=np.float32),
        starts=np.zeros(1, np.int64),
        rows=np.zeros(0, np.int32),
        values=np.zeros(0, np.float32),
        size=len(bags),
    )

    # weigh the terms text by text, then sort all by term
    numbers_by_text = []
    weights_by_text = []
    for counts in bags:
        term_numbers, term_weights = without_texts.weigh_terms(counts)
        numbers_by_text.append(term_numbers)
        weights_by_text.append(term_weights)
    numbers = np.concatenate([np.zeros(0, np.int64), *numbers_by_text])
    weights = np.concatenate([np.zeros(0, np.float32), *weights_by_text])
    rows = np.repeat(np.arange(len(bags), dtype=np.int32), list(map(len, numbers_by_text)))
    by_term = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[by_term], np.arange(len(usable) + 1))
    return replace(
        without_texts,
        starts=starts.astype(np.int64),
        rows=rows[by_term],
        values=weights[by_term],
    )


def learn_word_forms(texts: Sequence[str], least: int = LEAST_ARTICLES) -> dict[str, str]:
    """Return the usual spelling of words, and of names of two or three words, by the same in lower
    case. This is the commonest spelling inside sentences, if at least `least` texts have it."""
    # how many texts have each spelling, and which groups of words are names
    forms_by_word: dict[str, Counter[str]] = defaultdict(Counter)
    texts_by_name: Counter[str] = Counter()
    for text in texts:
        forms: set[str] = set()
        names: set[str] = set()
        for run in _split_prose(text):
            forms.update(_list_single_words(run))
            for group in _list_word_groups(run):
                if _has_capital(group[0]) and _has_capital(group[-1]):
                    names.add(" ".join(group).casefold())
        for form in forms:
            forms_by_word[form.casefold()][form] += 1
        texts_by_name.update(names)

    # the spellings of the names, also those in lower case
    frequent_names = {name for name, count in texts_by_name.items() if count >= least}
    if frequent_names:
        for text in texts:
            for form in _list_group_forms(text):
                if form.casefold() in frequent_names:
                    forms_by_word[form.casefold()][form] += 1

    usual = {}
    for word, times in forms_by_word.items():
        form = min(times, key=lambda form: (-times[form], form))
        if times[form] >= least:
            usual[word] = form
    return usual


def _list_group_forms(text: str) -> set[str]:
    """Return the groups of two or three neighbouring words in the sentences of a text, as the text
    spells them."""
    forms: set[str] = set()
    for run in _split_prose(text):
        forms.update(map(" ".join, _list_word_groups(run)))
    return forms


def _list_single_words(run: Sequence[str]) -> Iterator[str]:
    """Yield those of the neighbouring words `run` that are not a part of a longer name, so that
    "US Army" says nothing about the spelling of "army". Capitalised words side by side, or with a
    function word between them ("Bank of England"), are one name."""
    for index, word in enumerate(run):
        if not _has_capital(word):
            yield word
            continue
        before = run[max(0, index - 1) : index]  # the word before; none at the start
        after = run[index + 1 : index + 2]
        neighbours = [*before, *after]
        if not _SMALL.isdisjoint(neighbours):  # a function word: see what is after it
            neighbours += run[index + 2 : index + 3]
        if not any(map(_has_capital, neighbours)):
            yield word


def _list_word_groups(run: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield each group of two and of three neighbouring words."""
    for size in (2, 3):
        for start in range(len(run) - size + 1):
            yield run[start : start + size]


def _split_prose(text: str) -> Iterator[list[str]]:
    """Yield the runs of neighbouring words in the sentences of a text. A run ends at punctuation
    and at the end of a sentence. The first word of a sentence is left out, as its capital means
    nothing. Lines without sentences, and lines in which many words have capitals, are left out,
    too."""
    for line in text[:READ].split("\n"):
        matches = list(_FORM_WORD.finditer(line))
        if len(matches) < LEAST_WORDS_OF_PROSE or not ends_with_stop(line.rstrip()):
            continue
        is_inside = [  # inside a sentence: after a letter, comma or bracket and a space
            bool(_INSIDE.search(line, max(0, match.start() - 2), match.start()))
            for match in matches
        ]
        telling_words = []
        for match, inside in zip(matches, is_inside, strict=True):
            if inside and match[0].casefold() not in _SMALL:
                telling_words.append(match[0])
        if sum(map(_has_capital, telling_words)) > TITLE_CAPITALS * len(telling_words):
            continue
        run: list[str] = []
        end = -1
        for match, inside in zip(matches, is_inside, strict=True):
            if not inside or line[end : match.start()] != " ":
                yield run
                run = []
            if inside:
                run.append(_POSSESSIVE.sub("", match[0]))
            end = match.end()
        yield run


def _has_capital(word: str) -> bool:
    return word != word.casefold()
