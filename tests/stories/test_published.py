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
from tests.places import Place
from tests.stories.test_stories import FERRY, QUAKE, file_article, group_stories, run_operation


@pytest.fixture
def place(tmp_path: Path) -> Place:
    axes = '["all", "categories", "tags", "sources", "queries", "stories"]'
    return Place(tmp_path, settings=f'[publish]\ntag_min = 1\nstories = "link"\naxes = {axes}\n')


def file_report(
    place: Place, outlet: str, words: tuple[str, str] = QUAKE, **changes: object
) -> str:
    """File a report that `outlet` announces itself, ten minutes after the last one; return its
    id."""
    place.now += timedelta(minutes=10)
    origin = Origin(
        title=outlet.title(),
        url=f"https://{outlet}.example/feed",
        site=f"https://{outlet}.example/",
    )
    with place.open_app() as app:
        return file_article(
            app,
            f"https://{outlet}.example/a",
            words,
            **{"source_key": outlet, "origin": origin, **changes},
        )


def read_entries(place: Place, name: str = "all") -> dict[str, feedparser.FeedParserDict]:
    """Return the entries of a published feed by id."""
    entries = feedparser.parse(place.read_published(f"{name}.atom")).entries
    ids = [entry.id for entry in entries]
    assert len(set(ids)) == len(ids)
    return dict(zip(ids, entries, strict=True))


def read_named_outlets(place: Place, name: str = "all") -> dict[str, tuple[str, ...]]:
    """Return the addresses of the entries of a feed, each with the other outlets that it names."""
    return {
        entry.link: tuple(link.title for link in entry.links if link.rel == "related")
        for entry in read_entries(place, name).values()
    }


def open_and_run(place: Place, name: str, **values: object) -> None:
    with place.open_app() as app:
        run_operation(app, name, **values)


A, B, C = (f"https://{name}.example/a" for name in ("one", "two", "three"))


def test_each_report_names_the_others_and_joining_changes_neither_id_nor_updated(
    place: Place,
) -> None:
    """Each entry names the other outlets; a new report changes no id and no `updated`."""
    file_report(place, "one")
    place.build()
    before = read_entries(place)
    file_report(place, "two")
    file_report(place, "sea", FERRY)
    place.build()

    assert read_named_outlets(place) == {A: ("Two",), B: ("One",), "https://sea.example/a": ()}

    file_report(place, "three")
    place.build()
    after = read_entries(place)

    assert read_named_outlets(place)[A] == ("Two", "Three")
    assert read_named_outlets(place, "sources/one") == {A: ("Two", "Three")}
    assert all(after[article_id].updated == entry.updated for article_id, entry in before.items())

    for name in ("all.rss", "all.json", "all.html", "sources/one.html", "index.html"):
        assert re.search(">Two(</bdi></a>|</a>, )", unescape(place.read_published(name))), name


def test_a_report_that_leaves_is_named_no_more(place: Place) -> None:
    """Hidden or withdrawn reports are not named; a released one is again."""
    ids = [file_report(place, outlet) for outlet in ("one", "two", "three")]
    place.build()
    for name, article_id in (("hide", ids[2]), ("withdraw", ids[1])):
        open_and_run(place, name, id=article_id)
        place.build()

    assert read_named_outlets(place) == {A: ()}
    assert read_entries(place, "stories") == {}

    open_and_run(place, "release", id=(ids[2],))
    place.build()

    assert read_named_outlets(place) == {A: ("Three",), C: ("One",)}


def test_operators_and_edits_of_the_file_show_at_once(place: Place) -> None:
    ids = file_report(place, "one"), file_report(place, "two", FERRY)
    place.build()
    open_and_run(place, "join", ids=[A, B])
    place.build()

    assert read_named_outlets(place) == {A: ("Two",), B: ("One",)}

    open_and_run(place, "undo", number="1")
    place.build()

    assert read_named_outlets(place) == {A: (), B: ()}

    lines = "".join(f"{article_id}\t{'b' * 26}\n" for article_id in ids)
    (place.folder / "feeds/articles/stories.tsv").write_text(lines)
    place.build()

    assert read_named_outlets(place) == {A: ("Two",), B: ("One",)}


def test_a_new_report_changes_only_the_files_that_show_it(place: Place) -> None:
    """A new report rewrites only feeds of its story."""
    for outlet, words in (("one", QUAKE), ("sea", FERRY)):
        file_report(place, outlet, words)
    place.build()
    file_report(place, "two")
    with place.open_app() as app:
        app.archive.beside.follow(app.configuration.sources)
        written = asyncio.run(build_feeds(app)).written

    assert {"sources/one.atom", "sources/two.atom", "stories.atom"} <= set(written)
    assert not [name for name in written if "/sea" in name]
    assert place.build().written == ()


