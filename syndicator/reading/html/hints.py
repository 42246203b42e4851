"""Find hints of boilerplate: words in class names ("share") and phrases in texts. Pure.

From files of reading/data. Each hint of a class is a bit."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from syndicator import reading

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LITERAL = re.compile(r"(?:\\b)?([a-z]+?)(?:[a-z][?*]|[^a-z]|$)")
ATTRIBUTES = frozenset(("class", "id", "role", "itemprop", "data-testid", "data-component"))
KINDS = ("related", "newsletter", "share", "comments", "legal")  # of boilerplate
_KEY = 2  # characters by which starts are looked up
# the first character of the scripts that do not separate words (Unicode: CJK Radicals Supplement)
_CJK = "\u2e80"
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "»": "", "›": "", "→": ""}
)
# to see that there is none is ten times cheaper
_QUOTED = re.compile(f"[{''.join(map(chr, _QUOTES))}]")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(reading.file_text("class_hints.toml"))


@cache
def names() -> tuple[str, ...]:
    """Return the names of the hints, lowest bit first."""
    return tuple(_table()["words"])


@cache
def bit(name: str) -> int:
    return 1 << names().index(name)


@cache
def _patterns() -> tuple[re.Pattern[str], dict[str, list[tuple[re.Pattern[str], int]]]]:
    starting: dict[str, list[tuple[re.Pattern[str], int]]] = {}
    for name, expressions in _table()["words"].items():
        for expression in expressions:
            match = _LITERAL.match(expression)
            starting.setdefault(match[1] if match else "", []).append(
                (re.compile(expression), bit(name))
            )
    all_of = {
        literal: [
            each for start in starting if literal.startswith(start) for each in starting[start]
        ]
        for literal in starting
    }
    by_letter = {
        literal[0]: sorted((x for x in starting if x[0] == literal[0]), key=len)[::-1]
        for literal in starting
    }
    heads = [
        f"{letter}(?:{'|'.join(x[1:] for x in literals)})"
        for letter, literals in sorted(by_letter.items())
    ]
    return re.compile(f"(?=({'|'.join(heads)}))"), all_of


@cache
def tags() -> Mapping[str, int]:
    """Return tag -> the bits of its hints."""
    return {tag: bit(name) for tag, name in _table()["tags"].items()}


@lru_cache(maxsize=20_000)
def _of_word(value: str) -> int:
    value = value[:80]
    words = value.lower()
    if words != value:
        words = _CAMEL.sub("-", value).lower()
    scan, expressions = _patterns()
    bits = 0
    for literal in scan.findall(words):
        for expression, flag in expressions[literal]:
            if not bits & flag and expression.search(words):
                bits |= flag
    return bits


@lru_cache(maxsize=20_000)
def of_words(value: str) -> int:
    """Return the bits of the hints in `value`, the content of one of the ATTRIBUTES."""
    bits = 0
    for word in value.split()[:30]:
        bits |= _of_word(word)
    return bits


def of(element: Any) -> int:
    """Return the bits of the hints that `element` has by its tag and its ATTRIBUTES."""
    bits = tags().get(element.tag, 0)
    for name, value in element.items():
        if name in ATTRIBUTES:
            bits |= of_words(value)
    return bits


@cache
def _table_phrases() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads(reading.file_text("phrases.toml"))


def ready(text: str) -> str:
    """Return `text` in the form of the phrase lists: lower case, straight quotes, no punctuation at
    the ends."""
    plain = text if text.isascii() or not _QUOTED.search(text) else text.translate(_QUOTES)
    return plain.strip(" \t\n-–—*•|:<>[]()»").lower()


def starts(kinds: tuple[str, ...], text: str) -> list[float]:
    """Return for each of `kinds` which share (0 to 1) of `text` is the longest phrase with which it
    starts. `text`: see `ready`."""
    out = [0.0] * len(kinds)
    candidates = _starts(kinds).get(text[:_KEY])
    if candidates is None or not text.startswith(candidates[0]):
        return out
    for phrase, place in candidates[1]:
        if not out[place] and text.startswith(phrase) and _whole(phrase, text):
            out[place] = len(phrase) / len(text)
    return out


def inside(kinds: Sequence[str], text: str) -> frozenset[str]:
    """Return those of `kinds` that have a phrase in `text`, at the start of a word. `text`: see
    `ready`."""
    words, loose = _contained(tuple(kinds))
    heads = words.keys() & text.split()
    matching = {kind for word in heads for phrase, kind in words[word] if phrase in text}
    if not text.isascii():
        matching |= {kind for phrase, kind in loose if phrase in text}
    return frozenset(matching)


@cache
def _starts(
    kinds: tuple[str, ...],
) -> dict[str, tuple[tuple[str, ...], tuple[tuple[str, int], ...]]]:
    by_start: dict[str, list[tuple[str, int]]] = {}
    for place, kind in enumerate(kinds):
        for phrase in {
            phrase
            for phrases in _table_phrases()[kind].get("starts", {}).values()
            for phrase in phrases
        }:
            by_start.setdefault(phrase[:_KEY], []).append((phrase, place))
    ordered = {
        key: tuple(sorted(values, key=lambda item: -len(item[0])))
        for key, values in by_start.items()
    }
    return {key: (tuple(phrase for phrase, _ in values), values) for key, values in ordered.items()}


def _whole(phrase: str, text: str) -> bool:
    end = text[len(phrase) : len(phrase) + 1]
    return not (end.isascii() and end.isalnum() and phrase[-1].isascii() and phrase[-1].isalnum())


@cache
def _contained(
    kinds: tuple[str, ...],
) -> tuple[dict[str, tuple[tuple[str, str], ...]], tuple[tuple[str, str], ...]]:
    words: dict[str, list[tuple[str, str]]] = {}
    loose: list[tuple[str, str]] = []
    for kind in kinds:
        for phrases in _table_phrases()[kind].get("contains", {}).values():
            for phrase in phrases:
                if phrase[0] > _CJK:
                    loose.append((phrase, kind))
                else:
                    words.setdefault(phrase.split()[0], []).append((phrase, kind))
    return {word: tuple(pairs) for word, pairs in words.items()}, tuple(loose)
