"""Text as such: clean, count, cut, name. Pure."""

from __future__ import annotations

import re
import unicodedata

# XML 1.0 production [2] Char, less the C1 controls (which the feed validator warns of) and noncharacters.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|[" + "".join(chr(plane + low) for plane in range(0x10000, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF)) + "]"
)
_SPACE = re.compile(r"\s+")
_WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]"
)


def legal(value: str) -> str:
    """`value` without characters that XML 1.0 forbids and without lone surrogates."""
    return _ILLEGAL.sub("", value)


def line(value: str) -> str:
    """`value` as one line: legal characters, runs of white space as one space, NFC."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", legal(value))).strip()


def width(value: str) -> int:
    """Characters, a wide CJK character counting two."""
    return len(value) + len(_WIDE.findall(value))


def plain(markdown: str) -> str:
    """Markdown of ours as plain text: a paragraph, heading, list item or table row a line."""
    return markdown  # the reading wing deepens this
