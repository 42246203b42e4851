"""Fits data/cold.toml: the weights of tags from a vocabulary alone, on the two open blogs with their authors' tags.

python -m tests.bench.fit_tags [18f] [ropensci]      prints the file; default: both"""

from __future__ import annotations

import sys

import numpy as np

from syndicator.describing.taxonomy import matching, zero_shot_tags
from tests.bench.bench_describing import part, site, vocabulary

PULL = 1.0


def table(name: str, parts: int = 5, support: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Features of every (post, tag) pair, the vocabulary being that of the other posts, and whether it was given."""
    found, x, y = site(name), [], []
    for fold in range(parts):
        held = [row for row in found if part(row["id"], parts) == fold]
        known = zero_shot_tags.prepare(vocabulary([row for row in found if row not in held], support).vocabulary.tag)
        keys = [matching.key(tag) for tag in known.names]
        for row in held:
            given = {matching.key(tag) for tag in row["tags"]}
            x.append(known.features(row["title"], row["text"])[0])
            y.append(np.array([key in given for key in keys], dtype=float))
    return np.vstack(x).astype(float), np.concatenate(y)


def fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Logistic regression by Newton's method with halved steps."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])
    pull = np.append(np.full(x.shape[1], PULL), 1e-6)
    theta = np.append(np.zeros(x.shape[1]), np.log(y.mean() / (1 - y.mean())))

    def loss(t: np.ndarray) -> float:
        return float((np.logaddexp(0, z @ t) - y * (z @ t)).sum() + 0.5 * (pull * t) @ t)

    for _ in range(40):
        p = 1 / (1 + np.exp(-z @ theta))
        slope = z.T @ (p - y) + pull * theta
        step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + np.diag(pull), slope)
        size = 1.0
        while size > 1e-4 and loss(theta - size * step) > loss(theta):
            size /= 2
        theta = theta - size * step
        if abs(step).max() < 1e-4:
            break
    weights = theta[:-1] / spread
    return weights, float(theta[-1] - mean @ weights)


def main() -> None:
    tables = [table(name) for name in sys.argv[1:] or ("18f", "ropensci")]
    weights, constant = fit(np.vstack([x for x, _ in tables]), np.concatenate([y for _, y in tables]))
    print("# Weights of the features in cold.py, in their order; made by tests/bench/fit_tags.py.")
    print(f"weights = [{', '.join(f'{w:.4f}' for w in weights)}]")
    print(f"constant = {constant:.4f}")


if __name__ == "__main__":
    main()
