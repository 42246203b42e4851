"""Write files atomically and durably, make folders, list files, delete temporary files.
A file is written as a temporary file in the same folder, synced by fsync, and then renamed."""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# modes of files and folders, before umask: for this account alone, or for all to read
PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
PUBLIC = 0o644
_TEMPORARY = re.compile(r"\.tmp-(\d+)-.*")  # group: id of the process that writes it


@dataclass(frozen=True, slots=True)
class UnnamedFile:
    """A file that is written under a temporary name and gets the name `path` once its bytes are on
    the disk."""

    path: Path
    temporary: Path
    stat: os.stat_result


def write(path: Path, data: bytes, *, durable: bool = True, mode: int = PUBLIC) -> os.stat_result:
    """Write `data` to the file `path` so that after a crash, there is the old file or the whole new
    one. Return the `stat` of the new file. `durable`: True to wait until it is on the disk. `mode`:
    its permissions, before umask. Raises OSError."""
    file = begin_write(path, data, durable=durable, mode=mode)
    end_write(file, durable=durable)
    if durable:
        sync_folder(path.parent)
    return file.stat


def begin_write(
    path: Path, data: bytes, *, durable: bool = True, mode: int = PUBLIC
) -> UnnamedFile:
    """Write `data` to a temporary file beside `path`, and return it. `end_write` must then give it
    the name `path`. `durable`: True if folders that are made must survive a crash. `mode`: the
    permissions of the file, before umask. Raises OSError."""
    if durable:
        make_folder(path.parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    # The name ends in .part: programs that read every *.md, also hidden files, never see half a
    # file.
    temporary = path.parent / f".tmp-{os.getpid()}-{path.name}.part"
    with _delete_after_error(temporary):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            stat = os.fstat(file.fileno())
    return UnnamedFile(path, temporary, stat)


def end_write(file: UnnamedFile, *, durable: bool = True) -> None:
    """Give a temporary file its final name. With `durable`, wait first until its bytes are on the
    disk. The caller must sync the folder, too. Raises OSError."""
    with _delete_after_error(file.temporary):
        if durable:
            _sync(file.temporary, os.O_RDONLY | os.O_NOFOLLOW)
        file.temporary.replace(file.path)


@contextlib.contextmanager
def _delete_after_error(temporary: Path) -> Iterator[None]:
    """Run the block. If it raises an exception, delete the file `temporary`."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def make_private_folder(path: Path) -> None:
    """Create the folder `path` with its parents, and let only this account use it, even if it
    existed before."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER)


def make_folder(path: Path) -> None:
    """Create the folder `path` and its missing parents. They survive a crash of the machine."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Wait until files that were created, renamed or deleted in the folder `path` are so on the
    disk. Raises OSError."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    """Wait until the file or folder `path` is on the disk. `flags`: how it is opened, flags of
    os.open."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_regular_file(path: Path) -> bytes:
    """Return the bytes of the file `path`. Raises OSError if it is a pipe, a device or the like, as
    reading from these may never end."""
    # O_NONBLOCK: to open a pipe would wait for a writer
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return file.read()


def is_regular_file(entry: os.DirEntry[str]) -> bool:
    """Return True if a directory entry is a regular file, or a link to one."""
    try:
        return entry.is_file()
    except OSError:  # a link that leads back to itself
        return False


def describe_kind(entry: os.DirEntry[str]) -> str:
    """Return in a few words what a directory entry is that is not a regular file, such as "a
    folder" or "a link to a device"."""
    try:
        mode = entry.stat().st_mode
    except OSError:
        return "a link that leads nowhere"
    prefix = "a link to " if entry.is_symlink() else ""
    if stat.S_ISDIR(mode):
        return f"{prefix}a folder"
    if stat.S_ISFIFO(mode):
        return f"{prefix}a named pipe"
    if stat.S_ISSOCK(mode):
        return f"{prefix}a socket"
    return f"{prefix}a device"


def list_files_below(folder: Path, prefix: str = "") -> Iterator[str]:
    """Yield the path of each visible regular file in `folder` and its subfolders, relative to
    `folder` and with `prefix` in front. The files of a folder come before those of its subfolders.
    Links to folders are not followed."""
    try:
        with os.scandir(folder) as listing:
            visible = [entry for entry in listing if not entry.name.startswith(".")]
    except FileNotFoundError:
        return
    visible.sort(key=lambda entry: entry.name)
    for entry in visible:
        if is_regular_file(entry):
            yield f"{prefix}{entry.name}"
    for entry in visible:
        if entry.is_dir(follow_symlinks=False):
            yield from list_files_below(folder / entry.name, f"{prefix}{entry.name}/")


def is_litter(name: str) -> bool:
    """Return True if `name` is that of a temporary file whose process has ended."""
    match = _TEMPORARY.fullmatch(name)
    return match is not None and not _is_alive(int(match[1]))


def unlink_litter(entry: os.DirEntry[str]) -> bool:
    """Delete the file `entry` if it is a temporary file whose process has ended. Return True if it
    was deleted."""
    if not entry.name.startswith(".") or not is_litter(entry.name):
        return False
    Path(entry.path).unlink(missing_ok=True)
    return True


def list_article_folders(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the folders that may have articles: `root`, then its sorted YYYY/MM/ folders. Each is a
    pair: its path below `root` with a slash at the end ("" for `root`), and its whole path."""
    if root.is_dir():
        yield "", str(root)
    for year in _list_subfolders(root, r"\d{4}"):
        for month in _list_subfolders(root / year, r"\d{2}"):
            yield f"{year}/{month}/", f"{root}/{year}/{month}"


def _list_subfolders(folder: Path, pattern: str) -> list[str]:
    """Return the sorted names of those subfolders of `folder` that match the regular expression
    `pattern`. Return [] if `folder` does not exist."""
    try:
        with os.scandir(folder) as listing:
            return sorted(
                entry.name
                for entry in listing
                if re.fullmatch(pattern, entry.name) and entry.is_dir()
            )
    except FileNotFoundError:
        return []


def _is_alive(pid: int) -> bool:
    """Return True if the process with the id `pid` runs and may be writing a file."""
    if pid == os.getpid():
        return False  # this is never called while this process writes a file
    try:
        os.kill(pid, 0)  # signal 0 only checks whether the process exists
    except (PermissionError, OverflowError):  # a process of another account, or not a valid id
        pass
    except ProcessLookupError:
        return False
    return True
