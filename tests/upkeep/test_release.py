"""Release articles from hold: they enter all their feeds as new."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from syndicator.app.contexts import make_filing_context
from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core.errors import UsageError
from syndicator.core.model import Article
from syndicator.filing.dedupe import Merged, make_comparison_data, merge_copy
from syndicator.filing.entry.carry_out import refile_others
from syndicator.filing.save_article import write_article
from syndicator.runs.build import build_feeds
from syndicator.upkeep import editorial, reconcile, reindex
from syndicator.upkeep.editorial import Released, release
from tests.filing.test_similarity import make_prose
from tests.instances import SHORT, Instance, store_articles

ON_HOLD = {"hold": True, "hold_reason": "unsure-text", "tags": ("LLM",), "category": "AI"}
SAVED_QUERY = '[[feed]]\nslug = "llm"\nquery = "tag:LLM"\n'


@pytest.fixture
def instance_with_held_article(instance: Instance) -> Instance:
    """Three published articles and one on hold, which is older than two of them, and a saved
    query."""
    return instance.fill_once(store_articles_and_hold)


def store_articles_and_hold(instance: Instance) -> None:
    (instance.config / "feeds.toml").write_text(SAVED_QUERY)
    with instance.open_app() as app:
        store_articles(app, "Old", "Old text.", tags=("LLM",), category="AI")
        store_articles(app, "Waiting", make_prose(4, 90), source="two", **ON_HOLD)
        store_articles(app, "Newer", "Newer text.", tags=("LLM",))
        store_articles(app, "Newest", "Newest text.", tags=("LLM",))
    instance.build()


def reconcile_and_build(instance: Instance) -> None:
    """What a run does about files, then a build."""
    with instance.open_app() as app:
        assert reconcile.update_from_files(app.archive, app.configuration) == ()
        assert asyncio.run(build_feeds(app)).held == ()


def release_articles(instance: Instance, *named: str, **which: object) -> Released:
    with instance.open_app() as app:
        done = release(app.archive, app.configuration, named, **which)  # type: ignore[arg-type]
        assert asyncio.run(build_feeds(app)).held == ()
        return done


def read_all_digests(instance: Instance) -> tuple[dict[str, str], dict[str, str]]:
    """The digests of all article files and published files, by name."""
    return instance.read_digests("articles"), instance.read_digests("public")


def read_titles(instance: Instance, name: str) -> list[str]:
    entries = ElementTree.fromstring(instance.read_published(name)).iter(
        "{http://www.w3.org/2005/Atom}entry"
    )
    return [str(entry.findtext("{http://www.w3.org/2005/Atom}title")) for entry in entries]


def read_titles_by_feed(instance: Instance) -> dict[str, list[str]]:
    public = instance.folder / "feeds/public"
    results = sorted(public.rglob("*.atom"))
    return {
        str(path.relative_to(public)): read_titles(instance, str(path.relative_to(public)))
        for path in results
    }


def test_an_article_on_hold_is_in_no_feed_page_or_count(
    instance_with_held_article: Instance,
) -> None:
    """No published file mentions the held article "Waiting", which alone is of source two, and no
    feed counts it: three others are published. The status lists it with the reason."""
    public = instance_with_held_article.folder / "feeds/public"
    files_with_title = [
        path for path in public.rglob("*") if path.is_file() and b"Waiting" in path.read_bytes()
    ]

    assert files_with_title == []
    assert not (public / "sources/two.atom").exists()
    assert not (public / "categories/uncategorised.atom").exists()

    with instance_with_held_article.open_app() as app:
        counts = {row.key.slug: row.count for row in app.archive.store.index.feeds()}
        (held_article,) = app.archive.store.status.on_hold()

    assert counts["all"] == 3
    assert counts["llm"] == 3
    assert counts["ai"] == 1  # one of the three has the category AI
    assert held_article.reason == "unsure-text"
    assert held_article.title == "Waiting"
    assert Path(held_article.file).suffix == ".md"


def test_its_file_says_that_and_why(instance_with_held_article: Instance) -> None:
    """The file of the held article "Waiting" has `hold` and the reason."""
    text = instance_with_held_article.find_file("Waiting").read_text()
    assert "schema: 4\nhold: true\nhold_reason: unsure-text\n" in text


def test_what_is_released_stands_on_top_of_its_feeds_as_a_new_article(
    instance_with_held_article: Instance,
) -> None:
    """The released article "Waiting" is first in each of its five feeds and counts as added now,
    though it is older than others. `hold` is no longer in its file."""
    instance_with_held_article.now += timedelta(days=40)  # its month is closed

    article_id = instance_with_held_article.load_article("Waiting").id
    released = release_articles(instance_with_held_article, article_id).articles

    assert [article.title for article in released] == ["Waiting"]

    shown_titles = read_titles_by_feed(instance_with_held_article)
    for name in (
        "all.atom",
        "tags/llm.atom",
        "queries/llm.atom",
        "sources/two.atom",
        "categories/ai.atom",
    ):
        assert shown_titles[name][0] == "Waiting", name
    article = instance_with_held_article.load_article("Waiting")

    assert article.hold is False
    assert article.hold_reason == ""
    assert article.added == instance_with_held_article.now
    assert "hold" not in instance_with_held_article.find_file("Waiting").read_text()


def test_who_walks_the_archives_meets_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A closed month (March) gains no article: the released article is in the archive of the month
    of its release (April), although it was filed in March."""
    instance = Instance(tmp_path_factory.mktemp("short"), settings=SHORT).fill_once(
        store_articles_and_hold
    )
    instance.now += timedelta(days=40)
    release_articles(instance, include_all=True)

    # an article of May closes April: its archive is written
    with instance.open_app() as app:
        store_articles(app, "Later", "Text.", added=instance.now + timedelta(days=40))
    instance.build()

    archives_with_article = [
        name
        for name, titles in read_titles_by_feed(instance).items()
        if name.startswith("archive/all/") and "Waiting" in titles
    ]

    assert archives_with_article == ["archive/all/2026-04.atom"]
    assert read_titles_by_feed(instance)["archive/all/2026-04.atom"] == ["Waiting"]


