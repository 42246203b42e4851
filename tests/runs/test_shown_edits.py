"""An edit of a source, or of the tags of taxonomy.toml, makes those feeds anew that show it, and no
other."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.publishing.output.outlets import FileOutlet
from syndicator.upkeep.tags import rename
from tests.places import NOW, TAXONOMY, Place, store_articles

THREE = '\n[[source]]\nkey = "three"\nurl = "https://three.example/feed"\n'


ARCHIVES = "[publish]\narchives = true\n"


@pytest.fixture
def filled(tmp_path: Path) -> Place:
    """Two sources, each with a tag of its own; the first one's article is in an archive."""
    return Place(tmp_path, settings=f"{ARCHIVES}tag_min = 1\n").take(store_two_sources)


def store_two_sources(place: Place) -> None:
    with place.app(create=True) as app:
        old = {
            "added": NOW - timedelta(days=60),
            "published": NOW - timedelta(days=60),
            "robots": ("nosnippet",),
        }
        store_articles(app, "First", "Text.", tags=("LLM",), excerpt="Text of the first.", **old)
        store_articles(app, "Second", "Text.", tags=("GPU",), source="two")
    place.build()


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that a build made, changed or not."""
    made: list[str] = []
    write = FileOutlet.put

    def noted(self: FileOutlet, name: str, data: bytes, **more: object) -> bool:
        made.append(name)
        return write(self, name, data, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(FileOutlet, "put", noted)
    return made


def edit_sources(place: Place, old: str, new: str) -> None:
    path = place.config / "sources.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_source_more_makes_nothing_anew(filled: Place, put: list[str]) -> None:
    edit_sources(filled, "", THREE)
    assert filled.build().builds == 0
    assert put == []


def test_what_does_not_show_makes_nothing_anew(filled: Place, put: list[str]) -> None:
    edit_sources(filled, 'key = "one"', 'key = "one"\nevery = "6h"')
    assert filled.build().builds == 0
    assert put == []


def test_a_licence_makes_the_feeds_of_the_source_anew_with_their_archives(
    filled: Place, put: list[str]
) -> None:
    archive = next(name for name in filled.digests("public") if name.startswith("archive/tags/llm"))
    assert "Text of the first." not in filled.published(archive)
    edit_sources(filled, 'key = "one"', 'key = "one"\nlicence = "CC0"')
    filled.build()
    assert {"all.atom", "tags/llm.atom", "sources/one.atom", archive} <= set(put)
    assert not {"tags/gpu.atom", "sources/two.atom"} & set(put)
    pages = [
        name
        for name in filled.digests("public")
        if name.startswith("archive/") and name.endswith(".html")
    ]
    shown = [name for name in pages if "First" in filled.published(name)]
    assert len(shown) >= 2  # its day's and its month's or year's
    calendars = re.compile(r"archive/all/\d{4}-\d\d\.html")  # they show headlines alone
    for name in (
        archive,
        "tags/llm.atom",
        *(name for name in shown if not calendars.fullmatch(name)),
    ):
        assert "Text of the first." in filled.published(name), name
    put.clear()
    assert filled.build().builds == 0


def test_a_source_that_went_and_came_back_is_an_edit_each_time(
    filled: Place, put: list[str]
) -> None:
    edit_sources(
        filled,
        'key = "one"\nurl = "https://one.example/feed"',
        'key = "four"\nurl = "https://four.example/feed"',
    )
    filled.build()
    assert "tags/llm.atom" in put and "tags/gpu.atom" not in put
    put.clear()
    edit_sources(
        filled,
        'key = "four"\nurl = "https://four.example/feed"',
        'key = "one"\nurl = "https://one.example/feed"',
    )
    filled.build()
    assert "tags/llm.atom" in put and "tags/gpu.atom" not in put


def test_a_tag_that_has_a_page_now_makes_the_feeds_of_its_articles_anew(
    filled: Place, put: list[str]
) -> None:
    def links(name: str) -> bool:
        return "tags/llm.html" in filled.published(name)

    # tags of taxonomy.toml are linked, and no others
    (filled.config / "syndicator.toml").write_text(ARCHIVES)
    filled.build()
    archive = next(
        name for name in filled.digests("public") if name.startswith("archive/tags/llm/")
    )
    put.clear()
    filled.write_taxonomy(TAXONOMY + '[[tag]]\nname = "Carried by none"\n')
    assert filled.build().builds == 0 and put == []
    for now in (False, True):
        filled.write_taxonomy(TAXONOMY if now else TAXONOMY.replace('"LLM"', '"Other"'))
        put.clear()
        filled.build()
        assert links("all.atom") is links("sources/one.atom") is now
        assert archive in put
        assert not {"tags/gpu.atom", "sources/two.atom"} & set(put)


def test_a_renamed_tag_leaves_months_without_its_articles(filled: Place, put: list[str]) -> None:
    (filled.config / "syndicator.toml").write_text(ARCHIVES)
    with filled.app() as app:
        store_articles(app, "Third", "Text.", tags=("GPU",), added=NOW - timedelta(days=60))
        store_articles(app, "Fourth", "Text.", tags=("GPU", "LLM"))
    filled.build()
    closed = {
        name for name in filled.digests("public") if name.startswith("archive/tags/gpu/2026-01")
    }
    put.clear()
    with filled.app() as app:
        rename.write_rename(
            app.archive,
            app.configuration,
            rename.plan_rename(app.archive, app.configuration, "rename", "LLM", "Models"),
        )
    filled.build()
    assert "tags/gpu.atom" in put and "tags/models.html" in filled.published("tags/gpu.atom")
    assert closed and not closed & set(put)
