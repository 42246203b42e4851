"""Fits the weights by which a page's type is told: syndicator/reading/data/page_types.toml.

    python -m tools.train.fit_pages             fit, compare with the file; exit status 1 when a
    weight differs python -m tools.train.fit_pages --write     fit and write the file
    python -m tools.train.fit_pages --folds     how often weights are right on domains that they
    were not fitted on

Reads ../shared/corpus/pages, both manifests: the pages whose type a person said. No site is in the
result.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import sys
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing import Pool
from typing import Any, NamedTuple

import numpy as np

from syndicator.core.errors import NotAnArticle
from syndicator.reading.body import overlap
from syndicator.reading.html import document
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.page_type import compute_features
from tools.train.provenance import ROOT, SHARED, rounded, sha256_of, single_thread

PAGES = SHARED / "corpus" / "pages"
MANIFESTS = tuple(PAGES / f"{name}.jsonl.gz" for name in ("manifest", "more"))
WEIGHTS = ROOT / "syndicator" / "reading" / "data" / "page_types.toml"
NOWHERE = "https://example.org/page"  # the address of a page that has none
TYPES = ("article", "documentation", "forum", "listing", "product", "service")
LABELS = dict(zip(TYPES, TYPES, strict=True)) | {"collection": "listing"}
RIDGE = 5.0  # how strongly weights are drawn to zero; 5 to 20 do alike
BIAS_RIDGE = 1e-3  # the bias is not; this keeps the equations solvable
MOST_STEPS, STEP = 400, 1e-4  # a smaller step of standardised weights ends the fit
CONSTANT = 1e-6  # standard deviation below which a feature is constant
FOLDS = 5
NEAR = 2e-3  # processors add in other orders
Array = np.ndarray[Any, np.dtype[np.float64]]
Row = dict[str, Any]


class Example(NamedTuple):
    """One page: its features by name, its type, its domain."""

    values: dict[str, float]
    type: int
    domain: str


def rows() -> list[Row]:
    """The pages whose type is known."""
    found: list[Row] = []
    for manifest in MANIFESTS:
        with gzip.open(manifest, "rt", encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines]
    return [row for row in found if row["page_type"] in LABELS]


def example(row: Row) -> Example | None:
    """The page of a row, None when it is no HTML."""
    with gzip.open(PAGES / row["file"]) as file:
        html = file.read()
    try:
        parsed = document.parse(html, row["url"] or NOWHERE)
    except NotAnArticle:
        return None
    blocks = read_blocks(parsed.tree)
    overlap.measure_letters(blocks)
    return Example(
        compute_features(parsed, blocks),
        TYPES.index(LABELS[row["page_type"]]),
        row["domain"] or row["id"],
    )


def matrix(examples: Sequence[Example]) -> tuple[tuple[str, ...], Array, Array]:
    """The names of the features, a row of them for each page, and the types."""
    names = tuple(sorted(examples[0].values))
    values = np.array([[each.values[name] for name in names] for each in examples])
    return names, values, np.array([each.type for each in examples])


def fit(names: Sequence[str], values: Array, types: Array) -> Array:
    """Multinomial logistic regression with a ridge: a row of weights for each feature, a column for
    each type. By steps of Newton's method with Boehning's bound of the curvature (1992), which
    needs one inverse."""
    bias = names.index("bias")
    middle, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread < CONSTANT] = 1.0
    middle[bias], spread[bias] = 0.0, 1.0
    standard = (values - middle) / spread
    ridge = np.full(len(names), RIDGE)
    ridge[bias] = BIAS_RIDGE
    inverse = np.linalg.inv(standard.T @ standard / 2 + np.diag(ridge))
    wanted = np.eye(len(TYPES))[types]
    weights = np.zeros((len(names), len(TYPES)))
    for _ in range(MOST_STEPS):
        step = inverse @ (
            standard.T @ (chances(standard, weights) - wanted) + ridge[:, None] * weights
        )
        weights -= step
        if np.abs(step).max() < STEP:
            break
    found = weights / spread[:, None]
    found[bias] = weights[bias] - (
        np.delete(found, bias, axis=0) * np.delete(middle, bias)[:, None]
    ).sum(axis=0)
    return found


def chances(values: Array, weights: Array) -> Array:
    """The probability of each type for each row of `values`."""
    odds = values @ weights
    parts = np.exp(odds - odds.max(axis=1, keepdims=True))
    return parts / parts.sum(axis=1, keepdims=True)


def unseen(examples: Sequence[Example]) -> Array:
    """The probabilities of each page by weights that were fitted on other domains."""
    names, values, types = matrix(examples)
    fold = np.array(
        [int(hashlib.sha256(each.domain.encode()).hexdigest(), 16) % FOLDS for each in examples]
    )
    out = np.zeros((len(examples), len(TYPES)))
    for k in range(FOLDS):
        out[fold == k] = chances(values[fold == k], fit(names, values[fold != k], types[fold != k]))
    return out


def figures(examples: Sequence[Example]) -> dict[str, float]:
    """Shares on domains that were not fitted on: pages of the right type, listings of a type that
    is no article's."""
    found = unseen(examples)
    types = np.array([each.type for each in examples])
    best = found.argmax(axis=1)
    listings = types == TYPES.index("listing")
    return {
        "right": float((best == types).mean()),
        **{
            f"right {name}": float((best == at)[types == at].mean())
            for at, name in enumerate(TYPES)
        },
        "listings typed": float((best[listings] > 1).mean()),
    }


