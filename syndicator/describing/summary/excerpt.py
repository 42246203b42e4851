"""Excerpts: whole sentences of the article, word for word, or the publisher's own description when it is sound."""

from __future__ import annotations

import re
from itertools import islice

from syndicator.describing.summary import ranker
from syndicator.describing.summary.ranker import Scene
from syndicator.describing.text import excerpt_rules, sentences
from syndicator.describing.text.language import function_words
from syndicator.describing.text.sentences import Sentence

EVIDENCE = 0.6  # share of a description's content words that must stand in the article
SCANNED = 50  # sentences that are looked at
CANDIDATES = 24  # sound ones that are compared
_WORD = re.compile(r"[^\W_]+")


def summarize(title: str, text: str, language: str | None = None) -> str:
    """At most 55 words, 360 characters and 3 sentences of `text` that say what it is about, word for word; "" when
    none fits. `language`: its code, English being assumed for None."""
    here = scene(title, text, language)
    return _glue([here.candidates[place].text for place in ranker.best(here)])


def scene(title: str, text: str, language: str | None) -> Scene:
    """The text with the sentences an excerpt may be made of."""
    found: list[Sentence] = []
    seen: set[str] = set()
    for sentence in islice(sentences.each(text, language), SCANNED):
        usable = _usable(sentence, title, language)
        said = excerpt_rules.words(usable.text) if usable is not None else ""
        if usable is not None and said not in seen:
            seen.add(said)
            found.append(usable)
        if len(found) == CANDIDATES:
            break
    return Scene(title, text, language, found)


def choose(title: str, text: str, description: str, language: str | None) -> tuple[str, str]:
    """The excerpt and who wrote it, "publisher" or "extractive"."""
    own = " ".join(description.split())
    if (
        not excerpt_rules.fault(own, title, language)
        and _sentence_count(own) <= excerpt_rules.SENTENCES
        and stands_in(own, text, language)
    ):
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


def _usable(sentence: Sentence, title: str, language: str | None) -> Sentence | None:
    """The sentence without its dateline, None when it cannot stand in an excerpt."""
    text = excerpt_rules.without_dateline(sentence.text)
    if not sentence.whole or text[0].islower() or excerpt_rules.too_long(text):
        return None
    short = len(text) < 10 if sentences.cjk(text) else len(text.split()) < 4
    if short or excerpt_rules.form(text, language) or excerpt_rules.repeats(text, title):
        return None
    return sentence if text == sentence.text else sentence._replace(text=text, order=-1)


def _glue(chosen: list[str]) -> str:
    out = ""
    for piece in chosen:
        out += ("" if not out or out[-1] in "。！？」』）" else " ") + piece
    return out


def _sentence_count(value: str) -> int:
    return len(sentences.of_line(value))
