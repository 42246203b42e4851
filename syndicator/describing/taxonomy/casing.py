"""Spelling of names: AI, LLM, ChatGPT, iPhone, macOS; ordinary words are in lower case."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from syndicator.describing.resources import read_toml
from syndicator.describing.taxonomy.vocabulary import topics

SHOUTED: Final = 6  # letters; a longer word in capitals is no acronym
_JOINING: Final = frozenset(("and", "of", "the", "for", "in", "to"))
_NONE: Mapping[str, str] = MappingProxyType({})


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return read_toml("names.toml")


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    """Load data/names.toml: folded name to spelling."""
    names = [name for names in _file()["names"].values() for name in names]
    return {_fold(name): name for name in reversed(names)}


@lru_cache(maxsize=1)
def ordinary() -> frozenset[str]:
    """Return words that are no names, in lower case."""
    topical = {word for topic in topics() for word in topic.words if "-" not in word}
    return frozenset({*_file()["ordinary"].split(), *topical} - spellings().keys()) | _JOINING


@lru_cache(maxsize=1)
def ambiguous() -> frozenset[str]:
    """Return names that are also ordinary words: go, rust, apple."""
    return frozenset(name.casefold() for name in _file()["ambiguous"])


def is_known(name: str) -> bool:
    """True for a name of data/names.toml, in any spelling."""
    return _fold(name) in spellings()


def canonical(tag: str, text: str = "", learnt: Mapping[str, str] = _NONE) -> str:
    """Return the spelling of `tag`: listed, `learnt` (by lower case), as in `text`, or by its words."""
    tag = " ".join(tag.split())
    folded = _fold(tag)
    small = folded in ambiguous() and tag == tag.casefold()
    if folded in spellings() and not (small and text and not in_text(tag, text)[:1].isupper()):
        return spellings()[folded]
    return learnt.get(tag.casefold()) or in_text(tag, text) or _by_words(tag, learnt)


def in_text(tag: str, text: str) -> str:
    """Return the commonest form of `tag` in `text`, not at the start of a sentence; "" if there is none."""
    if not tag or not text:
        return ""
    pattern = r"(?<=[\w,;:)’'\"”-] )(" + re.escape(tag).replace(r"\ ", r"[\s-]").replace(r"\-", r"[\s-]") + r")(?!\w)"
    forms = Counter(match[1] for match in re.finditer(pattern, text, re.IGNORECASE))
    return max(sorted(forms), key=forms.__getitem__) if forms else ""


def _by_words(tag: str, learnt: Mapping[str, str]) -> str:
    """Spell the listed names and ordinary words of a tag ("Ai Safety": "AI safety"); keep others."""
    pieces = re.split(r"([\s-]+)", tag)
    spelled = [_word(piece, learnt) if piece[:1].isalnum() else piece for piece in pieces]
    if None not in spelled:
        return "".join(filter(None, spelled))
    calm = (piece.capitalize() if len(piece) > SHOUTED and piece.isupper() else piece for piece in pieces)
    return "".join(s or piece for s, piece in zip(spelled, calm, strict=True)) if tag.isupper() else tag


def _word(word: str, learnt: Mapping[str, str]) -> str | None:
    low = word.casefold()
    return spellings().get(_fold(word)) or learnt.get(low) or (low if low in ordinary() else None)


def _fold(name: str) -> str:
    return re.sub(r"[\s_\-‐‑–.]+", "", name.casefold())
