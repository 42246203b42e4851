"""Which sources, besides the one in an article's file, announced it: a file beside the articles that only grows.

A line has an article's id, a tab and a source's key. It stands in no article's file, because a file that is written
anew is a changed article: its archives would be made again each time that one more source announces it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from syndicator.articles import disk
from syndicator.articles.beside import lines
from syndicator.axes import SOURCE_KEY

NAME = "carried.tsv"
_NOTE = "# Sources that announced an article which another source brought: article id, tab, source key.\n"
_LINE = re.compile(rf"([a-z2-7]{{26}})\t({SOURCE_KEY.pattern})\r?")

Carried = tuple[str, str]  # article id, source key


def read(path: Path) -> list[Carried]:
    """The lines of the file in order, each once; none where there is no file. What is no such line is passed over, and
    so is a last line that a crash cut short. Raises OSError."""
    found = map(_LINE.fullmatch, lines.read(path))
    return list(dict.fromkeys((line[1], line[2]) for line in found if line))


def append(path: Path, carried: Iterable[Carried], *, durable: bool = True) -> None:
    """Adds lines, durable when it returns; makes the file where there is none. Raises OSError."""
    lines.append(path, _NOTE, (f"{id}\t{source}" for id, source in carried), durable=durable)


def compact(path: Path, *, durable: bool = True) -> None:
    """Writes the file anew without what `read` passes over, where there is such. Raises OSError."""
    data = (_NOTE + "".join(f"{id}\t{source}\n" for id, source in read(path))).encode()
    if path.exists() and path.read_bytes() != data:
        disk.write(path, data, durable=durable)
