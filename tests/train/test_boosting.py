"""Grow decision trees by boosting."""

from __future__ import annotations

import numpy as np
import pytest

from syndicator.reading.body import scorer
from tools.train import boosting, fit_blocks

PLAN = boosting.Plan(trees=40, depth=3, rate=0.2, rows=0.6, features=1.0, ridge=1.0)
NAMES = ("dull", "link", "size")


def make_data(rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Rows that are wanted when either `link` or `size` is over a half, and not both: no weighted
    sum tells them."""
    draw = np.random.default_rng(1)
    values = draw.random((rows, 3)).astype(np.float32)
    values[:, 0] = 1.0
    return values, ((values[:, 1] > 0.5) != (values[:, 2] > 0.5)).astype(float)


def grow_trees() -> list[boosting.Tree]:
    values, wanted = make_data()
    limits = boosting.limits_of(values)
    return boosting.fit(
        boosting.codes_of(values, limits), limits, wanted, np.ones(len(wanted)), PLAN
    )


def test_trees_learn_what_no_weighted_sum_can_and_the_table_says_the_same() -> None:
    """Trees learn an exclusive or, which a weighted sum cannot, and decide the same after they
    are written to a table and read."""
    values, wanted = make_data()
    trees = scorer.read_trees([fit_blocks.row_of(tree, NAMES) for tree in grow_trees()])
    odds = scorer.compute_log_odds(trees, dict(zip(NAMES, values.T, strict=True)))

    assert ((odds > 0) == (wanted > 0)).mean() > 0.95

    weights = fit_blocks.fit(
        np.column_stack([values, np.ones(len(wanted))]),
        wanted,
        np.ones(len(wanted)),
        (*NAMES, "bias"),
    )
    weighted_sum = values @ np.array([weights[name] for name in NAMES]) + weights["bias"]

    assert ((weighted_sum > 0) == (wanted > 0)).mean() < 0.7


def test_the_same_data_give_the_same_trees() -> None:
    """Training is deterministic: two runs grow equal trees."""
    first_trees = grow_trees()
    second_trees = grow_trees()
    for first, second in zip(first_trees, second_trees, strict=True):
        assert first.features == second.features
        assert first.limits == second.limits
        assert (first.leaves == second.leaves).all()


def test_a_feature_that_never_changes_is_not_asked_for() -> None:
    """The trees ask for features 1 and 2; feature 0 is constant and says nothing."""
    assert {feature for tree in grow_trees() for feature in tree.features} == {1, 2}


def test_a_row_that_counts_nothing_teaches_nothing() -> None:
    """Rows that count 0 do not change the trees: the same ones grow if the truth of those rows
    is reversed."""
    values, wanted = make_data()
    limits = boosting.limits_of(values)
    codes = boosting.codes_of(values, boosting.limits_of(values))
    counts = np.ones(len(wanted))
    counts[200:] = 0  # the second half of the rows
    trees = boosting.fit(codes, limits, wanted, counts, PLAN)
    wanted[200:] = 1 - wanted[200:]
    trees_of_reversed = boosting.fit(codes, limits, wanted, counts, PLAN)

    for tree, other in zip(trees, trees_of_reversed, strict=True):
        assert tree.leaves == pytest.approx(other.leaves)


def test_a_feature_of_many_values_has_few_limits() -> None:
    """Of 1,000 different values at most `MOST_LIMITS` limits are made, and a code says between
    which of them a value is."""
    values = np.linspace(0, 1, 1000, dtype=np.float32)[:, None]
    (limits,) = boosting.limits_of(values)

    assert len(limits) == boosting.MOST_LIMITS

    codes = boosting.codes_of(values, [limits])

    assert codes.min() == 0
    assert codes.max() == boosting.MOST_LIMITS
    assert (values[:, 0] > limits[5]).tolist() == (codes[0] > 5).tolist()
