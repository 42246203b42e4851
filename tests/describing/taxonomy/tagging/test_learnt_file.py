"""Read the file of learnt tags by feature names, also from files that lack new features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syndicator.describing.taxonomy import learning
from syndicator.describing.taxonomy.taggers import FEATURES, LearntTagger

TITLE = "Birds of the wood"
TEXT = "They counted birds again."


@pytest.fixture(scope="module")
def tagger() -> LearntTagger:
    birds = [
        (f"Bird count {n}", f"Volunteers counted {n} birds in the wood.", ["birds"])
        for n in range(20)
    ]
    tools = [
        (f"Release {n} of curl", f"Release {n} of curl mends transfers.", ["curl"])
        for n in range(20)
    ]
    learnt = learning.fit_learnt([*birds, *tools])
    assert learnt is not None
    return learnt


def rewrite_arrays(path: Path, **arrays: Any) -> None:
    """Replace these arrays of the file; None removes one."""
    with np.load(path) as state:
        kept = {name: state[name] for name in state.files} | arrays
    with path.open("wb") as out:
        np.savez_compressed(
            out, **{name: value for name, value in kept.items() if value is not None}
        )


def pack_names(names: tuple[str, ...]) -> Any:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def read_scores(path: Path) -> dict[str, float]:
    learnt = learning.load_learnt(path).tagger
    assert learnt is not None
    return learnt.score_tags(TITLE, TEXT)


def test_weights_are_read_by_name(tagger: LearntTagger, tmp_path: Path) -> None:
    """A file with its features and their weights in reverse order gives the same scores."""
    path = tmp_path / "learnt.npz"
    learning.save_learnt(learning.State(tagger, {}), path)
    before = read_scores(path)

    # three groups of weights, each with one for each feature, and the constant
    groups = tagger.weights[:-1].reshape(3, -1)
    constant = tagger.weights[-1:]
    reversed_weights = np.concatenate([*groups[:, ::-1], constant])
    rewrite_arrays(path, weights=reversed_weights, features=pack_names(FEATURES[::-1]))

    assert read_scores(path) == before
    assert before["birds"] > 0.5


def test_a_file_from_before_names_is_read_as_it_was(tagger: LearntTagger, tmp_path: Path) -> None:
    """A file of an earlier version has no feature names; its weights are taken in the order of
    that time."""
    path = tmp_path / "learnt.npz"
    learning.save_learnt(learning.State(tagger, {}), path)
    before = read_scores(path)

    # removes the names
    rewrite_arrays(path, features=None)

    assert read_scores(path) == before


def test_a_file_of_other_features_is_refused(tagger: LearntTagger, tmp_path: Path) -> None:
    """Loading fails and names a feature that this version does not compute ("colour")."""
    path = tmp_path / "learnt.npz"
    learning.save_learnt(learning.State(tagger, {}), path)
    rewrite_arrays(path, features=pack_names((*FEATURES[:-1], "colour")))

    with pytest.raises(ValueError, match="colour"):
        learning.load_learnt(path)
