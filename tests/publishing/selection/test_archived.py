"""Which feeds have archives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.configuration.settings import Publish
from syndicator.core.axes import ALL, AUTHOR, CATEGORY, QUERY, SOURCE, STORIES, TAG
from syndicator.core.model import FeedKey, FeedSpec, Older
from syndicator.core.ports import FeedRow
from syndicator.publishing.selection.archived import (
    decide_older,
    find_feeds_with_archives,
    find_older_place,
)

AI = FeedKey(TAG, "ai")
BEES = FeedKey(TAG, "bees")
MINE = FeedKey(QUERY, "mine")
ANN = FeedKey(AUTHOR, "ann")
CATEGORY_AI = FeedKey(CATEGORY, "ai")
SOURCE_ONE = FeedKey(SOURCE, "one")


@pytest.mark.parametrize(
    ("key", "older"),
    [
        (ALL, Older.OF_AXIS),
        (CATEGORY_AI, Older.OF_AXIS),
        (SOURCE_ONE, Older.OF_AXIS),
        (AI, Older.OF_AXIS),  # listed
        (BEES, Older.NONE),
        (MINE, Older.NONE),
        (ANN, Older.NONE),
        (STORIES, Older.OF_AXIS),  # whose feeds have none
    ],
)
def test_the_default(key: FeedKey, older: Older) -> None:
    """With `archives = "listed"`, which feeds have archives."""
    assert find_older_place(key, "listed", {"ai"}, ()) is older


@pytest.mark.parametrize("setting", [True, False, "atom"])
@pytest.mark.parametrize("key", [ALL, AI, BEES, MINE])
def test_other_settings_leave_it_to_the_axis(key: FeedKey, setting: bool) -> None:
    """For other values the axis decides."""
    assert find_older_place(key, setting, (), ()) is Older.OF_AXIS


@pytest.mark.parametrize(
    ("key", "older"),
    [
        (ALL, Older.OF_AXIS),
        (CATEGORY_AI, Older.NONE),
        (SOURCE_ONE, Older.OF_AXIS),
        (AI, Older.NONE),  # listed in taxonomy.toml, but not here
        (BEES, Older.OF_AXIS),
        (MINE, Older.OWN),
        (ANN, Older.NONE),
    ],
)
def test_a_list_names_feeds_and_kinds(key: FeedKey, older: Older) -> None:
    """The setting `archives` may name kinds of feeds ("sources") and single feeds ("tags/bees")."""
    assert (
        find_older_place(key, ("all", "sources", "tags/bees", "queries/mine"), {"ai"}, {AI})
        is older
    )


def test_published_archives_continue() -> None:
    """A feed whose archives are published keeps them, although the setting does not name it."""
    assert find_older_place(BEES, "listed", (), {BEES}) is Older.OF_AXIS
    assert find_older_place(MINE, "listed", (), {MINE}) is Older.OWN


def test_a_feed_without_archives_is_its_newest_unless_the_operator_wrote_a_window() -> None:
    """Only a feed that has archives, or a window set by the operator, also shows all articles of a
    window of time."""
    specs = [
        FeedSpec(key=key, name=key.slug, title=key.slug, first_slug=key.slug)
        for key in (AI, BEES, MINE)
    ]
    after = decide_older(specs, Publish(), tags={"ai"}, published=(), windows={MINE})
    assert [spec.window_hours for spec in after] == [72, 0, 72]


def test_the_archives_of_a_moved_feed_are_those_of_its_heir() -> None:
    """The archives of a moved feed count for its new key."""
    moved = replace(make_row(AI), moved_to=BEES, published=True)
    assert find_feeds_with_archives([moved, make_row(BEES)], {AI, MINE}) == {BEES, MINE}


def make_row(key: FeedKey) -> FeedRow:
    return FeedRow(key=key, name=key.slug, first_slug=key.slug, count=3)
