"""Learns from the confirmed past what `learnt` then says of new articles.

Every number that the fit sees of a post is what the other posts say (leave one out), else rare tags look certain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from syndicator.describing.taxonomy.tagging import keys, mentions
from syndicator.describing.taxonomy.tagging.learnt import (
    FEATURES,
    LIMIT,
    LearntTagger,
    chances,
    closeness,
    features,
    nearest,
    placed,
    precision,
)
from syndicator.describing.taxonomy.tagging.mentions import Matcher
from syndicator.describing.text import tfidf
from syndicator.describing.text.embeddings import embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

Post = tuple[str, str, Sequence[str]]  # title, text, tags

# Constants were chosen; tests/bench/bench_describing.py shows what a change does.
RIDGE: Final = 0.3  # pull of the ridge regression to zero
MOST_POSTS: Final = 3000  # of a longer past the last ones count: the work grows with the square
FIT_POSTS: Final = 800  # posts the logistic regression is fitted on: more of them move it no further
SHRINK: Final = 2.0  # pull of the logistic weights to zero
STEPS: Final = 15  # of Newton's method at most
SMALLEST: Final = 1e-3  # share of a step that is tried, and gain that counts
OUTER: Final = 0.07  # share of a tag's own posts that are taken as strange to it
FEW: Final = 4  # posts below which a tag says nothing of how near its posts are
AGAIN: Final = 2  # posts that a tag needs, for the others to say something of one of them
MOST_TAGS: Final = 5  # tags of an article, for which the threshold is best


def fit_learnt(history: Iterable[Post]) -> LearntTagger | None:
    """What (title, text, tags) of the past teach, oldest first; None when no post has a tag. The whole past at once."""
    import numpy as np

    posts = [(title, text, tags) for title, text, tags in history if any(keys.key(tag) for tag in tags)]
    posts = posts[-MOST_POSTS:]
    if not posts:
        return None
    forms = keys.spellings(tags for _, _, tags in posts)
    surfaces = keys.surfaces(forms)
    number = {key: place for place, key in enumerate(sorted(surfaces))}
    has = np.zeros((len(posts), len(number)), dtype=np.float32)
    for row, (_, _, tags) in enumerate(posts):
        has[row, [number[keys.key(tag)] for tag in tags if keys.key(tag)]] = 1
    matcher = mentions.build((number[key], form) for key in forms for form in forms[key])
    names = tuple(surfaces[key] for key in number)
    return _fit(posts, has, names, matcher)


def _fit(posts: list[Post], has: Floats, tags: tuple[str, ...], matcher: Matcher) -> LearntTagger:
    import numpy as np

    bags = [tfidf.bag(title, text) for title, text, _ in posts]
    index = tfidf.build(bags)
    near = np.stack([index.near(counts) for counts in bags])
    vectors = np.stack([embedder().article(title, text) for title, text, _ in posts])
    labels = np.stack([embedder().mean(tag) for tag in tags])
    cosines = vectors @ vectors.T
    where = placed([matcher.find(title, text) for title, text, _ in posts], len(tags))
    ridge, left_out = _ridge(near, has)
    shown = np.stack([where[..., 1] > 0, where[..., 0] > 0]).astype(np.float32)
    hits, mentioned = (shown * has).sum(axis=1), shown.sum(axis=1)
    rows = slice(max(0, len(posts) - FIT_POSTS), None)
    share = ((has.sum(axis=0) - has) / max(1, len(posts) - 1))[rows]
    right = precision((hits[:, None] - shown * has)[:, rows], (mentioned[:, None] - shown)[:, rows], share)
    columns = features(
        knn=nearest(_others(near)[rows], has),
        ridge=left_out[rows] + has.mean(axis=0),
        placed=where[rows],
        precision=right,
        share=share,
        label=((vectors - vectors.mean(axis=0)) @ labels.T)[rows],
        alike=nearest(_others(cosines)[rows], has),
    )
    counted = ~((has > 0) & (has.sum(axis=0) < AGAIN))[rows]  # of a tag's only post the others can say nothing
    weights = _logistic(columns, has[rows], counted if counted.any() else np.ones_like(counted))
    threshold = _threshold(chances(columns, weights), has[rows])
    close = _close(_others(cosines), has)
    return LearntTagger(index, tags, has, ridge, vectors, labels, mentioned, hits, close, weights, threshold, matcher)


def _others(near: Floats) -> Floats:
    """Nearness without each post's nearness to itself."""
    import numpy as np

    out = near.copy()
    np.fill_diagonal(out, -1)
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
        return float(np.quantile([closeness(row[row > -1]) for row in own], OUTER))

    every = outer(np.arange(len(has))) if len(has) > 1 else 0.0
    members = [np.flatnonzero(column) for column in has.T]
    return np.array([outer(own) if len(own) >= FEW else every for own in members], dtype=np.float32)


def _logistic(rows: Floats, has: Floats, counted: Any) -> Floats:
    """Means, spreads, weights and the constant, for `chances`, by Newton's method with halved steps."""
    import numpy as np

    x = rows[counted].astype(np.float64)
    y = has[counted].astype(np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])
    pull = np.append(np.full(len(FEATURES), SHRINK), 1e-3)
    share = min(max(float(y.mean()), 1e-3), 1 - 1e-3)
    theta = np.append(np.zeros(len(FEATURES)), math.log(share / (1 - share)))

    def loss(candidate: NDArray[np.float64]) -> float:
        z = x @ candidate
        return float((np.logaddexp(0, z) - y * z).sum() + 0.5 * (pull * candidate) @ candidate)

    current = loss(theta)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ theta, -LIMIT, LIMIT)))
        slope = x.T @ (p - y) + pull * theta
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(pull), slope)
        length = 1.0
        while length > SMALLEST and loss(theta - length * step) > current:
            length /= 2
        theta = theta - length * step
        new = loss(theta)
        if current - new < SMALLEST:
            break
        current = new
    return np.concatenate([mean, spread, theta]).astype(np.float32)


def _threshold(probable: Floats, has: Floats) -> float:
    """The probability from which on tags are given, so that F1 of at most five is best on the past."""
    import numpy as np

    order = np.argsort(-probable, axis=1)[:, :MOST_TAGS]
    top, right = np.take_along_axis(probable, order, 1), np.take_along_axis(has, order, 1)
    given = has.sum(axis=1)

    def f1(bar: float) -> float:
        kept = top >= bar
        kept[:, 0] = True
        return float((2 * (kept * right).sum(axis=1) / (kept.sum(axis=1) + given)).mean())

    return max((round(0.1 + 0.02 * n, 2) for n in range(20)), key=f1)
