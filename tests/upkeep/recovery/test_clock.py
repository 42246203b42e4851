"""A wrong clock during one run: what it changes, and what it must not change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import open_app
from syndicator.core.model import Article, Outcome, Problem, Schedule, SourceState, VisitTimes
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.filing.save_article import revise
from syndicator.publishing.render.view import find_times
from syndicator.upkeep import reconcile
from syndicator.upkeep import recovery as clock
from syndicator.upkeep.reindex import reindex
from tests.aged.web import serve_web
from tests.instances import NOW, Instance, store_articles
from tests.trust.case import Case, Day, Item, Page
from tests.trust.life import BEGAN, Life

FAR = timedelta(days=3650)
OLD = 60


def reconcile_files(instance: Instance) -> tuple[Problem, ...]:
    with instance.open_app() as app:
        return reconcile.update_from_files(app.archive, app.configuration)


def read_entries(instance: Instance) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = json.loads(instance.read_published("all.json"))["items"]
    return result


@pytest.fixture
def filled_instance(instance: Instance) -> Instance:
    """An instance with sixty articles, of which none lies in the future."""
    return instance.fill_once(store_old_articles)


def store_old_articles(instance: Instance) -> None:
    with instance.open_app() as app:
        for number in range(OLD):
            at = NOW - timedelta(days=9) + timedelta(hours=number)
            store_articles(app, f"Old {number}", "Text.", added=at, published=at)
    instance.build()


def store_future_articles(instance: Instance, count: int) -> list[Article]:
    """So many articles as a run files them that believes to be ten years later."""
    results = []
    with instance.open_app() as app:
        for number in range(count):
            at = NOW + FAR + timedelta(minutes=number)
            results.append(store_articles(app, f"Late {number}", "Text.", added=at, published=at))
        app.archive.store.visits.end_visit(
            Outcome(key="one", at=NOW + FAR, status="unchanged"),
            SourceState(key="one", url="https://one.example/feed"),
        )
    instance.build()
    return results


def visit_at(life: Life, hours: float, *numbers: int) -> None:
    """A visit so many hours after the beginning by this clock, when the feed has these stories."""
    life.now = BEGAN + timedelta(hours=hours)
    pages = {f"http://one.example/{n}": Page(text=f"one-{n}", title=f"Story {n}") for n in numbers}
    feed = tuple(Item(link=address, title=page.title) for address, page in pages.items())
    life.apply_day(Day(pages=pages, feeds={"http://one.example/feed": feed}))
    life.visit_all()


def read_dates(life: Life) -> dict[str, tuple[datetime | None, ...]]:
    return {
        article.title: (article.published, article.updated, article.added)
        for article in life.load_articles().values()
    }


def list_shown_entries(life: Life) -> list[tuple[str, str]]:
    items = json.loads((life.feeds / "public/all.json").read_text())["items"]
    return [(item["title"], item["date_published"]) for item in items]


@pytest.mark.parametrize(
    "wrong_by_hours",
    [-12, -8760, 12, 8760],
    ids=["behind", "a year behind", "ahead", "a year ahead"],
)
def test_a_clock_that_is_wrong_for_a_run_moves_nothing(
    tmp_path: Path, wrong_by_hours: float
) -> None:
    """A run with a wrong clock files a new article (4) on top and does not change dates or order of
    the others; neither does the next run, a day after the beginning, with the right clock. A
    rebuilt database gives the same feed."""
    source = {"key": "one", "url": "http://one.example/feed"}
    with serve_web() as web:
        life = Life(tmp_path, web, Case(row="", name="", file="", sources=(source,), days=()))

        # hours after the beginning, then the numbers of the stories in the feed
        visit_at(life, 0, 1, 2)
        visit_at(life, 10, 1, 2, 3)
        before = read_dates(life)
        published = list_shown_entries(life)

        # the run with the wrong clock
        visit_at(life, 10 + wrong_by_hours, 1, 2, 3, 4)
        meanwhile = list_shown_entries(life)

        assert [title for title, _ in meanwhile] == [
            "Story 4",
            "Story 3",
            *(title for title, _ in published[1:]),
        ]
        assert meanwhile[1:] == published, "what subscribers have seen stays"

        # the clock is right again
        visit_at(life, 24, 1, 2, 3, 4, 5)

        assert [title for title, _ in list_shown_entries(life)][:2] == ["Story 5", "Story 4"]
        assert list_shown_entries(life)[1:] == meanwhile
        assert before.items() <= read_dates(life).items()

        feeds = (tmp_path / "feeds/public/all.atom").read_bytes()

        assert [
            *life.run_command("rm feeds/state"),
            *life.run_command("reindex"),
            *life.run_command("build --all"),
        ] == []
        assert (tmp_path / "feeds/public/all.atom").read_bytes() == feeds


def test_a_clock_that_is_set_back_stops_no_visit(tmp_path: Path) -> None:
    """A source last visited in the future (the clock was a year ahead) becomes due again when the
    clock is set right."""
    source = {"key": "one", "url": "http://one.example/feed"}
    with serve_web() as web:
        life = Life(tmp_path, web, Case(row="", name="", file="", sources=(source,), days=()))
        for hours in (0.0, 8760.0):  # the second visit believes to be a year later
            visit_at(life, hours, 1)

        # the clock is right again
        life.now = BEGAN + timedelta(hours=1)
        with open_app(life.config, clock=lambda: life.now, jitter=lambda: 0.5, environ={}) as app:
            assert app.archive.store.visits.list_due_states(life.now) == []
            reconcile.update_edited_sources(app.archive, app.configuration)
            assert [state.key for state in app.archive.store.visits.list_due_states(life.now)] == [
                "one"
            ]


def test_a_text_that_changes_while_the_clock_is_behind_is_updated_later_than_before() -> None:
    """`updated` of an article that is revised while the clock is half a day behind is a second
    after its earlier dates, not before them; a later revision has the right time."""
    old = Article(
        id="a" * 26, url="https://one.example/a", title="A", body="Old.", added=NOW, published=NOW
    )
    new = revise(old, replace(old, body="New."), NOW - timedelta(hours=12))

    assert new is not None
    assert new.updated == NOW + timedelta(seconds=1)
    assert find_times(new) == (NOW, NOW + timedelta(seconds=1))

    again = revise(new, replace(new, body="Newer."), NOW + timedelta(days=2))

    assert again is not None
    assert again.updated == NOW + timedelta(days=2)


def test_what_the_last_run_or_the_newest_article_says_is_a_problem_of_the_run(
    filled_instance: Instance,
) -> None:
    """A clock behind the last visit or the newest article (both of 2036 here) is reported, unless
    three servers agree with it. No article file changes."""
    store_future_articles(filled_instance, count=1)  # and a visit of that time
    before = filled_instance.read_digests("articles")

    (problem,) = reconcile_files(filled_instance)
    assert problem.what == "clock"
    assert problem.reason == "clock-behind"
    assert "the last visit was at 2036-" in problem.detail

    # the time of that visit was corrected
    (problem,) = reconcile_files(filled_instance)
    assert "the newest article was added at 2036-" in problem.detail
    with filled_instance.open_app() as app:
        assert "2036-" in clock.describe_clock_fault(app.archive.store, NOW)

        # by how much this clock is ahead of each server's
        app.archive.clock_offsets.update(
            {f"{name}.example": timedelta(seconds=2) for name in "abc"}
        )
        assert clock.compare_clocks(app.archive) == ()
    assert reconcile_files(filled_instance) == (), "servers say that the clock is right now"
    assert filled_instance.read_digests("articles") == before


def test_a_clock_that_is_ahead_of_servers_is_reported(filled_instance: Instance) -> None:
    """A clock ahead of three servers is reported, as two may be wrong; it is well again when two of
    the three agree with it."""
    with filled_instance.open_app() as app:
        # by how much this clock is ahead of each server's: FAR is 3,650 days
        app.archive.clock_offsets.update({"a.example": FAR, "b.example": FAR})

        assert clock.compare_clocks(app.archive) == (), "two may be wrong"

        app.archive.clock_offsets["c.example"] = timedelta(days=1)
        (problem,) = clock.compare_clocks(app.archive)

        assert problem.reason == "clock"
        assert problem.detail == "it is 3650 days, 0:00:00 ahead of the clocks of 3 servers"
        assert clock.describe_clock_fault(app.archive.store, NOW) == problem.detail

        app.archive.clock_offsets.update({"a.example": timedelta(), "b.example": timedelta()})

        assert clock.compare_clocks(app.archive) == ()
        assert clock.describe_clock_fault(app.archive.store, NOW) == ""


@pytest.mark.parametrize("lost", [False, True], ids=["a run", "a lost database"])
def test_a_file_that_a_hand_dates_ten_years_ahead_is_published_as_of_now(
    filled_instance: Instance, lost: bool
) -> None:
    """Nine files that the operator dated ten years ahead are published with the current time, in
    the order of their dates; the files keep their dates. A later run or a reindex changes nothing.
    `lost`: the files are first seen by a reindex."""
    folder = filled_instance.folder / "feeds/articles"
    for number in range(9):
        text = (
            f"---\ntitle: Mine {number}\ndate: 2036-01-0{number + 1}\nsource:"
            f" https://me.example/{number}\n---\n\nText.\n"
        )
        (folder / f"mine-{number}.md").write_text(text)

    if lost:
        with filled_instance.open_app(create=True) as app:
            reindex(app.archive, app.configuration)
    assert reconcile_files(filled_instance) == ()
    filled_instance.build()

    assert ">2036-" not in filled_instance.read_published("all.atom")
    mine = [entry for entry in read_entries(filled_instance) if entry["title"].startswith("Mine")]
    assert [item["title"] for item in mine] == [f"Mine {number}" for number in reversed(range(9))]
    assert mine[0]["date_published"].startswith("2026-03-10T12:00:00")
    assert "2036-01-09" in (folder / "mine-8.md").read_text()  # the date is the hand's

    # a day later, and after a reindex, the feed is the same
    published = filled_instance.read_published("all.atom")
    filled_instance.now += timedelta(days=1)
    assert reconcile_files(filled_instance) == ()
    with filled_instance.open_app(create=True) as app:
        reindex(app.archive, app.configuration)
    filled_instance.build()
    assert filled_instance.read_published("all.atom") == published


def test_visits_and_entries_of_the_future_come_back(filled_instance: Instance) -> None:
    """The state of a source and an entry that are dated ten years ahead get the present time once
    the clock is right; an entry that waits for three days after a flood still waits."""
    late = NOW + FAR
    row = EntryRow(
        source_key="one",
        entry_id="guid",
        url="https://one.example/a",
        digest="d",
        status="pending",
        first_seen=late,
        next_try=late + timedelta(hours=1),
        tries=1,
    )
    with filled_instance.open_app() as app:
        state = SourceState(
            key="one",
            url="https://one.example/feed",
            visits=VisitTimes(last_visit=late, last_success=late),
            schedule=Schedule(next_due=late),
        )
        app.archive.store.visits.save_states([state])
        then = NOW + timedelta(days=3)
        flood = replace(
            row, entry_id="surplus", first_seen=NOW, next_try=then, reason=EntryReason.FLOOD
        )
        app.archive.store.visits.save_entries([row, flood])
    store_future_articles(filled_instance, count=0)  # records that visit alone
    with filled_instance.open_app() as app:
        app.archive.store.visits.save_states([state])
        states = reconcile.update_source_states(app.archive, app.configuration)

        assert [
            problem.reason
            for problem in reconcile.update_from_files(app.archive, app.configuration)
        ] == ["clock-behind"]
        assert states["one"].visits.last_success == NOW
        assert states["one"].schedule.next_due == NOW
        assert [
            (entry.entry_id, entry.first_seen)
            for entry in app.archive.store.visits.pending("one", NOW)
        ] == [("guid", NOW)]
        assert app.archive.store.status.counts().last_run == NOW
        assert not app.archive.store.ahead.was_visited_after(NOW + clock.AHEAD)
