"""Recent pages in an object store, as <version>/<xx>/<id>.gz: what an older version read is found without a listing of
all pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from syndicator.articles.snapshots import checked_id, packed, unpacked, unzipped
from syndicator.core.ports.articles import Objects

_PRUNED: Final = "pruned"  # an object that says up to which day old pages were taken out


class ObjectSnapshots:
    """The Snapshots (see ports) in `objects`. How long a page is kept counts from its last write: a version that reads
    it again keeps it anew."""

    def __init__(self, objects: Objects, version: int = 0) -> None:
        self._objects, self.version = objects, version
        self._older: list[str] | None = None  # versions, as their folders are called

    def put(self, id: str, html: bytes, headers: Mapping[str, str]) -> None:
        self.put_packed(id, packed(html, headers))

    def put_packed(self, id: str, packed: bytes) -> None:
        self._objects.put(self._key(id), packed)
        self._objects.delete(*(self._key(id, version) for version in self._others()))

    def get(self, id: str) -> tuple[bytes, dict[str, str]] | None:
        found = self._find(id)
        return None if found is None else unpacked(found[1])

    def forget(self, id: str) -> None:
        self._objects.delete(*(self._key(id, version) for version in (None, *self._others())))

    def outdated(self) -> frozenset[str]:
        older = (version for version in self._others() if int(version) < self.version)
        keys = (one.key for version in older for one in self._objects.walk(f"{version}/"))
        return frozenset(key.rpartition("/")[2].removesuffix(".gz") for key in keys)

    def note_read(self, id: str) -> None:
        found = self._find(id)
        if found is not None and found[0] != self._key(id):
            self.put_packed(id, found[1])

    def prune(self, before: datetime, *, dry_run: bool = False, daily: bool = False) -> int:
        day = before.date().isoformat().encode()
        if daily and (self._objects.get(_PRUNED) or (b"",))[0] == day:
            return 0
        old = [one.key for one in self._objects.walk() if one.key.endswith(".gz") and one.modified < before]
        if not dry_run:
            self._objects.delete(*old)
            self._objects.put(_PRUNED, day)
        return len(old)

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        for one in list(self._objects.walk()):
            found = self._objects.get(one.key) if one.key.endswith(".gz") else None
            whole = unzipped(found[0]) if found else None
            if found and (whole is None or secret(whole)):
                self._objects.delete(one.key)

    def _find(self, id: str) -> tuple[str, bytes] | None:
        for version in (None, *self._others()):
            key = self._key(id, version)
            found = self._objects.get(key)
            if found is not None:
                return key, found[0]
        return None

    def _key(self, id: str, version: str | None = None) -> str:
        return f"{self.version if version is None else version}/{checked_id(id)[:2]}/{id}.gz"

    def _others(self) -> list[str]:
        """The versions of which there are pages, besides this one. Looked up once: none comes back."""
        if self._older is None:
            found = (folder.rstrip("/") for folder in self._objects.folders())
            self._older = [version for version in found if version.isdigit() and version != str(self.version)]
        return self._older
