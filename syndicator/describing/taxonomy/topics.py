"""Topics that many sites share, from data/topics: words that speak for a category that is called like one.

Each language has its file of words; names.toml has what the topics are called in all of them."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

from syndicator.describing.taxonomy.vocabulary import CategoryDef

ENGLISH: Final = "en"
_TERM = re.compile(r"[\w][\w'’.+-]*[\w+]|\w")


class Topic(NamedTuple):
    """`subject`: words that name the very subject, whatever words of money or law stand around them."""

    name: str
    words: frozenset[str]
    subject: frozenset[str]


@lru_cache(maxsize=16)
def topics(language: str = ENGLISH) -> tuple[Topic, ...]:
    """All topics in the words of `language` (ISO 639-1), none where it has no file: English ones are whole words, the
    others' are as native_words.py reads them."""
    file = _folder().joinpath(f"{language}.toml")
    raw: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    return tuple(Topic(name, _split(t["words"]), _split(t.get("subject", ""))) for name, t in raw.items())


def named() -> frozenset[str]:
    """All topics that a category may have."""
    return frozenset(_names())


def of_category(category: CategoryDef, language: str = ENGLISH) -> list[Topic]:
    """The topics a category is called like, in any language, with their words in `language`: by its whole name or the
    head of its description ("US politics: ..."), else by a word of them."""
    name = _dashed(category.name)
    head = _dashed(category.description.split(":")[0]) if ":" in category.description else ""
    whole = {topic for topic, names in _names().items() if name in names or head in names}
    parts = set((head or name).split("-"))
    alike = whole or {topic for topic, names in _names().items() if parts & names}
    return [topic for topic in topics(language) if topic.name in alike]


def apart(categories: Iterable[CategoryDef], language: str = ENGLISH) -> list[Topic]:
    """The topics that are on nothing that other topics are on, and that none of `categories` is called like."""
    own = {topic.name for category in categories for topic in of_category(category, language)}
    marked = {name for name, names in _raw_names().items() if names.get("apart")}
    return [topic for topic in topics(language) if topic.name in marked - own]


def terms(text: str) -> Counter[str]:
    """Words and pairs of neighbours ("interest-rates") of `text` in lower case with their number."""
    words = [word.replace("’", "'").removesuffix("'s") for word in _TERM.findall(text.casefold())]
    counts = Counter(words)
    counts.update(f"{a}-{b}" for a, b in itertools.pairwise(words))
    return counts


def _split(words: str) -> frozenset[str]:
    return frozenset(words.casefold().split())


@lru_cache(maxsize=1)
def _names() -> dict[str, frozenset[str]]:
    rows = _raw_names().items()
    return {topic: frozenset(" ".join(n for n in names.values() if n is not True).split()) for topic, names in rows}


@lru_cache(maxsize=1)
def _raw_names() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_folder().joinpath("names.toml").read_text("utf-8"))


def _folder() -> Any:
    return resources.files("syndicator.describing").joinpath("data/topics")


def _dashed(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
