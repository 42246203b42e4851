"""What a sentence needs to open an excerpt, in many languages."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from syndicator.describing.text import openings
from syndicator.describing.text.language import function_words

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "openings.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_why_a_sentence_does_not_open_an_excerpt(case: dict[str, Any]) -> None:
    surnames = openings.bare_surnames(case.get("names", ()))
    assert openings.fault(case["text"], case.get("language", "en"), case.get("title", ""), surnames) == case["why"]


@pytest.mark.parametrize(
    ("sentence", "bare"),
    [
        ("Abstract: Merging models saves money.", "Merging models saves money."),
        ("TL;DR: Bergen has a bridge.", "Bergen has a bridge."),
        ("Bergen: a city of bridges.", "Bergen: a city of bridges."),
        ("Update: the bridge is open.", "Update: the bridge is open."),
    ],
)
def test_a_label_is_no_part_of_its_sentence(sentence: str, bare: str) -> None:
    assert openings.unlabelled(sentence, "en") == bare


def test_every_language_with_lists_is_one_we_know() -> None:
    assert set(openings.every()) <= {*function_words(), "ja", "zh", "ko", "ru"}
