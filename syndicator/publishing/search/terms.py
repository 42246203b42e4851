"""What a text can be found by. Pure. `static/search.js` does the same with what a visitor types; a test runs both."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Scripts that are written without spaces: pairs of neighbours stand for words. Thai to Lao, Myanmar, Khmer, kana, Han,
# Hangul (The Unicode Standard, chapters 16 and 18).
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowel signs and the like of Hebrew, Arabic and the scripts of India, which are no letters and part of words.
_MARKS: Final = "\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_RUN: Final = re.compile(f"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\\W_]|[{_MARKS}])+")
_FIRST_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_ALSO: Final = str.maketrans({"ß": "ss", "ς": "σ", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_LONGEST: Final = 32  # characters of a term
_SHORT: Final = 3  # a word of so many characters keeps its s


def folded(text: str) -> str:
    """`text` without case and accents; compatibility forms (full width, ligatures) as what they stand for."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).lower())
    return unicodedata.normalize("NFC", plain).translate(_ALSO)


def terms(text: str) -> set[str]:
    """The terms of a text: words without their plural s, and pairs of neighbours where a script has no spaces."""
    found: set[str] = set()
    for run in _RUN.findall(folded(text)):
        if _FIRST_UNSPACED.match(run):
            found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
        else:
            found.add(_word(run))
    found.discard("")
    return found


@lru_cache(8192)
def _word(run: str) -> str:
    """A word as a term, "" for a single letter."""
    word = run[:_LONGEST]
    if len(word) > _SHORT and word.isascii() and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word if len(word) > 1 or word.isdecimal() else ""
