"""How far new tags without confirmed examples are trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.describing.taxonomy.taggers import Trust, learn_trust
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary

ROSES = (
    "Roses want sun, and every rose wants a wall. Tulips and roses like rain; roses most of all."
)


def test_it_counts_what_was_confirmed_and_what_was_not() -> None:
    """Trust is the smoothed share of proposed tags that were confirmed: of "Roses" and twice
    "walls" only the first was, as "rose", so one of three, with 2 added to both. Without a past
    it is 1."""
    # for each article the proposed tags and the confirmed ones
    past = [(["Roses", "walls"], ["rose"]), (["walls"], ["rain"]), ([], ["rain"])]
    trust = learn_trust(past)

    assert trust.rejected == {"walls": 2}
    assert trust.share == pytest.approx((1 + 2) / (3 + 2))
    assert learn_trust([]) == Trust(1.0, {})


def test_a_tag_that_was_rejected_again_and_again_counts_less() -> None:
    """With a trust of 0.5 the chance 0.8 becomes 0.4, and 0.2 for a tag that was rejected twice."""
    trust = Trust(0.5, {"walls": 2})
    assert trust.lower_chance("rain", 0.8) == pytest.approx(0.4)
    assert trust.lower_chance("walls", 0.8) == pytest.approx(0.2)


def test_a_past_that_never_had_a_tag_rejects_it(tmp_path: Path) -> None:
    """After twelve confirmed articles that name roses but lack the tag, it is no longer given,
    also after saving."""
    taxonomy = Taxonomy(Vocabulary(tag=(TagDef(name="roses"), TagDef(name="gardens"))))

    assert "roses" in taxonomy.tags("Of roses", ROSES)

    learnt = taxonomy.learn([(f"Of roses {n}", ROSES, ["gardens"]) for n in range(12)])

    assert learnt.tags("Of roses", ROSES) == ("gardens",)

    learnt.save(tmp_path / "learnt.npz")
    loaded = taxonomy.with_learnt(tmp_path / "learnt.npz")

    assert loaded.trust == learnt.trust
    assert loaded.tags("Of roses", ROSES) == ("gardens",)


def test_a_past_that_agrees_with_names_leaves_others_their_chance() -> None:
    """After twelve confirmed articles with the tag "roses", which they name, another tag ("heat
    pumps") is still given to the first article that names it."""
    taxonomy = Taxonomy(Vocabulary(tag=(TagDef(name="roses"), TagDef(name="heat pumps"))))
    learnt = taxonomy.learn([(f"Of roses {n}", ROSES, ["roses"]) for n in range(12)])
    pumps = (
        "Heat pumps are quiet, and a heat pump lasts. We all like heat pumps, and heat pumps"
        " like us."
    )

    assert "heat pumps" in learnt.tags("Of heat pumps", pumps)


def test_a_single_past_post_decides_nothing_of_what_was_never_named() -> None:
    """One confirmed post is too little to measure trust, with a list of tags or without. The tag
    of that post is learnt all the same, with probabilities from 0 to 1."""
    with_list = Taxonomy(Vocabulary(tag=(TagDef(name="roses"),)))

    assert with_list.learn([("T", "Text.", [])]).trust is None

    learnt = Taxonomy().learn([("T", "Text.", ["x"])])

    assert learnt.trust is None
    assert learnt.learnt is not None
    chances = learnt.learnt.score_tags("T", "Text.").values()
    assert all(0 <= chance <= 1 for chance in chances)
