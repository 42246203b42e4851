"""The score from which a block is kept."""

from __future__ import annotations

import pytest

from syndicator.reading.body import clean, overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse

PROMO = (
    "Our summer festival brings forty bands to the meadow beside the harbour, and there is room for"
    " you."
)
TEXT = (
    "The ferry left at dawn, as it had done for ninety years, and nobody stood on the quay to wave."
)


def is_first_block_kept(markup: str, score: float, *, selected: bool) -> bool:
    """Return True if the first block of `markup` stays with `score`."""
    blocks = read_blocks(
        parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree
    )
    overlap.measure_letters(blocks)
    for block in blocks:
        block.score = score
    kept, _ = clean.attach_images(
        blocks, clean.choose_blocks(blocks, "", selected=selected), ["overlap"] * len(blocks)
    )
    return blocks[0] in kept


@pytest.mark.parametrize(
    ("markup", "selected", "limit"),
    [
        (f"<div><p>{TEXT}</p></div>", False, 0.5),
        (f"<div><p>{TEXT}</p></div>", True, 0.1),
        ("<pre>boat = 1</pre>", False, 0.5),
    ],
)
def test_the_score_from_which_a_block_stays(markup: str, selected: bool, limit: float) -> None:
    """A block stays from a score of 0.5, and from 0.1 if the operator selected it; both sides of
    the limit are tried."""
    assert not is_first_block_kept(markup, score=limit - 0.01, selected=selected)
    assert is_first_block_kept(markup, score=limit + 0.01, selected=selected)
