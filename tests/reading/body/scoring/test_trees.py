"""Read decision trees from their table and apply them to all blocks at once."""

from __future__ import annotations

import numpy as np
import pytest

from syndicator.reading.body import scorer

ROWS = [
    # the first answer is the lowest bit
    {"asks": "size > 2.0; link > 0.5", "leaves": "-1 1 -2 0.5"},
    {"asks": "size > 5.0", "leaves": "0 0.25"},
]


def compute_odds(size: list[float], link: list[float]) -> list[float]:
    values = {
        "link": np.array(link, dtype=np.float32),
        "size": np.array(size, dtype=np.float32),
        "other": np.zeros(1),
    }
    result: list[float] = scorer.compute_log_odds(scorer.read_trees(ROWS), values).tolist()
    return result


def test_each_block_gets_the_sum_of_the_leaves_that_it_reaches() -> None:
    """The log odds of a block are the sum of the leaves that it reaches in all trees. The first
    tree asks for a size over 2 and a link over 0.5, the second adds 0.25 for a size over 5."""

    def compute_odds_of_block(size: float, link: float) -> float:
        (odds,) = compute_odds([size], [link])
        return odds

    assert compute_odds_of_block(size=1, link=0) == -1
    assert compute_odds_of_block(size=3, link=0) == 1
    assert compute_odds_of_block(size=1, link=1) == -2
    assert compute_odds_of_block(size=3, link=1) == 0.5
    assert compute_odds_of_block(size=6, link=0) == 1 + 0.25
    # all blocks at once
    assert compute_odds([1, 3, 1, 3, 6], [0, 0, 1, 1, 0]) == [-1, 1, -2, 0.5, 1.25]


def test_a_value_at_the_limit_is_not_over_it() -> None:
    """A question `size > 2.0` is answered with no for a size of exactly 2.0, so the leaf is -1;
    the same holds for a size of 5.0 in the second tree, and for a link of 0.5 in the first."""
    assert compute_odds(size=[2.0, 5.0], link=[0.5, 0.5]) == [-1, 1]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"asks": "size > 2.0", "leaves": "1 2 3"}, "a tree of 1 questions has 3 leaves"),
        (
            {"asks": "; ".join(["size > 2.0"] * 9), "leaves": " ".join(["0"] * 512)},
            "a tree of 9 questions",
        ),
        ({"asks": "size over 2", "leaves": "0 1"}, "no question: 'size over 2'"),
    ],
)
def test_a_table_of_another_form_is_refused(row: dict[str, str], message: str) -> None:
    """Reading a tree fails if it has the wrong number of leaves (2 to the power of its
    questions), over 8 questions, or an unreadable question."""
    with pytest.raises(ValueError, match=message):
        scorer.read_trees([row])
