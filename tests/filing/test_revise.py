"""Changes of an article when its page is read a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.model import Article, Origin
from syndicator.filing.save_article import MOST_REVISIONS, adopt, revise
from syndicator.publishing.render.view import find_times

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
    """Other markup around the same words is no revision."""
    again = replace(OLD, body="It has a **body**\n\nof some words.")
    a_day_later = THEN + timedelta(days=1)

    assert revise(OLD, again, a_day_later) is None


def test_a_correction_keeps_identity_and_moves_updated() -> None:
    """A changed text keeps id, address, dates and origin of the article; only `updated` and
    `revisions` record the change."""
    later = THEN + timedelta(days=1)
    new = replace(
        OLD,
        id="b" * 26,
        url="https://example.org/b",
        body="It has another body.",
        published=later,
        added=later,
    )
    revised = revise(OLD, new, later)

    assert revised is not None
    assert revised.id == OLD.id
    assert revised.url == OLD.url
    assert revised.published == OLD.published
    assert revised.added == OLD.added
    assert revised.updated == later
    assert revised.revisions == ("2026-11-02T12:00:00Z",)
    assert revised.origin == OLD.origin


@pytest.mark.parametrize("declared", [timedelta(days=-1), timedelta(0), timedelta(days=3)])
def test_updated_never_goes_back_nor_beyond_now(declared: timedelta) -> None:
    """A changed text is read two days after the last change. If its page declares as time of the
    change one before the last change, the same one, or one in the future, the time of the visit is
    used."""
    old = replace(OLD, updated=THEN)
    now = THEN + timedelta(days=2)
    revised = revise(old, replace(OLD, body="It has another body.", updated=THEN + declared), now)

    assert revised is not None
    assert revised.updated == now


def test_text_that_flaps_is_damped_but_an_announced_change_is_not() -> None:
    """Another text two hours after the last change is no revision, unless the page states a new
    date; neither is one after `MOST_REVISIONS` changes, even 60 days later."""
    a_day_later = "2026-11-02T12:00:00Z"
    two_hours_after_that = THEN + timedelta(days=1, hours=2)
    changed_once = replace(OLD, revisions=(a_day_later,))
    other_text = replace(OLD, body="It is now 12:05.")

    assert revise(changed_once, other_text, two_hours_after_that) is None

    announced = replace(other_text, updated=THEN + timedelta(days=1, hours=1))

    assert revise(changed_once, announced, two_hours_after_that) is not None

    changed_often = replace(OLD, revisions=(a_day_later,) * MOST_REVISIONS)

    assert revise(changed_often, other_text, THEN + timedelta(days=60)) is None


def test_a_wall_that_came_up_later_does_not_replace_the_whole_text() -> None:
    """A partial text does not replace the whole one."""
    walled = replace(OLD, body="It has a lead.", partial=True)
    a_day_later = THEN + timedelta(days=1)

    assert revise(OLD, walled, a_day_later) is None


# the same article as the source of its own site reads it
OWN = replace(
    OLD,
    id="b" * 26,
    url="https://example.org/b",
    title="A story",
    author="Ada",
    published=THEN - timedelta(hours=3),
    updated=THEN - timedelta(hours=1),
    added=THEN + timedelta(hours=5),
    tags=("LLM",),
    source_key="own",
    source_id="own-1",
    origin=Origin(title="Own"),
    aliases=("https://example.org/c",),
)


def test_what_is_adopted_is_as_its_own_source_has_it_but_for_its_identity() -> None:
    """Adoption keeps id, address and merges of the stored article (`old`), and takes title, text,
    dates and tags from its owner's reading (`OWN`). It has the aliases of both."""
    old = replace(
        OLD,
        also=("https://copy.example/",),
        aliases=("https://example.org/d",),
        merged_into="c" * 26,
    )
    adopted = adopt(old, OWN, THEN + timedelta(hours=5))
    kept = ("id", "url", "added", "also", "merged_into", "split_from", "digest")

    assert all(getattr(adopted, name) == getattr(old, name) for name in kept)

    taken_from_owner = (
        "title",
        "body",
        "author",
        "published",
        "updated",
        "tags",
        "source_key",
        "source_id",
        "origin",
    )

    assert all(getattr(adopted, name) == getattr(OWN, name) for name in taken_from_owner)
    assert adopted.aliases == ("https://example.org/d", "https://example.org/c")


def test_adoption_moves_what_an_entry_says_of_its_change_only_with_the_text() -> None:
    """If the owner's reading has the same text, adoption leaves the time of the last change as it
    was, and adds no revision; with another text that time is now."""
    now = THEN + timedelta(hours=5)
    same_text = OWN
    other_text = replace(OWN, body="Quite another text.")
    _, updated_before = find_times(OLD)
    _, updated_with_same_text = find_times(adopt(OLD, same_text, now))
    _, updated_with_other_text = find_times(adopt(OLD, other_text, now))

    assert updated_with_same_text == updated_before
    assert updated_with_other_text == now

    same_text_and_dates = replace(OWN, published=OLD.published, updated=OLD.updated)

    assert adopt(OLD, same_text_and_dates, now).revisions == ()

    revised = replace(OLD, revisions=("2026-11-01T13:00:00Z",))

    assert adopt(revised, OWN, now).revisions == revised.revisions


def test_one_that_was_unlisted_is_new_in_the_feeds_that_it_joins() -> None:
    """An unlisted article, which is in no feed, is listed once it is adopted, and counts as added
    then: at the time of its owner's reading."""
    now = THEN + timedelta(hours=5)
    adopted = adopt(replace(OLD, unlisted=True), OWN, now)

    assert adopted.unlisted is False
    assert adopted.added == OWN.added


def test_neither_ends_a_hold_nor_begins_one() -> None:
    """Revision and adoption change nothing about a hold: an article on hold stays on hold for its
    reason, and one that is not does not get the hold of the new reading."""
    now = THEN + timedelta(days=1)
    on_hold = replace(OLD, hold=True, hold_reason="flood")
    new = replace(OWN, body="Quite another text.")

    for stored in (revise(on_hold, new, now), adopt(on_hold, new, now)):
        assert stored is not None
        assert stored.hold
        assert stored.hold_reason == "flood"

    new_on_hold = replace(new, hold=True, hold_reason="unsure-text")

    for stored in (revise(OLD, new_on_hold, now), adopt(OLD, new_on_hold, now)):
        assert stored is not None
        assert not stored.hold
