"""Learn tags from confirmed articles, the vocabulary and the publisher."""

from __future__ import annotations

from dataclasses import replace

from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary

TAGGED = Taxonomy(
    Vocabulary(tag=tuple(TagDef(name=name) for name in ("bridges", "ferries", "tolls")))
)
BRIDGE = (
    "The old bridge of Marlow",
    "The bridge over the river is old. The bridge carries two lanes.\nIt was built of iron.",
)


def test_a_tag_that_the_past_rejects_does_not_come_back_by_its_name() -> None:
    """After twelve confirmed articles that mention bridges without the tag, it is not given by
    its name, also with files of earlier versions."""
    assert "bridges" in TAGGED.tags(*BRIDGE)

    without_the_tag = [
        (
            f"Bridge number {n}",
            f"The bridge of town {n} is one of many. People walk over the bridge.",
            ["tolls"],
        )
        for n in range(12)
    ]
    past = [
        *without_the_tag,
        ("A harbour", "Boats and quays.", ["bridges"]),
        ("A boat", "The boat is at sea.", ["ferries"]),
    ]
    learnt = TAGGED.learn(past)

    assert "bridges" not in learnt.tags(*BRIDGE)
    # files of earlier versions have no trust
    assert "bridges" not in replace(learnt, trust=None).tags(*BRIDGE)


def test_a_tag_that_the_past_does_not_have_is_judged_by_its_name() -> None:
    """A tag without confirmed articles is given if its name is in the text."""
    past = [
        (f"Boat number {n}", f"The boat of town {n} is at sea.", ["ferries"]) for n in range(12)
    ]
    assert "bridges" in TAGGED.learn(past).tags(*BRIDGE)


def test_the_publishers_tags_need_evidence_and_do_not_lead() -> None:
    """A publisher's tag needs a mention in the text: "tolls" has none; "ferries" has one and
    comes after "bridges"."""
    title, text = BRIDGE

    assert TAGGED.map_published_tags(["Tolls", "Bridge"], text, title) == ["bridges"]

    text_with_ferry = f"{text}\nThe ferry is far."
    tags = TAGGED.tags(title, text_with_ferry, ["ferries", "tolls"])

    assert tags[0] == "bridges"
    assert "tolls" not in tags
