"""Following a neighbour changes nothing that is published of another site."""

from __future__ import annotations

import pytest

from tests.trust.world import open_judge


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(8, marks=pytest.mark.timeout(300)),
        pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
def test_neighbours_change_nothing(count: int) -> None:
    """In random worlds, following a neighbour changes nothing that is published of other sites; a
    failing world is reduced to a small example."""
    with open_judge() as judge:
        judge.live_worlds(count, first=True, derandomize=True)
        if judge.failed:
            pytest.fail(judge.shrink_world(min(judge.failed)), pytrace=False)
