"""Quality floors of the reader on real pages. They only rise."""

from __future__ import annotations

import json
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from tests.bench import bench_reading

# What the weights reach on pages they were not learnt from is lower: tests/bench/train_blocks.py --pred measures that.
QUICK = {"F1": 0.94, "snipR": 0.96, "snipFP": 0.06, "title": 0.95, "author": 0.70, "date": 0.82}
FULL = {"F1": 0.960, "snipR": 0.928, "snipFP": 0.046, "title": 0.86, "author": 0.75, "date": 0.87}
KEPT = {"lists": 0.90, "headings": 0.96, "tables": 0.91, "code": 0.90}


def _figures(folder: Path, pages: list[dict[str, Any]]) -> dict[str, float]:
    bench_reading.score(folder, pages, "none", boot=0)
    found = json.loads((folder / "scores.json").read_text("utf-8"))["all"]["ours"]
    return {
        name: found[metric][name][0]
        for metric, name in (
            ("body", "F1"),
            ("snip", "snipR"),
            ("snip", "snipFP"),
            ("title", "title"),
            ("author", "author"),
            ("date", "date"),
        )
    }


def _below(figures: dict[str, float], floors: dict[str, float]) -> dict[str, float]:
    return {
        name: figures[name]
        for name, floor in floors.items()
        if (figures[name] > floor if name == "snipFP" else figures[name] < floor)
    }


def test_quick_pages(shared: Path, tmp_path: Path) -> None:
    pages = bench_reading.rows(quick=True)
    lines = [json.dumps({"id": row["id"], **bench_reading.ours(*_page(row))}) + "\n" for row in pages]
    for name in ("ours", "trafilatura"):
        (tmp_path / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    assert _below(_figures(tmp_path, pages), QUICK) == {}


def _page(row: dict[str, Any]) -> tuple[bytes, str]:
    return bench_reading.html_of(row), row["url"] or bench_reading.NOWHERE


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_all_pages(shared: Path, tmp_path: Path) -> None:
    pages = bench_reading.rows()
    with Pool(2) as pool:
        mine = pool.map(_ours, pages, chunksize=8)
    for name in ("ours", "trafilatura"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(p) + "\n" for p in mine), encoding="utf-8")
    assert _below(_figures(tmp_path, pages), FULL) == {}
    shares = bench_reading.structure(pages, {p["id"]: p for p in mine})
    assert {name: share for name, share in shares.items() if share < KEPT[name]} == {}
    assert sum("refused" in p for p in mine) <= 0.03 * len(mine)


def _ours(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], **bench_reading.ours(*_page(row))}


@pytest.mark.slow
def test_cpu_against_trafilatura(shared: Path, tmp_path: Path) -> None:
    mine, other = bench_reading.run(tmp_path, bench_reading.rows(every=16), processes=1)
    median = [sorted(p["cpu"] for p in found)[len(found) // 2] for found in (mine, other)]
    assert median[0] <= 1.7 * median[1]
