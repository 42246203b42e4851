"""What was learnt about a tag stays after the tag is renamed or merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.describing.taxonomy.taxonomy import Taxonomy

KINDS = {
    "birds": (20, "Volunteers counted {} birds in the wood."),
    "owls": (12, "An owl called {} times in the dark."),
    "curl": (40, "Release {} of curl mends transfers."),
    "trains": (8, "The train of {} is late once more."),
    "soup": (4, "Soup for {} guests needs a large pot."),
    "rain": (60, "It rained {} drops into the barrel."),
}
POSTS = [
    (f"Note {n}", text.format(n), [tag])
    for tag, (count, text) in KINDS.items()
    for n in range(count)
]
BIRDS = ("A count", "They counted birds in the wood again.")
OWLS = ("A night", "Again an owl called in the dark.")


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy().learn(POSTS)


def score_post(taxonomy: Taxonomy, post: tuple[str, str]) -> dict[str, float]:
    assert taxonomy.learnt is not None
    return taxonomy.learnt.score_tags(*post)


def test_a_rename_changes_the_name_alone(taxonomy: Taxonomy) -> None:
    """After a rename all probabilities of a post's tags are the same, with the new name; the tag
    "birds" may be called "Bird" in the order to rename it."""
    renamed = taxonomy.rename_tag("Bird", "Ornithology")
    before = score_post(taxonomy, BIRDS)
    after = score_post(renamed, BIRDS)

    chance = before.pop("birds")

    assert after == before | {"Ornithology": chance}


def test_another_spelling_is_a_name_too(taxonomy: Taxonomy) -> None:
    """A tag may be renamed to another spelling of itself."""
    assert "Birds" in score_post(taxonomy.rename_tag("birds", "Birds"), BIRDS)


def test_merged_tags_have_the_posts_of_both(taxonomy: Taxonomy, tmp_path: Path) -> None:
    """A tag renamed to an existing one is merged with it: posts about either get that tag, also
    after saving."""
    taxonomy.rename_tag("owls", "birds").save(tmp_path / "learnt.npz")
    merged = Taxonomy().with_learnt(tmp_path / "learnt.npz")

    for post in (BIRDS, OWLS):
        scores = score_post(merged, post)
        likeliest, *_ = scores
        assert likeliest == "birds"
        assert scores["birds"] > 0.5
        assert "owls" not in scores


def test_what_nobody_learnt_changes_nothing(taxonomy: Taxonomy) -> None:
    """Renaming an unknown tag changes nothing."""
    assert taxonomy.rename_tag("weather", "climate") is taxonomy
    assert Taxonomy().rename_tag("birds", "owls").learnt is None
