"""Items of lists stay with their list, or where the text encloses it."""

from __future__ import annotations

import pytest

from syndicator.reading.body import edges, overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse

TEXT = "The ferry left at dawn, as it had done for ninety years, and nobody stood on the quay to wave."
LOW = "<li>Harbour stores</li><li>4.58</li>"


def kept(markup: str, scores: dict[str, float], least: float = 0.5) -> list[str]:
    """The texts of `markup` that stay; `scores` are those of texts by how they begin, and 0.9 for all others."""
    blocks = read_blocks(parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree)
    overlap.measure(blocks)
    for block in blocks:
        block.score = next((score for start, score in scores.items() if block.text.startswith(start)), 0.9)
    stay = [block.score > least for block in blocks]
    edges.keep(blocks, stay)
    return [block.text[:9] for block, keep in zip(blocks, stay, strict=True) if keep]


@pytest.mark.parametrize(
    ("markup", "scores", "expected"),
    [
        # most of the list stays: so does the rest of it, unless it is surely boilerplate
        (f"<ul><li>{TEXT}</li>{LOW}</ul>", {"Harbour": 0.3, "4.58": 0.2}, ["The ferry", "Harbour s", "4.58"]),
        (f"<ul><li>{TEXT}</li>{LOW}</ul>", {"Harbour": 0.3, "4.58": 0.1}, ["The ferry", "Harbour s"]),
        (f"<ul><li>Boats</li><li>{TEXT}</li></ul>", {"The": 0.3}, ["Boats"]),
        # a list between texts that stay is the article's, one above or below them may be a menu
        (
            f"<p>{TEXT}</p><ul>{LOW}</ul><p>So it was.</p>",
            {"Har": 0.3, "4": 0.1},
            ["The ferry", "Harbour s", "So it was"],
        ),
        (f"<ul>{LOW}</ul><p>{TEXT}</p>", {"Harbour": 0.3, "4.58": 0.3}, ["The ferry"]),
        (f"<p>{TEXT}</p><ul>{LOW}</ul>", {"Harbour": 0.3, "4.58": 0.3}, ["The ferry"]),
        (f"<p>{TEXT}</p><ul>{LOW}</ul><p>Read on</p>", {"Har": 0.3, "4": 0.3, "Read": 0.2}, ["The ferry"]),
        (f"<p>Menu</p><ul>{LOW}</ul><p>{TEXT}</p>", {"Har": 0.3, "4": 0.3, "Menu": 0.2}, ["The ferry"]),
        # what is no item needs its own score
        (f"<p>{TEXT}</p><p>Harbour</p><p>So it was.</p>", {"Harbour": 0.3}, ["The ferry", "So it was"]),
    ],
)
def test_items_that_stay(markup: str, scores: dict[str, float], expected: list[str]) -> None:
    assert kept(markup, scores) == expected
