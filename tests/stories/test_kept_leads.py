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
    """Sources one and two have been followed for a week, three has not. So three's report does not
    lead, although it was the first; of the others two's was first, and leads. followed.tsv lists
    the sources in the order in which they were followed."""
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
    followed = [line.split("\t")[0] for line in lines if not line.startswith("#")]

    assert followed == ["one", "two", "three"]


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
    """A story of one and two is published with one's report as its lead. A longer report of source
    three, for which the operator sets `lead = true` by then, does not take the lead."""
    follow_only(instance, "one", "two", "three")
    for outlet in ("one", "two"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_ONE]

    follow_only(instance, "one", "two", "three", preferred="three")
    file_report(instance, "three", LONGER)

    assert read_leads(instance) == [URL_ONE]
    assert read_headline(instance) == URL_ONE


def test_the_owner_of_an_article_counts_whoever_announced_it(instance: Instance) -> None:
    """The article of outlet one was announced by source three, which is new. It leads before two's,
    because the owner of its site, source one, has been followed for over a week, and was first."""
    follow_only(instance, "one", "two")
    instance.now += timedelta(days=8)
    follow_only(instance, "one", "two", "three")
    file_report(instance, "one", source_key="three")
    file_report(instance, "two")

    assert read_leads(instance) == [URL_ONE]


def test_a_source_with_an_address_on_another_site_is_a_new_one(instance: Instance) -> None:
    """Sources one and two have been followed for over a week when the operator changes the address
    of one to another site. One counts as newly followed then, so two's report leads, although it
    is the later one."""
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
    """The lead of a story, one's report, survives a rebuild of the database, its loss, and the loss
    of leads.tsv, although the operator prefers source two by then: each is made from the other."""
    follow_only(instance, "one", "two")
    for outlet in ("one", "two"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_ONE]

    # were it chosen again now, two's would lead
    follow_only(instance, "one", "two", preferred="two")
    with instance.open_app() as app:
        reindex(app.archive, app.configuration)

    assert read_leads(instance) == [URL_ONE]

    # the database is lost
    for file in (instance.folder / "feeds/state").glob("syndicator.db*"):
        file.unlink()
    with instance.open_app(create=True) as app:
        reindex(app.archive, app.configuration)

    assert read_leads(instance) == [URL_ONE]

    # the list is lost
    (instance.folder / "feeds/articles/leads.tsv").unlink()

    assert read_leads(instance) == [URL_ONE]
    assert (instance.folder / "feeds/articles/leads.tsv").exists()


def test_an_edit_of_the_list_counts(instance: Instance) -> None:
    """The operator replaces the id of one's article in leads.tsv by that of two's: two's leads."""
    follow_only(instance, "one", "two")
    id_of_one = file_report(instance, "one")
    id_of_two = file_report(instance, "two")

    assert read_leads(instance) == [URL_ONE]

    file = instance.folder / "feeds/articles/leads.tsv"
    file.write_text(file.read_text().replace(id_of_one, id_of_two))

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

    ((entry_id, entry),) = read_entries(instance, "stories").items()
    open_and_run(instance, "hide", id=URL_ONE)

    assert read_leads(instance) == [URL_TWO]

    open_and_run(instance, "release", id=(URL_ONE,))

    assert read_leads(instance) == [URL_TWO]

    open_and_run(instance, "withdraw", id=URL_TWO)

    # outlet one, which was released, is examined again within an hour
    assert read_leads(instance) == [URL_THREE]

    after = read_entries(instance, "stories")

    assert after.keys() == {entry_id}
    assert after[entry_id].published == entry.published


def test_a_lead_whose_file_is_pruned_leaves_the_story_to_the_next(instance: Instance) -> None:
    """If the article that leads is pruned (its file is deleted), the next report leads."""
    follow_only(instance, "one", "two", "three")
    for outlet in ("one", "two", "three"):
        file_report(instance, outlet)

    assert read_leads(instance) == [URL_ONE]

    open_and_run(instance, "prune", named=(URL_ONE,))

    assert read_leads(instance) == [URL_TWO]


def test_the_operator_names_the_lead_and_takes_it_back(instance: Instance) -> None:
    """The operator joins an unlike article (three) to the story that one leads: one still leads. A
    join of two and one with `lead=True` makes two lead, also after a reindex, until the operator
    undoes it. A join of a single article is a mistake."""
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

    open_and_run(instance, "undo", number="2")  # the second join

    assert read_leads(instance) == [URL_ONE]
    with pytest.raises(UsageError, match="two articles"):
        open_and_run(instance, "join", ids=[URL_TWO], lead=True)


def test_a_restored_folder_is_believed(instance: Instance) -> None:
    """leads.tsv is saved, then the operator makes three lead in place of one. When the saved file
    is put back, one leads again."""
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
