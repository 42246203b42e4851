"""pruned.tsv: how pruned articles are recognised."""

from __future__ import annotations

from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.tab_lists import PRUNED

A = "a" * 26
B = "b" * 26


def folder_of(path: Path) -> FileArticleStore:
    return FileArticleStore(path.parent)


def test_it_grows_and_says_each_once(tmp_path: Path) -> None:
    """Pruned articles are appended with an address or entry id each, and read in order without
    repetitions, which `compact` removes from the file."""
    path = tmp_path / PRUNED.name

    assert PRUNED.read(folder_of(path)) == []

    PRUNED.append(folder_of(path), [(A, "one.example/a"), (A, "guid:one:x y")])
    PRUNED.append(folder_of(path), [(B, "one.example/ä"), (A, "one.example/a")])

    assert PRUNED.read(folder_of(path)) == [
        (A, "one.example/a"),
        (A, "guid:one:x y"),
        (B, "one.example/ä"),
    ]

    PRUNED.compact(folder_of(path))

    assert path.read_text().count("one.example/a") == 1


def test_what_is_no_line_is_passed_over(tmp_path: Path) -> None:
    """Lines that are not an article id, a tab and one value are ignored: values with tabs or line
    ends, notes by hand, and a last line that was cut short, after which another can be appended."""
    path = tmp_path / PRUNED.name
    PRUNED.append(
        folder_of(path),
        [(A, "guid:one:tab\there"), (A, "guid:one:two\nlines"), (A, "one.example/a")],
    )
    path.write_bytes(path.read_bytes() + f"by hand\n{B}\tone.example/b\r\n{B}\tcut sho".encode())

    assert PRUNED.read(folder_of(path)) == [
        (A, "one.example/a"),
        (B, "one.example/b"),
    ]

    PRUNED.append(folder_of(path), [(B, "one.example/c")])

    assert PRUNED.read(folder_of(path))[-1] == (B, "one.example/c")
