"""Saved pages of recently read articles."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.articles.snapshots import FileSnapshots
from syndicator.core.model import make_article_id

ID = make_article_id("a")
OTHER = make_article_id("b")


def test_a_page_comes_back_byte_for_byte(tmp_path: Path) -> None:
    """A stored page is read back with the same bytes and headers; an unknown id gives None, and
    storing again replaces."""
    snapshots = FileSnapshots(tmp_path)
    html = bytes(range(256)) + b"\n\r\n" * 3

    snapshots.put(ID, html, {"content-type": "text/html", "x": "a\nb"})

    assert snapshots.get(ID) == (html, {"content-type": "text/html", "x": "a\nb"})
    assert snapshots.get(OTHER) is None
    snapshots.put(ID, b"", {})
    assert snapshots.get(ID) == (b"", {})


def test_nothing_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Storing a page does not sync it to the disk, as it is only a cache that can be fetched
    again."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: pytest.fail("a cache was made durable"))
    snapshots = FileSnapshots(tmp_path / "pages")
    snapshots.put("abcdefgh", b"page", {})

    assert snapshots.get("abcdefgh") == (b"page", {})


def test_the_same_page_gives_the_same_bytes(tmp_path: Path) -> None:
    """The same page is stored as the same bytes, whatever the order of its headers: the gzip file
    has no time."""
    for name in ("one", "two"):
        FileSnapshots(tmp_path / name).put(
            ID, b"<p>", {"b": "1", "a": "2"} if name == "one" else {"a": "2", "b": "1"}
        )

    first_bytes, second_bytes = (
        next((tmp_path / name).rglob("*.gz")).read_bytes() for name in ("one", "two")
    )
    assert first_bytes == second_bytes


@pytest.mark.parametrize("data", [b"", b"no gzip", b"\x1f\x8b\x08\x00cut"])
def test_a_broken_page_counts_as_absent(tmp_path: Path, data: bytes) -> None:
    """A damaged stored page is treated as missing, without an error."""
    snapshots = FileSnapshots(tmp_path)
    snapshots.put(ID, b"<p>", {})
    next(tmp_path.rglob("*.gz")).write_bytes(data)

    assert snapshots.get(ID) is None


def test_the_file_says_which_version_read_the_page(tmp_path: Path) -> None:
    """`outdated` lists the stored pages that an older version of the reader read; noting that this
    version read one does not prolong its life."""
    before = FileSnapshots(tmp_path)
    now = FileSnapshots(tmp_path, 2)
    before.put(ID, b"<p>", {})
    now.put(OTHER, b"<p>", {})
    assert before.outdated() == frozenset()
    assert now.outdated() == {ID}
    old = next(tmp_path.rglob(f"{ID}*"))
    os.utime(old, (1, 1))
    assert now.get(ID) == (b"<p>", {})

    now.note_read(ID)
    assert now.outdated() == frozenset()
    assert now.get(ID) == (b"<p>", {})
    (new,) = tmp_path.rglob(f"{ID}*")
    assert new.stat().st_mtime == 1  # kept no longer for it
    assert FileSnapshots(tmp_path, 3).outdated() == {ID, OTHER}


def test_there_is_one_file_of_a_page_whatever_version_wrote_it(tmp_path: Path) -> None:
    """A page that is stored by any version replaces the file of that page; forgetting deletes
    it."""
    for version in (0, 10, 9):
        FileSnapshots(tmp_path, version).put(ID, f"{version}".encode(), {})
        assert FileSnapshots(tmp_path, 1).get(ID) == (f"{version}".encode(), {})
    FileSnapshots(tmp_path, 1).forget(ID)

    assert list(tmp_path.rglob("*.gz")) == []

    FileSnapshots(tmp_path, 1).note_read(ID)


def test_old_pages_and_litter_are_pruned(tmp_path: Path) -> None:
    """`prune` deletes pages from before a time and temporary files of processes that have ended;
    newer pages (OTHER) stay."""
    snapshots = FileSnapshots(tmp_path / "pages")
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert snapshots.prune(now) == 0
    for article_id, days in ((ID, 15), (OTHER, 13)):
        snapshots.put(article_id, b"<p>", {})
        age = (now - timedelta(days=days)).timestamp()
        os.utime(tmp_path / "pages" / article_id[:2] / f"{article_id}.gz", (age, age))
    (tmp_path / "pages" / ID[:2] / ".tmp-999999999-x.gz").write_bytes(b"half")
    # seen in the folder and gone when it is looked at, like a temporary file of another process
    (tmp_path / "pages" / ID[:2] / f".tmp-{os.getppid()}-y.gz").symlink_to("nowhere")

    assert snapshots.prune(now - timedelta(days=14)) == 2

    assert snapshots.get(ID) is None
    assert snapshots.get(OTHER) is not None
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_what_is_no_id_is_refused(tmp_path: Path) -> None:
    """A text that is no article id, such as a path, is refused, so that no other file can be
    read."""
    for article_id in ("../../etc/passwd", "", "ABCDEFGH", "a" * 40):
        with pytest.raises(ValueError, match="not an article id"):
            FileSnapshots(tmp_path).get(article_id)
