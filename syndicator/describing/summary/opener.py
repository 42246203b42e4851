"""How well a sentence opens an excerpt, learnt without lists of words, so in all languages (data/opener.toml, by
tools/train/fit_excerpts.py). "start" weighs vectors of its first words and of all, learnt on first and later sentences;
the other features' weights were fitted on a person's judgements."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.sentences import cjk
from syndicator.describing.weights import load, vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

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


def scores(found: Candidates) -> Floats:
    """The log-odds that each candidate may open an excerpt."""
    slope = load(FILE, "weights", (CONSTANT, *FEATURES))
    result: Floats = rows(found) @ slope[1:] + slope[0]
    return result


@lru_cache(maxsize=1)
def start_parts() -> dict[str, Floats]:
    """What the feature "start" weighs: vectors of the first word, the second, the whole sentence, and a constant."""
    return {name: vector(FILE, "start", name) for name in ("first", "second", "whole", "constant")}


def rows(found: Candidates, parts: Mapping[str, Floats] | None = None) -> Floats:
    """Candidate x `FEATURES`; `parts` instead of `start_parts`."""
    import numpy as np

    vectors = embedder()
    texts = [one.text for one in found.sentences]
    pieces = vectors.parts(found.text, texts)
    title, text = vectors.article(found.title, "", 1), vectors.article("", found.text)
    before = np.zeros(len(texts), dtype=np.float32)
    before[1:] = (pieces[1:] * pieces[:-1]).sum(axis=1)
    near = np.column_stack([pieces @ title, pieces @ text, before, starts(texts, pieces, parts or start_parts())])
    return np.hstack([np.array(_form(found)), np.array(_shared(found)), near]).astype(np.float32)


def starts(texts: Sequence[str], pieces: Floats, parts: Mapping[str, Floats]) -> Floats:
    """The feature "start" of sentences whose vectors are `pieces`."""
    import numpy as np

    pairs = [first_words(text) for text in texts]
    words = [_word(one) @ parts["first"] + _word(two) @ parts["second"] for one, two in pairs]
    result: Floats = np.array(words) + pieces @ parts["whole"] + parts["constant"][0]
    return result


def first_words(text: str) -> tuple[str, str]:
    """The first two words of a sentence, in lower case, "" for none."""
    words = _WORD.findall(text[:OPENING].casefold())
    return (*words[:2], "", "")[:2]


@lru_cache(maxsize=4096)
def _word(word: str) -> Floats:
    return embedder().mean(word)


def _form(found: Candidates) -> list[list[float]]:
    """Where each candidate stands and what it is like: candidate x `_FORM`."""
    size = max(SHALLOW, len(found.text))
    table = []
    for place, one in enumerate(found.sentences):
        text, bare = one.text, one.text.rstrip('"”’»」 ')
        digits = _DIGIT.search(text) is not None
        named = any(word[:1].isupper() for word in text.split()[1:])
        words = len(text) // 5 if cjk(text) else len(text.split())
        table.append([
            math.log1p(place), place == 0, place == 1, one.place == 0, max(0, found.text.find(text)) / size,
            words < SHORT, text[0] in QUOTES, bare.endswith(("?", "？")), digits,
            not digits and not named, text.lstrip(QUOTES)[:1].isdigit(), "," in text[:EARLY], ":" in text[:EARLY],
        ])  # fmt: skip
    return table


def _shared(found: Candidates) -> list[list[float]]:
    """What each candidate shares with title and text: candidate x `_WORDS`."""
    title = set(stems(found.title))
    often = {stem for stem, times in Counter(stems(found.text[:READ])).items() if times > 1}
    seen: set[str] = set()
    table = []
    for one in found.sentences:
        own = set(stems(one.text))
        common = len(own & title)
        subject = stems(" ".join(one.text.split()[:SUBJECT]))
        new = len((own & often) - seen)
        table.append([common / max(1, len(title)), common > 0, not title.isdisjoint(subject), new / max(1, len(own))])
        seen |= own
    return table


def stems(text: str) -> list[str]:
    """The longer words of a text, cut to their stem in lower case, and pairs of East Asian characters."""
    return [match[1] or match[0][:STEM] for match in _STEMMED.finditer(text.casefold())]
