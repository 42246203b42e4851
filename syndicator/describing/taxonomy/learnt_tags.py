"""Tags from the confirmed past: the nearest earlier posts, a ridge line for every tag, where the tag stands in the text
and how far that meant something before, weighed by a logistic line that is fitted on the past itself.

Every number that the fit sees of a post is what the other posts say (leave one out), else rare tags look certain.
On two blogs with authors' tags, five parts: F1@5 49.9 and 58.3, where the nearest posts plus the ridge lines alone,
with their best threshold, have 41.9 and 53.7."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndicator.describing.taxonomy import matching
from syndicator.describing.taxonomy.matching import Matcher, Mention
from syndicator.describing.text import tfidf
from syndicator.describing.text.embeddings import embedder
from syndicator.describing.text.tfidf import Index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

NEIGHBOURS = 12
RIDGE = 0.3
MOST_POSTS = 3000  # of a longer past the last ones count: the work grows with the square
FIT_POSTS = 800  # posts the logistic line is fitted on: more of them move it no further
SHRINK = 2.0  # pull of the logistic weights to zero
FEATURES = 16
LOOKED = 12  # likeliest tags whose posts a text is compared with
OUTER = 0.07  # share of a tag's own posts that are taken as strange to it
FEW = 4  # posts below which a tag says nothing of how near its posts are


@dataclass(frozen=True)
class Past:
    """What was learnt. Rows are posts, columns tags."""

    index: Index
    tags: tuple[str, ...]
    has: NDArray[np.float32]  # post x tag: 1 where the author gave it
    ridge: Floats  # post x tag
    vectors: Floats  # post x 256
    labels: Floats  # tag x 256
    mentions: Floats  # 2 x tag: posts with the tag in text, in title
    hits: Floats  # 2 x tag: those of them that were given the tag
    close: Floats  # tag: how near nearly all posts with it are to the others with it
    weights: Floats  # FEATURES means, spreads, weights and the constant
    threshold: float
    matcher: Matcher

    def scores(self, title: str, text: str) -> dict[str, float]:
        """Tag -> the probability that the author would give it; those below 1 % are left out."""
        near = self.index.near(tfidf.bag(title, text))
        vector = _vector(title, text)
        alike = self.vectors @ vector
        found = self.matcher.find(title, text)
        placed = _placed([found], len(self.tags))
        prior = self.has.mean(axis=0, keepdims=True)
        precision = _precision(self.hits[:, None], self.mentions[:, None], prior)
        columns = _features(
            knn=_knn(near[None], self.has),
            ridge=(near @ self.ridge)[None] + prior,
            placed=placed,
            precision=precision,
            prior=prior,
            label=(vector - self.vectors.mean(axis=0))[None] @ self.labels.T,
            alike=_knn(alike[None], self.has),
        )
        chances = _chances(columns[0], self.weights)
        likely = [int(n) for n in chances.argsort()[::-1] if chances[n] > 0.01]
        strange = [n for n in likely[:LOOKED] if n not in found and self._strange(n, alike)]
        return {self.tags[n]: float(chances[n]) for n in likely if n not in strange}

    def _strange(self, tag: int, alike: Floats) -> bool:
        """True when a text is further from the posts with the tag than nearly all of these are from each other: what
        the past says of a tag's share holds for texts of its kind only."""
        return _closeness(alike[self.has[:, tag] > 0]) < float(self.close[tag])


def learn(history: Iterable[tuple[str, str, Sequence[str]]]) -> Past | None:
    """What (title, text, tags) of the past teach, oldest first; None when no post has a tag. The whole past at once."""
    import numpy as np

    posts = [(title, text, tags) for title, text, tags in history if any(matching.key(tag) for tag in tags)]
    posts = posts[-MOST_POSTS:]
    if not posts:
        return None
    forms = matching.spellings(tags for _, _, tags in posts)
    surfaces = matching.surfaces(forms)
    number = {key: place for place, key in enumerate(sorted(surfaces))}
    has = np.zeros((len(posts), len(number)), dtype=np.float32)
    for row, (_, _, tags) in enumerate(posts):
        has[row, [number[matching.key(tag)] for tag in tags if matching.key(tag)]] = 1
    matcher = matching.build((number[key], form) for key in forms for form in forms[key])
    names = tuple(surfaces[key] for key in number)
    return _fit(posts, has, names, matcher)


