"""Published files on disk: whole or not at all, touched only when their bytes differ."""

from __future__ import annotations

import contextlib
import gzip
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from syndicator.core.errors import UsageError
from syndicator.core.formats import GZIP_LEVEL
from syndicator.publishing import paths


class FileOutlet:
    """An Outlet (see ports) on the folder `root`. With `gzip`, files that are asked for often have a `.gz` beside them
    (nginx gzip_static): a year of 10,000 articles has 5,000 archives and pages of days, which few ask for; web servers,
    ours among them, compress these when somebody does.

    A changed file gets an mtime at least a second after its old one: nginx's ETag is mtime in seconds and size, and
    libcurl drops the body of an answer whose Last-Modified is not after the one it knows, also after a redirect."""

    def __init__(self, root: Path, gzip: bool = True) -> None:
        self._root, self._gzip = root, gzip

    def get(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        path = self._path(name)
        changed = self.get(name) != data
        if changed:
            latest = max(_mtime(known) for known in (path, *map(self._path, heir_of)))
            self._replace(path, data, earliest=latest + 1_000_000_000)
        sibling = path.with_name(path.name + ".gz")
        if not self._gzip or not paths.is_asked_often(name):
            sibling.unlink(missing_ok=True)
        elif changed or _mtime(sibling) < _mtime(path):  # the second also where a run was killed between the two
            self._replace(sibling, gzip.compress(data, GZIP_LEVEL, mtime=0), earliest=_mtime(path))
        return changed

    def delete(self, name: str) -> bool:
        path = self._path(name)
        path.with_name(path.name + ".gz").unlink(missing_ok=True)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        return True

    def names(self, folder: str) -> set[str]:
        path = self._path(folder.removesuffix("/"))
        with contextlib.suppress(FileNotFoundError), os.scandir(path) as found:
            return {folder + entry.name for entry in found if not entry.name.startswith(".")}
        return set()

    def written(self, name: str) -> datetime | None:
        found = _mtime(self._path(name))
        return datetime.fromtimestamp(found // 1_000_000_000, UTC) if found else None

    def sweep(self) -> int:
        """Removes what a writer that was killed left half-written; how many. For whoever is the only writer."""
        left = [path for path in self._root.rglob(".*.tmp") if path.is_file()]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _path(self, name: str) -> Path:
        parts = name.split("/")
        if not name or any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            raise UsageError(f"{name!r} is no name of a published file")
        return self._root.joinpath(*parts)

    def _replace(self, path: Path, data: bytes, *, earliest: int) -> None:
        temporary = f"{path.parent}/.{path.name}.{os.getpid()}.tmp"
        try:
            with _opened(temporary, path.parent) as file:
                file.write(data)
                file.flush()
                if os.fstat(file.fileno()).st_mtime_ns < earliest:
                    os.utime(file.fileno(), ns=(earliest, earliest))
                os.fsync(file.fileno())
            os.replace(temporary, path)  # noqa: PTH105 - a large build moves thousands, and paths cost more than moving
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise


def _opened(name: str, folder: Path) -> BinaryIO:
    """A new file; its folder is made when it is not there."""
    try:
        return open(name, "wb")  # noqa: PTH123
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        return open(name, "wb")  # noqa: PTH123


def _mtime(path: Path) -> int:
    """Nanoseconds, 0 for a file that is not there."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
