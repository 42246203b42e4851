"""The lead of a story is chosen once, when the story is first published, and kept beside the
articles; afterwards only the operator changes it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.core.errors import UsageError
from syndicator.upkeep.reindex import reindex
from tests.places import Place
from tests.stories.test_published import A, B, C, entries, operate, report, shown
from tests.stories.test_stories import FERRY, QUAKE

LONGER = (QUAKE[0], QUAKE[1] * 50)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, settings='[publish]\ntag_min = 1\nstories = "link"\n')


def follow(place: Place, *outlets: str, preferred: str = "") -> None:
    """Follow these outlets from now on, in place of those before."""
    tables = (
        f'[[source]]\nkey = "{outlet}"\nurl = "https://{outlet}.example/feed"\n'
        + ("lead = true\n" if outlet == preferred else "")
        for outlet in outlets
    )
    (place.config / "sources.toml").write_text("\n".join(tables))
    with place.app() as app:
        app.archive.beside.follow(app.configuration.sources)


def leads(place: Place) -> list[str]:
    """The addresses of the reports that lead stories."""
    place.build()
    return list(shown(place, "stories"))


def headline(place: Place) -> str:
    """The address of the first headline of the front page."""
    return (
        place.published("index.html")
        .partition('<h3><a class="headline" href="')[2]
        .partition('"')[0]
    )


def test_a_source_followed_for_a_week_leads_before_a_new_one(place: Place) -> None:
    follow(place, "one")
    follow(place, "two", "one")
    place.now += timedelta(days=6, hours=13)
    follow(place, "one", "two", "three")
    report(place, "three", LONGER)
    place.now += timedelta(days=1)
    report(place, "two")
    report(place, "one", LONGER)
    assert leads(place) == [B]
    assert headline(place) == B
    lines = (place.folder / "feeds/articles/followed.tsv").read_text().splitlines()
    assert [line.split("\t")[0] for line in lines if not line.startswith("#")] == [
        "one",
        "two",
        "three",
    ]


def test_of_new_sources_the_first_leads_whatever_is_longer(place: Place) -> None:
    follow(place, "one", "two")
    report(place, "one")
    report(place, "two", LONGER)
    assert leads(place) == [A]


def test_a_source_with_lead_leads_though_it_is_new_and_last(place: Place) -> None:
    follow(place, "one", "two")
    place.now += timedelta(days=8)
    follow(place, "one", "two", "three", preferred="three")
    for outlet in ("one", "two", "three"):
        report(place, outlet)
    assert leads(place) == [C]


def test_what_is_published_keeps_its_lead(place: Place) -> None:
    follow(place, "one", "two", "three")
    for outlet in ("one", "two"):
        report(place, outlet)
    assert leads(place) == [A]
    follow(place, "one", "two", "three", preferred="three")
    report(place, "three", LONGER)
    assert leads(place) == [A]
    assert headline(place) == A


def test_the_owner_of_an_article_counts_whoever_announced_it(place: Place) -> None:
    follow(place, "one", "two")
    place.now += timedelta(days=8)
    follow(place, "one", "two", "three")
    report(place, "one", source_key="three")
    report(place, "two")
    assert leads(place) == [A]


def test_a_source_with_an_address_on_another_site_is_a_new_one(place: Place) -> None:
    follow(place, "one", "two")
    place.now += timedelta(days=8)
    file = place.config / "sources.toml"
    file.write_text(file.read_text().replace("one.example/feed", "three.example/feed"))
    with place.app() as app:
        app.archive.beside.follow(app.configuration.sources)
    report(place, "three", source_key="one")
    report(place, "two")
    assert leads(place) == [B]


def test_a_lost_database_and_a_lost_list_keep_the_leads(place: Place) -> None:
    follow(place, "one", "two")
    for outlet in ("one", "two"):
        report(place, outlet)
    assert leads(place) == [A]
    follow(place, "one", "two", preferred="two")
    with place.app() as app:
        reindex(app.archive, app.configuration)
    assert leads(place) == [A]
    for file in (place.folder / "feeds/state").glob("syndicator.db*"):
        file.unlink()
    with place.app(create=True) as app:
        reindex(app.archive, app.configuration)
    assert leads(place) == [A]
    (place.folder / "feeds/articles/leads.tsv").unlink()
    assert leads(place) == [A]
    assert (place.folder / "feeds/articles/leads.tsv").exists()


def test_an_edit_of_the_list_counts(place: Place) -> None:
    follow(place, "one", "two")
    ids = [report(place, outlet) for outlet in ("one", "two")]
    assert leads(place) == [A]
    file = place.folder / "feeds/articles/leads.tsv"
    file.write_text(file.read_text().replace(ids[0], ids[1]))
    assert leads(place) == [B]


def test_a_lead_that_is_withdrawn_or_on_hold_leaves_the_story_to_the_next(place: Place) -> None:
    follow(place, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        report(place, outlet)
    assert leads(place) == [A]
    ((before, entry),) = entries(place, "stories").items()
    operate(place, "hide", id=A)
    assert leads(place) == [B]
    operate(place, "release", id=(A,))
    assert leads(place) == [B]
    operate(place, "withdraw", id=B)
    assert leads(place) == [C]  # the first is looked at within an hour
    after = entries(place, "stories")
    assert after.keys() == {before} and after[before].published == entry.published


def test_a_lead_whose_file_is_pruned_leaves_the_story_to_the_next(place: Place) -> None:
    follow(place, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        report(place, outlet)
    assert leads(place) == [A]
    operate(place, "prune", named=(A,))
    assert leads(place) == [B]


def test_the_operator_names_the_lead_and_takes_it_back(place: Place) -> None:
    follow(place, "one", "two", "three")
    for outlet, words in (("one", QUAKE), ("two", QUAKE), ("three", FERRY)):
        report(place, outlet, words)
    assert leads(place) == [A]
    operate(place, "join", ids=[A, C])
    assert leads(place) == [A]
    operate(place, "join", ids=[B, A], lead=True)
    assert leads(place) == [B]
    with place.app() as app:
        reindex(app.archive, app.configuration)
    assert leads(place) == [B]
    operate(place, "undo", number="2")
    assert leads(place) == [A]
    with pytest.raises(UsageError, match="two articles"):
        operate(place, "join", ids=[B], lead=True)


def test_a_restored_folder_is_believed(place: Place) -> None:
    follow(place, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        report(place, outlet)
    assert leads(place) == [A]
    saved = place.folder / "saved.tsv"
    shutil.copyfile(place.folder / "feeds/articles/leads.tsv", saved)
    operate(place, "join", ids=[C, A], lead=True)
    assert leads(place) == [C]
    shutil.copyfile(saved, place.folder / "feeds/articles/leads.tsv")
    assert leads(place) == [A]