def _fit(posts: list[tuple[str, str, Sequence[str]]], has: Floats, tags: tuple[str, ...], matcher: Matcher) -> Past:
    import numpy as np

    bags = [tfidf.bag(title, text) for title, text, _ in posts]
    index = tfidf.build(bags)
    near = np.stack([index.near(counts) for counts in bags])
    vectors = np.stack([_vector(title, text) for title, text, _ in posts])
    labels = np.stack([embedder().mean(tag) for tag in tags])
    cosines = vectors @ vectors.T
    placed = _placed([matcher.find(title, text) for title, text, _ in posts], len(tags))
    ridge, left_out = _ridge(near, has)
    shown = np.stack([placed[..., 1] > 0, placed[..., 0] > 0]).astype(np.float32)
    hits, mentions = (shown * has).sum(axis=1), shown.sum(axis=1)
    rows = slice(max(0, len(posts) - FIT_POSTS), None)
    prior = ((has.sum(axis=0) - has) / max(1, len(posts) - 1))[rows]
    others = _precision((hits[:, None] - shown * has)[:, rows], (mentions[:, None] - shown)[:, rows], prior)
    columns = _features(
        knn=_knn(_alone(near)[rows], has),
        ridge=left_out[rows] + has.mean(axis=0),
        placed=placed[rows],
        precision=others,
        prior=prior,
        label=((vectors - vectors.mean(axis=0)) @ labels.T)[rows],
        alike=_knn(_alone(cosines)[rows], has),
    )
    counted = ~((has > 0) & (has.sum(axis=0) < 2))[rows]  # of a tag's only post the others can say nothing
    weights = _logistic(columns, has[rows], counted)
    threshold = _threshold(_chances(columns, weights), has[rows])
    close = _close(_alone(cosines), has)
    return Past(index, tags, has, ridge, vectors, labels, mentions, hits, close, weights, threshold, matcher)


def _vector(title: str, text: str) -> Floats:
    return embedder().article(title, text)


def _placed(found: list[dict[int, Mention]], tags: int) -> Floats:
    """Post x tag x (times in title, times in text, times in the text's head)."""
    import numpy as np

    out = np.zeros((len(found), tags, 3), dtype=np.float32)
    for row, mentions in enumerate(found):
        for tag, mention in mentions.items():
            out[row, tag] = mention[:3]
    return out


def _alone(near: Floats) -> Floats:
    """Nearness without each post's nearness to itself."""
    import numpy as np

    out = near.copy()
    np.fill_diagonal(out, -1)
    return out


def _knn(near: Floats, has: Floats) -> Floats:
    """Share of the nearest posts with each tag, weighted by the square of their nearness."""
    import numpy as np

    out = np.zeros((len(near), has.shape[1]), dtype=np.float32)
    for row, values in enumerate(near):
        best = np.argsort(-values, kind="stable")[:NEIGHBOURS]
        weight = np.maximum(values[best], 0) ** 2
        out[row] = weight @ has[best] / (float(weight.sum()) + 1e-9)
    return out


def _ridge(near: Floats, has: Floats) -> tuple[Floats, Floats]:
    """Kernel ridge coefficients of every tag, and what they say of each post when it is left out (closed form)."""
    import numpy as np

    target = has - has.mean(axis=0)
    inverse = np.linalg.inv(near.astype(np.float64) + RIDGE * np.eye(len(near)))
    coefficients = (inverse @ target).astype(np.float32)
    return coefficients, (target - coefficients / np.diag(inverse)[:, None]).astype(np.float32)


