"""Fits what scores a block of a page: syndicator/reading/data/block_weights.toml and
block_trees.json.

    python -m tools.train.fit_blocks             fit, compare with the files; exit status 1 when
    they decide otherwise python -m tools.train.fit_blocks --write     fit and write the files
    python -m tools.train.fit_blocks --folds 3 --pred FILE
                                                 what a fit reaches on pages it has not seen: texts
                                                 of each fold (by registrable domain) as lines of
                                                 JSON, for score_articles.py

Reads ../shared/corpus/pages. The result is tables of numbers about words and shapes; no site is in
them.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from syndicator.core import urls
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Rules
from syndicator.reading.body import body, containers, features, overlap, scorer
from syndicator.reading.html import document
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.metadata.metadata import read_metadata
from tools.train import boosting
from tools.train.provenance import ROOT, SHARED, rounded, sha256_of, single_thread

PAGES = SHARED / "corpus" / "pages"
MANIFESTS = (PAGES / "manifest.jsonl.gz", PAGES / "more.jsonl.gz")
DATA = ROOT / "syndicator" / "reading" / "data"
TABLES: tuple[scorer.Table, ...] = ("asked", "alone")
UNCOUNTED = ("listing", "collection")  # types of page without a text of their own
HALF_COUNTED = ("product", "service")  # pages that feeds hardly announce
MOST_BLOCKS = 120  # of a page that are learnt from; a longer page's count accordingly more
NEAR = 0.005  # share of the blocks that two fits on different processors may decide otherwise
NOWHERE = "https://example.org/"  # the address of a page that has none
RIDGE = 12.0  # how strongly weights are drawn to zero; 2 to 30 do alike
BIAS_RIDGE = 1e-3  # the bias is not drawn to zero; this keeps the equations solvable
SNIPPET = 0.15  # what a block known from a snippet counts against one of a page with full text
PIECE = 24  # letters of a piece when a block stands in the truth only in part
SHORT = 16  # letters below which a block must follow what was found before it
AHEAD, BACK = 60, 300  # letters by which a short, or a longer, block may stand off that place
ENOUGH = 0.35  # share of the page's prose that an extractor's text must have
# share of it in links from which it is a menu, unless it has this share of the prose
MENU, LEAST_PROSE = 0.5, 0.2
HALF = 0.5  # share of a block's pieces from which it is article
# times the length of a snippet that a block with it may have to be counted as boilerplate
MOST_TIMES = 6
LEAST_IN_SNIPPET = 30  # letters above which a block inside a snippet is article
MOST_STEPS = 12  # of Newton's method; it takes about seven
STEP = 1e-4  # of standardised weights: a smaller step ends it
CONSTANT = 1e-6  # standard deviation below which a feature is constant
MOST_LOG_ODDS = 30.0
Row = dict[str, Any]
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Example:
    """One page: for each table the features of its blocks (a row each), the share of each block
    that is article (nan: unknown), what it counts in a fit."""

    page: str
    site: str
    names: tuple[str, ...]
    values: Mapping[str, Any]
    wanted: Array
    counts: Array
    texts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def labels(blocks: Sequence[Block], truth: Row) -> list[float]:
    """For each block the share of it that the truth holds, nan where the truth does not tell."""
    if truth.get("text"):
        return _by_text(blocks, overlap.extract_letters(truth["text"]))
    must, never = (_letters_of(truth.get(name) or ()) for name in ("must_have", "must_not"))
    return [_by_snippets(block.letters_and_digits, must, never) for block in blocks]


def _letters_of(snippets: Iterable[str]) -> list[str]:
    return [own for snippet in snippets if (own := overlap.extract_letters(snippet))]


def _by_snippets(own: str, must: list[str], never: list[str]) -> float:
    if any(snippet in own and len(own) < MOST_TIMES * len(snippet) for snippet in never):
        return 0.0
    known = any(
        snippet in own or (len(own) > LEAST_IN_SNIPPET and own in snippet) for snippet in must
    )
    return 1.0 if known else float("nan")


def _by_text(blocks: Sequence[Block], text: str) -> list[float]:
    used = bytearray(len(text))
    at, out = 0, []
    for block in blocks:
        share, at = (
            _found(block.letters_and_digits, text, used, at)
            if block.letters_and_digits
            else (0.0, at)
        )
        out.append(share)
    return out


def _found(own: str, text: str, used: bytearray, at: int) -> tuple[float, int]:
    """The share of `own` in `text` where it is not `used`, and the place after it; `at` is where it
    is expected."""
    n = len(own)
    for start, end in (
        [(at, at + n + AHEAD)] if n < SHORT else [(max(0, at - BACK), len(text)), (0, len(text))]
    ):
        place = text.find(own, start, end)
        while place >= 0 and any(used[place : place + n : max(1, n // 4)]):
            place = text.find(own, place + 1, end)
        if place >= 0:
            used[place : place + n] = b"\1" * n
            return 1.0, place + n
    if n < SHORT:
        return 0.0, at
    pieces = [own[k : k + PIECE] for k in range(0, n - PIECE + 1, PIECE)] or [own]
    hits = [place for piece in pieces if (place := text.find(piece)) >= 0]
    share = len(hits) / len(pieces)
    return share, hits[-1] if share > HALF else at


def example(row: Row) -> Example | None:
    """The page of a row of a manifest, None when it is no HTML, has no text or no truth that
    counts."""
    truth = row["truth"]
    if row["page_type"] in UNCOUNTED or not (truth.get("text") or truth.get("must_have")):
        return None
    with gzip.open(PAGES / row["file"]) as file:
        html = file.read()
    try:
        parsed = document.parse(html, row["url"] or NOWHERE)
        meta = read_metadata(parsed, entry=None, rules=Rules(), now=None)
    except NotAnArticle:
        return None
    blocks = read_blocks(parsed.tree)
    if not blocks:
        return None
    overlap.measure_letters(blocks)
    text = features.compute_text_features(blocks, meta.title)
    found = {
        table: features.compute_features(blocks, box, text)
        for table, box in _compared(blocks, parsed.tree)
    }
    names = tuple(sorted(found["alone"]))
    wanted = np.array(labels(blocks, truth))
    return Example(
        page=row["id"],
        site=urls.site(row["url"] or "") or row["domain"] or row["id"],
        names=names,
        values={
            table: np.stack([columns[name] for name in names], axis=1)
            for table, columns in found.items()
        },
        wanted=wanted,
        counts=counts_of(blocks, wanted, row),
        texts=tuple(block.text for block in blocks),
        kinds=tuple(block.kind for block in blocks),
    )


def _compared(
    blocks: Sequence[Block], tree: Any
) -> Iterator[tuple[scorer.Table, containers.Containers]]:
    """Sets the overlap of `blocks` as each table has it, in the order in which a page is read."""
    box = containers.build_containers(blocks)
    containers.add_up_letters(blocks, box)
    overlap.guess_overlap(blocks, box)
    yield "alone", box
    compare_extractions(blocks, box, tree)
    yield "asked", box


def compare_extractions(blocks: Sequence[Block], box: containers.Containers, tree: Any) -> None:
    """Set the overlap of `blocks` with the first extraction that has enough of the page's prose and
    is no menu; else the prose of its main container counts as taken too."""
    overlap.guess_overlap(blocks, box)
    inside = [block for block in blocks if block.overlap]
    total = sum(block.letters for block in inside)
    for focus in ("fast", "balanced"):
        overlap.compare_with_text(blocks, body.extract_trafilatura(tree, focus))
        taken = sum(block.letters * block.overlap for block in blocks)
        length = sum(len(block.text) * block.overlap for block in blocks)
        linked = sum(block.linked_length * block.overlap for block in blocks)
        prose = sum(block.letters * block.overlap for block in inside)
        if taken >= max(ENOUGH * total, 1) and not (
            linked > MENU * length and prose < LEAST_PROSE * total
        ):
            return
    for block in inside:
        block.overlap = 1.0


def counts_of(blocks: Sequence[Block], wanted: Array, row: Row) -> Array:
    """The weight of each block in the fit: more for a longer one, about as much for a long page as
    for a short."""
    whole = bool(row["truth"].get("text"))
    counts = np.log1p(np.array([block.letters for block in blocks], dtype=float)) ** 1.5
    counts = counts / (1 + counts.sum() ** 0.5) if whole else np.full(len(blocks), SNIPPET)
    counts[np.isnan(wanted)] = 0
    return counts * (0.5 if row["page_type"] in HALF_COUNTED else 1.0)


def learnt(each: Example) -> Example:
    """`each` with at most about MOST_BLOCKS blocks that count, drawn by the page's id, and in all
    as much as before."""
    draw = np.random.default_rng(int(hashlib.sha256(each.page.encode()).hexdigest()[:8], 16))
    share = min(1.0, MOST_BLOCKS / max(1, np.count_nonzero(each.counts)))
    keep = (each.counts > 0) & (draw.random(len(each.counts)) < share)
    values = {table: rows[keep] for table, rows in each.values.items()}
    return replace(each, values=values, wanted=each.wanted[keep], counts=each.counts[keep] / share)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What scores the blocks of one table: weights, and trees as rows of their file."""

    weights: dict[str, float]
    rows: list[dict[str, str]]

    def log_odds(self, values: Mapping[str, Any]) -> Any:
        line = sum(values[name] * weight for name, weight in self.weights.items())
        return (line + scorer.compute_log_odds(scorer.read_trees(self.rows), values)) / 2


