"""Which sources, besides the one in an article's file, announced it: a file beside the articles that only grows.

A line has an article's id, a tab and a source's key. It stands in no article's file, because a file that is written
anew is a changed article: its archives would be made again each time that one more source announces it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from syndicator.articles.beside import lines
from syndicator.core.axes import SOURCE_KEY
from syndicator.core.ports.articles import KeptFile

CARRIED_TSV = "carried.tsv"
_NOTE = "# Sources that announced an article which another source brought: article id, tab, source key.\n"
_LINE = re.compile(rf"([a-z2-7]{{26}})\t({SOURCE_KEY.pattern})\r?")

Carried = tuple[str, str]  # article id, source key


def read(file: KeptFile) -> list[Carried]:
    """The lines of the file in order, each once; none where there is no file. What is no such line is passed over, and
    so is a last line that a crash cut short. Raises OSError."""
    return _carried_of(lines.read(file))


def _carried_of(lines: Iterable[str]) -> list[Carried]:
    found = map(_LINE.fullmatch, lines)
    return list(dict.fromkeys((line[1], line[2]) for line in found if line))


def append(file: KeptFile, carried: Iterable[Carried]) -> None:
    """Adds lines, durable when it returns; makes the file where there is none. Raises OSError."""
    lines.append(file, _NOTE, (f"{id}\t{source}" for id, source in carried))


def compact(file: KeptFile) -> None:
    """Writes the file anew without what `read` passes over, where there is such. Raises OSError."""

    def compacted(data: bytes | None) -> bytes | None:
        kept = "".join(f"{id}\t{source}\n" for id, source in _carried_of(lines.whole(data)))
        return None if data is None else (_NOTE + kept).encode()

    file.update(compacted)
