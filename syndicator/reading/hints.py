"""What the class, id and role of an element say it holds, as bits. Pure; the words are in data/hints.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LITERAL = re.compile(r"^(?:\\\\b)?([a-z©]+).*$")
_SAID = ("class", "id", "role", "itemprop", "data-testid", "data-component")
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
def _patterns() -> tuple[tuple[str, re.Pattern[str], int], ...]:
    """Each expression with the letters it must begin with: most are ruled out by a search for those."""
    return tuple(
        (_literal(expression), re.compile(expression), bit(name))
        for name, expressions in _table()["words"].items()
        for expression in expressions
    )


@cache
def _tags() -> dict[str, int]:
    return {tag: bit(name) for tag, name in _table()["tags"].items()}


def _literal(expression: str) -> str:
    found = _LITERAL.match(expression)
    return found[1] if found else ""


@lru_cache(maxsize=20_000)
def _of_word(value: str) -> int:
    said = _CAMEL.sub("-", value[:_MOST]).lower()
    found = 0
    for literal, expression, flag in _patterns():
        if literal in said and not found & flag and expression.search(said):
            found |= flag
    return found


def of(element: Any) -> int:
    """The bits of one element: what its tag, class, id, role and test id say."""
    attributes = element.attrib
    found = _tags().get(element.tag, 0)
    if attributes:
        for name in _SAID:
            if name in attributes:
                for word in attributes[name].split()[:_MOST_WORDS]:
                    found |= _of_word(word)
    return found
