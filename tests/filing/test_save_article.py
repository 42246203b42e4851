"""Save an article: its file, row, aliases and stale feeds, in one step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.app.container import App
from syndicator.core import urls
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import EntryRow, Progress
from syndicator.filing.save_article import write_article
from tests.instances import NOW, Instance, store_articles


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def take_stale_feeds(app: App) -> set[str]:
    """The feeds that are stale; all are fresh afterwards."""
    keys = {row.key for row in app.archive.store.index.feeds() if row.stale}
    marks = app.archive.store.index.marks()
    app.archive.store.index.record_progress(Progress(marks=[n for key in keys for n in marks[key]]))
    return {f"{axis}/{slug}" for axis, slug in keys}


def write_again(app: App, before: Article, **changes: object) -> tuple[Article, bool]:
    """Write the article with these changes; return it as stored, and whether it changed."""
    return write_article(
        app.archive.article_store,
        app.archive.store.visits,
        replace(before, **changes),
        before=before,
    )


def test_a_change_marks_the_feeds_it_leaves_joins_and_stays_in(instance: Instance) -> None:
    """An article's tag changes from LLM to GPU: the feeds of both tags, and those that it stays in,
    are stale, that is, to be built again."""
    with instance.open_app() as app:
        article = store_articles(app, "Models", "Text.", tags=("LLM",), category="AI")
        take_stale_feeds(app)

        _, has_changed = write_again(app, article, tags=("GPU",))

        assert has_changed
        assert take_stale_feeds(app) == {
            "all/all",
            "tag/llm",
            "tag/gpu",
            "category/ai",
            "source/one",
        }


def test_what_changes_no_byte_changes_no_row(instance: Instance) -> None:
    """Saving an unchanged article marks no feed as stale."""
    with instance.open_app() as app:
        article = store_articles(app, "Models", "Text.")
        take_stale_feeds(app)

        stored, has_changed = write_again(app, article)

        assert stored == article
        assert not has_changed
        assert take_stale_feeds(app) == set()


def test_an_entry_ends_also_where_its_article_does_not_change(instance: Instance) -> None:
    """Source two's entry 7 leads to a known article that does not change. When that is written, the
    entry is marked done, and its id finds the article."""
    row = EntryRow(
        source_key="two", entry_id="7", url="", digest="", status="pending", first_seen=NOW
    )
    with instance.open_app() as app:
        article = store_articles(app, "Models", "Text.")
        visits = app.archive.store.visits
        write_article(
            app.archive.article_store,
            visits,
            article,
            before=article,
            entry=row.done(article.id, NOW),
        )

        assert visits.entries("two", ["7"])["7"].status == "done"
        assert visits.find([urls.guid_alias("two", "7")]) == article.id


def test_the_other_addresses_of_an_article_find_it(instance: Instance) -> None:
    """An article of one.example is found by an alias on its own site, in any spelling, and by the
    id of its entry, but not by an alias on another site."""
    with instance.open_app() as app:
        article = store_articles(app, "Models", "Text.")
        write_again(
            app,
            article,
            aliases=("https://one.example/elsewhere", "https://elsewhere.example/models"),
        )

        find = app.archive.store.visits.find

        assert find([urls.alias("http://www.one.example/elsewhere/")]) == article.id
        assert find([urls.alias("https://elsewhere.example/models")]) is None
        assert find([urls.guid_alias("one", article.source_id)]) == article.id


def test_a_hand_edited_body_is_not_published_as_we_rendered_it(instance: Instance) -> None:
    """The HTML that we rendered of an article is kept while its body is the same ("Text."). After
    the operator edits the body ("Mine."), a visit with a new body and its HTML changes neither,
    and no HTML is stored."""
    with instance.open_app() as app:
        article = store_articles(app, "Models", "Text.")
        write_article(
            app.archive.article_store,
            app.archive.store.visits,
            replace(article, title="Chips"),
            html="<p>Text.</p>",
        )

        assert app.archive.store.index.html([article.id]) == {article.id: "<p>Text.</p>"}

        stored, _ = write_again(app, article, title="Boats")  # the body is the same

        assert app.archive.store.index.html([article.id]) == {article.id: "<p>Text.</p>"}
    instance.edit_file("Boats", "Text.", "Mine.")
    with instance.open_app() as app:
        stored, _ = write_article(
            app.archive.article_store,
            app.archive.store.visits,
            replace(article, body="New."),
            html="<p>New.</p>",
        )

        assert stored.body == "Mine."
        assert app.archive.store.index.html([article.id]) == {}


def test_a_field_that_a_hand_edited_gives_way_only_to_an_operators_order(
    instance: Instance,
) -> None:
    """The operator edits an article's tag in its file to "Mine": a visit that reads "GPU" does not
    change it. A command of the operator (`ordered`) does."""
    with instance.open_app() as app:
        article = store_articles(app, "Models", "Text.", tags=("LLM",))
    instance.edit_file("Models", "- LLM", "- Mine")
    with instance.open_app() as app:
        kept, _ = write_again(app, article, tags=("GPU",))

        assert kept.tags == ("Mine",)

        ordered, _ = write_article(
            app.archive.article_store,
            app.archive.store.visits,
            replace(article, tags=("GPU",)),
            before=kept,
            ordered=("tags",),
        )

        assert ordered.tags == ("GPU",)
        assert FeedKey("tag", "gpu") in {row.key for row in app.archive.store.index.feeds()}
