"""Excerpts: whole sentences of the article, word for word, or the publisher's own description when it is sound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from syndicator.describing.summary import candidates, ranker, words
from syndicator.describing.text import excerpt_rules, openings, sentences
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.language import function_words

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
    return joined([found.sentences[place].text for place in ranker.best(found)])


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
    if excerpt_rules.fault(own, title, language) or own[0].islower():
        return False
    parts = sentences.of_line(own, language)
    return (
        len(parts) <= excerpt_rules.SENTENCES
        and openings.fault(parts[0], language, title) not in _BAD_OPENINGS
        and stands_in(own, text, language)
        and of_subject(own, title, language)
    )


def of_subject(description: str, title: str, language: str | None) -> bool:
    """True when title and description share a content word or speak of like things; so too without a title."""
    named = set(words.content(title, language))
    if not named or not named.isdisjoint(words.content(description, language)):
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
