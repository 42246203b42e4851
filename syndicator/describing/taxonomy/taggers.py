"""Compute how likely each tag fits an article: learnt from confirmed articles, or untrained.

Learnt: by nearest posts, a ridge regression per tag, and mentions. Untrained: by mentions and
nearness of names (weights by tools/train/fit_tags.py)."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from syndicator.describing.resources import Floats, load_weights, np
from syndicator.describing.taxonomy.mentions import Matcher, Mention, build_matcher, make_key
from syndicator.describing.taxonomy.vocabulary import TagDef
from syndicator.describing.text import word_index
from syndicator.describing.text.embeddings import load_embedder
from syndicator.describing.text.word_index import Index

SHORTEST: Final = 50  # least words of a text for the share of mentions
# In the title, mentions, share of words, nearness of the name to article and title (z-scores),
# length of the name.
ZERO_SHOT_FEATURES: Final = ("in-title", "times", "share", "near", "near-title", "letters")
CONSTANT: Final = "constant"
# Constants were chosen; tests/bench/bench_describing.py shows what a change does.
NEIGHBOURS: Final = 12  # nearest earlier posts
MOST_COMPARED: Final = 12  # likeliest tags to compare with their posts
LEAST_CHANCE: Final = 0.01  # least probability to report
CLOSEST_POSTS: Final = 3  # posts whose mean nearness counts
LIMIT: Final = 30  # log-odds; beyond, a float32 probability is 0 or 1
FEATURES: Final = (
    "neighbours",
    "log-neighbours",
    "ridge",
    "log-ridge",
    "log-share",
    "in-title",
    "in-text",
    "times",
    "in-head",
    "precision-in-text",
    "precision-in-title",
    "ridge-in-text",
    "share-not-in-text",
    "near-name",
    "alike",
    "log-alike",
)
# Choices; half or twice of each changes F1 by less than a point.
GIVEN: Final = 0.2  # least weighed chance of a tag
ASSUMED_RIGHT: Final = 2  # right tags assumed beforehand
HALVING_REJECTIONS: Final = 2  # rejections that halve a tag's chance


@dataclass(frozen=True)
class ZeroShotTagger:
    """A tagger for the operator's tags that needs no confirmed articles. `matcher` finds the tags
    by their numbers in `names`."""

    names: tuple[str, ...]
    labels: Floats  # tag x 256
    matcher: Matcher

    def scores(self, title: str, text: str) -> dict[str, float]:
        """Return the probability of each tag that title or text names, by name and best first."""
        numbers, rows = self.features(title, text)
        slope = load_weights("zero_shot.toml", "weights", (CONSTANT, *ZERO_SHOT_FEATURES))
        odds = np.clip(rows @ slope[1:] + slope[0], -LIMIT, LIMIT)
        chances = 1 / (1 + np.exp(-odds))
        best_first = (-chances).argsort(kind="stable")
        return {self.names[numbers[row]]: float(chances[row]) for row in best_first}

    def features(self, title: str, text: str) -> tuple[list[int], Floats]:
        """Return the numbers of the tags that title or text names, and a row of ZERO_SHOT_FEATURES
        for each."""
        body = self.matcher.split_words(text)
        mentioned = self.matcher.find_in_words(self.matcher.split_words(title), body)
        vectors = load_embedder()
        length = max(SHORTEST, len(body.stems))
        near_article = _convert_to_z_scores(self.labels @ vectors.embed_article(title, text))
        near_title = _convert_to_z_scores(self.labels @ vectors.embed(title))
        rows = np.zeros((len(mentioned), len(ZERO_SHOT_FEATURES)), dtype=np.float32)
        for row, (number, mention) in enumerate(mentioned.items()):
            times = max(1, mention.text)  # authors seldom say a tag of the title no more
            rows[row] = (
                mention.title > 0,
                math.log1p(times),
                math.log1p(1000 * times / length),
                float(near_article[number]),
                float(near_title[number]),
                mention.letters / 10,
            )
        return list(mentioned), rows


def prepare_zero_shot(defined: tuple[TagDef, ...]) -> ZeroShotTagger:
    """Prepare the operator's tags. If the names of several differ only in case, plural or
    separators, the first one stands for all."""
    first_by_key = {make_key(tag.name): tag for tag in reversed(defined)}
    tags = list(first_by_key.values())[::-1]
    labels = []
    forms: list[tuple[int, str]] = []
    for number, tag in enumerate(tags):
        labels.append(load_embedder().embed(f"{tag.name} {tag.description}".strip()))
        forms.extend((number, form) for form in (tag.name, *tag.aliases))
    names = tuple(tag.name for tag in tags)
    return ZeroShotTagger(names, np.stack(labels), build_matcher(forms))


def _convert_to_z_scores(values: Floats) -> Floats:
    """Return cosines as z-scores: long texts are nearer to all tags than short ones."""
    result: Floats = (values - values.mean()) / (values.std() + 1e-6)
    return result


@dataclass(frozen=True)
class LearntTagger:
    """The fitted tagger. Rows are posts, columns tags."""

    index: Index
    tags: tuple[str, ...]
    has: Floats  # post x tag: 1 if it has the tag
    ridge: Floats  # post x tag
    vectors: Floats  # post x 256
    labels: Floats  # tag x 256
    mentions: Floats  # 2 x tag: posts with the tag in text, in title
    hits: Floats  # 2 x tag: those of them that have the tag
    close: Floats  # tag: nearness of nearly all its posts to each other
    weights: Floats  # means, spreads and weights, each in the order of FEATURES, and the constant
    threshold: float  # least probability of a tag
    matcher: Matcher

    def scores(self, title: str, text: str) -> dict[str, float]:
        """Return the probability of each tag with more than LEAST_CHANCE, by name, best first."""
        near = self.index.measure_nearness(word_index.count_terms(title, text))
        vector = load_embedder().embed_article(title, text)
        alike = self.vectors @ vector
        mentioned = self.matcher.find(title, text)
        share = self.has.mean(axis=0, keepdims=True)
        rows = build_features(
            knn=measure_neighbour_shares(near[None], self.has),
            ridge=(near @ self.ridge)[None] + share,
            placed=count_mentions([mentioned], len(self.tags)),
            precision=measure_precision(self.hits[:, None], self.mentions[:, None], share),
            share=share,
            label=(vector - self.vectors.mean(axis=0))[None] @ self.labels.T,
            alike=measure_neighbour_shares(alike[None], self.has),
        )
        probable = predict_chances(rows[0], self.weights)
        likely = [int(n) for n in probable.argsort()[::-1] if probable[n] > LEAST_CHANCE]

        # drop likely tags that the article does not name and whose posts are less like the article
        # than like each other
        strange = set()
        for number in [n for n in likely[:MOST_COMPARED] if n not in mentioned]:
            nearness = measure_closeness(alike[self.has[:, number] > 0])
            if nearness < float(self.close[number]):
                strange.add(number)
        return {self.tags[n]: float(probable[n]) for n in likely if n not in strange}

    def rename_tag(self, old: str, new: str) -> "LearntTagger":
        """Return the tagger with the tag `old` called `new`."""
        return replace(self, tags=tuple(new if tag == old else tag for tag in self.tags))

    def merge_tags(self, old: str, new: str) -> "LearntTagger":
        """Return the tagger with the posts of tag `old` given to the tag `new`. The features'
        weights, which all tags share, stay."""
        gone = self.tags.index(old)
        target = self.tags.index(new)
        if gone == target:
            return self

        def merge_columns(values: Floats) -> Floats:
            """Return an array with the column of `gone` added to that of `target`."""
            both = values.copy()
            both[:, target] += both[:, gone]
            return np.delete(both, gone, axis=1)

        close = self.close.copy()
        close[target] = min(close[target], close[gone])
        return replace(
            self,
            tags=tuple(tag for number, tag in enumerate(self.tags) if number != gone),
            has=np.minimum(merge_columns(self.has), 1),
            # a regression on the sum of two columns is the sum of their regressions
            ridge=merge_columns(self.ridge),
            labels=np.delete(self.labels, gone, axis=0),
            mentions=merge_columns(self.mentions),
            hits=merge_columns(self.hits),
            close=np.delete(close, gone),
            matcher=self.matcher.merge_tags(gone, target),
        )


def count_mentions(mentioned: list[dict[int, Mention]], tags: int) -> Floats:
    """Return an array post x tag x 3: how often title, text and head of the text name the tag.
    `mentioned`: of each post, the mentions by tag number; `tags`: number of tags."""
    out = np.zeros((len(mentioned), tags, 3), dtype=np.float32)
    for row, mentions in enumerate(mentioned):
        for tag, mention in mentions.items():
            out[row, tag] = mention[:3]
    return out


def measure_neighbour_shares(near: Floats, has: Floats) -> Floats:
    """Return an array article x tag: the share of the NEIGHBOURS nearest posts that have the tag,
    weighted by squared nearness. `near`: article x post; `has`: post x tag."""
    shares = np.zeros((len(near), has.shape[1]), dtype=np.float32)
    for row, values in enumerate(near):
        best = np.argsort(-values, kind="stable")[:NEIGHBOURS]
        weights = np.maximum(values[best], 0) ** 2
        shares[row] = weights @ has[best] / (float(weights.sum()) + 1e-9)
    return shares


def measure_closeness(cosines: Floats) -> float:
    """Return the mean of the CLOSEST_POSTS highest of `cosines`."""
    return float(np.sort(cosines)[-CLOSEST_POSTS:].mean())


def measure_precision(hits: Floats, mentions: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return two arrays of the share of posts naming a tag that have it: of texts, and of titles.
    Both are smoothed, as few posts prove little. Row 0 of `hits` (posts that name and have the tag)
    and of `mentions` (posts that name it) is of texts, row 1 of titles; `share`: of all posts with
    the tag."""
    in_text = (hits[0] + 2 * share + 0.3) / (mentions[0] + 2)
    in_title = (hits[1] + 0.5) / (mentions[1] + 1)
    return in_text, in_title


