"""Fits the weights by which a block of a page is scored: syndicator/reading/data/block_weights.toml.

    python -m tools.train.fit_blocks             fit, compare with the file; exit status 1 when a weight differs
    python -m tools.train.fit_blocks --write     fit and write the file
    python -m tools.train.fit_blocks --folds 5 --pred FILE
                                                 what weights reach on pages they were not fitted on: texts of each
                                                 fold (by domain) as lines of JSON, for score_articles.py

Reads ../shared/corpus/pages. The result is a table of numbers about words and shapes; no site is in it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from syndicator.errors import NotAnArticle
from syndicator.reading.body import containers, features, overlap, trafilatura
from syndicator.reading.html import document
from syndicator.reading.html.blocks import Block, read_blocks
from tools.train.provenance import ROOT, SHARED, rounded, sha256_of, single_thread

PAGES = SHARED / "corpus" / "pages"
MANIFEST = PAGES / "manifest.jsonl.gz"
WEIGHTS = ROOT / "syndicator" / "reading" / "data" / "block_weights.toml"
NOWHERE = "https://example.org/"  # the address of a page that has none
RIDGE = 12.0  # how strongly weights are drawn to zero; 2 to 30 do alike
BIAS_RIDGE = 1e-3  # the bias is not drawn to zero; this keeps the equations solvable
SNIPPET = 0.15  # what a block known from a snippet counts against one of a page with full text
PIECE = 24  # letters of a piece when a block stands in the truth only in part
SHORT = 16  # letters below which a block must follow what was found before it
AHEAD, BACK = 60, 300  # letters by which a short, or a longer, block may stand off that place
HALF = 0.5  # share of a block's pieces from which it is article
MOST_TIMES = 6  # times the length of a snippet that a block with it may have to be counted as boilerplate
LEAST_IN_SNIPPET = 30  # letters above which a block inside a snippet is article
MOST_STEPS = 12  # of Newton's method; it takes about seven
STEP = 1e-4  # of standardised weights: a smaller step ends it
CONSTANT = 1e-6  # standard deviation below which a feature is constant
MOST_LOG_ODDS = 30.0
Row = dict[str, Any]
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Example:
    """One page: a row of features for each block, the share of it that is article (nan: unknown), what it counts."""

    page: str
    domain: str
    names: tuple[str, ...]
    values: Any
    wanted: Array
    counts: Array
    texts: tuple[str, ...]
    kinds: tuple[str, ...]


def labels(blocks: Sequence[Block], truth: Row) -> list[float]:
    """For each block the share of it that the truth holds, nan where the truth does not tell."""
    if truth.get("text"):
        return _by_text(blocks, overlap.letters(truth["text"]))
    must, never = (_letters_of(truth.get(name) or ()) for name in ("must_have", "must_not"))
    return [_by_snippets(block.own, must, never) for block in blocks]


def _letters_of(snippets: Iterable[str]) -> list[str]:
    return [own for snippet in snippets if (own := overlap.letters(snippet))]


def _by_snippets(own: str, must: list[str], never: list[str]) -> float:
    if any(snippet in own and len(own) < MOST_TIMES * len(snippet) for snippet in never):
        return 0.0
    known = any(snippet in own or (len(own) > LEAST_IN_SNIPPET and own in snippet) for snippet in must)
    return 1.0 if known else float("nan")


def _by_text(blocks: Sequence[Block], text: str) -> list[float]:
    used = bytearray(len(text))
    at, out = 0, []
    for block in blocks:
        share, at = _found(block.own, text, used, at) if block.own else (0.0, at)
        out.append(share)
    return out


def _found(own: str, text: str, used: bytearray, at: int) -> tuple[float, int]:
    """The share of `own` in `text` where it is not `used`, and the place after it; `at` is where it is expected."""
    n = len(own)
    for start, end in [(at, at + n + AHEAD)] if n < SHORT else [(max(0, at - BACK), len(text)), (0, len(text))]:
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
    """The page of a row of the manifest, None when it is no HTML or has no text."""
    with gzip.open(PAGES / row["file"]) as file:
        html = file.read()
    try:
        parsed = document.parse(html, row["url"] or NOWHERE)
    except NotAnArticle:
        return None
    blocks = read_blocks(parsed.tree)
    if not blocks:
        return None
    overlap.measure(blocks)
    box = containers.build(blocks)
    containers.add_up(blocks, box)
    overlap.compare_extractions(
        blocks, box, lambda name: trafilatura.extract(parsed.tree, "balanced" if name == "balanced" else "fast")
    )
    found = features.columns(blocks, box, row["truth"].get("title") or "")
    names = tuple(sorted(found))
    wanted = np.array(labels(blocks, row["truth"]))
    return Example(
        page=row["id"],
        domain=row["domain"] or "",
        names=names,
        values=np.stack([found[name] for name in names], axis=1),
        wanted=wanted,
        counts=_counts(blocks, wanted, whole=bool(row["truth"].get("text"))),
        texts=tuple(block.text for block in blocks),
        kinds=tuple(block.kind for block in blocks),
    )


def _counts(blocks: Sequence[Block], wanted: Array, *, whole: bool) -> Array:
    """What each block counts in the fit: more for a longer one, in all about as much for a long page as for a short."""
    counts = np.log1p(np.array([block.letters for block in blocks], dtype=float)) ** 1.5
    counts = counts / (1 + counts.sum() ** 0.5) if whole else np.full(len(blocks), SNIPPET)
    counts[np.isnan(wanted)] = 0
    return counts


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """Logistic regression with a ridge, by Newton's method: the weight of each feature by its name."""
    names = examples[0].names
    if any(each.names != names for each in examples):
        raise ValueError("the pages have not the same features")
    counts = np.concatenate([each.counts for each in examples])
    use = counts > 0
    values = np.vstack([each.values for each in examples]).astype(np.float64)[use]
    wanted = (np.concatenate([each.wanted for each in examples])[use] > HALF).astype(float)
    bias = names.index("bias")
    spread, middle = values.std(axis=0), values.mean(axis=0)
    spread[spread < CONSTANT] = 1.0
    middle[bias], spread[bias] = 0.0, 1.0
    standard = _newton((values - middle) / spread, wanted, counts[use], bias)
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


