"""Tags from the vocabulary alone: where a tag stands in title and text, and how near its name lies to them.

The weights in data/cold.toml were fitted on two blogs with authors' tags together (tests/bench/fit_tags.py)."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from syndicator.describing.taxonomy import matching
from syndicator.describing.taxonomy.matching import Matcher, Mention
from syndicator.describing.taxonomy.vocabulary import TagDef
from syndicator.describing.text.embeddings import embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

NOWHERE = Mention(0, 0, 0, 0)
PLACED, NEAR, NAMED = 6, 5, 9  # features of `_row`, `_nearness` and `_name`


class Words(NamedTuple):
    """The stems of a text: of its title, with their number and first place in it, and in its head."""

    title: frozenset[str]
    times: Counter[str]
    first: dict[str, int]
    head: frozenset[str]


@dataclass(frozen=True)
class Known:
    """The operator's tags, their vectors and where to find them."""

    names: tuple[str, ...]
    labels: Floats  # tag x 256
    keys: tuple[tuple[str, ...], ...]  # stems of each name
    matcher: Matcher

    def scores(self, title: str, text: str) -> dict[str, tuple[float, bool]]:
        """Tag -> (probability, whether it stands in title or text), best first."""
        columns, found = self.features(title, text)
        chances = _chances(columns)
        return {self.names[n]: (float(chances[n]), n in found) for n in (-chances).argsort(kind="stable")}

    def features(self, title: str, text: str) -> tuple[Floats, dict[int, Mention]]:
        """Tag x feature, and the mentions they are made of."""
        names, body = self.matcher.words(title), self.matcher.words(text)
        found = self.matcher.look(names, body)
        vectors = embedder()
        whole = _spread(self.labels @ vectors.article(title, text))
        name = _spread(self.labels @ vectors.mean(title))
        stems = body.stems
        seen = Words(frozenset(names.stems), Counter(stems), _first(stems), frozenset(stems[: matching.HEAD]))
        length = max(50, len(stems))
        words = seen.title | seen.times.keys()
        rows = self._unseen(whole, name)
        for n, key in enumerate(self.keys):
            if n in found or not words.isdisjoint(key):
                mention = found.get(n, NOWHERE)
                rows[n] = (
                    *_row(mention, length),
                    *_nearness(mention, float(whole[n]), float(name[n])),
                    *_name(mention, key, seen),
                )
        return rows, found

    def _unseen(self, whole: Floats, name: Floats) -> Floats:
        """Tag x feature where no word of any tag stands in the text: most tags, so they are filled in together."""
        import numpy as np

        rows = np.zeros((len(self.names), PLACED + NEAR + NAMED), dtype=np.float32)
        rows[:, PLACED], rows[:, PLACED + 1] = whole, name
        rows[:, PLACED + 4] = np.maximum(whole, 1.5) - 1.5
        rows[:, PLACED + NEAR] = [len(key) > 1 for key in self.keys]
        return rows


def prepare(defined: tuple[TagDef, ...]) -> Known:
    """The operator's tags, ready to be looked for."""
    import numpy as np

    defined = tuple({matching.key(tag.name): tag for tag in reversed(defined)}.values())[::-1]  # of one key the first
    forms = [(n, form) for n, tag in enumerate(defined) for form in (tag.name, *tag.aliases)]
    labels = np.stack([embedder().mean(f"{tag.name} {tag.description}".strip()) for tag in defined])
    keys = tuple(matching.key(tag.name) for tag in defined)
    return Known(tuple(tag.name for tag in defined), labels, keys, matching.build(forms))


def _spread(values: Floats) -> Floats:
    """Cosines as distances from their mean in spreads: a text is nearer to all tags when it is long."""
    result: Floats = (values - values.mean()) / (values.std() + 1e-6)
    return result


def _first(stems: list[str]) -> dict[str, int]:
    return dict(zip(reversed(stems), range(len(stems) - 1, -1, -1), strict=True))


def _row(mention: Mention, length: int) -> tuple[float, ...]:
    return (
        float(mention.title > 0),
        float(mention.text > 0),
        math.log1p(mention.text),
        float(mention.head > 0),
        math.log1p(1000 * mention.text / length),
        float(mention.text >= 3),
    )


def _nearness(mention: Mention, whole: float, name: float) -> tuple[float, ...]:
    return (
        whole,
        name,
        whole * (mention.text > 0),
        whole * (mention.title > 0),
        max(whole, 1.5) - 1.5,
    )


def _name(mention: Mention, key: tuple[str, ...], seen: Words) -> tuple[float, ...]:
    """What the name itself says: long names are telling, and all the words of a name may stand apart."""
    body, several = mention.text > 0, len(key) > 1
    apart = several and not body
    first = min((seen.first.get(word, 5000) for word in key), default=5000)
    return (
        float(several),
        float(several and body),
        mention.letters / 10,
        float(apart and all(word in seen.times for word in key)),
        (several and not mention.title) * sum(word in seen.title for word in key) / max(1, len(key)),
        apart * sum(word in seen.head for word in key) / max(1, len(key)),
        apart * math.log1p(min((seen.times.get(word, 0) for word in key), default=0)),
        body * math.log1p(seen.first.get(key[0], 3000) if key else 3000) / 8,
        body * math.log1p(first),
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
