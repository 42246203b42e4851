"""Observe an instance without changing it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.core.model import FeedKey, SourceState, VisitTimes
from syndicator.core.reasons import ConditionReason
from syndicator.health.episodes import Memory, update_episodes, write_state
from syndicator.health.observing import open_read_only
from syndicator.health.summary import Health, read_health
from tests.instances import NOW, Instance, store_articles
from tests.states import change_state

HOUR = timedelta(hours=1)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def read_instance_health(instance: Instance) -> Health:
    with open_read_only(instance.config, now=lambda: instance.now, environ={}) as looked:
        return read_health(looked)


def make_visited_state(key: str, **fields: object) -> SourceState:
    state = SourceState(
        key=key,
        url=f"https://{key}.example/feed",
        visits=VisitTimes(last_visit=NOW - HOUR, last_success=NOW - HOUR),
    )
    return change_state(state, **fields)


def test_sources_are_well_ill_or_not_visited_yet(instance: Instance) -> None:
    """Each source counts as fine, unvisited or with a condition; "left" was removed and does not
    count."""
    assert read_instance_health(instance).fine == 0
    assert read_instance_health(instance).unvisited == 2

    with instance.open_app() as app:
        # of one that was removed
        app.archive.store.visits.save_states(
            [make_visited_state("one"), make_visited_state("left", reason="dns")]
        )
    health = read_instance_health(instance)

    assert health.fine == 1
    assert health.unvisited == 1
    assert health.conditions == ()

    with instance.open_app() as app:
        app.archive.store.visits.save_states([make_visited_state("two", reason="http-404")])
    health = read_instance_health(instance)

    assert health.fine == 1
    assert health.unvisited == 0
    assert [condition.identity for condition in health.need_you] == ["source-failing:two"]


def test_a_source_whose_address_was_edited_is_not_visited_yet(instance: Instance) -> None:
    """A failure at the former address of a source does not count: with the new one it is
    unvisited."""
    with instance.open_app() as app:
        app.archive.store.visits.save_states(
            [make_visited_state("one", reason="http-404", url="https://old.example/feed")]
        )
    health = read_instance_health(instance)

    assert health.fine == 0
    assert health.unvisited == 2
    assert health.conditions == ()


def test_a_source_with_articles_of_several_publishers_has_no_usual_length(
    instance: Instance,
) -> None:
    """Short texts are a collapse only as long as all articles of the source are of one
    publisher."""
    short = make_visited_state("one", bodies=(100,) * 5 + (3000,) * 10)
    with instance.open_app() as app:
        app.archive.store.visits.save_states([short])
        store_articles(app, "A story", "A text that says something.")

    assert [condition.kind for condition in read_instance_health(instance).conditions] == [
        "extraction-collapsed"
    ]

    with instance.open_app() as app:
        store_articles(
            app, "Another", "A text of somebody else.", url="https://other.example/a", id="b" * 26
        )
        store_articles(app, "A third", "Of another source.", source="two")

    assert read_instance_health(instance).conditions == ()


def test_a_held_feed_has_the_name_of_its_file_and_when_that_was_written(instance: Instance) -> None:
    """The condition of a held feed has its file name and the time of the last write."""
    with instance.open_app() as app:
        store_articles(app, "A story", "A text that says something.")
    instance.build()
    with instance.open_app() as app:
        app.archive.store.index.record_invalid(
            FeedKey("source", "one"), "lost 1 of the live feed's entries"
        )
    (condition,) = read_instance_health(instance).conditions

    assert condition.kind == ConditionReason.FEED_HELD
    assert condition.subject == "sources/one"
    assert condition.last_success is not None
    assert read_instance_health(instance).figures.counts.feeds == 2  # all, and that of the source


def test_what_nothing_dates_is_as_old_as_the_first_look_that_found_it(instance: Instance) -> None:
    """A condition without a known start begins at the first look that found it."""
    with instance.open_app() as app:
        app.archive.store.index.record_invalid(
            FeedKey("source", "one"), "lost 1 of the live feed's entries"
        )
        app.archive.store.visits.save_states(
            [make_visited_state("two", reason="http-404", failing_since=NOW - 2 * HOUR)]
        )
    failing, feed_held = read_instance_health(instance).conditions

    assert failing.since == NOW - 2 * HOUR
    assert feed_held.since is None

    with instance.open_app() as app:
        memory, _ = update_episodes(
            Memory(), (failing, feed_held), NOW - HOUR, app.archive.instance
        )
        write_state(app.archive.store, memory, NOW - HOUR)

    assert [condition.since for condition in read_instance_health(instance).conditions] == [
        NOW - 2 * HOUR,
        NOW - HOUR,
    ]


def test_a_disk_is_named_once(instance: Instance) -> None:
    """Folders on the same disk give one entry."""
    (disk,) = read_instance_health(instance).disks
    assert 0 < disk.free <= disk.size
