"""Tags from the vocabulary alone: where a tag stands in title and text, and how near its name lies to them.

The weights in data/cold.toml were fitted on two blogs with authors' tags together (tests/bench/fit_tags.py)."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from syndicator.describing import matching
from syndicator.describing.matching import Matcher, Mention
from syndicator.describing.vectors import embedder
from syndicator.describing.vocabulary import TagDef

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SAMPLE = 5000  # characters of the text its vector is made of
NOWHERE = Mention(0, 0, 0, 1)


@dataclass(frozen=True)
class Known:
    """The operator's tags, their vectors and where to find them."""

    names: tuple[str, ...]
    labels: Floats  # tag x 256
    words: tuple[int, ...]  # of each name
    matcher: Matcher

    def scores(self, title: str, text: str) -> dict[str, tuple[float, bool]]:
        """Tag -> (probability, whether it stands in title or text), best first."""
        columns, found = self.features(title, text)
        chances = _chances(columns)
        return {self.names[n]: (float(chances[n]), n in found) for n in (-chances).argsort(kind="stable")}

    def features(self, title: str, text: str) -> tuple[Floats, dict[int, Mention]]:
        """Tag x feature, and the mentions they are made of."""
        import numpy as np

        found = self.matcher.find(title, text)
        vectors = embedder()
        whole = _spread(self.labels @ vectors.mean(f"{title}\n{title}\n{text[:SAMPLE]}"))
        name = _spread(self.labels @ vectors.mean(title))
        length = max(50, text.count(" "))
        rows = [
            _row(found.get(n, NOWHERE), self.words[n], len(self.names[n]), float(whole[n]), float(name[n]), length)
            for n in range(len(self.names))
        ]
        return np.array(rows, dtype=np.float32), found


def prepare(defined: tuple[TagDef, ...]) -> Known:
    """The operator's tags, ready to be looked for."""
    import numpy as np

    forms = [(n, form) for n, tag in enumerate(defined) for form in (tag.name, *tag.aliases)]
    labels = np.stack([embedder().mean(f"{tag.name} {tag.description}".strip()) for tag in defined])
    words = tuple(len(matching.key(tag.name)) for tag in defined)
    return Known(tuple(tag.name for tag in defined), labels, words, matching.build(forms))


def _spread(values: Floats) -> Floats:
    """Cosines as distances from their mean in spreads: a text is nearer to all tags when it is long."""
    result: Floats = (values - values.mean()) / (values.std() + 1e-6)
    return result


def _row(mention: Mention, words: int, letters: int, whole: float, name: float, length: int) -> tuple[float, ...]:
    title, body = float(mention.title > 0), float(mention.text > 0)
    return (
        title,
        body,
        math.log1p(mention.text),
        float(mention.head > 0),
        math.log1p(1000 * mention.text / length),
        body * (words > 1),
        float(words > 1),
        float(mention.text >= 3),
        body * letters / 10,
        whole,
        name,
        body * whole,
        title * whole,
        max(whole, 1.5) - 1.5,
    )


def _chances(columns: Floats) -> Floats:
    import numpy as np

    slope, constant = weights()
    result: Floats = 1 / (1 + np.exp(-np.clip(columns @ np.array(slope, dtype=np.float32) + constant, -30, 30)))
    return result


@lru_cache(maxsize=1)
def weights() -> tuple[tuple[float, ...], float]:
    """The weight of each feature and the constant."""
    raw = resources.files("syndicator.describing").joinpath("data/cold.toml").read_text("utf-8")
    values = tomllib.loads(raw)
    return tuple(values["weights"]), float(values["constant"])
