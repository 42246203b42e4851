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
    """A stored page is read back with the same bytes and headers; an unknown id (OTHER) gives None,
    and storing again replaces."""
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
    FileSnapshots(tmp_path / "one").put(ID, b"<p>", {"b": "1", "a": "2"})
    FileSnapshots(tmp_path / "two").put(ID, b"<p>", {"a": "2", "b": "1"})

    (first_file,) = (tmp_path / "one").rglob("*.gz")
    (second_file,) = (tmp_path / "two").rglob("*.gz")
    assert first_file.read_bytes() == second_file.read_bytes()


@pytest.mark.parametrize("data", [b"", b"no gzip", b"\x1f\x8b\x08\x00cut"])
def test_a_broken_page_counts_as_absent(tmp_path: Path, data: bytes) -> None:
    """A damaged stored page is treated as missing, without an error."""
    snapshots = FileSnapshots(tmp_path)
    snapshots.put(ID, b"<p>", {})
    next(tmp_path.rglob("*.gz")).write_bytes(data)

    assert snapshots.get(ID) is None


def test_the_file_says_which_version_read_the_page(tmp_path: Path) -> None:
    """`outdated` lists the stored pages that an older version of the reader read; noting that this
    version read one does not prolong its life (the time of its file stays)."""
    no_version = FileSnapshots(tmp_path)
    version_2 = FileSnapshots(tmp_path, 2)
    no_version.put(ID, b"<p>", {})
    version_2.put(OTHER, b"<p>", {})

    assert no_version.outdated() == frozenset()
    assert version_2.outdated() == {ID}
    assert version_2.get(ID) == (b"<p>", {})

    (file,) = tmp_path.rglob(f"{ID}*")
    os.utime(file, (1, 1))
    version_2.note_read(ID)

    assert version_2.outdated() == frozenset()
    assert version_2.get(ID) == (b"<p>", {})
    (file_of_version_2,) = tmp_path.rglob(f"{ID}*")
    assert file_of_version_2.stat().st_mtime == 1
    assert FileSnapshots(tmp_path, 3).outdated() == {ID, OTHER}


def test_there_is_one_file_of_a_page_whatever_version_wrote_it(tmp_path: Path) -> None:
    """A page that is stored by any version replaces the file of that page, whichever version reads
    it; forgetting deletes it, and noting that it was read is then no error."""
    reader = FileSnapshots(tmp_path, 1)
    for version, page in ((0, b"first"), (10, b"second"), (9, b"third")):
        FileSnapshots(tmp_path, version).put(ID, page, {})
        assert reader.get(ID) == (page, {})

    reader.forget(ID)

    assert list(tmp_path.rglob("*.gz")) == []

    reader.note_read(ID)


def test_old_pages_and_litter_are_pruned(tmp_path: Path) -> None:
    """`prune` deletes pages from before a time (14 days ago) and temporary files of processes that
    have ended, and returns how many; newer pages (OTHER) stay. An empty folder has none."""
    snapshots = FileSnapshots(tmp_path / "pages")
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert snapshots.prune(now) == 0

    for article_id, days_old in ((ID, 15), (OTHER, 13)):
        snapshots.put(article_id, b"<p>", {})
        stored_at = (now - timedelta(days=days_old)).timestamp()
        os.utime(tmp_path / "pages" / article_id[:2] / f"{article_id}.gz", (stored_at, stored_at))
    # no process has the number 999999999
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
