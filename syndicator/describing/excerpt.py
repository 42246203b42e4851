"""Excerpts: whole sentences of the article, word for word, or the publisher's own description when it is sound."""

from __future__ import annotations

import re

from syndicator.describing import gates, sentences
from syndicator.describing.language import function_words
from syndicator.describing.sentences import Sentence

EVIDENCE = 0.6  # share of a description's content words that must stand in the article
_WORD = re.compile(r"[^\W_]+")


def summarize(title: str, text: str, language: str | None = None) -> str:
    """At most 55 words, 360 characters and 3 sentences of `text` that say what it is about; "" when none fits."""
    chosen: list[str] = []
    for sentence in sentences.split(text, most=60):
        if not _usable(sentence, title):
            continue
        candidate = _glue([*chosen, sentence.text])
        if gates.too_long(candidate):
            if chosen:
                break
            continue
        chosen.append(sentence.text)
        if len(chosen) == gates.SENTENCES:
            break
    return _glue(chosen)


def choose(title: str, text: str, description: str, language: str | None) -> tuple[str, str]:
    """The excerpt and who wrote it, "publisher" or "extractive"."""
    own = " ".join(description.split())
    if not gates.fault(own, title) and _sentence_count(own) <= gates.SENTENCES and stands_in(own, text, language):
        return own, "publisher"
    return summarize(title, text, language), "extractive"


def stands_in(description: str, text: str, language: str | None) -> bool:
    """True when at least 60 % of the content words of `description` occur in `text`."""
    small = function_words().get(language or "en", frozenset())
    content = {w for w in _WORD.findall(description.casefold()) if w not in small}
    if not content:
        return False
    body = text.casefold()
    known = set(_WORD.findall(body))
    return sum(w in known or (not w.isascii() and w in body) for w in content) >= EVIDENCE * len(content)


def _usable(sentence: Sentence, title: str) -> bool:
    return (
        sentence.whole
        and len(sentence.text) >= 15
        and not gates.form(sentence.text)
        and not gates.repeats(sentence.text, title)
    )


def _glue(chosen: list[str]) -> str:
    out = ""
    for piece in chosen:
        out += ("" if not out or out[-1] in "。！？」』）" else " ") + piece
    return out


def _sentence_count(value: str) -> int:
    return len(sentences.of_line(value))
