"""Tags from the vocabulary alone: where a tag stands in title and text, and how near its name lies to them.

The weights in data/zero_shot.toml were fitted on two blogs with their authors' tags (tools/train/fit_tags.py). F1 of at
most five tags on these blogs, the vocabulary being the tags of the other posts: 32.8 and 29.1, where counting the
tags' names has 27.6 and 26.1 (`python -m tests.bench.bench_describing tags`)."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from syndicator.describing.taxonomy import mentions
from syndicator.describing.taxonomy.mentions import Matcher, Mention
from syndicator.describing.taxonomy.vocabulary import TagDef
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.weights import load

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

NOWHERE: Final = Mention(0, 0, 0, 0)
OFTEN: Final = 3  # mentions in the text from which on a tag is what it is about
CLEAR: Final = 1.5  # spreads above the mean nearness from which on a nearness counts once more
SHORTEST: Final = 50  # words: the share of mentions in a shorter text is reckoned as in one of this length
NOT_THERE: Final = 5000  # place of a word that does not stand in the text: behind all that is read
NO_NAME: Final = 3000  # the same, of the first word of a name
LIMIT: Final = 30  # log-odds beyond which a probability is 0 or 1 in float32
# What the mention of a tag says, how near its name lies, and what the name itself says; see data/zero_shot.toml.
FEATURES: Final = (
    "in-title", "in-text", "times", "in-head", "share", "often",
    "near", "near-title", "near-and-in-text", "near-and-in-title", "very-near",
    "several-words", "several-words-in-text", "letters", "words-apart", "words-in-title", "words-apart-in-head",
    "words-apart-times", "first-place", "first-place-of-any-word",
    "lines",
)  # fmt: skip
CONSTANT: Final = "constant"


class Words(NamedTuple):
    """The stems of a text: of its title, with their number and first place in it, and in its head."""

    title: frozenset[str]
    times: Counter[str]
    first: dict[str, int]
    head: frozenset[str]


@dataclass(frozen=True)
class ZeroShotTagger:
    """The operator's tags, their vectors and where to find them."""

    names: tuple[str, ...]
    labels: Floats  # tag x 256
    keys: tuple[tuple[str, ...], ...]  # stems of each name
    matcher: Matcher

    def scores(self, title: str, text: str) -> dict[str, tuple[float, Mention | None]]:
        """Tag -> (probability that an author gives it, where it stands in title and text), best first."""
        rows, found = self.features(title, text)
        chances = _chances(rows)
        return {self.names[n]: (float(chances[n]), found.get(n)) for n in (-chances).argsort(kind="stable")}

    def features(self, title: str, text: str) -> tuple[Floats, dict[int, Mention]]:
        """Tag x `FEATURES`, and the mentions they are made of by number of the tag."""
        names, body = self.matcher.words(title), self.matcher.words(text)
        found = {n: _once(mention) for n, mention in self.matcher.look(names, body).items()}
        vectors = embedder()
        whole = _spread(self.labels @ vectors.article(title, text))
        name = _spread(self.labels @ vectors.mean(title))
        stems = body.stems
        seen = Words(frozenset(names.stems), Counter(stems), _first(stems), frozenset(stems[: mentions.HEAD]))
        words = seen.title | seen.times.keys()
        import numpy as np

        rows = np.zeros((len(self.names), len(FEATURES)), dtype=np.float32)
        rows[:, FEATURES.index("near")] = whole
        rows[:, FEATURES.index("near-title")] = name
        rows[:, FEATURES.index("very-near")] = np.maximum(whole, CLEAR) - CLEAR
        rows[:, FEATURES.index("several-words")] = [len(key) > 1 for key in self.keys]
        for n, key in enumerate(self.keys):
            if n in found or not words.isdisjoint(key):
                mention = found.get(n, NOWHERE)
                row = (
                    _mentioned(mention, max(SHORTEST, len(stems)))
                    | _nearness(mention, float(whole[n]), float(name[n]))
                    | _name(mention, key, seen)
                )
                rows[n] = [row[feature] for feature in FEATURES]
        return rows, found