def build_features(
    *,
    knn: Floats,
    ridge: Floats,
    placed: Floats,
    precision: tuple[Floats, Floats],
    share: Floats,
    label: Floats,
    alike: Floats,
) -> Floats:
    """Return FEATURES per post and tag.

    `knn`, `alike`: shares of the nearest posts by words and by vectors that have the tag; `ridge`:
    what the regression predicts; `placed`: from `count_mentions`; `precision`: from
    `measure_precision`; `share`: of all posts with the tag; `label`: nearness of the tag's name."""
    title = (placed[..., 0] > 0).astype(np.float32)
    body = (placed[..., 1] > 0).astype(np.float32)
    rare = np.broadcast_to(np.log(share + 1e-3), knn.shape)
    likely = np.clip(ridge, 0, 1)
    columns = {
        "neighbours": knn,
        "log-neighbours": np.log(knn + 0.02),
        "ridge": likely,
        "log-ridge": np.log(np.clip(ridge, 0.01, 1)),
        "log-share": rare,
        "in-title": title,
        "in-text": body,
        "times": np.log1p(placed[..., 1]),
        "in-head": placed[..., 2] > 0,
        "precision-in-text": body * np.log(precision[0] + 0.01),
        "precision-in-title": title * np.log(precision[1] + 0.01),
        "ridge-in-text": body * likely,
        "share-not-in-text": (1 - body) * rare,
        "near-name": label,
        "alike": alike,
        "log-alike": np.log(alike + 0.02),
    }
    return np.stack([columns[name] for name in FEATURES], axis=-1).astype(np.float32)


