"""What readers say below an article goes, a thread stays."""

from __future__ import annotations

import pytest

from syndicator.reading.body import clean, edges, overlap
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse

TEXT = "The ferry left at dawn, as it had done for ninety years, and nobody stood on the quay to wave."
STORY, SAID = f"<p>{TEXT}</p>" * 12, f"<div class='comment'><p>I rowed there once. {TEXT}</p></div>"


@pytest.mark.parametrize(
    ("markup", "score", "expected"),
    [
        (STORY + SAID * 3, 0.7, 0),
        (STORY + SAID * 3, 0.85, 3),  # surely the article's
        (f"<p>{TEXT}</p>" * 5 + SAID * 3, 0.7, 3),  # too little to be an article
        (STORY + SAID * 40, 0.7, 40),  # a thread and its first post
    ],
)
def test_how_many_comments_stay(markup: str, score: float, expected: int) -> None:
    blocks = read_blocks(parse(f"<html><body>{markup}</body></html>".encode(), "https://a.example/b").tree)
    overlap.measure(blocks)
    for block in blocks:
        block.score = score
    stay = [True] * len(blocks)
    gone = edges.cut(blocks, stay)
    kept = [block for block, keep in zip(blocks, stay, strict=True) if keep]
    assert sum(block.text.startswith("I rowed") for block in kept) == expected
    assert set(gone) == set(blocks) - set(kept)


def test_what_an_operator_selected_stays() -> None:
    blocks = read_blocks(parse(f"<html><body>{STORY}{SAID}</body></html>".encode(), "https://a.example/b").tree)
    overlap.measure(blocks)
    for block in blocks:
        block.score = 0.7
    for selected in (True, False):
        kept, cuts = clean.choose(blocks, ["size"] * len(blocks), "", selected=selected)
        assert any(block.text.startswith("I rowed") for block in kept) is selected
    assert "a comment on the article" in {cut.rule for cut in cuts}
