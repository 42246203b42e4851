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
# columns of the counts that `count_mentions` returns
IN_TITLE: Final = 0
IN_TEXT: Final = 1
IN_HEAD: Final = 2
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
    """A tagger for the operator's tags that needs no confirmed articles. `names`: of the tags;
    `labels`: their vectors; `matcher`: finds tags by their index in `names`."""

    names: tuple[str, ...]
    labels: Floats  # tag x 256
    matcher: Matcher

    def score_tags(self, title: str, text: str) -> dict[str, float]:
        """Return the probability of each tag that the title or the text names, by the name of the
        tag, the likeliest first."""
        numbers, rows = self.measure_features(title, text)
        constant_and_weights = load_weights(
            "zero_shot.toml", "weights", (CONSTANT, *ZERO_SHOT_FEATURES)
        )
        constant = constant_and_weights[0]
        weights = constant_and_weights[1:]
        odds = np.clip(rows @ weights + constant, -LIMIT, LIMIT)
        chances = 1 / (1 + np.exp(-odds))
        best_first = (-chances).argsort(kind="stable")
        chance_by_tag = {}
        for row in best_first:
            tag = self.names[numbers[row]]
            chance_by_tag[tag] = float(chances[row])
        return chance_by_tag

    def measure_features(self, title: str, text: str) -> tuple[list[int], Floats]:
        """Return two things about the tags that the title or the text names: their numbers, and an
        array with a row for each of them, which has the ZERO_SHOT_FEATURES."""
        title_words = self.matcher.split_words(title)
        text_words = self.matcher.split_words(text)
        mentions = self.matcher.find_in_words(title_words, text_words)
        text_length = max(SHORTEST, len(text_words.stems))
        article_vector = load_embedder().embed_article(title, text)
        title_vector = load_embedder().embed(title)
        near_article = _convert_to_z_scores(self.labels @ article_vector)
        near_title = _convert_to_z_scores(self.labels @ title_vector)
        rows = np.zeros((len(mentions), len(ZERO_SHOT_FEATURES)), dtype=np.float32)
        for row, (number, mention) in enumerate(mentions.items()):
            times = max(1, mention.text)  # a tag of the title counts as once in the text
            rows[row] = (
                mention.title > 0,
                math.log1p(times),
                math.log1p(1000 * times / text_length),
                float(near_article[number]),
                float(near_title[number]),
                mention.letters / 10,
            )
        numbers = list(mentions)
        return numbers, rows


def prepare_zero_shot(defined: tuple[TagDef, ...]) -> ZeroShotTagger:
    """Return a tagger for the operator's tags `defined`, which has learnt nothing from articles. If
    the names of several tags differ only in case, plural or separators, the first is used."""
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
    closeness: Floats  # tag: nearness of nearly all its posts to each other
    weights: Floats  # means, spreads and weights, each in the order of FEATURES, and the constant
    threshold: float  # least probability of a tag
    matcher: Matcher

    def score_tags(self, title: str, text: str) -> dict[str, float]:
        """Return the probability of each tag for an article, by the name of the tag, the likeliest
        first. Tags with LEAST_CHANCE or less are left out, and so are likely tags whose posts are
        more similar to each other than to the article."""
        word_nearness = self.index.measure_nearness(word_index.count_terms(title, text))
        vector = load_embedder().embed_article(title, text)
        cosines = self.vectors @ vector
        mentions = self.matcher.find(title, text)
        share = self.has.mean(axis=0, keepdims=True)
        rows = build_features(
            knn=measure_neighbour_shares(word_nearness[None], self.has),
            ridge=(word_nearness @ self.ridge)[None] + share,
            placed=count_mentions([mentions], len(self.tags)),
            precision=measure_precision(self.hits[:, None], self.mentions[:, None], share),
            share=share,
            label=(vector - self.vectors.mean(axis=0))[None] @ self.labels.T,
            alike=measure_neighbour_shares(cosines[None], self.has),
        )
        chances = predict_chances(rows[0], self.weights)
        likeliest_first = [int(number) for number in chances.argsort()[::-1]]
        likely = [number for number in likeliest_first if chances[number] > LEAST_CHANCE]

        chance_by_tag = {}
        for rank, number in enumerate(likely):
            is_compared = rank < MOST_COMPARED and number not in mentions
            if is_compared:
                # leave the tag out if its posts are nearer to each other than to the article
                nearness = measure_closeness(cosines[self.has[:, number] > 0])
                if nearness < float(self.closeness[number]):
                    continue
            chance_by_tag[self.tags[number]] = float(chances[number])
        return chance_by_tag

    def rename_tag(self, old: str, new: str) -> "LearntTagger":
        """Return the tagger with the tag `old` called `new`."""
        return replace(self, tags=tuple(new if tag == old else tag for tag in self.tags))

    def merge_tags(self, old: str, new: str) -> "LearntTagger":
        """Return a tagger in which the tag `old` is merged into the tag `new`: `old` is deleted,
        and `new` has the posts of both. The weights of the features do not change, as they are the
        same for all tags."""
        gone = self.tags.index(old)
        target = self.tags.index(new)
        if gone == target:
            return self
        other_tags = (*self.tags[:gone], *self.tags[gone + 1 :])
        closeness = self.closeness.copy()
        closeness[target] = min(closeness[target], closeness[gone])
        return replace(
            self,
            tags=other_tags,
            has=np.minimum(_merge_columns(self.has, gone, target), 1),
            # a regression on the sum of two columns is the sum of their regressions
            ridge=_merge_columns(self.ridge, gone, target),
            labels=np.delete(self.labels, gone, axis=0),
            mentions=_merge_columns(self.mentions, gone, target),
            hits=_merge_columns(self.hits, gone, target),
            closeness=np.delete(closeness, gone),
            matcher=self.matcher.merge_tags(gone, target),
        )


