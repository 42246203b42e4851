"""Tags from the vocabulary alone, by mentions and nearness of names; weights by tools/train/fit_tags.py."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from syndicator.describing.resources import Floats, load, np
from syndicator.describing.taxonomy import mentions
from syndicator.describing.taxonomy.mentions import Matcher
from syndicator.describing.taxonomy.vocabulary import TagDef
from syndicator.describing.text.embeddings import embedder

SHORTEST: Final = 50  # least words of a text for the share of mentions
LIMIT: Final = 30  # log-odds; beyond, a float32 probability is 0 or 1
# In the title, mentions, share of words, nearness of the name to article and title (z-scores), length of the name.
FEATURES: Final = ("in-title", "times", "share", "near", "near-title", "letters")
CONSTANT: Final = "constant"


@dataclass(frozen=True)
class ZeroShotTagger:
    """The operator's tags, with vectors and matcher."""

    names: tuple[str, ...]
    labels: Floats  # tag x 256
    matcher: Matcher

    def scores(self, title: str, text: str) -> dict[str, float]:
        """Return probability by tag, best first, for tags that title or text names."""
        numbers, rows = self.features(title, text)
        slope = load("zero_shot.toml", "weights", (CONSTANT, *FEATURES))
        chances = 1 / (1 + np.exp(-np.clip(rows @ slope[1:] + slope[0], -LIMIT, LIMIT)))
        return {self.names[numbers[n]]: float(chances[n]) for n in (-chances).argsort(kind="stable")}

    def features(self, title: str, text: str) -> tuple[list[int], Floats]:
        """Return the numbers of tags that title or text names, and FEATURES per tag."""
        body = self.matcher.words(text)
        mentioned = self.matcher.look(self.matcher.words(title), body)
        vectors, length = embedder(), max(SHORTEST, len(body.stems))
        whole = _spread(self.labels @ vectors.article(title, text))
        named = _spread(self.labels @ vectors.mean(title))
        rows = np.zeros((len(mentioned), len(FEATURES)), dtype=np.float32)
        for row, (number, mention) in enumerate(mentioned.items()):
            times = max(1, mention.text)  # authors seldom say a tag of the title no more
            share = math.log1p(1000 * times / length)
            near, near_title = float(whole[number]), float(named[number])
            rows[row] = (mention.title > 0, math.log1p(times), share, near, near_title, mention.letters / 10)
        return list(mentioned), rows


def prepare(defined: tuple[TagDef, ...]) -> ZeroShotTagger:
    """Prepare the operator's tags; of tags that differ in plural and case only, the first."""
    defined = tuple({mentions.key(tag.name): tag for tag in reversed(defined)}.values())[::-1]
    forms = [(n, form) for n, tag in enumerate(defined) for form in (tag.name, *tag.aliases)]
    labels = np.stack([embedder().mean(f"{tag.name} {tag.description}".strip()) for tag in defined])
    return ZeroShotTagger(tuple(tag.name for tag in defined), labels, mentions.build(forms))


def _spread(values: Floats) -> Floats:
    """Return cosines as z-scores: long texts are nearer to all tags than short ones."""
    result: Floats = (values - values.mean()) / (values.std() + 1e-6)
    return result
