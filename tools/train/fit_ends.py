"""Grows the trees that judge the two ends of a body: syndicator/reading/data/end_trees.json.

    python -m tools.train.fit_ends             grow, compare with the file; exit status 1 when they decide otherwise
    python -m tools.train.fit_ends --write     grow and write the file

What they judge is what the scorer leaves, mistakes included. So the weights of blocks are fitted three times without a
third of the domains (tools/train/folds.py), and the ends are those of pages that they were not fitted on. To be run
after fit_blocks: six minutes on two idle cores. Reads ../shared/corpus/pages; no site is in the trees.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Rules
from syndicator.reading.body import body, ends, scorer
from syndicator.reading.body import ends as end_features
from syndicator.reading.html import document
from syndicator.reading.html.blocks import Block
from syndicator.reading.metadata.metadata import read_metadata
from tests.bench.bench_reading import html_of
from tools.train import boosting, fit_blocks, folds
from tools.train.provenance import single_thread

Row = dict[str, Any]
PLAN = boosting.Plan(trees=150, depth=5, rate=0.08, rows=0.6, features=0.2, ridge=5.0)
EDGE = 80  # letters of a first or last line that are looked for in the truth
FURTHER_COUNTS = 0.15  # how much less a text counts for each one between it and the end
NEAR = 0.01  # share of the texts that two fits on different processors may decide otherwise
LEAST = 3  # texts of a page whose ends are learnt from


@dataclass(frozen=True, slots=True)
class End:
    """The texts at one end of a page: names and values of their features, and which are the article's."""

    names: tuple[str, ...]
    rows: Any
    wanted: Any


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its fold and its two ends."""

    page: str
    fold: int
    ends: Mapping[str, End]


def flat(text: str) -> str:
    """Letters and digits alone, in one case."""
    return re.sub(r"\W+", "", text).casefold()


def page(task: tuple[Row, Path, int]) -> Page | None:
    """The ends of the page of a row, read with the tables in the folder of its fold; None where it is no page to learn
    from."""
    row, folder, parts = task
    fold = folds.fold_of(row, parts)
    folds.use(folder / str(fold))
    try:
        parsed = document.parse(html_of(row), row["url"] or fit_blocks.NOWHERE)
        meta = read_metadata(parsed, entry=None, rules=Rules(), now=None)
    except NotAnArticle:
        return None
    blocks, chosen = body.untrimmed(parsed, meta)
    if sum(chosen.choice.stay) < LEAST:
        return None
    facts = end_features.flat_end(body.facts(meta))
    right = _right(blocks, row["truth"])
    found = {}
    for end in ends.ENDS:
        places = ends.candidates(blocks, chosen.choice.stay, end)
        names, rows = end_features.end_rows(blocks, places, chosen.scored.values, facts)
        wanted = np.array([right(at, end) for at in places[: len(rows)]], dtype=float)
        found[end] = End(names, rows.astype(np.float32), wanted)
    return Page(row["id"], fold, found)


def _right(blocks: Sequence[Block], truth: Row) -> Any:
    """A function that says of a block at an end whether it is the article's: its outer letters stand in the truth, or
    most of it does in its order."""
    whole = flat(truth["text"]) + flat(truth.get("title") or "")
    shares = fit_blocks.labels(blocks, truth)

    def right(at: int, end: str) -> bool:
        own = flat(blocks[at].text)
        return (own[:EDGE] if end == "first" else own[-EDGE:]) in whole or shares[at] > fit_blocks.HALF

    return right


def pages(rows: Sequence[Row], folder: Path, parts: int = folds.FOLDS) -> list[Page]:
    """The ends of all pages that have a whole text; `folder` holds the tables of folds.fit."""
    known = sorted((row for row in rows if row["truth"].get("text")), key=lambda row: folds.fold_of(row, parts))
    tasks = [(row, folder, parts) for row in known]
    with Pool(2) as pool:
        return [each for each in pool.map(page, tasks, chunksize=16) if each is not None]


def grow(found: Iterable[Page]) -> dict[str, list[dict[str, str]]]:
    """For each end the trees, as rows of the file."""
    seen = list(found)
    return {end: _grow([each.ends[end] for each in seen]) for end in ends.ENDS}


def _grow(found: Sequence[End]) -> list[dict[str, str]]:
    values = np.vstack([each.rows for each in found])
    wanted = np.concatenate([each.wanted for each in found])
    counts = np.concatenate([1 / (1 + FURTHER_COUNTS * np.arange(len(each.rows))) for each in found])
    limits = boosting.limits_of(values)
    grown = boosting.fit(boosting.codes_of(values, limits), limits, wanted, counts, PLAN)
    return [fit_blocks.row_of(tree, found[0].names) for tree in grown]


def written(grown: Mapping[str, Sequence[Mapping[str, str]]], rows: Sequence[Row]) -> str:
    """The file: what made it, from which data, and a table for each end."""
    made = {
        "script": "tools/train/fit_ends.py",
        "made": datetime.now(UTC).date().isoformat(),
        "data": f"../shared/corpus/pages: manifest.jsonl.gz, more.jsonl.gz and their {len(rows)} pages",
        "data_sha256": fit_blocks.data_sha256(rows),
    }
    lines = [f'"{name}": {json.dumps(value)}' for name, value in made.items()]
    lines += [f'"{end}": [\n' + ",\n".join(map(json.dumps, each)) + "\n]" for end, each in grown.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differences(text: str, grown: Mapping[str, Sequence[Mapping[str, str]]], found: Sequence[Page]) -> list[str]:
    """How the trees of the file `text` decide otherwise than those that were `grown`, on the pages `found`."""
    old, wrong = json.loads(text), []
    for end, table in grown.items():
        pairs = [[_odds(each, page.ends[end]) > 0 for each in (old[end], table)] for page in found]
        share = float(np.mean(np.concatenate([a != b for a, b in pairs])))
        wrong += [f"{end}: {share:.2%} of the texts are decided otherwise"] if share > NEAR else []
    return wrong


def _odds(table: Sequence[Mapping[str, str]], end: End) -> Any:
    return scorer.log_odds(scorer.read_trees(table), dict(zip(end.names, end.rows.T, strict=True)))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--write", action="store_true", help="write the file")
    options.add_argument("--keep", type=Path, help="folder in which the tables of the folds stay")
    asked = options.parse_args()
    rows = fit_blocks.manifest()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        folds.fit(rows, folder)
        found = pages(rows, folder)
    grown, file = grow(found), fit_blocks.DATA / "end_trees.json"
    if asked.write:
        file.write_text(written(grown, rows), "utf-8")
    wrong = differences(file.read_text("utf-8"), grown, found)
    print("\n".join(wrong) or "the file decides as these trees do")
    return 1 if wrong else 0


if __name__ == "__main__":
    single_thread()
    sys.exit(main())
