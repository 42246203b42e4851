"""Sentences of a plain text, word for word. A line is a paragraph, heading, list item or table row.

nupunkt finds the ends in scripts that put a space after a full stop; Chinese and Japanese have none and get rules of
their own. Two mends follow both: a piece that opens a quotation is joined with the pieces up to where it closes, and
one that starts in lower case belongs to the piece before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

_CJK = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_CJK_END = re.compile(r"[。！？!?…]+[」』）”’》】\")\]]*")
_ENDS = re.compile(r"[.!?…。！？][\"'”’»」』)\]）]*$")
_OPEN = {"“": "”", "«": "»", "「": "」", "『": "』", "（": "）", "(": ")", "[": "]", "„": "“”"}
MOST_LINE = 4000  # characters of a line that are looked at: a longer one is no paragraph
JOINED = 600  # characters a quotation may run before it is taken as never closed


class Sentence(NamedTuple):
    """A sentence, the number of its line, its number within the line and whether it ends as one."""

    text: str
    line: int
    place: int
    whole: bool


def split(text: str, most: int = 400) -> list[Sentence]:
    """The first `most` sentences of `text`."""
    found: list[Sentence] = []
    for number, line in enumerate(text.split("\n")):
        for index, piece in enumerate(of_line(line)):
            found.append(Sentence(piece, number, index, ends(piece)))
        if len(found) >= most:
            return found[:most]
    return found


def ends(piece: str) -> bool:
    """True when `piece` ends as a sentence does: stop, then at most closing quotes and brackets."""
    return bool(_ENDS.search(piece))


def of_line(line: str) -> list[str]:
    """The sentences of one line."""
    line = " ".join(line[:MOST_LINE].split())
    if not line:
        return []
    pieces = list(_cjk(line)) if _mostly_cjk(line) else [p.strip() for p in _splitter().tokenize(line)]
    return _join([p for p in pieces if p])


def _mostly_cjk(line: str) -> bool:
    return len(_CJK.findall(line)) * 3 >= len(line.replace(" ", ""))


def _cjk(line: str) -> Iterator[str]:
    start = 0
    for match in _CJK_END.finditer(line):
        yield line[start : match.end()].strip()
        start = match.end()
    yield line[start:].strip()


def _join(pieces: list[str]) -> list[str]:
    """Pieces with those that cannot stand alone joined to their neighbour."""
    out: list[str] = []
    for piece in pieces:
        if out and (piece[0].islower() or (open_quote(out[-1]) and len(out[-1]) + len(piece) < JOINED)):
            out[-1] = f"{out[-1]}{'' if _mostly_cjk(piece) else ' '}{piece}"
        else:
            out.append(piece)
    return out


def open_quote(piece: str) -> bool:
    """True when a quotation or bracket in `piece` is opened and not closed, or closed and not opened."""
    if piece.count('"') % 2:
        return True
    return any(
        piece.count(start) != sum(piece.count(e) for e in end) for start, end in _OPEN.items() if start not in "“"
    ) or (("„" not in piece) and piece.count("“") != piece.count("”"))


@lru_cache(maxsize=1)
def _splitter() -> Any:
    import nupunkt

    return nupunkt.load("default")
