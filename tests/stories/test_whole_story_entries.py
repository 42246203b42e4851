"""Instances of an earlier version with one entry per story: folded.tsv.
The first published article has the entry, the others stay in the feeds of their sources."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicator.core.model import entry_urn, is_of_story, story_urn
from syndicator.upkeep.reindex import reindex
from tests.instances import Instance
from tests.stories.test_published import (
    URL_ONE,
    URL_THREE,
    URL_TWO,
    build_all,
    file_report,
    open_and_run,
    read_entries,
    read_named_outlets,
)
from tests.stories.test_stories import FERRY

STORY = "1773140000abcdefghijklmnop"
BEGAN = "2026-03-10T10:53:20+00:00"
LATEST = 1773155000  # 15:03:20
BODY = "A text of its own on {}: nobody else wrote this about the day."


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    axes = '["all", "categories", "tags", "sources", "queries", "stories"]'
    return Instance(tmp_path, settings=f'[publish]\ntag_min = 1\nstories = "link"\naxes = {axes}\n')


def file_unrelated(instance: Instance) -> list[str]:
    """File three articles that report no common event."""
    instance.now = datetime.fromisoformat("2026-03-10T12:00:00+00:00")
    words = (
        ("Tide table for Kettle", BODY.format("tides")),
        FERRY,
        ("Kiln opens in Orel", BODY.format("kilns")),
    )
    outlets = ("one", "two", "three")
    return [
        file_report(instance, outlet, text, tags=("Sea",))
        for outlet, text in zip(outlets, words, strict=True)
    ]


def write_folded(instance: Instance, ids: list[str]) -> Path:
    """Write folded.tsv as an earlier version left it: these articles have one entry, of STORY."""
    file = instance.folder / "feeds/articles/folded.tsv"
    file.write_text("".join(f"{article_id}\t{STORY}\t{LATEST}\n" for article_id in ids))
    return file


def test_the_first_has_the_entry_of_the_story_in_feeds_with_archives(instance: Instance) -> None:
    """In feeds with archives the story has one entry with its old id, led by the first article;
    in the feeds of their sources all three have their own."""
    ids = file_unrelated(instance)
    write_folded(instance, ids)
    instance.build()
    with instance.open_app() as app:
        instance_id = app.archive.instance
    for name in ("all", "tags/sea"):
        ((article_id, entry),) = read_entries(instance, name).items()
        assert article_id == story_urn(instance_id, STORY)
        assert entry.link == URL_ONE
        assert entry.published == BEGAN
        assert entry.updated[:19] == "2026-03-10T12:00:00"
    for outlet, article, url in zip(
        ("one", "two", "three"), ids, (URL_ONE, URL_TWO, URL_THREE), strict=True
    ):
        ((article_id, entry),) = read_entries(instance, f"sources/{outlet}").items()
        assert article_id == entry_urn(instance_id, article)
        assert entry.link == url

    assert read_entries(instance, "stories") == {}


def test_a_later_report_has_an_entry_of_its_own_and_moves_no_date(instance: Instance) -> None:
    """Three articles share one entry (folded). A report on the event of the second one comes after
    the upgrade: it has its own entry and changes no date of the folded one. With the second it is a
    story, which that leads."""
    write_folded(instance, file_unrelated(instance))
    instance.build()
    before = read_entries(instance)
    instance.now += timedelta(hours=20)
    file_report(instance, "four", FERRY)
    instance.build()
    after = read_entries(instance)

    assert len(after) == 2
    assert read_named_outlets(instance).keys() == {URL_ONE, "https://four.example/a"}

    for article_id, entry in before.items():
        assert after[article_id].published == entry.published
        assert after[article_id].updated == entry.updated

    assert read_named_outlets(instance, "stories").keys() == {URL_TWO}


def test_the_next_published_article_takes_the_entry_with_its_id_and_dates(
    instance: Instance,
) -> None:
    """If the first article is withdrawn or hidden, the next one has the story's entry with its
    id and dates; a released one takes it back."""
    write_folded(instance, file_unrelated(instance))
    instance.build()
    ((article_id, before),) = read_entries(instance).items()
    for name, what, url in (("withdraw", URL_ONE, URL_TWO), ("hide", URL_TWO, URL_THREE)):
        open_and_run(instance, name, id=what)
        assert instance.build().held == ()
        ((same, entry),) = read_entries(instance).items()
        assert same == article_id
        assert entry.link == url
        assert entry.published == before.published
        assert entry.updated == before.updated
        assert build_all(instance) == instance.read_digests("public")
    open_and_run(instance, "release", id=(URL_TWO,))
    instance.build()

    assert read_named_outlets(instance).keys() == {URL_TWO}

    with instance.open_app() as app:
        reindex(app.archive, app.configuration)
    instance.build()

    assert read_named_outlets(instance).keys() == {URL_TWO}


def test_an_article_that_takes_the_entry_goes_on_leading_its_story(instance: Instance) -> None:
    """Articles one, two and three share one entry (folded), which one has; article two also leads a
    story with outlet four. After one is hidden, two has the entry and still leads the story."""
    write_folded(instance, file_unrelated(instance))
    file_report(instance, "four", FERRY)
    instance.build()

    assert read_named_outlets(instance, "stories").keys() == {URL_TWO}

    open_and_run(instance, "hide", id=URL_ONE)
    instance.build()

    assert read_named_outlets(instance).keys() == {URL_TWO, "https://four.example/a"}
    assert read_named_outlets(instance, "stories").keys() == {URL_TWO}


def test_an_article_whose_line_is_deleted_has_an_entry_of_its_own(instance: Instance) -> None:
    """Deleting an article's line from folded.tsv gives it its own entry; deleting the whole file
    changes nothing, as the database knows it."""
    ids = file_unrelated(instance)
    file = write_folded(instance, ids)
    instance.build()
    file.write_text(file.read_text().replace(f"{ids[1]}\t{STORY}\t{LATEST}\n", "no line\n"))
    instance.build()
    after = read_entries(instance)

    assert {entry.link: is_of_story(article_id) for article_id, entry in after.items()} == {
        URL_ONE: True,
        URL_TWO: False,
    }

    file.unlink()  # lost: the database knows what it said
    instance.build()

    assert read_entries(instance).keys() == after.keys()
    assert ids[2] in file.read_text()


def test_saved_queries_have_the_folded_articles(instance: Instance) -> None:
    """Articles one, two and three share one entry (folded) in other feeds; the saved query
    "source:two" has the article of source two under its own address."""
    (instance.config / "feeds.toml").write_text('[[feed]]\nslug = "two"\nquery = "source:two"\n')
    write_folded(instance, file_unrelated(instance))
    instance.build()

    assert read_named_outlets(instance, "queries/two").keys() == {URL_TWO}


def test_nothing_is_folded_by_itself(instance: Instance) -> None:
    """Without folded.tsv of an earlier version, each report of a story has its own entry, and
    the file is not made."""
    for outlet in ("one", "two"):
        file_report(instance, outlet)
    instance.build()

    assert read_named_outlets(instance).keys() == {URL_ONE, URL_TWO}
    assert not (instance.folder / "feeds/articles/folded.tsv").exists()
