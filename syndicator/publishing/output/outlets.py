"""Published files in an object store, with the types and caching that our own server sends.

Published files on disk: whole or not at all, touched only when their bytes differ."""

import contextlib
import ctypes
import errno
import gzip
import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from syndicator.core.errors import UsageError
from syndicator.core.formats import GZIP_LEVEL, cache_control, media_type
from syndicator.core.ports.articles import ABSENT, Objects, ObjectStamp
from syndicator.publishing import paths


class FileOutlet:
    """An Outlet (see ports) on the folder `root`. With `gzip`, files that are asked for often have a `.gz` beside them
    (nginx gzip_static): a year of 10,000 articles has 5,000 archives and pages of days, which few ask for; web servers,
    ours among them, compress these when somebody does.

    A changed file gets an mtime at least a second after its old one: nginx's ETag is mtime in seconds and size, and
    libcurl drops the body of an answer whose Last-Modified is not after the one it knows, also after a redirect."""

    def __init__(self, root: Path, gzip: bool = True, held: Callable[[], object] = lambda: None) -> None:
        """`held`: called before each write, which it stops by an exception."""
        self._root, self._gzip, self._held = root, gzip, held
        self._unsettled = False  # files were written without a sync of their own

    def get(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        path = self._path(name)
        changed = _size(path) != len(data) or self.get(name) != data
        if changed:
            latest = max(_mtime(known) for known in (path, *map(self._path, heir_of)))
            self._replace(path, data, earliest=latest + 1_000_000_000, durable=paths.is_head(name))
        sibling = path.with_name(path.name + ".gz")
        if not self._gzip or not paths.is_asked_often(name):
            sibling.unlink(missing_ok=True)
        elif changed or not _unpacks_to(sibling, data):  # the second after a crash
            self._replace(sibling, gzip.compress(data, GZIP_LEVEL, mtime=0), earliest=_mtime(path), durable=False)
        return changed

    def settle(self) -> None:
        if self._unsettled:
            _sync(self._root)
            self._unsettled = False

    def delete(self, name: str) -> bool:
        path = self._path(name)
        self._held()
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

    def _replace(self, path: Path, data: bytes, *, earliest: int, durable: bool) -> None:
        self._unsettled |= not durable
        temporary = f"{path.parent}/.{path.name}.{os.getpid()}.tmp"
        try:
            with _opened(temporary, path.parent) as file:
                file.write(data)
                file.flush()
                if os.fstat(file.fileno()).st_mtime_ns < earliest:
                    os.utime(file.fileno(), ns=(earliest, earliest))
                if durable:
                    os.fsync(file.fileno())
            self._held()
            os.replace(temporary, path)  # noqa: PTH105 - a large build moves thousands, and paths cost more than moving
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise


def _opened(name: str, folder: Path) -> BinaryIO:
    try:
        return open(name, "wb")  # noqa: PTH123
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        return open(name, "wb")  # noqa: PTH123


def _sync(folder: Path) -> None:
    """Write the files of the file system of `folder` to the disk, with one call instead of one a file."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:  # not Linux
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(descriptor):
            raise OSError(ctypes.get_errno(), "cannot write files to the disk", str(folder))
    finally:
        os.close(descriptor)


def _unpacks_to(path: Path, data: bytes) -> bool:
    """True if the last 8 bytes of a gzip file, checksum and size (RFC 1952), are those of `data`."""
    try:
        with path.open("rb") as file:
            file.seek(-8, os.SEEK_END)
            return file.read() == struct.pack("<II", zlib.crc32(data), len(data) % 2**32)
    except OSError:  # none, or one without an end
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _mtime(path: Path) -> int:
    """Nanoseconds, 0 for a file that is not there."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


_JUST_NOW: Final = datetime.max.replace(tzinfo=UTC)  # later than whatever was there before
_OTHER: Final = "application/octet-stream"  # maps for web servers, which are no pages


@dataclass(slots=True)
class ObjectOutlet:
    """An Outlet (see ports) on `objects`, for one build: what it replaces has to be as it was when it first looked, so
    that of two builds at a time one ends, and its feeds stay stale. With `whole` it looks at all files at once, a
    thousand a request, before anything else; otherwise at each one when it is first asked for.

    The .gz beside files that are asked for often has their type and Content-Encoding: gzip."""

    objects: Objects
    gzip: bool = True
    whole: bool = False
    _seen: dict[str, ObjectStamp | None] = field(default_factory=dict, init=False)
    _listed: bool = field(default=False, init=False)
    _digests: bool = field(default=False, init=False)  # the store's etags are digests

    def get(self, name: str) -> bytes | None:
        seen = self._look(name)
        found = self.objects.get(name) if seen else None
        if found is None:
            return None
        self._check(name, found[1])
        return found[0]

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        """Of the times of `heir_of` nothing is to be seen to: a file that is written now is younger than they are."""
        seen, sibling = self._look(name), f"{name}.gz"
        changed = seen is None or not self._is(seen, data)
        if changed:
            self._write(name, name, data)
        if not self.gzip or not paths.is_asked_often(name):
            self._drop(sibling)
        else:
            there = self._look(sibling)
            # the second also where a run was killed between the two
            if changed or there is None or (seen is not None and there.modified < seen.modified):
                self._write(sibling, name, gzip.compress(data, GZIP_LEVEL, mtime=0))
        return changed

    def delete(self, name: str) -> bool:
        self._drop(f"{name}.gz")
        return self._drop(name)

    def names(self, folder: str) -> set[str]:
        self._list()
        there = (name for name, seen in self._seen.items() if seen and name.startswith(folder))
        return {folder + name[len(folder) :].partition("/")[0] for name in there}

    def written(self, name: str) -> datetime | None:
        seen = self._look(name)
        return seen.modified if seen else None

    def sweep(self) -> int:
        return 0  # an object is whole or absent

    def settle(self) -> None:
        pass  # each is durable when it is put

    def _look(self, name: str) -> ObjectStamp | None:
        if not name or any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in name.split("/")):
            raise UsageError(f"{name!r} is no name of a published file")
        if self.whole:
            self._list()
        if name not in self._seen:
            self._seen[name] = None if self._listed else self.objects.head(name)
        return self._seen[name]

    def _list(self) -> None:
        if not self._listed:
            for one in self.objects.walk():
                self._seen.setdefault(one.key, one)
            self._listed = True

    def _is(self, seen: ObjectStamp, data: bytes) -> bool:
        """Whether the object is `data`. Most stores make the etag of the bytes' MD5; of one that is known to, nothing
        is asked for to be compared."""
        if seen.size != len(data):
            return False
        return _is_digest(seen.etag, data) or (not self._digests and self.get(seen.key) == data)

    def _write(self, key: str, name: str, data: bytes) -> None:
        seen = self._look(key)
        headers = {"Content-Type": media_type(name) or _OTHER, "Cache-Control": cache_control(name)}
        if key != name:
            headers["Content-Encoding"] = "gzip"
        etag = self.objects.put(key, data, over=seen.etag if seen else ABSENT, headers=headers)
        if etag is None:
            raise self._clash(key)
        self._digests = _is_digest(etag, data)
        self._seen[key] = ObjectStamp(key=key, etag=etag, size=len(data), modified=_JUST_NOW)

    def _drop(self, key: str) -> bool:
        seen = self._look(key)
        if seen is None:
            return False
        there = self.objects.head(key)
        if there is not None:
            self._check(key, there.etag)
            self.objects.delete(key)
        self._seen[key] = None
        return there is not None

    def _check(self, key: str, etag: str) -> None:
        seen = self._seen[key]
        if seen is None or seen.etag != etag:
            raise self._clash(key)

    def _clash(self, key: str) -> OSError:
        detail = "another build has written it meanwhile; this one ends, and what is stale is built again"
        return OSError(errno.EREMOTE, detail, f"{self.objects.name}/{key}")


def _is_digest(etag: str, data: bytes) -> bool:
    return etag.strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()
