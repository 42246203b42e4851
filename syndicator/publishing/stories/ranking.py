"""Rank stories by the number of outlets that report them, and by time. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from syndicator.sketches.events import iterate_terms

COPIED: Final = 0.8  # a text is a copy if it shares this part of the words of the shorter text
FEW_WORDS: Final = 8  # texts with fewer words may have the same words by chance
# After this time a story has half of its rank, after twice the time a third. A choice.
STEP: Final = timedelta(hours=6)


def count_voices(texts: Iterable[str]) -> int:
    """Return the number of independent reports of a story. Reports whose excerpts have nearly the
    same words, such as copies of a news agency's report, count once. `texts`: the excerpts of all
    reports."""
    voices = 0
    earlier_texts: list[set[str]] = []
    for text in texts:
        words = set(iterate_terms("", text))
        if not any(_is_copy(words, earlier) for earlier in earlier_texts):
            voices += 1
        earlier_texts.append(words)
    return voices


def _is_copy(words: set[str], other_words: set[str]) -> bool:
    """Return True if two texts share so many words that one is a copy of the other."""
    shorter = min(len(words), len(other_words))
    return shorter >= FEW_WORDS and len(words & other_words) >= COPIED * shorter


def rank_story(voices: int, latest: datetime, newest: datetime) -> float:
    """Return the rank of a story, high for many reports and a low age: the number of reports,
    divided by 1 for the first six hours, by 2 for the next six, and so on. `voices`: the number of
    its independent reports; `latest`: when its last report was published; `newest`: when the newest
    report on the whole page was published."""
    age = max(timedelta(), newest - latest)
    steps = age // STEP
    return voices / (1 + steps)
