"""The figures of ../shared/tools/score_articles.py that need no other file: the overlap of two
bodies, and equal names and titles. For the gate on our own pages, which every checkout has."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"\w+")
_SHINGLE = 4  # words, as in the benchmark of article extraction by Zyte, whose F1 this is


def count_shingles(text: str) -> Counter[tuple[str, ...]]:
    """Every run of four words in `text`, with how often it occurs; all words of a shorter text."""
    words = _WORD.findall(text)
    return Counter(
        tuple(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1)) if words
    )


def body_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The harmonic mean of the mean precision and the mean recall of bodies; `pairs` are (truth,
    prediction)."""
    precision = 0.0
    recall = 0.0
    for truth, predicted in pairs:
        wanted = count_shingles(truth)
        result = count_shingles(predicted)
        same = sum((wanted & result).values())
        precision += same / max(sum(result.values()), 1) / len(pairs)
        recall += same / max(sum(wanted.values()), 1) / len(pairs)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def normalize_text(value: str) -> str:
    """`value` by its letters and digits, whatever the case: what is compared of titles and
    names."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", value).casefold()))
