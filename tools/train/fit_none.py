"""Fits data/none.toml: does an article belong to its likeliest category, or to none?

    python -m tools.train.fit_none [--write]      compares with the shipped file, or writes it; half
    a minute

From four open sets of labelled texts: articles with all categories there, and articles whose
category was taken away. `--folds` shows for each set what weights of the others do: points lost,
and near misses filed before and after."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from syndicator.describing.taxonomy import categories
from syndicator.describing.taxonomy.categories import RIVAL
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import Vocabulary
from syndicator.describing.text.embeddings import SAMPLE
from tests.bench.bench_describing import CATEGORIES, TEXTS, part, rows
from tools.train.fit_excerpts import logistic
from tools.train.provenance import single_thread
from tools.train.weights_file import finish

RIDGE = 5.0
# articles of a set with all categories, and of each category that was taken away
WHOLE, WITHOUT = 300, 50


class Example(NamedTuple):
    group: str
    kept: bool  # all categories were there
    filed: bool  # without these weights
    right: bool
    row: np.ndarray


def examples(group: str) -> Iterator[Example]:
    defined = Taxonomy.from_toml(TEXTS / f"cat_{group}.taxonomy.toml").vocabulary.category
    found = sorted(rows(f"cat_{group}"), key=lambda row: part(row["id"], 10**6))
    for gone in (None, *(one.name for one in defined)):
        taxonomy = Taxonomy(Vocabulary(category=tuple(one for one in defined if one.name != gone)))
        of = (
            found[:WHOLE]
            if gone is None
            else [row for row in found if row["label"] == gone][:WITHOUT]
        )
        yield from (_example(group, taxonomy, row, gone is None) for row in of)


def _example(group: str, taxonomy: Taxonomy, article: dict[str, Any], kept: bool) -> Example:
    title, text = article["title"], article["text"]
    known = taxonomy._categories(title, text)
    assert known is not None
    counts = known.counts(text[:SAMPLE])
    values = categories.scores(known, title, text, counts)
    best = int(values.argmax())
    filed = (
        known.names[best] != RIVAL
        and float(categories.probabilities(values)[best]) >= categories.FLOOR
    )
    right = known.names[best] == article["label"]
    return Example(group, kept, filed, right, categories.row(known, title, text, counts, values))


def fit(found: list[Example]) -> np.ndarray:
    """The weight of each of categories.FEATURES, then the constant."""
    x = np.array([one.row for one in found], dtype=np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    right = np.array([one.right for one in found])
    theta = logistic((x - mean) / spread, right, np.ones(len(right)), RIDGE)
    slope = theta[:-1] / spread
    return np.append(slope, theta[-1] - mean @ slope)


def show(found: list[Example]) -> None:
    for group in CATEGORIES:
        theta = fit([one for one in found if one.group != group])
        own = [
            (one, one.filed and one.row @ theta[:-1] + theta[-1] >= categories.BELONGS)
            for one in found
            if one.group == group
        ]
        whole, without = ([pair for pair in own if pair[0].kept == kept] for kept in (True, False))
        lost = sum(one.filed and one.right and not now for one, now in whole) / len(whole)
        before, after = (
            sum(pair[n] if n else pair[0].filed for pair in without) / len(without) for n in (0, 1)
        )
        print(
            f"{group:10} points lost {100 * lost:.1f}, near misses filed {before:.2f} ->"
            f" {after:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--write", action="store_true", help="write data/none.toml instead of comparing with it"
    )
    parser.add_argument(
        "--folds", action="store_true", help="show what weights do on sets they have not seen"
    )
    options = parser.parse_args()
    found = [one for group in CATEGORIES for one in examples(group)]
    if options.folds:
        show(found)
    theta = fit(found).tolist()
    finish(
        "none.toml",
        "Does an article belong to its likeliest category, or to none? See taxonomy/categories.py.",
        "tools/train/fit_none.py",
        [
            TEXTS / f"cat_{group}{kind}"
            for group in CATEGORIES
            for kind in (".jsonl.gz", ".taxonomy.toml")
        ],
        {
            "weights": (
                {categories.CONSTANT: theta[-1]}
                | dict(zip(categories.FEATURES, theta[:-1], strict=True))
            )
        },
        write=options.write,
    )


if __name__ == "__main__":
    single_thread()
    main()
