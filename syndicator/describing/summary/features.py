"""What is measured of a choice of sentences that may be an excerpt: each feature with its name.

The names join features and weights ([choice] in data/ranker.toml), see sentence_features.py.

What is measured of a sentence that may stand in an excerpt: each feature with its name."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from syndicator.core.text import width
from syndicator.describing.summary.candidates import FIRST_PERSON, SECOND_PERSON, WORD, Candidates, bags_of, length
from syndicator.describing.text import sentences
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.sentences import Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    SentenceFeaturesFloats = NDArray[np.float32]

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


def sentence_rows(found: Candidates) -> SentenceFeaturesFloats:
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
    text = sentence.text
    words = WORD.findall(text)
    n = max(1, length(text))
    low = [word.casefold() for word in words]
    return {
        "words": n / sentences.WORDS,
        "width": width(text) / sentences.CHARACTERS,
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


if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

TOP: Final = 60  # commonest content words that make up what a text is about
COMMONEST: Final = 30  # of these: what a choice covers is set against them
ROOMY, SCANT = 0.7, 0.35  # chosen: shares of the most words, above which a choice is long and below which it is short

_COVERAGE: Final = (
    "length", "length-squared", "long", "short", "two-sentences", "three-sentences", "about", "about-squared", "core",
    "core-squared", "title", "title-alone", "repetition", "distinct-words", "gap", "no-gap", "one-line",
    "about-per-length", "core-per-length", "title-per-length",
)  # fmt: skip
_SHAPE: Final = ("length", "length-squared", "two-sentences", "three-sentences", "about", "title")
_KIND: Final = (
    "titled", "text-length", "lines", "line-length", "first-person", "second-person", "quotes", "sentence-length",
)  # fmt: skip
_SUMMED: Final = (
    "line", "starts-line", "refers-back", "quotes", "question", "first-person", "second-person", "cue",
)  # fmt: skip
# The number of words is there already, as "length".
_BESIDE_WORDS: Final = tuple(name for name in SENTENCE_FEATURES if name != "words")
FEATURES: Final = (
    *_COVERAGE,
    *(f"first sentence: {name}" for name in _BESIDE_WORDS),
    *(f"mean by length: {name}" for name in _BESIDE_WORDS),
    *(f"sum: {name}" for name in _SUMMED),
    *(f"text {kind} x {shape}" for kind in _KIND for shape in _SHAPE),
)


def rows(found: Candidates, measured: Floats, choices: Sequence[tuple[int, ...]]) -> Floats:
    """Choice x `FEATURES`: what the choice covers, what its sentences are, and how both matter in a text of this
    kind. `measured`: what `sentence_features.rows` says of all candidates; `choices`: their places."""
    import numpy as np

    absent = len(measured)
    places = np.array([[*choice, *[absent] * (sentences.SENTENCES - len(choice))] for choice in choices])
    picked = np.vstack([measured, np.zeros((1, measured.shape[1]), np.float32)])[places]
    total = picked.sum(axis=1)
    lengths = picked[:, :, SENTENCE_FEATURES.index("words")]
    by_length = (picked * lengths[:, :, None]).sum(axis=1) / lengths.sum(axis=1)[:, None]
    covered = _coverage(found, places, choices, lengths.sum(axis=1))
    kind = _kind(found)
    beside, summed = _places(_BESIDE_WORDS), _places(_SUMMED)
    shape = np.column_stack([covered[name] for name in _SHAPE])
    parts = [
        np.column_stack([covered[name] for name in _COVERAGE]),
        picked[:, 0, beside],
        by_length[:, beside],
        total[:, summed],
        *(shape * kind[name] for name in _KIND),
    ]
    return np.hstack(parts).astype(np.float32)


def _places(names: Sequence[str]) -> list[int]:
    return [SENTENCE_FEATURES.index(name) for name in names]


def _coverage(
    found: Candidates, places: NDArray[np.int64], choices: Sequence[tuple[int, ...]], taken: Floats
) -> dict[str, Floats]:
    """The `_COVERAGE` features of every choice: how much of the text's and the title's words its sentences have."""
    import numpy as np

    frequency, title, sets = bags_of(found)
    words = sorted(set().union(*sets))
    has = _table(sets, words)
    common = sorted(frequency.items(), key=itemgetter(1), reverse=True)
    top, most = dict(common[:TOP]), [count for _, count in common[:COMMONEST]]
    again = np.array([math.log1p(frequency[w]) if frequency[w] > 1 else 0 for w in words], dtype=np.float32)
    often = np.array([top.get(word, 0) for word in words], dtype=np.float32)
    named = np.array([word in title for word in words], dtype=np.float32)
    union = has[places].any(axis=1).astype(np.float32)
    summed = has.sum(axis=1)[places].sum(axis=1)
    size = np.array([len(choice) for choice in choices], dtype=np.float32)
    one, two, three = (size == n for n in range(1, sentences.SENTENCES + 1))
    about = union @ again / (sum(math.log1p(count) for count in most if count > 1) or 1)
    core = union @ often / (sum(most) or 1)
    titled = union @ named / max(1, len(title))
    distinct = union.sum(axis=1)
    gap = np.array([choice[-1] - choice[0] + 1 - len(choice) for choice in choices], dtype=np.float32)
    return {
        "length": taken,
        "length-squared": taken**2,
        "long": np.maximum(0, taken - ROOMY),
        "short": np.maximum(0, SCANT - taken),
        "two-sentences": two,
        "three-sentences": three,
        "about": about,
        "about-squared": about**2,
        "core": core,
        "core-squared": core**2,
        "title": titled,
        "title-alone": titled * one,
        "repetition": 1 - distinct / np.maximum(1, summed),
        "distinct-words": distinct / sentences.WORDS,
        "gap": np.log1p(gap),
        "no-gap": gap == 0,
        "one-line": np.array([len({found.sentences[n].line for n in choice}) == 1 for choice in choices]),
        "about-per-length": about / taken,
        "core-per-length": core / taken,
        "title-per-length": titled / taken,
    }


def _table(sets: Sequence[frozenset[str]], words: Sequence[str]) -> NDArray[np.bool_]:
    """Sentence x word: whether it has it; the last row, of no sentence, has none."""
    import numpy as np

    number = {word: n for n, word in enumerate(words)}
    has = np.zeros((len(sets) + 1, len(words)), dtype=bool)
    for row, known in enumerate(sets):
        has[row, [number[word] for word in known]] = True
    return has


def _kind(found: Candidates) -> dict[str, float]:
    """What kind of text it is: news, a personal post, a page of short lines. The caps and divisors bring each to about
    0 to 1."""
    lines = [line for line in found.text.split("\n") if line.strip()]
    head = found.text[:4000]
    low = WORD.findall(head.lower()) if head.isascii() else [word.casefold() for word in WORD.findall(head)]
    n = max(1, len(low))
    first = [length(c.text) for c in found.sentences[:8]]
    return {
        "titled": float(bool(found.title)),
        "text-length": math.log(len(found.text) + 1) / 10,
        "lines": math.log(len(lines) + 1) / 5,
        "line-length": min(200.0, sum(map(len, lines)) / max(1, len(lines))) / 200,
        "first-person": min(0.1, sum(map(FIRST_PERSON.__contains__, low)) / n) * 10,
        "second-person": min(0.1, sum(map(SECOND_PERSON.__contains__, low)) / n) * 10,
        "quotes": min(0.05, (head.count('"') + head.count("“")) / n) * 20,
        "sentence-length": sum(first) / max(1, len(first)) / 30,
    }
