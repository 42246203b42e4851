"""Whether a word in a text is a name, and whether it is a part of a longer one. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from syndicator.describing.text.language import function_words

LINE: Final = 120  # characters on each side of a word that are looked at
TITLE_CASE: Final = 0.7  # share of a line's longer words with a capital from which on capitals say nothing
LONGER: Final = 4  # letters of a longer word: small words of titles have none
_INSIDE = re.compile(r"[\w,;:)\]’'\"”%-]\s$")
_BEHIND = re.compile(r"(?:['’]s\b|\s\d)")  # Go's, Go 1.22: names, also at the start of a sentence
_BEFORE = re.compile(r"(?:^|(?<=\s)|(?<=[(\"“‘]))([A-Z][\w&.-]*[a-z]\w*) $")
_AFTER = re.compile(r"[ ]([A-Z][\w-]*[a-z]\w*)")
_CASED = re.compile(r"[^\W\d_]+")


def is_name(text: str, begin: int, end: int) -> bool:
    """True when the capital of the word at `begin` to `end` is not that of a sentence's first word."""
    if text[end : end + 1] == "-":
        return False
    return bool(_INSIDE.search(text[max(0, begin - 2) : begin]) or _BEHIND.match(text, end))


def in_longer_name(text: str, begin: int, end: int) -> bool:
    """True for a topic that is written as a part of a name: "Ceres Robotics", "Department of Energy". In a line whose
    words all have capitals nothing tells that."""
    before, after = _BEFORE.search(text, max(0, begin - 40), begin), goes_on(text, begin, end)
    if text[max(0, begin - 4) : begin] == " of " and text[: begin - 4][-1:].isalpha():
        before = _BEFORE.search(text[: begin - 3])
    named = after or (before is not None and before[1].casefold() not in _small())
    return bool(named) and not in_title_case(_line(text, begin, end))


def goes_on(text: str, begin: int, end: int) -> bool:
    """True when a word with a capital stands directly behind the one at `begin` to `end`: "Claude Monet"."""
    after = _AFTER.match(text, end)
    return after is not None and not in_title_case(_line(text, begin, end))


def in_title_case(line: str) -> bool:
    """True for a line in which nearly all longer words have a capital."""
    words = [word for word in _CASED.findall(line) if len(word) >= LONGER]
    return not words or sum(word[0].isupper() for word in words) >= TITLE_CASE * len(words)


def explained_otherwise(text: str, acronym: str, known: tuple[str, ...]) -> bool:
    """True when `text` says that `acronym` is short for something else than `known`: "active pharmaceutical ingredient
    (API)". Without `known` nothing can be said."""
    at = max(text.find(f"({acronym}{end}") for end in (")", "s)")) if known else -1
    if at < 0:
        return False
    words = _CASED.findall(text[max(0, at - LINE) : at])[-len(acronym) :]
    initials = "".join(word[0] for word in words).casefold()
    return initials == acronym.casefold() and " ".join(words).casefold().removesuffix("s") not in known


def _line(text: str, begin: int, end: int) -> str:
    start = max(text.rfind("\n", 0, begin) + 1, begin - LINE)
    stop = text.find("\n", end)
    return text[start : min(stop if stop >= 0 else len(text), end + LINE)]


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    return frozenset(word for words in function_words().values() for word in words)
