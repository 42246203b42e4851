"""Feeds and pages name other outlets of a story; stories have a feed and a page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

import feedparser
import pytest

from syndicator.core.model import Origin, is_of_story
from syndicator.runs.build import build_feeds
from syndicator.upkeep.reconcile import update_from_files
from syndicator.upkeep.reindex import reindex
from tests.instances import Instance
from tests.stories.test_stories import (
    FERRY,
    QUAKE,
    file_article,
    group_and_list_stories,
    run_operation,
)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    axes = '["all", "categories", "tags", "sources", "queries", "stories"]'
    return Instance(tmp_path, settings=f'[publish]\ntag_min = 1\nstories = "link"\naxes = {axes}\n')


def file_report(
    instance: Instance, outlet: str, words: tuple[str, str] = QUAKE, **changes: object
) -> str:
    """File a report that `outlet` announces itself, ten minutes after the last one; return its
    id."""
    instance.now += timedelta(minutes=10)
    origin = Origin(
        title=outlet.title(),
        url=f"https://{outlet}.example/feed",
        site=f"https://{outlet}.example/",
    )
    with instance.open_app() as app:
        return file_article(
            app,
            f"https://{outlet}.example/a",
            words,
            **{"source_key": outlet, "origin": origin, **changes},
        )


def read_entries(instance: Instance, name: str = "all") -> dict[str, feedparser.FeedParserDict]:
    """Return the entries of a published feed by id."""
    entries = feedparser.parse(instance.read_published(f"{name}.atom")).entries
    ids = [entry.id for entry in entries]
    assert len(set(ids)) == len(ids)
    return dict(zip(ids, entries, strict=True))


def read_named_outlets(instance: Instance, name: str = "all") -> dict[str, tuple[str, ...]]:
    """Return the addresses of the entries of a feed, each with the other outlets that it names."""
    return {
        entry.link: tuple(link.title for link in entry.links if link.rel == "related")
        for entry in read_entries(instance, name).values()
    }


def open_and_run(instance: Instance, name: str, **values: object) -> None:
    with instance.open_app() as app:
        run_operation(app, name, **values)


URL_ONE, URL_TWO, URL_THREE = (f"https://{name}.example/a" for name in ("one", "two", "three"))


def test_each_report_names_the_others_and_joining_changes_neither_id_nor_updated(
    instance: Instance,
) -> None:
    """In feeds and pages each report names the other outlets of its story, and one on another event
    (sea) names none. A new report changes neither ids nor dates of earlier entries."""
    file_report(instance, "one")
    instance.build()
    before = read_entries(instance)
    file_report(instance, "two")
    file_report(instance, "sea", FERRY)
    instance.build()

    assert read_named_outlets(instance) == {
        URL_ONE: ("Two",),
        URL_TWO: ("One",),
        "https://sea.example/a": (),
    }

    file_report(instance, "three")
    instance.build()
    after = read_entries(instance)

    assert read_named_outlets(instance)[URL_ONE] == ("Two", "Three")
    assert read_named_outlets(instance, "sources/one") == {URL_ONE: ("Two", "Three")}
    assert all(after[article_id].updated == entry.updated for article_id, entry in before.items())

    # as a link on pages, by name in other formats
    for name in ("all.rss", "all.json", "all.html", "sources/one.html", "index.html"):
        assert re.search(">Two(</bdi></a>|</a>, )", unescape(instance.read_published(name))), name


def test_a_report_that_leaves_is_named_no_more(instance: Instance) -> None:
    """Of a story of three outlets, three's report is hidden and two's withdrawn: one names nobody,
    and there is no story. After three's is released, one and three name each other."""
    file_report(instance, "one")
    id_of_two = file_report(instance, "two")
    id_of_three = file_report(instance, "three")
    instance.build()

    open_and_run(instance, "hide", id=id_of_three)
    instance.build()
    open_and_run(instance, "withdraw", id=id_of_two)
    instance.build()

    assert read_named_outlets(instance) == {URL_ONE: ()}
    assert read_entries(instance, "stories") == {}

    open_and_run(instance, "release", id=(id_of_three,))
    instance.build()

    assert read_named_outlets(instance) == {URL_ONE: ("Three",), URL_THREE: ("One",)}


