"""An article file, and a file beside the articles, as those see them who need not know where they are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """An article file as it was when its row was made. `mtime_ns` and `size` change when the file does: in an object
    store, which has etags, `mtime_ns` is a number made of the etag."""

    path: str  # relative to the article store, with forward slashes
    mtime_ns: int
    size: int


class KeptFile(Protocol):
    """One small file beside the articles, which is read and written whole; str() is where it is, for people. Methods
    raise OSError."""

    def read(self) -> bytes | None:
        """The file, None when there is none."""

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        """Writes what `change` makes of the file (None: there is none), durable when it returns; nothing where that is
        None or the same bytes. `change` is called again where another writer was quicker, and so does nothing else."""

    def append(self, note: bytes, data: bytes) -> None:
        """Adds whole lines, durable when it returns; makes the file, which `note` begins, where there is none. A last
        line that was cut short (it has no line end) goes."""

    def stamp(self) -> str | None:
        """What changes whenever the file does, None where there is none."""
