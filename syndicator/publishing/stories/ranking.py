"""Rank stories by the number of outlets that report them, and by time. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from syndicator.sketches.events import terms

COPIED: Final = 0.8  # share of the words of the shorter text from which on one is a copy
FEW_WORDS: Final = 8  # words below which texts are alike by chance
STEP: Final = timedelta(hours=6)  # after one a story counts half, after two a third: a choice


def count_voices(texts: Iterable[str]) -> int:
    """Return how many reports there are, by their excerpts. Those with the same text, such as
    copies of an agency's report, count once."""
    voices = 0
    heard: list[set[str]] = []
    for text in texts:
        words = set(terms("", text))
        if not any(_is_copy(words, other) for other in heard):
            voices += 1
        heard.append(words)
    return voices


def _is_copy(words: set[str], others: set[str]) -> bool:
    shorter = min(len(words), len(others))
    return shorter >= FEW_WORDS and len(words & others) >= COPIED * shorter


def rank_story(voices: int, latest: datetime, newest: datetime) -> float:
    """Return the rank of a story. `latest`: of its reports; `newest`: of all reports on the
    page."""
    steps = max(timedelta(), newest - latest) // STEP
    return voices / (1 + steps)