def test_releasing_twice_is_as_once(instance_with_held_article: Instance) -> None:
    """A second release of the same article changes no file and names it as released already."""
    article_id = instance_with_held_article.load_article("Waiting").id
    release_articles(instance_with_held_article, article_id)
    files_before = read_all_digests(instance_with_held_article)

    instance_with_held_article.now += timedelta(hours=1)
    second_release = release_articles(instance_with_held_article, article_id)

    assert second_release.articles == ()
    assert [article.title for article in second_release.known] == ["Waiting"]
    assert read_all_digests(instance_with_held_article) == files_before


@pytest.mark.parametrize("selection", ["id", "url", "file", "source", "all"])
def test_what_to_release_is_named_in_five_ways(
    instance_with_held_article: Instance, selection: str
) -> None:
    """The article to release ("Waiting", alone on hold, of source two) is given by id, address or
    file; or all of a source, or all, are released."""
    article = instance_with_held_article.load_article("Waiting")
    path = str(instance_with_held_article.find_file("Waiting"))

    match selection:
        case "id":
            released = release_articles(instance_with_held_article, article.id)
        case "url":
            released = release_articles(instance_with_held_article, article.url)
        case "file":
            released = release_articles(instance_with_held_article, path)
        case "source":
            released = release_articles(instance_with_held_article, source="two")
        case _:
            released = release_articles(instance_with_held_article, include_all=True)

    assert [released_article.id for released_article in released.articles] == [article.id]


def test_nothing_is_released_when_one_name_is_none(instance_with_held_article: Instance) -> None:
    """One unknown name releases none of the named articles; neither does an unknown source, another
    source or a dry run."""
    with pytest.raises(UsageError, match="no article 'nobody'"):
        release_articles(
            instance_with_held_article,
            instance_with_held_article.load_article("Waiting").id,
            "nobody",
        )
    with pytest.raises(UsageError, match="no source 'tow'"):
        release_articles(instance_with_held_article, source="tow")
    assert instance_with_held_article.load_article("Waiting").hold

    # "Waiting" is of source two
    release_articles(instance_with_held_article, source="one")

    assert instance_with_held_article.load_article("Waiting").hold

    # a dry run names what it would release
    planned = release_articles(instance_with_held_article, include_all=True, dry_run=True)

    assert [article.title for article in planned.articles] == ["Waiting"]
    assert instance_with_held_article.load_article("Waiting").hold


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hold: true\n", "hold: false\n"),
        ("hold: true\n", ""),
        ("hold: true\nhold_reason: unsure-text\n", ""),
    ],
)
def test_a_hand_releases_it_in_its_file(
    instance_with_held_article: Instance, old: str, new: str
) -> None:
    """If the operator changes or deletes `hold` in the file, the article is published as a new
    one, once."""
    instance_with_held_article.edit_file("Waiting", old, new)
    instance_with_held_article.now += timedelta(days=1)
    reconcile_and_build(instance_with_held_article)

    assert read_titles_by_feed(instance_with_held_article)["tags/llm.atom"][0] == "Waiting"
    assert (
        instance_with_held_article.load_article("Waiting").added == instance_with_held_article.now
    )

    files_before = read_all_digests(instance_with_held_article)

    # a second run changes nothing
    instance_with_held_article.now += timedelta(days=1)
    reconcile_and_build(instance_with_held_article)

    assert read_all_digests(instance_with_held_article) == files_before


