"""An article that another source filed first is handed to the source of its own site."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.clients import make_fetcher
from syndicator.app.container import App
from syndicator.app.contexts import make_context
from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core.model import Article, Entry, FeedKey, Origin, SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.filing.context import Page
from syndicator.filing.entry.endings import EntryResult
from syndicator.filing.entry.ingest import ingest
from tests.faults.instance import InProcess
from tests.instances import NOW, Instance, store_articles

STORY = " ".join(
    f"The council counted {number} bridges in its report of the year." for number in range(40)
)
NEWER = STORY.replace("bridges", "ferries")


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def make_page(url: str, text: str = STORY, head: str = "") -> Page:
    html = f"<title>Bridges</title>{head}<article><h1>Bridges</h1><p>{text}</p></article>"
    return Page(html=html.encode(), url=url, headers={"content-type": "text/html"})


def file_foreign_article(app: App, *, by: str = "two", **fields: Any) -> Article:
    """An article on the site of the source `one` that another one filed two hours ago."""
    origin = Origin(title="Two's feed", url=f"https://{by}.example/feed")
    given: dict[str, Any] = {
        "source_key": by,
        "source_id": "t1",
        "added": NOW - timedelta(hours=2),
        "origin": origin,
    }
    return store_articles(app, "Bridges", STORY, **{**given, **fields})


def ingest_entry(
    app: App, key: str, article: Article, page: Page | None, **row: Any
) -> EntryResult:
    """Ingests an entry of the source that announces the article, published yesterday and called
    otherwise."""
    entry = Entry(
        id="o1", url=article.url, title="Our bridges", published=NOW - timedelta(days=1, hours=1)
    )
    entry_row = EntryRow(
        source_key=key,
        entry_id="o1",
        url=article.url,
        digest="",
        status="pending",
        first_seen=NOW,
        entry=entry,
    )

    async def run() -> EntryResult:
        fetcher = make_fetcher(app.archive, app.configuration.settings)
        context = make_context(
            app.archive, app.configuration, app.jitter, fetcher, InProcess(), lambda title: None
        )
        source = app.configuration.sources[key]
        try:
            state = SourceState(key=key, url=source.url)
            return await ingest(
                context.make_visit_context(source, state).make_entry_context(
                    replace(entry_row, **row), page
                )
            )
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


def list_members(app: App, key: str) -> list[str]:
    return app.archive.store.index.ids(FeedKey("source", key), limit=9, since=None, most=9)


def test_it_becomes_as_its_own_source_has_it_and_stays_what_it_is(instance: Instance) -> None:
    """Source two filed an article of the site of source one. When one announces it, too, it gets
    title, source and date of one's entry, and keeps id, address and date added. It is in the feeds
    of both: two is recorded as its carrier."""
    with instance.open_app() as app:
        old = file_foreign_article(app)
        result = ingest_entry(app, "one", old, make_page(old.url))

        assert result.changed == old.id
        assert result.added is None

        (stamp,) = app.archive.article_store.walk()
        new = app.archive.article_store.get(stamp.path)

        assert new.title == "Our bridges"
        assert new.source_key == "one"
        assert new.source_id == "o1"
        assert new.published == NOW - timedelta(days=1, hours=1)
        assert new.id == old.id
        assert new.url == old.url
        assert new.added == old.added
        assert new.origin.url == app.configuration.sources["one"].url
        assert list_members(app, "one") == [old.id]
        assert list_members(app, "two") == [old.id]
        assert (old.id, "two") in CARRIED.read(app.archive.article_store)


def test_what_a_hand_edited_stays(instance: Instance) -> None:
    """The operator edited the title of an article that source two filed. When its own source, one,
    adopts it, the title stays, and the text is that of the page now."""
    with instance.open_app() as app:
        old = file_foreign_article(app)
    instance.edit_file("Bridges", "title: Bridges", "title: Bridges of mine")
    with instance.open_app() as app:
        ingest_entry(app, "one", old, make_page(old.url, NEWER))
        mine = instance.load_article("Bridges of mine")

        assert mine.source_key == "one"
        assert "ferries" in mine.body


def test_it_happens_once(instance: Instance) -> None:
    """After its own source (one) adopted an article, an entry of the source that filed it first
    (two) does not change it, although the page has another text."""
    with instance.open_app() as app:
        old = file_foreign_article(app)
        ingest_entry(app, "one", old, make_page(old.url))

        result = ingest_entry(app, "two", old, make_page(old.url, NEWER))

        assert result.changed is None
        assert instance.load_article("Our bridges").source_key == "one"


def test_a_source_of_another_site_adopts_nothing_and_carries(instance: Instance) -> None:
    """Source three filed an article of one's site. When source two announces it, two has it in its
    feed, as a carrier; nothing is read, and it still belongs to three."""
    nothing_changed = EntryResult()
    with instance.open_app() as app:
        old = file_foreign_article(app, by="three")

        assert ingest_entry(app, "two", old, page=None) == nothing_changed
        assert list_members(app, "two") == [old.id]
        assert instance.load_article("Bridges").source_key == "three"


def test_a_source_that_only_points_to_an_article_has_its_page_asked_for_once(
    instance: Instance,
) -> None:
    """When source two's entry of an article that three filed is due again, no page is fetched. For
    an article that two filed itself it is, and fails, as nothing answers at its address."""
    nowhere = "http://nowhere.invalid/story"  # a request to it fails
    with instance.open_app() as app:
        old = file_foreign_article(app, by="three", url=nowhere)

        result = ingest_entry(app, "two", old, page=None, article_id=old.id)

        assert result == EntryResult()  # no problem

        filed_by_two = file_foreign_article(app, by="two", url=f"{nowhere}/2")
        result = ingest_entry(app, "two", filed_by_two, page=None, article_id=filed_by_two.id)

        assert result.problem


def test_a_link_that_another_source_changes_within_a_site_leads_to_another_article(
    instance: Instance,
) -> None:
    """Source two's entry of an article of one's site changes its link to another page there: that
    is filed as a new article, and is no alias of the old one. If source one's entry does so, the
    article has moved and is changed."""
    with instance.open_app() as app:
        old = file_foreign_article(app)
        other = replace(old, url="https://one.example/ferries")
        result = ingest_entry(app, "two", other, make_page(other.url, NEWER), article_id=old.id)

        assert result.added
        assert result.added != old.id

        stored = app.archive.store.visits.article(old.id)

        assert stored is not None
        assert other.url not in stored.aliases

        own = replace(old, url="https://one.example/moved")
        moved = ingest_entry(app, "one", own, make_page(own.url, NEWER), article_id=old.id)

        assert moved.changed == old.id


def test_what_a_hand_put_there_is_carried_and_not_taken(instance: Instance) -> None:
    """An article that the operator filed by hand stays without a source, also if its site's
    source announces it."""
    with instance.open_app() as app:
        old = file_foreign_article(app, by="", source_id="")  # as the operator files one
        ingest_entry(app, "one", old, make_page(old.url, NEWER))

        assert instance.load_article("Bridges").source_key == ""
        assert list_members(app, "one") == [old.id]


def test_if_its_page_cannot_be_read_any_more_it_names_its_own_source_all_the_same(
    instance: Instance,
) -> None:
    """Source two filed an article of one's site, whose page is empty by now. When one announces
    it, it is one's article all the same, with the text and dates of before; one's entry is
    done."""
    with instance.open_app() as app:
        old = file_foreign_article(app)
        gone = replace(make_page(old.url), html=b"<title>Nothing</title>")

        assert ingest_entry(app, "one", old, gone).problem is None

        new = instance.load_article("Bridges")

        assert new.source_key == "one"
        assert new.origin.url == app.configuration.sources["one"].url
        assert new.body == old.body
        assert new.published == old.published
        assert new.added == old.added
        assert list_members(app, "one") == [old.id]
        assert list_members(app, "two") == [old.id]

        (row,) = app.archive.store.visits.entries("one", ["o1"]).values()

        assert row.status == "done"
        assert row.article_id == old.id


def test_a_feed_that_the_page_links_may_take_it_from_a_neighbour(instance: Instance) -> None:
    """Source three filed an article of one's site whose page links the feed of source two: two
    adopts it from three. The source of its own site, one, then adopts it from two."""
    with instance.open_app() as app:
        old = file_foreign_article(app, by="three")
        link = '<link rel="alternate" type="application/rss+xml" href="https://two.example/feed">'
        app.archive.snapshots.put(
            old.id, make_page(old.url, head=link).html, {"content-type": "text/html"}
        )
        ingest_entry(app, "two", old, make_page(old.url, head=link))

        assert instance.load_article("Our bridges").source_key == "two"

        result = ingest_entry(app, "one", old, make_page(old.url))

        assert result.changed == old.id
        assert instance.load_article("Our bridges").source_key == "one"


def test_a_page_that_is_read_again_for_mending_is_taken_as_it_is(instance: Instance) -> None:
    """An article whose text changed an hour ago is not revised again by an ordinary reading. If its
    page is read again to mend ownership, its text is replaced at once."""
    an_hour_ago = "2026-03-10T11:00:00Z"
    with instance.open_app() as app:
        old = file_foreign_article(app, source_key="one", source_id="o1", revisions=(an_hour_ago,))
        ordinary = ingest_entry(app, "one", old, make_page(old.url, NEWER), article_id=old.id)

        assert ordinary.changed is None

        to_mend_ownership = ingest_entry(
            app,
            "one",
            old,
            make_page(old.url, NEWER),
            article_id=old.id,
            reason=EntryReason.OWNERSHIP,
        )

        assert to_mend_ownership.changed == old.id

        mended = instance.load_article("Our bridges")

        assert "ferries" in mended.body
