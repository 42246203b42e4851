"""Changes of settings and sources that rebuild feeds without a changed article."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

import pytest

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import FeedKey, FeedSpec, Rules, Source
from syndicator.publishing.selection import fingerprints

INSTANCE = uuid.UUID(int=1)
SETTINGS = Settings(site=Site(title="Days", url="https://feeds.example/"))
SPEC = FeedSpec(key=FeedKey("tag", "ai"), name="AI", title="AI - Days", first_slug="ai")
SOURCE = Source(key="one", url="https://one.example/feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecOfLaterVersion(FeedSpec):
    """A feed with a field of a later version."""

    mood: str = "calm"


LATER = SpecOfLaterVersion(
    key=SPEC.key, name=SPEC.name, title=SPEC.title, first_slug=SPEC.first_slug
)


def test_a_new_field_makes_no_feed_again() -> None:
    """If a later version adds a field to feeds (LATER has `mood`), fingerprints change only where
    it is set, so that an upgrade rebuilds nothing."""
    now = fingerprints.fingerprint_feed(SPEC, "x")
    with_default = fingerprints.fingerprint_feed(LATER, "x")
    with_value = fingerprints.fingerprint_feed(replace(LATER, mood="glad"), "x")

    assert with_default == now
    assert with_value != now


@pytest.mark.parametrize("field", ["title", "description", "language"])
def test_fields_of_the_head_change_feed_and_archives(field: str) -> None:
    """Title, description and language stand in the feed and in its archives, so that a change of
    one changes the fingerprints of both."""
    changed_feed = replace(SPEC, **{field: "de"})
    feed_before = fingerprints.fingerprint_feed(SPEC, "x")
    feed_after = fingerprints.fingerprint_feed(changed_feed, "x")
    archive_before = fingerprints.fingerprint_archive(SPEC, "x")
    archive_after = fingerprints.fingerprint_archive(changed_feed, "x")

    assert feed_after != feed_before
    assert archive_after != archive_before


@pytest.mark.parametrize("field", ["limit", "window_hours", "most", "share"])
def test_settings_that_select_the_head_change_no_archive(field: str) -> None:
    """Settings that choose the newest entries change the fingerprint of the feed, not that of its
    archives."""
    changed_feed = replace(SPEC, **{field: 7})
    feed_before = fingerprints.fingerprint_feed(SPEC, "x")
    feed_after = fingerprints.fingerprint_feed(changed_feed, "x")
    archive_before = fingerprints.fingerprint_archive(SPEC, "x")
    archive_after = fingerprints.fingerprint_archive(changed_feed, "x")

    assert feed_after != feed_before
    assert archive_after == archive_before


def test_settings_that_all_feeds_show() -> None:
    """Hubs and the author of the site are in every feed, so that each changes the fingerprint of
    the shared input; the address that the server listens on is in none."""
    with_hub = SETTINGS.model_copy(update={"publish": Publish(hubs=("https://hub.example/",))})
    with_author = SETTINGS.model_copy(
        update={"site": Site(title="Days", url="https://feeds.example/", author="Ann")}
    )
    with_port = SETTINGS.model_copy(update={"publish": Publish(listen="127.0.0.1:9")})
    before, hub, author, port = (
        fingerprints.fingerprint_shared_input(settings, INSTANCE)
        for settings in (SETTINGS, with_hub, with_author, with_port)
    )

    assert len({before, hub, author}) == 3  # all differ
    assert port == before


@pytest.mark.parametrize(
    "edit",
    [{"content": "full"}, {"licence": "CC0"}, {"title": "One"}, {"speaks_for": ("b.example",)}],
)
def test_visible_fields_of_a_source_change_its_fingerprint(edit: dict[str, object]) -> None:
    """Each field of a source that feeds show changes its fingerprint, so that its feeds are built
    again."""
    edited_source = replace(SOURCE, **edit)  # type: ignore[arg-type]
    before = fingerprints.fingerprint_source(SOURCE)
    after = fingerprints.fingerprint_source(edited_source)

    assert after != before


@pytest.mark.parametrize(
    "edit",
    [{"every": "6h"}, {"enabled": False}, {"rules": Rules(select=("main",))}, {"llm": False}],
)
def test_other_fields_of_a_source_change_no_fingerprint(edit: dict[str, object]) -> None:
    """Fields of a source that feeds do not show (interval, rules) do not change its fingerprint, so
    that nothing is built again."""
    edited_source = replace(SOURCE, **edit)  # type: ignore[arg-type]
    before = fingerprints.fingerprint_source(SOURCE)
    after = fingerprints.fingerprint_source(edited_source)

    assert after == before


def test_documents_of_another_form_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a new version writes feeds in another form, all feeds are built again: the number of the
    form (_DOCUMENT_VERSION) is in the fingerprint of the shared input."""
    before = fingerprints.fingerprint_shared_input(SETTINGS, INSTANCE)
    monkeypatch.setattr(fingerprints, "_DOCUMENT_VERSION", "before")
    assert fingerprints.fingerprint_shared_input(SETTINGS, INSTANCE) != before
