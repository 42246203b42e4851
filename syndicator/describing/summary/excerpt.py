"""Choose an excerpt: the publisher's description, or the best opening sentence and those after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from syndicator.describing.summary import opener
from syndicator.describing.summary.opener import Candidates
from syndicator.describing.text import sentences
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.sentences import Sentence

ENOUGH: Final = 40  # words of a sufficient excerpt
# Least log-odds of an opening sentence: of a language model, and of the publisher's description.
OPENS: Final = -2.5
OPENS_DESCRIBED: Final = -0.25
# Least likeness of a description to its article, so that it is not of another one or of the site: share of stems plus
# cosine.
LIKE: Final = 1.05
END: Final = 25  # characters of a description's end, to find it in the text


def passage(candidate: Sequence[Sentence], first: int) -> tuple[int, ...]:
    """Return indices of consecutive candidates from `first`, up to ENOUGH words and the limits of length."""
    taken = [first]
    while len(taken) < sentences.SENTENCES and taken[-1] + 1 < len(candidate):
        before, after = candidate[taken[-1]], candidate[taken[-1] + 1]
        text = joined([*(candidate[place].text for place in taken), after.text])
        if not follows(before, after) or len(joined(candidate[place].text for place in taken).split()) >= ENOUGH:
            break
        if sentences.too_long(text):
            break
        taken.append(taken[-1] + 1)
    return tuple(taken)


def follows(before: Sentence, after: Sentence) -> bool:
    """True if `after` directly follows `before` in the text and its start was not cut."""
    return after.order == before.order + 1 and not after.cut


def summarize(title: str, text: str, language: str | None = None) -> str:
    """Return the best passage of `text` within `sentences.fault`'s limits, or "". `title` and `text` are plain, a line
    per block; `language`: ISO 639-1, None: English. Never raises."""
    candidate = opener.find(title, text, language)
    return opened(candidate, int(opener.scores(candidate).argmax())) if candidate.sentences else ""


def choose(title: str, text: str, description: str, language: str | None) -> tuple[str, str]:
    """Return (excerpt, writer): `described` and "publisher", else `summarize` and "extractive"."""
    own = described(title, text, description, language)
    return (own, "publisher") if own else (summarize(title, text, language), "extractive")


def described(title: str, text: str, description: str, language: str | None) -> str:
    """Return the part of the publisher's description that opens well and is about the article, or ""."""
    split = sentences.split(description, opener.MOST, language)
    sound = (part for part in split if not sentences.fault(part.text, title))
    parts = [part for part in sound if not part.text.split()[0].islower() and not headed(part.text, text)]
    if not parts:
        return ""
    asked = Candidates(title, text, language, parts)
    first = next((place for place, value in enumerate(opener.scores(asked)) if value >= OPENS_DESCRIBED), None)
    own = opened(asked, first) if first is not None else ""
    return own if own and likeness(own, title, text) >= LIKE else ""


def headed(piece: str, text: str) -> bool:
    """True if `piece` ends a line of `text` but lacks its start: a heading or label."""
    at = text.find(piece[-END:])
    line = text[text.rfind("\n", 0, at) + 1 : at + END]
    return at >= 0 and piece != line and piece.endswith(line)


def likeness(description: str, title: str, text: str) -> float:
    """Return how far a description is about the article, from 0 to 2 (see LIKE)."""
    own = set(opener.stems(description))
    shared = own & set(opener.stems(f"{title} {text}"))
    vectors = embedder()
    return len(shared) / max(1, len(own)) + float(vectors.article("", description) @ vectors.article(title, text))


def opened(candidate: Candidates, first: int) -> str:
    """Return the excerpt that begins with the candidate at `first`."""
    return joined(candidate.sentences[place].text for place in passage(candidate.sentences, first))


def joined(chosen: Iterable[str]) -> str:
    """Join sentences, without a space after full-width stops."""
    out = ""
    for sentence in chosen:
        out += ("" if not out or out[-1] in "。！？」』）" else " ") + sentence
    return out
