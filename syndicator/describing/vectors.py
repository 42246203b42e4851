"""Static word vectors: wordllama's table of 32,000 pieces by 256, read from its wheel without importing it.

Its own `load()` asks a hub on the network and its import sets up logging, so only its two files are used."""

from __future__ import annotations

import importlib.util
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


@dataclass(frozen=True, slots=True)
class Embedder:
    """Texts to vectors: the weighted mean of their pieces' vectors."""

    tokenizer: Any
    table: NDArray[np.float16]

    def pieces(self, text: str) -> list[int]:
        """Numbers of the word pieces of `text`."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def mean(self, text: str) -> Vector:
        """The unit vector of `text`, zeros when it has no piece."""
        import numpy as np

        ids = self.pieces(text)
        if not ids:
            return np.zeros(self.table.shape[1], dtype=np.float32)
        return unit(self.table[ids].astype(np.float32).mean(axis=0))


def unit(vector: Vector) -> Vector:
    """`vector` at length one; zeros stay zeros."""
    import numpy as np

    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


@lru_cache(maxsize=1)
def embedder() -> Embedder:
    """The table and its tokenizer, loaded once a process (about 0.2 s, 50 MB). Raises MissingError."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    home = _home()
    tokenizer = Tokenizer.from_file(str(home / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Embedder(tokenizer, load_file(str(home / WEIGHTS))["embedding.weight"])


def _home() -> Path:
    spec = importlib.util.find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise MissingError("the package wordllama is not installed; run `./run` again, which installs what is needed")
    return Path(spec.origin).parent