def test_a_new_text_that_comes_before_a_hands_release_was_seen_does_not_publish_it_as_old(
    instance_with_held_article: Instance,
) -> None:
    """The operator releases an article in its file, and before the next run sees that, its text is
    revised: it stays unpublished until that run, which publishes it as new."""
    instance_with_held_article.edit_file("Waiting", "hold: true\n", "hold: false\n")

    # a visit finds a new text
    with instance_with_held_article.open_app() as app:
        article = instance_with_held_article.load_article("Waiting")
        write_article(
            app.archive.article_store,
            app.archive.store.visits,
            replace(article, body=article.body + " More."),
            before=article,
        )
    instance_with_held_article.build()

    assert "Waiting" not in read_titles_by_feed(instance_with_held_article)["all.atom"]

    instance_with_held_article.now += timedelta(days=1)
    reconcile_and_build(instance_with_held_article)

    assert read_titles_by_feed(instance_with_held_article)["all.atom"][0] == "Waiting"
    assert (
        instance_with_held_article.load_article("Waiting").added == instance_with_held_article.now
    )


def test_a_crash_between_file_and_row_is_made_up_for(instance_with_held_article: Instance) -> None:
    """A crash after a release wrote the article's file, but before it wrote its database row: at
    the next start the article is published as a new one."""

    # the release writes the file alone
    with instance_with_held_article.open_app() as app:
        article = app.archive.article_store.get(
            app.archive.article_store.find(instance_with_held_article.load_article("Waiting").id)
            or ""
        )
        app.archive.article_store.put(
            replace(article, hold=False, hold_reason="", added=instance_with_held_article.now),
            ordered=("added", "hold"),
        )
    reconcile_and_build(instance_with_held_article)

    assert read_titles_by_feed(instance_with_held_article)["all.atom"][0] == "Waiting"


def test_a_rebuilt_database_keeps_what_is_on_hold_and_takes_up_what_a_hand_released(
    instance_with_held_article: Instance,
) -> None:
    """After a reindex the held article stays held. If it is released by hand in its file and the
    database is lost, the next reindex and run publish it as new."""
    with instance_with_held_article.open_app(create=True) as app:
        assert reindex.reindex(app.archive, app.configuration).problems == ()
    instance_with_held_article.build()

    assert "Waiting" not in read_titles_by_feed(instance_with_held_article)["all.atom"]

    # released by hand, then the database is lost
    instance_with_held_article.edit_file("Waiting", "hold: true\n", "hold: false\n")
    instance_with_held_article.now += timedelta(days=1)
    (instance_with_held_article.folder / "feeds/state/syndicator.db").unlink()
    with instance_with_held_article.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)
    reconcile_and_build(instance_with_held_article)

    assert read_titles_by_feed(instance_with_held_article)["all.atom"][0] == "Waiting"
    assert (
        instance_with_held_article.load_article("Waiting").added == instance_with_held_article.now
    )


def test_a_published_article_that_a_hand_puts_on_hold_leaves_its_feeds(
    instance_with_held_article: Instance,
) -> None:
    """Writing `hold: true` into the file of a published article ("Newer") takes it out of feeds;
    its release puts it on top."""
    release_articles(instance_with_held_article, include_all=True)  # "Waiting", on top now
    instance_with_held_article.edit_file(
        "Newer", "tags_by: ''\n", "tags_by: ''\nschema: 4\nhold: true\n"
    )
    reconcile_and_build(instance_with_held_article)

    assert read_titles_by_feed(instance_with_held_article)["all.atom"] == [
        "Waiting",
        "Newest",
        "Old",
    ]

    instance_with_held_article.now += timedelta(days=1)
    release_articles(instance_with_held_article, include_all=True)

    assert read_titles_by_feed(instance_with_held_article)["all.atom"] == [
        "Newer",
        "Waiting",
        "Newest",
        "Old",
    ]


