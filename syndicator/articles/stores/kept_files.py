"""Read and update a small file beside the articles, in a folder or in an object store.
The two classes implement `ports.KeptFile`."""

import errno
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicator.articles import disk
from syndicator.core.ports.articles import ABSENT, Objects

_TAIL: Final = 4096  # bytes at the end of a file: longer than any line of our lists
# to write an object that other programs write, too. Each try fails only if another writer succeeds.
_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class FolderFile:
    """A file in a folder. `durable`: sync writes to the disk; `in_turn`: returns a lock that keeps
    out other writers. Methods raise OSError."""

    path: Path
    durable: bool = True
    in_turn: Callable[[], AbstractContextManager[object]] = nullcontext

    def __str__(self) -> str:
        return str(self.path)

    def read(self) -> bytes | None:
        """Return the bytes of the file, None if there is no file."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        """Rewrite the file with the bytes that `change` returns. `change(present_bytes)`: gets None
        if there is no file; it returns None to leave the file as it is."""
        with self.in_turn():
            stored = self.read()
            changed = change(stored)
            if changed is not None and changed != stored:
                disk.write(self.path, changed, durable=self.durable)

    def append(self, note: bytes, data: bytes) -> None:
        """Append `data`, which has whole lines, to the file. A new file begins with `note`. If a
        crash has cut the last line of the file, this line is deleted first."""
        with self.in_turn():
            if not self.path.exists():
                disk.write(self.path, note + data, durable=self.durable)
                return
            with self.path.open("r+b") as file:
                size = file.seek(0, os.SEEK_END)
                # `_TAIL` bytes contain the end of the last whole line
                tail_start = file.seek(max(0, size - _TAIL))
                last_line_end = file.read().rfind(b"\n") + 1
                file.seek(tail_start + last_line_end)
                file.truncate()
                file.write(data)
                file.flush()
                if self.durable:
                    os.fsync(file.fileno())

    def stamp(self) -> str | None:
        """Return a text that changes if the file changes; None if there is no file."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """A file in an object store. If another program writes it at the same time, it is read and
    changed again. Methods raise OSError."""

    objects: Objects
    key: str

    def __str__(self) -> str:
        return f"{self.objects.name}/{self.key}"

    def read(self) -> bytes | None:
        """Return the bytes of the object, None if there is no object."""
        stored = self.objects.get(self.key)
        if stored is None:
            return None
        data, _ = stored
        return data

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        """Rewrite the object with the bytes that `change` returns. `change(present_bytes)`: gets
        None if there is no object; it returns None to leave the object as it is. It is called again
        if another program has written the object meanwhile."""
        for _ in range(_TRIES):
            stored, etag = self.objects.get(self.key) or (None, ABSENT)
            changed = change(stored)
            if changed is None or changed == stored:
                return
            if self.objects.put(self.key, changed, over=etag) is not None:
                return
        raise OSError(errno.EREMOTE, "other programs keep writing it; run again", str(self))

    def append(self, note: bytes, data: bytes) -> None:
        """Append `data`, which has whole lines, to the object. A new object begins with `note`. If
        the last line of the object is cut, it is deleted first."""

        def add_lines(stored: bytes | None) -> bytes:
            """Return the whole lines of the object, and the new lines. `update` calls this."""
            if stored is None:
                return note + data
            whole_lines = stored[: stored.rfind(b"\n") + 1]
            return whole_lines + data

        self.update(add_lines)

    def stamp(self) -> str | None:
        """Return a text that changes if the object changes; None if there is no object."""
        stored = self.objects.head(self.key)
        if stored is None:
            return None
        return f"{stored.size} {stored.etag}"
