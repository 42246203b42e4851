"""One article file with broken YAML: its article stays as it was, all else goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from syndicator.health.check.installation import check
from syndicator.upkeep import reconcile
from syndicator.upkeep.reindex import Reindexed
from syndicator.upkeep.reindex import reindex as remake
from tests.instances import SOURCES, Instance, store_articles

TITLE = "Chips from 2"
FULL = SOURCES.replace('url = "https://one', 'content = "full"\nurl = "https://one')
QUERY = '[[feed]]\nslug = "engines"\nquery = "turbine"\n'


@pytest.fixture
def filled_instance(instance: Instance) -> Instance:
    """An instance with five articles in feeds, one of which is published whole and found by its
    text."""
    return instance.fill_once(store_five_articles)


def store_five_articles(instance: Instance) -> None:
    (instance.config / "sources.toml").write_text(FULL)
    (instance.config / "feeds.toml").write_text(QUERY)
    with instance.open_app() as app:
        for number in range(5):
            body = f"Text {number} of a **turbine**." if number == 2 else f"Text {number}."
            store_articles(app, f"Chips from {number}", body, category="AI", tags=("GPU",))
    assert instance.build().set_aside == ()


def break_frontmatter(instance: Instance) -> Path:
    path = instance.find_file(TITLE)
    path.write_text(path.read_text().replace("title: ", "title: '", 1))
    return path


def run_reindex(instance: Instance) -> Reindexed:
    with instance.open_app(create=True) as app:
        return remake(app.archive, app.configuration)


def list_problems_at_start(instance: Instance) -> list[str]:
    """The article files that a start of the program reports."""
    with instance.open_app() as app:
        return [
            problem.what for problem in reconcile.update_from_files(app.archive, app.configuration)
        ]


FEEDS = (
    "all.json",
    "sources/one.json",
    "tags/gpu.json",
    "categories/ai.json",
    "queries/engines.json",
)


def read_entries(instance: Instance, feed: str) -> dict[str, Any]:
    """The entries of a feed, by title."""
    return {item["title"]: item for item in json.loads(instance.read_published(feed))["items"]}


@pytest.mark.parametrize("is_renamed", [False, True])
def test_its_last_entry_stays_and_every_other_feed_goes_on(
    filled_instance: Instance, is_renamed: bool
) -> None:
    """An article whose file is broken (or also renamed) keeps its last entry in all feeds, while a
    new article reaches all but the saved query "engines", which it does not match. `reindex` and
    each start report the file with its line."""
    before = {feed: read_entries(filled_instance, feed) for feed in FEEDS}
    path = break_frontmatter(filled_instance)
    if is_renamed:
        path = path.rename(path.with_name(f"other-{path.name}"))
    with filled_instance.open_app() as app:
        store_articles(app, "Later chips", "More.", category="AI", tags=("GPU",))

    (problem,) = run_reindex(filled_instance).problems

    report = filled_instance.build()

    assert report.held == ()
    assert report.set_aside == ()
    for feed in FEEDS:
        after = read_entries(filled_instance, feed)
        new_entry = after.pop("Later chips", None)
        assert (new_entry is None) == (feed == "queries/engines.json")
        assert after == before[feed]

    # the broken one is in the saved query, with its whole text
    assert list(before["queries/engines.json"]) == [TITLE]
    assert "<strong>" in before["all.json"][TITLE]["content_html"]

    assert problem.reason == "bad-article-file"
    assert str(path) in problem.detail
    assert ": line " in problem.detail
    assert list_problems_at_start(filled_instance) == [problem.what]
    assert list_problems_at_start(filled_instance) == [problem.what]  # and nothing forgets it


def test_the_mended_file_counts_at_the_next_start_and_nothing_is_new(
    filled_instance: Instance,
) -> None:
    """The operator repairs the broken file and changes its text: the next start and build put the
    new text into the feed, and every entry keeps its id."""
    path = break_frontmatter(filled_instance)
    run_reindex(filled_instance)
    filled_instance.build()
    before = read_entries(filled_instance, "all.json")

    # the syntax is repaired, and the text is another one
    path.write_text(
        path.read_text()
        .replace("title: '", "title: ", 1)
        .replace("a **turbine**", "a new **turbine**")
    )

    assert list_problems_at_start(filled_instance) == []

    filled_instance.build()

    after = read_entries(filled_instance, "all.json")
    assert "a new <strong>turbine" in after[TITLE]["content_html"]
    ids_before = {title: item["id"] for title, item in before.items()}
    assert {title: item["id"] for title, item in after.items()} == ids_before
    with filled_instance.open_app() as app:
        assert reconcile.list_unreadable_files(app.archive.store, app.archive.article_store) == ()


def test_after_a_lost_database_it_alone_is_missing_until_it_is_mended(
    filled_instance: Instance,
) -> None:
    """After a lost database only the article with the broken file is missing from the feed, until
    the file is repaired."""
    before = read_entries(filled_instance, "all.json")
    path = break_frontmatter(filled_instance)

    # the database is lost and made again
    for file in (filled_instance.folder / "feeds/state").glob("syndicator.db*"):
        file.unlink()
    assert len(run_reindex(filled_instance).problems) == 1

    assert filled_instance.build().held == ()
    without = read_entries(filled_instance, "all.json")
    assert before.keys() - without.keys() == {TITLE}

    # the file is repaired
    path.write_text(path.read_text().replace("title: '", "title: ", 1))
    assert list_problems_at_start(filled_instance) == []
    assert filled_instance.build().held == ()
    assert read_entries(filled_instance, "all.json") == before


def test_without_its_html_the_build_shows_its_excerpt(filled_instance: Instance) -> None:
    """If the file is broken and its rendered HTML is lost too, the entry shows the excerpt, and
    "html-missing" is reported."""
    break_frontmatter(filled_instance)
    with filled_instance.open_app() as app:
        article_id = next(
            article.id for article in app.archive.store.index.each() if article.title == TITLE
        )
        app.archive.store.index.save_html({article_id: ""})  # lost
    # all feeds are to be built again
    with filled_instance.open_app() as app:
        app.archive.store.index.mark_stale([row.key for row in app.archive.store.index.feeds()])
    report = filled_instance.build()

    entry = read_entries(filled_instance, "all.json")[TITLE]
    assert "<strong>" not in str(entry)  # which its whole text has
    assert report.held == ()
    assert [problem.reason for problem in report.set_aside] == ["html-missing"]


def test_check_names_the_file_and_its_line(filled_instance: Instance) -> None:
    """`check` reports an article file with invalid YAML with its path and line."""
    path = break_frontmatter(filled_instance)
    (finding,) = [
        problem for problem in check(filled_instance.config) if problem.reason == "bad-article-file"
    ]

    assert finding.what == f"{path}:{finding.line}"
    assert "not valid YAML" in finding.detail


@pytest.mark.parametrize("broken", [True, False])
def test_a_file_of_another_name_is_not_gone(filled_instance: Instance, broken: bool) -> None:
    """A renamed article file is still the same article: the feed does not change. If the file is
    broken, too, each start reports this one problem."""
    before = filled_instance.read_published("all.json")
    path = break_frontmatter(filled_instance) if broken else filled_instance.find_file(TITLE)
    path.rename(path.with_name(f"other-{path.name}"))

    for _ in range(2):
        assert len(list_problems_at_start(filled_instance)) == (1 if broken else 0)
        assert filled_instance.build().held == ()
        assert filled_instance.read_published("all.json") == before


def test_a_name_that_is_no_text_costs_no_other_article(filled_instance: Instance) -> None:
    """An article file whose name is not UTF-8, here a copy of another file, is reported with the
    advice to rename it. All five articles are published, also a change of that other file."""
    path = filled_instance.find_file(TITLE)

    # the copy has another text
    path_not_utf8 = os.fsencode(path.parent) + b"/m\xff.md"
    try:
        Path(os.fsdecode(path_not_utf8)).write_text(
            path.read_text().replace("Text 2", "Text of a copy")
        )
    except OSError as error:
        pytest.skip(f"this file system takes no such name: {error}")

    # the first file is edited; a start reports the copy alone
    path.write_text(path.read_text().replace("Text 2", "Another text 2"))
    with filled_instance.open_app() as app:
        (named,) = reconcile.update_from_files(app.archive, app.configuration)
        assert reconcile.list_unreadable_files(app.archive.store, app.archive.article_store) == (
            named,
        )

    assert named.reason == "bad-article-file"
    assert named.what.endswith("m\\udcff.md")
    assert "rename" in named.detail
    assert "all.json" in filled_instance.build().written
    assert "Another" in str(read_entries(filled_instance, "all.json")[TITLE])
    assert len(read_entries(filled_instance, "all.json")) == 5
    assert [problem.what for problem in run_reindex(filled_instance).problems] == [named.what]
