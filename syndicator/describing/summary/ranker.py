"""Which sentences say most: every choice of at most three of the likeliest is scored by a weighted sum of features.

The weights in data/ranker.toml were fitted by tools/train/fit_excerpts.py, so that ROUGE-1 plus ROUGE-2 of what is
chosen, expected over five sets of human summaries, is highest. Measured on texts that the weights have not seen:
39.2/20.6, where the first sentences that fit have 36.3/19.1; gradient-boosted trees on the same features do
no better. `python -m tests.bench.bench_describing summaries` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from syndicator.describing.summary import choice_features, sentence_features
from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.text import excerpt_rules
from syndicator.describing.text.sentences import Sentence
from syndicator.describing.weights import load
from syndicator.text import width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LIKELIEST: Final = 12  # sentences of which every choice of three is tried: 298 choices


@dataclass(frozen=True)
class Weights:
    """`sentence` picks the likeliest sentences, `choice` scores choices of them; each in the order of the `FEATURES` of
    sentence_features and choice_features."""

    sentence: Floats
    choice: Floats


def best(found: Candidates) -> tuple[int, ...]:
    """Places of the candidates that make the best excerpt, ascending; () when there is no candidate."""
    if not found.sentences:
        return ()
    known = weights()
    rows = sentence_features.rows(found)
    choices = possible(found.sentences, rows @ known.sentence)
    if not choices:
        return ()
    scores = choice_features.rows(found, rows, choices) @ known.choice
    return choices[int(scores.argmax())]


def possible(candidates: Sequence[Sentence], likely: Floats) -> list[tuple[int, ...]]:
    """All choices of one to three of the likeliest candidates that keep within the caps of length. `likely` scores each
    candidate."""
    kept = sorted((-likely).argsort(kind="stable")[:LIKELIEST].tolist())
    words = [len(c.text.split()) for c in candidates]
    widths = [width(c.text) for c in candidates]
    return [
        choice
        for size in range(1, excerpt_rules.SENTENCES + 1)
        for choice in combinations(kept, size)
        if sum(map(words.__getitem__, choice)) <= excerpt_rules.WORDS
        and sum(map(widths.__getitem__, choice)) + size - 1 <= excerpt_rules.CHARACTERS
        and all(_may_follow(candidates[a], candidates[b]) for a, b in pairwise(choice))
    ]


def _may_follow(a: Sentence, b: Sentence) -> bool:
    """A sentence that ends in a quotation mark or a full-width stop is followed by its own neighbour only: put before
    another sentence, the two read like one passage that the article does not have."""
    return a.text[-1] in ".!?" or (b.order == a.order + 1 and b.order > 0 and a.order >= 0)


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights of data/ranker.toml. Raises ValueError when they are not those of the features."""
    return Weights(
        load("ranker.toml", "sentence", sentence_features.FEATURES),
        load("ranker.toml", "choice", choice_features.FEATURES),
    )
