"""What `[publish] hold = "unsure"` keeps from being published unseen: next to nothing of what is read well, and much of
what is read badly. On real pages, where ../shared is beside the checkout."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from syndicator.core.errors import NotAnArticle
from syndicator.core.ports import Filed
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.pipeline.read_article import read_article
from syndicator.pipeline.results import hold_reason
from tests.bench import bench_reading
from tests.gate import scores

pytestmark = pytest.mark.slow
GOOD, BAD = 0.8, 0.6  # F1 of a body from which it is read well, and below which it is read badly
MOST_GOOD = 0.02  # share of what is read well that may wait: the promise to operators
LEAST_BAD = 0.39  # share of what is read badly that is to wait; .396 of 268 pages, .40 before ends had trees
ARTICLES = ("article", "documentation", "structure")  # page types; the others are lists, shops and forums
TAXONOMY = bench_reading.SHARED / "corpus/editor/taxonomy.toml"


class Read(NamedTuple):
    """A page: whether it was read well (None: so so), and why it is on hold."""

    well: bool | None
    reason: str


def pages() -> list[dict[str, Any]]:
    """All pages whose text, or parts of it, a person wrote down."""
    found = []
    for name in ("manifest", "more"):
        with gzip.open(bench_reading.PAGES / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines]
    return [row for row in found if row["truth"].get("text") or row["truth"].get("must_have")]


def judged(row: dict[str, Any]) -> Read | None:
    """None for a page that makes no article."""
    taxonomy = Taxonomy.from_toml(TAXONOMY)
    try:
        read = read_article(bench_reading.html_of(row), row["url"] or bench_reading.NOWHERE, taxonomy)
    except NotAnArticle:
        return None
    reason = hold_reason(read.doubts, every=False, categorised=False, flooded=False, filed=Filed(own=1))
    return Read(is_well(row, read.text), reason)


def is_well(row: dict[str, Any], text: str) -> bool | None:
    truth = row["truth"]
    if not truth.get("text"):
        flat, parts = _flat(text), truth["must_have"]
        found = sum(_flat(part) in flat for part in parts)
        return True if found == len(parts) else False if 2 * found < len(parts) else None
    f1 = scores.body_f1([(truth["text"], text)])
    if f1 < BAD:
        return False
    return True if f1 >= GOOD and row["page_type"] in ARTICLES else None


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def share(found: Iterable[Read | None], *, well: bool) -> float:
    """The share of what was read well, or badly, that is on hold."""
    chosen = [bool(one.reason) for one in found if one is not None and one.well is well]
    return sum(chosen) / len(chosen)


def test_nothing_of_the_quick_pages_that_is_read_well_waits(shared: Path) -> None:
    found = [judged(row) for row in pages() if row.get("quick")]
    assert sum(one is not None and one.well is True for one in found) >= 10
    assert share(found, well=True) == 0


@pytest.mark.timeout(900)
def test_of_all_pages_few_good_ones_wait_and_many_bad_ones(shared: Path) -> None:
    with Pool(2) as pool:
        found = pool.map(judged, pages(), chunksize=8)
    assert share(found, well=True) <= MOST_GOOD
    assert share(found, well=False) >= LEAST_BAD
