"""Write files atomically and durably, make folders, list files, delete temporary ones.
A file is written by temporary file in the same folder, fsync and rename."""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700  # modes of files and folders of this account alone
PUBLIC = 0o644  # mode of files that others may read, before umask
_TEMPORARY = re.compile(r"\.tmp-(\d+)-.*")


@dataclass(frozen=True, slots=True)
class UnnamedFile:
    """A written file that gets the name `path` once its bytes are on the disk."""

    path: Path
    temporary: Path
    stat: os.stat_result


def write(path: Path, data: bytes, *, durable: bool = True, mode: int = PUBLIC) -> os.stat_result:
    """Write `data` by temporary file, fsync (if `durable`) and rename; return the stat. `mode`:
    before umask."""
    file = begin_write(path, data, durable=durable, mode=mode)
    end_write(file, durable=durable)
    if durable:
        sync_folder(path.parent)
    return file.stat


def begin_write(
    path: Path, data: bytes, *, durable: bool = True, mode: int = PUBLIC
) -> UnnamedFile:
    """Write `data` to a temporary file beside `path`, for `end_write`. `durable`: sync the folders
    that it makes; `mode`: before umask."""
    if durable:
        make_folder(path.parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    # The ending is another than the file's: whoever reads every *.md, hidden ones too, never sees
    # half of one.
    temporary = path.parent / f".tmp-{os.getpid()}-{path.name}.part"
    with _unlinking_at_error(temporary):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            stat = os.fstat(file.fileno())
    return UnnamedFile(path, temporary, stat)


def end_write(file: UnnamedFile, *, durable: bool = True) -> None:
    """Sync the bytes of `file` (if `durable`) and rename it. The caller syncs its folder."""
    with _unlinking_at_error(file.temporary):
        if durable:
            _sync(file.temporary, os.O_RDONLY | os.O_NOFOLLOW)
        file.temporary.replace(file.path)


@contextlib.contextmanager
def _unlinking_at_error(temporary: Path) -> Iterator[None]:
    """Delete the temporary file if the block raises."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def make_private_folder(path: Path) -> None:
    """Create `path` with its parents; make it accessible to this account only, even if it
    existed."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER)


def make_folder(path: Path) -> None:
    """Create `path` with its parents durably."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make created, renamed and deleted entries of the folder durable. Raises OSError."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_regular_file(path: Path) -> bytes:
    """Return the bytes of a file. Raises OSError for anything else, such as a pipe or a device,
    which may never end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return file.read()


def is_regular_file(entry: os.DirEntry[str]) -> bool:
    """Return True for a regular file, and for a link to one."""
    try:
        return entry.is_file()
    except OSError:  # a link in a circle
        return False


def describe_kind(entry: os.DirEntry[str]) -> str:
    """Return what an entry that is no regular file is, such as "a folder" or "a link to a
    device"."""
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
    """Yield the paths of visible regular files, those of a folder before its subfolders'. Follows
    no link to one."""
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
    """Return True for a temporary file whose writer has ended."""
    match = _TEMPORARY.fullmatch(name)
    return match is not None and not _alive(int(match[1]))


def unlink_litter(entry: os.DirEntry[str]) -> bool:
    """Delete the file if it is a temporary one whose writer has ended; return True if so."""
    if not entry.name.startswith(".") or not is_litter(entry.name):
        return False
    Path(entry.path).unlink(missing_ok=True)
    return True


def folders(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (prefix, path) of the folders of articles in order: `root` (prefix "") and its YYYY/MM/
    folders."""
    if root.is_dir():
        yield "", str(root)
    for year in _named(root, r"\d{4}"):
        for month in _named(root / year, r"\d{2}"):
            yield f"{year}/{month}/", f"{root}/{year}/{month}"


def _named(folder: Path, pattern: str) -> list[str]:
    try:
        with os.scandir(folder) as listing:
            return sorted(
                entry.name
                for entry in listing
                if re.fullmatch(pattern, entry.name) and entry.is_dir()
            )
    except FileNotFoundError:
        return []


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # called between our own writes, never during one
    try:
        os.kill(pid, 0)
    except (PermissionError, OverflowError):
        pass
    except ProcessLookupError:
        return False
    return True
