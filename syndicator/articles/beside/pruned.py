"""What the articles that were pruned are known by, in a file beside the articles that only grows: a source goes on
announcing them, and they must not be fetched again, also after the database is lost.

A line has an article's id, a tab and an alias key (`urls.alias`, `urls.guid_alias`); the first one of an article is its
address. It counts as long as the article has no file: a file that is put back is an article again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from syndicator.articles.beside import lines
from syndicator.core.ports.articles import KeptFile

PRUNED_TSV = "pruned.tsv"
_NOTE = """\
# Articles whose files were pruned: article id, tab, address or entry. They are not fetched again. To undo it, put the
# file back, or delete the lines: then the source is asked for it.
"""
_LINE = re.compile(r"([a-z2-7]{26})\t([^\t\r\n]+)\r?")

Pruned = tuple[str, str]  # article id, alias key


def read(file: KeptFile) -> list[Pruned]:
    """The lines of the file in order, each once; none where there is no file. What is no such line is passed over.
    Raises OSError."""
    return _of(lines.read(file))


def _of(lines: Iterable[str]) -> list[Pruned]:
    found = map(_LINE.fullmatch, lines)
    return list(dict.fromkeys((line[1], line[2]) for line in found if line))


def append(file: KeptFile, pruned: Iterable[Pruned]) -> None:
    """Adds lines, durable when it returns; makes the file where there is none. An alias that would be no line
    is left out: the others find its article. Raises OSError."""
    written = (f"{id}\t{alias}" for id, alias in pruned)
    lines.append(file, _NOTE, (line for line in written if _LINE.fullmatch(line)))


def compact(file: KeptFile) -> None:
    """Writes the file anew without what `read` passes over, where there is such. Raises OSError."""

    def compacted(data: bytes | None) -> bytes | None:
        kept = "".join(f"{id}\t{alias}\n" for id, alias in _of(lines.whole(data)))
        return None if data is None else (_NOTE + kept).encode()

    file.update(compacted)
