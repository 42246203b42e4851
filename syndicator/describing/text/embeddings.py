"""Static word vectors: wordllama's table of 32,000 pieces by 256, read from its wheel without importing it.

Its own `load()` asks a hub on the network and its import sets up logging, so only its two files are used."""

from __future__ import annotations

import importlib.util
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndicator.errors import MissingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

WEIGHTS = "weights/l2_supercat_256.safetensors"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
SAMPLE = 4000  # characters of a text that its vector is made of: it says early what it is about
REMEMBERED = 40_000  # chunks whose pieces are kept, about 15 MB
LONGEST = 40  # characters of a chunk that is kept: words recur, lines of Chinese do not
_CHUNK = re.compile(r"\n| *[^ \n]+| +")
Chunk = tuple[tuple[int, ...], tuple[int, ...]]  # its pieces, and where each begins in it


@dataclass(frozen=True, slots=True)
class Head:
    """A text cut into pieces. A chunk is a run of characters up to the next blank or line: its place in the text, the
    number of pieces before it, and where each of its pieces begins."""

    starts: list[int]
    before: list[int]
    offsets: list[tuple[int, ...]]
    rows: Vector  # piece x 256
    total: Vector  # their sum

    def piece(self, place: int) -> int:
        """The number of the first piece that does not begin before `place`."""
        if place <= 0:
            return 0
        chunk = bisect_right(self.starts, place) - 1
        return self.before[chunk] + bisect_left(self.offsets[chunk], place - self.starts[chunk])


@dataclass(frozen=True, slots=True)
class Embedder:
    """Texts to vectors: the mean of their pieces' vectors, at length one."""

    tokenizer: Any
    table: Vector  # piece x 256
    newline: int | None  # the piece of a line's end, which is never part of another
    known: dict[str, Chunk] = field(default_factory=dict)

    def head(self, text: str) -> Head:
        """`text` in pieces. None reaches over a blank or a line's end, so the chunks between them can be cut one by
        one; those not met before are cut in one call."""
        import numpy as np

        parts = _CHUNK.findall(" " + text)  # the tokenizer puts a blank before a text
        new = self._cut([part for part in dict.fromkeys(parts) if part not in self.known])
        chunks = [self.known.get(part) or new[part] for part in parts]
        if len(self.known) > REMEMBERED:
            self.known.clear()
        self.known.update((part, chunk) for part, chunk in new.items() if len(part) <= LONGEST)
        pieces = [own for own, _ in chunks]
        ids = list(chain.from_iterable(pieces))
        starts = list(accumulate(map(len, parts), initial=-1))[:-1]
        before = list(accumulate(map(len, pieces), initial=0))[:-1]
        rows = self.table[np.array(ids, dtype=np.int64)]
        return Head(starts, before, [begins for _, begins in chunks], rows, rows.sum(axis=0))

    def _cut(self, parts: list[str]) -> dict[str, Chunk]:
        if not parts:
            return {}
        joined = "\n" + "\n".join(part if part != "\n" else "" for part in parts)
        found = self.tokenizer.encode(joined, add_special_tokens=False)
        ids, offsets = found.ids, found.offsets
        ends = [place for place, id in enumerate(ids) if id == self.newline] + [len(ids)]
        cut: dict[str, Chunk] = {}
        for part, (begin, end) in zip(parts, pairwise(ends), strict=True):
            first = offsets[begin][1]
            cut[part] = tuple(ids[begin + 1 : end]), tuple(at - first for at, _ in offsets[begin + 1 : end])
        return cut | ({"\n": ((self.newline,), (0,))} if self.newline is not None and "\n" in cut else {})

    def mean(self, text: str) -> Vector:
        """The unit vector of `text`, zeros when it has no piece."""
        return unit(self.head(text).total) if text else self._nothing()

    def article(self, title: str, text: str, times: int = 2) -> Vector:
        """The unit vector of the head of `text` with its title counted `times` times."""
        total = self._nothing()
        if title:
            total = total + times * _head(title).total
        return unit(total + _head(text[:SAMPLE]).total if text else total)

    def _nothing(self) -> Vector:
        import numpy as np

        return np.zeros(self.table.shape[1], dtype=np.float32)

    def parts(self, text: str, parts: Sequence[str]) -> Vector:
        """A unit vector for each of `parts`, which stand in `text` in this order: its head is cut into pieces once."""
        import numpy as np

        text = text[:SAMPLE]
        head = _head(text)
        out = np.zeros((len(parts), self.table.shape[1]), dtype=np.float32)
        inside, bounds, at = [], [], 0
        for row, part in enumerate(parts):
            begin = text.find(part, at)
            if begin < 0:
                out[row] = self.mean(part)
                continue
            at = begin + len(part)
            first, last = head.piece(begin), head.piece(at)
            if first < last:
                inside.append(row)
                bounds += [first, last]
        if inside:
            if bounds[-1] == len(head.rows):
                bounds.pop()  # reduceat goes to the end by itself
            sums = np.add.reduceat(head.rows, bounds, axis=0)[::2]
            out[inside] = sums / (np.linalg.norm(sums, axis=1, keepdims=True) + np.float32(1e-9))
        return out


@lru_cache(maxsize=8)
def _head(text: str) -> Head:
    """A text in pieces: remembered, as excerpt, category and tags of an article all ask."""
    return embedder().head(text)


def unit(vector: Vector) -> Vector:
    """`vector` at length one; zeros stay zeros."""
    import numpy as np

    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


@lru_cache(maxsize=1)
def embedder() -> Embedder:
    """The table and its tokenizer, loaded once a process (about 0.2 s, 60 MB). Raises MissingError."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    home = _home()
    tokenizer = Tokenizer.from_file(str(home / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    table = load_file(str(home / WEIGHTS))["embedding.weight"].astype("float32")
    return Embedder(tokenizer, table, tokenizer.token_to_id("<0x0A>"))


def _home() -> Path:
    spec = importlib.util.find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise MissingError("the package wordllama is not installed; run `./run` again, which installs what is needed")
    return Path(spec.origin).parent
