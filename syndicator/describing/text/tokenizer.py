"""Text to the rows of the vector table: byte-pair encoding with the vocabulary of data/vectors/pieces.json.

It gives what the `tokenizers` package gives for the tokenizer.json that belongs to the table, whose merges are exactly
the ways to cut a piece into two pieces. So the list of pieces is all that is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path

BLANK = "▁"  # how the vocabulary writes a blank
FIRST_BYTE = 3  # row of byte 0; rows 0 to 2 are control tokens, which no text may name
FIRST_PIECE = FIRST_BYTE + 256
ROWS = 32_000
Pieces = tuple[tuple[int, ...], tuple[int, ...]]  # their rows, and the character at which each begins


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """`rows`: each piece of the vocabulary and its row in the table."""

    rows: Mapping[str, int]

    def encode(self, chunk: str) -> Pieces:
        """The pieces of `chunk`, in order. A character that the vocabulary lacks becomes the bytes of its UTF-8."""
        chunk = chunk.replace(" ", BLANK)
        whole = self.rows.get(chunk)
        if whole is not None:  # every piece is made of its own characters by merges, so the outcome is known
            return (whole,), (0,)
        parts: list[str] = []
        begins: list[int] = []
        for at, character in enumerate(chunk):
            new = (character,) if character in self.rows else _bytes(character)
            parts += new
            begins += (at,) * len(new)
        self._merge(parts)
        rows = [self._row(part) for part in parts if part]
        return tuple(rows), tuple([at for at, part in zip(begins, parts, strict=True) if part])

    def _row(self, part: str) -> int:
        return self.rows[part] if part in self.rows else FIRST_BYTE + int(part[1:], 16)

    def _merge(self, parts: list[str]) -> None:
        """Merges neighbours until none can be: of all pairs the one whose outcome has the lowest row (runs of blanks
        come last), then the one whose left part has, then the first. The outcome stands at the left one's place, the
        right one's is left empty. With a heap, as a run of letters on a page can be of any length."""
        end = len(parts)
        after, before = list(range(1, end + 1)), list(range(-1, end - 1))
        waiting: list[tuple[int, int, int, str]] = []

        def offer(left: int, right: int) -> None:
            both = parts[left] + parts[right]
            row = self.rows.get(both)
            if row is not None:
                heappush(waiting, (row if both[-1] != BLANK else row + ROWS, self.rows[parts[left]], left, both))

        for right in range(1, end):
            offer(right - 1, right)
        while waiting:
            _, _, left, both = heappop(waiting)
            right = after[left]
            if not parts[left] or right == end or parts[left] + parts[right] != both:
                continue  # one of the two was merged with its other neighbour
            parts[left], parts[right] = both, ""
            after[left] = after[right]
            if after[left] != end:
                before[after[left]] = left
                offer(left, after[left])
            if before[left] >= 0:
                offer(before[left], left)


def _bytes(character: str) -> tuple[str, ...]:
    """Parts that never merge: no piece holds the sign before them together with two hexadecimal digits."""
    return tuple(f"\0{byte:02x}" for byte in character.encode("utf-8", "replace"))


def load(path: Path) -> Tokenizer:
    """The tokenizer of a file of pieces, a JSON list in the order of the table's rows from FIRST_PIECE on."""
    pieces = json.loads(path.read_text(encoding="utf-8"))
    return Tokenizer({piece: row for row, piece in enumerate(pieces, FIRST_PIECE)})
