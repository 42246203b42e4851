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
    """Write `data` to `path`, so that a crash leaves the old file or the new one. Return the stat
    of the new file. `durable`: wait until it is on the disk; `mode`: before umask. Raises
    OSError."""
    file = begin_write(path, data, durable=durable, mode=mode)
    end_write(file, durable=durable)
    if durable:
        sync_folder(path.parent)
    return file.stat


def begin_write(
    path: Path, data: bytes, *, durable: bool = True, mode: int = PUBLIC
) -> UnnamedFile:
    """Write `data` to a temporary file beside `path`; `end_write` then gives it its name.
    `durable`: sync the folders that must be made; `mode`: before umask. Raises OSError."""
    if durable:
        make_folder(path.parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    # The name ends in .part: programs that read every *.md, also hidden files, never see half a
    # file.
    temporary = path.parent / f".tmp-{os.getpid()}-{path.name}.part"
    with _unlinking_at_error(temporary):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            stat = os.fstat(file.fileno())
    return UnnamedFile(path, temporary, stat)


def end_write(file: UnnamedFile, *, durable: bool = True) -> None:
    """Give a file its name, after its bytes are on the disk if `durable`. The caller must sync the
    folder. Raises OSError."""
    with _unlinking_at_error(file.temporary):
        if durable:
            _sync(file.temporary, os.O_RDONLY | os.O_NOFOLLOW)
        file.temporary.replace(file.path)


@contextlib.contextmanager
def _unlinking_at_error(temporary: Path) -> Iterator[None]:
    """Delete the file `temporary` if the block raises an exception."""
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
    """Create the folder `path` with its parents, so that they survive a crash."""
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
    """Wait until the file or folder is on the disk. `flags`: for os.open."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_regular_file(path: Path) -> bytes:
    """Return the bytes of a file. Raises OSError if `path` is no regular file: to read from a pipe
    or a device may never end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return file.read()


def is_regular_file(entry: os.DirEntry[str]) -> bool:
    """Return True if the entry is a regular file or a link to a regular file."""
    try:
        return entry.is_file()
    except OSError:  # a link that leads back to itself
        return False


def describe_kind(entry: os.DirEntry[str]) -> str:
    """Return in words what the entry is, which is no regular file: such as "a folder" or "a link to
    a device"."""
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


def files_below(folder: Path, prefix: str = "") -> Iterator[str]:
    """Yield the paths of all visible regular files in `folder` and its subfolders, relative to it
    and with `prefix` in front. The files of a folder come before the files of its subfolders. Links
    to folders are not followed."""
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
            yield from files_below(folder / entry.name, f"{prefix}{entry.name}/")


def is_litter(name: str) -> bool:
    """Return True if `name` is that of a temporary file whose process has ended."""
    match = _TEMPORARY.fullmatch(name)
    return match is not None and not _is_alive(int(match[1]))


def unlink_litter(entry: os.DirEntry[str]) -> bool:
    """Delete a temporary file whose process has ended. Return False if `entry` is none, which then
    stays."""
    if not entry.name.startswith(".") or not is_litter(entry.name):
        return False
    Path(entry.path).unlink(missing_ok=True)
    return True


def folders(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (path below `root` with a last slash, whole path) of the folders that may have
    articles: `root` itself, as "", then its YYYY/MM/ folders, sorted."""
    if root.is_dir():
        yield "", str(root)
    for year in _list_subfolders(root, r"\d{4}"):
        for month in _list_subfolders(root / year, r"\d{2}"):
            yield f"{year}/{month}/", f"{root}/{year}/{month}"


def _list_subfolders(folder: Path, pattern: str) -> list[str]:
    """Return the sorted names of the subfolders whose whole name matches `pattern`; [] if `folder`
    does not exist."""
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
    """Return True if the process with this id may still be writing a file."""
    if pid == os.getpid():
        return False  # we never call this during a write of our own
    try:
        os.kill(pid, 0)  # signal 0 only checks whether the process exists
    except (PermissionError, OverflowError):  # it is another account's, or no id of a process
        pass
    except ProcessLookupError:
        return False
    return True
