"""The operator's categories ready to be compared with texts of one language: vectors, and words topics are known by."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from syndicator.describing.taxonomy import native_words, topics
from syndicator.describing.taxonomy.native_words import NativeWords
from syndicator.describing.taxonomy.topics import ENGLISH, Topic, terms
from syndicator.describing.taxonomy.vocabulary import CategoryDef
from syndicator.describing.text.embeddings import embedder, unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

TELLING: Final = 4  # letters of a word of a description that speaks for its category
WRITTEN: Final = 1.5  # weight of a word that the operator wrote, where a topic's has 1
RIVAL: Final = ""  # the name of what is no category: a topic that the operator has none for


@dataclass(frozen=True, slots=True)
class Categories:
    """The operator's categories, and after them the topics that are none of them, which are called `RIVAL`."""

    names: tuple[str, ...]
    labels: NDArray[np.float32]  # a unit vector a category
    words: tuple[dict[str, float], ...]  # word -> weight, for each category
    subjects: tuple[frozenset[str], ...]  # words that settle it when the title has one, for each category
    native: NativeWords | None = None  # how they are found in texts of another language than English

    def counts(self, text: str) -> Counter[str]:
        """The words of `text` with their number."""
        return self.native.counts(text) if self.native else terms(text)


def prepare(defined: Sequence[CategoryDef], language: str = ENGLISH) -> Categories:
    """Vectors and words of the categories for texts of `language`, which is English or has words in data/topics."""
    import numpy as np

    rivals = topics.apart(defined, language)
    lists = [_words(category, language) for category in defined] + [dict.fromkeys(r.words, 1.0) for r in rivals]
    seen = Counter(word for words in lists for word in words)
    rare = {word: math.log((len(lists) + 0.5) / count) for word, count in seen.items()}
    vectors = [_label(category, language) for category in defined]
    subjects = [frozenset().union(*(t.subject for t in topics.of_category(c, language))) for c in defined]
    known = {*seen, *(word for words in subjects for word in words)}
    return Categories(
        names=(*(category.name for category in defined), *(RIVAL for _ in rivals)),
        labels=np.stack([*vectors, *(embedder().mean(_listed([rival])) for rival in rivals)]),
        words=tuple({word: rare[word] * weight for word, weight in words.items()} for words in lists),
        subjects=(*subjects, *(rival.subject for rival in rivals)),
        native=None if language == ENGLISH else native_words.prepare(known, language),
    )


def _words(category: CategoryDef, language: str) -> dict[str, float]:
    described = [word for word in terms(category.description) if len(word) >= TELLING and "-" not in word]
    written = [word.casefold().replace(" ", "-") for word in category.words]
    topical = {word for topic in topics.of_category(category, language) for word in topic.words}
    if language != ENGLISH:
        described, written = (list(map(native_words.beginning, words)) for words in (described, written))
    return dict.fromkeys((*described, *topical), 1.0) | dict.fromkeys(written, WRITTEN)


def _label(category: CategoryDef, language: str) -> Vector:
    """The mean of the unit vectors of description, known words, the operator's words and each example."""
    vectors = embedder()
    listed = _listed(topics.of_category(category, language))
    texts = [category.description or category.name, listed, " ".join(category.words), *category.examples]
    parts = [vectors.mean(text) for text in texts if text]
    return unit(sum(parts[1:], parts[0]))


def _listed(found: Sequence[Topic]) -> str:
    return " ".join(sorted(word for topic in found for word in topic.words)).replace("-", " ").replace("$", "")
