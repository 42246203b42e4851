"""An article file, as seen from the store."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """An article file as it was when its row was made."""

    path: str  # relative to the article store, with forward slashes
    mtime_ns: int
    size: int
