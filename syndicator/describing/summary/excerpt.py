"""Excerpts: whole sentences of the article, word for word, or the publisher's own description when it is sound.

Which sentences say most: every choice of at most three of the likeliest is scored by a weighted sum of features."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from syndicator.core.text import width
from syndicator.describing.summary import candidates, features
from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.text import openings, sentences
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.language import function_words
from syndicator.describing.weights import load

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LIKELIEST: Final = 12  # sentences of which every choice of three is tried: 298 choices
OPENERS: Final = 4  # of those that stand alone are always among them
# What the first sentence of a choice adds to its score: nearness to the title, a word of news ("announced"), and what
# speaks against it as an opening. Chosen on an editor's labels of 94 articles: with half of the costs three or four
# excerpts fewer are signed, with more than these none more.
NEAR: Final = 8.0
NEWS: Final = 2.0
COSTS: Final = {openings.WINDUP: 12.0, openings.SITE: 8.0, openings.QUESTION: 8.0, openings.QUOTED: 16.0}


@dataclass(frozen=True)
class Weights:
    """`sentence` picks the likeliest sentences, `choice` scores choices of them; each in the order of the `FEATURES` of
    sentence_features and choice_features."""

    sentence: Floats
    choice: Floats


def best(found: Candidates) -> tuple[int, ...]:
    """Places of the candidates that make the best excerpt, ascending; () when there is no candidate."""
    if not found.sentences:
        return ()
    known = weights()
    rows = features.sentence_rows(found)
    choices = possible(found, rows @ known.sentence)
    if not choices:
        return ()
    scores = features.rows(found, rows, choices) @ known.choice
    scores += opening(found, rows, choices)
    return choices[int(scores.argmax())]


def opening(found: Candidates, measured: Floats, choices: Sequence[tuple[int, ...]]) -> Floats:
    """What each choice gains or loses by its first sentence, in the unit of the choices' scores."""
    import numpy as np

    cost = np.array([COSTS.get(fault, 0.0) for fault in found.faults], dtype=np.float32)
    near = measured[:, features.SENTENCE_FEATURES.index("near-title")]
    first = np.array([choice[0] for choice in choices])
    cue = measured[:, features.SENTENCE_FEATURES.index("cue")]
    result: Floats = (NEAR * near + NEWS * cue - cost)[first]
    return result


def possible(found: Candidates, likely: Floats) -> list[tuple[int, ...]]:
    """All choices of one to three of the likeliest candidates that keep within the caps of length, begin with a
    sentence that stands alone, if any does, and put no sentence behind another that it does not follow unless it
    stands alone as well. `likely` scores each candidate."""
    order = (-likely).argsort(kind="stable").tolist()
    alone = [fault not in openings.LOOSE for fault in found.faults]
    first = [place for place in order if alone[place]] or order
    kept = sorted({*order[:LIKELIEST], *first[:OPENERS]})
    words = [len(c.text.split()) for c in found.sentences]
    widths = [width(c.text) for c in found.sentences]
    starting = set(first)
    return [
        choice
        for size in range(1, sentences.SENTENCES + 1)
        for choice in combinations(kept, size)
        if choice[0] in starting
        and sum(map(words.__getitem__, choice)) <= sentences.WORDS
        and sum(map(widths.__getitem__, choice)) + size - 1 <= sentences.CHARACTERS
        and all(_may_follow(found, a, b) for a, b in pairwise(choice))
    ]


def _may_follow(found: Candidates, a: int, b: int) -> bool:
    """A sentence is followed by its own neighbour, or by one that stands alone where it ends in a stop and no quotation
    mark: put before another sentence, the two read like one passage that the article does not have."""
    one, two = found.sentences[a], found.sentences[b]
    neighbours = two.order == one.order + 1 and two.order > 0 and one.order >= 0
    return neighbours or (one.text[-1] in ".!?" and found.faults[b] not in openings.APART)


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights of data/ranker.toml. Raises ValueError when they are not those of the features."""
    return Weights(
        load("ranker.toml", "sentence", features.SENTENCE_FEATURES),
        load("ranker.toml", "choice", features.FEATURES),
    )


# Share of a description's content words that must stand in the article. Chosen: descriptions of another article or of
# the whole site share few words with this one.
EVIDENCE: Final = 0.6
# Cosine with the title below which a description that shares no word with it is the site's, not the article's. Chosen:
# of 94 articles two have such a description, one of them that of the site.
SUBJECT: Final = 0.15
# A question or a quotation that the publisher chose may stand.
_BAD_OPENINGS: Final = openings.LOOSE | {openings.SITE, openings.WINDUP}
_WORD = re.compile(r"[^\W_]+")


def summarize(title: str, text: str, language: str | None = None) -> str:
    """The sentences of `text` that say best what it is about, word for word and in their order.

    `title` and `text` are plain text; a paragraph, heading, list item or table row is a line of `text`. `language` is a
    two-letter code (ISO 639-1); None is taken as English. The result has at most 55 words, 360 columns (a wide CJK
    character counts two) and 3 sentences, see text/excerpt_rules.py; it is "" when no sentence fits. Loads the word
    vectors on its first call (0.2 s). Raises nothing for any text."""
    found = candidates.find(title, text, language)
    return joined([found.sentences[place].text for place in best(found)])


def choose(title: str, text: str, description: str, language: str | None) -> tuple[str, str]:
    """(excerpt, who wrote it). It is `description`, the publisher's own, and "publisher" when that is `sound`; else
    what `summarize` finds ("" for nothing) and "extractive"."""
    own = " ".join(description.split())
    if sound(own, title, text, language):
        return own, "publisher"
    return summarize(title, text, language), "extractive"


def sound(own: str, title: str, text: str, language: str | None) -> bool:
    """True for a publisher's description in one line that keeps all rules of form, opens well, speaks of the subject
    of the article and has its words from `text`."""
    if sentences.fault(own, title, language) or own[0].islower():
        return False
    parts = sentences.of_line(own, language)
    return (
        len(parts) <= sentences.SENTENCES
        and openings.fault(parts[0], language, title) not in _BAD_OPENINGS
        and stands_in(own, text, language)
        and of_subject(own, title, language)
    )


def of_subject(description: str, title: str, language: str | None) -> bool:
    """True when title and description share a content word or speak of like things; so too without a title."""
    named = set(candidates.content(title, language))
    if not named or not named.isdisjoint(candidates.content(description, language)):
        return True
    vectors = embedder()
    return float(vectors.article("", description) @ vectors.article(title, "", 1)) >= SUBJECT


def stands_in(description: str, text: str, language: str | None) -> bool:
    """True when at least `EVIDENCE` of the content words of `description` occur in `text`."""
    small = function_words().get(language or "en", frozenset())
    content = {w for w in _WORD.findall(description.casefold()) if w not in small}
    if not content:
        return False
    body = text.casefold()
    return sum(w in body and (not w.isascii() or _is_word(w, body)) for w in content) >= EVIDENCE * len(content)


def _is_word(word: str, text: str) -> bool:
    """True when letters and digits `word` stand somewhere in `text` with none before and behind them; to cut all of the
    text into words for the few that are asked for takes longer."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            return True
        at = text.find(word, at + 1)
    return False


def joined(chosen: Iterable[str]) -> str:
    """The sentences in one line; scripts with full-width stops put no space behind them."""
    out = ""
    for sentence in chosen:
        out += ("" if not out or out[-1] in "。！？」』）" else " ") + sentence
    return out