def written(names: Sequence[str], weights: Array, found: Sequence[Row]) -> str:
    """The file: what made it, from which data, and each feature's weight for each type by its
    name."""
    lines = [
        (
            "# What each feature of a page adds to the log odds of each type of page. Written by"
            " tools/train/fit_pages.py:"
        ),
        "# not to be edited by hand. Names must be those of syndicator/reading/page_type.py.",
        'script = "tools/train/fit_pages.py"',
        f"made = {datetime.now(UTC).date().isoformat()}",
        f'data = "../shared/corpus/pages: both manifests and {len(found)} of their pages"',
        f'data_sha256 = "{data_sha256(found)}"',
    ]
    for at, kind in enumerate(TYPES):
        lines += ["", f"[weights.{kind}]"]
        lines += [
            f'"{name}" = {rounded(float(value))}'
            for name, value in zip(names, weights[:, at], strict=True)
        ]
    return "\n".join(lines) + "\n"


def data_sha256(found: Sequence[Row]) -> str:
    """The hash of the manifests and of the pages, in their order (provenance.sha256_of)."""
    return sha256_of([*MANIFESTS, *(PAGES / row["file"] for row in found)])


def differences(names: Sequence[str], weights: Array, found: Sequence[Row]) -> list[str]:
    """How the fitted `weights` and the hash of the data differ from the file."""
    table = tomllib.loads(WEIGHTS.read_text("utf-8"))
    wrong = (
        [] if table["data_sha256"] == data_sha256(found) else ["the file was made from other data"]
    )
    for at, kind in enumerate(TYPES):
        kept: dict[str, float] = table["weights"][kind]
        fitted = dict(zip(names, weights[:, at].tolist(), strict=True))
        for name in sorted(kept.keys() | fitted.keys()):
            old, new = kept.get(name), fitted.get(name)
            if old is None or new is None or not math.isclose(old, new, rel_tol=NEAR, abs_tol=NEAR):
                wrong.append(f"{kind}, {name}: {old} in the file, {new} fitted")
    return wrong


def examples_of(found: Sequence[Row]) -> list[Example]:
    """The pages of these rows."""
    with Pool(2) as pool:
        return [each for each in pool.map(example, found, chunksize=16) if each is not None]


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--write", action="store_true", help="write the file of weights")
    options.add_argument(
        "--folds",
        action="store_true",
        help="print shares on domains not fitted on, and fit no more",
    )
    asked = options.parse_args()
    found = rows()
    examples = examples_of(found)
    if asked.folds:
        print("\n".join(f"{name:20} {share:.4f}" for name, share in figures(examples).items()))
        return 0
    names, values, types = matrix(examples)
    weights = fit(names, values, types)
    if asked.write:
        WEIGHTS.write_text(written(names, weights, found), encoding="utf-8")
    wrong = differences(names, weights, found)
    print("\n".join(wrong) or f"{weights.size} weights, all as in {WEIGHTS.name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    single_thread()
    sys.exit(main())