def fit_all(examples: Sequence[Example], plan: boosting.Plan) -> dict[str, Fitted]:
    """Weights and trees for each table. Raises ValueError when the pages have not the same
    features."""
    names = examples[0].names
    if any(each.names != names for each in examples):
        raise ValueError("the pages have not the same features")
    chosen = [learnt(each) for each in examples]
    wanted = (np.concatenate([each.wanted for each in chosen]) > HALF).astype(float)
    counts = np.concatenate([each.counts for each in chosen])
    return {
        table: _fit(np.vstack([each.values[table] for each in chosen]), wanted, counts, names, plan)
        for table in TABLES
    }


def _fit(
    values: Any, wanted: Array, counts: Array, names: Sequence[str], plan: boosting.Plan
) -> Fitted:
    limits = boosting.limits_of(values)
    grown = boosting.fit(boosting.codes_of(values, limits), limits, wanted, counts, plan)
    weights = {name: rounded(weight) for name, weight in fit(values, wanted, counts, names).items()}
    return Fitted(weights, [row_of(tree, names) for tree in grown])


def row_of(tree: boosting.Tree, names: Sequence[str]) -> dict[str, str]:
    """A tree as a row of the file, as `trees.read` takes it."""
    asks = "; ".join(
        f"{names[f]} > {rounded(limit)!r}"
        for f, limit in zip(tree.features, tree.limits, strict=True)
    )
    return {"asks": asks, "leaves": " ".join(f"{leaf:.3g}" for leaf in tree.leaves)}


