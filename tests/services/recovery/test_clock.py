"""What a clock that was ahead for one run left behind, when it is right again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator.articles.frontmatter import load
from syndicator.model import Article, Outcome, Problem, SourceState
from syndicator.ports import EntryRow
from syndicator.reasons import EntryReason
from syndicator.services import reconcile
from syndicator.services.recovery import clock
from tests.services.places import NOW, Place, store_articles

FAR = timedelta(days=3650)
OLD = 60


def start(place: Place) -> tuple[Problem, ...]:
    with place.app() as app:
        return reconcile.files(app)


def entries(place: Place) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(place.published("all.json"))["items"]
    return found


@pytest.fixture
def filled(place: Place) -> Place:
    """A place with sixty articles, of which none lies in the future."""
    return place.take(fill)


def fill(place: Place) -> None:
    with place.app() as app:
        for number in range(OLD):
            at = NOW - timedelta(days=9) + timedelta(hours=number)
            store_articles(app, f"Old {number}", "Text.", added=at, published=at)
    place.build()


def ahead(place: Place, count: int) -> list[Article]:
    """So many articles as a run files them that believes to be ten years later."""
    made = []
    with place.app() as app:
        for number in range(count):
            at = NOW + FAR + timedelta(minutes=number)
            made.append(store_articles(app, f"Late {number}", "Text.", added=at, published=at))
        app.store.visits.end_visit(
            Outcome(key="one", at=NOW + FAR, status="unchanged"), SourceState(key="one", url="https://one.example/feed")
        )
    place.build()
    return made


def test_articles_of_the_future_come_back_in_their_order(filled: Place) -> None:
    ahead(filled, 2)
    assert "2036" in filled.published("all.atom").split("<entry")[0]

    assert start(filled) == ()
    filled.build()

    late = [filled.article("Late 1"), filled.article("Late 0")]
    assert [article.added for article in late] == [NOW, NOW - timedelta(seconds=1)]
    assert [article.published for article in late] == [NOW, NOW - timedelta(seconds=1)]
    assert [one["title"] for one in entries(filled)[:3]] == ["Late 1", "Late 0", f"Old {OLD - 1}"]
    for name in ("all.atom", "all.rss", "all.json", "sources/one.atom"):
        assert ">2036-" not in filled.published(name), name


def test_it_is_done_once_and_the_files_keep_what_a_hand_edited(filled: Place) -> None:
    (article,) = ahead(filled, 1)
    filled.edit("Late 0", "title: Late 0", "title: By hand")
    filled.edit("By hand", "---\n\nText.", "mood: fine\n---\n\nText.")

    assert start(filled) == ()
    path = filled.path("By hand")
    assert "mood: fine" in path.read_text()
    assert (load(path.read_bytes()).id, load(path.read_bytes()).added) == (article.id, NOW)
    before = filled.digests("articles")
    filled.now += timedelta(hours=1)
    assert start(filled) == ()
    assert filled.digests("articles") == before


def test_a_revision_of_the_future_comes_back(filled: Place) -> None:
    late = NOW + FAR
    with filled.app() as app:
        store_articles(
            app,
            "Revised",
            "New text.",
            added=NOW - timedelta(days=1),
            updated=late,
            revisions=("2026-03-01T00:00:00Z", late.isoformat()[:19] + "Z"),
        )
    ahead(filled, 0)

    assert start(filled) == ()
    filled.build()

    article = filled.article("Revised")
    assert article.added == NOW - timedelta(days=1)
    assert (article.updated, article.revisions) == (NOW, ("2026-03-01T00:00:00Z", "2026-03-10T12:00:00Z"))
    assert ">2036-" not in filled.published("all.atom")


def test_where_many_lie_in_the_future_this_clock_is_wrong(filled: Place) -> None:
    ahead(filled, 5)
    before = filled.digests("articles")

    (problem,) = start(filled)

    assert (problem.what, problem.reason) == ("clock", "clock-behind")
    assert "5 of 65 articles were added later than 2026-03-10T12:00:00Z, the last one 2036-" in problem.detail
    assert filled.digests("articles") == before


@pytest.mark.parametrize(
    ("late", "known", "wrong"), [(4, 4, False), (5, 5, True), (5, 99, True), (5, 100, False), (6, 100, True)]
)
def test_the_clock_is_wrong_beyond_a_handful_and_a_twentieth(late: int, known: int, wrong: bool) -> None:
    assert clock.is_wrong(late, known) is wrong


def test_a_file_that_a_hand_dates_ten_years_ahead_is_published_as_of_now(filled: Place) -> None:
    folder = filled.folder / "feeds/articles"
    for number in range(9):
        text = f"---\ntitle: Mine {number}\ndate: 2036-01-0{number + 1}\nsource: https://me.example/{number}\n---\n\nText.\n"
        (folder / f"mine-{number}.md").write_text(text)

    assert start(filled) == ()
    filled.build()

    assert ">2036-" not in filled.published("all.atom")
    mine = [one for one in entries(filled) if one["title"].startswith("Mine")]
    assert [one["title"] for one in mine] == [f"Mine {number}" for number in reversed(range(9))]
    assert mine[0]["date_published"].startswith("2026-03-10T12:00:00")
    assert "2036-01-09" in (folder / "mine-8.md").read_text()  # the date is the hand's
    published = filled.published("all.atom")
    filled.now += timedelta(days=1)
    assert start(filled) == ()
    with filled.app(create=True) as app:
        from syndicator.services.article_files.reindexing import reindex

        reindex(app)
    filled.build()
    assert filled.published("all.atom") == published


def test_visits_and_entries_of_the_future_come_back(filled: Place) -> None:
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
    with filled.app() as app:
        state = SourceState(
            key="one", url="https://one.example/feed", last_visit=late, last_success=late, next_due=late
        )
        app.store.visits.save_states([state])
        then = NOW + timedelta(days=3)
        flood = replace(row, entry_id="surplus", first_seen=NOW, next_try=then, reason=EntryReason.FLOOD)
        app.store.visits.save_entries([row, flood])
    ahead(filled, 0)
    with filled.app() as app:
        app.store.visits.save_states([state])
        states = reconcile.sources(app)
        assert reconcile.files(app) == ()
        assert (states["one"].last_success, states["one"].next_due) == (NOW, NOW)
        assert [(one.entry_id, one.first_seen) for one in app.store.visits.pending("one", NOW)] == [("guid", NOW)]
        assert app.store.status.counts().last_run == NOW
        assert not app.store.ahead.visited(NOW + clock.AHEAD)
