"""Entries beyond the limit of a run wait and are read by later runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.container import App, open_app
from syndicator.core.errors import NetworkDown
from syndicator.core.model import Outcome, Schedule, SourceState
from syndicator.core.ports import EntryRow
from syndicator.filing import visit as visits
from syndicator.filing.visit import SIDE_BY_SIDE
from syndicator.runs import refresh
from syndicator.upkeep import reconcile
from syndicator.visiting import cadence
from tests.faults.instance import NOT_SMALL, InProcess
from tests.world import World, patient_config, serve_world

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
LONG = timedelta(days=300)


@pytest.fixture
def world() -> Iterator[World]:
    with serve_world(World(without=NOT_SMALL)) as started:
        yield started


@pytest.fixture
def clock() -> list[datetime]:
    return [NOW]


@pytest.fixture
def app(
    tmp_path: Path, world: World, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    patient_config(tmp_path / "config", world, port=0)
    with open_app(
        tmp_path / "config", clock=lambda: clock[0], jitter=lambda: 0.5, environ={}
    ) as opened:
        yield opened


def run_refresh(app: App, *keys: str) -> dict[str, Outcome]:
    """A run of the sources that are due, or of those named."""
    report = asyncio.run(refresh.run(app, refresh.Wanted(keys=keys), stop=asyncio.Event()))
    return {outcome.key: outcome for outcome in report.outcomes}


def get_state(app: App) -> SourceState:
    return app.archive.store.visits.states()["holt"]


def list_waiting_entries(app: App) -> list[EntryRow]:
    return app.archive.store.visits.pending("holt", NOW + LONG)


@pytest.mark.slow
def test_what_a_source_may_not_have_of_one_run_is_taken_by_the_next_ones_and_its_feed_is_not_asked_again(  # noqa: E501
    app: App, world: World, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With at most two pages a run (`MOST_PAGES`), the source is due again at once: a run a minute
    later reads two more, and so on, without a request for the feed. When none waits any more, the
    source is due when its feed is."""
    monkeypatch.setattr(visits, "MOST_PAGES", 2)
    first_holt = run_refresh(app, "holt")["holt"]

    assert len(first_holt.added) == 2
    assert first_holt.waiting == first_holt.announced - 2
    assert first_holt.pending == first_holt.announced - 2
    assert first_holt.next_due == NOW

    feed_due = get_state(app).schedule.feed_due

    assert feed_due is not None
    assert feed_due > NOW

    request_count = len(world.requests)
    later_runs = 0
    while get_state(app).schedule.waiting:
        clock[0] += timedelta(minutes=1)
        before = get_state(app).schedule.waiting
        outcome = run_refresh(app)["holt"]
        assert len(outcome.added) == min(2, before)
        later_runs += 1

    paths = [request.path for request in world.requests[request_count:] if request.site == "holt"]

    assert later_runs == (first_holt.announced - 1) // 2  # half of the others, rounded up
    assert not [path for path in paths if "feed" in path]
    assert get_state(app).schedule.next_due == feed_due
    assert get_state(app).schedule.feed_due is None
    assert list_waiting_entries(app) == []
    assert "holt" not in run_refresh(app)