def test_operators_and_edits_of_the_file_show_at_once(instance: Instance) -> None:
    """Two unlike reports name each other after the operator joins them, not after the operator
    undoes that, and again after both are written into stories.tsv with one story id."""
    ids = file_report(instance, "one"), file_report(instance, "two", FERRY)
    instance.build()
    open_and_run(instance, "join", ids=[URL_ONE, URL_TWO])
    instance.build()

    assert read_named_outlets(instance) == {URL_ONE: ("Two",), URL_TWO: ("One",)}

    open_and_run(instance, "undo", number="1")
    instance.build()

    assert read_named_outlets(instance) == {URL_ONE: (), URL_TWO: ()}

    lines = "".join(f"{article_id}\t{'b' * 26}\n" for article_id in ids)
    (instance.folder / "feeds/articles/stories.tsv").write_text(lines)
    instance.build()

    assert read_named_outlets(instance) == {URL_ONE: ("Two",), URL_TWO: ("One",)}


def test_a_new_report_changes_only_the_files_that_show_it(instance: Instance) -> None:
    """A new report rewrites the feeds of its story's outlets, not those of another outlet (sea);
    a second build writes nothing."""
    for outlet, words in (("one", QUAKE), ("sea", FERRY)):
        file_report(instance, outlet, words)
    instance.build()
    file_report(instance, "two")
    with instance.open_app() as app:
        app.archive.beside.record_sources(app.configuration.sources)
        written = asyncio.run(build_feeds(app)).written

    assert {"sources/one.atom", "sources/two.atom", "stories.atom"} <= set(written)
    assert not [name for name in written if "/sea" in name]
    assert instance.build().written == ()


def test_stories_are_those_of_two_outlets_with_a_page_of_their_own(instance: Instance) -> None:
    """There is no story until a second outlet reports. The story's page lists its reports in order,
    also a third one, under the same id, and is deleted when only one outlet is left."""
    file_report(instance, "one")
    instance.build()

    assert read_entries(instance, "stories") == {}

    file_report(instance, "two")
    file_report(instance, "sea", FERRY)
    instance.build()
    (entry,) = read_entries(instance, "stories").values()

    assert is_of_story(entry.id)
    assert entry.link == URL_ONE

    # the entry links the story's page
    name = entry.content[0].value.rpartition("/stories/")[2].partition('"')[0]
    timeline = instance.read_published(f"stories/{name}")

    assert timeline.index("one.example/a") < timeline.index("two.example/a")

    file_report(instance, "three")
    instance.build()

    assert "three.example/a" in instance.read_published(f"stories/{name}")
    assert list(read_entries(instance, "stories")) == [entry.id]

    for article_id in (URL_TWO, URL_THREE):
        open_and_run(instance, "withdraw", id=article_id)
    instance.build()

    assert not (instance.folder / "feeds/public/stories" / name).exists()

    for feed_format in ("rss", "json", "html"):
        assert "one.example/a" not in instance.read_published(f"stories.{feed_format}")


def build_all(instance: Instance) -> dict[str, str]:
    """Build all files; return their digests by name."""
    with instance.open_app() as app:
        asyncio.run(build_feeds(app, include_all=True))
    return instance.read_digests("public")


def test_a_build_after_each_change_writes_what_one_build_of_all_writes(instance: Instance) -> None:
    """After each of these changes, a build of what changed (`build`) gives the same public files
    as a build of everything (`build_all`); so does a build after a reindex."""
    changes: list[Callable[[], object]] = [
        lambda: file_report(instance, "one", tags=("Sea",)),
        lambda: file_report(instance, "two", category="AI"),
        lambda: file_report(instance, "three", FERRY),
        lambda: file_report(instance, "four"),
        lambda: open_and_run(instance, "split", id=URL_TWO),
        lambda: open_and_run(instance, "withdraw", id=URL_ONE),
        lambda: open_and_run(instance, "join", ids=[URL_THREE, URL_TWO]),
        lambda: open_and_run(instance, "hide", id=URL_THREE),
    ]
    for change in changes:
        change()
        instance.build()
        files_of_change = instance.read_digests("public")
        assert build_all(instance) == files_of_change

    with instance.open_app() as app:
        reindex(app.archive, app.configuration)

    assert instance.build().held == ()
    assert build_all(instance) == files_of_change


