"""What boosted trees cut at the two ends of the body: what score and rules left of credits, summaries, appeals, notes
on authors and the like. Pure.

They were grown on the ends that the scorer leaves on pages of domains that it was not fitted on, so they know its
mistakes (tools/train/fit_ends.py); data/end_trees.json has a table for each end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from syndicator.reading.body.cuts import end_features
from syndicator.reading.body.cuts.end_features import Facts
from syndicator.reading.body.scoring import trees
from syndicator.reading.html.blocks import Block

End = Literal["first", "last"]
ENDS: tuple[End, ...] = ("first", "last")
# Chosen on folds by domain.
_LEAST: Mapping[End, float] = {"first": 0.0, "last": 0.6}  # log odds of a text that stays at the end
_MOST_SHARE = 0.2  # of all letters that one end may lose
_NEARLY = 0.08  # score from which a text nearly stayed
_FURTHER = 3  # of them that may stand further out
_LEAST_TEXTS = 3  # texts below which nothing is cut


@cache
def boosted(end: End) -> trees.Trees:
    """The trees of one end."""
    return trees.read(json.loads(_file("end_trees.json"))[end])


def _file(name: str) -> str:
    return files("syndicator.reading").joinpath(f"data/{name}").read_text("utf-8")


def candidates(blocks: Sequence[Block], stay: Sequence[bool], end: End) -> list[int]:
    """The places of the texts that one end is judged by, from the end inwards: those that stay and those that nearly
    did, a few of which may stand further out than all that stay."""
    found = [at for at, block in enumerate(blocks) if block.own and (stay[at] or block.score > _NEARLY)]
    if end == "last":
        found.reverse()
    begun = next((place for place, at in enumerate(found) if stay[at]), len(found))
    return found[max(0, begun - _FURTHER) :]


def trim(blocks: Sequence[Block], stay: list[bool], values: Mapping[str, Any], facts: Facts) -> dict[Block, str]:
    """Cuts what is not the article's at both ends, as rules of boilerplate.py do. `values`: the features that the
    scorer had for `blocks`."""
    found: dict[Block, str] = {}
    flat = end_features.flat_end(facts)
    for end in ENDS:
        places = candidates(blocks, stay, end)
        if sum(stay[at] for at in places) < _LEAST_TEXTS:
            continue
        names, rows = end_features.end_rows(blocks, places, values, flat)
        odds = trees.log_odds(boosted(end), dict(zip(names, rows.T, strict=True)))
        kept = [blocks[at].letters if stay[at] else 0 for at in places]
        cut = _cut(odds - _LEAST[end], kept)
        # a list is not cut in two
        begun = {frame for at in places[cut:] if stay[at] for frame in blocks[at].frames}
        for at in [at for at in places[:cut] if stay[at] and begun.isdisjoint(blocks[at].frames)]:
            stay[at] = False
            found[blocks[at]] = f"at the {end} end of the text"
    return found


def _cut(odds: Any, letters: Sequence[int]) -> int:
    """How many texts go: those up to where the odds against them sum up highest, and not too many letters. `letters`:
    of each text that is kept, 0 of others."""
    kept = np.array(letters[: len(odds)]) > 0
    sums = np.concatenate([[0.0], np.cumsum(np.where(kept, -odds, 0.0))])
    lost = np.concatenate([[0], np.cumsum(letters[: len(odds)])])
    sums[lost > _MOST_SHARE * sum(letters)] = -np.inf
    return int(sums.argmax())
