"""What the class, id and role of an element say it holds, as bits. Pure; the words are in data/hints.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LITERAL = re.compile(r"(?:\\b)?([a-z]+?)(?:[a-z][?*]|[^a-z]|$)")
_SAID = frozenset(("class", "id", "role", "itemprop", "data-testid", "data-component"))
_MOST = 80  # characters of a class name that are looked at
_MOST_WORDS = 30  # class names of an element that are


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("syndicator.reading").joinpath("data/hints.toml").read_text("utf-8"))


@cache
def names() -> tuple[str, ...]:
    """The names of the bits, lowest first."""
    return tuple(_table()["words"])


@cache
def bit(name: str) -> int:
    """The bit of the hint called `name`."""
    return 1 << names().index(name)


@cache
def _patterns() -> dict[str, list[tuple[str, re.Pattern[str], int]]]:
    """The expressions by the first two of the letters they must begin with, with these letters and the bit."""
    found: dict[str, list[tuple[str, re.Pattern[str], int]]] = {}
    for name, expressions in _table()["words"].items():
        for expression in expressions:
            literal = _literal(expression)
            found.setdefault(literal[:2], []).append((literal, re.compile(expression), bit(name)))
    return found


@cache
def _tags() -> dict[str, int]:
    return {tag: bit(name) for tag, name in _table()["tags"].items()}


def _literal(expression: str) -> str:
    found = _LITERAL.match(expression)
    return found[1] if found else ""


@lru_cache(maxsize=20_000)
def _of_word(value: str) -> int:
    said = _CAMEL.sub("-", value[:_MOST]).lower()
    table, found = _patterns(), 0
    for at in range(len(said) - 1):
        for literal, expression, flag in table.get(said[at : at + 2], ()):
            if not found & flag and said.startswith(literal, at) and expression.search(said):
                found |= flag
    return found


def of(element: Any) -> int:
    """The bits of one element: what its tag, class, id, role and test id say."""
    found = _tags().get(element.tag, 0)
    for name, value in element.items():
        if name in _SAID and value:
            for word in value.split()[:_MOST_WORDS]:
                found |= _of_word(word)
    return found
