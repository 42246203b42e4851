"""Topics that many sites share, from data/topics.toml: words that speak for a category that is called like one."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from syndicator.describing.taxonomy.vocabulary import CategoryDef

_TERM = re.compile(r"[\w][\w'’.+-]*[\w+]|\w")


class Topic(NamedTuple):
    """`subject`: words that name the very subject, whatever words of money or law stand around them."""

    names: frozenset[str]
    words: frozenset[str]
    subject: frozenset[str]


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """All topics of the data file."""
    raw = resources.files("syndicator.describing").joinpath("data/topics.toml").read_text("utf-8")
    return tuple(
        Topic(frozenset(t["names"].split()), frozenset(t["words"].split()), frozenset(t.get("subject", "").split()))
        for t in tomllib.loads(raw).values()
    )


def of_category(category: CategoryDef) -> list[Topic]:
    """The topics a category is called like: by its whole name or the head of its description ("US politics: ..."),
    else by a word of them."""
    name = _dashed(category.name)
    head = _dashed(category.description.split(":")[0]) if ":" in category.description else ""
    whole = [topic for topic in topics() if name in topic.names or head in topic.names]
    parts = set((head or name).split("-"))
    return whole or [topic for topic in topics() if parts & topic.names]


def terms(text: str) -> Counter[str]:
    """Words and pairs of neighbours ("interest-rates") of `text` in lower case with their number."""
    words = [word.replace("’", "'").removesuffix("'s") for word in _TERM.findall(text.casefold())]
    counts = Counter(words)
    counts.update(f"{a}-{b}" for a, b in itertools.pairwise(words))
    return counts


def _dashed(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
