"""The words by which sentences of each language show how they open: data/openings.toml, which explains its lists."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

PHRASE: Final = 5  # words of a noun phrase that are looked at
_NEVER = "(?!)"
_OPENING_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*\.?")
_SUPERLATIVE = re.compile(r"(?:average|typical|first|last|final|most|best|worst|latest|newest|next|only|\w{3,}est)$")
_DEMONYM = re.compile(r"(?:ese|ish|ian|ean|ch|can)$")


@dataclass(frozen=True, slots=True)
class OpeningWords:
    """The lists of one language, ready to be asked; all in lower case."""

    back: re.Pattern[str]
    windup: re.Pattern[str]
    site: re.Pattern[str]
    label: re.Pattern[str]
    sets: Mapping[str, frozenset[str]]

    def undefined(self, sentence: str) -> bool:
        """True where the subject is an article and a noun that names nothing: "The publication asked ...", but not "The
        publication of the list", "The New York Times" or "The internet"."""
        words = _OPENING_WORD.findall(sentence[:120])
        if not words or words[0].casefold() not in self.sets["articles"]:
            return False
        if not self.sets["verbs"]:
            return self._bare(words[1:3])
        return self._unnamed(words[1 : 1 + PHRASE], words)

    def _bare(self, words: list[str]) -> bool:
        """The noun, and neither a name nor a preposition behind it."""
        noun, after = (*words, "", "")[:2]
        return noun.casefold() in self.sets["nouns"] and after.casefold() not in self.sets["after"] and after.islower()

    def _unnamed(self, phrase: list[str], words: list[str]) -> bool:
        nouns, met = self.sets["nouns"], False
        for place, word in enumerate(phrase):
            low, after = word.casefold(), phrase[place + 1].casefold() if place + 1 < len(phrase) else ""
            if low in self.sets["unique"] or f"{low} {after}" in self.sets["unique"] or _SUPERLATIVE.match(low):
                return False
            if low in self.sets["prepositions"]:
                pointing = phrase[place - 1].casefold() in nouns and after in self.sets["definite"]
                return pointing and not self._named(words[place + 3 : place + 3 + PHRASE])
            if word[0].isdigit() or (word[0].isupper() and not _DEMONYM.search(low) and low not in nouns):
                return False
            if low in self.sets["verbs"]:
                return place > 0
            met = met or low in nouns
            if low in nouns and after not in nouns and after.endswith(("ed", "ly")):
                return True
        return met

    def _named(self, words: list[str]) -> bool:
        """Whether a name or number comes before the next verb or preposition."""
        for word in words:
            if word[0].isupper() or word[0].isdigit():
                return True
            if word.endswith("ed") or word in self.sets["verbs"] or word in self.sets["prepositions"]:
                return False
        return False


def of_language(language: str | None) -> OpeningWords | None:
    """The lists of a two-letter code, of English where it is None; None where there are none."""
    return every().get(language or "en")


@lru_cache(maxsize=1)
def every() -> dict[str, OpeningWords]:
    """Code -> lists."""
    raw = resources.files("syndicator.describing").joinpath("data/openings.toml").read_text("utf-8")
    return {code: _made(lists) for code, lists in tomllib.loads(raw).items()}


def _made(lists: Mapping[str, str | bool]) -> OpeningWords:
    said = {name: value.split("|") for name, value in lists.items() if isinstance(value, str)}
    edge = r"\b(?![’'](?!s\b))" if lists.get("bound", True) else ""

    def starting(name: str, end: str = edge) -> str:
        return _alternatives(said.get(name, ()), end) or _NEVER

    pointing = rf"(?:{starting('this')})(?!\s?(?:{starting('now')}))"
    after = rf"(?:{starting('after')}) (?:{pointing}|{starting('own')})"
    pages = rf"(?:{starting('this')}) (?:[\w-]+ ){{0,2}}(?:{starting('pages')})"
    names = ("inside", "articles", "nouns", "unique", "verbs", "prepositions", "definite", "after")
    return OpeningWords(
        back=re.compile(f"{starting('back')}|{pointing}|{after}"),
        windup=re.compile(starting("windup", "")),
        site=re.compile(f"{starting('site')}|{pages}"),
        label=re.compile(rf"(?:{starting('labels', '')})\s*[:–—-]\s*", re.IGNORECASE),
        sets={name: frozenset(said.get(name, ())) for name in names},
    )


def _alternatives(phrases: Iterable[str], end: str) -> str:
    """A pattern of `phrases`, the longest first, each with `end` behind its last letter."""
    ordered = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(one) + (end if one[-1].isalnum() else "") for one in ordered)
