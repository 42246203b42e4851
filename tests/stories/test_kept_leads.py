"""The lead of a story is chosen once and stored beside the articles.
Afterwards only the operator changes it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.core.errors import UsageError
from syndicator.upkeep.reindex import reindex
from tests.places import Place
from tests.stories.test_published import (
    A,
    B,
    C,
    file_report,
    open_and_run,
    read_entries,
    read_named_outlets,
)
from tests.stories.test_stories import FERRY, QUAKE

LONGER = (QUAKE[0], QUAKE[1] * 50)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, settings='[publish]\ntag_min = 1\nstories = "link"\n')


def follow_only(place: Place, *outlets: str, preferred: str = "") -> None:
    """Follow these outlets from now on, in place of those before."""
    tables = (
        f'[[source]]\nkey = "{outlet}"\nurl = "https://{outlet}.example/feed"\n'
        + ("lead = true\n" if outlet == preferred else "")
        for outlet in outlets
    )
    (place.config / "sources.toml").write_text("\n".join(tables))
    with place.open_app() as app:
        app.archive.beside.follow(app.configuration.sources)


def read_leads(place: Place) -> list[str]:
    """Return the addresses of the reports that lead stories."""
    place.build()
    return list(read_named_outlets(place, "stories"))


def read_headline(place: Place) -> str:
    """Return the address of the first headline of the front page."""
    return (
        place.read_published("index.html")
        .partition('<h3><a class="headline" href="')[2]
        .partition('"')[0]
    )


def test_a_source_followed_for_a_week_leads_before_a_new_one(place: Place) -> None:
    """A source followed for a week is preferred as lead."""
    follow_only(place, "one")
    follow_only(place, "two", "one")
    place.now += timedelta(days=6, hours=13)
    follow_only(place, "one", "two", "three")
    file_report(place, "three", LONGER)
    place.now += timedelta(days=1)
    file_report(place, "two")
    file_report(place, "one", LONGER)

    assert read_leads(place) == [B]
    assert read_headline(place) == B

    lines = (place.folder / "feeds/articles/followed.tsv").read_text().splitlines()

    assert [line.split("\t")[0] for line in lines if not line.startswith("#")] == [
        "one",
        "two",
        "three",
    ]


def test_the_first_of_new_sources_leads_even_if_another_text_is_longer(place: Place) -> None:
    follow_only(place, "one", "two")
    file_report(place, "one")
    file_report(place, "two", LONGER)

    assert read_leads(place) == [A]


def test_a_source_with_lead_leads_though_it_is_new_and_last(place: Place) -> None:
    follow_only(place, "one", "two")
    place.now += timedelta(days=8)
    follow_only(place, "one", "two", "three", preferred="three")
    for outlet in ("one", "two", "three"):
        file_report(place, outlet)

    assert read_leads(place) == [C]


def test_a_published_story_keeps_its_lead(place: Place) -> None:
    follow_only(place, "one", "two", "three")
    for outlet in ("one", "two"):
        file_report(place, outlet)

    assert read_leads(place) == [A]

    follow_only(place, "one", "two", "three", preferred="three")
    file_report(place, "three", LONGER)

    assert read_leads(place) == [A]
    assert read_headline(place) == A


def test_the_owner_of_an_article_counts_whoever_announced_it(place: Place) -> None:
    """The owner's time of being followed counts, not the announcing source's."""
    follow_only(place, "one", "two")
    place.now += timedelta(days=8)
    follow_only(place, "one", "two", "three")
    file_report(place, "one", source_key="three")
    file_report(place, "two")

    assert read_leads(place) == [A]


def test_a_source_with_an_address_on_another_site_is_a_new_one(place: Place) -> None:
    """A source moved to another site counts as newly followed."""
    follow_only(place, "one", "two")
    place.now += timedelta(days=8)
    file = place.config / "sources.toml"
    file.write_text(file.read_text().replace("one.example/feed", "three.example/feed"))
    with place.open_app() as app:
        app.archive.beside.follow(app.configuration.sources)
    file_report(place, "three", source_key="one")
    file_report(place, "two")

    assert read_leads(place) == [B]


def test_a_lost_database_and_a_lost_list_keep_the_leads(place: Place) -> None:
    follow_only(place, "one", "two")
    for outlet in ("one", "two"):
        file_report(place, outlet)

    assert read_leads(place) == [A]

    follow_only(place, "one", "two", preferred="two")
    with place.open_app() as app:
        reindex(app.archive, app.configuration)

    assert read_leads(place) == [A]

    for file in (place.folder / "feeds/state").glob("syndicator.db*"):
        file.unlink()
    with place.open_app(create=True) as app:
        reindex(app.archive, app.configuration)

    assert read_leads(place) == [A]

    (place.folder / "feeds/articles/leads.tsv").unlink()

    assert read_leads(place) == [A]
    assert (place.folder / "feeds/articles/leads.tsv").exists()


def test_an_edit_of_the_list_counts(place: Place) -> None:
    follow_only(place, "one", "two")
    ids = [file_report(place, outlet) for outlet in ("one", "two")]

    assert read_leads(place) == [A]

    file = place.folder / "feeds/articles/leads.tsv"
    file.write_text(file.read_text().replace(ids[0], ids[1]))

    assert read_leads(place) == [B]


def test_a_lead_that_is_withdrawn_or_on_hold_leaves_the_story_to_the_next(place: Place) -> None:
    follow_only(place, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        file_report(place, outlet)

    assert read_leads(place) == [A]

    ((before, entry),) = read_entries(place, "stories").items()
    open_and_run(place, "hide", id=A)

    assert read_leads(place) == [B]

    open_and_run(place, "release", id=(A,))

    assert read_leads(place) == [B]

    open_and_run(place, "withdraw", id=B)

    assert read_leads(place) == [C]  # the first is looked at within an hour

    after = read_entries(place, "stories")

    assert after.keys() == {before}
    assert after[before].published == entry.published


def test_a_lead_whose_file_is_pruned_leaves_the_story_to_the_next(place: Place) -> None:
    follow_only(place, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        file_report(place, outlet)

    assert read_leads(place) == [A]

    open_and_run(place, "prune", named=(A,))

    assert read_leads(place) == [B]


def test_the_operator_names_the_lead_and_takes_it_back(place: Place) -> None:
    follow_only(place, "one", "two", "three")
    for outlet, words in (("one", QUAKE), ("two", QUAKE), ("three", FERRY)):
        file_report(place, outlet, words)

    assert read_leads(place) == [A]

    open_and_run(place, "join", ids=[A, C])

    assert read_leads(place) == [A]

    open_and_run(place, "join", ids=[B, A], lead=True)

    assert read_leads(place) == [B]

    with place.open_app() as app:
        reindex(app.archive, app.configuration)

    assert read_leads(place) == [B]

    open_and_run(place, "undo", number="2")

    assert read_leads(place) == [A]
    with pytest.raises(UsageError, match="two articles"):
        open_and_run(place, "join", ids=[B], lead=True)


def test_a_restored_folder_is_believed(place: Place) -> None:
    follow_only(place, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        file_report(place, outlet)

    assert read_leads(place) == [A]

    saved = place.folder / "saved.tsv"
    shutil.copyfile(place.folder / "feeds/articles/leads.tsv", saved)
    open_and_run(place, "join", ids=[C, A], lead=True)

    assert read_leads(place) == [C]

    shutil.copyfile(saved, place.folder / "feeds/articles/leads.tsv")

    assert read_leads(place) == [A]
