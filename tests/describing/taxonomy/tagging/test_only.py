"""With `only = false`, tags of taxonomy.toml are added and publishers' tags stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.describing.describe import describe
from syndicator.describing.taxonomy.taxonomy import MOST_TAGS, Taxonomy

TITLE = "Floods close the old bridge at Marlow"
TEXT = (
    "The river rose on Monday, and floods closed the bridge at Marlow. Floods are common here.\n"
    * 9
)
PUBLISHED = ("Bridges", "river levels", "Thames Valley", "#flooding", "Environment Agency", "Weirs")
LISTED = '[[tag]]\nname = "floods"\naliases = ["flooding"]\n\n[[tag]]\nname = "bridges"\n'


def choose_tags(
    tmp_path: Path, text: str, published: tuple[str, ...] = PUBLISHED
) -> tuple[str, ...]:
    (tmp_path / "taxonomy.toml").write_text(text)
    taxonomy = Taxonomy.from_toml(tmp_path / "taxonomy.toml")
    return describe(TITLE, TEXT, keywords=published, taxonomy=taxonomy).tags


def test_a_list_removes_no_tag_of_the_publisher(tmp_path: Path) -> None:
    """With `only = false` the list respells and adds tags, but no tag of the publisher is lost."""
    before = choose_tags(tmp_path, "")
    after = choose_tags(tmp_path, "only = false\n" + LISTED)

    respelt_before = [tag.casefold().replace("flooding", "floods") for tag in before]

    assert len(before) == MOST_TAGS
    assert [tag.casefold() for tag in after[:MOST_TAGS]] == respelt_before
    assert {"floods", "bridges"} <= set(after)  # as the list spells them


def test_listed_tags_are_added_where_the_text_names_them(tmp_path: Path) -> None:
    """Listed tags that the text names are added behind the publisher's tag ("Weirs")."""
    assert choose_tags(tmp_path, "only = false\n" + LISTED, published=("Weirs",)) == (
        "Weirs",
        *choose_tags(tmp_path, LISTED, published=("Weirs",)),
    )


@pytest.mark.parametrize("key", ["", "only = true\n"])
def test_without_the_key_the_list_is_all(tmp_path: Path, key: str) -> None:
    """By default only tags of the list are given; without a list, the publisher's tags stay."""
    assert set(choose_tags(tmp_path, key + LISTED)) == {"floods", "bridges"}
    assert "Weirs" in choose_tags(tmp_path, key, published=("Weirs",))


def test_what_publishers_call_otherwise_is_no_vote_against_a_listed_tag(tmp_path: Path) -> None:
    """Twelve articles whose publisher uses other tags do not lower the trust in listed ones."""
    (tmp_path / "taxonomy.toml").write_text("only = false\n" + LISTED)
    taxonomy = Taxonomy.from_toml(tmp_path / "taxonomy.toml")
    others = [(f"{TITLE} {day}", TEXT, ("Weirs",)) for day in range(12)]

    assert (
        taxonomy.learn([*others, (TITLE, TEXT, ("floods", "bridges"))]).trust
        == taxonomy.learn([(TITLE, TEXT, ("floods", "bridges"))]).trust
    )
