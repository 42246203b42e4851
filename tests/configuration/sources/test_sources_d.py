"""The files of sources.d: read in the order of their names, edited where a source is."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.app.read_configuration import read_configuration
from syndicator.cli.operations import apply
from syndicator.configuration.sources.identity import list_source_files
from syndicator.configuration.sources.registry import (
    add_sources,
    edit_source,
    load_sources,
    read_placed_sources,
    remove_source,
)
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Rules, Source
from syndicator.operations.operation import need_operation
from tests.instances import Instance


def make_source_table(key: str) -> str:
    return f'# about {key}\n[[source]]\nkey = "{key}"\nurl = "https://{key}.example/feed"  # kept\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """sources.toml with one source, and two files beside it."""
    path = tmp_path / "sources.toml"
    path.write_text(make_source_table("zebra"))
    folder = tmp_path / "sources.d"
    folder.mkdir()
    (folder / "20-papers.toml").write_text(make_source_table("papers"))
    (folder / "10-news.toml").write_text(
        make_source_table("news") + "\n" + make_source_table("daily")
    )
    (folder / "README.md").write_text("not a list")
    (folder / ".10-news.toml").write_text("no TOML either [")  # an editor's
    (folder / "old.toml").mkdir()
    return path


def read_source_files(path: Path) -> dict[str, str]:
    return {one.name: one.read_text() for one in list_source_files(path)}


def list_source_keys(path: Path) -> list[str]:
    return [source.key for source in load_sources(path)]


def test_sources_toml_comes_first_and_the_others_by_name(path: Path) -> None:
    """Sources are read from sources.toml, then from the `*.toml` files of sources.d by name; other
    files are ignored."""
    assert list_source_keys(path) == ["zebra", "news", "daily", "papers"]
    assert [source.file.path.name for source in read_placed_sources(path)] == [
        "sources.toml",
        "10-news.toml",
        "10-news.toml",
        "20-papers.toml",
    ]


def test_the_configuration_has_them(path: Path) -> None:
    """The whole configuration contains the sources of sources.d, in the same order."""
    assert list(read_configuration(path.parent, {}).sources) == list_source_keys(path)


def test_a_fault_names_its_own_file(path: Path) -> None:
    """A fault in sources.d names that file and line."""
    papers = path.with_suffix(".d") / "20-papers.toml"
    papers.write_text(make_source_table("papers") + 'colour = "red"\n')

    with pytest.raises(
        ConfigError, match=r"20-papers\.toml:5: source 'papers': unknown key 'colour'"
    ):
        load_sources(path)

    papers.write_text("[[source]\n")

    with pytest.raises(ConfigError, match=r"20-papers\.toml:1"):
        load_sources(path)


def test_a_key_or_address_in_two_files_names_both(path: Path) -> None:
    """A key or address that is in two files is an error with both files and lines."""
    third_file = path.with_suffix(".d") / "30.toml"
    third_file.write_text(make_source_table("zebra"))

    with pytest.raises(
        ConfigError, match=r"30\.toml:3: .*'zebra' \(the other in .*/sources\.toml:3\)"
    ):
        load_sources(path)

    third_file.write_text(make_source_table("other").replace("other.example", "news.example"))

    with pytest.raises(
        ConfigError, match=r"30\.toml:4: .*'news' \(the other in .*/10-news\.toml:3\) has the same"
    ):
        load_sources(path)


def test_an_edit_is_made_where_the_source_stands(path: Path) -> None:
    """Edits and removals change only the file that contains the source."""
    before = read_source_files(path)
    edit_source(path, "daily", lambda source: replace(source, url="https://daily.example/new"))

    assert read_source_files(path) == before | {
        "10-news.toml": before["10-news.toml"].replace("daily.example/feed", "daily.example/new")
    }

    before = read_source_files(path)
    edit_source(path, "papers", lambda source: replace(source, rules=Rules(remove=(".promo",))))

    assert [name for name, text in read_source_files(path).items() if text != before[name]] == [
        "20-papers.toml"
    ]
    assert remove_source(path, "news")
    assert list_source_keys(path) == ["zebra", "daily", "papers"]
    assert read_source_files(path)["10-news.toml"].count("# about") == 1
    assert not remove_source(path, "nobody")


def test_new_ones_go_to_sources_toml_unless_they_are_in_a_file_already(path: Path) -> None:
    """New sources are written to sources.toml; known addresses are refused."""
    before = read_source_files(path)
    new = Source(key="new", url="https://new.example/feed")
    add_sources(path, [new])

    assert list_source_keys(path) == ["zebra", "new", "news", "daily", "papers"]
    assert {name: text for name, text in read_source_files(path).items() if name != path.name} == {
        name: text for name, text in before.items() if name != path.name
    }
    with pytest.raises(UsageError, match=r"10-news\.toml already has a source 'daily'"):
        add_sources(path, [replace(new, key="daily", url="https://else.example/")])
    with pytest.raises(
        UsageError, match=r"20-papers\.toml already has this URL, as source 'papers'"
    ):
        add_sources(path, [replace(new, key="else", url="https://papers.example/feed")])


def test_a_source_may_move_from_file_to_file(tmp_path: Path) -> None:
    """A source moved to another file of sources.d stays the same source, and can still be removed
    by command."""
    instance = Instance(tmp_path)
    sources_toml = instance.config / "sources.toml"
    first_table, _, second_table = sources_toml.read_text().partition("\n\n")
    with instance.open_app() as app:
        before = app.configuration.sources
    sources_toml.write_text(first_table + "\n")
    (instance.config / "sources.d").mkdir()
    (instance.config / "sources.d/more.toml").write_text(second_table)
    with instance.open_app() as app:
        assert app.configuration.sources == before
        assert apply(app, need_operation("remove-source"), {"key": ("two", "one")}).data == {
            "removed": ("two", "one")
        }

    assert list_source_keys(sources_toml) == []


def _link(path: Path) -> None:
    path.symlink_to("nowhere.toml")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_link, "is not a file"),
        (os.mkfifo, "is not a file"),
        (lambda path: path.write_text("x=" + "[" * 9_000), "has too many nested brackets"),
    ],
)
def test_what_cannot_be_read_is_named_and_not_passed_over(
    path: Path, make: Callable[[Path], object], words: str
) -> None:
    """An entry of sources.d that is a link, a pipe or too deeply nested is an error that names
    it."""
    odd = path.with_suffix(".d") / "odd.toml"
    make(odd)
    with pytest.raises(ConfigError, match=f"{odd}: {words}"):
        load_sources(path)
