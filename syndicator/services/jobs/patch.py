"""A change of a text taken back although the text was changed since, where what it changed is still there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

_AROUND = 3  # lines that have to stand around what is put back, fewer where the text is edited right beside it


def undone(before: str | None, after: str | None, now: str | None) -> str | None:
    """The text `now` without the change from `before` to `after`; None stands for no file. Raises ValueError where an
    edit made since is in the way: nothing of it is lost."""
    if now == after:
        return before
    if before is None or after is None or now is None:
        raise ValueError("it was edited since")
    old, new, here = (text.splitlines(keepends=True) for text in (before, after, now))
    found = here
    for _, i1, i2, j1, j2 in reversed(_hunks(new, old)):
        found = _put(found, new, (i1, i2), old[j1:j2])
    return "".join(found)


def _hunks(new: Sequence[str], old: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    return [one for one in SequenceMatcher(None, new, old, autojunk=False).get_opcodes() if one[0] != "equal"]


def _put(here: list[str], new: Sequence[str], span: tuple[int, int], back: Sequence[str]) -> list[str]:
    """`here` with `back` in place of what stood in `new` at `span`, found by itself and the lines around it."""
    first, last = span
    for around in range(_AROUND, -1, -1):
        above, below = new[max(0, first - around) : first], new[last : last + around]
        pattern = [*above, *new[first:last], *below]
        places = [at for at in range(len(here) - len(pattern) + 1) if here[at : at + len(pattern)] == pattern]
        if pattern and len(places) == 1:
            at = places[0] + len(above)
            return [*here[:at], *back, *here[at + last - first :]]
    raise ValueError("it was edited since, where this change was made")
