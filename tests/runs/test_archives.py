"""Archives and pages of older stories: which feeds have them, and which stay."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from syndicator.health.check.config_files import list_settings
from syndicator.upkeep import reindex
from tests.instances import NOW, Instance, store_articles

DAY = timedelta(days=1)
LIMIT = 2
HEAD = f"[publish]\ntag_min = 1\nlimit = {LIMIT}\n"
FOUND = '[[feed]]\nslug = "bees"\nquery = "tag:Bees"\n'


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path, settings=HEAD).fill_once(store_four_months)


def store_four_months(instance: Instance) -> None:
    """Two stories in each of four months, with a tag that taxonomy.toml lists and one it lacks."""
    (instance.config / "feeds.toml").write_text(FOUND)
    with instance.open_app() as app:
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
    instance.build()


def list_archives(instance: Instance) -> dict[str, set[str]]:
    """The feeds with documents or pages of older stories, and the kinds of these files."""
    public = instance.folder / "feeds/public"
    kinds: dict[str, set[str]] = {}
    for path in sorted((public / "archive").rglob("*.*")):
        stem = path.parent.relative_to(public / "archive").as_posix()
        kinds.setdefault(stem, set()).add(path.suffix)
    return kinds


def list_archive_links(instance: Instance, stem: str) -> list[str]:
    tree = html.fromstring(instance.read_published(f"{stem}.html"))
    return [str(link) for link in tree.xpath('//nav[@aria-label="Earlier stories"]/a[1]/@href')]


def set_publish(instance: Instance, line: str) -> None:
    (instance.config / "syndicator.toml").write_text(f"{HEAD}{line}\n")
    instance.build()


def remove_tag(instance: Instance, name: str) -> None:
    instance.write_taxonomy(instance.taxonomy.replace(f'[[tag]]\nname = "{name}"\n', ""))


def lose_database(instance: Instance) -> None:
    shutil.rmtree(instance.folder / "feeds/state")
    with instance.open_app(create=True) as app:
        reindex.reindex(app.archive, app.configuration)


def test_a_new_folder_has_archives_of_what_is_listed_and_none_in_json(instance: Instance) -> None:
    """By default feeds of everything, listed tags, categories and sources have archives in Atom and
    as pages; the unlisted tag "Bees" has none."""
    assert list_archives(instance) == {
        "all": {".atom", ".html"},
        "categories/ai": {".atom", ".html"},
        "sources/one": {".atom", ".html"},
        "tags/gpu": {".atom", ".html"},
    }


def test_other_feeds_have_a_head_and_go_on_in_the_months_of_everything(instance: Instance) -> None:
    """A feed without archives has its newest entries only, and its page links the months of the
    feed of everything."""
    for stem in ("tags/bees", "queries/bees"):
        assert instance.read_published(f"{stem}.atom").count("<entry") == LIMIT
        assert "prev-archive" not in instance.read_published(f"{stem}.atom")
        (link,) = list_archive_links(instance, stem)
        assert link == "../archive/all/2026-02.html"
    page = html.fromstring(instance.read_published("archive/all/2026-02.html"))

    assert page.xpath('//a[contains(@href, "2026-02-")]')  # the days of that month


def test_a_feed_that_shows_all_of_its_stories_links_none(instance: Instance) -> None:
    """A feed whose page shows all stories links no archive."""
    with instance.open_app() as app:
        store_articles(app, "Alone", "Text.", tags=("Wasps",), category="AI", added=NOW)
    instance.build()

    assert list_archive_links(instance, "tags/wasps") == []


def test_a_tag_that_is_listed_later_gets_archives(instance: Instance) -> None:
    """A tag gets archive documents and pages once the taxonomy lists it."""
    instance.write_taxonomy(instance.taxonomy + '\n[[tag]]\nname = "Bees"\n')
    instance.build()

    assert list_archives(instance)["tags/bees"] == {".atom", ".html"}
    assert "prev-archive" in instance.read_published("tags/bees.atom")


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_tag_that_is_unlisted_later_keeps_its_archives(instance: Instance, is_lost: bool) -> None:
    """A tag removed from taxonomy.toml keeps its archives and gets new ones, also after a lost
    database."""
    before = instance.read_digests("public/archive/tags/gpu")
    remove_tag(instance, "GPU")
    if is_lost:
        lose_database(instance)
    instance.build()

    assert instance.read_digests("public/archive/tags/gpu").keys() == before.keys()

    with instance.open_app() as app:
        for number in range(LIMIT):
            store_articles(app, f"Later {number}", "Text.", tags=("GPU",), added=NOW + 60 * DAY)
    instance.build()

    assert instance.read_digests("public/archive/tags/gpu").keys() > before.keys()


def test_a_list_names_the_feeds_with_archives(instance: Instance) -> None:
    """With a list in `archives`, only the named feeds and kinds have them, and other pages link
    none."""
    set_publish(instance, 'archives = ["tags/bees", "queries", "categories"]')

    assert list_archives(instance) == {
        "categories/ai": {".atom", ".html"},
        "tags/bees": {".atom", ".html"},
        "queries/bees": {".atom", ".html"},
    }
    assert "archive.html" not in instance.read_published("index.html")
    assert list_archive_links(instance, "sources/one") == []  # everything has no months to go on in


def test_the_operator_may_give_a_query_more_than_the_limit(instance: Instance) -> None:
    """The `window` of a saved query may hold more entries than `limit`: all eight instead of
    two."""
    (instance.config / "feeds.toml").write_text(FOUND + 'window = "2400h"\n')
    instance.build()

    assert instance.read_published("queries/bees.atom").count("<entry") == 8


def write_instance(instance: Instance, text: str) -> Path:
    path = instance.folder / "feeds/articles/instance.toml"
    lines = [line for line in path.read_text().splitlines() if line.startswith("id = ")]
    path.write_text("\n".join([*lines, text, ""]))
    return path


def test_an_instance_of_an_earlier_version_keeps_all_of_its_archives(instance: Instance) -> None:
    """An instance of an earlier version keeps archives of all feeds in all formats, noted as
    `all_archives` in its instance.toml, also after a lost database."""
    path = write_instance(instance, "[notes]\nmine = 1")
    instance.build()
    before = list_archives(instance)

    assert before["tags/bees"] == {".atom", ".json", ".html"}
    assert "all_archives = true\n" in path.read_text()
    assert "mine = 1" in path.read_text()

    lose_database(instance)
    shutil.rmtree(instance.folder / "feeds/public")
    instance.build()

    assert list_archives(instance) == before


def test_the_settings_are_shown_as_they_hold_before_the_first_start(instance: Instance) -> None:
    """`config show` shows the effective archive setting of an old instance."""

    def shown() -> tuple[object, str]:
        row = next(
            row for row in list_settings(instance.config, {}) if row.name == "publish.archives"
        )
        return row.value, row.origin

    assert shown() == ("listed", "default")

    write_instance(instance, "")

    assert shown() == (True, "instance.toml beside the articles")


def test_what_the_operator_sets_wins_over_what_an_instance_keeps(instance: Instance) -> None:
    """An explicit `archives` setting overrides instance.toml."""
    write_instance(instance, "")
    set_publish(instance, 'archives = "atom"')

    assert list_archives(instance)["tags/bees"] == {".atom", ".html"}


def test_a_folder_without_articles_and_feeds_is_new_whoever_made_it(tmp_path: Path) -> None:
    """An instance of an earlier version without articles counts as new: only listed feeds get
    archives."""
    instance = Instance(tmp_path, settings=HEAD)
    with instance.open_app():
        pass
    path = write_instance(instance, "")
    with instance.open_app() as app:
        assert app.configuration.settings.publish.archives == "listed"

    assert "all_archives = false" in path.read_text()
