"""The file that says which sources announced an article."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.articles.beside import tsv_files
from syndicator.articles.stores.kept_files import FolderFile

ONE, TWO = "a" * 26, "b" * 26


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / tsv_files.CARRIED_TSV


def test_what_was_appended_is_read_in_order_and_once(path: Path) -> None:
    assert tsv_files.read_carried(FolderFile(path)) == []
    tsv_files.append_carried(FolderFile(path), [(TWO, "planet")])
    tsv_files.append_carried(FolderFile(path), [(ONE, "planet"), (TWO, "planet"), (TWO, "links")])
    assert tsv_files.read_carried(FolderFile(path)) == [(TWO, "planet"), (ONE, "planet"), (TWO, "links")]


@pytest.mark.parametrize("torn", [f"{TWO}\tpla", TWO[:9], f"{TWO}\t", "é"[:1]])
def test_a_line_that_a_crash_cut_short_neither_counts_nor_spoils_the_next(path: Path, torn: str) -> None:
    tsv_files.append_carried(FolderFile(path), [(ONE, "planet")])
    with path.open("a") as file:
        file.write(torn)
    assert tsv_files.read_carried(FolderFile(path)) == [(ONE, "planet")]
    tsv_files.append_carried(FolderFile(path), [(TWO, "links")])
    assert tsv_files.read_carried(FolderFile(path)) == [(ONE, "planet"), (TWO, "links")]


def test_an_empty_file_and_one_without_a_line_end_take_lines(path: Path) -> None:
    for begun in (b"", b"\xff\x00"):
        path.write_bytes(begun)
        tsv_files.append_carried(FolderFile(path), [(ONE, "planet")])
        assert tsv_files.read_carried(FolderFile(path)) == [(ONE, "planet")]


def test_lines_of_another_form_are_passed_over(path: Path) -> None:
    others = f"{ONE}\n{ONE}\t\n{TWO}\tone\ttwo\nshort\tplanet\n"
    path.write_bytes(f"# note\n\n{ONE}\tplanet\r\n{others}".encode() + b"\xff\n")
    assert tsv_files.read_carried(FolderFile(path)) == [(ONE, "planet")]


def test_compaction_leaves_what_is_read(path: Path) -> None:
    tsv_files.append_carried(FolderFile(path), [(ONE, "planet")] * 3)
    before = tsv_files.read_carried(FolderFile(path))
    tsv_files.compact_carried(FolderFile(path))
    assert tsv_files.read_carried(FolderFile(path)) == before
    assert path.read_text().count(ONE) == 1
    stamp = FolderFile(path).stamp()
    tsv_files.compact_carried(FolderFile(path))
    assert FolderFile(path).stamp() == stamp
