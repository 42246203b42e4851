"""How likely each block is part of the article: a weighted sum of its features, as learnt from pages with known text.

The weights are data/weights.toml, written by tests/bench/train_blocks.py. Pure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from syndicator.reading.body import containers, features
from syndicator.reading.html.blocks import Block


@cache
def _weights() -> Any:
    table = tomllib.loads(files("syndicator.reading").joinpath("data/weights.toml").read_text("utf-8"))["weights"]
    return np.array([table.get(name, 0.0) for name in features.names()], dtype=np.float32)


def judge(blocks: Sequence[Block], box: containers.Containers, title: str) -> list[str]:
    """Sets the score of each block, the probability that it is article; for each the feature that speaks loudest."""
    if not blocks:
        return []
    values = features.matrix(blocks, box, title)
    parts = values * _weights()
    total = np.clip(parts.sum(axis=1), -30.0, 30.0)
    for block, score in zip(blocks, (1.0 / (1.0 + np.exp(-total))).tolist(), strict=True):
        block.score = score
    parts[:, 0] = 0.0  # the bias says nothing
    loudest = np.where(total > 0, parts.argmax(axis=1), parts.argmin(axis=1))
    names = features.names()
    return [names[index] for index in loudest.tolist()]
