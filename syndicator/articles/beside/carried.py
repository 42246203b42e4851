"""Which sources, besides the one in an article's file, announced it: a file beside the articles that only grows.

A line has an article's id, a tab and a source's key. It stands in no article's file, because a file that is written
anew is a changed article: its archives would be made again each time that one more source announces it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from syndicator.articles import disk
from syndicator.axes import SOURCE_KEY

NAME = "carried.tsv"
_NOTE = "# Sources that announced an article which another source brought: article id, tab, source key.\n"
_LINE = re.compile(rf"([a-z2-7]{{26}})\t({SOURCE_KEY.pattern})\r?")
_TAIL = 4096  # bytes in which the last whole line ends: longer than any line

Carried = tuple[str, str]  # article id, source key


def read(path: Path) -> list[Carried]:
    """The lines of the file in order, each once; none where there is no file. What is no such line is passed over, and
    so is a last line that a crash cut short (it has no line end). Raises OSError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    whole = data[: data.rfind(b"\n") + 1].decode("utf-8", "replace")
    found = (_LINE.fullmatch(line) for line in whole.split("\n"))
    return list(dict.fromkeys((line[1], line[2]) for line in found if line))


def append(path: Path, carried: Iterable[Carried], *, durable: bool = True) -> None:
    """Adds lines, durable when it returns; makes the file where there is none. A last line that was cut short goes.
    Raises OSError: what was written until then is at worst one more line that is cut short."""
    data = "".join(f"{id}\t{source}\n" for id, source in carried).encode()
    if not path.exists():
        disk.write(path, _NOTE.encode() + data, durable=durable)
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


def compact(path: Path, *, durable: bool = True) -> None:
    """Writes the file anew without what `read` passes over, where there is such. Raises OSError."""
    data = (_NOTE + "".join(f"{id}\t{source}\n" for id, source in read(path))).encode()
    if path.exists() and path.read_bytes() != data:
        disk.write(path, data, durable=durable)


def stamp(path: Path) -> str | None:
    """What changes whenever the file does, None where there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return f"{stat.st_size} {stat.st_mtime_ns}"
