"""The cache of parsed sources: unchanged files are not parsed again, changed ones always."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from syndicator.configuration.sources import registry, source_cache
from syndicator.configuration.sources.registry import load_sources, read_valid_sources
from syndicator.configuration.sources.schema import parse_sources
from syndicator.configuration.toml_files import TomlFile
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import Source

ALL = """
[[source]]
key = "plain"
url = "https://plain.example/feed"

[[source]]
key = "full"
url = "https://full.example/feed"
tags = ["One", "Two"]
category = "Arts"
headers_env = { Authorization = "TOKEN" }
speaks_for = ["other.example"]
keep = 'title:"a b"'
llm = false
[source.rules]
select = ["article p"]
title = ["h1"]
"""
OLD = 1_600_000_000_000_000_000  # nanoseconds


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "config/sources.toml"
    made.parent.mkdir()
    made.write_text(ALL)
    set_old_time(made)
    return made


def set_old_time(path: Path, *, later_by: int = 0) -> None:
    """The file was changed years ago: at OLD, or so many nanoseconds later."""
    os.utime(path, ns=(OLD + later_by, OLD + later_by))


def read_cached_sources(
    path: Path, *, version: str = "1", remember: bool = True
) -> tuple[Source, ...]:
    return source_cache.read_sources(
        path, path.parent.parent / "cache", version, remember=remember
    ).sources


@pytest.fixture
def parsed_files(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read, as often as they were."""
    seen: list[Path] = []

    def watched(path: Path) -> tuple[tuple[Source, ...], tuple[Fault, ...]]:
        seen.append(path)
        return read_valid_sources(path)

    monkeypatch.setattr(registry, "read_valid_sources", watched)
    return seen


def test_sources_come_back_as_they_were_read_without_their_files_being_parsed(
    path: Path, parsed_files: list[Path]
) -> None:
    """The second read comes from the cache and equals the first; the file is parsed once."""
    first_read = read_cached_sources(path)
    second_read = read_cached_sources(path)

    assert first_read == load_sources(path)
    assert second_read == first_read
    assert parsed_files == [path]


def test_an_edit_is_seen_whatever_it_leaves_as_it_was(path: Path, parsed_files: list[Path]) -> None:
    """Edits with the same length or time are noticed, and so are new and deleted files: each of the
    five reads parses."""
    read_cached_sources(path)

    # the same length, another time
    path.write_text(ALL.replace("plain.example", "edited.exampl"))
    set_old_time(path, later_by=1)

    assert read_cached_sources(path)[0].url == "https://edited.exampl/feed"

    # the same length and time, another file
    path.unlink()
    path.write_text(ALL.replace("plain.example", "again.example"))
    set_old_time(path, later_by=1)

    assert read_cached_sources(path)[0].url == "https://again.example/feed"

    # a second file
    (path.parent / "sources.d").mkdir()
    second_file = path.parent / "sources.d/more.toml"
    second_file.write_text('[[source]]\nkey = "more"\nurl = "https://more.example/"\n')
    set_old_time(second_file)

    assert [source.key for source in read_cached_sources(path)] == ["plain", "full", "more"]

    second_file.unlink()

    assert [source.key for source in read_cached_sources(path)] == ["plain", "full"]
    assert len(parsed_files) == 5


