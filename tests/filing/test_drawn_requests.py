"""Which requests of a source ask for a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicator.configuration.settings import Settings
from syndicator.configuration.sources.identity import update_state
from syndicator.configuration.sources.opml import make_source_table, read_opml, write_opml
from syndicator.configuration.sources.rights import list_given
from syndicator.configuration.sources.schema import make_source
from syndicator.core.errors import UsageError
from syndicator.core.model import Source, SourceState, Validators
from syndicator.filing.context import build_feed_request, build_page_request, build_picture_request

PLAIN = Source(key="mine", url="https://mine.example/")
DRAWN = replace(PLAIN, browser=True)
SEEN = Validators(etag='"a"', last_modified="Tue, 10 Mar 2026 12:00:00 GMT")
STATE = SourceState(key="mine", url=PLAIN.url, validators=SEEN)


@pytest.mark.parametrize("source", [PLAIN, DRAWN])
def test_pages_and_lists_of_a_source_are_drawn_if_it_says_so(source: Source) -> None:
    """With `browser = true` pages and lists are drawn by a browser; pictures never are."""
    settings = Settings()
    page = build_page_request("https://mine.example/a", source, settings, {})
    feed = build_feed_request(source, STATE, settings, {})

    assert page.draw == source.browser
    assert feed.draw == source.browser
    assert not build_picture_request("https://mine.example/a.png", source, settings).draw


def test_a_list_that_is_drawn_is_asked_for_without_conditions() -> None:
    """A drawn list is requested without ETag: its page stays the same while the data that its
    scripts load changes."""
    settings = Settings()
    feed_request = build_feed_request(DRAWN, STATE, settings, {}, kind="page")

    assert feed_request.etag is None
    assert feed_request.last_modified is None

    plain = build_feed_request(PLAIN, STATE, settings, {}, kind="page")

    assert plain.etag == SEEN.etag
    assert plain.last_modified == SEEN.last_modified

    feed = build_feed_request(DRAWN, STATE, settings, {}, kind="feed")

    assert feed.etag == SEEN.etag
    assert feed.last_modified == SEEN.last_modified


def test_a_new_browser_makes_a_visit_due() -> None:
    """Switching the browser on makes the source due at once; without a change its next visit
    stays planned."""
    due = datetime(2026, 3, 10, tzinfo=UTC)
    before = update_state(PLAIN, None)
    before = replace(before, schedule=replace(before.schedule, next_due=due))

    assert update_state(PLAIN, before).schedule.next_due == due
    assert update_state(DRAWN, before).schedule.next_due is None


def test_a_list_of_a_stranger_gives_no_browser() -> None:
    """An imported OPML list cannot switch the browser on; it is a right that only the operator
    gives."""
    listed = read_opml(write_opml("Evil", [DRAWN]))
    (outline,) = listed.outlines

    assert not make_source({"key": "a", **make_source_table(outline, "category", {})}).browser
    assert list_given(DRAWN).rights == ("browser = true",)


def test_a_mailbox_has_no_pages_to_draw() -> None:
    """A browser for a mailbox is refused as a mistake."""
    values = {"key": "a", "url": "maildir:/m", "from": "a@b.example", "browser": True}
    with pytest.raises(UsageError, match="browser is for the web"):
        make_source(values)
