"""Cache rendered entries between the builds of a process, as most do not change."""

from __future__ import annotations

import pickle
import zlib
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from syndicator.core.model import ContentMode
    from syndicator.publishing.render.view import View

# entries of some 1.3 kB: more than a day of 5,000 articles shows (tests/bench/day.py)
_MOST: Final = 16_000
_OPEN: Final = 200  # of some 10 kB
_LEVEL: Final = 3  # of zlib: a fifth less than 1 in the same time


class EntryKind(Enum):
    """What an entry stands for: its article; in the feed of stories, the story that the article
    leads; in feeds with archives, the story for which an earlier version published it."""

    ARTICLE = "article"
    STORY = "story"
    FOLDED = "folded"


# article id, content mode of the feed, what the entry stands for
Key = tuple[str, "ContentMode | None", EntryKind]


@dataclass(slots=True)
class CachedEntry:
    """A cached entry. `of`: a digest of its input. `parts`: its bytes by format, None for a format
    that cannot hold it. `build`: the last build that compared `of`. `packed`: the number of parts
    when it was packed."""

    of: bytes
    view: View
    parts: dict[str, bytes | None] = field(default_factory=dict)
    build: int = 0
    packed: int = -1


class KeptEntries:
    """At most `most` entries, packed except the last used; drops the least recently used."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._open = min(_OPEN, most)
        self._about = ""
        self._build = 0
        self._made: dict[Key, CachedEntry] = {}  # in the order of their last use
        # in the order in which they left `_made`; some are in both
        self._packed: dict[Key, bytes] = {}
        self._like = b""  # an entry that has most bytes of all others, for zlib

    def begin(self, about: str) -> None:
        """Begin a build. `about`: a fingerprint of the input of all entries; if it changed, the
        cache is emptied."""
        self._build += 1
        if about != self._about:
            self._made.clear()
            self._packed.clear()
            self._about = about
            self._like = b""

    def get(self, key: Key, of: bytes = b"") -> CachedEntry | None:
        """Return the entry if its input equals `of` or, without `of`, if this build compared it
        already; else None."""
        entry = self._made.get(key)
        if entry is None and (packed := self._packed.get(key)):
            entry = pickle.loads(zlib.decompressobj(zdict=self._like).decompress(packed))
            self._made[key] = entry
        if entry is None or (entry.of != of if of else entry.build != self._build):
            return None
        self.put(key, entry)
        return entry

    def put(self, key: Key, entry: CachedEntry) -> None:
        self._made.pop(key, None)
        self._made[key] = entry
        entry.build = self._build
        while len(self._made) > self._open:
            self._pack(next(iter(self._made)))
        if len(self._packed) > self._most - self._open:
            del self._packed[next(iter(self._packed))]

    def _pack(self, key: Key) -> None:
        entry = self._made.pop(key)
        packed = self._packed.pop(key, b"")
        if not packed or entry.packed != len(entry.parts):
            entry.packed = len(entry.parts)
            data = pickle.dumps(entry, pickle.HIGHEST_PROTOCOL)
            self._like = self._like or data
            packer = zlib.compressobj(_LEVEL, zdict=self._like)
            packed = packer.compress(data) + packer.flush()
        self._packed[key] = packed

    def drop(self, key: Key) -> None:
        """Drop an entry with a fault, so that each build that shows it reports the fault again."""
        self._made.pop(key, None)
        self._packed.pop(key, None)
