"""An edit of a source or of taxonomy.toml rebuilds only the feeds that show it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.publishing.output.outlets import FileOutlet
from syndicator.upkeep.tags import rename
from tests.instances import NOW, TAXONOMY, Instance, store_articles

THREE = '\n[[source]]\nkey = "three"\nurl = "https://three.example/feed"\n'


ARCHIVES = "[publish]\narchives = true\n"


@pytest.fixture
def filled_instance(tmp_path: Path) -> Instance:
    """Two sources, each with a tag of its own; the first one's article is in an archive."""
    return Instance(tmp_path, settings=f"{ARCHIVES}tag_min = 1\n").fill_once(store_two_sources)


def store_two_sources(instance: Instance) -> None:
    with instance.open_app(create=True) as app:
        old = {
            "added": NOW - timedelta(days=60),
            "published": NOW - timedelta(days=60),
            "robots": ("nosnippet",),
        }
        store_articles(app, "First", "Text.", tags=("LLM",), excerpt="Text of the first.", **old)
        store_articles(app, "Second", "Text.", tags=("GPU",), source="two")
    instance.build()


@pytest.fixture
def written_names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that a build made, changed or not."""
    results: list[str] = []
    write = FileOutlet.put

    def noted(self: FileOutlet, name: str, data: bytes, **more: object) -> bool:
        results.append(name)
        return write(self, name, data, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(FileOutlet, "put", noted)
    return results


def edit_sources(instance: Instance, old: str, new: str) -> None:
    path = instance.config / "sources.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_source_more_makes_nothing_anew(
    filled_instance: Instance, written_names: list[str]
) -> None:
    """A new source without articles causes no build and no write."""
    edit_sources(filled_instance, "", THREE)

    assert filled_instance.build().builds == 0
    assert written_names == []


def test_what_does_not_show_makes_nothing_anew(
    filled_instance: Instance, written_names: list[str]
) -> None:
    """Changing `every` of a source, which no feed shows, causes no build and no write."""
    edit_sources(filled_instance, 'key = "one"', 'key = "one"\nevery = "6h"')

    assert filled_instance.build().builds == 0
    assert written_names == []


def test_a_licence_makes_the_feeds_of_the_source_anew_with_their_archives(
    filled_instance: Instance, written_names: list[str]
) -> None:
    """A licence that permits texts rewrites all feeds and archives with the source's articles,
    which then show the text; other feeds are not written."""
    archive = next(
        name
        for name in filled_instance.read_digests("public")
        if name.startswith("archive/tags/llm")
    )

    assert "Text of the first." not in filled_instance.read_published(archive)

    edit_sources(filled_instance, 'key = "one"', 'key = "one"\nlicence = "CC0"')
    filled_instance.build()

    assert {"all.atom", "tags/llm.atom", "sources/one.atom", archive} <= set(written_names)
    assert not {"tags/gpu.atom", "sources/two.atom"} & set(written_names)

    pages = [
        name
        for name in filled_instance.read_digests("public")
        if name.startswith("archive/") and name.endswith(".html")
    ]
    shown_names = [name for name in pages if "First" in filled_instance.read_published(name)]

    assert len(shown_names) >= 2  # its day's and its month's or year's

    calendars = re.compile(r"archive/all/\d{4}-\d\d\.html")  # they show headlines alone
    for name in (
        archive,
        "tags/llm.atom",
        *(name for name in shown_names if not calendars.fullmatch(name)),
    ):
        assert "Text of the first." in filled_instance.read_published(name), name
    written_names.clear()

    assert filled_instance.build().builds == 0


def test_a_source_that_went_and_came_back_is_an_edit_each_time(
    filled_instance: Instance, written_names: list[str]
) -> None:
    """The feeds of a source's articles are rewritten when the source is removed and again when it
    returns; feeds of others are not."""
    edit_sources(
        filled_instance,
        'key = "one"\nurl = "https://one.example/feed"',
        'key = "four"\nurl = "https://four.example/feed"',
    )
    filled_instance.build()

    assert "tags/llm.atom" in written_names
    assert "tags/gpu.atom" not in written_names

    written_names.clear()
    edit_sources(
        filled_instance,
        'key = "four"\nurl = "https://four.example/feed"',
        'key = "one"\nurl = "https://one.example/feed"',
    )
    filled_instance.build()

    assert "tags/llm.atom" in written_names
    assert "tags/gpu.atom" not in written_names


def test_a_tag_that_has_a_page_now_makes_the_feeds_of_its_articles_anew(
    filled_instance: Instance, written_names: list[str]
) -> None:
    """If the tag "LLM" leaves or enters the taxonomy, the feeds of its articles are rewritten with
    or without its link, and no others."""

    def links(name: str) -> bool:
        return "tags/llm.html" in filled_instance.read_published(name)

    # tags of taxonomy.toml are linked, and no others
    (filled_instance.config / "syndicator.toml").write_text(ARCHIVES)
    filled_instance.build()
    archive = next(
        name
        for name in filled_instance.read_digests("public")
        if name.startswith("archive/tags/llm/")
    )
    written_names.clear()
    filled_instance.write_taxonomy(TAXONOMY + '[[tag]]\nname = "Carried by none"\n')

    assert filled_instance.build().builds == 0
    assert written_names == []

    for is_listed in (False, True):
        filled_instance.write_taxonomy(
            TAXONOMY if is_listed else TAXONOMY.replace('"LLM"', '"Other"')
        )
        written_names.clear()
        filled_instance.build()
        assert links("all.atom") is links("sources/one.atom") is is_listed
        assert archive in written_names
        assert not {"tags/gpu.atom", "sources/two.atom"} & set(written_names)


def test_a_renamed_tag_leaves_months_without_its_articles(
    filled_instance: Instance, written_names: list[str]
) -> None:
    """Renaming the tag "LLM" rewrites feeds that link it, but not archive months without its
    articles."""
    (filled_instance.config / "syndicator.toml").write_text(ARCHIVES)
    with filled_instance.open_app() as app:
        store_articles(app, "Third", "Text.", tags=("GPU",), added=NOW - timedelta(days=60))
        store_articles(app, "Fourth", "Text.", tags=("GPU", "LLM"))
    filled_instance.build()
    months_without_tag = {
        name
        for name in filled_instance.read_digests("public")
        if name.startswith("archive/tags/gpu/2026-01")
    }
    written_names.clear()
    with filled_instance.open_app() as app:
        rename.write_rename(
            app.archive,
            app.configuration,
            rename.plan_rename(app.archive, app.configuration, "rename", "LLM", "Models"),
        )
    filled_instance.build()

    assert "tags/gpu.atom" in written_names
    assert "tags/models.html" in filled_instance.read_published("tags/gpu.atom")
    assert months_without_tag
    assert not months_without_tag & set(written_names)
