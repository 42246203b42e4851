"""How two texts differ, as lines that say what each is. Pure."""

from __future__ import annotations

from difflib import unified_diff

_MOST = 400  # lines shown
_KINDS = {"+": "add", "-": "del", "@": "at"}


def of_texts(before: str | None, after: str | None) -> list[tuple[str, str]]:
    """The lines that differ and those around them: "add", "del", "at" (a place) or "same", and the line."""
    lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=2)
    shown = [(_KINDS.get(line[:1], "same"), line) for line in lines if not line.startswith(("---", "+++"))]
    more = len(shown) - _MOST
    return shown[:_MOST] + ([("at", f"… {more} lines more")] if more > 0 else [])
