"""What is measured of a sentence that may stand in an excerpt: each feature with its name.

The names join features and weights ([sentence] in data/ranker.toml), so features may be reordered here; one that is
added, dropped or renamed needs new weights (tools/train/fit_excerpts.py)."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from syndicator.core.text import width
from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.summary.words import FIRST_PERSON, SECOND_PERSON, WORD, bags_of, length
from syndicator.describing.text import excerpt_rules
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.sentences import Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_DIGIT = re.compile(r"\d")
_CUE = re.compile(
    r"\b(?:in this (?:post|article|guide|blog|piece|story|tutorial|episode)|this (?:post|article|guide|paper|tutorial)"
    r"|today|announc\w+|introduc\w+|launch\w+|releas\w+|we(?:’|')?re excited|we are excited|how to|learn|guide"
    r"|explain\w*|explor\w+|discover)\b",
    re.IGNORECASE,
)
REFERS_BACK = re.compile(
    r"^[\"“'‘(]?(?:but|and|so|or|it|he|she|they|his|her|their|this|that|these|those|however|also|then|yet|still|such"
    r"|meanwhile|for example|for instance|in addition|instead|therefore|there|here|its|him|them)\b",
    re.IGNORECASE,
)

# Places and lengths at which features have a step. Chosen; the fit decides what they weigh.
FIRST, SECOND, THIRD = range(3)
EARLY: Final = 5  # sentences that count as the beginning
SHORT: Final = 8  # words below which a sentence is short

_OWN: Final = (
    "words", "width", "place", "is-first", "is-second", "is-third", "is-early", "line", "starts-line", "refers-back",
    "quotes", "question", "exclamation", "first-person", "second-person", "numbers", "capitals", "cue",
    "content-words", "common-words", "is-short",
)  # fmt: skip
_NEAR: Final = ("near-text", "near-title", "near-sentences")
SENTENCE_FEATURES: Final = (*_OWN, *_NEAR)


def sentence_rows(found: Candidates) -> Floats:
    """Candidate x `FEATURES`."""
    import numpy as np

    vectors = embedder()
    pieces = vectors.parts(found.text, [c.text for c in found.sentences])
    text, title = vectors.article("", found.text), vectors.article(found.title, "", 1)
    near = {"near-text": pieces @ text, "near-title": pieces @ title, "near-sentences": pieces @ pieces.mean(axis=0)}
    words = bags_of(found)
    size = max(1, sum(words.frequency.values())) ** 0.5
    own = [
        list(map(_sentence(place, sentence, known, words.frequency, size).__getitem__, _OWN))
        for place, (sentence, known) in enumerate(zip(found.sentences, words.sentences, strict=True))
    ]
    columns = np.stack([near[name] for name in _NEAR], axis=1)
    return np.hstack([np.array(own, dtype=np.float32), columns]).astype(np.float32)


def _sentence(
    place: int, sentence: Sentence, known: frozenset[str], frequency: Counter[str], size: float
) -> dict[str, float]:
    """The `_OWN` features of the candidate at `place` with the content words `known`."""
    text = sentence.text
    words = WORD.findall(text)
    n = max(1, length(text))
    low = [word.casefold() for word in words]
    return {
        "words": n / excerpt_rules.WORDS,
        "width": width(text) / excerpt_rules.CHARACTERS,
        "place": math.log1p(place),
        "is-first": place == FIRST,
        "is-second": place == SECOND,
        "is-third": place == THIRD,
        "is-early": place < EARLY,
        "line": 1 / (1 + sentence.line),
        "starts-line": sentence.place == 0,
        "refers-back": bool(REFERS_BACK.match(text)),
        "quotes": '"' in text or "“" in text,
        "question": text.endswith("?"),
        "exclamation": text.rstrip('"”').endswith("!"),
        "first-person": sum(map(FIRST_PERSON.__contains__, low)) / n,
        "second-person": sum(map(SECOND_PERSON.__contains__, low)) / n,
        "numbers": (sum(map(_is_number, words)) if _DIGIT.search(text) else 0) / n,
        "capitals": sum(word[0].isupper() for word in words[1:]) / n,
        "cue": bool(_CUE.search(text)),
        "content-words": len(known) / n,
        "common-words": sum(map(frequency.__getitem__, known)) / max(1, len(known)) / size,
        "is-short": n < SHORT,
    }


def _is_number(word: str) -> bool:
    return not word.isalpha() and _DIGIT.search(word) is not None