def test_stories_are_those_of_two_outlets_with_a_page_of_their_own(place: Place) -> None:
    """A story needs two outlets; its page is deleted when only one is left."""
    file_report(place, "one")
    place.build()

    assert read_entries(place, "stories") == {}

    file_report(place, "two")
    file_report(place, "sea", FERRY)
    place.build()
    (entry,) = read_entries(place, "stories").values()

    assert is_of_story(entry.id)
    assert entry.link == A

    name = entry.content[0].value.rpartition("/stories/")[2].partition('"')[0]
    timeline = place.read_published(f"stories/{name}")

    assert timeline.index("one.example/a") < timeline.index("two.example/a")

    file_report(place, "three")
    place.build()

    assert "three.example/a" in place.read_published(f"stories/{name}")
    assert list(read_entries(place, "stories")) == [entry.id]

    for article_id in (B, C):
        open_and_run(place, "withdraw", id=article_id)
    place.build()

    assert not (place.folder / "feeds/public/stories" / name).exists()

    for feed_format in ("rss", "json", "html"):
        assert "one.example/a" not in place.read_published(f"stories.{feed_format}")


def build_all(place: Place) -> dict[str, str]:
    """Build all files; return their digests by name."""
    with place.open_app() as app:
        asyncio.run(build_feeds(app, include_all=True))
    return place.read_digests("public")


def test_a_build_after_each_change_writes_what_one_build_of_all_writes(place: Place) -> None:
    """After each change, an incremental build equals a full build."""
    changes: list[Callable[[], object]] = [
        lambda: file_report(place, "one", tags=("Sea",)),
        lambda: file_report(place, "two", category="AI"),
        lambda: file_report(place, "three", FERRY),
        lambda: file_report(place, "four"),
        lambda: open_and_run(place, "split", id=B),
        lambda: open_and_run(place, "withdraw", id=A),
        lambda: open_and_run(place, "join", ids=[C, B]),
        lambda: open_and_run(place, "hide", id=C),
    ]
    for change in changes:
        change()
        place.build()
        before = place.read_digests("public")
        assert build_all(place) == before
    with place.open_app() as app:
        reindex(app.archive, app.configuration)

    assert place.build().held == ()
    assert build_all(place) == before


def test_a_setting_that_changes_shows_at_once(place: Place) -> None:
    for outlet in ("one", "two"):
        file_report(place, outlet)
    place.build()
    config = place.config / "syndicator.toml"
    link = place.read_digests("public")
    config.write_text(config.read_text().replace('"link"', '"off"'))
    place.build()

    assert read_named_outlets(place) == {A: (), B: ()}
    assert not [name for name in place.read_digests("public") if name.startswith("stories")]

    config.write_text(config.read_text().replace('"off"', '"link"'))
    place.build()

    assert (
        place.read_digests("public").items()
        >= {name: link[name] for name in ("all.atom", "stories.atom")}.items()
    )


def test_a_rebuilt_database_publishes_the_same_stories(place: Place) -> None:
    for outlet in ("one", "two"):
        file_report(place, outlet)
    place.build()
    before = place.read_digests("public")
    with place.open_app() as app:
        reindex(app.archive, app.configuration)

    assert place.build().held == ()
    assert build_all(place) == before
    assert read_named_outlets(place, "stories") == {A: ("Two",)}


def test_a_story_keeps_its_id_and_dates_when_its_lead_is_withdrawn(place: Place) -> None:
    """After the lead is withdrawn, the story keeps id and dates with the next report."""
    for outlet in ("one", "two", "three"):
        file_report(place, outlet)
    place.build()
    ((before, entry),) = read_entries(place, "stories").items()
    open_and_run(place, "withdraw", id=A)

    assert place.build().held == ()
    assert read_named_outlets(place, "stories") == {B: ("Three",)}

    with place.open_app() as app:
        reindex(app.archive, app.configuration)
    place.build()
    after = read_entries(place, "stories")[before]

    assert after.link == B
    assert after.published == entry.published
    assert after.updated == entry.updated


def test_updated_of_a_story_stays_if_other_outlets_add_nothing(place: Place) -> None:
    """Six more outlets with equal reports do not change `updated` of the story."""
    moments = []
    for hours, outlet in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    ):
        place.now += timedelta(hours=min(hours, 1) * 5)
        file_report(place, outlet)
        place.build()
        moments += [entry.updated for entry in read_entries(place, "stories").values()]

    assert len(moments) == 8
    assert len(set(moments)) == 1


def test_an_edit_of_a_lead_leaves_it_in_its_place(place: Place) -> None:
    """Editing the title of a lead changes the story's title and not its id."""
    for outlet in ("one", "two"):
        file_report(place, outlet)
    place.build()
    before = read_entries(place, "stories")
    path = next(
        path for path in (place.folder / "feeds/articles").rglob("*.md") if A in path.read_text()
    )
    path.write_text(path.read_text().replace("Sant Orel in Verania", "Sant Orel, in Verania"))
    with place.open_app() as app:
        update_from_files(app.archive, app.configuration)
        group_stories(app)
    place.build()
    after = read_entries(place, "stories")

    assert after.keys() == before.keys()
    assert [entry.title for entry in after.values()] != [entry.title for entry in before.values()]
