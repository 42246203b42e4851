"""Reads every open page with weights that were fitted without its domain, trafilatura beside it,
and prints one table.

    python -m tests.bench.bench_folds [--folds 3] [--keep DIR]

Three times the weights of blocks are fitted to two thirds of the domains
(tools/train/fit_blocks.py) and the pages of the last third are read with them; the trees of the
second look are grown on the other thirds, each read with weights that were fitted without it
(tools/train/fit_sequence.py). All else is as shipped: so rules and limits that were chosen by hand
on open pages are not new to them. Each figure stands with trafilatura's
of the same run and the 95 % interval of the difference, a paired percentile bootstrap over pages.
With --keep weights stay in DIR, where a second run finds them, and the predictions of both as
ours.jsonl and trafilatura.jsonl. 20 minutes on two idle cores.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.bench import bench_reading
from tests.bench.bench_reading import BOOT, NOWHERE, SHARED, Prediction, html_of
from tests.gate.test_lost_gate import FOUND, LOST, find_foreign_edges
from tools.train import fit_blocks, fit_readings, fit_sequence
from tools.train import folds as by_domain
from tools.train.provenance import single_thread

Row = dict[str, Any]
JUDGES = "reading_trees.json"
ARTICLES = ("article", "documentation")
SETS = ("zyte", "wcxb", "fundus")
EDGED = ("articles, docs", "newspapers")  # groups whose first and last lines and losses are counted
# Which pages a line is about.
GROUPS: Mapping[str, Callable[[Row], bool]] = {
    "articles, docs": lambda row: row["set"] in SETS and row["page_type"] in ARTICLES,
    "zyte": lambda row: row["set"] == "zyte",
    "wcxb articles": lambda row: row["set"] == "wcxb" and row["page_type"] == "article",
    "newspapers": lambda row: row["set"] == "fundus",
    "documentation": lambda row: row["page_type"] == "documentation",
    "forums": lambda row: row["page_type"] == "forum",
}


class Compared(NamedTuple):
    """A figure of ours and of trafilatura's on the same pages, and the ends of the interval of
    their difference."""

    pages: int
    ours: float
    other: float
    low: float
    high: float

    def line(self, name: str) -> str:
        gap = f"{self.ours - self.other:+.3f} ({self.low:+.3f} to {self.high:+.3f})"
        return f"| {name} | {self.pages} | {self.ours:.3f} | {self.other:.3f} | {gap} |"


def fit(rows: Sequence[Row], folds: int, folder: Path) -> None:
    """Writes the tables of each fold into a folder of its number, unless they are there."""
    by_domain.fit(rows, folder, folds)
    fit_sequence.fit(rows, folder, folds)
    if (folder / str(folds - 1) / JUDGES).exists():
        return
    found = fit_readings.readings(rows, folder, folds)
    for number in range(folds):
        grown = fit_readings.grow(each for each in found if each.fold != number)
        (folder / str(number) / JUDGES).write_text(fit_readings.written(grown, rows), "utf-8")


def read(task: tuple[Row, Path]) -> tuple[Prediction, Prediction]:
    """What both make of a page, ours with the weights in the folder of its fold."""
    row, folder = task
    by_domain.use(folder)
    html = html_of(row)
    url = row["url"] or NOWHERE
    return {"id": row["id"], **bench_reading.ours(html, url)}, {
        "id": row["id"],
        **bench_reading.theirs(html, url),
    }


@cache
def _scorer() -> Any:
    """../shared/tools/score_articles.py, whose function `page` scores one page."""
    spec = importlib.util.spec_from_file_location(
        "score_articles", SHARED / "tools" / "score_articles.py"
    )
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def f1(parts: Any) -> float:
    """The harmonic mean of mean precision and mean recall, from rows of (right, wrong, missing)
    runs of four words."""
    right, wrong, missing = parts.T
    made = right + wrong
    precision = float((right / np.maximum(made, 1))[made > 0].mean()) if made.any() else 0.0
    recall = float((right / np.maximum(right + missing, 1)).mean())
    return 2 * precision * recall / max(precision + recall, 1e-9)


def _mean(values: Any) -> float:
    return float(values[:, 0].mean())


def _share(values: Any) -> float:
    return float(values[:, 0].sum() / max(values[:, 1].sum(), 1))


def compared(ours: Any, other: Any, figure: Callable[[Any], float] = _mean) -> Compared:
    """The `figure` of rows of both, page by page."""
    draw = np.random.default_rng(7)
    chosen = [draw.integers(0, len(ours), len(ours)) for _ in range(BOOT)]
    gaps = [figure(ours[pages]) - figure(other[pages]) for pages in chosen]
    low, high = np.percentile(gaps, (2.5, 97.5)).tolist()
    return Compared(len(ours), figure(ours), figure(other), low, high)


def lines(rows: Sequence[Row], both: Sequence[Mapping[str, Prediction]]) -> Iterator[str]:
    """The table, a line a figure; `both`: the predictions of ours and of trafilatura by page."""
    scored = [[_scorer().page(row, made[row["id"]]) for row in rows] for made in both]

    def arrays(metric: str, belongs: Callable[[Row], bool] = lambda row: True) -> list[Any]:
        pages = [at for at, row in enumerate(rows) if metric in scored[0][at] and belongs(row)]
        return [np.array([each[at][metric] for at in pages], dtype=float) for each in scored]

    for name, belongs in GROUPS.items():
        bodies = arrays("body", belongs)
        yield compared(*bodies, f1).line(f"body F1, {name}")
        if name in EDGED:
            chosen = [row for row in rows if row["truth"].get("text") and belongs(row)]
            yield from _losses(name, chosen, bodies, both)
    for name, part in (("must_have", slice(0, 2)), ("must_not", slice(2, 4))):
        yield compared(*(array[:, part] for array in arrays("snip")), _share).line(f"{name} found")
    for name in ("title", "author", "date", "image"):
        found = arrays(name)
        if len(found[0]):
            yield compared(*found).line(name)


def _losses(
    name: str, rows: Sequence[Row], bodies: Sequence[Any], both: Sequence[Mapping[str, Prediction]]
) -> Iterator[str]:
    """Bodies that one lost and the other found, and first and last lines that are not in the
    truth."""
    a, b = (
        2 * body[:, 0] / np.maximum(2 * body[:, 0] + body[:, 1] + body[:, 2], 1) for body in bodies
    )
    gone = [((x < LOST) & (y > FOUND)).astype(float)[:, None] for x, y in ((a, b), (b, a))]
    yield compared(*gone).line(f"lost where the other found it, {name}")
    texts = [[made[row["id"]].get("text") or "" for row in rows] for made in both]
    truths = [row["truth"]["text"] + (row["truth"].get("title") or "") for row in rows]
    wrong = [
        np.array(
            [find_foreign_edges(*pair) for pair in zip(truths, text, strict=True)], dtype=float
        )
        for text in texts
    ]
    for at, which in enumerate(("first", "last")):
        yield compared(*(each[:, at : at + 1] for each in wrong)).line(
            f"{which} line not in the truth, {name}"
        )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--folds", type=int, default=3)
    options.add_argument("--keep", type=Path, help="folder in which weights and predictions stay")
    asked = options.parse_args()
    single_thread()
    rows = fit_blocks.manifest()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        fit(rows, asked.folds, folder)
        tasks = [(row, folder / str(by_domain.fold_of(row, asked.folds))) for row in rows]
        with Pool(2) as pool:
            found = pool.map(read, tasks, chunksize=8)
        for at, name in enumerate(bench_reading.TOOLS):
            text = "".join(json.dumps(pair[at]) + "\n" for pair in found)
            (folder / f"{name}.jsonl").write_text(text, "utf-8")
    both = [{pair[at]["id"]: pair[at] for pair in found} for at in range(2)]
    print(
        "| on domains that were not fitted | pages | ours | trafilatura | difference"
        " |\n|---|---|---|---|---|"
    )
    print("\n".join(lines(rows, both)))


if __name__ == "__main__":
    main()
