"""Weights are matched with features by name."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest

from syndicator.reading.body import containers, features, overlap, scorer
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse

TABLES: tuple[scorer.Table, ...] = get_args(scorer.Table)
ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "tests/reading/pages/news_cms_de.html").read_bytes()


def score_page(
    monkeypatch: pytest.MonkeyPatch, weights: Mapping[str, float], table: scorer.Table = "asked"
) -> list[Block]:
    monkeypatch.setattr(scorer, "load_weights", lambda table: weights)
    blocks = read_blocks(parse(PAGE, "https://a.example/b").tree)
    overlap.measure_letters(blocks)
    box = containers.build_containers(blocks)
    containers.add_up_letters(blocks, box)
    overlap.guess_overlap(blocks, box)
    scorer.score_blocks(
        blocks,
        box,
        features.compute_text_features(blocks, "Lindenau fährt ab 2030 mit eigenem Strom"),
        table,
    )
    return blocks


@pytest.mark.parametrize("table", TABLES)
def test_the_shipped_weights_fit_the_features(
    monkeypatch: pytest.MonkeyPatch, table: scorer.Table
) -> None:
    blocks = score_page(monkeypatch, scorer.load_weights(table), table)
    assert {round(block.score) for block in blocks if block.letters} == {0, 1}


def test_the_score_is_the_mean_of_weights_and_trees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Log odds of 4 for each block by the weights, of -1 or -2 by the trees."""
    monkeypatch.setattr(
        scorer,
        "load_trees",
        lambda *_: scorer.read_trees([{"asks": "is-h > 0.5", "leaves": "-1 -2"}]),
    )
    blocks = score_page(
        monkeypatch, {name: 4.0 * (name == "bias") for name in scorer.load_weights("asked")}
    )
    results = {block.kind == "h": block.score for block in blocks}

    assert results == pytest.approx({False: 1 / (1 + math.exp(-1.5)), True: 1 / (1 + math.exp(-1))})


@pytest.mark.parametrize("name", ["bias", "sentence", "in-main", "near-share", "overlap x link"])
@pytest.mark.parametrize("change", ["missing", "renamed"])
def test_a_feature_without_a_weight_is_an_error(
    monkeypatch: pytest.MonkeyPatch, name: str, change: str
) -> None:
    weights = dict(scorer.load_weights("asked"))
    value = weights.pop(name)
    if change == "renamed":
        weights[f"{name}-2"] = value

    with pytest.raises(ValueError, match=re.escape(f"no weight for ['{name}']")):
        score_page(monkeypatch, weights)


def test_a_weight_without_a_feature_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=re.escape("no feature for ['surprise']")):
        score_page(monkeypatch, {**scorer.load_weights("asked"), "surprise": 1.0})


def test_a_feature_that_the_weights_do_not_know_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more = (*hints.list_names(), "surprise")
    monkeypatch.setattr(hints, "list_names", lambda: more)
    with pytest.raises(ValueError, match="near-surprise"):
        score_page(monkeypatch, scorer.load_weights("asked"))


def test_the_order_of_weights_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = scorer.load_weights("asked")
    turned = dict(reversed(weights.items()))
    scores = [
        [block.score for block in score_page(monkeypatch, each)] for each in (weights, turned)
    ]

    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


def test_every_feature_has_a_value_for_each_block() -> None:
    blocks = read_blocks(parse(PAGE, "https://a.example/b").tree)
    overlap.measure_letters(blocks)
    found = features.compute_features(
        blocks,
        containers.build_containers(blocks),
        features.compute_text_features(blocks, "A title"),
    )

    assert {len(column) for column in found.values()} == {len(blocks)}


@pytest.mark.parametrize(
    ("name", "parsed"), [("block_weights.toml", tomllib.loads), ("block_trees.json", json.loads)]
)
def test_the_files_name_the_script_that_made_them(
    name: str, parsed: Callable[[str], dict[str, Any]]
) -> None:
    """Each weights file names its script, date and data hash."""
    content = files("syndicator.reading").joinpath(f"data/{name}").read_text("utf-8")
    table = parsed(content)

    assert (ROOT / table["script"]).is_file()
    assert date.fromisoformat(table["made"]).year >= 2026
    assert re.fullmatch("[0-9a-f]{64}", table["data_sha256"])
    assert len(content) < 300_000  # read whole by each worker


def test_weights_stand_in_order() -> None:
    for table in TABLES:
        assert list(scorer.load_weights(table)) == sorted(scorer.load_weights(table))
