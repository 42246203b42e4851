"""Phrases of boilerplate ("Read also", "Sign up for our newsletter") in many languages: data/phrases.toml. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

KINDS = ("related", "newsletter", "share", "comments", "legal")  # of boilerplate
_KEY = 2  # characters by which starts are looked up
_CJK = "\u2e80"  # the first character of the scripts that do not separate words (Unicode: CJK Radicals Supplement)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "»": "", "›": "", "→": ""})

_QUOTED = re.compile(f"[{''.join(map(chr, _QUOTES))}]")  # to see that there is none is ten times cheaper


@cache
def _table() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads(files("syndicator.reading").joinpath("data/phrases.toml").read_text("utf-8"))


def ready(text: str) -> str:
    """`text` as the lists are written: lower case, straight quotes, no marks at the ends."""
    plain = text if text.isascii() or not _QUOTED.search(text) else text.translate(_QUOTES)
    return plain.strip(" \t\n-–—*•|:<>[]()»").lower()


def starts(kinds: tuple[str, ...], text: str) -> list[float]:
    """For each of `kinds`, in their order: the share (0 to 1) of `text`, made `ready`, that the longest of its phrases
    at the start of it makes up; 0 where none stands there."""
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
        for phrase in {phrase for phrases in _table()[kind].get("starts", {}).values() for phrase in phrases}:
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
        for phrases in _table()[kind].get("contains", {}).values():
            for phrase in phrases:
                if phrase[0] > _CJK:
                    loose.append((phrase, kind))
                else:
                    words.setdefault(phrase.split()[0], []).append((phrase, kind))
    return {word: tuple(found) for word, found in words.items()}, tuple(loose)
