"""Turn texts into vectors: the mean of the table rows of their pieces of words.

32,000 x 256 (data/vectors/provenance.toml), byte-pair encoding."""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from itertools import accumulate, chain
from pathlib import Path

from syndicator.describing.resources import Floats, np

BLANK = "▁"  # how the vocabulary writes a blank
FIRST_BYTE = 3  # row of byte 0; rows 0 to 2 are control tokens, which no text may name
FIRST_PIECE = FIRST_BYTE + 256
ROWS = 32_000
# their rows, and the character at which each begins
Pieces = tuple[tuple[int, ...], tuple[int, ...]]
DATA = Path(__file__).parent.parent / "data" / "vectors"
SAMPLE = 4000  # characters of a text that make its vector
REMEMBERED = 40_000  # chunks whose pieces are kept, about 15 MB
LONGEST = 40  # characters of a chunk that is kept: words recur, lines of Chinese do not
# Chunks that no piece crosses: pieces end at line ends, before blanks after other characters, and
# between a letter and a non-letter (² is one, as three pieces begin with it).
_CHUNK = re.compile(r"\n| *(?:[^\w \n]|[\d_²])*[^\W\d_²]+| *(?:[^\w \n]|[\d_²])+| +")


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Splits words into pieces. `rows`: table row of each piece."""

    rows: Mapping[str, int]

    def encode(self, chunk: str) -> Pieces:
        """Return the pieces of `chunk`, in order. Unknown characters become the bytes of their
        UTF-8."""
        chunk = chunk.replace(" ", BLANK)
        whole = self.rows.get(chunk)
        # every piece is made of its own characters by merges, so the outcome is known
        if whole is not None:
            return (whole,), (0,)
        parts: list[str] = []
        begins: list[int] = []
        for at, character in enumerate(chunk):
            # parts of bytes never merge: no piece holds NUL
            octets = (f"\0{byte:02x}" for byte in character.encode("utf-8", "replace"))
            new = (character,) if character in self.rows else tuple(octets)
            parts += new
            begins += (at,) * len(new)
        self._merge(parts)
        rows = [
            self.rows[part] if part in self.rows else FIRST_BYTE + int(part[1:], 16)
            for part in parts
            if part
        ]
        return tuple(rows), tuple([at for at, part in zip(begins, parts, strict=True) if part])

    def _merge(self, parts: list[str]) -> None:
        """Merge neighbours in order of resulting row, left part, place. A heap keeps long runs of
        letters fast."""
        end = len(parts)
        after = list(range(1, end + 1))
        before = list(range(-1, end - 1))
        waiting: list[tuple[int, int, int, str]] = []

        def offer(left: int, right: int) -> None:
            both = parts[left] + parts[right]
            row = self.rows.get(both)
            if row is not None:
                heappush(
                    waiting,
                    (row if both[-1] != BLANK else row + ROWS, self.rows[parts[left]], left, both),
                )

        for right in range(1, end):
            offer(right - 1, right)
        while waiting:
            _, _, left, both = heappop(waiting)
            right = after[left]
            if not parts[left] or right == end or parts[left] + parts[right] != both:
                continue  # stale: one of the two was merged already
            parts[left] = both
            parts[right] = ""
            after[left] = after[right]
            if after[left] != end:
                before[after[left]] = left
                offer(left, after[left])
            if before[left] >= 0:
                offer(before[left], left)


@dataclass(frozen=True, slots=True)
class Head:
    """A text in pieces. `starts` of chunks (words); per chunk, number of pieces `before` and
    `offsets` of its own."""

    starts: list[int]
    before: list[int]
    offsets: list[tuple[int, ...]]
    rows: Floats  # piece x 256
    total: Floats  # their sum

    def piece(self, place: int) -> int:
        """Return the number of the first piece that begins at `place` or later."""
        if place <= 0:
            return 0
        chunk = bisect_right(self.starts, place) - 1
        return self.before[chunk] + bisect_left(self.offsets[chunk], place - self.starts[chunk])


@dataclass(frozen=True, slots=True)
class Embedder:
    """Turns texts into unit vectors, the mean of their pieces."""

    tokenizer: Tokenizer
    table: Floats  # piece x 256
    known: dict[str, Pieces] = field(default_factory=dict)

    def head(self, text: str) -> Head:
        """Split `text` into pieces by chunk; known chunks are cached."""
        parts = split_chunks(text)
        cut = self._cut(parts)
        pieces = [own for own, _ in cut]
        ids = list(chain.from_iterable(pieces))
        starts = list(accumulate(map(len, parts), initial=-1))[:-1]
        before = list(accumulate(map(len, pieces), initial=0))[:-1]
        rows = self.table[np.array(ids, dtype=np.int64)]
        return Head(starts, before, [begins for _, begins in cut], rows, rows.sum(axis=0))

    def _cut(self, parts: Sequence[str]) -> list[Pieces]:
        cached = list(map(self.known.get, parts))
        new = {
            part: self.tokenizer.encode(part)
            for part, own in zip(parts, cached, strict=True)
            if own is None
        }
        if len(self.known) > REMEMBERED:
            self.known.clear()
        self.known.update((part, pieces) for part, pieces in new.items() if len(part) <= LONGEST)
        return [own or new[part] for part, own in zip(parts, cached, strict=True)]

    def mean(self, text: str) -> Floats:
        """Return the unit vector of `text`, zeros without pieces."""
        return normalise(self.head(text).total) if text else self._nothing()

    def article(self, title: str, text: str, times: int = 2) -> Floats:
        """Return the unit vector of the start of `text`, with the title counted `times` times."""
        total = self._nothing()
        if title:
            total = total + times * _split_cached(title).total
        return normalise(total + _split_cached(text[:SAMPLE]).total if text else total)

    def _nothing(self) -> Floats:
        return np.zeros(self.table.shape[1], dtype=np.float32)

    def parts(self, text: str, parts: Sequence[str]) -> Floats:
        """Return a unit vector for each of `parts`, which `text` contains in this order."""
        text = text[:SAMPLE]
        head = _split_cached(text)
        out = np.zeros((len(parts), self.table.shape[1]), dtype=np.float32)
        inside = []
        bounds = []
        at = 0
        for row, part in enumerate(parts):
            begin = text.find(part, at)
            if begin < 0:
                out[row] = self.mean(part)
                continue
            at = begin + len(part)
            first = head.piece(begin)
            last = head.piece(at)
            if first < last:
                inside.append(row)
                bounds += [first, last]
        if inside:
            if bounds[-1] == len(head.rows):
                bounds.pop()  # reduceat goes to the end by itself
            sums = np.add.reduceat(head.rows, bounds, axis=0)[::2]
            out[inside] = sums / (np.linalg.norm(sums, axis=1, keepdims=True) + np.float32(1e-9))
        return out


def split_chunks(text: str) -> list[str]:
    """Split `text` so that no piece crosses. Adds a blank in front, as the vocabulary expects."""
    return _CHUNK.findall(" " + text)


@lru_cache(maxsize=8)
def _split_cached(text: str) -> Head:
    return load_embedder().head(text)


def normalise(vector: Floats) -> Floats:
    """Return `vector` with length one; zeros stay zeros."""
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


@lru_cache(maxsize=1)
def load_embedder() -> Embedder:
    """Load table and tokenizer, once a process (0.03 s, 50 MB)."""
    table = np.load(DATA / "table.npy").astype(np.float32)
    pieces = json.loads((DATA / "pieces.json").read_text(encoding="utf-8"))
    return Embedder(Tokenizer({piece: row for row, piece in enumerate(pieces, FIRST_PIECE)}), table)
