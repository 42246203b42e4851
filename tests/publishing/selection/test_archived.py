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

LISTED_TAG = FeedKey(TAG, "ai")  # in taxonomy.toml
UNLISTED_TAG = FeedKey(TAG, "bees")
SAVED_QUERY = FeedKey(QUERY, "mine")
AUTHOR_ANN = FeedKey(AUTHOR, "ann")
CATEGORY_AI = FeedKey(CATEGORY, "ai")
SOURCE_ONE = FeedKey(SOURCE, "one")


@pytest.mark.parametrize(
    ("key", "older"),
    [
        (ALL, Older.OF_AXIS),
        (CATEGORY_AI, Older.OF_AXIS),
        (SOURCE_ONE, Older.OF_AXIS),
        (LISTED_TAG, Older.OF_AXIS),  # listed
        (UNLISTED_TAG, Older.NONE),
        (SAVED_QUERY, Older.NONE),
        (AUTHOR_ANN, Older.NONE),
        (STORIES, Older.OF_AXIS),  # whose feeds have none
    ],
)
def test_the_default(key: FeedKey, older: Older) -> None:
    """With `archives = "listed"`, tags that taxonomy.toml does not list, saved queries and authors
    have no archives (NONE); for other feeds their axis decides (OF_AXIS)."""
    place = find_older_place(key, "listed", listed_tags={"ai"}, published=())

    assert place is older


@pytest.mark.parametrize("setting", [True, False, "atom"])
@pytest.mark.parametrize("key", [ALL, LISTED_TAG, UNLISTED_TAG, SAVED_QUERY])
def test_other_settings_leave_it_to_the_axis(key: FeedKey, setting: bool) -> None:
    """For each other value of `archives` the kind of the feed (its axis) decides, whatever the
    feed: a tag need not be listed."""
    place = find_older_place(key, setting, listed_tags=(), published=())

    assert place is Older.OF_AXIS


@pytest.mark.parametrize(
    ("key", "older"),
    [
        (ALL, Older.OF_AXIS),
        (CATEGORY_AI, Older.NONE),
        (SOURCE_ONE, Older.OF_AXIS),
        (LISTED_TAG, Older.NONE),  # listed in taxonomy.toml, but not here
        (UNLISTED_TAG, Older.OF_AXIS),
        (SAVED_QUERY, Older.OWN),
        (AUTHOR_ANN, Older.NONE),
    ],
)
def test_a_list_names_feeds_and_kinds(key: FeedKey, older: Older) -> None:
    """The setting `archives` may name kinds of feeds ("sources") and single feeds ("tags/bees");
    others have none, also if they are published now. A query has archives of its own (OWN), as its
    axis has none."""
    setting = ("all", "sources", "tags/bees", "queries/mine")
    place = find_older_place(key, setting, listed_tags={"ai"}, published={LISTED_TAG})

    assert place is older


def test_published_archives_continue() -> None:
    """A feed whose archives are published keeps them, although the setting does not name it."""
    tag_place = find_older_place(UNLISTED_TAG, "listed", listed_tags=(), published={UNLISTED_TAG})
    query_place = find_older_place(SAVED_QUERY, "listed", listed_tags=(), published={SAVED_QUERY})

    assert tag_place is Older.OF_AXIS
    assert query_place is Older.OWN


def test_a_feed_without_archives_is_its_newest_unless_the_operator_wrote_a_window() -> None:
    """Only a feed that has archives (the listed tag), or a window set by the operator (the query,
    in `windows`), also shows all articles of a window of time, 72 hours."""
    specs = [
        FeedSpec(key=key, name=key.slug, title=key.slug, first_slug=key.slug)
        for key in (LISTED_TAG, UNLISTED_TAG, SAVED_QUERY)
    ]
    decided = decide_older(specs, Publish(), tags={"ai"}, published=(), windows={SAVED_QUERY})

    assert {spec.key: spec.window_hours for spec in decided} == {
        LISTED_TAG: 72,
        UNLISTED_TAG: 0,
        SAVED_QUERY: 72,
    }


def test_the_archives_of_a_moved_feed_are_those_of_its_heir() -> None:
    """The archives of a moved feed count for its new key. Archives are published for the tag that
    moved, and for a query that did not."""
    moved_row = replace(make_row(LISTED_TAG), moved_to=UNLISTED_TAG, published=True)
    rows = [moved_row, make_row(UNLISTED_TAG)]
    feeds_with_archives = find_feeds_with_archives(rows, {LISTED_TAG, SAVED_QUERY})

    assert feeds_with_archives == {UNLISTED_TAG, SAVED_QUERY}


def make_row(key: FeedKey) -> FeedRow:
    return FeedRow(key=key, name=key.slug, first_slug=key.slug, count=3)
