"""Files beside the articles that only grow, a line a fact: cheap to add to, and read only when they changed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from syndicator.articles import disk

_TAIL = 4096  # bytes in which the last whole line ends: longer than any line


def read(path: Path) -> list[str]:
    """The whole lines in order; none where there is no file. A last line that a crash cut short (it has no line end) is
    left out. Raises OSError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    return data[: data.rfind(b"\n") + 1].decode("utf-8", "replace").split("\n")[:-1]


def append(path: Path, note: str, lines: Iterable[str], *, durable: bool = True) -> None:
    """Adds lines, durable when it returns; makes the file, which `note` begins, where there is none. A last line that
    was cut short goes. Raises OSError: what was written until then is at worst one more line that is cut short."""
    data = "".join(f"{line}\n" for line in lines).encode()
    if not path.exists():
        disk.write(path, note.encode() + data, durable=durable)
        return
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _TAIL))
        end = start + file.read().rfind(b"\n") + 1
        file.seek(end)
        file.truncate()
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def stamp(path: Path) -> str | None:
    """What changes whenever the file does, None where there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return f"{stat.st_size} {stat.st_mtime_ns}"
