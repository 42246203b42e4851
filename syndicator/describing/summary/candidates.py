"""The sentences of a text that an excerpt may be made of.

The words of a text and of the sentences that may make its excerpt."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from syndicator.core.text import width
from syndicator.describing.text import openings, sentences
from syndicator.describing.text import sentences as excerpt_rules
from syndicator.describing.text.language import function_words
from syndicator.describing.text.sentences import Sentence, cjk

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


WORD: Final = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?")
_HAN = re.compile(r"(?=([\u3041-\u30ff\u3400-\u9fff]{2}))")
_WIDE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_I = "i we my our me us i'm we're i've we've i’m we’re i’ve we’ve i'll we'll i’ll we’ll i'd i’d"
_YOU = "you your you're you’re you'll you’ll yourself you've you’ve"
FIRST_PERSON: Final = frozenset(_I.split())
SECOND_PERSON: Final = frozenset(_YOU.split())

READ: Final = 6_000  # characters of the text whose words are counted
TITLE_WORDS: Final = 3  # times that a word of the title counts
STEM: Final = 6  # letters of a word that are kept, a cheap stem
CJK_WORD: Final = 5  # columns of a script without blanks between words that count as one word


class Bags(NamedTuple):
    """Content words: how often in text and title, those of the title, those of each candidate."""

    frequency: Counter[str]
    title: frozenset[str]
    sentences: tuple[frozenset[str], ...]


def content(value: str, language: str | None) -> list[str]:
    """Content words in lower case, cut to their stem, and pairs of Han or kana characters."""
    small = function_words().get(language or "en", frozenset())
    found = [word[:STEM] for word in WORD.findall(value.casefold()) if word not in small]
    return found if value.isascii() or not _WIDE.search(value) else found + _HAN.findall(value)


@lru_cache(maxsize=2)
def _bags(title: str, text: str, language: str | None, candidates: tuple[str, ...]) -> Bags:
    named = frozenset(content(title, language))
    frequency = Counter(content(text[:READ], language))
    for word in named:
        frequency[word] += TITLE_WORDS
    return Bags(frequency, named, tuple(frozenset(content(c, language)) for c in candidates))


def bags_of(found: Candidates) -> Bags:
    """The content words of a text, remembered between the two looks at it."""
    return _bags(found.title, found.text, found.language, tuple(c.text for c in found.sentences))


def length(text: str) -> int:
    """Words of a sentence."""
    return width(text) // CJK_WORD if cjk(text) else len(text.split())
