"""Excerpts: whole sentences of the article, word for word, or the publisher's own description when it is sound.

The candidate that opens best (opener.py) begins, and the sentences that follow it in the article go on."""

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
    """Places of the sentences from `first` on that follow each other in the article, up to `ENOUGH` words and within
    the caps of length."""
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
    """The sentences of `text` that say best what it is about, word for word and in their order.

    `title` and `text` are plain text; a paragraph, heading, list item or table row is a line of `text`. `language` is a
    two-letter code (ISO 639-1); None is taken as English. The result has at most 55 words, 360 columns (a wide CJK
    character counts two) and 3 sentences, see text/sentences.py; it is "" when no sentence fits. Loads the word
    vectors on its first call (0.2 s). Raises nothing for any text."""
    found = candidates.find(title, text, language)
    return opened(found, int(opener.scores(found).argmax())) if found.sentences else ""


def choose(title: str, text: str, description: str, language: str | None) -> tuple[str, str]:
    """(excerpt, who wrote it): what is `described`, and "publisher"; else what `summarize` finds ("" for nothing) and
    "extractive"."""
    own = described(title, text, description, language)
    return (own, "publisher") if own else (summarize(title, text, language), "extractive")


def described(title: str, text: str, description: str, language: str | None) -> str:
    """The passage of the publisher's description that opens well, keeps all rules of form and is about the article; ""
    for none."""
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
