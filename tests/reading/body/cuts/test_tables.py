"""Rows of tables stay together with their table."""

from __future__ import annotations

import pytest

from syndicator.reading.body import edges, overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse

TEXT = "<p>The ferry left at dawn, as it had done for ninety years.</p>"
TABLE = (
    "<table><tr><th>Pier</th><th>Fare</th></tr>"
    "<tr><td>North</td><td>4.58</td></tr><tr><td>South</td><td>3.10</td></tr></table>"
)
ALL = ["Pier\tFare", "North\t4.58", "South\t3.10"]


def list_kept_rows(markup: str, scores: dict[str, float]) -> list[str]:
    """The rows of `markup` that stay; `scores` are those of texts by how they begin, and 0.9 for
    all others."""
    blocks = read_blocks(
        parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree
    )
    overlap.measure_letters(blocks)
    for block in blocks:
        block.score = next(
            (score for start, score in scores.items() if block.text.startswith(start)), 0.9
        )
    stay = [block.score > 0.5 for block in blocks]
    edges.keep_tables(blocks, stay)
    return [
        block.text for block, keep in zip(blocks, stay, strict=True) if keep and block.kind == "row"
    ]


@pytest.mark.parametrize(
    ("markup", "scores", "expected"),
    [
        # the head stays, which is a third of the table
        (TABLE, {"North": 0.3, "South": 0.2}, ALL),
        # a row with a score of 0.1 is surely boilerplate
        (TABLE, {"North": 0.3, "South": 0.1}, ALL[:2]),
        # no row has a score over 0.5
        (TABLE, {"Pier": 0.3, "North": 0.3, "South": 0.3}, []),
        # between two texts that stay, and beside only one
        (TEXT + TABLE + TEXT, {"Pier": 0.3, "North": 0.3, "South": 0.3}, ALL),
        (TEXT + TABLE, {"Pier": 0.3, "North": 0.3, "South": 0.3}, []),
        ("<p>Menu</p>" + TABLE + TEXT, {"Menu": 0.1, "Pier": 0.3, "North": 0.3, "South": 0.3}, []),
        # two tables are judged separately, and neither has a row that stays
        (
            TABLE + TABLE.replace("0", "5"),
            {"South\t3.15": 0.1, "Pier": 0.3, "North": 0.3, "South": 0.3},
            [],
        ),
    ],
)
def test_rows_that_stay(markup: str, scores: dict[str, float], expected: list[str]) -> None:
    """All three rows of a table (Pier, North, South) stay if 30 % of its letters stay, by scores
    over 0.5, or if the texts just before and after it stay; a row that scores below 0.15 is left
    out. Blocks without a score here have 0.9."""
    assert list_kept_rows(markup, scores) == expected
