"""Read and update one small file beside the articles, in a folder or in an object store.
These are the two kinds of KeptFile (see ports)."""

import errno
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicator.articles import disk
from syndicator.core.ports.articles import ABSENT, Objects

_TAIL: Final = 4096  # bytes in which the last whole line ends: longer than any line
# at a file with several writers; whenever a try fails, another writer's succeeded
_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class FolderFile:
    """File at `path`; `in_turn` locks out other writers. Without `durable`, writes skip fsync."""

    path: Path
    durable: bool = True
    in_turn: Callable[[], AbstractContextManager[object]] = nullcontext

    def __str__(self) -> str:
        return str(self.path)

    def read(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        with self.in_turn():
            before = self.read()
            after = change(before)
            if after is not None and after != before:
                disk.write(self.path, after, durable=self.durable)

    def append(self, note: bytes, data: bytes) -> None:
        with self.in_turn():
            if not self.path.exists():
                disk.write(self.path, note + data, durable=self.durable)
                return
            with self.path.open("r+b") as file:
                start = file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                file.seek(start + file.read().rfind(b"\n") + 1)
                file.truncate()
                file.write(data)
                file.flush()
                if self.durable:
                    os.fsync(file.fileno())

    def stamp(self) -> str | None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """File in an object store. If another writer was quicker, it is read and changed again."""

    objects: Objects
    key: str

    def __str__(self) -> str:
        return f"{self.objects.name}/{self.key}"

    def read(self) -> bytes | None:
        found = self.objects.get(self.key)
        return None if found is None else found[0]

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        for _ in range(_TRIES):
            before, etag = self.objects.get(self.key) or (None, ABSENT)
            after = change(before)
            if (
                after is None
                or after == before
                or self.objects.put(self.key, after, over=etag) is not None
            ):
                return
        raise OSError(errno.EREMOTE, "other programs keep writing it; run again", str(self))

    def append(self, note: bytes, data: bytes) -> None:
        self.update(
            lambda before: (note if before is None else before[: before.rfind(b"\n") + 1]) + data
        )

    def stamp(self) -> str | None:
        stored = self.objects.head(self.key)
        return None if stored is None else f"{stored.size} {stored.etag}"
