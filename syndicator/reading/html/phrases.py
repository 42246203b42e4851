"""Words that furniture round an article starts with or contains, in many languages: data/phrases.toml. Pure."""

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
def _every(kinds: tuple[str, ...]) -> dict[str, tuple[tuple[str, int], ...]]:
    """The starts of all `kinds` by their first characters, longest first, each with the place of its kind."""
    found: dict[str, list[tuple[str, int]]] = {}
    for place, kind in enumerate(kinds):
        for key, values in _starts(kind).items():
            found.setdefault(key, []).extend((phrase, place) for phrase in values)
    return {key: tuple(sorted(values, key=lambda item: -len(item[0]))) for key, values in found.items()}


def starts(kinds: tuple[str, ...], said: str) -> list[float]:
    """`start` of each of `kinds`, in one go."""
    out = [0.0] * len(kinds)
    for phrase, place in _every(kinds).get(said[:_KEY], ()):
        if not out[place] and said.startswith(phrase) and _whole(phrase, said):
            out[place] = len(phrase) / len(said)
    return out


def _whole(phrase: str, said: str) -> bool:
    """True when `phrase` does not end inside a word of `said`."""
    end = said[len(phrase) : len(phrase) + 1]
    return not (end.isascii() and end.isalnum() and phrase[-1].isascii() and phrase[-1].isalnum())


@cache
def _contained(kinds: tuple[str, ...]) -> tuple[dict[str, tuple[tuple[str, int], ...]], tuple[tuple[str, int], ...]]:
    """Phrases by their first word, and those of scripts that do not part words, each with the place of its kind."""
    words: dict[str, list[tuple[str, int]]] = {}
    loose: list[tuple[str, int]] = []
    for place, kind in enumerate(kinds):
        for phrases in _table()[kind].get("contains", {}).values():
            for phrase in phrases:
                if phrase[0] > "\u2e80":
                    loose.append((phrase, place))
                else:
                    words.setdefault(phrase.split()[0], []).append((phrase, place))
    return {word: tuple(found) for word, found in words.items()}, tuple(loose)


def ready(text: str) -> str:
    """`text` in the form that the lists are in."""
    plain = text if text.isascii() else text.translate(_QUOTES)
    return plain.strip(" \t\n-–—*•|:<>[]()»").lower()


def start(kind: str, said: str) -> float:
    """How much of `said` (made `ready`) the longest phrase of `kind` at its start covers, 0 to 1."""
    for phrase in _starts(kind).get(said[:_KEY], ()):
        if said.startswith(phrase) and _whole(phrase, said):
            return len(phrase) / len(said)
    return 0.0


def inside(kinds: tuple[str, ...], said: str) -> int:
    """Bits, the lowest for the first, of those of `kinds` of which `said` (made `ready`) contains a phrase that begins
    at a word."""
    words, loose = _contained(kinds)
    found = 0
    for word in said.split():
        for phrase, place in words.get(word, ()):
            if phrase in said:
                found |= 1 << place
    for phrase, place in () if said.isascii() else loose:
        if phrase in said:
            found |= 1 << place
    return found
