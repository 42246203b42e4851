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
    """Return the blocks of the sample page, scored with `weights`."""
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
    """With each shipped table of weights, a sample page has both texts that are kept (score near
    1) and texts that are cut (near 0)."""
    blocks = score_page(monkeypatch, scorer.load_weights(table), table)
    rounded_scores_of_texts = {round(block.score) for block in blocks if block.letters}

    assert rounded_scores_of_texts == {0, 1}


def test_the_score_is_the_mean_of_weights_and_trees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The score is the probability for the mean of two log odds: 4 by the weights, and -1 (or -2
    for headings) by the trees, so 1.5 (or 1)."""
    trees = scorer.read_trees([{"asks": "is-h > 0.5", "leaves": "-1 -2"}])
    monkeypatch.setattr(scorer, "load_trees", lambda *_: trees)
    # the bias alone counts, the same for each block
    weights = dict.fromkeys(scorer.load_weights("asked"), 0.0) | {"bias": 4.0}

    blocks = score_page(monkeypatch, weights)
    scores_of_headings = {block.score for block in blocks if block.kind == "h"}
    scores_of_others = {block.score for block in blocks if block.kind != "h"}

    assert [*scores_of_headings] == pytest.approx([1 / (1 + math.exp(-1))])
    assert [*scores_of_others] == pytest.approx([1 / (1 + math.exp(-1.5))])


@pytest.mark.parametrize("name", ["bias", "sentence", "in-main", "near-share", "overlap x link"])
@pytest.mark.parametrize("change", ["missing", "renamed"])
def test_a_feature_without_a_weight_is_an_error(
    monkeypatch: pytest.MonkeyPatch, name: str, change: str
) -> None:
    """Scoring fails and names the feature if its weight is missing or stands under another name;
    the names cover each kind of feature."""
    weights = dict(scorer.load_weights("asked"))
    value = weights.pop(name)
    if change == "renamed":
        weights[f"{name}-2"] = value

    with pytest.raises(ValueError, match=re.escape(f"no weight for ['{name}']")):
        score_page(monkeypatch, weights)


def test_a_weight_without_a_feature_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scoring fails and names a weight that belongs to no feature."""
    with pytest.raises(ValueError, match=re.escape("no feature for ['surprise']")):
        score_page(monkeypatch, {**scorer.load_weights("asked"), "surprise": 1.0})


def test_a_feature_that_the_weights_do_not_know_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new class-name hint, "surprise", adds the feature `near-surprise`; scoring fails, and
    names it, until the weights have it, too."""
    names_with_a_new_one = (*hints.list_names(), "surprise")
    monkeypatch.setattr(hints, "list_names", lambda: names_with_a_new_one)
    with pytest.raises(ValueError, match="near-surprise"):
        score_page(monkeypatch, scorer.load_weights("asked"))


def test_the_order_of_weights_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights are matched by name: reversed weights give the same scores, except for rounding."""
    weights = scorer.load_weights("asked")
    reversed_weights = dict(reversed(weights.items()))
    scores = [block.score for block in score_page(monkeypatch, weights)]
    scores_reversed = [block.score for block in score_page(monkeypatch, reversed_weights)]

    assert scores == pytest.approx(scores_reversed, abs=1e-5)  # sums are rounded


def test_every_feature_has_a_value_for_each_block() -> None:
    """Each feature is a column with as many values as the page has blocks."""
    blocks = read_blocks(parse(PAGE, "https://a.example/b").tree)
    overlap.measure_letters(blocks)
    text_features = features.compute_text_features(blocks, "A title")
    columns = features.compute_features(blocks, containers.build_containers(blocks), text_features)

    assert {len(column) for column in columns.values()} == {len(blocks)}


@pytest.mark.parametrize(
    ("name", "parsed"), [("block_weights.toml", tomllib.loads), ("block_trees.json", json.loads)]
)
def test_the_files_name_the_script_that_made_them(
    name: str, parsed: Callable[[str], dict[str, Any]]
) -> None:
    """Each file of weights names the script, date and data that made it, so that anybody can
    train it again."""
    content = files("syndicator.reading").joinpath(f"data/{name}").read_text("utf-8")
    table = parsed(content)

    assert (ROOT / table["script"]).is_file()
    assert date.fromisoformat(table["made"]).year >= 2026
    assert re.fullmatch("[0-9a-f]{64}", table["data_sha256"])
    assert len(content) < 300_000  # read whole by each worker


def test_weights_stand_in_order() -> None:
    """The shipped files list weights in alphabetical order, so that a new training gives a
    readable diff."""
    for table in TABLES:
        assert list(scorer.load_weights(table)) == sorted(scorer.load_weights(table))
