"""Which sentences say most: every choice of at most three of the likeliest is scored by a line over what it covers.

The weights in data/ranker.toml were fitted on human summaries (tests/bench/fit_excerpts.py says how)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndicator.describing.language import function_words
from syndicator.describing.sentences import Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?")
_HAN = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]{2}")
_CUE = re.compile(
    r"\b(?:in this (?:post|article|guide|blog|piece|story|tutorial|episode)|this (?:post|article|guide|paper|tutorial)"
    r"|today|announc\w+|introduc\w+|launch\w+|releas\w+|we(?:’|')?re excited|we are excited|how to|learn|guide|explain\w*"
    r"|explor\w+|discover)\b",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    r"^[\"“'‘(]?(?:but|and|so|or|it|he|she|they|his|her|their|this|that|these|those|however|also|then|yet|still|such"
    r"|meanwhile|for example|for instance|in addition|instead|therefore|there|here|its|him|them)\b",
    re.IGNORECASE,
)
_FIRST = frozenset(
    [
        "i",
        "we",
        "my",
        "our",
        "me",
        "us",
        "i'm",
        "we're",
        "i've",
        "we've",
        "i’m",
        "we’re",
        "i’ve",
        "we’ve",
        "i'll",
        "we'll",
        "i’ll",
        "we’ll",
        "i'd",
        "i’d",
    ]
)
_SECOND = frozenset(["you", "your", "you're", "you’re", "you'll", "you’ll", "yourself", "you've", "you’ve"])
CANDIDATES = 14  # of which every choice of three is tried


@dataclass(frozen=True, slots=True)
class Scene:
    """What the choices are made of: candidate sentences in the text's order and the words of title and text."""

    candidates: tuple[Sentence, ...]
    title: frozenset[str]
    frequency: Counter[str]
    facts: tuple[float, ...]  # of the text as a whole


def content(value: str, language: str | None) -> list[str]:
    """Content words in lower case, in order, shortened to six letters as a cheap stem; pairs of Han characters."""
    small = function_words().get(language or "en", frozenset())
    found = [w[:6] for w in _WORD.findall(value.casefold()) if w not in small]
    return found + _HAN.findall(value)
