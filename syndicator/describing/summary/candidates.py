"""The sentences of a text that an excerpt may be made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from syndicator.describing.text import excerpt_rules, openings, sentences
from syndicator.describing.text.sentences import Sentence

SCANNED: Final = 50  # sentences that are looked at: what comes later seldom sums a text up
MOST: Final = 24  # candidates of one text
LEAST_WORDS: Final = 4  # of a candidate: less is a heading or an exclamation
LEAST_CJK: Final = 10  # characters of one in Chinese or Japanese, about as much


class Candidates(NamedTuple):
    """A text and those of its sentences that may stand in an excerpt, in the order of the text; for each of them why it
    does not open one well ("" when nothing speaks against it, see text/openings.py)."""

    title: str
    text: str
    language: str | None
    sentences: Sequence[Sentence]
    faults: Sequence[str]


def find(title: str, text: str, language: str | None) -> Candidates:
    """At most `MOST` candidates from the first `SCANNED` sentences of `text`, none of them twice. `language`: a
    two-letter code, None where it is not known."""
    found: list[Sentence] = []
    seen: set[str] = set()
    scanned = list(islice(sentences.each(text, language), SCANNED))
    for sentence in scanned:
        usable = _usable(sentence, title, language)
        folded = excerpt_rules.words(usable.text) if usable is not None else ""
        if usable is not None and folded not in seen:
            seen.add(folded)
            found.append(usable)
        if len(found) == MOST:
            break
    surnames = openings.bare_surnames(one.text for one in scanned)
    faults = [openings.fault(one.text, language, title, surnames) for one in found]
    return Candidates(title, text, language, found, faults)


def _usable(sentence: Sentence, title: str, language: str | None) -> Sentence | None:
    """The sentence without its dateline or label, None when it cannot stand in an excerpt."""
    text = openings.unlabelled(excerpt_rules.without_dateline(sentence.text), language)
    if not sentence.whole or text[0].islower() or excerpt_rules.too_long(text):
        return None
    short = len(text) < LEAST_CJK if sentences.cjk(text) else len(text.split()) < LEAST_WORDS
    if short or excerpt_rules.form(text, language) or excerpt_rules.repeats(text, title):
        return None
    return sentence if text == sentence.text else sentence._replace(text=text, order=-1)
