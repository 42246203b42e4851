"""Find hints of boilerplate: words in class names ("share") and phrases in texts. Pure.

From files of reading/data. Each hint of a class is a bit."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from syndicator import reading

_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LITERAL = re.compile(r"(?:\\b)?([a-z]+?)(?:[a-z][?*]|[^a-z]|$)")
ATTRIBUTES = frozenset(("class", "id", "role", "itemprop", "data-testid", "data-component"))
KINDS = ("related", "newsletter", "share", "comments", "legal")  # of boilerplate
_KEY_LENGTH = 2  # characters by which starts are looked up
# the first character of the scripts that do not separate words (Unicode: CJK Radicals Supplement)
_CJK = "\u2e80"
_PLAIN_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "»": "", "›": "", "→": ""}
)
_LONGEST_WORD = 80  # characters of a class name
_MOST_WORDS = 30  # of an attribute
# to see that there is none is ten times cheaper
_TYPOGRAPHIC = re.compile(f"[{''.join(map(chr, _PLAIN_QUOTES))}]")


@cache
def _load_table() -> dict[str, Any]:
    return tomllib.loads(reading.file_text("class_hints.toml"))


@cache
def list_names() -> tuple[str, ...]:
    """Return the names of the hints, lowest bit first."""
    return tuple(_load_table()["words"])


@cache
def get_bit(name: str) -> int:
    """Return the bit of the hint `name`."""
    return 1 << list_names().index(name)


@dataclass(frozen=True, slots=True)
class _WordPatterns:
    """`scan` finds the literals with which expressions begin; `by_literal`: the expressions to try
    where it finds one, each with the bit of its hint."""

    scan: re.Pattern[str]
    by_literal: Mapping[str, Sequence[tuple[re.Pattern[str], int]]]


@cache
def _compile_words() -> _WordPatterns:
    """Compile the expressions of data/class_hints.toml.

    To find the literals first is faster than to try each expression on each class name."""
    by_literal: dict[str, list[tuple[re.Pattern[str], int]]] = {}
    for name, expressions in _load_table()["words"].items():
        for expression in expressions:
            match = _LITERAL.match(expression)
            literal = match[1] if match else ""
            by_literal.setdefault(literal, []).append((re.compile(expression), get_bit(name)))
    # the scan finds the longest literal: where it is "header", expressions of "head" are tried, too
    with_shorter: dict[str, list[tuple[re.Pattern[str], int]]] = {}
    for literal in by_literal:
        with_shorter[literal] = []
        for shorter, expressions in by_literal.items():
            if literal.startswith(shorter):
                with_shorter[literal] += expressions
    by_letter: dict[str, list[str]] = {}
    for literal in sorted(by_literal):
        by_letter.setdefault(literal[0], []).append(literal)
    alternatives: list[str] = []
    for letter, literals in by_letter.items():
        longest_first = sorted(literals, key=len, reverse=True)
        ends = "|".join(literal[1:] for literal in longest_first)
        alternatives.append(f"{letter}(?:{ends})")
    return _WordPatterns(re.compile(f"(?=({'|'.join(alternatives)}))"), with_shorter)


@cache
def load_tag_hints() -> Mapping[str, int]:
    """Return tag -> the bits of its hints."""
    return {tag: get_bit(name) for tag, name in _load_table()["tags"].items()}


@lru_cache(maxsize=20_000)
def _read_word(value: str) -> int:
    """Return the bits of the hints in a class name or the like."""
    value = value[:_LONGEST_WORD]
    word = value.lower()
    if word != value:
        word = _CAMEL_CASE.sub("-", value).lower()
    patterns = _compile_words()
    bits = 0
    for literal in patterns.scan.findall(word):
        for expression, flag in patterns.by_literal[literal]:
            if not bits & flag and expression.search(word):
                bits |= flag
    return bits


@lru_cache(maxsize=20_000)
def read_words(value: str) -> int:
    """Return the bits of the hints in `value`, the content of one of the ATTRIBUTES."""
    bits = 0
    for word in value.split()[:_MOST_WORDS]:
        bits |= _read_word(word)
    return bits


def read_hints(element: Any) -> int:
    """Return the bits of the hints that `element` has by its tag and its ATTRIBUTES."""
    bits = load_tag_hints().get(element.tag, 0)
    for name, value in element.items():
        if name in ATTRIBUTES:
            bits |= read_words(value)
    return bits


@cache
def _load_phrases() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads(reading.file_text("phrases.toml"))


def normalise_phrase(text: str) -> str:
    """Return `text` in the form of the phrase lists: lower case, straight quotes, no punctuation at
    the ends."""
    if not text.isascii() and _TYPOGRAPHIC.search(text):
        text = text.translate(_PLAIN_QUOTES)
    return text.strip(" \t\n-–—*•|:<>[]()»").lower()


def measure_starts(kinds: tuple[str, ...], text: str) -> list[float]:
    """Return for each of `kinds` the share (0 to 1) of `text` that its longest phrase at the start
    of `text` is. `text`: see `ready`."""
    shares = [0.0] * len(kinds)
    candidates = _load_starts(kinds).get(text[:_KEY_LENGTH])
    if candidates is None or not text.startswith(candidates.phrases):
        return shares
    for phrase, index in candidates.with_kinds:
        if not shares[index] and text.startswith(phrase) and _ends_at_word(phrase, text):
            shares[index] = len(phrase) / len(text)
    return shares


def find_phrase_kinds(kinds: Sequence[str], text: str) -> frozenset[str]:
    """Return those of `kinds` that have a phrase in `text`, at the start of a word. `text`: see
    `ready`."""
    contained = _load_contained(tuple(kinds))
    matching: set[str] = set()
    for word in contained.by_first_word.keys() & text.split():
        for phrase, kind in contained.by_first_word[word]:
            if phrase in text:
                matching.add(kind)
    if not text.isascii():
        for phrase, kind in contained.without_words:
            if phrase in text:
                matching.add(kind)
    return frozenset(matching)


@dataclass(frozen=True, slots=True)
class _Starts:
    """The phrases with the same first letters, longest first; each with the index of its kind."""

    phrases: tuple[str, ...]
    with_kinds: tuple[tuple[str, int], ...]


@cache
def _load_starts(kinds: tuple[str, ...]) -> dict[str, _Starts]:
    """Return the phrases that texts of `kinds` start with, by their first letters."""
    by_start: dict[str, list[tuple[str, int]]] = {}
    for index, kind in enumerate(kinds):
        by_language = _load_phrases()[kind].get("starts", {})
        for phrase in set(chain.from_iterable(by_language.values())):
            by_start.setdefault(phrase[:_KEY_LENGTH], []).append((phrase, index))
    starts_by_letters: dict[str, _Starts] = {}
    for letters, phrases in by_start.items():
        longest_first = tuple(sorted(phrases, key=lambda item: -len(item[0])))
        starts_by_letters[letters] = _Starts(
            tuple(phrase for phrase, _ in longest_first), longest_first
        )
    return starts_by_letters


def _ends_at_word(phrase: str, text: str) -> bool:
    """Return False if the last word of `phrase` goes on in `text`, which starts with it. Only ASCII
    words are checked."""
    following = text[len(phrase) : len(phrase) + 1]
    is_word_after = following.isascii() and following.isalnum()
    is_word_before = phrase[-1].isascii() and phrase[-1].isalnum()
    return not (is_word_after and is_word_before)


@dataclass(frozen=True, slots=True)
class _Contained:
    """Phrases with their kinds, by their first word; apart those of scripts that do not separate
    words."""

    by_first_word: Mapping[str, Sequence[tuple[str, str]]]
    without_words: Sequence[tuple[str, str]]


@cache
def _load_contained(kinds: tuple[str, ...]) -> _Contained:
    """Return the phrases that texts of `kinds` contain."""
    by_first_word: dict[str, list[tuple[str, str]]] = {}
    without_words: list[tuple[str, str]] = []
    for kind in kinds:
        by_language = _load_phrases()[kind].get("contains", {})
        for phrase in chain.from_iterable(by_language.values()):
            if phrase[0] > _CJK:
                without_words.append((phrase, kind))
            else:
                by_first_word.setdefault(phrase.split()[0], []).append((phrase, kind))
    return _Contained(by_first_word, without_words)
