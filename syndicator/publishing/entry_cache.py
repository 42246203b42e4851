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

# Entries in the cache, at most: a packed one has some 1.3 kB. More than the feeds of a day with
# 5,000 articles show (tests/bench/day.py).
_MOST_ENTRIES: Final = 16_000
_MOST_UNPACKED: Final = 200  # of some 10 kB
_ZLIB_LEVEL: Final = 3  # of zlib: a fifth less than 1 in the same time


class EntryKind(Enum):
    """The thing that an entry stands for. ARTICLE: only its article; STORY, in the feed of stories:
    the story that the article leads; FOLDED, in feeds with archives: a story that a version up to
    0.3 published as one entry."""

    ARTICLE = "article"
    STORY = "story"
    FOLDED = "folded"


# article id, content mode of the feed, the thing that the entry stands for
Key = tuple[str, "ContentMode | None", EntryKind]


@dataclass(slots=True)
class CachedEntry:
    """A cached entry. `fingerprint`: a hash of all that the entry is made of; `parts`: its bytes by
    format, None for a format that cannot hold it; `build`: the number of the last build that used
    the entry; `packed_parts`: how many `parts` it had when it was compressed last, -1 if it never
    was."""

    fingerprint: bytes
    view: View
    parts: dict[str, bytes | None] = field(default_factory=dict)
    build: int = 0
    packed_parts: int = -1


class KeptEntries:
    """A cache of at most `most` entries, which drops the least recently used ones. It keeps the 200
    last used entries as objects and all others compressed, to save memory."""

    def __init__(self, most: int = _MOST_ENTRIES) -> None:
        self._most = most
        self._most_unpacked = min(_MOST_UNPACKED, most)
        self._input_fingerprint = ""
        self._build = 0
        self._unpacked: dict[Key, CachedEntry] = {}  # in the order of their last use
        # in the order in which they left `_unpacked`; some are in both
        self._packed: dict[Key, bytes] = {}
        self._dictionary = b""  # for zlib: one entry, with which the others share most bytes

    def begin(self, input_fingerprint: str) -> None:
        """Tell the cache that a build begins. `input_fingerprint`: a fingerprint of the settings
        and templates that all entries depend on; if it differs from that of the last build, the
        cache is emptied."""
        self._build += 1
        if input_fingerprint != self._input_fingerprint:
            self._unpacked.clear()
            self._packed.clear()
            self._input_fingerprint = input_fingerprint
            self._dictionary = b""

    def get(self, key: Key, fingerprint: bytes | None = None) -> CachedEntry | None:
        """Return a cached entry, None if it is missing or out of date. `fingerprint`: of the input
        of the entry now; an entry that was made of other input is out of date. If it is None, an
        entry is out of date unless this build put it or got it with a fingerprint before."""
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
        self.put(key, entry)  # as the last used one
        return entry

    def put(self, key: Key, entry: CachedEntry) -> None:
        """Store an entry as the last used one, valid in this build. If there are too many entries,
        compress those that were not used for longest, or drop them."""
        self._unpacked.pop(key, None)
        self._unpacked[key] = entry
        entry.build = self._build
        # the first key of a dict is the one that was inserted, and so used, least recently
        while len(self._unpacked) > self._most_unpacked:
            least_recently_used = next(iter(self._unpacked))
            self._pack(least_recently_used)
        if len(self._packed) > self._most - self._most_unpacked:
            del self._packed[next(iter(self._packed))]

    def _pack(self, key: Key) -> None:
        """Compress an entry, and move it to the compressed entries. If the bytes of its last
        compression are still right, use them."""
        entry = self._unpacked.pop(key)
        packed = self._packed.pop(key, b"")
        # only the number of formats in an entry changes
        if not packed or entry.packed_parts != len(entry.parts):
            entry.packed_parts = len(entry.parts)
            data = pickle.dumps(entry, pickle.HIGHEST_PROTOCOL)
            if not self._dictionary:  # the first entry
                self._dictionary = data
            packer = zlib.compressobj(_ZLIB_LEVEL, zdict=self._dictionary)
            packed = packer.compress(data) + packer.flush()
        self._packed[key] = packed

    def drop(self, key: Key) -> None:
        """Drop an entry with a fault, so that each build that shows it reports the fault again."""
        self._unpacked.pop(key, None)
        self._packed.pop(key, None)