def test_a_withdrawn_article_that_was_on_hold_comes_back_on_hold(
    instance_with_held_article: Instance,
) -> None:
    """Withdrawing a held article and undoing it leaves it on hold and unpublished."""
    url = instance_with_held_article.load_article("Waiting").url
    with instance_with_held_article.open_app() as app:
        # no feed showed it
        assert editorial.withdraw(app.archive, app.configuration, url).feeds == ()
        assert app.archive.store.index.on_hold() == {}

        editorial.undo_withdrawal(app.archive, app.configuration, url)

        assert len(app.archive.store.index.on_hold()) == 1
    instance_with_held_article.build()

    assert "Waiting" not in read_titles_by_feed(instance_with_held_article)["all.atom"]


def test_who_announces_it_meanwhile_carries_it_from_its_release_on(
    instance_with_held_article: Instance,
) -> None:
    """Source "one" announces "Waiting", an article of source "two", while it is held: the feed of
    "one" shows it from its release on."""
    article_id = instance_with_held_article.load_article("Waiting").id

    # what the announcement records
    with instance_with_held_article.open_app() as app:
        CARRIED.append(app.archive.article_store, [(article_id, "one")])
        app.archive.store.visits.add_carriers([(article_id, "one")], {"one": "One"})
    instance_with_held_article.build()

    assert "Waiting" not in read_titles_by_feed(instance_with_held_article)["sources/one.atom"]

    release_articles(instance_with_held_article, article_id)

    assert "Waiting" in read_titles_by_feed(instance_with_held_article)["sources/one.atom"]


def file_article(instance: Instance, title: str, body: str, source: str, **more: object) -> Article:
    """File an article as a visit does; it is merged if it is a copy of a published one."""
    with instance.open_app() as app:
        article = store_articles(app, title, body, source=source, **more)
        context = make_filing_context(app.archive, app.configuration.sources)
        merged = Merged(article=article)
        if not article.hold:
            merged = merge_copy(article, context, instance.now)
        refile_others(context, merged.others)
        filed, _ = write_article(
            app.archive.article_store, app.archive.store.visits, merged.article, before=article
        )
        sketch = make_comparison_data(filed, instance.now)
        assert sketch is not None
        app.archive.store.visits.save_sketch(filed.id, sketch)
    return filed


def test_a_copy_of_what_is_on_hold_is_published_and_the_two_are_one_once_it_is_released(
    instance: Instance,
) -> None:
    """A copy of a held article is published on its own; after the release one of the two is merged
    into the other, so that one is in the feed of all, and each in that of its source."""
    story = make_prose(1, 300)
    file_article(instance, "Held story", story, "two", **ON_HOLD)
    copy = file_article(instance, "Copy", story, "one")

    assert copy.merged_into == ""

    instance.build()

    assert read_titles_by_feed(instance)["all.atom"] == ["Copy"]

    release_articles(instance, include_all=True)

    assert len(read_titles_by_feed(instance)["all.atom"]) == 1
    assert read_titles_by_feed(instance)["sources/two.atom"] == ["Held story"]

    # one of the two, whichever
    is_copy = [instance.load_article(title).merged_into != "" for title in ("Held story", "Copy")]
    assert sorted(is_copy) == [False, True]


def test_copies_stand_for_themselves_while_their_original_is_on_hold(instance: Instance) -> None:
    """A merged copy is published while its original is on hold, also after a reindex, and gives way
    when it is released."""
    story = make_prose(1, 300)
    first = file_article(instance, "First", story, "one")

    assert file_article(instance, "Copy", story, "two").merged_into == first.id

    instance.build()

    assert read_titles_by_feed(instance)["all.atom"] == ["First"]

    # the operator puts the original on hold in its file
    instance.edit_file("First", "also:\n", "schema: 4\nhold: true\nalso:\n")
    reconcile_and_build(instance)

    assert read_titles_by_feed(instance)["all.atom"] == ["Copy"]

    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)
    instance.build()

    assert read_titles_by_feed(instance)["all.atom"] == ["Copy"]

    release_articles(instance, first.id)

    assert read_titles_by_feed(instance)["all.atom"] == ["First"]