def prepare(defined: tuple[TagDef, ...]) -> ZeroShotTagger:
    """The operator's tags, ready to be looked for; of tags that differ in nothing but plurals and case, the first."""
    import numpy as np

    defined = tuple({mentions.key(tag.name): tag for tag in reversed(defined)}.values())[::-1]
    forms = [(n, form) for n, tag in enumerate(defined) for form in (tag.name, *tag.aliases)]
    labels = np.stack([embedder().mean(f"{tag.name} {tag.description}".strip()) for tag in defined])
    names = tuple(tag.name for tag in defined)
    return ZeroShotTagger(names, labels, tuple(map(mentions.key, names)), mentions.build(forms))


def _spread(values: Floats) -> Floats:
    """Cosines as distances from their mean in spreads: a text is nearer to all tags when it is long."""
    result: Floats = (values - values.mean()) / (values.std() + 1e-6)
    return result


def _once(mention: Mention) -> Mention:
    """What only the title names is named once in the text too: authors seldom say a tag of the title no more."""
    return mention if mention.text else mention._replace(text=1, head=1, lines=1)


def _first(stems: list[str]) -> dict[str, int]:
    return dict(zip(reversed(stems), range(len(stems) - 1, -1, -1), strict=True))


def _mentioned(mention: Mention, length: int) -> dict[str, float]:
    return {
        "in-title": float(mention.title > 0),
        "in-text": float(mention.text > 0),
        "times": math.log1p(mention.text),
        "in-head": float(mention.head > 0),
        "share": math.log1p(1000 * mention.text / length),
        "often": float(mention.text >= OFTEN),
        "lines": math.log1p(mention.lines),
    }


def _nearness(mention: Mention, whole: float, name: float) -> dict[str, float]:
    """How near a tag's name lies to the article (`whole`) and to its title (`name`), in spreads."""
    return {
        "near": whole,
        "near-title": name,
        "near-and-in-text": whole * (mention.text > 0),
        "near-and-in-title": whole * (mention.title > 0),
        "very-near": max(whole, CLEAR) - CLEAR,
    }


def _name(mention: Mention, key: tuple[str, ...], seen: Words) -> dict[str, float]:
    """What the name itself says: long names are telling, and all the words of a name may stand apart."""
    body, several = mention.text > 0, len(key) > 1
    apart = several and not body
    first = min((seen.first.get(word, NOT_THERE) for word in key), default=NOT_THERE)
    return {
        "several-words": float(several),
        "several-words-in-text": float(several and body),
        "letters": mention.letters / 10,
        "words-apart": float(apart and all(word in seen.times for word in key)),
        "words-in-title": (several and not mention.title) * sum(w in seen.title for w in key) / max(1, len(key)),
        "words-apart-in-head": apart * sum(word in seen.head for word in key) / max(1, len(key)),
        "words-apart-times": apart * math.log1p(min((seen.times.get(word, 0) for word in key), default=0)),
        "first-place": body * math.log1p(seen.first.get(key[0], NO_NAME) if key else NO_NAME) / 8,
        "first-place-of-any-word": body * math.log1p(first),
    }


def _chances(rows: Floats) -> Floats:
    import numpy as np

    slope, constant = weights()
    result: Floats = 1 / (1 + np.exp(-np.clip(rows @ slope + constant, -LIMIT, LIMIT)))
    return result


@lru_cache(maxsize=1)
def weights() -> tuple[Floats, float]:
    """The weight of each of `FEATURES`, and the constant, from data/zero_shot.toml. Raises ValueError when they are not
    those of the features."""
    found = load("zero_shot.toml", "weights", (CONSTANT, *FEATURES))
    return found[1:], float(found[0])
