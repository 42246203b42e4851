"""Floors of describing on the open texts: they only rise. The figures are tests/bench/bench_describing.py's."""

from __future__ import annotations

import statistics as st
from pathlib import Path

import pytest

from syndicator.describing import excerpt
from syndicator.describing.taxonomy import Taxonomy
from tests.bench import bench_describing as bench

pytestmark = pytest.mark.slow
CATEGORY_FLOORS = {"bbc": 94.0, "ag": 83.5, "kpcrowd10": 70.5}  # measured 94.8, 84.4, 71.0
TAG_FLOORS = {"18f": (51.0, 31.5), "ropensci": (59.0, 28.0)}  # with a history, from the vocabulary alone


@pytest.mark.timeout(600)
def test_summaries(shared: Path) -> None:
    means = []
    for name in bench.SUMMARIES:
        scores, broken = bench.rouge(bench.rows(f"summ_{name}"), excerpt.summarize)
        assert not broken, (name, broken)
        means.append(scores)
    assert st.mean(m["rouge1"] for m in means) >= 39.0
    assert st.mean(m["rouge2"] for m in means) >= 20.0


@pytest.mark.parametrize("name", CATEGORY_FLOORS)
def test_categories(shared: Path, name: str) -> None:
    taxonomy = Taxonomy.from_toml(bench.TEXTS / f"cat_{name}.taxonomy.toml")
    found = bench.rows(f"cat_{name}")
    right = sum(taxonomy.category(row["title"], row["text"]).name == row["label"] for row in found)
    assert 100 * right / len(found) >= CATEGORY_FLOORS[name]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", TAG_FLOORS)
def test_tags(shared: Path, name: str) -> None:
    scores = bench.tag_scores(name)
    assert 100 * st.mean(scores["history"]) >= TAG_FLOORS[name][0]
    assert 100 * st.mean(scores["cold"]) >= TAG_FLOORS[name][1]
