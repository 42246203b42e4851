"""Unchanged sources are not processed again; changed ones always are."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicator.app.beside.kept_feeds import Beside
from syndicator.core.model import Outcome, SourceState
from syndicator.upkeep import reconcile
from tests.instances import NOW, Instance

OLD = 1_600_000_000_000_000_000  # nanoseconds


@pytest.fixture
def walked_sources(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was gone through from the first source to the last."""
    seen: list[str] = []

    def watched(owner: object, name: str) -> None:
        real: Callable[..., object] = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *given: (seen.append(name), real(*given))[1])

    watched(reconcile, "update_source_states")
    watched(Beside, "record_sources")
    return seen


def start_run(instance: Instance) -> SourceState:
    """What a run does at its start. Returns the state of source "one"."""
    with instance.open_app() as app:
        reconcile.update_edited_sources(app.archive, app.configuration)
        reconcile.update_from_files(app.archive, app.configuration)
        state = app.archive.store.visits.state("one")
        assert state is not None
        return state


def set_time_of_sources_file(instance: Instance, later_by: int = 0) -> None:
    os.utime(instance.config / "sources.toml", ns=(OLD + later_by, OLD + later_by))


def test_sources_that_did_not_change_are_left_alone(
    instance: Instance, walked_sources: list[str]
) -> None:
    """A second run with the same sources.toml processes no source. `walked_sources` collects the
    steps of runs that go through all sources."""
    set_time_of_sources_file(instance)
    start_run(instance)

    assert walked_sources == ["update_source_states", "record_sources"]

    start_run(instance)

    # no step more
    assert walked_sources == ["update_source_states", "record_sources"]


def test_an_edit_counts_at_the_next_run(instance: Instance, walked_sources: list[str]) -> None:
    """After an edit of sources.toml a source is due, though its next visit was tomorrow.
    `walked_sources` collects the steps of runs that go through all sources."""
    set_time_of_sources_file(instance)
    with instance.open_app() as app:
        reconcile.update_edited_sources(app.archive, app.configuration)
        state = app.archive.store.visits.state("one")

        assert state is not None

        # visited now, and due tomorrow
        app.archive.store.visits.save_states(
            [
                replace(
                    state,
                    schedule=replace(state.schedule, next_due=NOW + timedelta(days=1)),
                    visits=replace(state.visits, last_visit=NOW),
                )
            ]
        )

    # edited, with the same file time as before
    path = instance.config / "sources.toml"
    path.write_text(path.read_text().replace('key = "one"', 'key = "one"\nevery = "1h"', 1))
    set_time_of_sources_file(instance)

    assert start_run(instance).schedule.due_why == "sources.toml was edited"

    # by the first call above, then by the run after the edit
    assert walked_sources == ["update_source_states", "update_source_states", "record_sources"]


def test_of_sources_that_were_added_at_the_end_the_others_are_left_alone(
    instance: Instance, walked_sources: list[str]
) -> None:
    """Appending a source to sources.toml does not update the states of the others; the new source
    gets a state and is recorded beside the articles. `walked_sources` collects the steps of runs
    that go through all sources."""
    set_time_of_sources_file(instance)
    start_run(instance)
    path = instance.config / "sources.toml"
    path.write_text(
        path.read_text() + '\n[[source]]\nkey = "late"\nurl = "https://late.example/feed"\n'
    )
    set_time_of_sources_file(instance, later_by=5_000_000_000)
    start_run(instance)

    # the second run went through no states, and recorded the new address
    assert walked_sources == ["update_source_states", "record_sources", "record_sources"]

    with instance.open_app() as app:
        added = app.archive.store.visits.state("late")

        assert added is not None
        assert added.url == "https://late.example/feed"
        assert added.terms
        assert "late" in (instance.folder / "feeds/articles/sources.toml").read_text()


def test_an_addition_to_sources_that_no_run_has_looked_at_is_no_reason_to_leave_them(
    instance: Instance, walked_sources: list[str]
) -> None:
    """If a source is appended while the earlier ones were never reconciled (the note is of another
    version of the file), the states of all sources are updated."""
    set_time_of_sources_file(instance)
    with instance.open_app() as app:
        app.archive.store.visits.set_note("sources reconciled", "of another time", NOW)
    path = instance.config / "sources.toml"
    path.write_text(
        path.read_text() + '\n[[source]]\nkey = "late"\nurl = "https://late.example/feed"\n'
    )
    set_time_of_sources_file(instance, later_by=5_000_000_000)
    start_run(instance)

    assert walked_sources[0] == "update_source_states"


def test_a_touched_file_of_addresses_is_followed_again(
    instance: Instance, walked_sources: list[str]
) -> None:
    """If the list of the sources' addresses beside the articles is lost, the next run writes it
    again, and does not update the states of sources."""
    set_time_of_sources_file(instance)
    start_run(instance)
    (instance.folder / "feeds/articles/sources.toml").unlink()
    start_run(instance)

    assert walked_sources == ["update_source_states", "record_sources", "record_sources"]
    assert (instance.folder / "feeds/articles/sources.toml").exists()


def test_a_clock_that_was_set_back_is_seen_although_nothing_was_edited(
    instance: Instance, walked_sources: list[str]
) -> None:
    """A source that was visited in the far future, by a wrong clock, is made due now, although
    sources.toml did not change. `walked_sources` collects the steps of runs that go through all
    sources."""
    set_time_of_sources_file(instance)
    state = start_run(instance)
    ahead = NOW + timedelta(days=300)
    with instance.open_app() as app:
        late = replace(
            state,
            visits=replace(state.visits, last_visit=ahead),
            schedule=replace(state.schedule, next_due=ahead + timedelta(days=1)),
        )
        app.archive.store.visits.end_visit(Outcome(key="one", at=ahead, status="unchanged"), late)

    # the clock is right again: NOW
    assert start_run(instance).schedule.next_due == NOW
    assert walked_sources == ["update_source_states", "record_sources", "update_source_states"]


def test_a_lost_database_knows_nothing(instance: Instance, walked_sources: list[str]) -> None:
    """With a new database, sources are recorded again although sources.toml did not change."""
    set_time_of_sources_file(instance)
    start_run(instance)
    for path in (instance.folder / "feeds/state").glob("syndicator.db*"):
        path.unlink()
    with instance.open_app(create=True) as app:
        reconcile.update_edited_sources(app.archive, app.configuration)
        assert app.archive.store.visits.state("one") is not None
