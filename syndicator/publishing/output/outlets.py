"""Store published files in a folder or an object store; replace only changed ones."""

import contextlib
import errno
import gzip
import hashlib
import os
import secrets
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from syndicator.articles.disk import make_folder
from syndicator.core.errors import OF_A_FILE, OURS, RefusedFiles, UsageError
from syndicator.core.formats import GZIP_LEVEL, cache_control, media_type
from syndicator.core.ports.articles import ABSENT, Objects, ObjectStamp
from syndicator.publishing import paths
from syndicator.publishing.output.disk import Disk

_WRITTEN_NOW: Final = datetime.max.replace(tzinfo=UTC)  # later than all earlier objects
_NANOSECONDS_PER_SECOND: Final = 1_000_000_000  # nanoseconds
_OTHER_TYPE: Final = "application/octet-stream"  # of maps for web servers
_GZIP_TRAILER: Final = 8  # bytes: checksum and size (RFC 1952)


class _Staged(NamedTuple):
    """A temporary file with the new bytes of a published file, until `commit`. `mtime`: its
    modification time in nanoseconds."""

    temporary: Path
    mtime: int


class FileOutlet:
    """An Outlet (see ports) on the folder `root`. Files are replaced atomically, and only if their
    bytes differ. With `gzip`, files that are requested often have a `.gz` beside them (nginx
    gzip_static).

    A changed file gets an mtime at least a second later: nginx makes its ETag from mtime in seconds
    and size, and libcurl drops a body whose Last-Modified is not later than that of its copy."""

    def __init__(
        self,
        root: Path,
        gzip: bool = True,
        held: Callable[[], object] = lambda: None,
        disk: Disk | None = None,
    ) -> None:
        """Publish files in the folder `root`. `gzip`: write compressed files, too; `held`: called
        before each replacement and deletion, raises an exception if this process lost its lock and
        must not change files any more; `disk`: writes and syncs files, None for the usual way."""
        self._root = root
        self._gzip = gzip
        self._check_lock = held
        self._disk = disk or Disk()
        self._writer = secrets.token_hex(4)  # several outlets may write into a folder
        self._staged: dict[str, _Staged] = {}  # in order of their replacement
        self._doomed: set[str] = set()  # to be deleted

    def get(self, name: str) -> bytes | None:
        """Return the bytes of a file as they will be after `commit`, None if it is missing."""
        path = self._find_current(name)
        if path is None:
            return None
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        """Stage a file and its .gz, that is, write them as temporary files which `commit` will
        publish; do nothing if the published files are the same. Return True if the file differs.
        `data`: its bytes; `heir_of`: names of files whose addresses redirect to this one."""
        packed_name = f"{name}.gz"
        self._doomed -= {name, packed_name}
        changed = self.get(name) != data
        if changed:
            # The mtime must be later than those of files that redirect here: a redirected reader
            # asks with the Last-Modified of the old file, and must not hear that nothing changed.
            latest = max(self._find_latest_mtime(other) for other in (name, *heir_of))
            self._stage(name, data, earliest=latest + _NANOSECONDS_PER_SECOND)
        if not self._gzip or not paths.is_asked_often(name):  # the file gets no .gz
            self._stage_deletion(packed_name)
            return changed
        if changed or not self._is_gzip_of(packed_name, data):  # a crash may leave an old .gz
            packed = gzip.compress(data, GZIP_LEVEL, mtime=0)
            try:
                self._stage(packed_name, packed, earliest=self._find_latest_mtime(name))
            except BaseException:
                self._unstage(name)  # stage the file and its .gz, or neither
                raise
        return changed

    def delete(self, name: str) -> bool:
        """Stage the deletion of a file and its .gz: `commit` will delete them. Return True if the
        file exists."""
        path = self._find_current(name)
        existed = path is not None and os.path.lexists(path)
        self._stage_deletion(name)
        self._stage_deletion(f"{name}.gz")
        return existed

    def names(self, folder: str) -> set[str]:
        """Return the names of the files and folders in `folder` as they will be after `commit`: on
        the disk or staged, and not to be deleted. Names that begin with a dot are left out.
        `folder`: its name from the web root, with a final slash."""
        path = self._get_path(folder.removesuffix("/"))
        names_on_disk = set[str]()
        with contextlib.suppress(FileNotFoundError), os.scandir(path) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    names_on_disk.add(folder + entry.name)
        remaining_names = names_on_disk - self._doomed
        staged_names = {
            _get_child(folder, name) for name in self._staged if name.startswith(folder)
        }
        return remaining_names | staged_names

    def written(self, name: str) -> datetime | None:
        """Return when a file was written, None if it is missing or will be deleted by `commit`."""
        path = self._find_current(name)
        mtime = _get_mtime(path) if path else 0  # in nanoseconds, 0 if the file is missing
        if not mtime:
            return None
        return datetime.fromtimestamp(mtime // _NANOSECONDS_PER_SECOND, UTC)

    def commit(self) -> None:
        """Publish all staged changes: replace files by their temporary files, then delete files. A
        file that cannot be replaced does not stop the others: RefusedFiles is raised at the end."""
        # The order is safe against power cuts: replace files once their new bytes are on the disk,
        # delete files once the replacements are on the disk.
        try:
            self._disk.sync([staged.temporary for staged in self._staged.values()])
            changed_folders = self._list_folders(self._staged)
            refused = self._replace_files()
            self._disk.sync(changed_folders)

            folders_of_deleted = self._list_folders(self._doomed)
            for name in sorted(self._doomed, reverse=True):  # a .gz before its file
                self._check_lock()
                self._disk.unlink(self._get_path(name))
            self._disk.sync(folders_of_deleted)
        finally:
            self.discard()
        if refused:
            raise RefusedFiles(refused)

    def discard(self) -> None:
        """Delete the staged files and forget the staged deletions. Published files stay."""
        for name in list(self._staged):
            self._unstage(name)
        self._doomed.clear()

    def sweep(self) -> int:
        """Delete the temporary files that killed processes left; return their number. Call only
        while no other process writes here."""
        temporary_files = [path for path in self._root.rglob(".*.tmp") if path.is_file()]
        for path in temporary_files:
            path.unlink(missing_ok=True)
        return len(temporary_files)

    def _get_path(self, name: str) -> Path:
        """Return the path of a published file. Raises UsageError for an invalid name."""
        return self._root.joinpath(*_split_name(name))

    def _find_current(self, name: str) -> Path | None:
        """Return the path at which the newest bytes of a file are: its temporary file if it is
        staged, else the published file, which may be missing. Return None if the file will be
        deleted by `commit`."""
        published_path = self._get_path(name)
        if name in self._doomed:
            return None
        staged = self._staged.get(name)
        return published_path if staged is None else staged.temporary

    def _find_latest_mtime(self, name: str) -> int:
        """Return the modification time of a file in nanoseconds: that of the published or of the
        staged file, whichever is later; 0 if there is neither."""
        mtime = _get_mtime(self._get_path(name))
        staged = self._staged.get(name)
        return mtime if staged is None else max(mtime, staged.mtime)

    def _stage(self, name: str, data: bytes, *, earliest: int) -> None:
        """Write the new bytes of a file to a temporary file beside it, which `commit` will publish.
        `earliest`: the least modification time that the file gets, in nanoseconds."""
        if not self._staged:
            make_folder(self._root)
        self._unstage(name)
        path = self._get_path(name)
        temporary = path.with_name(f".{path.name}.{self._writer}.tmp")
        try:
            mtime = self._disk.write(temporary, data, earliest=earliest)
        except BaseException:
            self._unlink_temporary(temporary)
            raise
        self._staged[name] = _Staged(temporary, mtime)

    def _stage_deletion(self, name: str) -> None:
        """Let `commit` delete a file, which may be missing, and drop new bytes staged for it."""
        self._unstage(name)
        if os.path.lexists(self._get_path(name)):
            self._doomed.add(name)

    def _unstage(self, name: str) -> None:
        """Drop the new bytes of a file, if any are staged."""
        staged = self._staged.pop(name, None)
        if staged is not None:
            self._unlink_temporary(staged.temporary)

    def _unlink_temporary(self, temporary: Path) -> None:
        with contextlib.suppress(OSError):  # `sweep` deletes it then
            self._disk.unlink(temporary)

    def _replace_files(self) -> dict[str, OSError]:
        """Replace the published files by their temporary files. Return name -> error for each file
        that could not be replaced; it keeps its old bytes. Raises OSError for an error that all
        files would have, such as a full disk."""
        refused: dict[str, OSError] = {}
        for name, staged in list(self._staged.items()):
            main_name = name.removesuffix(".gz")
            if main_name in refused:  # the .gz of bytes that are not published
                continue
            self._check_lock()
            path = self._get_path(name)
            try:
                self._disk.replace(staged.temporary, path)
            except OSError as error:
                if error.errno in OURS - OF_A_FILE:
                    raise
                refused[main_name] = OSError(error.errno, error.strerror, str(path))
            else:
                del self._staged[name]
        return refused

    def _list_folders(self, names: Iterable[str]) -> set[Path]:
        """Return the paths of the folders that contain these files, and of all folders above them
        up to the root: if a folder is new, the folder above must be synced, too. `names`: of the
        files."""
        folders = set[Path]()
        for name in names:
            folder = self._get_path(name).parent
            # go up as far as folders are not listed yet; the root has no folder above
            while folder not in folders:
                folders.add(folder)
                if folder != self._root:
                    folder = folder.parent
        return folders

    def _is_gzip_of(self, name: str, data: bytes) -> bool:
        """Return True if the file `name` exists and is the compressed form of `data`."""
        path = self._find_current(name)
        return path is not None and _is_gzip_of(path, data)


def _get_child(folder: str, name: str) -> str:
    """Return the name of the file or folder directly in `folder` that leads to the file `name`:
    "tags/ai/x.atom" in "tags/" gives "tags/ai"."""
    return folder + name.removeprefix(folder).partition("/")[0]


def _split_name(name: str) -> list[str]:
    """Return the parts of a file's name: its folders and the name itself. Raises UsageError for a
    name that may lead out of our folder, such as one with ".."."""
    parts = name.split("/")
    for part in parts:
        if part in ("", ".", "..") or "\\" in part or "\0" in part:
            raise UsageError(f"{name!r} is not a valid name of a published file")
    return parts


def _is_gzip_of(path: Path, data: bytes) -> bool:
    """Return True if `path` is a gzip file of `data`, judged by the checksum and the size of the
    content, which a gzip file has at its end (RFC 1952)."""
    expected_trailer = struct.pack("<II", zlib.crc32(data), len(data) % 2**32)
    try:
        with path.open("rb") as file:
            file.seek(-_GZIP_TRAILER, os.SEEK_END)
            return file.read() == expected_trailer
    except OSError:  # missing or too short
        return False


def _get_mtime(path: Path) -> int:
    """Return the modification time of a file in nanoseconds, 0 if it is missing."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@dataclass(slots=True)
class ObjectOutlet:
    """An Outlet (see ports) on the object store `objects`, for one build. An object is replaced
    only if no other program changed it since this build read it: of two builds at the same time one
    fails, and its feeds stay stale. `put` writes at once, atomically and durably; deletions wait
    for `commit`. `gzip`: write compressed objects, too, named .gz, with the media type of the file
    and Content-Encoding: gzip; `whole`: at the first use, list all objects, a thousand a request,
    instead of asking for each object when it is needed."""

    objects: Objects
    gzip: bool = True
    whole: bool = False
    _stamps: dict[str, ObjectStamp | None] = field(default_factory=dict, init=False)  # by name
    _listed: bool = field(default=False, init=False)
    _has_digest_etags: bool = field(default=False, init=False)  # the store's etags are digests
    _doomed: set[str] = field(default_factory=set, init=False)  # to be deleted

    def get(self, name: str) -> bytes | None:
        """Return the bytes of an object (a file in the object store), None if it is missing or will
        be deleted by `commit`. Raises OSError if another build has written it meanwhile."""
        if self._find_kept(name) is None:
            return None
        content = self.objects.get(name)
        if content is None:
            return None
        data, etag = content
        self._check_etag(name, etag)
        return data

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        """Write an object (a file in the object store) and its .gz, unless the stored ones are the
        same. Return True if the object was written. `data`: its bytes; `heir_of`: ignored here,
        since a new object is always later than the objects that redirect to it."""
        stamp = self._find_stamp(name)
        packed_name = f"{name}.gz"
        self._doomed -= {name, packed_name}
        changed = stamp is None or not self._is_same(stamp, data)
        if changed:
            self._write_object(name, data, type_of=name)
        if not self.gzip or not paths.is_asked_often(name):
            self._stage_deletion(packed_name)
            return changed
        packed = gzip.compress(data, GZIP_LEVEL, mtime=0)
        packed_stamp = self._find_stamp(packed_name)
        # Compare the .gz although the file has not changed: a build that was killed may have
        # written the file alone.
        if packed_stamp is None or not self._is_same(packed_stamp, packed):
            self._write_object(packed_name, packed, type_of=name)
        return changed

    def delete(self, name: str) -> bool:
        """Stage the deletion of an object and its .gz: `commit` will delete them. Return True if
        the object exists."""
        existed = self._find_kept(name) is not None
        self._stage_deletion(name)
        self._stage_deletion(f"{name}.gz")
        return existed

    def names(self, folder: str) -> set[str]:
        """Return the names of the objects and folders in `folder` as they will be after `commit`.
        `folder`: its name, with a final slash."""
        self._load_stamps()
        names: set[str] = set()
        for name, stamp in self._stamps.items():
            exists = stamp is not None and name not in self._doomed
            if exists and name.startswith(folder):
                names.add(_get_child(folder, name))
        return names

    def written(self, name: str) -> datetime | None:
        """Return when an object was written, None if it is missing or its deletion is staged. It is
        far in the future for an object that this build wrote."""
        stamp = self._find_kept(name)
        return stamp.modified if stamp else None

    def commit(self) -> None:
        """Delete the objects whose deletion is staged."""
        for key in sorted(self._doomed, reverse=True):  # a .gz before its file
            self._delete_object(key)
        self._doomed.clear()

    def discard(self) -> None:
        """Forget the staged deletions."""
        self._doomed.clear()

    def sweep(self) -> int:
        return 0  # an object is whole or absent

    def _find_stamp(self, name: str) -> ObjectStamp | None:
        """Return the stamp of an object (its etag, size and time), as this build read or wrote it
        last; None if the object is missing."""
        _split_name(name)  # raises an error if the name is invalid
        if self.whole:  # this build needs most stamps: one list is faster than many requests
            self._load_stamps()
        if name in self._stamps:
            return self._stamps[name]
        stamp = None
        if not self._listed:
            stamp = self.objects.head(name)
        self._stamps[name] = stamp
        return stamp

    def _find_kept(self, name: str) -> ObjectStamp | None:
        """Return the stamp of an object, None if it is missing or its deletion is staged."""
        stamp = self._find_stamp(name)
        return None if name in self._doomed else stamp

    def _stage_deletion(self, key: str) -> None:
        if self._find_stamp(key) is not None:
            self._doomed.add(key)

    def _load_stamps(self) -> None:
        """Get the stamps (etag, size and time) of all objects in the store; do nothing if that was
        done before."""
        if self._listed:
            return
        for stamp in self.objects.walk():
            # keep a stamp that this build read or wrote itself: it is newer
            self._stamps.setdefault(stamp.key, stamp)
        self._listed = True

    def _is_same(self, stamp: ObjectStamp, data: bytes) -> bool:
        """Return True if an object in the store has the bytes `data`. Compare its etag if the
        etags of this store are MD5 digests, else download the object. `stamp`: of the object."""
        if stamp.size != len(data):
            return False
        if _is_digest(stamp.etag, data):
            return True
        if self._has_digest_etags:
            return False
        return self.get(stamp.key) == data

    def _write_object(self, key: str, data: bytes, *, type_of: str) -> None:
        """Write an object to the store. `key`: its name; `type_of`: the same name without ".gz",
        which decides on its media type. Raises OSError if another build has written the object
        meanwhile."""
        stamp = self._find_stamp(key)
        headers = {
            "Content-Type": media_type(type_of) or _OTHER_TYPE,
            "Cache-Control": cache_control(type_of),
        }
        if key != type_of:  # a .gz
            headers["Content-Encoding"] = "gzip"
        # the store writes only if the object still has this etag
        replaced_etag = stamp.etag if stamp else ABSENT
        etag = self.objects.put(key, data, over=replaced_etag, headers=headers)
        if etag is None:
            raise self._make_clash_error(key)
        self._has_digest_etags = _is_digest(etag, data)
        self._stamps[key] = ObjectStamp(key=key, etag=etag, size=len(data), modified=_WRITTEN_NOW)

    def _delete_object(self, key: str) -> None:
        """Delete an object from the store; do nothing if it is missing. Raises OSError if another
        build has written it meanwhile."""
        stamp = self.objects.head(key)
        if stamp is not None:
            self._check_etag(key, stamp.etag)
            self.objects.delete(key)
        self._stamps[key] = None

    def _check_etag(self, key: str, etag: str) -> None:
        """Raise OSError if an object has another etag than this build read."""
        stamp = self._stamps[key]
        if stamp is None or stamp.etag != etag:
            raise self._make_clash_error(key)

    def _make_clash_error(self, key: str) -> OSError:
        """Return an error that says that another build has written an object meanwhile. `key`: the
        name of the object."""
        detail = (
            "another build has written it meanwhile; this one ends, and its stale feeds are built"
            " again"
        )
        return OSError(errno.EREMOTE, detail, f"{self.objects.name}/{key}")


def _is_digest(etag: str, data: bytes) -> bool:
    """Return True if an etag is the MD5 hash of `data`. Many stores use MD5 for objects that are
    neither encrypted nor uploaded in parts."""
    return etag.strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()