@pytest.mark.slow
def test_a_source_whose_pages_are_slow_ends_its_turn(
    app: App, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If each page takes half a second, and a source has a twentieth (`MOST_SECONDS`), only the
    pages that were begun at once (`SIDE_BY_SIDE`) are read; the other entries of the source
    wait."""
    monkeypatch.setattr(visits, "MOST_SECONDS", 0.05)
    world.delay_answers("holt", 0.5)
    outcome = run_refresh(app, "holt")["holt"]

    assert len(outcome.added) == SIDE_BY_SIDE
    assert outcome.waiting > 0
    assert outcome.waiting == outcome.announced - SIDE_BY_SIDE


def test_who_names_a_source_has_its_feed_asked_although_entries_wait(
    app: App, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the operator names the source (`refresh holt`), its feed is requested although entries
    wait."""
    monkeypatch.setattr(visits, "MOST_PAGES", 1)
    run_refresh(app, "holt")
    request_count = len(world.requests)
    run_refresh(app, "holt")

    assert any("feed" in request.path for request in world.requests[request_count:])


def move_waiting_entries(app: App, url: str) -> None:
    """The pages of the entries that wait are on another host."""
    rows = [
        replace(row, entry=replace(row.entry, url=url + row.entry_id))
        for row in list_waiting_entries(app)
        if row.entry
    ]
    app.archive.store.visits.save_entries(rows)


def test_entries_that_wait_lose_no_try_while_there_is_no_network(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries wait after a run of one page. The next run reaches no host at all, as only this
    source is due and nobody listens at the address of its pages: it ends as "network down", and
    the entries keep their tries and the source its state."""
    monkeypatch.setattr(visits, "MOST_PAGES", 1)
    run_refresh(app, "holt")
    move_waiting_entries(app, "http://127.0.0.1:9/")  # where nobody listens

    # no other source is due
    others = [
        replace(one, schedule=replace(one.schedule, next_due=NOW + LONG))
        for key, one in app.archive.store.visits.states().items()
        if key != "holt"
    ]
    app.archive.store.visits.save_states(others)
    before = get_state(app)

    with pytest.raises(NetworkDown):
        run_refresh(app)

    assert get_state(app) == before
    assert {row.tries for row in list_waiting_entries(app)} == {0}


def test_a_host_of_pages_that_is_not_reached_leaves_the_rest_to_the_next_visit_of_the_feed(
    app: App, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries wait after a run of one page, and then the host of their pages is down, while other
    sources are reached. No entry loses a try: they wait until the feed is due; that visit asks for
    one page, which costs that entry a try."""
    monkeypatch.setattr(visits, "MOST_PAGES", 1)
    run_refresh(app, "holt")
    feed_due = get_state(app).schedule.feed_due

    assert feed_due is not None

    move_waiting_entries(app, "http://127.0.0.1:9/")  # where nobody listens

    assert run_refresh(app)["holt"].reason == "connect"
    assert {row.tries for row in list_waiting_entries(app)} == {0}
    assert get_state(app).schedule.next_due == feed_due
    assert get_state(app).schedule.feed_due is None
    assert get_state(app).backoff.failures == 0

    clock[0] = feed_due
    run_refresh(app)

    tries = [row.tries for row in list_waiting_entries(app)]

    assert tries.count(1) == 1
    assert tries.count(0) == len(tries) - 1


def test_an_edited_source_is_asked_anew(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """While entries wait, `feed_due` is the time of the next request for the feed. After the
    operator edits the source (`every`), there is none: the feed is asked at the next visit."""
    monkeypatch.setattr(visits, "MOST_PAGES", 1)
    run_refresh(app, "holt")

    assert get_state(app).schedule.feed_due is not None

    app.configuration.sources["holt"] = replace(app.configuration.sources["holt"], every="6h")
    states = reconcile.update_source_states(app.archive, app.configuration)

    assert states["holt"].schedule.feed_due is None


def test_the_plan_of_a_source_whose_entries_wait() -> None:
    """While entries wait, the next visit is at once and `feed_due` keeps the planned time; when
    none waits, the plan is as usual."""
    due = NOW + timedelta(hours=6)
    usual = SourceState(key="s", url="u", schedule=Schedule(next_due=due))
    with_three = cadence.plan_waiting_entries(usual, 3, NOW)

    assert with_three.schedule.next_due == NOW
    assert with_three.schedule.feed_due == due
    assert with_three.schedule.waiting == 3

    a_minute_later = NOW + timedelta(minutes=1)
    with_one = cadence.plan_waiting_entries(with_three, 1, a_minute_later)

    assert with_one.schedule.next_due == a_minute_later
    assert with_one.schedule.feed_due == due
    assert with_one.schedule.waiting == 1
    assert cadence.plan_waiting_entries(with_one, 0, NOW) == usual

    assert cadence.is_due_for_waiting_entries(with_one, NOW)
    assert not cadence.is_due_for_waiting_entries(with_one, due)  # the feed is due, too
    assert not cadence.is_due_for_waiting_entries(usual, NOW)
