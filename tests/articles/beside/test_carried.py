"""The file that says which sources announced an article."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.articles.beside.lists import CARRIED
from syndicator.articles.stores.kept_files import FolderFile

ONE, TWO = "a" * 26, "b" * 26


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CARRIED.name


def test_what_was_appended_is_read_in_order_and_once(path: Path) -> None:
    assert CARRIED.read(FolderFile(path)) == []
    CARRIED.append(FolderFile(path), [(TWO, "planet")])
    CARRIED.append(FolderFile(path), [(ONE, "planet"), (TWO, "planet"), (TWO, "links")])
    assert CARRIED.read(FolderFile(path)) == [(TWO, "planet"), (ONE, "planet"), (TWO, "links")]


@pytest.mark.parametrize("torn", [f"{TWO}\tpla", TWO[:9], f"{TWO}\t", "é"[:1]])
def test_a_line_that_a_crash_cut_short_neither_counts_nor_spoils_the_next(
    path: Path, torn: str
) -> None:
    CARRIED.append(FolderFile(path), [(ONE, "planet")])
    with path.open("a") as file:
        file.write(torn)
    assert CARRIED.read(FolderFile(path)) == [(ONE, "planet")]
    CARRIED.append(FolderFile(path), [(TWO, "links")])
    assert CARRIED.read(FolderFile(path)) == [(ONE, "planet"), (TWO, "links")]


def test_an_empty_file_and_one_without_a_line_end_take_lines(path: Path) -> None:
    for begun in (b"", b"\xff\x00"):
        path.write_bytes(begun)
        CARRIED.append(FolderFile(path), [(ONE, "planet")])
        assert CARRIED.read(FolderFile(path)) == [(ONE, "planet")]


def test_lines_of_another_form_are_passed_over(path: Path) -> None:
    others = f"{ONE}\n{ONE}\t\n{TWO}\tone\ttwo\nshort\tplanet\n"
    path.write_bytes(f"# note\n\n{ONE}\tplanet\r\n{others}".encode() + b"\xff\n")
    assert CARRIED.read(FolderFile(path)) == [(ONE, "planet")]


def test_compaction_leaves_what_is_read(path: Path) -> None:
    CARRIED.append(FolderFile(path), [(ONE, "planet")] * 3)
    before = CARRIED.read(FolderFile(path))
    CARRIED.compact(FolderFile(path))
    assert CARRIED.read(FolderFile(path)) == before
    assert path.read_text().count(ONE) == 1
    stamp = FolderFile(path).stamp()
    CARRIED.compact(FolderFile(path))
    assert FolderFile(path).stamp() == stamp
