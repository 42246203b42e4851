"""Entries that the builds of a process made and show again: most of what a build writes, the one before wrote, too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from syndicator.core.model import ContentMode
    from syndicator.publishing.render.view import View


Key = tuple[str, "ContentMode | None", bool]  # article id, the mode of the feed, and if it stands for its story

# Some 10 kB each. A day of 5,000 articles shows so many in the feeds that it makes anew (tests/bench/day.py).
_MOST: Final = 4000


@dataclass(slots=True)
class Made:
    """An entry: `of` is what it was made of and equal only where it would be made alike; `parts` its bytes by format,
    None for a format that cannot hold it; `build` the last one that saw that `of` is as it was."""

    of: tuple[object, ...]
    view: View
    parts: dict[str, bytes | None] = field(default_factory=dict)
    build: int = 0


class KeptEntries:
    """Entries by article and mode; of more than `most` those go that were not shown the longest."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._about = ""
        self._build = 0
        self._made: dict[Key, Made] = {}  # the one shown last stands last

    def begin(self, about: str) -> None:
        """To be called at the start of a build. `about`: a fingerprint of what all entries are made with; another one
        than before makes all of them anew."""
        self._build += 1
        if about != self._about:
            self._made.clear()
            self._about = about

    def get(self, key: Key, of: tuple[object, ...] | None = None) -> Made | None:
        """The entry, if it was made of the same; without `of`, if this build has seen that it was."""
        found = self._made.get(key)
        if found is None or (found.build != self._build if of is None else found.of != of):
            return None
        self.put(key, found)
        return found

    def put(self, key: Key, made: Made) -> None:
        self._made.pop(key, None)
        self._made[key], made.build = made, self._build
        if len(self._made) > self._most:
            del self._made[next(iter(self._made))]

    def drop(self, key: Key) -> None:
        """To be called for an entry with a fault: each build that meets one tells of it."""
        self._made.pop(key, None)
