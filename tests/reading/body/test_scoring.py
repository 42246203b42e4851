"""Weights and features find each other by name, and only by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from syndicator.reading.body import containers, features, overlap, scoring
from syndicator.reading.html import class_hints
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import parse

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "tests/reading/pages/news_cms_de.html").read_bytes()


def scored(monkeypatch: pytest.MonkeyPatch, weights: Mapping[str, float]) -> list[Block]:
    monkeypatch.setattr(scoring, "weights", lambda: weights)
    blocks = read_blocks(parse(PAGE, "https://a.example/b").tree)
    overlap.measure(blocks)
    box = containers.build(blocks)
    overlap.compare_extractions(blocks, box, lambda name: "")
    scoring.score(blocks, box, "Lindenau fährt ab 2030 mit eigenem Strom")
    return blocks


def test_the_shipped_weights_fit_the_features(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = scored(monkeypatch, scoring.weights())
    assert {round(block.score) for block in blocks if block.letters} == {0, 1}


@pytest.mark.parametrize("name", ["bias", "sentence", "in-main", "near-share", "overlap x link"])
@pytest.mark.parametrize("change", ["missing", "renamed"])
def test_a_feature_without_a_weight_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str, change: str) -> None:
    weights = dict(scoring.weights())
    value = weights.pop(name)
    if change == "renamed":
        weights[f"{name}-2"] = value
    with pytest.raises(ValueError, match=re.escape(f"no weight for ['{name}']")):
        scored(monkeypatch, weights)


def test_a_weight_without_a_feature_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=re.escape("no feature for ['surprise']")):
        scored(monkeypatch, {**scoring.weights(), "surprise": 1.0})


def test_a_feature_that_the_weights_do_not_know_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    more = (*class_hints.names(), "surprise")
    monkeypatch.setattr(class_hints, "names", lambda: more)
    with pytest.raises(ValueError, match="near-surprise"):
        scored(monkeypatch, scoring.weights())


def test_the_order_of_weights_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = scoring.weights()
    turned = dict(reversed(weights.items()))
    scores = [[block.score for block in scored(monkeypatch, each)] for each in (weights, turned)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


def test_every_feature_has_a_value_for_each_block() -> None:
    blocks = read_blocks(parse(PAGE, "https://a.example/b").tree)
    overlap.measure(blocks)
    found = features.columns(blocks, containers.build(blocks), "A title")
    assert {len(column) for column in found.values()} == {len(blocks)}


def test_the_file_of_weights_says_what_made_it() -> None:
    content = files("syndicator.reading").joinpath("data/block_weights.toml").read_text("utf-8")
    table = tomllib.loads(content)
    assert (ROOT / table["script"]).is_file()
    assert table["made"].year >= 2026
    assert re.fullmatch("[0-9a-f]{64}", table["data_sha256"])
    assert list(table["weights"]) == sorted(table["weights"])
