"""Whether the texts that are read of a source's pages are still whole, by their lengths. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

NEWEST = 5  # texts, against as many or more before them
_LONG = 300  # characters: shorter texts were never whole
_THIRD = 3


def has_collapsed(bodies: Sequence[int]) -> bool:
    """Whether the newest texts of a source have a third of the length of those before, or less. `bodies`: their
    lengths, newest first, 0 for a page that was refused."""
    newest, before = bodies[:NEWEST], bodies[NEWEST:]
    if len(before) < NEWEST or median(before) < _LONG:
        return False
    return _THIRD * median(newest) <= median(before)


def before_collapse(bodies: Sequence[int]) -> tuple[int, ...]:
    """`bodies` as they were before they collapsed: for a source whose rules have just been mended."""
    return tuple(bodies[NEWEST:] if has_collapsed(bodies) else bodies)
