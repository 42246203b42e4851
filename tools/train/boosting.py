"""Gradient boosting of symmetric trees, as reading/body/scorer.py applies them. Pure, numpy alone.

Friedman 2001 ("Greedy function approximation") with the second-order leaves of Chen and Guestrin
2016 ("XGBoost"), rows and features drawn anew for each tree. The draws are those of a fixed seed:
the same data give the same trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# values of a feature between which a question can tell, so that they and one more fit five bits
MOST_LIMITS = 31
SAMPLE = 60_000  # rows from which the limits are taken
SEED = 7


@dataclass(frozen=True, slots=True)
class Plan:
    """How trees are grown. Chosen on folds by domain; half or twice of any does nearly alike."""

    trees: int = 200
    depth: int = 6
    rate: float = 0.1  # share of a leaf's best value that is added
    rows: float = 0.35  # share of rows and features that a tree sees
    features: float = 0.2
    ridge: float = 10.0  # how strongly leaves are drawn to zero


@dataclass(frozen=True, slots=True)
class Tree:
    """Features (by number) and limits of the questions, and the value of each leaf: bit k of its
    number is the answer to question k."""

    features: tuple[int, ...]
    limits: tuple[float, ...]
    leaves: Any


def limits_of(values: Any) -> list[Any]:
    """For each column of `values` the limits that questions may have: middles between its values,
    or quantiles."""
    draw = np.random.default_rng(SEED)
    sample = values[draw.choice(len(values), min(len(values), SAMPLE), replace=False)]
    return [_limits(column) for column in sample.T]


def _limits(column: Any) -> Any:
    distinct = np.unique(column)
    if len(distinct) > MOST_LIMITS + 1:
        return np.unique(np.quantile(column, np.linspace(0, 1, MOST_LIMITS + 2)[1:-1])).astype(
            np.float32
        )
    return ((distinct[1:] + distinct[:-1]) / 2).astype(np.float32)


def codes_of(values: Any, limits: Sequence[Any]) -> Any:
    """A row for each feature: for every row of `values` how many of the feature's limits are below
    it."""
    columns = zip(values.T, limits, strict=True)
    return np.stack(
        [np.searchsorted(limit, column, side="left").astype(np.uint8) for column, limit in columns]
    )


def fit(codes: Any, limits: Sequence[Any], wanted: Any, counts: Any, plan: Plan) -> list[Tree]:
    """Trees whose sum is the log odds of `wanted` (0 or 1 for each column of `codes`), each row
    counting `counts`."""
    draw = np.random.default_rng(SEED)
    able = np.flatnonzero([len(each) > 0 for each in limits])
    weight = counts * (len(counts) / counts.sum())
    odds = np.zeros(len(wanted))
    grown = []
    for _ in range(plan.trees):
        chance = 1 / (1 + np.exp(-odds))
        slope, bend = weight * (chance - wanted), weight * chance * (1 - chance)
        rows = np.flatnonzero(draw.random(len(wanted)) < plan.rows)
        chosen = draw.choice(able, max(1, int(len(able) * plan.features)), replace=False)
        asks, reached = _grow(codes[np.ix_(chosen, rows)], slope[rows], bend[rows], plan)
        sums = [np.bincount(reached, each[rows], 1 << len(asks)) for each in (slope, bend)]
        leaves = -plan.rate * sums[0] / (sums[1] + plan.ridge)
        asks = [(int(chosen[at]), limit) for at, limit in asks]
        odds += leaves[_reached(codes, asks)]
        grown.append(
            Tree(tuple(f for f, _ in asks), tuple(float(limits[f][k]) for f, k in asks), leaves)
        )
    return grown


def _reached(codes: Any, asks: Sequence[tuple[int, int]]) -> Any:
    leaf = np.zeros(codes.shape[1], dtype=np.intp)
    for bit, (feature, limit) in enumerate(asks):
        leaf |= (codes[feature] > limit).astype(np.intp) << bit
    return leaf


def _grow(codes: Any, slope: Any, bend: Any, plan: Plan) -> tuple[list[tuple[int, int]], Any]:
    """The questions (row of `codes`, number of a limit) that part the columns of `codes` best, one
    after the other, and the leaf that each column reaches."""
    asks: list[tuple[int, int]] = []
    leaf = np.zeros(codes.shape[1], dtype=np.intp)
    for bit in range(plan.depth):
        gains = [_gain(row, leaf, 1 << bit, slope, bend, plan.ridge) for row in codes]
        at = int(np.argmax([gain for gain, _ in gains]))
        asks.append((at, gains[at][1]))
        leaf |= (codes[at] > gains[at][1]).astype(np.intp) << bit
    return asks, leaf


def _gain(
    row: Any, leaf: Any, leaves: int, slope: Any, bend: Any, ridge: float
) -> tuple[float, int]:
    """What the best question to one feature gains over all leaves, and the number of its limit."""
    width = int(row.max()) + 1
    if width == 1:
        return -1.0, 0
    key = leaf * width + row
    below_s, below_b = (
        np.bincount(key, each, leaves * width).reshape(leaves, width).cumsum(1)
        for each in (slope, bend)
    )
    all_s, all_b = below_s[:, -1:], below_b[:, -1:]
    left, right = below_s[:, :-1], all_s - below_s[:, :-1]
    gains = left**2 / (below_b[:, :-1] + ridge) + right**2 / (all_b - below_b[:, :-1] + ridge)
    gains = (gains - all_s**2 / (all_b + ridge)).sum(axis=0)
    best = int(gains.argmax())
    return float(gains[best]), best
