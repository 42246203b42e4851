"""Outlets for published files: a folder and an object store."""

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

_JUST_NOW: Final = datetime.max.replace(tzinfo=UTC)  # later than all earlier objects
_OTHER: Final = "application/octet-stream"  # maps for web servers


class FileOutlet:
    """An Outlet (see ports) on the folder `root`. Files are replaced atomically, and only if their
    bytes differ. With `gzip`, files that are requested often have a `.gz` beside them (nginx
    gzip_static).

    A changed file gets an mtime at least a second later: nginx makes its ETag from mtime in seconds
    and size, and libcurl drops a body whose Last-Modified is not later than that of its copy."""

    def __init__(
        self, root: Path, gzip: bool = True, held: Callable[[], object] = lambda: None
    ) -> None:
        """`held`: called before each write; raises an exception to prevent the write."""
        self._root, self._gzip, self._held = root, gzip, held
        self._unsettled = False  # some files need a sync

    def get(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        path = self._path(name)
        changed = self.get(name) != data
        if changed:
            latest = max(_mtime(other) for other in (path, *map(self._path, heir_of)))
            self._replace(path, data, earliest=latest + 1_000_000_000, durable=paths.is_head(name))
        sibling = path.with_name(path.name + ".gz")
        if not self._gzip or not paths.is_asked_often(name):
            sibling.unlink(missing_ok=True)
        elif changed or not _is_gzip_of(sibling, data):  # a crash may leave an old .gz
            self._replace(
                sibling,
                gzip.compress(data, GZIP_LEVEL, mtime=0),
                earliest=_mtime(path),
                durable=False,
            )
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
        with contextlib.suppress(FileNotFoundError), os.scandir(path) as entries:
            return {folder + entry.name for entry in entries if not entry.name.startswith(".")}
        return set()

    def written(self, name: str) -> datetime | None:
        mtime = _mtime(self._path(name))
        return datetime.fromtimestamp(mtime // 1_000_000_000, UTC) if mtime else None

    def sweep(self) -> int:
        """Delete temporary files of killed writers; return how many. Call only while no other
        writer runs."""
        left = [path for path in self._root.rglob(".*.tmp") if path.is_file()]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _path(self, name: str) -> Path:
        return self._root.joinpath(*_parts(name))

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


def _parts(name: str) -> list[str]:
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise UsageError(f"{name!r} is not a valid name of a published file")
    return parts


def _opened(name: str, folder: Path) -> BinaryIO:
    try:
        return open(name, "wb")  # noqa: PTH123
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        return open(name, "wb")  # noqa: PTH123


def _sync(folder: Path) -> None:
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


def _is_gzip_of(path: Path, data: bytes) -> bool:
    """Return True if checksum and size at the end of the gzip file `path` (RFC 1952) match
    `data`."""
    try:
        with path.open("rb") as file:
            file.seek(-8, os.SEEK_END)
            return file.read() == struct.pack("<II", zlib.crc32(data), len(data) % 2**32)
    except OSError:  # missing or too short
        return False


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@dataclass(slots=True)
class ObjectOutlet:
    """An Outlet (see ports) on `objects`, for one build. An object is replaced only if it has not
    changed since this build read it: of two builds at a time one fails, and its feeds stay stale.
    `whole`: list all objects first, a thousand a request, else request each when needed. A .gz has
    the type of its file and Content-Encoding: gzip."""

    objects: Objects
    gzip: bool = True
    whole: bool = False
    _seen: dict[str, ObjectStamp | None] = field(default_factory=dict, init=False)
    _listed: bool = field(default=False, init=False)
    _digests: bool = field(default=False, init=False)  # the store's etags are digests

    def get(self, name: str) -> bytes | None:
        seen = self._look(name)
        content = self.objects.get(name) if seen else None
        if content is None:
            return None
        self._check(name, content[1])
        return content[0]

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        """Write an object if its bytes differ. `heir_of` is ignored: a new object has a later time
        anyway."""
        seen, sibling = self._look(name), f"{name}.gz"
        changed = seen is None or not self._is(seen, data)
        if changed:
            self._write(name, name, data)
        if not self.gzip or not paths.is_asked_often(name):
            self._drop(sibling)
        else:
            there = self._look(sibling)
            # a killed run may leave an old .gz
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
        pass  # `put` is durable

    def _look(self, name: str) -> ObjectStamp | None:
        _parts(name)
        if self.whole:
            self._list()
        if name not in self._seen:
            self._seen[name] = None if self._listed else self.objects.head(name)
        return self._seen[name]

    def _list(self) -> None:
        if not self._listed:
            for stamp in self.objects.walk():
                self._seen.setdefault(stamp.key, stamp)
            self._listed = True

    def _is(self, seen: ObjectStamp, data: bytes) -> bool:
        """Return True if the object's bytes are `data`, by MD5 if the store's etags are digests,
        else by download."""
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
        detail = (
            "another build has written it meanwhile; this one ends, and its stale feeds are built"
            " again"
        )
        return OSError(errno.EREMOTE, detail, f"{self.objects.name}/{key}")


def _is_digest(etag: str, data: bytes) -> bool:
    return etag.strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()
