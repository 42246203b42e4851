"""Words that furniture round an article starts with or contains, in many languages. Pure; they are data/phrases.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

KINDS = ("related", "newsletter", "share", "comments", "legal")
_KEY = 2  # characters by which starts are looked up
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "»": "", "›": "", "→": ""})


@cache
def _table() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads(files("syndicator.reading").joinpath("data/phrases.toml").read_text("utf-8"))


@cache
def _starts(kind: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for phrases in _table()[kind].get("starts", {}).values():
        for phrase in phrases:
            found.setdefault(phrase[:_KEY], set()).add(phrase)
    return {key: tuple(sorted(values, key=len, reverse=True)) for key, values in found.items()}


@cache
def _contained(kind: str) -> tuple[str, ...]:
    values = _table()[kind].get("contains", {}).values()
    return tuple(dict.fromkeys(phrase for phrases in values for phrase in phrases))


def ready(text: str) -> str:
    """`text` in the form that the lists are in."""
    return text.translate(_QUOTES).strip(" \t\n-–—*•|:<>[]()»").lower()


def start(kind: str, said: str) -> float:
    """How much of `said` (made `ready`) the longest phrase of `kind` at its start covers, 0 to 1."""
    for phrase in _starts(kind).get(said[:_KEY], ()):
        if said.startswith(phrase):
            end = said[len(phrase) : len(phrase) + 1]
            if not (end.isascii() and end.isalnum() and phrase[-1].isascii() and phrase[-1].isalnum()):
                return len(phrase) / len(said)
    return 0.0


def inside(kind: str, said: str) -> bool:
    """True when `said` contains a phrase of `kind` anywhere."""
    return any(phrase in said for phrase in _contained(kind))
