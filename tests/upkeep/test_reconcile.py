"""Reconcile sources.toml with the stored state of sources."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicator.articles.beside.withdrawals import enter_withdrawal
from syndicator.core import urls
from syndicator.core.model import SourceState
from syndicator.upkeep import reconcile
from tests.places import NOW, Place, store_articles
from tests.states import change_state

LATER = NOW + timedelta(hours=9)


def make_failed_visit(place: Place) -> SourceState:
    """Source "one" after a visit that failed."""
    with place.open_app() as app:
        state = change_state(
            reconcile.update_source_states(app.archive, app.configuration)["one"],
            etag='"1"',
            last_visit=NOW - timedelta(hours=1),
            next_due=LATER,
            failures=3,
            reason="blocked-address",
        )
        app.archive.store.visits.save_states([state])
    return state


def reconcile_edited_sources(place: Place, old: str = "", new: str = "") -> SourceState:
    path = place.config / "sources.toml"
    path.write_text(path.read_text().replace(old, new, 1) if old else path.read_text())
    with place.open_app() as app:
        return reconcile.update_source_states(app.archive, app.configuration)["one"]


FEED = 'url = "https://one.example/feed"\n'


@pytest.mark.parametrize(
    "line",
    [
        'allow = ["10.0.0.1/32:443"]',
        'every = "1h"',
        'robots = "ignore"',
        'headers_env = { Cookie = "JAR" }',
    ],
)
def test_a_source_to_be_visited_otherwise_is_due_now(place: Place, line: str) -> None:
    before = make_failed_visit(place)
    after = reconcile_edited_sources(place, FEED, f"{FEED}{line}\n")

    assert after.schedule.next_due is None
    assert after.backoff.failures == 0
    assert after.schedule.due_why == "sources.toml was edited"
    # what it answers need not have changed
    assert after.validators.etag == before.validators.etag
    assert after.backoff.reason == before.backoff.reason


@pytest.mark.parametrize(
    "line", ["", 'title = "One"', 'category = "AI"', "# a remark", 'content = "full"']
)
def test_other_edits_wait_for_the_next_visit(place: Place, line: str) -> None:
    before = make_failed_visit(place)
    assert reconcile_edited_sources(place, FEED, f"{FEED}{line}\n") == before


def test_new_rules_end_a_collapse_and_keep_what_was_usual_before(place: Place) -> None:
    """New rules reset a text collapse and keep the earlier baseline."""
    with place.open_app() as app:
        state = change_state(
            reconcile.update_source_states(app.archive, app.configuration)["one"],
            bodies=(90,) * 5 + (3000,) * 15,
        )
        app.archive.store.visits.save_states([state])
    assert reconcile_edited_sources(place).pages.bodies == state.pages.bodies
    assert (
        reconcile_edited_sources(
            place, FEED, f'{FEED}rules = {{ select = ["main"] }}\n'
        ).pages.bodies
        == (3000,) * 15
    )


def test_another_address_starts_anew(place: Place) -> None:
    make_failed_visit(place)
    after = reconcile_edited_sources(place, "one.example/feed", "one.example/new")

    assert after.url == "https://one.example/new"
    assert after.validators.etag is None
    assert after.backoff.failures == 0
    assert after.schedule.next_due is None


def test_a_source_that_is_gone_is_forgotten(place: Place) -> None:
    make_failed_visit(place)
    path = place.config / "sources.toml"
    path.write_text(path.read_text().split("[[source]]")[2].join(("[[source]]", "")))
    with place.open_app() as app:
        assert list(reconcile.update_source_states(app.archive, app.configuration)) == ["two"]
        assert list(app.archive.store.visits.states()) == ["two"]


def test_a_clock_that_was_set_back_hides_no_source(place: Place) -> None:
    make_failed_visit(place)
    place.now = NOW - timedelta(days=2)
    after = reconcile_edited_sources(place)

    assert after.schedule.next_due == place.now
    assert after.schedule.due_why == "the clock was set back"


def test_articles_whose_files_were_deleted_leave_their_feeds(place: Place) -> None:
    with place.open_app() as app:
        for number in range(6):
            store_articles(app, f"Story {number}", "Text.", tags=("LLM",))

    assert place.build().held == ()

    for number in (1, 3, 4):
        place.find_file(f"Story {number}").unlink()
    with place.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()

    assert place.build().held == ()

    for name in ("all.atom", "tags/llm.atom"):
        assert [
            number for number in range(6) if f">Story {number}<" in place.read_published(name)
        ] == [
            0,
            2,
            5,
        ]


def test_a_second_file_of_an_article_is_named_and_left_alone(place: Place) -> None:
    """A duplicate article file is reported as "duplicate-article" and not deleted."""
    with place.open_app() as app:
        store_articles(app, "Story", "Text.")
    copy = place.find_file("Story").with_name("copy.md")
    copy.write_bytes(place.find_file("Story").read_bytes())
    with place.open_app() as app:
        (problem,) = reconcile.update_from_files(app.archive, app.configuration)

        assert problem.what == str(copy.relative_to(app.archive.article_store.root))
        assert problem.reason == "duplicate-article"
        assert app.archive.store.visits.article(place.load_article("Story").id) is not None

    assert copy.exists()


def test_tags_of_a_dropped_file_are_spelt_as_the_taxonomy_spells_them(place: Place) -> None:
    """Tags in a file added by hand get the taxonomy's spelling in the database only."""
    tags = "tags: [large language model, llm, Ports]\n"
    head = f"---\ntitle: Mine\ndate: 2026-03-01\nsource: https://a.example/1\n{tags}---\n"
    with place.open_app() as app:
        path = app.archive.article_store.root / "mine.md"  # type: ignore[attr-defined]
        path.write_text(f"{head}Text.\n")

        assert reconcile.update_from_files(app.archive, app.configuration) == ()

        (article_id,) = app.archive.store.visits.stamps()
        recorded = app.archive.store.visits.article(article_id)

    assert recorded is not None
    assert recorded.tags == ("LLM", "Ports")
    assert path.read_text() == f"{head}Text.\n"


def test_a_withdrawal_that_a_crash_cut_short_is_finished(place: Place) -> None:
    with place.open_app() as app:
        article = store_articles(app, "Story", "Text.", tags=("LLM",))
        # written first; the database and the file come after it
        enter_withdrawal(app.archive.article_store, article, place.now)
    with place.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()
        assert app.archive.store.visits.look_up([urls.alias(article.url)]).withdrawn
        assert app.archive.store.visits.article(article.id) is None
        assert list(app.archive.article_store.walk()) == []
    place.build()

    assert ">Story<" not in place.read_published("all.atom")
