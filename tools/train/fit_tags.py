"""Fits data/zero_shot.toml: the weights of tags from a vocabulary alone, on two open blogs with
their authors' tags and on an editor's labels of 94 articles.

    python -m tools.train.fit_tags [--write]      compares with the shipped file, or writes it

Every post is described with the tags of the other posts as vocabulary, in five parts; the
editor's articles with the taxonomy they were labelled against. Authors give fewer tags than an
editor signs: each blog has a constant of its own, which is left out of the file, so that a
probability is the editor's. Logistic regression with a ridge: nothing in it is random. In five
parts of the editor's articles, the other four and the blogs being fitted, 85 % of the tag lists
are signed (2026-11-29)."""

from __future__ import annotations

import argparse

import numpy as np

from syndicator.core.text import plain
from syndicator.describing.taxonomy import mentions, taggers
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from tests.bench import bench_editor
from tests.bench.bench_describing import TEXTS, part, site, vocabulary
from tools.train.provenance import single_thread
from tools.train.weights_file import finish

PULL = 1.0  # of the scaled weights to zero; 0.1 to 20 do alike
SITES = ("18f", "ropensci")
WEIGHT = 10  # of a pair of the editor's, of which there are 30 times fewer; 1, 4 and 10 were tried
STEPS = 40  # of Newton's method at most; it is there after ten
SMALLEST = 1e-4  # share of a step that is tried, and change of a weight that counts


def table(name: str, parts: int = 5, support: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Features of every tag that a post names, the vocabulary being that of the other posts, and 1
    if it was given."""
    found, x, y = site(name), [], []
    for fold in range(parts):
        held = [row for row in found if part(row["id"], parts) == fold]
        known = taggers.prepare_zero_shot(
            vocabulary([row for row in found if row not in held], support).vocabulary.tag
        )
        names = [mentions.make_key(tag) for tag in known.names]
        for row in held:
            given = {mentions.make_key(tag) for tag in row["tags"]}
            numbers, rows = known.measure_features(row["title"], row["text"])
            x.append(rows)
            y.append(np.array([names[number] in given for number in numbers], dtype=float))
    return np.vstack(x).astype(float), np.concatenate(y)


def editors_table() -> tuple[np.ndarray, np.ndarray]:
    """The same of the editor's articles: what must or may be given."""
    known = taggers.prepare_zero_shot(
        Taxonomy.from_toml(bench_editor.EDITOR / "taxonomy.toml").vocabulary.tag
    )
    labels = {
        row["id"]: {tag.casefold() for tag in row["tags_must"] + row["tags_ok"]}
        for row in bench_editor.labels()
    }
    x, y = [], []
    for article_id, draft in sorted(bench_editor.drafts().items()):
        numbers, rows = known.measure_features(draft.title, plain(draft.body))
        x.append(rows)
        y.append(
            np.array(
                [known.names[number].casefold() in labels[article_id] for number in numbers],
                dtype=float,
            )
        )
    return np.vstack(x).astype(float), np.concatenate(y)


def joined(
    blogs: list[tuple[np.ndarray, np.ndarray]], own: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, float]:
    """Weights and constant of all pairs, each blog with a constant of its own, which is dropped."""
    rows = []
    for number, (x, _) in enumerate([*blogs, *[own] * WEIGHT]):
        constants = np.zeros((len(x), len(blogs)))
        if number < len(blogs):
            constants[:, number] = 1
        rows.append(np.hstack([x, constants]))
    weights, constant = fit(
        np.vstack(rows), np.concatenate([y for _, y in [*blogs, *[own] * WEIGHT]])
    )
    return weights[: -len(blogs)], constant


def fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """The weight of each column of `x` and the constant: logistic regression by Newton's method
    with halved steps."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])
    pull = np.append(np.full(x.shape[1], PULL), 1e-6)
    theta = np.append(np.zeros(x.shape[1]), np.log(y.mean() / (1 - y.mean())))

    def loss(t: np.ndarray) -> float:
        return float((np.logaddexp(0, z @ t) - y * (z @ t)).sum() + 0.5 * (pull * t) @ t)

    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-z @ theta))
        slope = z.T @ (p - y) + pull * theta
        step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + np.diag(pull), slope)
        size = 1.0
        while size > SMALLEST and loss(theta - size * step) > loss(theta):
            size /= 2
        theta = theta - size * step
        if abs(step).max() < SMALLEST:
            break
    weights = theta[:-1] / spread
    return weights, float(theta[-1] - mean @ weights)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="write data/zero_shot.toml instead of comparing with it",
    )
    options = parser.parse_args()
    weights, constant = joined([table(name) for name in SITES], editors_table())
    named = dict(zip(taggers.ZERO_SHOT_FEATURES, weights.tolist(), strict=True))
    finish(
        "zero_shot.toml",
        "What each feature of a tag adds to the log-odds that an author gives it; see"
        " taxonomy/taggers.py.",
        "tools/train/fit_tags.py",
        [TEXTS / "tags_blogs.jsonl.gz", bench_editor.EDITOR / "articles.jsonl.gz"],
        {"weights": {taggers.CONSTANT: constant, **named}},
        write=options.write,
    )


if __name__ == "__main__":
    single_thread()
    main()
