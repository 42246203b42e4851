"""Weights match features by name, in any order."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from syndicator.describing.resources import load_weights, order_weights
from syndicator.describing.summary import excerpt
from syndicator.describing.taxonomy import categories, taggers

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "syndicator" / "describing" / "data"
FEATURES = ("length", "place", "title")
WEIGHTS = {"length": 1.0, "place": 2.0, "title": 3.0}
SHIPPED = [
    (excerpt.OPENER_FILE, "weights", (excerpt.CONSTANT, *excerpt.FEATURES)),
    ("none.toml", "weights", (categories.CONSTANT, *categories.FEATURES)),
    ("none.toml", "cold", (categories.CONSTANT, *categories.FEATURES)),
    ("zero_shot.toml", "weights", (taggers.CONSTANT, *taggers.ZERO_SHOT_FEATURES)),
]
TEXT = """The council closed the old bridge on Monday after the river rose by a metre.
Engineers will look at its piers this week, and a ferry takes people across until then."""


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"length": 1.0, "place": 2.0}, "title"),
        ({**WEIGHTS, "width": 4.0}, "width"),
        ({"length": 1.0, "place": 2.0, "titles": 3.0}, "titles"),
    ],
    ids=["missing", "extra", "renamed"],
)
def test_weights_of_other_features_are_refused(changed: dict[str, float], named: str) -> None:
    """Weights for the features length, place and title are refused if one is missing, if there is
    one too many or if one is misspelt; the error names it."""
    with pytest.raises(ValueError, match=named):
        order_weights(changed, FEATURES, "a file")


def test_two_features_of_one_name_are_refused() -> None:
    """Two features with the same name are an error that gives the name."""
    with pytest.raises(ValueError, match="place"):
        order_weights(WEIGHTS, (*FEATURES, "place"), "a file")


def test_the_order_in_the_file_means_nothing() -> None:
    """Weights are put into the order of the features, whatever the order in the file."""
    reversed_weights = dict(reversed(WEIGHTS.items()))
    assert list(order_weights(WEIGHTS, FEATURES, "a file")) == [1, 2, 3]
    assert list(order_weights(reversed_weights, FEATURES, "a file")) == [1, 2, 3]


@pytest.mark.parametrize(
    ("file", "table", "names"), SHIPPED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_shipped_weights_are_those_of_the_features(
    file: str, table: str, names: tuple[str, ...]
) -> None:
    """Each shipped table has exactly one weight for each feature and the constant, whose `names`
    are all different."""
    weights = load_weights(file, table, names)

    assert len(weights) == len(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("file", sorted({file for file, _, _ in SHIPPED}))
def test_a_file_of_weights_says_what_made_it(file: str) -> None:
    """Each file of weights names its script, date, data and the hash of the data."""
    document = tomllib.loads((DATA / file).read_text("utf-8"))

    assert (ROOT / document["script"]).is_file()
    assert isinstance(document["made"], date)
    assert document["data"]
    assert re.fullmatch("[0-9a-f]{64}", document["data_sha256"])


def test_reordered_features_score_sentences_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the code lists its features in reverse, the weights are loaded in that order, too, so
    that sentences keep their scores."""
    opener = excerpt.find_opener("The old bridge", TEXT, "en")
    scores = excerpt.score_openers(opener)
    reversed_rows = excerpt.measure_features(opener)[:, ::-1]

    monkeypatch.setattr(excerpt, "FEATURES", excerpt.FEATURES[::-1])
    constant, *weights = load_weights(
        excerpt.OPENER_FILE, "weights", (excerpt.CONSTANT, *excerpt.FEATURES)
    )
    scores_of_reversed = reversed_rows @ np.array(weights) + constant

    assert np.allclose(scores, scores_of_reversed, atol=1e-4)
