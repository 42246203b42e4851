"""Write article files durably without waiting for the disk after each file.
Threads sync the bytes of a file, which takes milliseconds, and then give it its name."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from syndicator.articles import disk

_THREADS: Final = 4  # files that are synced at the same time: a choice


class BackgroundWrites:
    """Writes files that get their names in other threads, once their bytes are on the disk. To be
    used by one thread. Each method raises OSError if a file written before has failed."""

    def __init__(self, *, durable: bool = True) -> None:
        """`durable`: True to sync a file before it gets its name, and its folder afterwards, so
        that it survives a crash."""
        self._durable = durable
        self._threads = ThreadPoolExecutor(_THREADS, "writes")
        # files that do not have their final names yet, by these names
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
        """Wait for all writes that have begun. The arguments are not used."""
        self._threads.shutdown(wait=True)

    def write(self, path: Path, data: bytes, *, mode: int = disk.PUBLIC) -> os.stat_result:
        """Begin to write `data` to the file `path`. Return the `stat` of the new file, which still
        has a temporary name. `mode`: its permissions, before umask."""
        self.wait_for(path)
        file = disk.begin_write(path, data, durable=self._durable, mode=mode)
        self._unnamed[path] = self._threads.submit(disk.end_write, file, durable=self._durable)
        self._unsynced_folders.add(path.parent)
        return file.stat

    def wait_for(self, path: Path) -> None:
        """If the file `path` is being written, wait until it has its final name. Raises OSError if
        it could not be written."""
        naming = self._unnamed.get(path)
        if naming is None:
            return
        naming.result()
        # after an error it stays, so that `finish` raises the error, too: no row may lack its file
        self._unnamed.pop(path, None)

    def wait(self) -> None:
        """Wait until all files that are being written have their names."""
        for path in list(self._unnamed):
            self.wait_for(path)

    def finish(self) -> None:
        """Wait until all files are on the disk under their final names. Raises OSError if one could
        not be written."""
        self.wait()
        folders = sorted(self._unsynced_folders)
        self._unsynced_folders.clear()
        if self._durable:
            # the list waits for all folders, and raises their errors
            list(self._threads.map(disk.sync_folder, folders))