def predict_chances(rows: Floats, weights: Floats) -> Floats:
    """Return the probability of each row of features. `weights`: means, spreads and weights of all
    features, then the constant."""
    mean, spread, slope = weights[:-1].reshape(3, len(FEATURES))
    odds = (rows - mean) / spread @ slope + weights[-1]
    result: Floats = 1 / (1 + np.exp(-np.clip(odds, -LIMIT, LIMIT)))
    return result


@dataclass(frozen=True)
class Trust:
    """Trust in tags that articles name but that no confirmed article has. `share`: of all such
    proposals, those that the operator confirmed; `rejected`: by tag, how often it was not
    confirmed."""

    share: float = 1.0
    rejected: Mapping[str, int] = field(default_factory=dict)

    def chance(self, tag: str, chance: float) -> float:
        """Return the probability `chance` of a tag, lowered by how much is trusted."""
        times_rejected = self.rejected.get(tag, 0)
        return chance * self.share * HALVING_REJECTIONS / (times_rejected + HALVING_REJECTIONS)


def learn_trust(past: Iterable[tuple[Collection[str], Sequence[str]]]) -> Trust:
    """Compare tags that were proposed because the article names them with those that were
    confirmed. `past`: of each article, both."""
    proposed = 0
    right = 0
    rejected = Counter[str]()
    for named_tags, confirmed_tags in past:
        confirmed_keys = {make_key(tag) for tag in confirmed_tags}
        for tag in named_tags:
            proposed += 1
            if make_key(tag) in confirmed_keys:
                right += 1
            else:
                rejected[tag] += 1
    return Trust((right + ASSUMED_RIGHT) / (proposed + ASSUMED_RIGHT), dict(rejected))
