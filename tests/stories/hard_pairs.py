"""Reports with another of the same event, and one of another event that has the same names."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final, NamedTuple

FILE: Final = Path(__file__).parent / "data" / "hard_pairs.toml"
Text = tuple[str, str]  # title, text


class Pair(NamedTuple):
    report: Text
    same: Text
    other: Text


def _read_text(table: dict[str, str]) -> Text:
    return table["title"], table["text"]


CASES: Final = tomllib.loads(FILE.read_text(encoding="utf-8"))["case"]
PAIRS: Final = [
    Pair(_read_text(case["report"]), _read_text(case["same"]), _read_text(case["other"]))
    for case in CASES
]
