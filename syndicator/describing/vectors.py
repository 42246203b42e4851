"""Static word vectors: wordllama's table of 32,000 pieces by 256, read from its wheel without importing it.

Its own `load()` asks a hub on the network and its import sets up logging, so only its two files are used."""

from __future__ import annotations

import importlib.util
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
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


@dataclass(frozen=True, slots=True)
class Embedder:
    """Texts to vectors: the mean of their pieces' vectors, at length one."""

    tokenizer: Any
    table: Vector  # piece x 256

    def pieces(self, text: str) -> list[int]:
        """Numbers of the word pieces of `text`."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def mean(self, text: str) -> Vector:
        """The unit vector of `text`, zeros when it has no piece."""
        return self.of(self.pieces(text))

    def of(self, pieces: Sequence[int]) -> Vector:
        """The unit vector of pieces, zeros when there is none."""
        import numpy as np

        if not pieces:
            return np.zeros(self.table.shape[1], dtype=np.float32)
        return unit(self.table[np.array(pieces)].sum(axis=0))

    def article(self, title: str, text: str, times: int = 2) -> Vector:
        """The unit vector of the head of `text` with its title counted `times` times."""
        return self.of(_head(title)[0] * times + _head(text[:SAMPLE])[0])

    def parts(self, text: str, parts: Sequence[str]) -> Vector:
        """A unit vector for each of `parts`, which stand in `text` in this order: its head is cut into pieces once."""
        import numpy as np

        head = text[:SAMPLE]
        ids, starts = _head(head)
        out = np.zeros((len(parts), self.table.shape[1]), dtype=np.float32)
        inside, bounds, at = [], [], 0
        for row, part in enumerate(parts):
            begin = head.find(part, at)
            if begin < 0:
                out[row] = self.mean(part)
                continue
            at = begin + len(part)
            first, last = bisect_left(starts, begin), bisect_left(starts, at)
            if first < last:
                inside.append(row)
                bounds += [first, last]
        if inside:
            vectors = np.vstack([self.table[np.array(ids)], np.zeros((1, self.table.shape[1]), np.float32)])
            sums = np.add.reduceat(vectors, bounds, axis=0)[::2]
            out[inside] = sums / (np.linalg.norm(sums, axis=1, keepdims=True) + np.float32(1e-9))
        return out


@lru_cache(maxsize=8)
def _head(text: str) -> tuple[list[int], list[int]]:
    """Pieces of a text and where each begins: remembered, as excerpt, category and tags of an article all ask."""
    found = embedder().tokenizer.encode(text, add_special_tokens=False)
    return found.ids, [begin for begin, _ in found.offsets]


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
    return Embedder(tokenizer, load_file(str(home / WEIGHTS))["embedding.weight"].astype("float32"))


def _home() -> Path:
    spec = importlib.util.find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise MissingError("the package wordllama is not installed; run `./run` again, which installs what is needed")
    return Path(spec.origin).parent
