"""Reconcile sources.toml with the stored state of sources."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicator.articles.beside.withdrawals import enter_withdrawal
from syndicator.core import urls
from syndicator.core.model import SourceState
from syndicator.upkeep import reconcile
from tests.instances import NOW, Instance, store_articles
from tests.states import change_state

LATER = NOW + timedelta(hours=9)


def record_failed_visit(instance: Instance) -> SourceState:
    """Record a failed visit of source "one"; return its state."""
    with instance.open_app() as app:
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


def edit_and_reconcile(instance: Instance, old: str = "", new: str = "") -> SourceState:
    """Replace `old` in sources.toml, if given, and reconcile; return the state of source "one"."""
    path = instance.config / "sources.toml"
    path.write_text(path.read_text().replace(old, new, 1) if old else path.read_text())
    with instance.open_app() as app:
        return reconcile.update_source_states(app.archive, app.configuration)["one"]


URL_LINE = 'url = "https://one.example/feed"\n'


@pytest.mark.parametrize(
    "line",
    [
        'allow = ["10.0.0.1/32:443"]',
        'every = "1h"',
        'robots = "ignore"',
        'headers_env = { Cookie = "JAR" }',
    ],
)
def test_a_source_to_be_visited_otherwise_is_due_now(instance: Instance, line: str) -> None:
    """If an edit changes how a source is fetched, it is due at once and its failures are
    forgotten. The feed's ETag stays, since its answer need not have changed."""
    before = record_failed_visit(instance)
    after = edit_and_reconcile(instance, URL_LINE, f"{URL_LINE}{line}\n")

    assert after.schedule.next_due is None  # at once
    assert after.backoff.failures == 0
    assert after.schedule.due_why == "sources.toml was edited"
    # what it answers need not have changed
    assert after.validators.etag == before.validators.etag
    assert after.backoff.reason == before.backoff.reason


@pytest.mark.parametrize(
    "line", ["", 'title = "One"', 'category = "AI"', "# a remark", 'content = "full"']
)
def test_other_edits_wait_for_the_next_visit(instance: Instance, line: str) -> None:
    """An edit that does not change how the source is fetched leaves its state."""
    before = record_failed_visit(instance)

    assert edit_and_reconcile(instance, URL_LINE, f"{URL_LINE}{line}\n") == before


def test_new_rules_end_a_collapse_and_keep_what_was_usual_before(instance: Instance) -> None:
    """The state of a source has the lengths of its last texts, the newest first: five of 90
    characters after fifteen of 3,000, a collapse. New rules of the source forget the short ones and
    keep the usual lengths to compare with; without an edit all stay."""
    with instance.open_app() as app:
        state = change_state(
            reconcile.update_source_states(app.archive, app.configuration)["one"],
            bodies=(90,) * 5 + (3000,) * 15,
        )
        app.archive.store.visits.save_states([state])

    assert edit_and_reconcile(instance).pages.bodies == (90,) * 5 + (3000,) * 15

    new_rules = f'{URL_LINE}rules = {{ select = ["main"] }}\n'

    assert edit_and_reconcile(instance, URL_LINE, new_rules).pages.bodies == (3000,) * 15


def test_another_address_starts_anew(instance: Instance) -> None:
    """A source with another address starts without ETag or failures, and is due at once."""
    record_failed_visit(instance)
    after = edit_and_reconcile(instance, "one.example/feed", "one.example/new")

    assert after.url == "https://one.example/new"
    assert after.validators.etag is None
    assert after.backoff.failures == 0
    assert after.schedule.next_due is None


def test_a_source_that_is_gone_is_forgotten(instance: Instance) -> None:
    """The state of a source that was removed from sources.toml is deleted."""
    record_failed_visit(instance)

    # of the sources "one" and "two" only the second is left
    path = instance.config / "sources.toml"
    path.write_text(path.read_text().split("[[source]]")[2].join(("[[source]]", "")))
    with instance.open_app() as app:
        assert list(reconcile.update_source_states(app.archive, app.configuration)) == ["two"]
        assert list(app.archive.store.visits.states()) == ["two"]


def test_a_clock_that_was_set_back_hides_no_source(instance: Instance) -> None:
    """If the clock is set back by two days, a source whose last and next visits are in the future
    is due now."""
    record_failed_visit(instance)
    instance.now = NOW - timedelta(days=2)
    after = edit_and_reconcile(instance)

    assert after.schedule.next_due == instance.now
    assert after.schedule.due_why == "the clock was set back"


def test_articles_whose_files_were_deleted_leave_their_feeds(instance: Instance) -> None:
    """Three of six article files are deleted: these articles leave their feeds, and the build
    is not held back."""
    with instance.open_app() as app:
        for number in range(6):
            store_articles(app, f"Story {number}", "Text.", tags=("LLM",))

    assert instance.build().held == ()

    # the operator deletes three files
    for number in (1, 3, 4):
        instance.find_file(f"Story {number}").unlink()
    with instance.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()

    assert instance.build().held == ()

    for name in ("all.atom", "tags/llm.atom"):
        feed = instance.read_published(name)
        published_numbers = [number for number in range(6) if f">Story {number}<" in feed]
        assert published_numbers == [0, 2, 5]


def test_a_second_file_of_an_article_is_named_and_left_alone(instance: Instance) -> None:
    """A copy of an article's file is reported as "duplicate-article" and not deleted; the article
    stays known."""
    with instance.open_app() as app:
        store_articles(app, "Story", "Text.")
    copy = instance.find_file("Story").with_name("copy.md")
    copy.write_bytes(instance.find_file("Story").read_bytes())
    with instance.open_app() as app:
        (problem,) = reconcile.update_from_files(app.archive, app.configuration)

        assert problem.what == str(copy.relative_to(app.archive.article_store.root))
        assert problem.reason == "duplicate-article"
        assert app.archive.store.visits.article(instance.load_article("Story").id) is not None

    assert copy.exists()


def test_tags_of_a_dropped_file_are_spelt_as_the_taxonomy_spells_them(instance: Instance) -> None:
    """Tags in a file added by hand get the taxonomy's spelling (LLM, which has the alias "large
    language model") in the database only; the file stays as it is."""
    tags = "tags: [large language model, llm, Ports]\n"
    head = f"---\ntitle: Mine\ndate: 2026-03-01\nsource: https://a.example/1\n{tags}---\n"
    with instance.open_app() as app:
        path = app.archive.article_store.root / "mine.md"  # type: ignore[attr-defined]
        path.write_text(f"{head}Text.\n")

        assert reconcile.update_from_files(app.archive, app.configuration) == ()

        (article_id,) = app.archive.store.visits.stamps()
        recorded = app.archive.store.visits.article(article_id)

    assert recorded is not None
    assert recorded.tags == ("LLM", "Ports")
    assert path.read_text() == f"{head}Text.\n"


def test_a_withdrawal_that_a_crash_cut_short_is_finished(instance: Instance) -> None:
    """Only withdrawn.toml was written before a crash: the next start deletes file and row, and
    the feed lacks the article."""
    with instance.open_app() as app:
        article = store_articles(app, "Story", "Text.", tags=("LLM",))
        # written first; the database and the file come after it
        enter_withdrawal(app.archive.article_store, article, instance.now)
    with instance.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()
        assert app.archive.store.visits.look_up([urls.alias(article.url)]).withdrawn
        assert app.archive.store.visits.article(article.id) is None
        assert list(app.archive.article_store.walk()) == []
    instance.build()

    assert ">Story<" not in instance.read_published("all.atom")
