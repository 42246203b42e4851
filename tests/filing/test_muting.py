"""Entries that `keep` and `mute` exclude: counted, not fetched, read when the queries change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import App, open_app
from syndicator.configuration.settings import Settings
from syndicator.core.model import Outcome
from syndicator.runs import refresh
from syndicator.upkeep import reconcile
from tests.faults.instance import NOT_SMALL, InProcess
from tests.unstamped import read_unstamped_configuration
from tests.world import World, patient_config, serve_world

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serve_world(World(without=NOT_SMALL)) as started:
        yield started


@pytest.fixture
def app(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    patient_config(tmp_path / "config", world, port=0)
    with open_app(
        tmp_path / "config",
        read=read_unstamped_configuration(tmp_path / "config"),
        clock=lambda: NOW,
        environ={},
    ) as opened:
        yield opened


def edit_source(app: App, **fields: Any) -> None:
    app.configuration.sources["holt"] = replace(app.configuration.sources["holt"], **fields)


def visit_holt(app: App, **wanted: Any) -> Outcome:
    (outcome,) = asyncio.run(
        refresh.run(app, refresh.Wanted(keys=("holt",), **wanted), stop=asyncio.Event())
    ).outcomes
    return outcome


def count_muted(app: App) -> int:
    return app.archive.store.visits.states()["holt"].muted


def find_rare_word(app: App, world: World) -> str:
    """A word in one title of the source alone."""
    titles = [story.title for story in world.stories if story.site == "holt"]
    return next(
        word
        for word in titles[0].split()
        if word.isalpha() and sum(word in title for title in titles) == 1
    )


def test_what_is_muted_is_not_fetched_but_counted_and_read_when_the_query_changes(
    app: App, world: World
) -> None:
    """The operator mutes a word that one title of the source has: that entry is counted as muted
    and its page is not requested, by two visits. After `mute` is removed, it is read."""
    edit_source(app, mute=f"title:{find_rare_word(app, world)}")
    request_count = len(world.requests)
    first_outcome = visit_holt(app)
    (row,) = app.archive.store.visits.list_muted("holt")

    assert len(first_outcome.added) == first_outcome.announced - 1
    assert count_muted(app) == 1
    assert row.reason == "muted"
    assert row.url.split("/", 3)[3] not in " ".join(
        request.path for request in world.requests[request_count:]
    )
    assert visit_holt(app).added == ()
    assert count_muted(app) == 1

    edit_source(app, mute=None)

    assert len(visit_holt(app).added) == 1
    assert count_muted(app) == 0


def test_keep_leaves_out_all_else_and_the_backfill_is_of_what_is_kept(
    app: App, world: World
) -> None:
    """`keep` names a word that one title of the source has: with a backfill of 1 that entry is
    read, because the others, which are muted, do not count."""
    edit_source(app, keep=f"title:{find_rare_word(app, world)}", backfill=1)
    first_outcome = visit_holt(app)

    assert len(first_outcome.added) == 1
    assert count_muted(app) == first_outcome.announced - 1


def test_what_waits_is_muted_by_an_edited_query_and_what_is_filed_stays(
    app: App, world: World
) -> None:
    """A new `keep` that matches nothing mutes all waiting entries; the article that was filed
    stays."""
    first_outcome = visit_holt(app, limit=1)
    edit_source(app, keep="title:nothing")
    second = visit_holt(app)

    assert second.added == ()
    assert second.pending == 0
    assert count_muted(app) == first_outcome.announced - 1

    states = reconcile.update_source_states(app.archive, app.configuration)

    assert states["holt"].muted == count_muted(app)


def test_it_is_due_at_once_with_what_was_kept_of_it_as_its_feed_may_have_it_no_longer(
    app: App, world: World
) -> None:
    """When `mute` is removed, the entry is pending with its stored content: the feed may no
    longer have it."""
    edit_source(app, mute=f"title:{find_rare_word(app, world)}")
    visit_holt(app)
    (row,) = app.archive.store.visits.list_muted("holt")
    edit_source(app, mute=None)

    states = reconcile.update_source_states(app.archive, app.configuration)

    assert states["holt"].schedule.next_due is None  # due at once

    (again,) = app.archive.store.visits.pending("holt", NOW)

    assert again.entry_id == row.entry_id
    assert again.entry is not None
    assert again.reason is None


def test_the_settings_mute_the_entries_of_all_sources_until_they_are_edited(
    app: App, world: World
) -> None:
    """`publish.mute` in the settings mutes entries of all sources; when it is removed, they are
    due at once."""
    settings = make_publish_settings(app, mute=f"title:{find_rare_word(app, world)}")
    muting = replace(app, configuration=replace(app.configuration, settings=settings))
    first_outcome = visit_holt(muting)

    assert len(first_outcome.added) == first_outcome.announced - 1
    assert count_muted(app) == 1

    reconcile.update_edited_sources(muting.archive, muting.configuration)

    assert app.archive.store.visits.pending("holt", NOW) == []

    reconcile.update_edited_sources(app.archive, app.configuration)
    [again] = app.archive.store.visits.pending("holt", NOW)

    assert again.entry is not None
    assert app.archive.store.visits.states()["holt"].schedule.next_due is None
    assert len(visit_holt(app).added) == 1
    assert count_muted(app) == 0


def make_publish_settings(app: App, **fields: Any) -> Settings:
    return app.configuration.settings.model_copy(
        update={"publish": app.configuration.settings.publish.model_copy(update=fields)}
    )
