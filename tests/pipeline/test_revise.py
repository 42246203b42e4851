"""What a second reading changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.model import Article, Origin
from syndicator.pipeline.revise import MOST_REVISIONS, revise

THEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
OLD = Article(
    id="a" * 26,
    url="https://example.org/a",
    title="A story",
    body="It has a body of some words.",
    published=THEN,
    added=THEN,
    source_key="s",
    source_id="1",
    origin=Origin(title="Example"),
)


def test_the_same_words_in_other_clothes_change_nothing() -> None:
    again = replace(OLD, body="It has a **body**\n\nof some words.")
    assert revise(OLD, again, THEN + timedelta(days=1)) is None


def test_a_correction_keeps_identity_and_moves_updated() -> None:
    later = THEN + timedelta(days=1)
    new = replace(
        OLD, id="b" * 26, url="https://example.org/b", body="It has another body.", published=later, added=later
    )
    revised = revise(OLD, new, later)
    assert revised is not None
    assert (revised.id, revised.url, revised.published, revised.added) == (OLD.id, OLD.url, OLD.published, OLD.added)
    assert revised.updated == later
    assert revised.revisions == ("2026-11-02T12:00:00Z",)
    assert revised.origin == OLD.origin


@pytest.mark.parametrize("declared", [timedelta(days=-1), timedelta(0), timedelta(days=3)])
def test_updated_never_goes_back_nor_beyond_now(declared: timedelta) -> None:
    old, now = replace(OLD, updated=THEN), THEN + timedelta(days=2)
    revised = revise(old, replace(OLD, body="It has another body.", updated=THEN + declared), now)
    assert revised is not None and revised.updated == now


def test_text_that_flaps_is_damped_but_an_announced_change_is_not() -> None:
    once = replace(OLD, revisions=("2026-11-02T12:00:00Z",))
    flapping = replace(OLD, body="It is now 12:05.")
    assert revise(once, flapping, THEN + timedelta(days=1, hours=2)) is None
    announced = replace(flapping, updated=THEN + timedelta(days=1, hours=1))
    assert revise(once, announced, THEN + timedelta(days=1, hours=2)) is not None
    often = replace(OLD, revisions=("2026-11-02T12:00:00Z",) * MOST_REVISIONS)
    assert revise(often, flapping, THEN + timedelta(days=60)) is None


def test_a_wall_that_came_up_later_does_not_replace_the_whole_text() -> None:
    walled = replace(OLD, body="It has a lead.", partial=True)
    assert revise(OLD, walled, THEN + timedelta(days=1)) is None
