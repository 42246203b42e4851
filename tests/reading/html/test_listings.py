"""Code listings stay code, whichever highlighter marked them up."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse

CASES = tomllib.loads((Path(__file__).parent / "listings.toml").read_text("utf-8"))["listing"]


def parse_blocks(markup: str) -> list[Block]:
    page = parse(
        f"<html><body><p>Before</p>{markup}<p>After</p></body></html>".encode(),
        "https://a.example/b",
    )
    return read_blocks(page.tree)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_listing_is_one_code_block(case: dict[str, Any]) -> None:
    """Each highlighter's markup in `listings.toml`, put between two paragraphs, becomes one code
    block with the expected code and language."""
    blocks = parse_blocks(case["markup"])
    (listing,) = [block for block in blocks if block.kind not in ("p", "hr")]

    assert listing.kind == "code"
    assert listing.code == case["code"]
    assert listing.lang == case.get("language", "")


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Use <code>a<br>b</code> here.</p>",
        "<h2><code>a<br>b</code></h2>",
        "<p><code>one\ntwo</code></p>",
    ],
)
def test_code_in_running_text_stays_in_it(markup: str) -> None:
    """Code within a sentence does not become a code block."""
    assert "code" not in {block.kind for block in parse_blocks(markup)}
