"""Strangers' text on a terminal: what would move the cursor, recolour or reorder it is shown and does nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

# Controls other than tab and line feed, C1 controls (U+009B begins a sequence as ESC [ does), line and paragraph
# separators, and the bidirectional controls of Unicode (UAX 9; Trojan Source, CVE-2021-42574).
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]")


def visible(value: str) -> str:
    """`value` with each control as an escape that Python and JSON know (\\x1b as \\u001b); its line ends stay."""
    return value if value.isascii() and value.isprintable() else _CONTROL.sub(_escape, value)


def one_line(value: object) -> str:
    """The text of `value` as `visible` has it, and its line ends and tabs as spaces: a cell of a table."""
    return visible(" ".join(str(value).split()) if any(end in str(value) for end in "\n\t\r") else str(value))


def visible_fields(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: every text of an event as `one_line` has it."""
    return {name: one_line(value) if isinstance(value, str) else value for name, value in event.items()}


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
