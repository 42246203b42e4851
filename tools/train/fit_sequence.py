"""Grows the trees of the second look at a page's texts:
syndicator/reading/data/sequence_trees.json.

    python -m tools.train.fit_sequence             grow, compare with the file; exit status 1 when
    they decide otherwise python -m tools.train.fit_sequence --write     grow and write the file

They learn from the odds of the first look, mistakes included. So the weights of blocks and page
types are fitted three times without a third of the domains (tools/train/folds.py), and each page is
read with those that do not know its domain. To be run after fit_blocks and fit_pages. Reads
../shared/corpus/pages; no site is in the trees.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Rules
from syndicator.reading.body import body, overlap, scorer, sequence
from syndicator.reading.html import document
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.metadata.metadata import read_metadata
from tests.bench.bench_reading import html_of
from tools.train import boosting, fit_blocks, folds
from tools.train.fit_blocks import Example
from tools.train.provenance import single_thread

Row = dict[str, Any]
PLAN = boosting.Plan()
FILE = "sequence_trees.json"
# texts before and after the article that count more, and how many times
OUTSIDE, TIMES_OUTSIDE = 8, 2.5
INSIDE, TIMES_INSIDE = 3, 1.5  # the same of its first and last texts
NEAR = 0.005  # share of the texts that two fits on different processors may decide otherwise


def example(task: tuple[Row, Path, int]) -> Example | None:
    """The texts of the page of a row that count in the fit, read with the tables in the folder of
    its fold; None if there is nothing to learn from."""
    row, folder, parts = task
    truth = row["truth"]
    if row["page_type"] in fit_blocks.UNCOUNTED or not (
        truth.get("text") or truth.get("must_have")
    ):
        return None
    folds.use(folder / str(folds.fold_of(row, parts)))
    try:
        parsed = document.parse(html_of(row), row["url"] or fit_blocks.NOWHERE)
        meta = read_metadata(parsed, entry=None, rules=Rules(), now=None)
    except NotAnArticle:
        return None
    page = body.measure_page(parsed, meta, read_blocks(parsed.tree), selected=False)
    places = page.texts.indices
    if not len(places):
        return None
    wanted = np.array(fit_blocks.labels(page.blocks, truth))
    counts = fit_blocks.counts_of(page.blocks, wanted, row)
    if truth.get("text"):
        counts[places] *= at_ends(wanted[places])
    values = {
        table: sequence.compute_features(page.texts, page.box, first)
        for table, first in _looks(page)
    }
    names = tuple(sorted(values["alone"]))
    stacked = {
        table: np.stack([columns[name] for name in names], axis=1)
        for table, columns in values.items()
    }
    return fit_blocks.learnt(Example(row["id"], "", names, stacked, wanted[places], counts[places]))


def at_ends(wanted: Any) -> Any:
    """How many times each text counts: more just before the first text of the article and just
    after its last, so that short lines there weigh as much as a paragraph."""
    own = np.flatnonzero(wanted > fit_blocks.HALF)
    if not len(own):
        return np.ones(len(wanted))
    at = np.arange(len(wanted))
    inside = np.minimum(at - own[0], own[-1] - at)  # texts to the nearer end, negative outside
    return np.select(
        [inside < -OUTSIDE, inside < 0, inside < INSIDE], [1.0, TIMES_OUTSIDE, TIMES_INSIDE], 1.0
    )


def _looks(page: body.Page) -> Iterator[tuple[scorer.Table, scorer.Scored]]:
    """The first look with each table, in the order in which a page is read."""
    overlap.guess_overlap(page.blocks, page.box)
    yield "alone", scorer.score_blocks(page.blocks, page.box, page.text_features, "alone")
    fit_blocks.compare_extractions(page.blocks, page.box, page.document.tree)
    yield "asked", scorer.score_blocks(page.blocks, page.box, page.text_features, "asked")


def examples(
    rows: Sequence[Row], folder: Path, parts: int = folds.FOLDS
) -> list[tuple[int, Example]]:
    """The fold and the texts of each page; `folder` holds the tables of folds.fit."""
    # tables are loaded once a fold
    ordered = sorted(rows, key=lambda row: folds.fold_of(row, parts))
    with Pool(2) as pool:
        made = pool.map(example, [(row, folder, parts) for row in ordered], chunksize=16)
    pairs = zip((folds.fold_of(row, parts) for row in ordered), made, strict=True)
    return [(fold, each) for fold, each in pairs if each is not None]


def grow(found: Iterable[Example]) -> dict[str, list[dict[str, str]]]:
    """For each table the trees, as rows of the file."""
    pages = list(found)
    wanted = (np.concatenate([page.wanted for page in pages]) > fit_blocks.HALF).astype(float)
    counts = np.concatenate([page.counts for page in pages])
    grown = {}
    for table in fit_blocks.TABLES:
        values = np.vstack([page.values[table] for page in pages])
        limits = boosting.limits_of(values)
        trees = boosting.fit(boosting.codes_of(values, limits), limits, wanted, counts, PLAN)
        grown[table] = [fit_blocks.row_of(tree, pages[0].names) for tree in trees]
    return grown


def fit(rows: Sequence[Row], folder: Path, parts: int = folds.FOLDS) -> None:
    """Writes the trees of each fold, grown on the others, into the folder of its number, unless
    they are there."""
    if (folder / str(parts - 1) / FILE).exists():
        return
    pages = examples(rows, folder, parts)
    for number in range(parts):
        grown = grow(each for fold, each in pages if fold != number)
        (folder / str(number) / FILE).write_text(written(grown, rows), "utf-8")


def written(
    grown: Mapping[str, Sequence[Mapping[str, str]]],
    rows: Sequence[Row],
    script: str = "tools/train/fit_sequence.py",
) -> str:
    """The file: what made it, from which data, and the trees of each table."""
    made = {
        "script": script,
        "made": datetime.now(UTC).date().isoformat(),
        "data": (
            f"../shared/corpus/pages: manifest.jsonl.gz, more.jsonl.gz and their {len(rows)} pages"
        ),
        "data_sha256": fit_blocks.data_sha256(rows),
    }
    lines = [f'"{name}": {json.dumps(value)}' for name, value in made.items()]
    lines += [
        f'"{table}": [\n' + ",\n".join(map(json.dumps, trees)) + "\n]"
        for table, trees in grown.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differences(
    text: str, grown: Mapping[str, Sequence[Mapping[str, str]]], pages: Sequence[Example]
) -> list[str]:
    """How the trees of the file `text` decide otherwise than those that were `grown`, on
    `pages`."""
    old, wrong = json.loads(text), []
    for table, trees in grown.items():
        pairs = [[_odds(each, page, table) > 0 for each in (old[table], trees)] for page in pages]
        share = float(np.mean(np.concatenate([a != b for a, b in pairs])))
        wrong += (
            [f"{table}: {share:.2%} of the texts are decided otherwise"] if share > NEAR else []
        )
    return wrong


def _odds(trees: Sequence[Mapping[str, str]], page: Example, table: str) -> Any:
    return scorer.compute_log_odds(scorer.read_trees(trees), fit_blocks.by_name(page, table))


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--write", action="store_true", help="write the file")
    options.add_argument("--keep", type=Path, help="folder in which the tables of the folds stay")
    asked = options.parse_args()
    rows = fit_blocks.manifest()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        folds.fit(rows, folder)
        pages = [each for _, each in examples(rows, folder)]
    grown, file = grow(pages), fit_blocks.DATA / FILE
    if asked.write:
        file.write_text(written(grown, rows), "utf-8")
    wrong = differences(file.read_text("utf-8"), grown, pages)
    print("\n".join(wrong) or "the file decides as these trees do")
    return 1 if wrong else 0


if __name__ == "__main__":
    single_thread()
    sys.exit(main())