def test_a_setting_that_changes_shows_at_once(instance: Instance) -> None:
    """With stories off, entries name no other outlet and the files of stories are removed;
    switched on again, feeds are as before."""
    for outlet in ("one", "two"):
        file_report(instance, outlet)
    instance.build()
    config = instance.config / "syndicator.toml"
    before = instance.read_digests("public")
    config.write_text(config.read_text().replace('"link"', '"off"'))
    instance.build()

    assert read_named_outlets(instance) == {URL_ONE: (), URL_TWO: ()}
    assert not [name for name in instance.read_digests("public") if name.startswith("stories")]

    config.write_text(config.read_text().replace('"off"', '"link"'))
    instance.build()

    after = instance.read_digests("public")

    assert after["all.atom"] == before["all.atom"]
    assert after["stories.atom"] == before["stories.atom"]


def test_a_rebuilt_database_publishes_the_same_stories(instance: Instance) -> None:
    """After the database is rebuilt from the files (reindex), all published files are the same,
    byte by byte, and the story has the same lead and outlets."""
    for outlet in ("one", "two"):
        file_report(instance, outlet)
    instance.build()
    before = instance.read_digests("public")
    with instance.open_app() as app:
        reindex(app.archive, app.configuration)

    assert instance.build().held == ()
    assert build_all(instance) == before
    assert read_named_outlets(instance, "stories") == {URL_ONE: ("Two",)}


def test_a_story_keeps_its_id_and_dates_when_its_lead_is_withdrawn(instance: Instance) -> None:
    """After the lead, one's report, is withdrawn, the story's entry links two's, names three, and
    keeps its id and dates, also after a reindex."""
    for outlet in ("one", "two", "three"):
        file_report(instance, outlet)
    instance.build()
    ((entry_id, entry),) = read_entries(instance, "stories").items()
    open_and_run(instance, "withdraw", id=URL_ONE)

    assert instance.build().held == ()
    assert read_named_outlets(instance, "stories") == {URL_TWO: ("Three",)}

    with instance.open_app() as app:
        reindex(app.archive, app.configuration)
    instance.build()
    after = read_entries(instance, "stories")[entry_id]

    assert after.link == URL_TWO
    assert after.published == entry.published
    assert after.updated == entry.updated


def test_updated_of_a_story_stays_if_other_outlets_add_nothing(instance: Instance) -> None:
    """Nine outlets publish equal reports, five hours apart. From the second on there is a story:
    its `updated` is the same after each of eight builds."""
    updated_after_each_build = []
    file_report(instance, "one")
    instance.build()

    assert read_entries(instance, "stories") == {}

    for outlet in ("two", "three", "four", "five", "six", "seven", "eight", "nine"):
        instance.now += timedelta(hours=5)
        file_report(instance, outlet)
        instance.build()
        (story,) = read_entries(instance, "stories").values()
        updated_after_each_build.append(story.updated)

    assert len(updated_after_each_build) == 8
    assert len(set(updated_after_each_build)) == 1


def test_an_edit_of_a_lead_leaves_it_in_its_place(instance: Instance) -> None:
    """If the operator edits the title of a lead, the story's entry gets the title and keeps its
    id."""
    for outlet in ("one", "two"):
        file_report(instance, outlet)
    instance.build()
    before = read_entries(instance, "stories")
    path = next(
        path
        for path in (instance.folder / "feeds/articles").rglob("*.md")
        if URL_ONE in path.read_text()
    )
    path.write_text(path.read_text().replace("Sant Orel in Verania", "Sant Orel, in Verania"))
    with instance.open_app() as app:
        update_from_files(app.archive, app.configuration)
        group_and_list_stories(app)
    instance.build()
    after = read_entries(instance, "stories")

    titles_before = [entry.title for entry in before.values()]
    titles_after = [entry.title for entry in after.values()]

    assert after.keys() == before.keys()
    assert titles_after != titles_before