def _close(cosines: Floats, has: Floats) -> Floats:
    """Of each tag the closeness that all but `OUTER` of its posts have to its others; of a tag with few posts that of
    posts with any tag."""
    import numpy as np

    def outer(members: Any) -> float:
        own = cosines[np.ix_(members, members)]
        return float(np.quantile([_closeness(row[row > -1]) for row in own], OUTER))

    every = outer(np.arange(len(has))) if len(has) > 1 else 0.0
    members = [np.flatnonzero(column) for column in has.T]
    return np.array([outer(own) if len(own) >= FEW else every for own in members], dtype=np.float32)


def _closeness(cosines: Floats) -> float:
    """Mean of the three highest."""
    import numpy as np

    return float(np.sort(cosines)[-3:].mean())


def _precision(hits: Floats, mentions: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """How often a mention in the text, in the title, meant that the tag was given; few cases are pulled inwards."""
    return (hits[0] + 2 * prior + 0.3) / (mentions[0] + 2), (hits[1] + 0.5) / (mentions[1] + 1)


def _features(
    *,
    knn: Floats,
    ridge: Floats,
    placed: Floats,
    precision: tuple[Floats, Floats],
    prior: Floats,
    label: Floats,
    alike: Floats,
) -> Floats:
    """Post x tag x FEATURES."""
    import numpy as np

    title, body = (placed[..., 0] > 0).astype(np.float32), (placed[..., 1] > 0).astype(np.float32)
    rare = np.broadcast_to(np.log(prior + 1e-3), knn.shape)
    likely = np.clip(ridge, 0, 1)
    columns = [
        knn,
        np.log(knn + 0.02),
        likely,
        np.log(np.clip(ridge, 0.01, 1)),
        rare,
        title,
        body,
        np.log1p(placed[..., 1]),
        placed[..., 2] > 0,
        body * np.log(precision[0] + 0.01),
        title * np.log(precision[1] + 0.01),
        body * likely,
        (1 - body) * rare,
        label,
        alike,
        np.log(alike + 0.02),
    ]
    result: Floats = np.stack(columns, axis=-1).astype(np.float32)
    return result


def _chances(columns: Floats, weights: Floats) -> Floats:
    """Probabilities from features; `weights` holds means, spreads, weights and, last, the constant."""
    import numpy as np

    mean, spread, slope = weights[:-1].reshape(3, FEATURES)
    result: Floats = 1 / (1 + np.exp(-np.clip((columns - mean) / spread @ slope + weights[-1], -30, 30)))
    return result


def _logistic(columns: Floats, has: Floats, counted: Any) -> Floats:
    """Weights of the logistic line by Newton's method with halved steps; for `_chances`."""
    import numpy as np

    x = columns[counted].astype(np.float64)
    y = has[counted].astype(np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])
    pull = np.append(np.full(FEATURES, SHRINK), 1e-3)
    share = min(max(float(y.mean()), 1e-3), 1 - 1e-3)
    theta = np.append(np.zeros(FEATURES), math.log(share / (1 - share)))

    def loss(candidate: NDArray[np.float64]) -> float:
        z = x @ candidate
        return float((np.logaddexp(0, z) - y * z).sum() + 0.5 * (pull * candidate) @ candidate)

    current = loss(theta)
    for _ in range(15):
        p = 1 / (1 + np.exp(-np.clip(x @ theta, -30, 30)))
        slope = x.T @ (p - y) + pull * theta
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(pull), slope)
        length = 1.0
        while length > 1e-3 and loss(theta - length * step) > current:
            length /= 2
        theta = theta - length * step
        new = loss(theta)
        if current - new < 1e-3:
            break
        current = new
    return np.concatenate([mean, spread, theta]).astype(np.float32)


