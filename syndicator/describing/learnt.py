"""Tags from the confirmed past: the nearest earlier posts and one line per tag, on tf-idf, in numpy."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_][\w+#.-]*[\w+#]|[^\W\d_]")
NEIGHBOURS = 12
TITLE = 3  # times a word of the title counts


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the past as the learner keeps it: word -> times, and its tags."""

    words: dict[str, int]
    tags: tuple[str, ...]


def bag(title: str, text: str) -> dict[str, int]:
    """Words of a post and their weight."""
    counts: Counter[str] = Counter(word.casefold() for word in _WORD.findall(text))
    for word in _WORD.findall(title):
        counts[word.casefold()] += TITLE
    return dict(counts)


def posts(history: Iterable[tuple[str, str, Sequence[str]]]) -> tuple[Post, ...]:
    """(title, text, tags) of the past as posts; those without a tag teach nothing."""
    return tuple(Post(bag(title, text), tuple(tags)) for title, text, tags in history if tags)


@dataclass(frozen=True)
class Past:
    """The learnt posts, ready to be asked."""

    posts: tuple[Post, ...]

    @cached_property
    def _index(self) -> dict[str, int]:
        seen = Counter(word for post in self.posts for word in post.words)
        return {
            word: number
            for number, word in enumerate(sorted(w for w, n in seen.items() if n > 1 or len(self.posts) < 20))
        }

    @cached_property
    def _idf(self) -> NDArray[np.float32]:
        import numpy as np

        seen = Counter(word for post in self.posts for word in post.words)
        total = len(self.posts)
        return np.array([math.log(1 + total / seen[word]) for word in self._index], dtype=np.float32)

    @cached_property
    def _matrix(self) -> NDArray[np.float32]:
        import numpy as np

        return np.stack([self._vector(post.words) for post in self.posts])

    def _vector(self, words: dict[str, int]) -> NDArray[np.float32]:
        import numpy as np

        row = np.zeros(len(self._index), dtype=np.float32)
        for word, count in words.items():
            number = self._index.get(word)
            if number is not None:
                row[number] = 1 + math.log(count)
        row *= self._idf
        length = float(np.linalg.norm(row))
        return row / np.float32(length) if length else row

    def scores(self, title: str, text: str) -> dict[str, float]:
        """Tag -> how much the nearest posts of the past speak for it, 0 to 1."""
        import numpy as np

        if not self.posts:
            return {}
        near = self._matrix @ self._vector(bag(title, text))
        best = np.argsort(-near, kind="stable")[:NEIGHBOURS]
        total = float(near[best].sum()) or 1.0
        found: dict[str, float] = {}
        for number in best:
            for tag in self.posts[number].tags:
                found[tag] = found.get(tag, 0.0) + float(near[number]) / total
        return found


def save(past: Past, path: Path) -> None:
    """Writes the past as numpy arrays, no pickle."""
    import numpy as np

    vocabulary = sorted({word for post in past.posts for word in post.words})
    number = {word: n for n, word in enumerate(vocabulary)}
    flat = [(row, number[w], c) for row, post in enumerate(past.posts) for w, c in sorted(post.words.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        np.savez_compressed(
            out,
            words=np.array("\n".join(vocabulary)),
            tags=np.array("\n".join("\t".join(post.tags) for post in past.posts)),
            counts=np.array(flat, dtype=np.int32).reshape(-1, 3),
        )


def load(path: Path) -> Past:
    """What `save` wrote."""
    import numpy as np

    with np.load(path, allow_pickle=False) as state:
        words, tags = str(state["words"]).split("\n"), str(state["tags"]).split("\n")
        bags: list[dict[str, int]] = [{} for _ in tags]
        for row, word, count in state["counts"].tolist():
            bags[row][words[word]] = count
    return Past(tuple(Post(b, tuple(t.split("\t"))) for b, t in zip(bags, tags, strict=True) if t))
