"""Grows the trees that tell a list of articles from an article: syndicator/reading/data/listing_trees.json.

    python -m tools.train.fit_listings             grow, compare with the file; exit status 1 when they decide otherwise
    python -m tools.train.fit_listings --write     grow and write the file

They judge readings, mistakes included. So each page is read with tables that were fitted without its domain
(tools/train/folds.py, fit_sequence.py). To be run after fit_sequence. Reads the pages of ../shared/corpus/pages whose
type a person said; no site is in the trees.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Rules
from syndicator.reading.body import body, scorer
from syndicator.reading.html import document
from syndicator.reading.metadata.metadata import read_metadata
from tests.bench.bench_reading import html_of
from tools.train import boosting, fit_blocks, fit_pages, fit_sequence, folds
from tools.train.provenance import single_thread

Row = dict[str, Any]
PLAN = boosting.Plan(trees=80, depth=4, rate=0.1, rows=0.6, features=0.3, ridge=3.0)
LISTS = ("listing", "collection")
COUNTS = {"listing": 3.0, "collection": 3.0, "product": 0.5, "service": 0.5}  # of a page in the fit, else 1
NEAR = 0.005  # share of the pages that two fits on different processors may decide otherwise


class Reading(NamedTuple):
    """The reading of a page: its fold, its features by name, the page's type."""

    fold: int
    values: Mapping[str, float]
    kind: str


def reading(task: tuple[Row, Path, int]) -> Reading | None:
    """The page of a row, read with the tables in the folder of its fold; None if it cannot be read."""
    row, folder, parts = task
    fold = folds.fold_of(row, parts)
    folds.use(folder / str(fold))
    try:
        parsed = document.parse(html_of(row), row["url"] or fit_blocks.NOWHERE)
        values = body.reading_of(parsed, read_metadata(parsed, entry=None, rules=Rules(), now=None))
    except NotAnArticle:
        return None
    return Reading(fold, values, row["page_type"])


def readings(rows: Sequence[Row], folder: Path, parts: int = folds.FOLDS) -> list[Reading]:
    """The readings of all pages whose type is known; `folder` holds the tables of folds.fit and fit_sequence.fit."""
    typed = sorted((row for row in rows if row["page_type"] in fit_pages.LABELS), key=lambda r: folds.fold_of(r, parts))
    with Pool(2) as pool:
        found = pool.map(reading, [(row, folder, parts) for row in typed], chunksize=16)
    return [each for each in found if each is not None]


def matrix(found: Sequence[Reading]) -> tuple[tuple[str, ...], Any]:
    """The names of the features, and a row of them for each reading."""
    names = tuple(sorted(found[0].values))
    return names, np.array([[each.values[name] for name in names] for each in found], dtype=np.float32)


def grow(found: Iterable[Reading]) -> list[dict[str, str]]:
    """The trees, as rows of the file."""
    pages = list(found)
    names, values = matrix(pages)
    wanted = np.array([float(each.kind in LISTS) for each in pages])
    counts = np.array([COUNTS.get(each.kind, 1.0) for each in pages])
    limits = boosting.limits_of(values)
    grown = boosting.fit(boosting.codes_of(values, limits), limits, wanted, counts, PLAN)
    return [fit_blocks.row_of(tree, names) for tree in grown]


def written(grown: Sequence[Mapping[str, str]], rows: Sequence[Row]) -> str:
    """The file: what made it, from which data, and the trees."""
    made = {
        "script": "tools/train/fit_listings.py",
        "made": datetime.now(UTC).date().isoformat(),
        "data": f"../shared/corpus/pages: manifest.jsonl.gz, more.jsonl.gz and their {len(rows)} pages",
        "data_sha256": fit_blocks.data_sha256(rows),
    }
    lines = [f'"{name}": {json.dumps(value)}' for name, value in made.items()]
    return "{\n" + ",\n".join([*lines, '"listing": [\n' + ",\n".join(map(json.dumps, grown)) + "\n]"]) + "\n}\n"


def odds(trees: Sequence[Mapping[str, str]], found: Sequence[Reading]) -> Any:
    """The log odds of each reading."""
    names, values = matrix(found)
    return scorer.log_odds(scorer.read_trees(trees), dict(zip(names, values.T, strict=True)))


def differences(text: str, grown: Sequence[Mapping[str, str]], found: Sequence[Reading]) -> list[str]:
    """How the trees of the file `text` decide otherwise than those that were `grown`, on the readings `found`."""
    old, new = (odds(each, found) > 0 for each in (json.loads(text)["listing"], grown))
    share = float(np.mean(old != new))
    return [f"{share:.2%} of the pages are decided otherwise"] if share > NEAR else []


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--write", action="store_true", help="write the file")
    options.add_argument("--keep", type=Path, help="folder in which the tables of the folds stay")
    asked = options.parse_args()
    rows = fit_blocks.manifest()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        folds.fit(rows, folder)
        fit_sequence.fit(rows, folder)
        found = readings(rows, folder)
    grown, file = grow(found), fit_blocks.DATA / "listing_trees.json"
    if asked.write:
        file.write_text(written(grown, rows), "utf-8")
    wrong = differences(file.read_text("utf-8"), grown, found)
    print("\n".join(wrong) or "the file decides as these trees do")
    return 1 if wrong else 0


if __name__ == "__main__":
    single_thread()
    sys.exit(main())