def test_what_was_edited_a_moment_ago_is_read_again(path: Path, parsed_files: list[Path]) -> None:
    """A file that was edited a moment before it was read is parsed again at the next read: another
    edit may have had the same time, as here, where it has the same length, too."""
    path.touch()  # now
    stat = path.stat()
    read_cached_sources(path)

    path.write_text(ALL.replace("plain.example", "edited.exampl"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert read_cached_sources(path)[0].url == "https://edited.exampl/feed"
    assert len(parsed_files) == 2


def test_another_version_reads_them_again(path: Path, parsed_files: list[Path]) -> None:
    """Another program version ignores the cache."""
    read_cached_sources(path)
    read_cached_sources(path, version="2")
    assert len(parsed_files) == 2


@pytest.mark.parametrize(
    "damage", [b"", b"\0", b"[1]", b"[[], 1, 2]", b'[["key"], "", [{"key": 1}]]', b"{}", b"\xff"]
)
def test_a_damaged_cache_counts_as_none(path: Path, damage: bytes) -> None:
    """A damaged cache file is ignored."""
    first_read = read_cached_sources(path)
    (path.parent.parent / "cache").write_bytes(damage)
    second_read = read_cached_sources(path)

    assert second_read == first_read


def test_who_only_looks_writes_nothing(path: Path) -> None:
    """With `remember=False` no cache is written."""
    read_cached_sources(path, remember=False)
    assert not (path.parent.parent / "cache").exists()


def test_a_cache_that_cannot_be_written_costs_nothing(path: Path) -> None:
    """If the cache cannot be written, the sources are still read, and no other file is left."""
    (path.parent.parent / "cache").mkdir()  # a folder is where the file should be
    assert read_cached_sources(path) == load_sources(path)
    assert sorted(entry.name for entry in path.parent.parent.iterdir()) == ["cache", "config"]


def test_what_is_wrong_is_told_each_time_and_costs_no_source_that_was_valid(path: Path) -> None:
    """Faults are reported at every read; sources that were valid before stay, and new valid ones
    are added. The same holds if the whole file cannot be read; once it is mended, all is well."""
    cache = path.parent.parent / "cache"
    before = read_cached_sources(path)

    # the source "plain" becomes faulty, and a source is added
    new_table = '[[source]]\nkey = "new"\nurl = "https://new.example/"\n'
    path.write_text(ALL.replace('key = "plain"', 'kye = "plain"') + new_table)
    expected = {source.key: source for source in (*before, *parse_text(new_table))}
    for _ in range(2):
        read = source_cache.read_sources(path, cache, "1", remember=True)
        (fault,) = read.faults
        assert {source.key: source for source in read.sources} == expected
        assert "unknown key 'kye'" in str(fault)

    # the file is no TOML
    path.write_text(ALL + "[[source\n")
    read = source_cache.read_sources(path, cache, "1", remember=True)

    assert read.sources == before
    assert "is not valid TOML" in str(read.faults[0])

    # mended
    path.write_text(ALL)

    assert read_cached_sources(path) == before


def test_of_two_sources_with_one_key_the_first_is_valid(path: Path) -> None:
    """Of two sources with one key the first is used, and the fault is reported."""
    path.write_text(ALL + '[[source]]\nkey = "plain"\nurl = "https://second.example/"\n')
    sources, faults = read_valid_sources(path)

    assert sources == parse_text(ALL)
    assert "two sources have the key" in str(faults)


def parse_text(text: str) -> tuple[Source, ...]:
    return parse_sources(TomlFile(Path("sources.toml"), tomllib.loads(text)))


MORE = (
    '\n[[source]]\nkey = "more"\nurl = "https://more.example/feed"\n[source.rules]\nselect = ["main'
    ' p"]\n'
)


def test_of_a_file_that_was_added_to_the_end_alone_is_parsed(
    path: Path, parsed_files: list[Path]
) -> None:
    """If a source (MORE) was appended, only the new part is parsed: the whole file is parsed once,
    before. The result is that of parsing the whole file, whether it is then cached or not."""
    first_read = read_cached_sources(path)

    path.write_text(ALL + MORE)
    assert read_cached_sources(path, remember=False) == load_sources(path)

    path.write_text(ALL + MORE + "# and no more\n")
    expected = load_sources(path)
    assert read_cached_sources(path, remember=False) == expected

    # now cached with what was added, then read from the cache
    assert read_cached_sources(path) == expected
    assert read_cached_sources(path) == expected

    assert len(expected) == len(first_read) + 1
    assert parsed_files == [path]


@pytest.mark.parametrize(
    ("before", "end"),
    [
        (ALL, 'title = ["h2"]\n'),  # of the last source's rules
        (ALL, MORE.replace("more", "plain")),  # known already
        (ALL, MORE.replace('"more"', '"plain"')),
        (ALL, "[source.more]\n"),
        (ALL, "\n[source.rules]\n"),
        (ALL, MORE.replace("key", "kye")),
        (ALL, "\n[[source]\n"),
        (ALL.rstrip(), "# a comment" + MORE),
        (ALL.rstrip(), ' # it"s' + MORE),
        (ALL.replace("plain", "plane"), MORE),
    ],
)
def test_whatever_else_is_added_is_read_as_part_of_the_whole(
    path: Path, parsed_files: list[Path], before: str, end: str
) -> None:
    """Text appended to a cached file gives the same result as parsing the whole file."""
    read_cached_sources(path)
    path.write_text(before)
    if before != ALL:
        read_cached_sources(path)
    path.write_text(ALL.rstrip() + end if before == ALL.rstrip() else ALL + end)
    parsed_files.clear()
    try:
        expected: tuple[Source, ...] | str = load_sources(path)
    except ConfigError as error:
        expected = str(error)
    again = source_cache.read_sources(path, path.parent.parent / "cache", "1", remember=True)
    cached = str(ConfigError.of(again.faults)) if again.faults else again.sources

    assert cached == expected
    assert parsed_files == [path]


def test_a_file_more_beside_it_is_no_addition(path: Path, parsed_files: list[Path]) -> None:
    """A new file in sources.d makes everything be parsed again."""
    read_cached_sources(path)
    beside = path.with_suffix(".d")
    beside.mkdir()
    (beside / "more.toml").write_text(MORE)

    keys = [source.key for source in read_cached_sources(path)]

    assert keys == ["plain", "full", "more"]
    assert parsed_files == [path, path]  # the whole configuration, twice
