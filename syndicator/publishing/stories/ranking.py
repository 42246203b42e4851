"""Rank stories by the number of outlets that report them, and by time. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from syndicator.sketches.events import iterate_terms

COPIED: Final = 0.8  # share of the words of the shorter text from which on one is a copy
FEW_WORDS: Final = 8  # words below which texts are alike by chance
STEP: Final = timedelta(hours=6)  # after one a story counts half, after two a third: a choice


def count_voices(texts: Iterable[str]) -> int:
    """Return how many different reports there are. `texts`: their excerpts. Those with nearly the
    same words, such as copies of an agency's report, count once."""
    voices = 0
    earlier_texts: list[set[str]] = []
    for text in texts:
        words = set(iterate_terms("", text))
        if not any(_is_copy(words, earlier) for earlier in earlier_texts):
            voices += 1
        earlier_texts.append(words)
    return voices


def _is_copy(words: set[str], other_words: set[str]) -> bool:
    shorter = min(len(words), len(other_words))
    return shorter >= FEW_WORDS and len(words & other_words) >= COPIED * shorter


def rank_story(voices: int, latest: datetime, newest: datetime) -> float:
    """Return the rank of a story: the number of its different reports, less for each six hours of
    age. `latest`: when its last report was published; `newest`: when the last report on the page
    was."""
    steps = max(timedelta(), newest - latest) // STEP
    return voices / (1 + steps)