def _merge_columns(values: Floats, gone: int, target: int) -> Floats:
    """Return an array with column number `gone` deleted and added to column number `target`."""
    merged = values.copy()
    merged[:, target] += merged[:, gone]
    return np.delete(merged, gone, axis=1)


def count_mentions(mentions_by_post: list[dict[int, Mention]], tags: int) -> Floats:
    """Return an array post x tag x 3 with counts: how often the title, the text, and the beginning
    of the text name the tag (the columns IN_TITLE, IN_TEXT, IN_HEAD). `mentions_by_post`: the
    mentions of tags in each post, by the number of the tag. `tags`: the number of tags."""
    counts = np.zeros((len(mentions_by_post), tags, 3), dtype=np.float32)
    for row, mentions in enumerate(mentions_by_post):
        for tag, mention in mentions.items():
            counts[row, tag] = (mention.title, mention.text, mention.head)
    return counts


def measure_neighbour_shares(near: Floats, has: Floats) -> Floats:
    """Return an array article x tag: how many of the NEIGHBOURS posts nearest to the article have
    the tag, as a share. Nearer posts count more, by the square of their nearness. `near`: article x
    post, how near they are. `has`: post x tag, 1 if the post has the tag."""
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
    """Return how many of the posts that name a tag also have it, as a share: an array for posts
    that name it in the text, and one for posts that name it in the title.

    `hits`: the number of posts that name the tag and have it. `mentions`: the number of posts that
    name it. In both, row 0 is for the text and row 1 for the title. `share`: the share of all posts
    that have the tag."""
    # smoothed, as a few posts prove little
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
    """Return an array post x tag x feature with the FEATURES by which a tagger decides if a post
    gets a tag. The parameters are arrays post x tag:

    `knn`: the share of the posts with the most similar words that have the tag. `alike`: the same
    for the posts with the most similar vectors. `ridge`: the prediction of the regression.
    `placed`: where the post mentions the tag (see `count_mentions`). `precision`: how reliable
    mentions in the text, and in the title, are (see `measure_precision`). `share`: the share of all
    posts that have the tag. `label`: how near the vectors of the tag's name and the post are."""
    is_in_title = (placed[..., IN_TITLE] > 0).astype(np.float32)
    is_in_text = (placed[..., IN_TEXT] > 0).astype(np.float32)
    text_precision, title_precision = precision
    log_share = np.broadcast_to(np.log(share + 1e-3), knn.shape)
    ridge_chance = np.clip(ridge, 0, 1)
    columns = {
        "neighbours": knn,
        "log-neighbours": np.log(knn + 0.02),
        "ridge": ridge_chance,
        "log-ridge": np.log(np.clip(ridge, 0.01, 1)),
        "log-share": log_share,
        "in-title": is_in_title,
        "in-text": is_in_text,
        "times": np.log1p(placed[..., IN_TEXT]),
        "in-head": placed[..., IN_HEAD] > 0,
        "precision-in-text": is_in_text * np.log(text_precision + 0.01),
        "precision-in-title": is_in_title * np.log(title_precision + 0.01),
        "ridge-in-text": is_in_text * ridge_chance,
        "share-not-in-text": (1 - is_in_text) * log_share,
        "near-name": label,
        "alike": alike,
        "log-alike": np.log(alike + 0.02),
    }
    return np.stack([columns[name] for name in FEATURES], axis=-1).astype(np.float32)


def predict_chances(rows: Floats, weights: Floats) -> Floats:
    """Return the probability, from 0 to 1, for each row of features. `rows`: an array whose last
    axis is the feature. `weights`: one array with the means, the spreads and the weights of all
    features, then a constant."""
    mean, spread, slope = weights[:-1].reshape(3, len(FEATURES))
    odds = (rows - mean) / spread @ slope + weights[-1]
    result: Floats = 1 / (1 + np.exp(-np.clip(odds, -LIMIT, LIMIT)))
    return result


@dataclass(frozen=True)
class Trust:
    """How far tags are trusted that articles name but that no confirmed article has. `share`: of
    all such proposals, the share that the operator confirmed. `rejected`: by tag, how often it was
    not confirmed."""

    share: float = 1.0
    rejected: Mapping[str, int] = field(default_factory=dict)

    def lower_chance(self, tag: str, chance: float) -> float:
        """Return the probability of a tag, lowered by how far it is trusted. `chance`: the
        probability before."""
        times_rejected = self.rejected.get(tag, 0)
        return chance * self.share * HALVING_REJECTIONS / (times_rejected + HALVING_REJECTIONS)


def learn_trust(past: Iterable[tuple[Collection[str], Sequence[str]]]) -> Trust:
    """Return how reliable tags are that were proposed because an article names them: the share of
    them that was confirmed, and how often each was rejected. `past`: the proposed and the confirmed
    tags of each article."""
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
