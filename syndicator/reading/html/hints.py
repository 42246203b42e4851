"""Hints of an element's class, id and role ("comment", "share") as bits by name (data/class_hints.toml), and phrases of
boilerplate in many languages (data/phrases.toml). Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LITERAL = re.compile(r"(?:\\b)?([a-z]+?)(?:[a-z][?*]|[^a-z]|$)")
ATTRIBUTES = frozenset(("class", "id", "role", "itemprop", "data-testid", "data-component"))
_MOST = 80  # characters of a class name that are looked at
_MOST_WORDS = 30  # class names of an element that are


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("syndicator.reading").joinpath("data/class_hints.toml").read_text("utf-8"))


@cache
def names() -> tuple[str, ...]:
    """The names of the hints, that of the lowest bit first."""
    return tuple(_table()["words"])


@cache
def bit(name: str) -> int:
    """The bit of the hint called `name`."""
    return 1 << names().index(name)


@cache
def _patterns() -> tuple[re.Pattern[str], dict[str, list[tuple[re.Pattern[str], int]]]]:
    """One expression for the first letters of all, and for each of these the expressions to try with their bits."""
    starting: dict[str, list[tuple[re.Pattern[str], int]]] = {}
    for name, expressions in _table()["words"].items():
        for expression in expressions:
            found = _LITERAL.match(expression)
            starting.setdefault(found[1] if found else "", []).append((re.compile(expression), bit(name)))
    all_of = {
        literal: [each for start in starting if literal.startswith(start) for each in starting[start]]
        for literal in starting
    }
    by_letter = {literal[0]: sorted((x for x in starting if x[0] == literal[0]), key=len)[::-1] for literal in starting}
    heads = [f"{letter}(?:{'|'.join(x[1:] for x in literals)})" for letter, literals in sorted(by_letter.items())]
    return re.compile(f"(?=({'|'.join(heads)}))"), all_of


@cache
def tags() -> Mapping[str, int]:
    """The bits of each tag that has some."""
    return {tag: bit(name) for tag, name in _table()["tags"].items()}


@lru_cache(maxsize=20_000)
def _of_word(value: str) -> int:
    value = value[:_MOST]
    words = value.lower()
    if words != value:
        words = _CAMEL.sub("-", value).lower()
    scan, expressions = _patterns()
    found = 0
    for literal in scan.findall(words):
        for expression, flag in expressions[literal]:
            if not found & flag and expression.search(words):
                found |= flag
    return found


@lru_cache(maxsize=20_000)
def of_words(value: str) -> int:
    """The bits of the hints in `value`, the content of one of the ATTRIBUTES."""
    found = 0
    for word in value.split()[:_MOST_WORDS]:
        found |= _of_word(word)
    return found


def of(element: Any) -> int:
    """The bits of one element, by its tag and the attributes in ATTRIBUTES."""
    found = tags().get(element.tag, 0)
    for name, value in element.items():
        if name in ATTRIBUTES:
            found |= of_words(value)
    return found


KINDS = ("related", "newsletter", "share", "comments", "legal")  # of boilerplate
_KEY = 2  # characters by which starts are looked up
_CJK = "\u2e80"  # the first character of the scripts that do not separate words (Unicode: CJK Radicals Supplement)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "»": "", "›": "", "→": ""})

_QUOTED = re.compile(f"[{''.join(map(chr, _QUOTES))}]")  # to see that there is none is ten times cheaper


@cache
def _table_phrases() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads(files("syndicator.reading").joinpath("data/phrases.toml").read_text("utf-8"))


def ready(text: str) -> str:
    """`text` as the lists are written: lower case, straight quotes, no marks at the ends."""
    plain = text if text.isascii() or not _QUOTED.search(text) else text.translate(_QUOTES)
    return plain.strip(" \t\n-–—*•|:<>[]()»").lower()


def starts(kinds: tuple[str, ...], text: str) -> list[float]:
    """Per kind the share (0 to 1) of `text` (made `ready`) that its longest phrase at the start makes up."""
    out = [0.0] * len(kinds)
    found = _starts(kinds).get(text[:_KEY])
    if found is None or not text.startswith(found[0]):
        return out
    for phrase, place in found[1]:
        if not out[place] and text.startswith(phrase) and _whole(phrase, text):
            out[place] = len(phrase) / len(text)
    return out


def inside(kinds: Sequence[str], text: str) -> frozenset[str]:
    """Those of `kinds` of which `text`, made `ready`, contains a phrase that begins at a word."""
    words, loose = _contained(tuple(kinds))
    heads = words.keys() & text.split()
    found = {kind for word in heads for phrase, kind in words[word] if phrase in text}
    if not text.isascii():
        found |= {kind for phrase, kind in loose if phrase in text}
    return frozenset(found)


@cache
def _starts(kinds: tuple[str, ...]) -> dict[str, tuple[tuple[str, ...], tuple[tuple[str, int], ...]]]:
    """The starts of all `kinds` by their first characters, longest first, and again each with the place of its kind."""
    found: dict[str, list[tuple[str, int]]] = {}
    for place, kind in enumerate(kinds):
        for phrase in {phrase for phrases in _table_phrases()[kind].get("starts", {}).values() for phrase in phrases}:
            found.setdefault(phrase[:_KEY], []).append((phrase, place))
    ordered = {key: tuple(sorted(values, key=lambda item: -len(item[0]))) for key, values in found.items()}
    return {key: (tuple(phrase for phrase, _ in values), values) for key, values in ordered.items()}


def _whole(phrase: str, text: str) -> bool:
    """True when `phrase`, with which `text` starts, does not end inside a word of it."""
    end = text[len(phrase) : len(phrase) + 1]
    return not (end.isascii() and end.isalnum() and phrase[-1].isascii() and phrase[-1].isalnum())


@cache
def _contained(kinds: tuple[str, ...]) -> tuple[dict[str, tuple[tuple[str, str], ...]], tuple[tuple[str, str], ...]]:
    """Phrases by their first word, and those of scripts that do not separate words, each with its kind."""
    words: dict[str, list[tuple[str, str]]] = {}
    loose: list[tuple[str, str]] = []
    for kind in kinds:
        for phrases in _table_phrases()[kind].get("contains", {}).values():
            for phrase in phrases:
                if phrase[0] > _CJK:
                    loose.append((phrase, kind))
                else:
                    words.setdefault(phrase.split()[0], []).append((phrase, kind))
    return {word: tuple(found) for word, found in words.items()}, tuple(loose)
