"""Which feeds end, and which ends wait for a confirmation."""

from __future__ import annotations

from dataclasses import replace

from syndicator.configuration.settings import Publish
from syndicator.core.axes import ALL, QUERY, STORIES, TAG
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow
from syndicator.core.reasons import ConditionReason
from syndicator.publishing.selection.ending import (
    choose_waiting_feeds,
    describe_waiting,
    find_ending_feeds,
)

TAGS = [FeedKey(TAG, f"t{number:02}") for number in range(11)]
WITHOUT_TAGS = Publish(axes=("all", "sources", "queries"))


def test_ten_end_and_eleven_wait() -> None:
    """Ten feeds that the settings give up end at once; eleven wait for a confirmation and stay
    published: the kind "tags" stays on for the build. TAGS are eleven, none is confirmed."""
    ten_end = choose_waiting_feeds(TAGS[:10], (), WITHOUT_TAGS)

    assert ten_end.feeds == frozenset()

    waiting = choose_waiting_feeds(TAGS, (), WITHOUT_TAGS)

    assert waiting.feeds == frozenset(TAGS)
    assert waiting.feeds_with_kept_files == frozenset()
    assert set(waiting.publish.axes) == {*WITHOUT_TAGS.axes, "tags"}


def test_confirmed_feeds_do_not_count() -> None:
    """Feeds whose end is confirmed (the second argument) do not count towards the eleven, and do
    not wait. TAGS are eleven."""
    all_confirmed = choose_waiting_feeds(TAGS, TAGS, WITHOUT_TAGS)
    one_confirmed = choose_waiting_feeds(TAGS, TAGS[:1], WITHOUT_TAGS)

    assert all_confirmed.feeds == frozenset()
    assert one_confirmed.feeds == frozenset()

    queries = [FeedKey(QUERY, f"q{number}") for number in range(11)]
    queries_confirmed = choose_waiting_feeds([*TAGS, *queries], queries, WITHOUT_TAGS)

    assert queries_confirmed.feeds == frozenset(TAGS)


def test_feeds_of_a_kind_that_is_on_keep_their_files() -> None:
    """Feeds that wait, and whose kind is still on ("queries"), keep the files that they have; the
    settings for the build stay the same."""
    queries = [FeedKey(QUERY, f"q{number}") for number in range(11)]
    waiting = choose_waiting_feeds(queries, (), WITHOUT_TAGS)

    assert waiting.feeds_with_kept_files == frozenset(queries)
    assert waiting.publish == WITHOUT_TAGS


def test_stories_that_wait_are_published_as_before() -> None:
    """While the end of stories waits for confirmation, they stay published, as with the setting
    "link". Eleven tags end with them."""
    publish = Publish(axes=("all", "stories"), stories="off")
    waiting = choose_waiting_feeds([*TAGS, STORIES], (), publish)

    assert waiting.publish.stories == "link"
    assert waiting.feeds_with_kept_files == frozenset()


def test_only_published_feeds_count() -> None:
    """A feed that was never published, or has moved, is not one that the settings give up, nor is
    one that is still planned (the second argument)."""
    first, unpublished, moved, last = TAGS[:4]
    rows = [
        make_row(first),
        replace(make_row(unpublished), published=None),
        replace(make_row(moved), moved_to=first),
        make_row(last),
        replace(make_row(FeedKey(QUERY, "new")), published=None),
    ]

    assert find_ending_feeds([*rows, make_row(ALL)], {ALL}, WITHOUT_TAGS) == {first, last}
    assert find_ending_feeds(rows, set(TAGS), Publish()) == set()


def test_the_first_feeds_are_named() -> None:
    """The condition names the first ten feeds that would end (t00 to t09) and counts the rest;
    without such feeds there is none."""
    (problem,) = describe_waiting([key.slug for key in TAGS])

    assert problem.what == "11 feeds"
    assert problem.reason == ConditionReason.FEEDS_WOULD_END
    assert problem.detail.endswith("t09 and 1 more")
    assert describe_waiting([]) == ()


def make_row(key: FeedKey) -> FeedRow:
    return FeedRow(key=key, name=key.slug, first_slug=key.slug, count=1, published=True)
