"""Rate how well a sentence opens an excerpt, in any language, with fitted weights (data/opener.toml, by
tools/train/fit_excerpts.py)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from syndicator.describing.resources import Floats, load, np, vector
from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.sentences import cjk

FILE: Final = "opener.toml"
CONSTANT: Final = "constant"
_FORM: Final = (
    "place", "is-first", "is-second", "starts-line", "depth", "is-short", "starts-quoted", "question", "digits",
    "general", "starts-with-digit", "early-comma", "early-colon",
)  # fmt: skip
_WORDS: Final = ("of-title", "names-title", "subject-of-title", "new-topics")
_NEAR: Final = ("near-title", "near-text", "near-one-before", "start")
FEATURES: Final = (*_FORM, *_WORDS, *_NEAR)

READ: Final = 6_000  # characters of the text whose words are counted
STEM: Final = 6  # letters of a word that are kept, a cheap stem
LEAST: Final = 4  # letters from which on a word counts
SHORT: Final = 8  # words below which a sentence is short
EARLY: Final = 40  # characters in which a comma or a colon is early
SUBJECT: Final = 6  # words in which the subject is expected
OPENING: Final = 80  # characters in which the first two words are looked for
SHALLOW: Final = 500  # characters: a shorter text counts as this long
QUOTES: Final = "\"“„«»‘'「『"
_EAST: Final = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"  # scripts in which two characters count as a word
_WORD = re.compile(rf"[{_EAST}]{{2}}|[^\W_{_EAST}]+(?:['’-][^\W_{_EAST}]+)*")
_STEMMED = re.compile(rf"(?=([{_EAST}]{{2}}))|[^\W_{_EAST}]{{{LEAST},}}")
_DIGIT = re.compile(r"\d")


def scores(candidate: Candidates) -> Floats:
    """Return the log-odds that each candidate may open an excerpt."""
    slope = load(FILE, "weights", (CONSTANT, *FEATURES))
    result: Floats = rows(candidate) @ slope[1:] + slope[0]
    return result


@lru_cache(maxsize=1)
def start_parts() -> dict[str, Floats]:
    """Load the vectors of the feature "start": first word, second word, whole sentence, constant."""
    return {name: vector(FILE, "start", name) for name in ("first", "second", "whole", "constant")}


def rows(candidate: Candidates, parts: Mapping[str, Floats] | None = None) -> Floats:
    """Return candidate x FEATURES. `parts`: instead of `start_parts`."""
    vectors = embedder()
    texts = [sentence.text for sentence in candidate.sentences]
    pieces = vectors.parts(candidate.text, texts)
    title, text = vectors.article(candidate.title, "", 1), vectors.article("", candidate.text)
    before = np.zeros(len(texts), dtype=np.float32)
    before[1:] = (pieces[1:] * pieces[:-1]).sum(axis=1)
    near = np.column_stack([pieces @ title, pieces @ text, before, starts(texts, pieces, parts or start_parts())])
    return np.hstack([np.array(_form(candidate)), np.array(_shared(candidate)), near]).astype(np.float32)


def starts(texts: Sequence[str], pieces: Floats, parts: Mapping[str, Floats]) -> Floats:
    """Return the feature "start" of sentences with vectors `pieces`."""
    pairs = [first_words(text) for text in texts]
    words = [_word(first) @ parts["first"] + _word(second) @ parts["second"] for first, second in pairs]
    result: Floats = np.array(words) + pieces @ parts["whole"] + parts["constant"][0]
    return result


def first_words(text: str) -> tuple[str, str]:
    """Return the first two words in lower case, "" for none."""
    words = _WORD.findall(text[:OPENING].casefold())
    return (*words[:2], "", "")[:2]


@lru_cache(maxsize=4096)
def _word(word: str) -> Floats:
    return embedder().mean(word)


def _form(candidate: Candidates) -> list[list[float]]:
    """Return candidate x _FORM: position and form."""
    size = max(SHALLOW, len(candidate.text))
    table = []
    for place, sentence in enumerate(candidate.sentences):
        text, bare = sentence.text, sentence.text.rstrip('"”’»」 ')
        digits = _DIGIT.search(text) is not None
        named = any(word[:1].isupper() for word in text.split()[1:])
        words = len(text) // 5 if cjk(text) else len(text.split())
        table.append([
            math.log1p(place), place == 0, place == 1, sentence.place == 0, max(0, candidate.text.find(text)) / size,
            words < SHORT, text[0] in QUOTES, bare.endswith(("?", "？")), digits,
            not digits and not named, text.lstrip(QUOTES)[:1].isdigit(), "," in text[:EARLY], ":" in text[:EARLY],
        ])  # fmt: skip
    return table


def _shared(candidate: Candidates) -> list[list[float]]:
    """Return candidate x _WORDS: words shared with title and text."""
    title = set(stems(candidate.title))
    often = {stem for stem, times in Counter(stems(candidate.text[:READ])).items() if times > 1}
    seen: set[str] = set()
    table = []
    for sentence in candidate.sentences:
        own = set(stems(sentence.text))
        common = len(own & title)
        subject = stems(" ".join(sentence.text.split()[:SUBJECT]))
        new = len((own & often) - seen)
        table.append([common / max(1, len(title)), common > 0, not title.isdisjoint(subject), new / max(1, len(own))])
        seen |= own
    return table


def stems(text: str) -> list[str]:
    """Return the longer words in lower case, cut to STEM letters, and pairs of East Asian characters."""
    return [match[1] or match[0][:STEM] for match in _STEMMED.finditer(text.casefold())]
