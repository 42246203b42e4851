"""Minimum scores of title, author and date on real pages, if ../shared is beside the checkout.

No rule was written on half of the domains."""

from __future__ import annotations

import gzip
import json
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.errors import NotAnArticle
from syndicator.reading.html.document import parse
from syndicator.reading.metadata.metadata import read_metadata
from tests.bench import bench_reading
from tests.gate.test_reading_gate import FLOORS, list_failing_figures

FIELDS = ("title", "author", "date", "image")


def predict_metadata(row: dict[str, Any]) -> bench_reading.Prediction:
    """The metadata of one page, without its body."""
    try:
        draft = read_metadata(
            parse(bench_reading.html_of(row), row["url"] or bench_reading.NOWHERE)
        )
    except NotAnArticle:
        return {"id": row["id"]}
    date = draft.published.date().isoformat() if draft.published else ""
    author = draft.author.split(", ") if draft.author else []
    return {
        "id": row["id"],
        "title": draft.title,
        "author": author,
        "date": date,
        "image": draft.cover,
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_all_pages(shared_folder: Path, tmp_path: Path) -> None:
    """On real pages the scores of title, author and date reach their minimums."""
    rows: list[dict[str, Any]] = []
    for name in ("manifest", "more"):
        with gzip.open(bench_reading.PAGES / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    rows = [row for row in rows if any(row["truth"].get(field) for field in FIELDS)]
    with Pool(2) as pool:
        result = pool.map(predict_metadata, rows, chunksize=16)
    for name in bench_reading.TOOLS:
        (tmp_path / f"{name}.jsonl").write_text(
            "".join(json.dumps(each) + "\n" for each in result), encoding="utf-8"
        )
    bench_reading.score(tmp_path, rows, "none", boot=0)
    ours = json.loads((tmp_path / "scores.json").read_text("utf-8"))["all"]["ours"]
    assert (
        list_failing_figures({field: ours[field][field][0] for field in FIELDS}, FLOORS["metadata"])
        == {}
    )
