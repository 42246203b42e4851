"""How a name is written: AI, LLM, ChatGPT, iPhone, macOS; an ordinary topic stays in lower case."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from syndicator.describing.taxonomy.vocabulary import topics

SHOUTED: Final = 6  # letters; a longer word in capitals is no acronym
_JOINING: Final = frozenset(("and", "of", "the", "for", "in", "to"))
_NONE: Mapping[str, str] = MappingProxyType({})


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    raw = resources.files("syndicator.describing").joinpath("data/names.toml").read_text("utf-8")
    return tomllib.loads(raw)


@lru_cache(maxsize=1)
def known() -> dict[str, str]:
    """Folded name -> its spelling, from data/names.toml."""
    found: dict[str, str] = {}
    for names in _file()["names"].values():
        for name in names:
            found.setdefault(_fold(name), name)
    return found


@lru_cache(maxsize=1)
def ordinary() -> frozenset[str]:
    """Words of no name, in lower case."""
    topical = {word for topic in topics() for word in topic.words if "-" not in word}
    return frozenset({*_file()["ordinary"].split(), *topical} - known().keys()) | _JOINING


@lru_cache(maxsize=1)
def ambiguous() -> frozenset[str]:
    """Names that are ordinary words when written small: go, rust, apple."""
    return frozenset(name.casefold() for name in _file()["ambiguous"])


def is_known(name: str) -> bool:
    """True for a name of data/names.toml, however it is written."""
    return _fold(name) in known()


def canonical(tag: str, text: str = "", learnt: Mapping[str, str] = _NONE) -> str:
    """The spelling of `tag`: known, `learnt` (lower case -> most used), in `text`, or by its words; else unchanged."""
    tag = " ".join(tag.split())
    folded = _fold(tag)
    if folded in known() and not (folded in ambiguous() and tag == tag.casefold() and text and not _named(tag, text)):
        return known()[folded]
    return learnt.get(tag.casefold()) or in_text(tag, text) or _by_words(tag, learnt)


def in_text(tag: str, text: str) -> str:
    """The commonest form of `tag` in `text` that starts no sentence; "" when it does not stand there."""
    if not tag or not text:
        return ""
    pattern = r"(?<=[\w,;:)’'\"”-] )(" + re.escape(tag).replace(r"\ ", r"[\s-]").replace(r"\-", r"[\s-]") + r")(?!\w)"
    forms = Counter(match[1] for match in re.finditer(pattern, text, re.IGNORECASE))
    return max(sorted(forms), key=forms.__getitem__) if forms else ""


def _named(tag: str, text: str) -> bool:
    return in_text(tag, text)[:1].isupper()


def _by_words(tag: str, learnt: Mapping[str, str]) -> str:
    """Spell known names inside a tag, and ordinary words in lower case ("Ai Safety" becomes "AI safety"). Any other
    word makes it a name that stays, unless long and all in capitals."""
    pieces = re.split(r"([\s-]+)", tag)
    spelled = [_word(piece, learnt) if piece[:1].isalnum() else piece for piece in pieces]
    if None not in spelled:
        return "".join(filter(None, spelled))
    calm = (piece.capitalize() if len(piece) > SHOUTED and piece.isupper() else piece for piece in pieces)
    return "".join(s or piece for s, piece in zip(spelled, calm, strict=True)) if tag.isupper() else tag


def _word(word: str, learnt: Mapping[str, str]) -> str | None:
    low = word.casefold()
    return known().get(_fold(word)) or learnt.get(low) or (low if low in ordinary() else None)


def _fold(name: str) -> str:
    return re.sub(r"[\s_\-‐‑–.]+", "", name.casefold())
