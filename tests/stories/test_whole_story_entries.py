"""Instances of an earlier version with one entry per story: folded.tsv.
The first published article has the entry, the others stay in the feeds of their sources."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicator.core.model import entry_urn, is_of_story, story_urn
from syndicator.upkeep.reindex import reindex
from tests.places import Place
from tests.stories.test_published import (
    A,
    B,
    C,
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
def place(tmp_path: Path) -> Place:
    axes = '["all", "categories", "tags", "sources", "queries", "stories"]'
    return Place(tmp_path, settings=f'[publish]\ntag_min = 1\nstories = "link"\naxes = {axes}\n')


def file_unrelated(place: Place) -> list[str]:
    """File three articles that report no common event."""
    place.now = datetime.fromisoformat("2026-03-10T12:00:00+00:00")
    words = (
        ("Tide table for Kettle", BODY.format("tides")),
        FERRY,
        ("Kiln opens in Orel", BODY.format("kilns")),
    )
    outlets = ("one", "two", "three")
    return [
        file_report(place, outlet, text, tags=("Sea",))
        for outlet, text in zip(outlets, words, strict=True)
    ]


def write_folded(place: Place, ids: list[str]) -> Path:
    file = place.folder / "feeds/articles/folded.tsv"
    file.write_text("".join(f"{article_id}\t{STORY}\t{LATEST}\n" for article_id in ids))
    return file


def test_the_first_has_the_entry_of_the_story_in_feeds_with_archives(place: Place) -> None:
    ids = file_unrelated(place)
    write_folded(place, ids)
    place.build()
    with place.open_app() as app:
        instance = app.archive.instance
    for name in ("all", "tags/sea"):
        ((article_id, entry),) = read_entries(place, name).items()
        assert article_id == story_urn(instance, STORY)
        assert entry.link == A
        assert entry.published == BEGAN
        assert entry.updated[:19] == "2026-03-10T12:00:00"
    for outlet, article, url in zip(("one", "two", "three"), ids, (A, B, C), strict=True):
        ((article_id, entry),) = read_entries(place, f"sources/{outlet}").items()
        assert article_id == entry_urn(instance, article)
        assert entry.link == url

    assert read_entries(place, "stories") == {}


def test_a_later_report_has_an_entry_of_its_own_and_moves_no_date(place: Place) -> None:
    """A new report gets its own entry and changes no dates of the story's entry."""
    write_folded(place, file_unrelated(place))
    place.build()
    before = read_entries(place)
    place.now += timedelta(hours=20)
    file_report(place, "four", FERRY)
    place.build()
    after = read_entries(place)

    assert len(after) == 2
    assert read_named_outlets(place).keys() == {A, "https://four.example/a"}

    for article_id, entry in before.items():
        assert after[article_id].published == entry.published
        assert after[article_id].updated == entry.updated

    assert read_named_outlets(place, "stories").keys() == {B}


def test_the_next_published_article_takes_the_entry_with_its_id_and_dates(place: Place) -> None:
    """If the lead is withdrawn or hidden, the next article takes over the entry."""
    write_folded(place, file_unrelated(place))
    place.build()
    ((article_id, before),) = read_entries(place).items()
    for name, what, url in (("withdraw", A, B), ("hide", B, C)):
        open_and_run(place, name, id=what)
        assert place.build().held == ()
        ((same, entry),) = read_entries(place).items()
        assert same == article_id
        assert entry.link == url
        assert entry.published == before.published
        assert entry.updated == before.updated
        assert build_all(place) == place.read_digests("public")
    open_and_run(place, "release", id=(B,))
    place.build()

    assert read_named_outlets(place).keys() == {B}

    with place.open_app() as app:
        reindex(app.archive, app.configuration)
    place.build()

    assert read_named_outlets(place).keys() == {B}


def test_an_article_that_takes_the_entry_goes_on_leading_its_story(place: Place) -> None:
    """If the first article is hidden, the next one takes the entry and leads."""
    write_folded(place, file_unrelated(place))
    file_report(place, "four", FERRY)
    place.build()

    assert read_named_outlets(place, "stories").keys() == {B}

    open_and_run(place, "hide", id=A)
    place.build()

    assert read_named_outlets(place).keys() == {B, "https://four.example/a"}
    assert read_named_outlets(place, "stories").keys() == {B}


def test_an_article_whose_line_is_deleted_has_an_entry_of_its_own(place: Place) -> None:
    """Deleting an article's line from folded.tsv gives it its own entry."""
    ids = file_unrelated(place)
    file = write_folded(place, ids)
    place.build()
    file.write_text(file.read_text().replace(f"{ids[1]}\t{STORY}\t{LATEST}\n", "no line\n"))
    place.build()
    after = read_entries(place)

    assert {entry.link: is_of_story(article_id) for article_id, entry in after.items()} == {
        A: True,
        B: False,
    }

    file.unlink()  # lost: the database knows what it said
    place.build()

    assert read_entries(place).keys() == after.keys()
    assert ids[2] in file.read_text()


def test_saved_queries_have_the_folded_articles(place: Place) -> None:
    (place.config / "feeds.toml").write_text('[[feed]]\nslug = "two"\nquery = "source:two"\n')
    write_folded(place, file_unrelated(place))
    place.build()

    assert read_named_outlets(place, "queries/two").keys() == {B}


def test_nothing_is_folded_by_itself(place: Place) -> None:
    for outlet in ("one", "two"):
        file_report(place, outlet)
    place.build()

    assert read_named_outlets(place).keys() == {A, B}
    assert not (place.folder / "feeds/articles/folded.tsv").exists()
