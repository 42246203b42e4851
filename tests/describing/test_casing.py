"""Names are written as their owners write them, whatever a publisher made of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from syndicator.describing import casing

NAMES = tomllib.loads((Path(__file__).parent / "casing_names.toml").read_text("utf-8"))["names"]
WRONG = (str.lower, str.upper, str.title)


def test_the_list_is_as_long_as_it_says() -> None:
    assert len(set(NAMES)) == 150


@pytest.mark.parametrize("spoil", WRONG, ids=lambda f: f.__name__)
def test_names_come_out_right(spoil: object) -> None:
    assert callable(spoil)
    wrong = [name for name in NAMES if casing.canonical(spoil(name)) != name]
    assert len(wrong) <= 0.03 * len(NAMES), wrong
