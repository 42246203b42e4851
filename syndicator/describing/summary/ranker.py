"""Which sentences say most: every choice of at most three of the likeliest is scored by a weighted sum of features.

Only choices that begin with a sentence that stands alone are scored (text/openings.py). The weights in
data/ranker.toml were fitted by tools/train/fit_excerpts.py, so that ROUGE-1 plus ROUGE-2 of what is chosen, expected
over five sets of human summaries, is highest. Measured on texts that the weights have not seen: 38.5/20.3, where the
first sentences that fit have 36.3/19.1. Without the rules of opening it is 39.2/20.6, and an editor signs two excerpts
in three instead of nine in ten. `python -m tests.bench.bench_describing summaries` and `bench_editor` show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from syndicator.core.text import width
from syndicator.describing.summary import choice_features, sentence_features
from syndicator.describing.summary.candidates import Candidates
from syndicator.describing.text import excerpt_rules, openings
from syndicator.describing.weights import load

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LIKELIEST: Final = 12  # sentences of which every choice of three is tried: 298 choices
OPENERS: Final = 4  # of those that stand alone are always among them
# What the first sentence of a choice adds to its score: nearness to the title, a word of news ("announced"), and what
# speaks against it as an opening. Chosen on an editor's labels of 94 articles: with half of the costs three or four
# excerpts fewer are signed, with more than these none more.
NEAR: Final = 8.0
NEWS: Final = 2.0
COSTS: Final = {openings.WINDUP: 12.0, openings.SITE: 8.0, openings.QUESTION: 8.0, openings.QUOTED: 16.0}


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
    rows = sentence_features.sentence_rows(found)
    choices = possible(found, rows @ known.sentence)
    if not choices:
        return ()
    scores = choice_features.rows(found, rows, choices) @ known.choice
    scores += opening(found, rows, choices)
    return choices[int(scores.argmax())]


def opening(found: Candidates, measured: Floats, choices: Sequence[tuple[int, ...]]) -> Floats:
    """What each choice gains or loses by its first sentence, in the unit of the choices' scores."""
    import numpy as np

    cost = np.array([COSTS.get(fault, 0.0) for fault in found.faults], dtype=np.float32)
    near = measured[:, sentence_features.SENTENCE_FEATURES.index("near-title")]
    first = np.array([choice[0] for choice in choices])
    cue = measured[:, sentence_features.SENTENCE_FEATURES.index("cue")]
    result: Floats = (NEAR * near + NEWS * cue - cost)[first]
    return result


def possible(found: Candidates, likely: Floats) -> list[tuple[int, ...]]:
    """All choices of one to three of the likeliest candidates that keep within the caps of length, begin with a
    sentence that stands alone, if any does, and put no sentence behind another that it does not follow unless it
    stands alone as well. `likely` scores each candidate."""
    order = (-likely).argsort(kind="stable").tolist()
    alone = [fault not in openings.LOOSE for fault in found.faults]
    first = [place for place in order if alone[place]] or order
    kept = sorted({*order[:LIKELIEST], *first[:OPENERS]})
    words = [len(c.text.split()) for c in found.sentences]
    widths = [width(c.text) for c in found.sentences]
    starting = set(first)
    return [
        choice
        for size in range(1, excerpt_rules.SENTENCES + 1)
        for choice in combinations(kept, size)
        if choice[0] in starting
        and sum(map(words.__getitem__, choice)) <= excerpt_rules.WORDS
        and sum(map(widths.__getitem__, choice)) + size - 1 <= excerpt_rules.CHARACTERS
        and all(_may_follow(found, a, b) for a, b in pairwise(choice))
    ]


def _may_follow(found: Candidates, a: int, b: int) -> bool:
    """A sentence is followed by its own neighbour, or by one that stands alone where it ends in a stop and no quotation
    mark: put before another sentence, the two read like one passage that the article does not have."""
    one, two = found.sentences[a], found.sentences[b]
    neighbours = two.order == one.order + 1 and two.order > 0 and one.order >= 0
    return neighbours or (one.text[-1] in ".!?" and found.faults[b] not in openings.APART)


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights of data/ranker.toml. Raises ValueError when they are not those of the features."""
    return Weights(
        load("ranker.toml", "sentence", sentence_features.SENTENCE_FEATURES),
        load("ranker.toml", "choice", choice_features.FEATURES),
    )
