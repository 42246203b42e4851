"""What the class, id and role of an element say it holds, as bits. Pure; the words are in data/hints.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST = 300  # characters of a class list that are looked at


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
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{'|'.join(words)})" for name, words in _table()["words"].items()))


@cache
def _tags() -> dict[str, int]:
    return {tag: bit(name) for tag, name in _table()["tags"].items()}


@lru_cache(maxsize=4096)
def _of_text(value: str) -> int:
    found = 0
    for match in _pattern().finditer(_CAMEL.sub("-", value[:_MOST]).lower()):
        found |= bit(match.lastgroup or "")
    return found


def of(element: Any) -> int:
    """The bits of one element: what its tag, class, id, role and test id say."""
    attributes = element.attrib
    found = _tags().get(element.tag, 0)
    if attributes:
        said = " ".join(
            [attributes[name] for name in ("class", "id", "role", "itemprop", "data-testid", "data-component") if name in attributes]
        )
        if said:
            found |= _of_text(said)
    return found
