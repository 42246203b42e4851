"""Excerpts: whole sentences of the article, word for word, or the publisher's own description when it is sound.

The candidate that opens best (opener.py) begins, and the sentences that follow it in the article go on."""

from __future__ import annotations

import re
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


def best(found: Candidates) -> tuple[int, ...]:
    """Places of the candidates that make the best excerpt, ascending; () when there is no candidate."""
    if not found.sentences:
        return ()
    return passage(found.sentences, int(opener.scores(found).argmax()))


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


# Share of a description's content words that must stand in the article. Chosen: descriptions of another article or of
# the whole site share few words with this one.
EVIDENCE: Final = 0.6
# Cosine with the title below which a description that shares no word with it is the site's, not the article's. Chosen:
# of 94 articles two have such a description, one of them that of the site.
SUBJECT: Final = 0.15
_WORD = re.compile(r"[^\W_]{4,}|[\u3041-\u30ff\u3400-\u9fff]{2,}")


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
    if sentences.fault(own, title) or own[0].islower():
        return False
    parts = sentences.of_line(own, language)
    return (
        len(parts) <= sentences.SENTENCES
        and opens(parts[0], title, text, language)
        and stands_in(own, text)
        and of_subject(own, title)
    )


def opens(sentence: str, title: str, text: str, language: str | None) -> bool:
    """True if an editor lets `sentence`, put before the first one of `text`, open an excerpt."""
    alone = Candidates(title, text, language, [Sentence(sentence, 0, 0, True)])
    return float(opener.scores(alone)[0]) >= OPENS_DESCRIBED


def of_subject(description: str, title: str) -> bool:
    """True when title and description share a content word or speak of like things; so too without a title."""
    named = set(opener.stems(title))
    if not named or not named.isdisjoint(opener.stems(description)):
        return True
    vectors = embedder()
    return float(vectors.article("", description) @ vectors.article(title, "", 1)) >= SUBJECT


def stands_in(description: str, text: str) -> bool:
    """True when at least `EVIDENCE` of the content words of `description` occur in `text`."""
    content = set(_WORD.findall(description.casefold()))
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
