"""Texts that we ship, with places for what differs from folder to folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parents[2] / "data/init"


def filled(template: str, **values: str) -> str:
    """The text of a template with its `@NAMES@` replaced. Raises KeyError for one that has no value."""
    text = (_FOLDER / template).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda name: values[name[1]], text)
