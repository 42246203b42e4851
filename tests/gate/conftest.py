"""All real pages with a text that a person wrote down, read once for the gates that judge texts."""

from __future__ import annotations

import fcntl
import gzip
import json
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.errors import NotAnArticle
from syndicator.core.ports import Filed
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.filing.page_reading import choose_hold_reason
from syndicator.filing.read_article import read_article
from tests.bench import bench_reading

Row = dict[str, Any]
TAXONOMY = bench_reading.SHARED / "corpus/editor/taxonomy.toml"


@pytest.fixture(scope="session")
def read_rows(
    shared_folder: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> list[tuple[Row, bench_reading.Prediction]]:
    """The row of each page in the manifests, and our prediction with `hold`, the reason for which
    the article waits. The processes of a test run share one file."""
    base = tmp_path_factory.getbasetemp()
    file = (base if worker_id == "master" else base.parent) / "read_rows.json"
    rows = _rows()
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            with Pool(2) as pool:
                file.write_text(json.dumps(pool.map(_read, rows, chunksize=8)), encoding="utf-8")
    return list(zip(rows, json.loads(file.read_text("utf-8")), strict=True))


def _rows() -> list[Row]:
    with gzip.open(bench_reading.PAGES / "more.jsonl.gz", "rt", encoding="utf-8") as lines:
        more_documents = [json.loads(line) for line in lines]
    return bench_reading.rows() + [
        row for row in more_documents if row["truth"].get("text") or row["truth"].get("must_have")
    ]


def _read(row: Row) -> bench_reading.Prediction:
    try:
        article = read_article(
            bench_reading.html_of(row),
            row["url"] or bench_reading.NOWHERE,
            Taxonomy.from_toml(TAXONOMY),
        )
    except NotAnArticle as error:
        return {"id": row["id"], "refused": error.kind}
    reason = choose_hold_reason(
        article.doubts, every=False, categorised=False, flooded=False, filed=Filed(own=1)
    )
    return {"id": row["id"], **bench_reading.prediction(article), "hold": reason}
