"""How likely each block is part of the article: a weighted sum of its features, fitted on pages with known text.

The weights are data/block_weights.toml, written by tools/train/fit_blocks.py. Pure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from syndicator.reading.body import containers, features
from syndicator.reading.html.blocks import Block

_MOST = 30.0  # log odds beyond which the score no longer changes; keeps exp() in range


@cache
def weights() -> Mapping[str, float]:
    """What each feature adds to the log odds that a block is article, by the feature's name."""
    data = files("syndicator.reading").joinpath("data/block_weights.toml").read_text("utf-8")
    table: dict[str, float] = tomllib.loads(data)["weights"]
    return table


def score(blocks: Sequence[Block], box: containers.Containers, title: str) -> list[str]:
    """Sets the score of each block, the probability (0 to 1) that it is article; returns for each the feature that
    weighs most. `title` is the page's. Raises ValueError when features and weights have not the same names."""
    if not blocks:
        return []
    values = features.columns(blocks, box, title)
    fitted = matched(weights(), values)
    parts = np.array([values[name] for name in fitted])  # a row for each feature, a column for each block
    parts *= np.array(list(fitted.values()), dtype=np.float32)[:, None]
    total = np.clip(parts.sum(axis=0), -_MOST, _MOST)
    for block, probability in zip(blocks, (1.0 / (1.0 + np.exp(-total))).tolist(), strict=True):
        block.score = probability
    names = list(fitted)
    parts[names.index("bias")] = 0.0  # the same for every block, so it explains nothing
    heaviest = np.where(total > 0, parts.argmax(axis=0), parts.argmin(axis=0))
    return [names[index] for index in heaviest.tolist()]


def matched(fitted: Mapping[str, float], made: Mapping[str, object]) -> Mapping[str, float]:
    """`fitted`, the weights; raises ValueError unless the features that are `made` have the same names."""
    if fitted.keys() != made.keys():
        missing, unknown = sorted(made.keys() - fitted.keys()), sorted(fitted.keys() - made.keys())
        raise ValueError(
            f"data/block_weights.toml does not fit the features: no weight for {missing}, no feature for {unknown}; "
            "run tools/train/fit_blocks.py"
        )
    return fitted
