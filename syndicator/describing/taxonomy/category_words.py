"""Vectors and words of the operator's categories. Outside English, words match by their beginning."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.describing.resources import Floats, np
from syndicator.describing.taxonomy import vocabulary
from syndicator.describing.taxonomy.vocabulary import ENGLISH, CategoryDef, Topic, terms
from syndicator.describing.text.embeddings import embedder, unit

_EAST: Final = "\u3041-\u30ff\u3400-\u9fff"  # kana and Han: no blanks between words
_TOKEN: Final = re.compile(rf"[{_EAST}]+|[^\W_{_EAST}]+")
_EASTERN: Final = re.compile(rf"[{_EAST}]")
# Least letters of a word inside others, and of the part before it.
INSIDE: Final = {"de": (5, 3), "nl": (6, 3), "sv": (6, 3), "ko": (2, 1)}
WHOLE: Final = "$"
SHORTEST: Final = 5  # least letters of a word to cut one
LONG: Final = 7  # least letters to cut two
TELLING: Final = 4  # least letters of a description's word
RIVAL: Final = ""  # name of topics outside all categories
WRITTEN: Final = 1.5  # weight of the operator's words; others have 1


@dataclass(frozen=True)
class NativeWords:
    """Words by how they match: by their first part, inside other words, or (`eastern`) in text without spaces."""

    first: dict[str, list[tuple[str, tuple[str, ...]]]]  # first part -> words as listed, with the parts after it
    inside: frozenset[str]
    eastern: frozenset[str]
    longest: int
    before: int  # least letters before a word inside another

    def counts(self, text: str) -> Counter[str]:
        """Count the listed words in `text`."""
        tokens = _TOKEN.findall(text.casefold())
        counts: Counter[str] = Counter()
        for at, token in enumerate(tokens):
            counts.update(self._east(token) if _EASTERN.match(token) else self._spaced(tokens, at))
        return counts

    def _east(self, token: str) -> Iterator[str]:
        at, end = 0, len(token)
        while at < end:
            for length in range(min(self.longest, end - at), 0, -1):
                if token[at : at + length] in self.eastern:
                    yield token[at : at + length]
                    at += length - 1
                    break
            at += 1

    def _spaced(self, tokens: list[str], at: int) -> Iterator[str]:
        token = tokens[at]
        for word, parts in self._begun(token):
            rest = tokens[at + 1 : at + 1 + len(parts)]
            if len(rest) == len(parts) and all(map(_begins, rest, parts)):
                yield word
        for begin in range(self.before, len(token) - 1) if self.inside else ():
            for end in range(begin + 2, len(token) + 1):
                if token[begin:end] in self.inside:
                    yield token[begin:end]

    def _begun(self, token: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield from self.first.get(token + WHOLE, ())
        for end in range(1, min(self.longest, len(token)) + 1):
            yield from self.first.get(token[:end], ())


def prepare_native_words(words: Iterable[str], language: str) -> NativeWords:
    """Prepare `words` for texts in `language`."""
    first: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    eastern = set()
    for word in dict.fromkeys(words):
        if _EASTERN.search(word):
            eastern.add(word)
        else:
            head, *rest = re.split(r"[-']", word)
            first[head].append((word, tuple(rest)))
    least, before = INSIDE.get(language, (0, 0))
    alone = {word for many in first.values() for word, rest in many if not rest and not word.endswith(WHOLE)}
    inside = frozenset(word for word in alone if least and len(word) >= least)
    longest = max(map(len, (*first, *eastern)), default=0)
    return NativeWords(dict(first), inside, frozenset(eastern), longest, before)


def beginning(word: str) -> str:
    """Return a word without the ending that its other forms may lack."""
    if _EASTERN.search(word) or len(word) < SHORTEST:
        return word
    return word[: -2 if len(word) >= LONG else -1]


def _begins(token: str, part: str) -> bool:
    return token + WHOLE == part or token.startswith(part)


@dataclass(frozen=True, slots=True)
class Categories:
    """The operator's categories, then topics that belong to none of them, named RIVAL."""

    names: tuple[str, ...]
    labels: Floats  # a unit vector a category
    words: tuple[dict[str, float], ...]  # word -> weight, for each category
    subjects: tuple[frozenset[str], ...]  # words that decide for a category if in the title
    others: tuple[frozenset[str], ...]  # words of topics that no category is named like
    other_labels: Floats  # a unit vector a topic
    native: NativeWords | None = None  # how words are found outside English

    def counts(self, text: str) -> Counter[str]:
        """Count the words of `text`."""
        return self.native.counts(text) if self.native else terms(text)


def prepare(defined: Sequence[CategoryDef], language: str = ENGLISH) -> Categories:
    """Return vectors and words of the categories for texts in `language`: English or one with a file in data/topics."""
    rivals = vocabulary.apart(defined, language)
    lists = [_words(category, language) for category in defined] + [dict.fromkeys(r.words, 1.0) for r in rivals]
    seen = Counter(word for words in lists for word in words)
    rare = {word: math.log((len(lists) + 0.5) / count) for word, count in seen.items()}
    subjects = [frozenset().union(*(t.subject for t in vocabulary.of_category(c, language))) for c in defined]
    others = vocabulary.unlike(defined, language)
    listed = {*seen, *(word for words in (*subjects, *(topic.words for topic in others)) for word in words)}
    return Categories(
        names=(*(category.name for category in defined), *(RIVAL for _ in rivals)),
        labels=np.stack([*(_label(c, language) for c in defined), *(embedder().mean(_listed([r])) for r in rivals)]),
        words=tuple({word: rare[word] * weight for word, weight in words.items()} for words in lists),
        subjects=(*subjects, *(rival.subject for rival in rivals)),
        others=tuple(topic.words for topic in others),
        other_labels=np.array([embedder().mean(_listed([topic])) for topic in others], dtype=np.float32),
        native=None if language == ENGLISH else prepare_native_words(listed, language),
    )


def _words(category: CategoryDef, language: str) -> dict[str, float]:
    described = [word for word in terms(category.description) if len(word) >= TELLING and "-" not in word]
    written = [word.casefold().replace(" ", "-") for word in category.words]
    topical = {word for topic in vocabulary.of_category(category, language) for word in topic.words}
    if language != ENGLISH:
        described, written = (list(map(beginning, words)) for words in (described, written))
    return dict.fromkeys((*described, *topical), 1.0) | dict.fromkeys(written, WRITTEN)


def _label(category: CategoryDef, language: str) -> Floats:
    vectors = embedder()
    listed = _listed(vocabulary.of_category(category, language))
    texts = [category.description or category.name, listed, " ".join(category.words), *category.examples]
    parts = [vectors.mean(text) for text in texts if text]
    return unit(sum(parts[1:], parts[0]))


def _listed(chosen: Sequence[Topic]) -> str:
    return " ".join(sorted(word for topic in chosen for word in topic.words)).replace("-", " ").replace("$", "")
