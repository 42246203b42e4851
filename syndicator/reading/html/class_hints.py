"""What an element may hold by its class, id and role ("comment", "share", "author"), as bits. Pure.

The words are data/class_hints.toml. A number holds one bit for each hint: ask for a bit by its name with `bit`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
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
    """One expression that finds the first letters of all others at once, and for each of these the expressions to try,
    with their bits."""
    starting: dict[str, list[tuple[re.Pattern[str], int]]] = {}
    for name, expressions in _table()["words"].items():
        for expression in expressions:
            starting.setdefault(_literal(expression), []).append((re.compile(expression), bit(name)))
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


def _literal(expression: str) -> str:
    found = _LITERAL.match(expression)
    return found[1] if found else ""


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
