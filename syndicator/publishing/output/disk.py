"""Write, replace, delete and sync published files on disk, safe against power cuts."""

import ctypes
import os
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Final

# Up to this number, files are synced one by one, which takes half a millisecond a file. If there
# are more, the whole file system is synced, which also waits for the writes of other programs. When
# that becomes faster depends on them: from 3 files on a quiet disk, from 300 on one to which
# another program just wrote 150 MB. A choice between the two.
_MOST_SYNCED_SINGLY: Final = 32


class Disk:
    """The file system below a FileOutlet. All methods raise OSError."""

    def write(self, path: Path, data: bytes, *, earliest: int) -> int:
        """Write a file, and make its folder if it is missing, without waiting for the disk. Return
        its modification time in nanoseconds: the present time, but not before `earliest` (also in
        nanoseconds)."""
        with _open_for_writing(path) as file:
            file.write(data)
            file.flush()
            mtime = os.fstat(file.fileno()).st_mtime_ns
            if mtime < earliest:
                os.utime(file.fileno(), ns=(earliest, earliest))
                mtime = earliest
        return mtime

    def sync(self, paths: Collection[Path]) -> None:
        """Wait until all written data of `paths` is on the disk: for a file its bytes, for a folder
        the names of its files."""
        if len(paths) <= _MOST_SYNCED_SINGLY:
            for path in paths:
                _sync_path(path)
        else:
            _sync_file_systems(paths)

    def replace(self, temporary: Path, path: Path) -> None:
        os.replace(temporary, path)  # noqa: PTH105 - half the time of Path.replace, for thousands

    def unlink(self, path: Path) -> None:
        """Delete a file, which may be missing."""
        path.unlink(missing_ok=True)


def _open_for_writing(path: Path) -> BinaryIO:
    """Open a file for writing; make its folder if it is missing."""
    try:
        return open(path, "wb")  # noqa: PTH123 - half the time of Path.open, for thousands
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")


def _sync_path(path: Path) -> None:
    """Wait until the bytes of a file, or the file names of a folder, are on the disk. Raises
    OSError if that fails."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file_systems(paths: Collection[Path]) -> None:
    """Wait until all data of the file systems that contain `paths` is on the disk. There may be
    several file systems, since a folder may be a link to another disk. Raises OSError if that
    fails."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:  # not Linux
        os.sync()
        return
    path_of_device = {path.stat().st_dev: path for path in paths}
    for path in path_of_device.values():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            if syncfs(descriptor):
                raise OSError(ctypes.get_errno(), "cannot write files to the disk", str(path))
        finally:
            os.close(descriptor)
