"""Find and repair articles that an earlier version filed under the wrong owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.container import App
from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core.model import Article, Entry, FeedKey, Origin
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.core.urls import alias
from syndicator.upkeep import reconcile
from syndicator.upkeep.ownership import describe_fault, find_filing_faults, mend_articles
from tests import commands
from tests.instances import NOW, Instance, store_articles

BEFORE = NOW - timedelta(days=2)  # every article was filed before they had owners


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def file_article(
    app: App, title: str, *, site: str = "one", source: str = "one", **fields: object
) -> Article:
    """An article of the site of source `site` that `source` filed, two days ago."""
    origin = Origin(url=f"https://{source}.example/feed")
    added = {"added": BEFORE, "published": BEFORE, "origin": origin}
    return store_articles(
        app, title, f"Text of {title}.", source=site, source_key=source, **{**added, **fields}
    )


def add_announcement(app: App, source: str, id: str, article: Article, url: str = "") -> EntryRow:
    """Record that the entry `id` of `source` announced the article, by default by its address."""
    row = EntryRow(
        source_key=source,
        entry_id=id,
        url=url or article.url,
        digest="d",
        status="done",
        first_seen=BEFORE,
        article_id=article.id,
        read_at=BEFORE,
    )
    app.archive.store.visits.save_entries([row])
    return row


def list_fault_reasons(app: App) -> list[tuple[str, str]]:
    return [
        (problem.what, problem.reason)
        for fault in find_filing_faults(app.archive, app.configuration.sources)
        for problem in describe_fault(fault)
    ]


def list_pending(app: App, source: str) -> list[EntryRow]:
    return app.archive.store.visits.pending(source, NOW)


def test_articles_of_their_own_sources_are_in_order(instance: Instance) -> None:
    """Articles filed by the source of their site, carried by others or written by hand need no
    correction."""
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        own_article = file_article(app, "Own", aliases=("https://www.one.example/other",))
        add_announcement(app, "one", own_article.source_id, own_article)
        add_announcement(app, "two", "t1", own_article)  # which thus carries it, too

        # by hand: of no source
        store_articles(
            app, "By hand", "Text.", source="three", source_key="", source_id="", added=BEFORE
        )

        assert find_filing_faults(app.archive, app.configuration.sources) == []


def test_what_another_source_filed_goes_to_the_own_one_that_announced_it(
    instance: Instance,
) -> None:
    """Repair gives an article of site "one" that source "two" filed (with its entry t1) to source
    "one", which announced it, too (o1), and reads it again; "two" still carries it."""
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        article = file_article(app, "Taken", source="two", source_id="t1")
        add_announcement(app, "two", "t1", article)
        add_announcement(app, "one", "o1", article)

        assert list_fault_reasons(app) == [
            (article.url, "foreign-source"),
            (article.url, "foreign-text"),
        ]

        mend_articles(app.archive, find_filing_faults(app.archive, app.configuration.sources))
        mended = instance.load_article("Taken")

        assert mended.source_key == "one"
        assert mended.source_id == "o1"
        assert mended.origin == article.origin
        assert CARRIED.read(app.archive.article_store) == [(article.id, "two")]

        # the feeds of both sources show it
        for key in ("one", "two"):
            assert app.archive.store.index.ids(
                FeedKey("source", key), limit=9, since=None, most=9
            ) == [article.id]

        # the entry of "one" waits to be read
        (due,) = list_pending(app, "one")

        assert due.entry_id == "o1"
        assert due.article_id == article.id
        assert due.reason == EntryReason.OWNERSHIP
        assert due.entry == Entry(id="o1", url=article.url)
        assert find_filing_faults(app.archive, app.configuration.sources) == []


def test_text_of_a_source_without_a_right_is_read_again_from_its_page(instance: Instance) -> None:
    """Source "two" filed an article of site "three", which is no source, perhaps with the text of
    its own feed: the article is read again from its page, once. Articles filed later, since when
    this cannot happen, are left."""
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        third = file_article(app, "Third", site="three", source="two", source_id="t1")
        add_announcement(app, "two", "t1", third)

        # filed after the update that introduced owners
        later_article = file_article(
            app, "Later", site="three", source="two", source_id="t2", added=NOW + timedelta(hours=1)
        )
        add_announcement(app, "two", "t2", later_article)

        assert list_fault_reasons(app) == [(third.url, "foreign-text")]

        mend_articles(app.archive, find_filing_faults(app.archive, app.configuration.sources))

        assert [row.entry_id for row in list_pending(app, "two")] == ["t1"]
        assert find_filing_faults(app.archive, app.configuration.sources) == []


def test_an_entry_that_took_an_article_over_is_freed_and_the_article_read_again(
    instance: Instance,
) -> None:
    """The entry e1 of source "two" took over the article "Bank" of source "one": the article got
    its text, its address as an alias, and its id. Repair detaches the entry, and "one" reads the
    article again."""
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        # as an earlier version left it
        bank = file_article(
            app,
            "Bank",
            source_id="o1",
            revisions=("2026-03-09T12:00:00Z",),
            aliases=("https://two.example/x",),
        )
        add_announcement(app, "one", "o1", bank)
        add_announcement(app, "two", "e1", bank, url="https://two.example/x")
        app.archive.store.visits.replace_aliases(replace(bank, source_key="two", source_id="e1"))

        assert {reason for _, reason in list_fault_reasons(app)} == {
            "foreign-text",
            "foreign-alias",
            "foreign-entry",
        }

        mend_articles(app.archive, find_filing_faults(app.archive, app.configuration.sources))

        assert instance.load_article("Bank").aliases == ()
        assert (
            app.archive.store.visits.find([alias("https://two.example/x"), "guid:two:e1"]) is None
        )
        assert app.archive.store.visits.find(["guid:one:o1"]) == bank.id

        # both entries wait: that of "two" without an article, that of "one" with it
        (freed,) = list_pending(app, "two")

        assert freed.url == "https://two.example/x"
        assert freed.article_id is None

        (due,) = list_pending(app, "one")

        assert due.article_id == bank.id
        assert find_filing_faults(app.archive, app.configuration.sources) == []


def test_a_redirector_of_the_source_that_filed_the_article_is_no_other_site(
    instance: Instance,
) -> None:
    """If a source announces its articles by addresses of a redirect service (feedproxy), nothing is
    reported: neither for an article of its own site nor for a new one of site "three"."""
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        own_article = file_article(app, "Own", source_id="o1")
        add_announcement(app, "one", "o1", own_article, url="https://feedproxy.example/r/1")
        theirs = file_article(app, "Theirs", site="three", source_id="o2", added=NOW)
        add_announcement(app, "one", "o2", theirs, url="https://feedproxy.example/r/2")

        assert find_filing_faults(app.archive, app.configuration.sources) == []


def test_an_article_that_nobody_can_read_again_is_named_as_such(instance: Instance) -> None:
    """If the source that filed an article of another site is gone and no other announced it, the
    operator is asked to see to it; repair does not fail."""
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        file_article(app, "Left", site="three", source="gone")
        (problem,) = [
            problem
            for fault in find_filing_faults(app.archive, app.configuration.sources)
            for problem in describe_fault(fault)
        ]

        assert "see to it" in problem.detail

        mend_articles(app.archive, find_filing_faults(app.archive, app.configuration.sources))


def test_the_command_shows_first_and_mends_only_when_told(instance: Instance) -> None:
    """`check --ownership` lists faults (code 78) and repairs them only with `--mend --yes`; without
    a terminal `--mend` alone is refused (code 2). The fault is an alias on the site of another
    source."""
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        file_article(app, "Other", aliases=("https://two.example/x",))
    where = ["--config", str(instance.config)]
    preview = commands.run_syndicator("check", "--ownership", *where)

    assert preview.returncode == 78
    assert "foreign-alias" in preview.stdout

    asked = commands.run_syndicator("check", "--ownership", "--mend", *where)

    assert asked.returncode == 2
    assert "foreign-alias" in asked.stdout
    assert "--yes" in asked.stderr
    assert instance.load_article("Other").aliases != ()  # not changed

    mended = commands.run_syndicator("check", "--ownership", "--mend", "--yes", *where)

    assert mended.returncode == 0
    assert instance.load_article("Other").aliases == ()
    assert commands.run_syndicator("check", "--ownership", *where).returncode == 0

    # --mend needs --ownership
    assert commands.run_syndicator("check", "--mend", *where).returncode == 2
