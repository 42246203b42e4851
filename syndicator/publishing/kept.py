"""Cache of entries between the builds of a process; most entries do not change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from syndicator.core.model import ContentMode
    from syndicator.publishing.render.view import View


Key = tuple[str, "ContentMode | None", bool]  # article id, content mode of the feed, True if it leads a story

# Some 10 kB each. A day of 5,000 articles shows so many in the feeds that it builds (tests/bench/day.py).
_MOST: Final = 4000


@dataclass(slots=True)
class Made:
    """A cached entry. `of`: its input; two entries with equal input are equal. `parts`: its bytes by format, None for a
    format that cannot hold it. `build`: the last build that compared `of`."""

    of: tuple[object, ...]
    view: View
    parts: dict[str, bytes | None] = field(default_factory=dict)
    build: int = 0


class KeptEntries:
    """At most `most` entries; drops the least recently used."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._about = ""
        self._build = 0
        self._made: dict[Key, Made] = {}  # in the order of their last use

    def begin(self, about: str) -> None:
        """Begin a build. `about`: a fingerprint of the input of all entries; if it changed, the cache is emptied."""
        self._build += 1
        if about != self._about:
            self._made.clear()
            self._about = about

    def get(self, key: Key, of: tuple[object, ...] | None = None) -> Made | None:
        """Return the entry if its input equals `of` or, without `of`, if this build compared it already; else None."""
        entry = self._made.get(key)
        if entry is None or (entry.build != self._build if of is None else entry.of != of):
            return None
        self.put(key, entry)
        return entry

    def put(self, key: Key, entry: Made) -> None:
        self._made.pop(key, None)
        self._made[key], entry.build = entry, self._build
        if len(self._made) > self._most:
            del self._made[next(iter(self._made))]

    def drop(self, key: Key) -> None:
        """Drop an entry with a fault, so that each build that shows it reports the fault again."""
        self._made.pop(key, None)
