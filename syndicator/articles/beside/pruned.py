"""What the articles that were pruned are known by, in a file beside the articles that only grows: a source goes on
announcing them, and they must not be fetched again, also after the database is lost.

A line has an article's id, a tab and an alias key (`urls.alias`, `urls.guid_alias`); the first one of an article is its
address. It counts as long as the article has no file: a file that is put back is an article again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from syndicator.articles import disk
from syndicator.articles.beside import lines

NAME = "pruned.tsv"
_NOTE = """\
# Articles whose files were pruned: article id, tab, address or entry. They are not fetched again. To undo it, put the
# file back, or delete the lines: then the source is asked for it.
"""
_LINE = re.compile(r"([a-z2-7]{26})\t([^\t\r\n]+)\r?")

Pruned = tuple[str, str]  # article id, alias key


def read(path: Path) -> list[Pruned]:
    """The lines of the file in order, each once; none where there is no file. What is no such line is passed over.
    Raises OSError."""
    found = map(_LINE.fullmatch, lines.read(path))
    return list(dict.fromkeys((line[1], line[2]) for line in found if line))


def append(path: Path, pruned: Iterable[Pruned], *, durable: bool = True) -> None:
    """Adds lines, durable when it returns; makes the file where there is none. An alias that would be no line
    is left out: the others find its article. Raises OSError."""
    written = (f"{id}\t{alias}" for id, alias in pruned)
    lines.append(path, _NOTE, (line for line in written if _LINE.fullmatch(line)), durable=durable)


def compact(path: Path, *, durable: bool = True) -> None:
    """Writes the file anew without what `read` passes over, where there is such. Raises OSError."""
    data = (_NOTE + "".join(f"{id}\t{alias}\n" for id, alias in read(path))).encode()
    if path.exists() and path.read_bytes() != data:
        disk.write(path, data, durable=durable)
