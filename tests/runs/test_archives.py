"""Archives and pages of older stories: which feeds have them, and which stay."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from syndicator.health.check.config_files import list_settings
from syndicator.upkeep import reindex
from tests.places import NOW, Place, store_articles

DAY = timedelta(days=1)
LIMIT = 2
HEAD = f"[publish]\ntag_min = 1\nlimit = {LIMIT}\n"
FOUND = '[[feed]]\nslug = "bees"\nquery = "tag:Bees"\n'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, settings=HEAD).fill_once(store_four_months)


def store_four_months(place: Place) -> None:
    """Two stories in each of four months, with a tag that taxonomy.toml lists and one it lacks."""
    (place.config / "feeds.toml").write_text(FOUND)
    with place.open_app() as app:
        for month in range(4):
            for number in range(2):
                moment = NOW - (100 - 30 * month) * DAY + number * DAY
                store_articles(
                    app,
                    f"Story {month} {number}",
                    "Text.",
                    tags=("GPU", "Bees"),
                    category="AI",
                    added=moment,
                    published=moment,
                )
    place.build()


def list_archives(place: Place) -> dict[str, set[str]]:
    """The feeds with documents or pages of older stories, and the kinds of these files."""
    public = place.folder / "feeds/public"
    kinds: dict[str, set[str]] = {}
    for path in sorted((public / "archive").rglob("*.*")):
        stem = path.parent.relative_to(public / "archive").as_posix()
        kinds.setdefault(stem, set()).add(path.suffix)
    return kinds


def list_archive_links(place: Place, stem: str) -> list[str]:
    tree = html.fromstring(place.read_published(f"{stem}.html"))
    return [str(link) for link in tree.xpath('//nav[@aria-label="Earlier stories"]/a[1]/@href')]


def set_publish(place: Place, line: str) -> None:
    (place.config / "syndicator.toml").write_text(f"{HEAD}{line}\n")
    place.build()


def remove_tag(place: Place, name: str) -> None:
    place.write_taxonomy(place.taxonomy.replace(f'[[tag]]\nname = "{name}"\n', ""))


def lose_database(place: Place) -> None:
    shutil.rmtree(place.folder / "feeds/state")
    with place.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)


def test_a_new_folder_has_archives_of_what_is_listed_and_none_in_json(place: Place) -> None:
    """By default listed feeds have Atom archives and pages."""
    assert list_archives(place) == {
        "all": {".atom", ".html"},
        "categories/ai": {".atom", ".html"},
        "sources/one": {".atom", ".html"},
        "tags/gpu": {".atom", ".html"},
    }


def test_other_feeds_have_a_head_and_go_on_in_the_months_of_everything(place: Place) -> None:
    """Feeds without archives link the archive pages of all articles."""
    for stem in ("tags/bees", "queries/bees"):
        assert place.read_published(f"{stem}.atom").count("<entry") == LIMIT
        assert "prev-archive" not in place.read_published(f"{stem}.atom")
        (link,) = list_archive_links(place, stem)
        assert link == "../archive/all/2026-02.html"
    page = html.fromstring(place.read_published("archive/all/2026-02.html"))
    assert page.xpath('//a[contains(@href, "2026-02-")]')  # the days of that month


def test_a_feed_that_shows_all_of_its_stories_links_none(place: Place) -> None:
    """A feed whose page shows all stories links no archive."""
    with place.open_app() as app:
        store_articles(app, "Alone", "Text.", tags=("Wasps",), category="AI", added=NOW)
    place.build()
    assert list_archive_links(place, "tags/wasps") == []


def test_a_tag_that_is_listed_later_gets_archives(place: Place) -> None:
    place.write_taxonomy(place.taxonomy + '\n[[tag]]\nname = "Bees"\n')
    place.build()

    assert list_archives(place)["tags/bees"] == {".atom", ".html"}
    assert "prev-archive" in place.read_published("tags/bees.atom")


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_tag_that_is_unlisted_later_keeps_its_archives(place: Place, is_lost: bool) -> None:
    """A tag removed from taxonomy.toml keeps its archives, also after a lost database."""
    before = place.read_digests("public/archive/tags/gpu")
    remove_tag(place, "GPU")
    if is_lost:
        lose_database(place)
    place.build()

    assert place.read_digests("public/archive/tags/gpu").keys() == before.keys()

    with place.open_app() as app:
        for number in range(LIMIT):
            store_articles(app, f"Later {number}", "Text.", tags=("GPU",), added=NOW + 60 * DAY)
    place.build()

    assert place.read_digests("public/archive/tags/gpu").keys() > before.keys()


def test_a_list_names_the_feeds_with_archives(place: Place) -> None:
    set_publish(place, 'archives = ["tags/bees", "queries", "categories"]')

    assert list_archives(place) == {
        "categories/ai": {".atom", ".html"},
        "tags/bees": {".atom", ".html"},
        "queries/bees": {".atom", ".html"},
    }
    assert "archive.html" not in place.read_published("index.html")
    assert list_archive_links(place, "sources/one") == []  # everything has no months to go on in


def test_the_operator_may_give_a_query_more_than_the_limit(place: Place) -> None:
    (place.config / "feeds.toml").write_text(FOUND + 'window = "2400h"\n')
    place.build()
    assert place.read_published("queries/bees.atom").count("<entry") == 8


def write_instance(place: Place, text: str) -> Path:
    path = place.folder / "feeds/articles/instance.toml"
    lines = [line for line in path.read_text().splitlines() if line.startswith("id = ")]
    path.write_text("\n".join([*lines, text, ""]))
    return path


def test_an_instance_of_an_earlier_version_keeps_all_of_its_archives(place: Place) -> None:
    """Instances of earlier versions keep archives of all feeds, also after a lost database."""
    path = write_instance(place, "[notes]\nmine = 1")
    place.build()
    before = list_archives(place)

    assert before["tags/bees"] == {".atom", ".json", ".html"}
    assert "all_archives = true\n" in path.read_text()
    assert "mine = 1" in path.read_text()

    lose_database(place)
    shutil.rmtree(place.folder / "feeds/public")
    place.build()

    assert list_archives(place) == before


def test_the_settings_are_shown_as_they_hold_before_the_first_start(place: Place) -> None:
    """`config show` shows the effective archive setting of an old instance."""

    def shown() -> tuple[object, str]:
        row = next(row for row in list_settings(place.config, {}) if row.name == "publish.archives")
        return row.value, row.origin

    assert shown() == ("listed", "default")
    write_instance(place, "")
    assert shown() == (True, "instance.toml beside the articles")


def test_what_the_operator_sets_wins_over_what_an_instance_keeps(place: Place) -> None:
    """An explicit `archives` setting overrides instance.toml."""
    write_instance(place, "")
    set_publish(place, 'archives = "atom"')
    assert list_archives(place)["tags/bees"] == {".atom", ".html"}


def test_a_folder_without_articles_and_feeds_is_new_whoever_made_it(tmp_path: Path) -> None:
    """An empty old instance counts as new."""
    place = Place(tmp_path, settings=HEAD)
    with place.open_app():
        pass
    path = write_instance(place, "")
    with place.open_app() as app:
        assert app.configuration.settings.publish.archives == "listed"

    assert "all_archives = false" in path.read_text()