def fit(values: Any, wanted: Array, counts: Array, names: Sequence[str]) -> dict[str, float]:
    """Logistic regression with a ridge, by Newton's method: the weight of each feature by its
    name."""
    values = values.astype(np.float64)
    bias = names.index("bias")
    spread, middle = values.std(axis=0), values.mean(axis=0)
    spread[spread < CONSTANT] = 1.0
    middle[bias], spread[bias] = 0.0, 1.0
    standard = _newton((values - middle) / spread, wanted, counts, bias)
    weights = standard / spread
    weights[bias] = standard[bias] - np.delete(weights * middle, bias).sum()
    return dict(zip(names, weights.tolist(), strict=True))


def _newton(values: Array, wanted: Array, counts: Array, bias: int) -> Array:
    ridge = np.full(values.shape[1], RIDGE)
    ridge[bias] = BIAS_RIDGE
    weights = np.zeros(values.shape[1])
    for _ in range(MOST_STEPS):
        odds = 1 / (1 + np.exp(-np.clip(values @ weights, -MOST_LOG_ODDS, MOST_LOG_ODDS)))
        slope = values.T @ (counts * (odds - wanted)) + ridge * weights
        bend = (values * (counts * odds * (1 - odds))[:, None]).T @ values + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < STEP:
            break
    return weights


def parted(
    examples: Sequence[Example], folds: int
) -> Iterator[tuple[list[Example], list[Example]]]:
    """`folds` times: the examples to fit on, and those of the other domains to test on."""

    def fold(each: Example) -> int:
        return int(hashlib.sha256(each.site.encode()).hexdigest(), 16) % folds

    for k in range(folds):
        yield (
            [each for each in examples if fold(each) != k],
            [each for each in examples if fold(each) == k],
        )


def by_name(each: Example, table: str) -> dict[str, Any]:
    """The features of a page's blocks, a column each."""
    return dict(zip(each.names, each.values[table].T, strict=True))


