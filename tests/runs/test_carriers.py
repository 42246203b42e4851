"""The feed of a source shows every article that it announced, also after a lost database."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from syndicator.app.container import App
from syndicator.articles.beside.tab_lists import CARRIED, TabList
from syndicator.core.model import FeedKey
from syndicator.core.ports import ArticleRecord, EntryRow
from syndicator.upkeep import editorial, reconcile, reindex
from tests.instances import NOW, Instance, store_articles

ONE = FeedKey("source", "one")
TWO = FeedKey("source", "two")


def list_members(app: App, key: FeedKey) -> list[str]:
    return app.archive.store.index.ids(key, limit=99, since=None, most=99)


def add_carrier(app: App, id: str, source: str) -> None:
    CARRIED.append(app.archive.article_store, [(id, source)])
    app.archive.store.visits.add_carriers([(id, source)], {source: "The second"})


def list_stale_feeds(app: App) -> set[FeedKey]:
    return {row.key for row in app.archive.store.index.feeds() if row.stale}


def test_a_carriers_feed_shows_the_article_as_the_others_do(instance: Instance) -> None:
    """An article of source "one" that "two" also announced (carries) is the same entry in the feeds
    of both."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text of the story.", tags=("LLM",))
        add_carrier(app, story.id, "two")
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()
    entry = (
        instance.read_published("sources/one.atom").partition("<entry")[2].partition("</entry>")[0]
    )

    assert "Story" in entry
    assert entry in instance.read_published("sources/two.atom")
    assert ">The second - " in instance.read_published("sources/two.atom")


def test_one_more_carrier_touches_its_own_feed_alone(instance: Instance) -> None:
    """A second source that announces an article makes only its own feed stale, counts once, and
    does not change the article file."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.", tags=("LLM",))
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()
    with instance.open_app() as app:
        path = app.archive.article_store.find(story.id)

        assert path

        before = app.archive.article_store.stamp(path)
        add_carrier(app, story.id, "two")

        assert list_stale_feeds(app) == {TWO}
        assert app.archive.article_store.stamp(path) == before

        add_carrier(app, story.id, "two")

        assert [row.count for row in app.archive.store.index.feeds() if row.key == TWO] == [1]


def test_the_article_stays_in_its_carriers_feed_when_it_is_written_anew(instance: Instance) -> None:
    """A rewritten article stays in the feeds of all sources that announced it."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        add_carrier(app, story.id, "two")
        stored, stamp, _ = app.archive.article_store.put(replace(story, title="New title"))
        app.archive.store.visits.record(ArticleRecord(article=stored, stamp=stamp))

        assert list_members(app, TWO) == list_members(app, ONE) == [story.id]


def test_a_withdrawn_article_leaves_every_carriers_feed(instance: Instance) -> None:
    """A withdrawn article leaves the feeds of all sources that announced it, and a later
    announcement does not bring it back."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        add_carrier(app, story.id, "two")
        editorial.withdraw(app.archive, app.configuration, story.id)

        assert list_members(app, TWO) == []

        add_carrier(app, story.id, "two")

        assert list_members(app, TWO) == []
        assert [row.count for row in app.archive.store.index.feeds() if row.key == TWO] == [0]


def test_a_copy_is_in_the_feeds_of_its_sources_only(instance: Instance) -> None:
    """A merged copy is in the feeds of its sources, not in the feed of all."""
    with instance.open_app() as app:
        first_article = store_articles(app, "Story", "Text.")
        copy = store_articles(app, "Copy", "Text.", source="two", merged_into=first_article.id)
        add_carrier(app, copy.id, "one")

        assert list_members(app, ONE) == [copy.id, first_article.id]
        assert list_members(app, FeedKey("all", "all")) == [first_article.id]


def test_a_lost_database_loses_no_membership(instance: Instance) -> None:
    """After the database is lost, `reindex` restores which sources announced an article from the
    list beside the files."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        add_carrier(app, story.id, "two")
    shutil.rmtree(instance.folder / "feeds/state")
    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)

        assert list_members(app, TWO) == list_members(app, ONE) == [story.id]
        assert app.archive.store.visits.carriers(story.id) == ["two"]


def test_reindex_takes_the_file_for_the_truth_and_makes_it_where_it_is_lost(
    instance: Instance,
) -> None:
    """`reindex` trusts carried.tsv more than the database; if the file is missing, it is written
    from the database."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        path = app.archive.article_store.root / CARRIED.name
        add_carrier(app, story.id, "two")
        path.unlink()
        reindex.reindex(app.archive, app.configuration)

        assert list_members(app, TWO) == [story.id]

        path.write_text("")
        reindex.reindex(app.archive, app.configuration)

        assert list_members(app, TWO) == []


def test_lines_that_the_database_lacks_are_noticed_at_the_next_start(instance: Instance) -> None:
    """If a crash left a line in the list of carriers without a row in the database, the next start
    adds the row."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        reconcile.update_from_files(app.archive, app.configuration)
        CARRIED.append(
            app.archive.article_store, [(story.id, "two")]
        )  # a crash came before the row
        reconcile.update_from_files(app.archive, app.configuration)

        assert list_members(app, TWO) == [story.id]


def test_an_unchanged_file_is_not_read(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of carriers is read again only if it changed."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        CARRIED.append(app.archive.article_store, [(story.id, "two")])
        reconcile.update_from_files(app.archive, app.configuration)
        monkeypatch.setattr(TabList, "read", None)  # whoever reads it now fails
        reconcile.update_from_files(app.archive, app.configuration)

        assert list_members(app, TWO) == [story.id]


def test_an_instance_without_the_file_learns_from_its_entries_who_announced_what(
    instance: Instance,
) -> None:
    """A missing carried.tsv is made from stored entries of other sources that led to an article;
    refused entries and unknown articles do not count."""

    def entry(source: str, id: str, article: str | None) -> EntryRow:
        status = "done" if article else "refused"
        return EntryRow(
            source_key=source,
            entry_id=id,
            url="",
            digest="d",
            status=status,
            first_seen=NOW,
            article_id=article,
        )

    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        other_article = store_articles(app, "Other", "Text.")
        entries = [
            entry("one", "a", story.id),
            entry("two", "b", story.id),
            entry("two", "c", None),
        ]
        app.archive.store.visits.save_entries([*entries, entry("two", "d", "z" * 26)])
        reconcile.update_from_files(app.archive, app.configuration)

        assert CARRIED.read(app.archive.article_store) == [(story.id, "two")]
        assert list_members(app, TWO) == [story.id]
        assert list_members(app, ONE) == [other_article.id, story.id]


def test_a_withdrawal_that_is_undone_comes_back_to_its_carriers(instance: Instance) -> None:
    """Undoing a withdrawal restores the article in all carriers' feeds."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        add_carrier(app, story.id, "two")
        editorial.withdraw(app.archive, app.configuration, story.id)
        editorial.undo_withdrawal(app.archive, app.configuration, story.id)

        assert list_members(app, TWO) == list_members(app, ONE) == [story.id]


def test_a_feed_of_carried_articles_alone_is_the_same_after_a_lost_database(
    instance: Instance,
) -> None:
    """A feed with only carried articles survives a lost database unchanged."""
    with instance.open_app() as app:
        story = store_articles(app, "Story", "Text.")
        add_carrier(app, story.id, "two")
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()
    before = instance.read_digests("public")
    shutil.rmtree(instance.folder / "feeds/state")
    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)
    instance.build()

    assert instance.read_digests("public") == before
