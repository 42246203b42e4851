"""Sentences that may be part of an excerpt."""

from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from syndicator.describing.text import sentences
from syndicator.describing.text.sentences import Sentence

SCANNED: Final = 30  # sentences that are looked at: what comes later seldom sums a text up
MOST: Final = 12  # candidates of one text
LEAST_WORDS: Final = 4  # of a candidate: less is a heading or an exclamation
LEAST_CJK: Final = 10  # characters of one in Chinese or Japanese, about as much


class Candidates(NamedTuple):
    """A text and its candidate sentences, in order."""

    title: str
    text: str
    language: str | None
    sentences: Sequence[Sentence]


def find(title: str, text: str, language: str | None) -> Candidates:
    """Return at most MOST different candidates among the first SCANNED sentences. `language`: two letters or None."""
    usable: list[Sentence] = []
    seen: set[str] = set()
    for sentence in islice(sentences.each(text, language), SCANNED):
        bare = _usable(sentence, title)
        folded = sentences.words(bare.text) if bare is not None else ""
        if bare is not None and folded not in seen:
            seen.add(folded)
            usable.append(bare)
        if len(usable) == MOST:
            break
    return Candidates(title, text, language, usable)


def _usable(sentence: Sentence, title: str) -> Sentence | None:
    """Return the sentence without dateline, or None if it is no candidate."""
    text = sentences.without_dateline(sentence.text)
    if not sentence.whole or text[0].islower() or sentences.too_long(text):
        return None
    short = len(text) < LEAST_CJK if sentences.cjk(text) else len(text.split()) < LEAST_WORDS
    if short or sentences.form(text) or sentences.repeats(text, title):
        return None
    return sentence if text == sentence.text else sentence._replace(text=text, cut=True)
