"""Fits data/none.toml: does an article belong to its likeliest category, or to none?

    python -m tools.train.fit_none [--write]      compares with the shipped file, or writes it; half
    a minute

[weights] come from four open sets of labelled texts: articles with all categories there, and
articles whose category was taken away. [cold] come from cold.toml: ten taxonomies on subjects that
data/topics lacks, and open texts on these and other subjects. Of cold.toml the texts of one domain
in five are left out of both. `--folds` shows what weights of the others do: for each set points
lost, and near misses filed before and after; for each taxonomy articles on its subjects that are
filed right, others that are not filed, and both of the texts that were left out."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import numpy as np

from syndicator.describing.taxonomy import categories
from syndicator.describing.taxonomy.categories import RIVAL
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import CategoryDef, Vocabulary
from syndicator.describing.text.embeddings import SAMPLE
from tests.bench.bench_describing import CATEGORIES, TEXTS, part, rows
from tools.train.fit_excerpts import logistic
from tools.train.provenance import ROOT, single_thread
from tools.train.weights_file import finish

RIDGE = 5.0
COLD: Final = ROOT / "tools" / "train" / "cold.toml"
COLD_TEXTS: Final = "summ_webmeta"
FRESH: Final = 5  # one domain in so many is left out
# articles of a set with all categories, and of each category that was taken away
WHOLE, WITHOUT = 300, 50


class Example(NamedTuple):
    group: str
    kept: bool  # all categories were there, or it is on the subject of a cold taxonomy
    filed: bool  # without these weights
    right: bool
    row: np.ndarray
    fresh: bool = False  # left out of the fit


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


def cold_examples() -> Iterator[Example]:
    found = rows(COLD_TEXTS)
    for name, table in tomllib.loads(COLD.read_text(encoding="utf-8")).items():
        labels: dict[str, set[str]] = {}
        for category in table["category"]:
            for article_id in category.pop("articles").split():
                labels.setdefault(article_id, set()).add(category["name"])
        defined = tuple(CategoryDef(**category) for category in table["category"])
        taxonomy = Taxonomy(Vocabulary(category=defined))
        unclear = set(table["unclear"].split())
        for row in found:
            if row["id"] not in unclear:
                host = urlsplit(row["url"]).netloc.removeprefix("www.") or row["id"]
                is_fresh = part(host, FRESH) == 0
                article = {**row, "label": labels.get(row["id"], set()), "language": "en"}
                example = _example(name, taxonomy, article, row["id"] in labels)
                yield example._replace(fresh=is_fresh)


def _example(group: str, taxonomy: Taxonomy, article: dict[str, Any], kept: bool) -> Example:
    title, text = article["title"] or "", article["text"]
    known = taxonomy._prepare_categories(title, text, article.get("language"))
    assert known is not None
    counts = known.count_words(text[:SAMPLE])
    values = categories.score_categories(known, title, text, counts)
    best = int(values.argmax())
    filed = (
        known.names[best] != RIVAL
        and float(categories.convert_to_probabilities(values)[best]) >= categories.FLOOR
    )
    label = article["label"]
    right = known.names[best] in (label if isinstance(label, set) else {label})
    return Example(
        group, kept, filed, right, categories.measure_features(known, title, text, counts, values)
    )


def fit(found: Sequence[Example], *, balanced: bool = False) -> np.ndarray:
    """The weight of each of categories.FEATURES, then the constant. `balanced`: right and wrong
    ones count alike in all."""
    x = np.array([one.row for one in found], dtype=np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    right = np.array([one.right for one in found])
    counts = np.ones(len(right))
    if balanced:
        counts = np.where(right, 0.5 / right.mean(), 0.5 / (1 - right.mean()))
    theta = logistic((x - mean) / spread, right, counts, RIDGE)
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


def fit_cold(found: Sequence[Example]) -> np.ndarray:
    return fit([one for one in found if one.filed and not one.fresh], balanced=True)


def show_cold(found: Sequence[Example]) -> None:
    judged = []
    for group in dict.fromkeys(one.group for one in found):
        theta = fit_cold([one for one in found if one.group != group])
        own = [one for one in found if one.group == group]
        filed = [
            one.filed and one.row @ theta[:-1] + theta[-1] >= categories.BELONGS_COLD for one in own
        ]
        judged += [*zip(own, filed, strict=True)]
        _show_shares(group, [pair for pair in judged if pair[0].group == group])
    _show_shares("fitted on", [pair for pair in judged if not pair[0].fresh])
    _show_shares("left out", [pair for pair in judged if pair[0].fresh])


def _show_shares(name: str, judged: Sequence[tuple[Example, bool]]) -> None:
    subject = [one.right and filed for one, filed in judged if one.kept]
    others = [not filed for one, filed in judged if not one.kept]
    print(
        f"{name:10} on the subject {np.mean(subject):.3f} of {len(subject)} filed right,"
        f" others {np.mean(others):.3f} of {len(others)} not filed"
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
    cold = [*cold_examples()]
    if options.folds:
        show(found)
        show_cold(cold)
    finish(
        "none.toml",
        "Does an article belong to its likeliest category, or to none? See taxonomy/categories.py.",
        "tools/train/fit_none.py",
        [
            TEXTS / f"cat_{group}{kind}"
            for group in CATEGORIES
            for kind in (".jsonl.gz", ".taxonomy.toml")
        ]
        + [TEXTS / f"{COLD_TEXTS}.jsonl.gz", COLD],
        {"weights": _named(fit(found)), "cold": _named(fit_cold(cold))},
        write=options.write,
    )


def _named(theta: np.ndarray) -> dict[str, float]:
    weights = theta.tolist()
    return {categories.CONSTANT: weights[-1]} | dict(
        zip(categories.FEATURES, weights[:-1], strict=True)
    )


if __name__ == "__main__":
    single_thread()
    main()