def parted(examples: Sequence[Example], folds: int) -> Iterator[tuple[list[Example], list[Example]]]:
    """`folds` times: the examples to fit on, and those of the other domains to test on."""

    def fold(each: Example) -> int:
        return int(hashlib.sha256(each.domain.encode()).hexdigest(), 16) % folds

    for k in range(folds):
        yield [each for each in examples if fold(each) != k], [each for each in examples if fold(each) == k]


def predictions(examples: Sequence[Example], folds: int) -> Iterator[Row]:
    """The text of each page by weights fitted on other domains. Rows of score_articles.py: id, text."""
    for train, test in parted(examples, folds):
        weights = fit(train)
        for each in test:
            keep = each.values @ np.array([weights[name] for name in each.names]) > 0
            rows = zip(each.texts, keep, each.kinds, strict=True)
            yield {"id": each.page, "text": "\n".join(text for text, kept, kind in rows if kept and kind != "caption")}


def written(weights: dict[str, float], rows: Sequence[Row]) -> str:
    """The file of weights: what made it, from which data, and each feature's weight by its name."""
    lines = [
        "# What each feature of a block adds to the log odds that it is article. Written by tools/train/fit_blocks.py:",
        "# not to be edited by hand. Order means nothing; names must be those of syndicator/reading/body/features.py.",
        'script = "tools/train/fit_blocks.py"',
        f"made = {datetime.now(UTC).date().isoformat()}",
        f'data = "../shared/corpus/pages: manifest.jsonl.gz and its {len(rows)} pages"',
        f'data_sha256 = "{data_sha256(rows)}"',
        "",
        "[weights]",
        *(f'"{name}" = {rounded(value)}' for name, value in sorted(weights.items())),
    ]
    return "\n".join(lines) + "\n"


def data_sha256(rows: Sequence[Row]) -> str:
    """The hash of the manifest and of its pages, in its order (provenance.sha256_of)."""
    return sha256_of([MANIFEST, *(PAGES / row["file"] for row in rows)])


def differences(fitted: dict[str, float], rows: Sequence[Row]) -> list[str]:
    """How `fitted`, after rounding, and the hash of the data differ from the file."""
    table = tomllib.loads(WEIGHTS.read_text("utf-8"))
    kept: dict[str, float] = table["weights"]
    other = [] if table["data_sha256"] == data_sha256(rows) else ["the file was made from other data"]
    names = sorted(kept.keys() | fitted.keys())
    pairs = [(name, kept.get(name), rounded(fitted[name]) if name in fitted else None) for name in names]
    return other + [f"{name}: {old} in the file, {new} fitted" for name, old, new in pairs if old != new]


def manifest() -> list[Row]:
    with gzip.open(MANIFEST, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--write", action="store_true", help="write the file of weights")
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--pred", type=Path, help="write the predictions of the folds, and fit nothing else")
    asked = options.parse_args()
    rows = manifest()
    with Pool(2) as pool:
        examples = [each for each in pool.map(example, rows, chunksize=4) if each is not None]
    if asked.pred:
        asked.pred.write_text("".join(json.dumps(row) + "\n" for row in predictions(examples, asked.folds)), "utf-8")
        return 0
    fitted = fit(examples)
    if asked.write:
        WEIGHTS.write_text(written(fitted, rows), encoding="utf-8")
    found = differences(fitted, rows)
    print("\n".join(found) or f"{len(fitted)} weights, all as in {WEIGHTS.name}")
    return 1 if found else 0


if __name__ == "__main__":
    single_thread()
    sys.exit(main())
