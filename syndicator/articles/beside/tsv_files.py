"""Append-only files beside the articles: carriers, pruned articles (whose files are gone), stories."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from syndicator.core.axes import SOURCE_KEY
from syndicator.core.ports.articles import KeptFile

T = TypeVar("T")
Decided = tuple[str, str, bool]  # article id, story, "" for none, and True if an operator said so


def read_lines(data: bytes | None) -> list[str]:
    """Return the whole lines in order, without a last line cut by a crash."""
    data = data or b""
    return data[: data.rfind(b"\n") + 1].decode("utf-8", "replace").split("\n")[:-1]


@dataclass(frozen=True, slots=True)
class Lines(Generic[T]):
    """A kind of append-only file. `note`: its head. `entries`: returns the current entries from all valid lines in
    order. `fields`: returns the fields of an entry's line. Methods raise OSError."""

    name: str
    note: str
    valid: re.Pattern[str]
    entries: Callable[[Iterable[re.Match[str]]], list[T]]
    fields: Callable[[T], tuple[str, ...]]

    def read(self, file: KeptFile) -> list[T]:
        """Return the current entries; [] without a file."""
        return self._parsed(file.read())

    def append(self, file: KeptFile, entries: Iterable[T]) -> None:
        """Append entries durably, creating the file; skip invalid ones; remove a cut last line."""
        file.append(self.note.encode(), self._text(entries))

    def compact(self, file: KeptFile) -> None:
        """Rewrite an existing file without outdated lines."""
        file.update(lambda data: None if data is None else self.note.encode() + self._text(self._parsed(data)))

    def _parsed(self, data: bytes | None) -> list[T]:
        return self.entries(filter(None, map(self.valid.fullmatch, read_lines(data))))

    def _text(self, entries: Iterable[T]) -> bytes:
        lines = ("\t".join(self.fields(entry)) for entry in entries)
        return "".join(f"{line}\n" for line in lines if self.valid.fullmatch(line)).encode()


def _pairs(lines: Iterable[re.Match[str]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((line[1], line[2]) for line in lines))


def _last_decisions(lines: Iterable[re.Match[str]]) -> list[Decided]:
    last = {line[1]: (line[1], line[2], bool(line[3])) for line in lines}
    return [decided for decided in last.values() if decided[1] != "-"]


def _decision_fields(decided: Decided) -> tuple[str, ...]:
    article, story, final = decided
    return (article, story or "-", *(["final"] if final else []))


CARRIED = Lines(
    "carried.tsv",
    "# Sources that announced an article which another source brought: article id, tab, source key.\n",
    re.compile(rf"([a-z2-7]{{26}})\t({SOURCE_KEY.pattern})\r?"),
    _pairs,
    tuple[str, ...],
)
PRUNED = Lines(
    "pruned.tsv",
    "# Articles whose files were pruned: article id, tab, address or entry. They are not fetched again. To undo it, put"
    " the\n# file back, or delete the lines: then the source is asked for it.\n",
    re.compile(r"([a-z2-7]{26})\t([^\t\r\n]+)\r?"),
    _pairs,
    tuple[str, ...],
)
STORIES = Lines(
    "stories.tsv",
    '# Which articles report one event: article id, tab, story ("-" for none), and "final" if an operator said so. The'
    " last\n# line of an article counts.\n",
    re.compile(r"([a-z2-7]{26})\t([a-z2-7]{26}|-)(\tfinal)?\r?"),
    _last_decisions,
    _decision_fields,
)
