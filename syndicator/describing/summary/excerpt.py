"""Excerpts: the candidate sentence that opens best (opener.py) and those after it, or the publisher's sound
description."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from syndicator.describing.summary import candidates, opener
from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.text import sentences
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.sentences import Sentence

ENOUGH: Final = 40  # words from which on an excerpt takes no further sentence
# Log-odds of a sentence that an editor lets open an excerpt, from which on a language model may open with it, and from
# which on the publisher's own description may.
OPENS: Final = -2.5
OPENS_DESCRIBED: Final = -0.25


def passage(found: Sequence[Sentence], first: int) -> tuple[int, ...]:
    """Places of the consecutive sentences from `first` on, up to `ENOUGH` words and within the caps of length."""
    taken = [first]
    while len(taken) < sentences.SENTENCES and taken[-1] + 1 < len(found):
        before, after = found[taken[-1]], found[taken[-1] + 1]
        text = joined([*(found[place].text for place in taken), after.text])
        if not follows(before, after) or len(joined(found[place].text for place in taken).split()) >= ENOUGH:
            break
        if sentences.too_long(text):
            break
        taken.append(taken[-1] + 1)
    return tuple(taken)


def follows(before: Sentence, after: Sentence) -> bool:
    """True if `after` stands directly behind `before` in the article, with nothing cut from its start."""
    return after.order == before.order + 1 and not after.cut


# Likeness of a description and its article from which on it is not of another article or of the whole site: the share
# of its stems that title and text have, and the cosine of both.
LIKE: Final = 1.05
END: Final = 25  # characters at the end of a description by which it is found in the text


def summarize(title: str, text: str, language: str | None = None) -> str:
    """The sentences of `text` that say best what it is about, in order: at most 55 words, 360 columns (wide characters
    count two), 3 sentences; "" if none fits. `title` and `text` are plain, a line a block. `language`: ISO 639-1, None:
    English. Loads the word vectors (0.2 s). Never raises."""
    found = candidates.find(title, text, language)
    return opened(found, int(opener.scores(found).argmax())) if found.sentences else ""


def choose(title: str, text: str, description: str, language: str | None) -> tuple[str, str]:
    """(excerpt, writer): what is `described` and "publisher", else what `summarize` returns and "extractive"."""
    own = described(title, text, description, language)
    return (own, "publisher") if own else (summarize(title, text, language), "extractive")


def described(title: str, text: str, description: str, language: str | None) -> str:
    """The passage of the description that opens well, keeps the rules of form and is about the article; or ""."""
    parts = [
        one
        for one in sentences.split(description, candidates.MOST, language)
        if not sentences.fault(one.text, title) and not one.text.split()[0].islower() and not headed(one.text, text)
    ]
    if not parts:
        return ""
    asked = Candidates(title, text, language, parts)
    first = next((place for place, value in enumerate(opener.scores(asked)) if value >= OPENS_DESCRIBED), None)
    own = opened(asked, first) if first is not None else ""
    return own if own and likeness(own, title, text) >= LIKE else ""


def headed(piece: str, text: str) -> bool:
    """True for the beginning of a line of `text` with words before it, which are a heading or a label."""
    at = text.find(piece[-END:])
    line = text[text.rfind("\n", 0, at) + 1 : at + END]
    return at >= 0 and piece != line and piece.endswith(line)


def likeness(description: str, title: str, text: str) -> float:
    """How much a description is about the article, 0 to 2, see `LIKE`."""
    own = set(opener.stems(description))
    shared = own & set(opener.stems(f"{title} {text}"))
    vectors = embedder()
    return len(shared) / max(1, len(own)) + float(vectors.article("", description) @ vectors.article(title, text))


def opened(found: Candidates, first: int) -> str:
    """The excerpt that the sentence at place `first` opens."""
    return joined(found.sentences[place].text for place in passage(found.sentences, first))


def joined(chosen: Iterable[str]) -> str:
    """The sentences in one line; scripts with full-width stops put no space behind them."""
    out = ""
    for sentence in chosen:
        out += ("" if not out or out[-1] in "。！？」』）" else " ") + sentence
    return out
