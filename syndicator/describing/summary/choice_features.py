"""What is measured of a choice of sentences that may be an excerpt: each feature with its name.

The names join features and weights ([choice] in data/ranker.toml), see sentence_features.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from syndicator.describing.summary import sentence_features
from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.summary.words import FIRST_PERSON, SECOND_PERSON, WORD, bags_of, length
from syndicator.describing.text import excerpt_rules

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
_BESIDE_WORDS: Final = tuple(name for name in sentence_features.SENTENCE_FEATURES if name != "words")
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
    places = np.array([[*choice, *[absent] * (excerpt_rules.SENTENCES - len(choice))] for choice in choices])
    picked = np.vstack([measured, np.zeros((1, measured.shape[1]), np.float32)])[places]
    total = picked.sum(axis=1)
    lengths = picked[:, :, sentence_features.SENTENCE_FEATURES.index("words")]
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
    return [sentence_features.SENTENCE_FEATURES.index(name) for name in names]


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
    one, two, three = (size == n for n in range(1, excerpt_rules.SENTENCES + 1))
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
        "distinct-words": distinct / excerpt_rules.WORDS,
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
