"""carried.tsv: which sources announced which article."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.tab_lists import CARRIED

ONE = "a" * 26
TWO = "b" * 26


def folder_of(path: Path) -> FileArticleStore:
    return FileArticleStore(path.parent)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CARRIED.name


def test_what_was_appended_is_read_in_order_and_once(path: Path) -> None:
    """Appended pairs of article and source are read in their order, without repetitions."""
    assert CARRIED.read(folder_of(path)) == []

    CARRIED.append(folder_of(path), [(TWO, "planet")])
    CARRIED.append(folder_of(path), [(ONE, "planet"), (TWO, "planet"), (TWO, "links")])

    assert CARRIED.read(folder_of(path)) == [
        (TWO, "planet"),
        (ONE, "planet"),
        (TWO, "links"),
    ]


@pytest.mark.parametrize("torn", [f"{TWO}\tpla", TWO[:9], f"{TWO}\t", "é"[:1]])
def test_a_line_that_a_crash_cut_short_neither_counts_nor_spoils_the_next(
    path: Path, torn: str
) -> None:
    """A last line that a crash cut short (`torn`) is ignored, and lines that are appended after it
    are read."""
    CARRIED.append(folder_of(path), [(ONE, "planet")])
    with path.open("a") as file:
        file.write(torn)

    assert CARRIED.read(folder_of(path)) == [(ONE, "planet")]

    CARRIED.append(folder_of(path), [(TWO, "links")])

    assert CARRIED.read(folder_of(path)) == [(ONE, "planet"), (TWO, "links")]


def test_an_empty_file_and_one_without_a_line_end_take_lines(path: Path) -> None:
    """A line is appended correctly to an empty file and to one whose last line (here damaged) has
    no line end."""
    for begun in (b"", b"\xff\x00"):
        path.write_bytes(begun)
        CARRIED.append(folder_of(path), [(ONE, "planet")])
        assert CARRIED.read(folder_of(path)) == [(ONE, "planet")]


def test_lines_of_another_form_are_passed_over(path: Path) -> None:
    """Only lines with an article id, a tab and a source key count; comments, other lines and bytes
    that are not UTF-8 are ignored."""
    path.write_bytes(
        b"\n".join(
            [
                b"# note",
                b"",
                f"{ONE}\tplanet\r".encode(),  # the only line of our form
                ONE.encode(),
                f"{ONE}\t".encode(),
                f"{TWO}\tone\ttwo".encode(),
                b"short\tplanet",
                b"\xff",
                b"",
            ]
        )
    )

    assert CARRIED.read(folder_of(path)) == [(ONE, "planet")]


def test_compaction_leaves_what_is_read(path: Path) -> None:
    """`compact` removes repeated lines without changing what is read, and does not write the file
    if there is nothing to remove."""
    CARRIED.append(folder_of(path), [(ONE, "planet")] * 3)
    before = CARRIED.read(folder_of(path))
    CARRIED.compact(folder_of(path))

    assert CARRIED.read(folder_of(path)) == before
    assert path.read_text().count(ONE) == 1

    stamp = CARRIED.stamp(folder_of(path))
    CARRIED.compact(folder_of(path))

    assert CARRIED.stamp(folder_of(path)) == stamp