def predictions(examples: Sequence[Example], folds: int, plan: boosting.Plan) -> Iterator[Row]:
    """The text of each page by a fit to other sites. Rows of score_articles.py: id, text."""
    for train, test in parted(examples, folds):
        fitted = fit_all(train, plan)["asked"]
        for each in test:
            keep = fitted.log_odds(by_name(each, "asked")) > 0
            rows = zip(each.texts, keep, each.kinds, strict=True)
            yield {
                "id": each.page,
                "text": "\n".join(text for text, kept, kind in rows if kept and kind != "caption"),
            }


def written(fitted: Mapping[str, Fitted], rows: Sequence[Row]) -> dict[str, str]:
    """The files by name: what made each, from which data, and its tables."""
    made = {
        "script": "tools/train/fit_blocks.py",
        "made": datetime.now(UTC).date().isoformat(),
        "data": (
            f"../shared/corpus/pages: manifest.jsonl.gz, more.jsonl.gz and their {len(rows)} pages"
        ),
        "data_sha256": data_sha256(rows),
    }
    weights = [
        (
            "# What each feature of a block adds to the log odds that it is article. Written by"
            " tools/train/fit_blocks.py:"
        ),
        "# not to be edited by hand. Order means nothing; names must be those of",
        "# syndicator/reading/body/features.py.",
        *(f'{name} = "{value}"' for name, value in made.items()),
    ]
    grown = [f'"{name}": {json.dumps(value)}' for name, value in made.items()]
    for table, each in fitted.items():
        weights += [
            "",
            f"[{table}]",
            *(f'"{name}" = {value}' for name, value in sorted(each.weights.items())),
        ]
        grown.append(f'"{table}": [\n' + ",\n".join(map(json.dumps, each.rows)) + "\n]")
    return {
        "block_weights.toml": "\n".join(weights) + "\n",
        "block_trees.json": "{\n" + ",\n".join(grown) + "\n}\n",
    }


def kept(folder: Path) -> tuple[dict[str, Fitted], set[str]]:
    """What the files in `folder` say, and the hashes of the data that they name."""
    weights = tomllib.loads((folder / "block_weights.toml").read_text("utf-8"))
    grown = json.loads((folder / "block_trees.json").read_text("utf-8"))
    fitted = {table: Fitted(weights[table], grown[table]) for table in TABLES}
    return fitted, {weights["data_sha256"], grown["data_sha256"]}


def data_sha256(rows: Sequence[Row]) -> str:
    """The hash of the manifests and of their pages, in their order (provenance.sha256_of)."""
    return sha256_of([*MANIFESTS, *(PAGES / row["file"] for row in rows)])


def differences(
    fitted: Mapping[str, Fitted],
    examples: Sequence[Example],
    rows: Sequence[Row],
    folder: Path = DATA,
) -> list[str]:
    """How `fitted` and the hash of the data differ from the files in `folder`: fits on two kinds of
    processor part in the last digits, and trees that differ in one question may yet decide alike,
    so decisions are compared."""
    old, hashes = kept(folder)
    found = [] if hashes == {data_sha256(rows)} else ["the files were made from other data"]
    for table in TABLES:
        if old[table].weights.keys() != fitted[table].weights.keys():
            found.append(f"{table}: other features in the file")
            continue
        pairs = [
            [each[table].log_odds(by_name(page, table)) > 0 for each in (old, fitted)]
            for page in examples
        ]
        share = float(np.mean(np.concatenate([a != b for a, b in pairs])))
        found += (
            [f"{table}: {share:.2%} of the blocks are decided otherwise"] if share > NEAR else []
        )
    return found


def manifest() -> list[Row]:
    """The rows of both manifests."""
    found: list[Row] = []
    for name in MANIFESTS:
        with gzip.open(name, "rt", encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines]
    return found


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--write", action="store_true", help="write the files")
    options.add_argument("--folds", type=int, default=3)
    options.add_argument(
        "--pred", type=Path, help="write the predictions of the folds, and fit nothing else"
    )
    asked = options.parse_args()
    rows = manifest()
    with Pool(2) as pool:
        examples = [each for each in pool.map(example, rows, chunksize=4) if each is not None]
    if asked.pred:
        made = predictions(examples, asked.folds, boosting.Plan())
        asked.pred.write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")
        return 0
    fitted = fit_all(examples, boosting.Plan())
    if asked.write:
        for name, text in written(fitted, rows).items():
            (DATA / name).write_text(text, encoding="utf-8")
    found = differences(fitted, examples, rows)
    print("\n".join(found) or "the files decide as this fit does")
    return 1 if found else 0


if __name__ == "__main__":
    single_thread()
    sys.exit(main())
