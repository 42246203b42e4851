"""Append-only files beside the articles: carried.tsv (further sources of an article), pruned.tsv (article id, tab,
alias key; the address first) and stories.tsv. Pruned lines count while the article has no file. Read only when
changed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from syndicator.core.axes import SOURCE_KEY
from syndicator.core.ports.articles import KeptFile


def read_lines(file: KeptFile) -> list[str]:
    """The whole lines in order, without a last line cut by a crash; [] without a file. Raises OSError."""
    return whole(file.read())


def whole(data: bytes | None) -> list[str]:
    """The same of the bytes of a file. Pure."""
    data = data or b""
    return data[: data.rfind(b"\n") + 1].decode("utf-8", "replace").split("\n")[:-1]


def append_lines(file: KeptFile, note: str, lines: Iterable[str]) -> None:
    """Append lines durably; a new file begins with `note`; a cut last line is removed. Raises OSError."""
    file.append(note.encode(), "".join(f"{line}\n" for line in lines).encode())


CARRIED_TSV = "carried.tsv"
_CARRIED_NOTE = "# Sources that announced an article which another source brought: article id, tab, source key.\n"
_CARRIED_LINE = re.compile(rf"([a-z2-7]{{26}})\t({SOURCE_KEY.pattern})\r?")

Carried = tuple[str, str]  # article id, source key


def read_carried(file: KeptFile) -> list[Carried]:
    """The distinct valid lines in order; [] without a file. Raises OSError."""
    return _carried_of(read_lines(file))


def _carried_of(lines: Iterable[str]) -> list[Carried]:
    found = map(_CARRIED_LINE.fullmatch, lines)
    return list(dict.fromkeys((line[1], line[2]) for line in found if line))


def append_carried(file: KeptFile, carried: Iterable[Carried]) -> None:
    """Adds lines, durable when it returns; makes the file where there is none. Raises OSError."""
    append_lines(file, _CARRIED_NOTE, (f"{id}\t{source}" for id, source in carried))


def compact_carried(file: KeptFile) -> None:
    """Writes the file anew without what `read` passes over, where there is such. Raises OSError."""

    def compacted(data: bytes | None) -> bytes | None:
        kept = "".join(f"{id}\t{source}\n" for id, source in _carried_of(whole(data)))
        return None if data is None else (_CARRIED_NOTE + kept).encode()

    file.update(compacted)


PRUNED_TSV = "pruned.tsv"
_NOTE = """\
# Articles whose files were pruned: article id, tab, address or entry. They are not fetched again. To undo it, put the
# file back, or delete the lines: then the source is asked for it.
"""
_LINE = re.compile(r"([a-z2-7]{26})\t([^\t\r\n]+)\r?")

Pruned = tuple[str, str]  # article id, alias key


def read_pruned(file: KeptFile) -> list[Pruned]:
    """The distinct valid lines in order; [] without a file. Raises OSError."""
    return _of(read_lines(file))


def _of(lines: Iterable[str]) -> list[Pruned]:
    found = map(_LINE.fullmatch, lines)
    return list(dict.fromkeys((line[1], line[2]) for line in found if line))


def append(file: KeptFile, pruned: Iterable[Pruned]) -> None:
    """Append lines durably, creating the file; skip aliases that are no line. Raises OSError."""
    written = (f"{id}\t{alias}" for id, alias in pruned)
    append_lines(file, _NOTE, (line for line in written if _LINE.fullmatch(line)))


def compact(file: KeptFile) -> None:
    """Writes the file anew without what `read` passes over, where there is such. Raises OSError."""

    def compacted(data: bytes | None) -> bytes | None:
        kept = "".join(f"{id}\t{alias}\n" for id, alias in _of(whole(data)))
        return None if data is None else (_NOTE + kept).encode()

    file.update(compacted)


STORIES_TSV = "stories.tsv"
_STORIES_NOTE = """\
# Which articles report one event: article id, tab, story ("-" for none), and "final" if an operator said so. The last
# line of an article counts.
"""
_STORY_LINE = re.compile(r"([a-z2-7]{26})\t([a-z2-7]{26}|-)(\tfinal)?\r?")

Decided = tuple[str, str, bool]  # article id, story, "" for none, and True if an operator said so


def read_stories(file: KeptFile) -> list[Decided]:
    """The last valid line of each article in a story; [] without a file. Raises OSError."""
    return _stories_of(read_lines(file))


def _stories_of(lines: Iterable[str]) -> list[Decided]:
    found = filter(None, map(_STORY_LINE.fullmatch, lines))
    last = {line[1]: (line[1], line[2], bool(line[3])) for line in found}
    return [decided for decided in last.values() if decided[1] != "-"]


def append_stories(file: KeptFile, decided: Iterable[Decided]) -> None:
    """Append lines durably, creating the file. Raises OSError."""
    append_lines(file, _STORIES_NOTE, map(_story_line, decided))


def _story_line(decided: Decided) -> str:
    article, story, final = decided
    return "\t".join((article, story or "-", *(["final"] if final else [])))


def compact_stories(file: KeptFile) -> None:
    """Rewrite the file, if there is one, without the lines that count no more. Raises OSError."""

    def compacted(data: bytes | None) -> bytes | None:
        kept = "".join(f"{_story_line(one)}\n" for one in _stories_of(whole(data)))
        return None if data is None else (_STORIES_NOTE + kept).encode()

    file.update(compacted)
