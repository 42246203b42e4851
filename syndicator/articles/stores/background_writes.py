"""Write files durably without waiting for the disk after each of them.
Threads sync the bytes of a file, which takes milliseconds, and then give it its name."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from syndicator.articles import disk

_THREADS: Final = 4  # files that are synced at the same time: a choice


class BackgroundWrites:
    """Files whose bytes are written, and that get their names once these are on the disk. For one
    thread. Methods raise OSError, also for files that were written before. Not `durable`: skip
    fsync."""

    def __init__(self, *, durable: bool = True) -> None:
        self._durable = durable
        self._threads = ThreadPoolExecutor(_THREADS, "writes")
        self._unnamed: dict[Path, Future[None]] = {}
        self._unsynced_folders: set[Path] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._threads.shutdown(wait=True)

    def write(self, path: Path, data: bytes, *, mode: int = disk.PUBLIC) -> os.stat_result:
        """Write `data`, in the end to `path`; return the stat of the file. `mode`: before umask."""
        self.wait_for(path)
        file = disk.begin_write(path, data, durable=self._durable, mode=mode)
        self._unnamed[path] = self._threads.submit(disk.end_write, file, durable=self._durable)
        self._unsynced_folders.add(path.parent)
        return file.stat

    def wait_for(self, path: Path) -> None:
        """Wait until the file has its name, if it was written here."""
        written = self._unnamed.get(path)
        if written is None:
            return
        written.result()  # if it raises, `finish` does so, too: no row may be without its file
        self._unnamed.pop(path, None)

    def wait(self) -> None:
        """Wait until all files have their names."""
        for path in list(self._unnamed):
            self.wait_for(path)

    def finish(self) -> None:
        """Wait until all files and their names are on the disk."""
        self.wait()
        folders = sorted(self._unsynced_folders)
        self._unsynced_folders.clear()
        if self._durable:
            list(self._threads.map(disk.sync_folder, folders))
