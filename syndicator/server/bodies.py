"""The bodies of files that were asked for last, in memory."""

from __future__ import annotations

from typing import Final

Stamp = tuple[int, int, int]  # what changes with a file: mtime in nanoseconds, size, inode
Key = tuple[str, bool]  # the file, and whether this is its compressed variant

# 64 MiB hold some 1,500 feeds of 50 entries in both variants; a machine with 1 GB has them to spare. A choice.
_MOST: Final = 64 << 20
LARGEST: Final = _MOST >> 4  # one large page pushes no hundred feeds out


class Bodies:
    """Bodies by file, each good for the file as it was by its stamp; of more than `most` bytes those go that were not
    asked for the longest."""

    def __init__(self, most: int = _MOST, largest: int = LARGEST) -> None:
        self._most, self._largest = most, largest
        self._held: dict[Key, tuple[Stamp, bytes]] = {}  # the one asked for last stands last
        self._bytes = 0

    def get(self, key: Key, stamp: Stamp) -> bytes | None:
        found = self._held.pop(key, None)
        if found is None:
            return None
        if found[0] != stamp:
            self._bytes -= len(found[1])
            return None
        self._held[key] = found
        return found[1]

    def put(self, key: Key, stamp: Stamp, body: bytes) -> None:
        self._drop(key)
        if len(body) > self._largest:
            return
        self._held[key] = (stamp, body)
        self._bytes += len(body)
        while self._bytes > self._most:
            self._drop(next(iter(self._held)))

    def _drop(self, key: Key) -> None:
        found = self._held.pop(key, None)
        self._bytes -= len(found[1]) if found else 0
