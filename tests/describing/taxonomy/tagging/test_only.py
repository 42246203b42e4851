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
    """With `only = false` a list with "floods" (also called "flooding") and "bridges" respells
    the publisher's tags and may add tags, but none of the publisher is lost."""
    without_list = choose_tags(tmp_path, "")
    with_list = choose_tags(tmp_path, "only = false\n" + LISTED)

    respelt = [tag.casefold().replace("flooding", "floods") for tag in without_list]

    assert len(without_list) == MOST_TAGS
    assert [tag.casefold() for tag in with_list[:MOST_TAGS]] == respelt
    # as the list spells them
    assert {"floods", "bridges"} <= set(with_list)


def test_listed_tags_are_added_where_the_text_names_them(tmp_path: Path) -> None:
    """With `only = false` the listed tags that the text names are added behind the publisher's
    tag ("Weirs"), in the order in which they are given without it."""
    listed_tags = choose_tags(tmp_path, LISTED, published=("Weirs",))
    all_tags = choose_tags(tmp_path, "only = false\n" + LISTED, published=("Weirs",))

    assert all_tags == ("Weirs", *listed_tags)


@pytest.mark.parametrize("key", ["", "only = true\n"])
def test_without_the_key_the_list_is_all(tmp_path: Path, key: str) -> None:
    """By default, as with `only = true`, only tags of the list ("floods", "bridges") are given;
    without a list, the publisher's tags stay."""
    assert set(choose_tags(tmp_path, key + LISTED)) == {"floods", "bridges"}
    assert "Weirs" in choose_tags(tmp_path, key, published=("Weirs",))


def test_what_publishers_call_otherwise_is_no_vote_against_a_listed_tag(tmp_path: Path) -> None:
    """Twelve articles whose publisher uses other tags do not lower the trust in listed ones."""
    (tmp_path / "taxonomy.toml").write_text("only = false\n" + LISTED)
    taxonomy = Taxonomy.from_toml(tmp_path / "taxonomy.toml")
    with_other_tags = [(f"{TITLE} {day}", TEXT, ("Weirs",)) for day in range(12)]
    with_listed_tags = (TITLE, TEXT, ("floods", "bridges"))

    trust = taxonomy.learn([with_listed_tags]).trust
    trust_after_others = taxonomy.learn([*with_other_tags, with_listed_tags]).trust

    assert trust_after_others == trust
