"""The lead of a story is chosen once and stored beside the articles.
Afterwards only the operator changes it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.core.errors import UsageError
from syndicator.upkeep.reindex import reindex
from tests.instances import Instance
from tests.stories.test_published import (
    URL_ONE,
    URL_THREE,
    URL_TWO,
    file_report,
    open_and_run,
    read_entries,
    read_named_outlets,
)
from tests.stories.test_stories import FERRY, QUAKE

LONGER = (QUAKE[0], QUAKE[1] * 50)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path, settings='[publish]\ntag_min = 1\nstories = "link"\n')


def follow_only(instance: Instance, *outlets: str, preferred: str = "") -> None:
    """Follow these outlets from now on, in place of those before."""
    tables = (
        f'[[source]]\nkey = "{outlet}"\nurl = "https://{outlet}.example/feed"\n'
        + ("lead = true\n" if outlet == preferred else "")
        for outlet in outlets
    )
    (instance.config / "sources.toml").write_text("\n".join(tables))
    with instance.open_app() as app:
        app.archive.beside.record_sources(app.configuration.sources)


def read_leads(instance: Instance) -> list[str]:
    """Return the addresses of the reports that lead stories."""
    instance.build()
    return list(read_named_outlets(instance, "stories"))


def read_headline(instance: Instance) -> str:
    """Return the address of the first headline of the front page."""
    return (
        instance.read_published("index.html")
        .partition('<h3><a class="headline" href="')[2]
        .partition('"')[0]
    )


def test_a_source_followed_for_a_week_leads_before_a_new_one(instance: Instance) -> None:
    """Sources one and two, followed for a week, come before three, which is new and reported
    first; of them two was first."""
    follow_only(instance, "one")
    follow_only(instance, "two", "one")
    instance.now += timedelta(days=6, hours=13)
    follow_only(instance, "one", "two", "three")
    file_report(instance, "three", LONGER)
    instance.now += timedelta(days=1)
    file_report(instance, "two")
    file_report(instance, "one", LONGER)

    assert read_leads(instance) == [URL_TWO]
    assert read_headline(instance) == URL_TWO

    lines = (instance.folder / "feeds/articles/followed.tsv").read_text().splitlines()

    assert [line.split("\t")[0] for line in lines if not line.startswith("#")] == [
        "one",
        "two",
        "three",
    ]


def test_the_first_of_new_sources_leads_even_if_another_text_is_longer(instance: Instance) -> None:
    """Of two new sources the first report leads; the length of the text does not matter."""
    follow_only(instance, "one", "two")
    file_report(instance, "one")
    file_report(instance, "two", LONGER)

    assert read_leads(instance) == [URL_ONE]


def test_a_source_with_lead_leads_though_it_is_new_and_last(instance: Instance) -> None:
    """The source with `lead = true` leads, although it is followed last and reports last."""
    follow_only(instance, "one", "two")
    instance.now += timedelta(days=8)
    follow_only(instance, "one", "two", "three", preferred="three")
    for outlet in ("one", "two", "three"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_THREE]


def test_a_published_story_keeps_its_lead(instance: Instance) -> None:
    """After a story is published, neither a longer report nor a source with `lead = true` takes
    its lead."""
    follow_only(instance, "one", "two", "three")
    for outlet in ("one", "two"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_ONE]

    follow_only(instance, "one", "two", "three", preferred="three")
    file_report(instance, "three", LONGER)

    assert read_leads(instance) == [URL_ONE]
    assert read_headline(instance) == URL_ONE


def test_the_owner_of_an_article_counts_whoever_announced_it(instance: Instance) -> None:
    """Outlet one's report was announced by a new source; it leads, because its owner (`one`) has
    been followed for over a week."""
    follow_only(instance, "one", "two")
    instance.now += timedelta(days=8)
    follow_only(instance, "one", "two", "three")
    file_report(instance, "one", source_key="three")
    file_report(instance, "two")

    assert read_leads(instance) == [URL_ONE]


def test_a_source_with_an_address_on_another_site_is_a_new_one(instance: Instance) -> None:
    """If a source's address moves to another site, it counts as newly followed, so the other
    source leads."""
    follow_only(instance, "one", "two")
    instance.now += timedelta(days=8)
    file = instance.config / "sources.toml"
    file.write_text(file.read_text().replace("one.example/feed", "three.example/feed"))
    with instance.open_app() as app:
        app.archive.beside.record_sources(app.configuration.sources)
    file_report(instance, "three", source_key="one")
    file_report(instance, "two")

    assert read_leads(instance) == [URL_TWO]


def test_a_lost_database_and_a_lost_list_keep_the_leads(instance: Instance) -> None:
    """The lead survives a rebuild of the database, its loss, and the loss of leads.tsv: each can
    be made from the other."""
    follow_only(instance, "one", "two")
    for outlet in ("one", "two"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_ONE]

    follow_only(instance, "one", "two", preferred="two")
    with instance.open_app() as app:
        reindex(app.archive, app.configuration)

    assert read_leads(instance) == [URL_ONE]

    for file in (instance.folder / "feeds/state").glob("syndicator.db*"):
        file.unlink()
    with instance.open_app(create=True) as app:
        reindex(app.archive, app.configuration)

    assert read_leads(instance) == [URL_ONE]

    (instance.folder / "feeds/articles/leads.tsv").unlink()

    assert read_leads(instance) == [URL_ONE]
    assert (instance.folder / "feeds/articles/leads.tsv").exists()


def test_an_edit_of_the_list_counts(instance: Instance) -> None:
    """An operator may change a lead by editing leads.tsv."""
    follow_only(instance, "one", "two")
    ids = [file_report(instance, outlet) for outlet in ("one", "two")]

    assert read_leads(instance) == [URL_ONE]

    file = instance.folder / "feeds/articles/leads.tsv"
    file.write_text(file.read_text().replace(ids[0], ids[1]))

    assert read_leads(instance) == [URL_TWO]


def test_a_lead_that_is_withdrawn_or_on_hold_leaves_the_story_to_the_next(
    instance: Instance,
) -> None:
    """If the lead is hidden or withdrawn, the next report leads, and the entry keeps its id and
    date; a released article does not take the lead back."""
    follow_only(instance, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_ONE]

    ((before, entry),) = read_entries(instance, "stories").items()
    open_and_run(instance, "hide", id=URL_ONE)

    assert read_leads(instance) == [URL_TWO]

    open_and_run(instance, "release", id=(URL_ONE,))

    assert read_leads(instance) == [URL_TWO]

    open_and_run(instance, "withdraw", id=URL_TWO)

    # outlet one, which was released, is examined again within an hour
    assert read_leads(instance) == [URL_THREE]

    after = read_entries(instance, "stories")

    assert after.keys() == {before}
    assert after[before].published == entry.published


def test_a_lead_whose_file_is_pruned_leaves_the_story_to_the_next(instance: Instance) -> None:
    """If the file of the lead is pruned, the next report leads."""
    follow_only(instance, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_ONE]

    open_and_run(instance, "prune", named=(URL_ONE,))

    assert read_leads(instance) == [URL_TWO]


def test_the_operator_names_the_lead_and_takes_it_back(instance: Instance) -> None:
    """Joining without `lead` keeps the lead; with it the first article leads, also after a
    reindex, until the operator undoes that."""
    follow_only(instance, "one", "two", "three")
    for outlet, words in (("one", QUAKE), ("two", QUAKE), ("three", FERRY)):
        file_report(instance, outlet, words)

    assert read_leads(instance) == [URL_ONE]

    open_and_run(instance, "join", ids=[URL_ONE, URL_THREE])

    assert read_leads(instance) == [URL_ONE]

    open_and_run(instance, "join", ids=[URL_TWO, URL_ONE], lead=True)

    assert read_leads(instance) == [URL_TWO]

    with instance.open_app() as app:
        reindex(app.archive, app.configuration)

    assert read_leads(instance) == [URL_TWO]

    open_and_run(instance, "undo", number="2")

    assert read_leads(instance) == [URL_ONE]
    with pytest.raises(UsageError, match="two articles"):
        open_and_run(instance, "join", ids=[URL_TWO], lead=True)


def test_a_restored_folder_is_believed(instance: Instance) -> None:
    """A restored copy of leads.tsv undoes a later change of the lead."""
    follow_only(instance, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_ONE]

    saved = instance.folder / "saved.tsv"
    shutil.copyfile(instance.folder / "feeds/articles/leads.tsv", saved)
    open_and_run(instance, "join", ids=[URL_THREE, URL_ONE], lead=True)

    assert read_leads(instance) == [URL_THREE]

    shutil.copyfile(saved, instance.folder / "feeds/articles/leads.tsv")

    assert read_leads(instance) == [URL_ONE]
