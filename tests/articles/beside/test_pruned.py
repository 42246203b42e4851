"""The file that says what pruned articles are known by."""

from __future__ import annotations

from pathlib import Path

from syndicator.articles.beside.lists import PRUNED
from syndicator.articles.stores.kept_files import FolderFile

A, B = "a" * 26, "b" * 26


def test_it_grows_and_says_each_once(tmp_path: Path) -> None:
    path = tmp_path / PRUNED.name
    assert PRUNED.read(FolderFile(path)) == []
    PRUNED.append(FolderFile(path), [(A, "one.example/a"), (A, "guid:one:x y")])
    PRUNED.append(FolderFile(path), [(B, "one.example/ä"), (A, "one.example/a")])
    assert PRUNED.read(FolderFile(path)) == [
        (A, "one.example/a"),
        (A, "guid:one:x y"),
        (B, "one.example/ä"),
    ]
    PRUNED.compact(FolderFile(path))
    assert path.read_text().count("one.example/a") == 1


def test_what_is_no_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / PRUNED.name
    PRUNED.append(
        FolderFile(path),
        [(A, "guid:one:tab\there"), (A, "guid:one:two\nlines"), (A, "one.example/a")],
    )
    path.write_bytes(path.read_bytes() + f"by hand\n{B}\tone.example/b\r\n{B}\tcut sho".encode())
    assert PRUNED.read(FolderFile(path)) == [(A, "one.example/a"), (B, "one.example/b")]
    PRUNED.append(FolderFile(path), [(B, "one.example/c")])
    assert PRUNED.read(FolderFile(path))[-1] == (B, "one.example/c")
