"""Grows the trees that judge the readings of a page: syndicator/reading/data/reading_trees.json.

    python -m tools.train.fit_readings             grow, compare with the file; exit status 1 when
    they decide otherwise python -m tools.train.fit_readings --write     grow and write the file
    python -m tools.train.fit_readings --figures   what trees grown without a page's site decide of
    it: refused as a list, in doubt, or neither

"right" tells how much of a reading is the article's, "listing" whether its page is a list. They
judge readings, their mistakes included, so each page is read with tables that were fitted without
its domain (tools/train/folds.py, fit_sequence.py). To be run after fit_sequence. Reads
../shared/corpus/pages; no site is in the trees.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Rules
from syndicator.reading.body import body, doubt, overlap, scorer
from syndicator.reading.html import document
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.metadata.metadata import read_metadata
from tests.bench.bench_reading import html_of
from tests.gate import scores
from tools.train import boosting, fit_blocks, fit_pages, fit_sequence, folds
from tools.train.provenance import single_thread

Row = dict[str, Any]
PLAN = boosting.Plan(trees=80, depth=4, rate=0.1, rows=0.6, features=0.3, ridge=3.0)
LISTS = ("listing", "collection")
ARTICLES = ("article", "documentation", "structure")
WELL = 0.8  # how right a reading is that is read well
SNIPPETS = 0.3  # what a reading counts that is judged by snippets
# of a page in the fit, else 1
COUNTS = {"listing": 3.0, "collection": 3.0, "product": 0.5, "service": 0.5}
NEAR = 0.005  # share of the readings that two fits on different processors may decide otherwise


class Judged(NamedTuple):
    """A reading of a page: the fold and the type of the page, its features by name, how right it is
    (0 to 1, nan if unknown), what it counts, and the id of the page."""

    fold: int
    kind: str
    values: Mapping[str, float]
    right: float
    count: float
    page: str = ""


def judged(task: tuple[Row, Path, int]) -> list[Judged]:
    """The readings of the page of a row, made with the tables in the folder of its fold."""
    row, folder, parts = task
    fold = folds.fold_of(row, parts)
    folds.use(folder / str(fold))
    try:
        parsed = document.parse(html_of(row), row["url"] or fit_blocks.NOWHERE)
        meta = read_metadata(parsed, entry=None, rules=Rules(), now=None)
    except NotAnArticle:
        return []
    page = body.measure_page(parsed, meta, read_blocks(parsed.tree), selected=False)
    found = list(body.list_readings(page, "", meta.description))
    texts = [
        "\n".join(b.text for b, stays in zip(page.blocks, each.choice.stay, strict=True) if stays)
        for each in found
    ]
    count = (1.0 if row["truth"].get("text") else SNIPPETS) / len(found)
    pairs = zip(found, texts, strict=True)
    return [
        Judged(fold, row["page_type"], each.values, right(row, text), count, row["id"])
        for each, text in pairs
    ]


def right(row: Row, text: str) -> float:
    """How right `text` is by the page's truth: F1, else the share of its snippets that are as they
    must be."""
    truth = row["truth"]
    if row["page_type"] in LISTS:
        return 0.0
    if truth.get("text"):
        return scores.body_f1([(truth["text"], text)])
    flat = overlap.extract_letters(text)
    must, never = (
        [overlap.extract_letters(each) in flat for each in truth.get(name) or ()]
        for name in ("must_have", "must_not")
    )
    return float(np.mean([*must, *(not each for each in never)])) if must else math.nan


def readings(rows: Sequence[Row], folder: Path, parts: int = folds.FOLDS) -> list[Judged]:
    """The readings of all pages; `folder` holds the tables of folds.fit and fit_sequence.fit."""
    ordered = sorted(rows, key=lambda row: folds.fold_of(row, parts))
    with Pool(2) as pool:
        found = pool.map(judged, [(row, folder, parts) for row in ordered], chunksize=16)
    return [each for page in found for each in page]


def matrix(found: Sequence[Judged]) -> tuple[tuple[str, ...], Any]:
    """The names of the features, and a row of them for each reading."""
    names = tuple(sorted(found[0].values))
    return names, np.array(
        [[each.values[name] for name in names] for each in found], dtype=np.float32
    )


def grow(found: Iterable[Judged]) -> dict[str, list[dict[str, str]]]:
    """For each table the trees, as rows of the file."""
    every = list(found)
    names, values = matrix(every)
    typed = np.array([each.kind in fit_pages.LABELS for each in every])
    lists = np.array([float(each.kind in LISTS) for each in every])
    likely = np.array([each.right for each in every])
    counts = np.array([each.count for each in every])
    kinds = np.array([COUNTS.get(each.kind, 1.0) for each in every])
    chosen = {
        "right": (np.isfinite(likely), likely, counts),
        "listing": (typed, lists, kinds * typed),
    }
    grown = {}
    for table, (rows, wanted, weights) in chosen.items():
        limits = boosting.limits_of(values[rows])
        codes = boosting.codes_of(values[rows], limits)
        grown[table] = [
            fit_blocks.row_of(tree, names)
            for tree in boosting.fit(codes, limits, wanted[rows], weights[rows], PLAN)
        ]
    return grown


def written(grown: Mapping[str, Sequence[Mapping[str, str]]], rows: Sequence[Row]) -> str:
    """The file: what made it, from which data, and the trees of each table."""
    return fit_sequence.written(grown, rows, "tools/train/fit_readings.py")


def odds(trees: Sequence[Mapping[str, str]], found: Sequence[Judged]) -> Any:
    """The log odds of each reading."""
    names, values = matrix(found)
    return scorer.compute_log_odds(
        scorer.read_trees(trees), dict(zip(names, values.T, strict=True))
    )


def differences(
    text: str, grown: Mapping[str, Sequence[Mapping[str, str]]], found: Sequence[Judged]
) -> list[str]:
    """How the trees of the file `text` decide otherwise than those that were `grown`, on the
    readings `found`."""
    old, wrong = json.loads(text), []
    for table, trees in grown.items():
        share = float(np.mean((odds(old[table], found) > 0) != (odds(trees, found) > 0)))
        wrong += (
            [f"{table}: {share:.2%} of the readings are judged otherwise"] if share > NEAR else []
        )
    return wrong


class Decided(NamedTuple):
    """The reading of a page that is taken, and the log odds that it is right and that its page is a
    list."""

    reading: Judged
    right: float
    listing: float

    def outcome(self) -> str:
        """Return "refused", "in doubt" or "neither"."""
        values = self.reading.values
        letters, declared = math.expm1(values["letters"]), bool(values["declared"])
        if doubt.is_list(
            self.listing, self.right, letters=letters, announced=False, declared=declared
        ):
            return "refused"
        return "in doubt" if doubt.describe_doubt(self.listing, self.right) else "neither"


def decide(found: Sequence[Judged]) -> list[Decided]:
    """The reading that is taken of each page, by trees that were grown without its fold."""
    taken: dict[str, Decided] = {}
    for fold in sorted({each.fold for each in found}):
        grown = grow(each for each in found if each.fold != fold)
        own = [each for each in found if each.fold == fold]
        for each, right, listing in zip(
            own, odds(grown["right"], own), odds(grown["listing"], own), strict=True
        ):
            before = taken.get(each.page)
            if before is None or before.right < min(right, body.SURE_ODDS):
                taken[each.page] = Decided(each, float(right), float(listing))
    return list(taken.values())


def figures(decided: Sequence[Decided]) -> Counter[tuple[str, str]]:
    """How many pages of each group have each outcome: lists, articles, well read ones."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in decided:
        outcome = each.outcome()
        if each.reading.kind in LISTS:
            counts["lists", outcome] += 1
        if each.reading.kind in ARTICLES:
            counts["articles", outcome] += 1
            if each.reading.right >= WELL:
                counts["articles that are read well", outcome] += 1
    return counts


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--write", action="store_true", help="write the file")
    options.add_argument("--figures", action="store_true", help="print figures, compare nothing")
    options.add_argument("--keep", type=Path, help="folder in which the tables of the folds stay")
    asked = options.parse_args()
    rows = fit_blocks.manifest()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        folds.fit(rows, folder)
        fit_sequence.fit(rows, folder)
        found = readings(rows, folder)
    if asked.figures:
        for (group, outcome), count in sorted(figures(decide(found)).items()):
            print(f"{group}, {outcome}: {count}")
        return 0
    grown, file = grow(found), fit_blocks.DATA / "reading_trees.json"
    if asked.write:
        file.write_text(written(grown, rows), "utf-8")
    wrong = differences(file.read_text("utf-8"), grown, found)
    print("\n".join(wrong) or "the file decides as these trees do")
    return 1 if wrong else 0


if __name__ == "__main__":
    single_thread()
    sys.exit(main())