def _threshold(chances: Floats, has: Floats) -> float:
    """The probability from which on tags are given, so that F1 of at most five is best on the past."""
    import numpy as np

    order = np.argsort(-chances, axis=1)[:, :5]
    top, right = np.take_along_axis(chances, order, 1), np.take_along_axis(has, order, 1)
    given = has.sum(axis=1)

    def f1(bar: float) -> float:
        kept = top >= bar
        kept[:, 0] = True
        return float((2 * (kept * right).sum(axis=1) / (kept.sum(axis=1) + given)).mean())

    return max((round(0.1 + 0.02 * n, 2) for n in range(20)), key=f1)


def save(past: Past | None, forms: Mapping[str, str], path: Path) -> None:
    """Writes what was learnt of tags and of how words are written, as numpy arrays without pickle."""
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {"written": _packed(sorted(forms.values())), **(_arrays(past) if past else {})}
    with path.open("wb") as out:
        np.savez_compressed(out, **arrays)


def _arrays(past: Past) -> dict[str, Any]:
    import numpy as np

    forms = [
        (form.tag, " ".join(form.stems), form.letters, form.case)
        for found in past.matcher.forms.values()
        for form in found
    ]
    return {
        "terms": _packed(past.index.terms),
        "tags": _packed(past.tags),
        "form_numbers": np.array([(tag, letters) for tag, _, letters, _ in forms], dtype=np.int32),
        "form_stems": _packed([stems for _, stems, _, _ in forms]),
        "form_cases": _packed([case for *_, case in forms]),
        "heads": _packed(sorted(past.matcher.heads)),
        "idf": past.index.idf,
        "starts": past.index.starts,
        "rows": past.index.rows,
        "values": past.index.values.astype(np.float16),
        "has": np.packbits(past.has.astype(bool), axis=1),
        "ridge": past.ridge.astype(np.float16),
        "vectors": past.vectors.astype(np.float16),
        "labels": past.labels.astype(np.float16),
        "mentions": past.mentions,
        "hits": past.hits,
        "close": past.close,
        "weights": past.weights,
        "threshold": np.array(past.threshold),
    }


def load(path: Path) -> tuple[Past | None, dict[str, str]]:
    """What `save` wrote: of tags and of words. Raises OSError, ValueError or KeyError for a file that is none."""
    import numpy as np

    with np.load(path, allow_pickle=False) as state:
        a = {name: state[name] for name in state.files}
    written = {form.casefold(): form for form in _unpacked(a["written"]) if form}
    return (_past(a) if "tags" in a else None), written


def _past(a: dict[str, Any]) -> Past:
    import numpy as np

    tags, f32 = _unpacked(a["tags"]), np.float32
    vectors = a["vectors"].astype(f32)
    index = Index(_unpacked(a["terms"]), a["idf"], a["starts"], a["rows"], a["values"].astype(f32), size=len(vectors))
    forms: dict[str, list[matching.Form]] = {}
    spelled = zip(a["form_numbers"].tolist(), _unpacked(a["form_stems"]), _unpacked(a["form_cases"]), strict=True)
    for (tag, letters), stems, case in spelled:
        parts = tuple(stems.split(" "))
        forms.setdefault(parts[0], []).append(matching.Form(tag, parts, letters, case))
    has = np.unpackbits(a["has"], axis=1)[:, : len(tags)].astype(f32)
    matcher = Matcher(forms, frozenset(_unpacked(a["heads"])))
    labels, ridge = a["labels"].astype(f32), a["ridge"].astype(f32)
    threshold = float(a["threshold"])
    return Past(
        index, tags, has, ridge, vectors, labels, a["mentions"], a["hits"], a["close"], a["weights"], threshold, matcher
    )


def _packed(lines: Sequence[str]) -> Any:
    import numpy as np

    return np.frombuffer("\n".join(lines).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _unpacked(data: Any) -> tuple[str, ...]:
    return tuple(data.tobytes().decode("utf-8", "surrogatepass").split("\n"))
