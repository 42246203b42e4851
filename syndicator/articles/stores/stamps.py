"""The stamps of a whole article store, light enough to be compared at every start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from syndicator.core.ports import FileStamp


class Stamps(Mapping[str, FileStamp]):
    """Article id -> the stamp of its file. Kept as plain tuples: a hundred thousand objects would cost a second."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """`rows`: id, path, mtime_ns, size."""
        self._rows = {id: (path, mtime_ns, size) for id, path, mtime_ns, size in rows}

    def __getitem__(self, id: str) -> FileStamp:
        path, mtime_ns, size = self._rows[id]
        return FileStamp(path=path, mtime_ns=mtime_ns, size=size)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def by_path(self) -> dict[str, tuple[str, int, int]]:
        """Path -> (id, mtime_ns, size)."""
        return {path: (id, mtime_ns, size) for id, (path, mtime_ns, size) in self._rows.items()}


def by_path(stamps: Mapping[str, FileStamp]) -> dict[str, tuple[str, int, int]]:
    """The same of any mapping."""
    if isinstance(stamps, Stamps):
        return stamps.by_path()
    return {stamp.path: (key, stamp.mtime_ns, stamp.size) for key, stamp in stamps.items()}
