"""How likely each block is part of the article: the mean of a weighted sum of its features and of boosted trees over
them, both fitted on pages with known text.

What either says is log odds. The sum says which feature weighed most, the trees know which ones count only together.
They are data/block_weights.toml and data/block_trees.json, written by tools/train/fit_blocks.py, each with a table
`asked` for blocks that were compared with an extractor's text, and `alone` for those whose overlap is a guess
(`overlap.guess`). Pure.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np

from syndicator.reading.body import containers
from syndicator.reading.body.scoring import features, trees
from syndicator.reading.body.scoring.block_features import Columns
from syndicator.reading.html.blocks import Block

_MOST = 30.0  # log odds beyond which the score no longer changes; keeps exp() in range
Table = Literal["asked", "alone"]


class Scored(NamedTuple):
    """`heaviest`: for each block the feature that weighs most in the weighted sum; `values`: all features by name."""

    heaviest: list[str]
    values: Columns


@cache
def weights(table: Table) -> Mapping[str, float]:
    """What each feature adds to the log odds that a block is article, by the feature's name."""
    found: dict[str, float] = tomllib.loads(_file("block_weights.toml"))[table]
    return found


@cache
def boosted(table: Table) -> trees.Trees:
    """The trees."""
    return trees.read(json.loads(_file("block_trees.json"))[table])


def _file(name: str) -> str:
    return files("syndicator.reading").joinpath(f"data/{name}").read_text("utf-8")


def score(blocks: Sequence[Block], box: containers.Containers, text: Columns, table: Table) -> Scored:
    """Sets the score of each block, the probability (0 to 1) that it is article. `text` are the features of
    `features.of_text`. Raises ValueError when features and weights have not the same names, or the trees ask for a
    feature that there is not."""
    if not blocks:
        return Scored([], {})
    values = features.columns(blocks, box, text)
    fitted = matched(weights(table), values)
    parts = np.array([values[name] for name in fitted])  # a row for each feature, a column for each block
    parts *= np.array(list(fitted.values()), dtype=np.float32)[:, None]
    line = parts.sum(axis=0)
    total = np.clip((line + trees.log_odds(boosted(table), values)) / 2, -_MOST, _MOST)
    for block, probability in zip(blocks, (1.0 / (1.0 + np.exp(-total))).tolist(), strict=True):
        block.score = probability
    names = list(fitted)
    parts[names.index("bias")] = 0.0  # the same for every block, so it explains nothing
    heaviest = np.where(total > 0, parts.argmax(axis=0), parts.argmin(axis=0))
    return Scored([names[index] for index in heaviest.tolist()], values)


def matched(fitted: Mapping[str, float], made: Mapping[str, object]) -> Mapping[str, float]:
    """`fitted`, the weights; raises ValueError unless the features that are `made` have the same names."""
    if fitted.keys() != made.keys():
        missing, unknown = sorted(made.keys() - fitted.keys()), sorted(fitted.keys() - made.keys())
        raise ValueError(
            f"data/block_weights.toml does not fit the features: no weight for {missing}, no feature for {unknown}; "
            "run tools/train/fit_blocks.py"
        )
    return fitted
