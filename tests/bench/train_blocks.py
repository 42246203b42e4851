"""Learns the weights of syndicator/reading/data/weights.toml from pages with known text.

    python -m tests.bench.train_blocks [--folds 5] [--write]

Reads ../shared/corpus/pages. Without --write it only reports, pages parted by domain, how well weights learnt on the
others do on each part. The result is a table of numbers about words and shapes; no site is in it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from syndicator.errors import NotAnArticle
from syndicator.reading.body import containers, features, overlap, trafilatura
from syndicator.reading.html import page
from syndicator.reading.html.blocks import Block, read_blocks

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ROOT.parent / "shared" / "corpus" / "pages"
WEIGHTS = ROOT / "syndicator" / "reading" / "data" / "weights.toml"
RIDGE = 12.0  # how strongly weights are drawn to zero; 2 to 30 do alike
SNIPPET = 0.15  # what a block known from a snippet counts against one of a page with full text
PIECE = 24


def labels(blocks: list[Block], truth: dict[str, Any]) -> list[float]:
    """For each block the share of it that the truth holds, nan where the truth does not tell."""
    if truth.get("text"):
        return _by_text(blocks, overlap.letters(truth["text"]))
    have = [overlap.letters(s) for s in truth.get("must_have") or [] if overlap.letters(s)]
    never = [overlap.letters(s) for s in truth.get("must_not") or [] if overlap.letters(s)]
    return [_by_snippets(block.own, have, never) for block in blocks]


def _by_snippets(own: str, have: list[str], never: list[str]) -> float:
    if any(s in own and len(own) < 6 * len(s) for s in never):
        return 0.0
    return 1.0 if any(s in own or (len(own) > 30 and own in s) for s in have) else float("nan")


def _by_text(blocks: list[Block], said: str) -> list[float]:
    used = bytearray(len(said))
    at, out = 0, []
    for block in blocks:
        own = block.own
        share, at = _found(own, said, used, at) if own else (0.0, at)
        out.append(share)
    return out


def _found(own: str, said: str, used: bytearray, at: int) -> tuple[float, int]:
    n = len(own)
    starts = [(at, at + n + 60)] if n < 16 else [(max(0, at - 300), len(said)), (0, len(said))]
    for start, end in starts:
        place = said.find(own, start, end)
        while place >= 0 and any(used[place : place + n : max(1, n // 4)]):
            place = said.find(own, place + 1, end)
        if place >= 0:
            used[place : place + n] = b"\1" * n
            return 1.0, place + n
    if n < 16:
        return 0.0, at
    pieces = [own[k : k + PIECE] for k in range(0, n - PIECE + 1, PIECE)] or [own]
    hits = [place for piece in pieces if (place := said.find(piece)) >= 0]
    share = len(hits) / len(pieces)
    return share, hits[-1] if share > 0.5 else at


def example(row: dict[str, Any]) -> dict[str, Any] | None:
    """One page as features, labels and weights of its blocks."""
    with gzip.open(PAGES / row["file"]) as file:
        html = file.read()
    try:
        parsed = page.parse(html, row["url"] or "https://example.org/")
    except NotAnArticle:
        return None
    blocks = read_blocks(parsed.tree)
    overlap.measure(blocks)
    box = containers.chains(blocks)
    containers.add_up(blocks, box)
    overlap.gather(
        blocks, box, lambda focus: trafilatura.opinion(parsed.tree, "balanced" if focus == "balanced" else "fast")
    )
    if not blocks:
        return None
    truth = row["truth"]
    wanted = np.array(labels(blocks, truth))
    weight = np.log1p(np.array([block.letters for block in blocks], dtype=float)) ** 1.5
    weight = weight / (1 + weight.sum() ** 0.5) if truth.get("text") else np.full(len(blocks), SNIPPET)
    weight[np.isnan(wanted)] = 0
    return {
        "id": row["id"],
        "domain": row["domain"] or "",
        "x": features.matrix(blocks, box, truth.get("title") or ""),
        "y": wanted,
        "w": weight,
        "texts": [b.text for b in blocks],
        "kinds": [b.kind for b in blocks],
        "n": [b.letters for b in blocks],
    }


def fit(pages: list[dict[str, Any]]) -> Any:
    """Logistic regression with a ridge, by Newton's method; the weights for raw features."""
    x = np.vstack([p["x"] for p in pages]).astype(np.float64)
    y = np.concatenate([p["y"] for p in pages])
    w = np.concatenate([p["w"] for p in pages])
    use = w > 0
    x, y, w = x[use], (y[use] > 0.5).astype(float), w[use]
    spread = x.std(axis=0)
    spread[spread < 1e-6] = 1.0
    middle = x.mean(axis=0)
    middle[0], spread[0] = 0.0, 1.0
    z = (x - middle) / spread
    ridge = np.full(z.shape[1], RIDGE)
    ridge[0] = 1e-3
    beta = np.zeros(z.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-np.clip(z @ beta, -30, 30)))
        slope = z.T @ (w * (p - y)) + ridge * beta
        bend = (z * (w * p * (1 - p))[:, None]).T @ z + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        beta -= step
        if np.abs(step).max() < 1e-4:
            break
    raw = beta / spread
    raw[0] = beta[0] - (beta * middle / spread)[1:].sum()
    return raw


def parted(pages: list[dict[str, Any]], folds: int) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    def fold(p: dict[str, Any]) -> int:
        return int(hashlib.md5(p["domain"].encode()).hexdigest(), 16) % folds

    for k in range(folds):
        yield [p for p in pages if fold(p) != k], [p for p in pages if fold(p) == k]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--write", action="store_true")
    options.add_argument("--pred", help="write the parted predictions as lines of JSON, for score_articles.py")
    asked = options.parse_args()
    with gzip.open(PAGES / "manifest.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    with Pool(2) as pool:
        pages = [p for p in pool.map(example, rows, chunksize=4) if p is not None]
    if asked.pred:
        with Path(asked.pred).open("w", encoding="utf-8") as out:
            for train, test in parted(pages, asked.folds):
                weights = fit(train)
                for p in test:
                    keep = p["x"] @ weights > 0
                    text = "\n".join(
                        t for t, k, kind in zip(p["texts"], keep, p["kinds"], strict=True) if k and kind != "caption"
                    )
                    out.write(json.dumps({"id": p["id"], "text": text}) + "\n")
    if asked.write:
        lines = [f'"{name}" = {value:.5g}' for name, value in zip(features.names(), fit(pages), strict=True)]
        head = "# Learnt by tests/bench/train_blocks.py: what each feature adds to the odds of article.\n"
        WEIGHTS.write_text(head + "\n[weights]\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
