"""What stands where a story has no picture: the first letter of its source, on the source's own colour. Pure."""

from __future__ import annotations

import zlib
from typing import Final

COLOURS: Final = 8  # classes mono-0 to mono-7 of site.css


def monogram(name: str) -> tuple[str, int]:
    """The letter and the number of the colour for a source called `name`: always the same."""
    letter = next((char for char in name if char.isalnum()), "·")
    return letter.upper()[:1], zlib.crc32(name.encode("utf-8", "replace")) % COLOURS
