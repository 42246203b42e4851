"""Boosted trees over the features of blocks, read from a table: each level of a tree asks one question. Pure.

Such trees (symmetric or oblivious ones: Kohavi 1994; Prokhorenkova et al. 2018, "CatBoost") need no branches: the
answers to a tree's questions are the bits of the number of the leaf. So all trees are applied to all blocks at once.
tools/train/boosting.py makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DEEPEST = 8  # questions of a tree: the bits of a byte
_QUESTION = re.compile(r"(.+) > (\S+)")


@dataclass(frozen=True, slots=True)
class Trees:
    """`names`: the features that are asked for; the other fields are arrays. A question is whether feature number
    `features` is over `limits`; `asked` has a row for each bit of a leaf's number with the question of each tree, one
    that nothing passes where a tree asks fewer; `leaves` has a row for each tree."""

    names: tuple[str, ...]
    features: Any
    limits: Any
    asked: Any
    leaves: Any


def read(rows: Iterable[Mapping[str, str]]) -> Trees:
    """The trees of a table: `asks`, questions such as "size > 4.2" with "; " between them, and `leaves`, what each
    sequence of answers adds to the log odds, the first answer the lowest bit. Raises ValueError for another form."""
    trees = [(row["asks"].split("; "), np.array(row["leaves"].split(), dtype=np.float32)) for row in rows]
    for asks, leaves in trees:
        if len(asks) > DEEPEST or len(leaves) != 1 << len(asks):
            raise ValueError(f"a tree of {len(asks)} questions has {len(leaves)} leaves")
    questions = {ask: number for number, ask in enumerate(sorted({ask for asks, _ in trees for ask in asks}))}
    parts = [_QUESTION.fullmatch(ask) for ask in questions]
    if not all(parts):
        raise ValueError(f"no question: {next(ask for ask, part in zip(questions, parts, strict=True) if not part)!r}")
    names = tuple(dict.fromkeys(part[1] for part in parts if part))
    places = {name: place for place, name in enumerate(names)}
    none = len(questions)  # the number of the question that nothing passes
    deep = max((len(asks) for asks, _ in trees), default=0)
    return Trees(
        names=names,
        features=np.array([places[part[1]] for part in parts if part]),
        limits=np.array([part[2] for part in parts if part], dtype=np.float32)[:, None],
        asked=np.array([_padded([questions[ask] for ask in asks], none, deep) for asks, _ in trees]).T,
        leaves=np.array([_padded(leaves.tolist(), 0.0, 1 << deep) for _, leaves in trees], dtype=np.float32),
    )


def _padded(values: Sequence[Any], last: Any, length: int) -> list[Any]:
    return [*values, *[last] * (length - len(values))]


def log_odds(trees: Trees, values: Mapping[str, Any]) -> Any:
    """The sum over all trees for each block; `values` has the features by name, an array each."""
    columns = np.stack([values[name] for name in trees.names])
    answers = np.zeros((len(trees.features) + 1, columns.shape[1]), dtype=np.uint8)  # nothing passes the last question
    answers[:-1] = columns[trees.features] > trees.limits
    reached = np.zeros((len(trees.leaves), columns.shape[1]), dtype=np.uint8)
    for bit, questions in enumerate(trees.asked):
        reached |= answers.take(questions, axis=0) << np.uint8(bit)
    rows = np.arange(len(trees.leaves))[:, None] * trees.leaves.shape[1]
    return trees.leaves.take(reached + rows).sum(axis=0, dtype=np.float64)
