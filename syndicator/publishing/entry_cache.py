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
    """The thing that an entry stands for: its article; in the feed of stories, the story that the
    article leads; in feeds with archives, the story for which an earlier version published it."""

    ARTICLE = "article"
    STORY = "story"
    FOLDED = "folded"


# article id, content mode of the feed, the thing that the entry stands for
Key = tuple[str, "ContentMode | None", EntryKind]


@dataclass(slots=True)
class CachedEntry:
    """A cached entry. `fingerprint`: a hash of its input; `parts`: its bytes by format, None for a
    format that cannot hold it; `build`: the last build that compared the fingerprint;
    `packed_parts`: the number of parts when it was packed, -1 if it never was."""

    fingerprint: bytes
    view: View
    parts: dict[str, bytes | None] = field(default_factory=dict)
    build: int = 0
    packed_parts: int = -1


class KeptEntries:
    """A cache of at most `most` entries, which drops the least recently used. Only the last used
    entries are kept as objects, the others compressed."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._open = min(_OPEN, most)
        self._input_fingerprint = ""
        self._build = 0
        self._unpacked: dict[Key, CachedEntry] = {}  # in the order of their last use
        # in the order in which they left `_unpacked`; some are in both
        self._packed: dict[Key, bytes] = {}
        self._dictionary = b""  # for zlib: one entry, with which the others share most bytes

    def begin(self, input_fingerprint: str) -> None:
        """Begin a build. `input_fingerprint`: of the input that all entries share; if it changed,
        the cache is emptied."""
        self._build += 1
        if input_fingerprint != self._input_fingerprint:
            self._unpacked.clear()
            self._packed.clear()
            self._input_fingerprint = input_fingerprint
            self._dictionary = b""

    def get(self, key: Key, fingerprint: bytes | None = None) -> CachedEntry | None:
        """Return the entry if its input has this fingerprint, else None. Without a fingerprint,
        return it if this build compared it already."""
        entry = self._unpacked.get(key)
        if entry is None and key in self._packed:
            unpacker = zlib.decompressobj(zdict=self._dictionary)
            entry = pickle.loads(unpacker.decompress(self._packed[key]))
            self._unpacked[key] = entry
        if entry is None:
            return None
        if fingerprint is None:
            is_valid = entry.build == self._build
        else:
            is_valid = entry.fingerprint == fingerprint
        if not is_valid:
            return None
        self.put(key, entry)
        return entry

    def put(self, key: Key, entry: CachedEntry) -> None:
        self._unpacked.pop(key, None)
        self._unpacked[key] = entry
        entry.build = self._build
        while len(self._unpacked) > self._open:
            self._pack(next(iter(self._unpacked)))
        if len(self._packed) > self._most - self._open:
            del self._packed[next(iter(self._packed))]

    def _pack(self, key: Key) -> None:
        """Compress an entry, unless its bytes from the last time are still right."""
        entry = self._unpacked.pop(key)
        packed = self._packed.pop(key, b"")
        if not packed or entry.packed_parts != len(entry.parts):
            entry.packed_parts = len(entry.parts)
            data = pickle.dumps(entry, pickle.HIGHEST_PROTOCOL)
            self._dictionary = self._dictionary or data
            packer = zlib.compressobj(_LEVEL, zdict=self._dictionary)
            packed = packer.compress(data) + packer.flush()
        self._packed[key] = packed

    def drop(self, key: Key) -> None:
        """Drop an entry with a fault, so that each build that shows it reports the fault again."""
        self._unpacked.pop(key, None)
        self._packed.pop(key, None)
