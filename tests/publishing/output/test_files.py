"""Files on disk."""

from __future__ import annotations

import gzip
import os
from itertools import pairwise
from pathlib import Path

import pytest

from syndicator.core.errors import UsageError
from syndicator.publishing.output import outlets
from syndicator.publishing.output.outlets import FileOutlet


def test_writes_only_what_changed(tmp_path: Path) -> None:
    outlet = FileOutlet(tmp_path)
    assert outlet.put("tags/ai.atom", b"one")
    before = (tmp_path / "tags/ai.atom").stat()
    assert not outlet.put("tags/ai.atom", b"one")
    after = (tmp_path / "tags/ai.atom").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert outlet.put("tags/ai.atom", b"two")
    assert outlet.get("tags/ai.atom") == b"two"


def test_a_changed_file_is_at_least_a_second_younger(tmp_path: Path) -> None:
    outlet = FileOutlet(tmp_path)
    stamps = []
    for data in (b"a", b"b", b"c"):
        outlet.put("x.atom", data)
        stamps.append((tmp_path / "x.atom").stat().st_mtime_ns)
        assert (tmp_path / "x.atom.gz").stat().st_mtime_ns >= stamps[-1]
    assert all(later - earlier >= 1_000_000_000 for earlier, later in pairwise(stamps))


def test_the_gz_beside_it_is_the_same_and_the_same_each_time(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        FileOutlet(tmp_path / folder).put("x.atom", b"<feed/>" * 50)
    one, other = ((tmp_path / folder / "x.atom.gz").read_bytes() for folder in ("a", "b"))
    assert one == other and gzip.decompress(one) == b"<feed/>" * 50


def test_a_gz_of_the_file_before_is_made_again(tmp_path: Path) -> None:
    outlet = FileOutlet(tmp_path)
    outlet.put("x.atom", b"old")
    stale = (tmp_path / "x.atom.gz").read_bytes()
    outlet.put("x.atom", b"new")
    (tmp_path / "x.atom.gz").write_bytes(stale)
    os.utime(tmp_path / "x.atom.gz", ns=(1, 1))
    assert not outlet.put("x.atom", b"new")
    assert gzip.decompress((tmp_path / "x.atom.gz").read_bytes()) == b"new"


def test_what_few_ask_for_has_no_gz(tmp_path: Path) -> None:
    outlet = FileOutlet(tmp_path)
    rare = [
        "archive/tags/ai/2026-11.atom",
        "archive/all/2026-11-26.html",
        "tags/ai.html",
        "tags/ai.json",
        "sources/one.rss",
        "search/2026-11.t0.js",
        "pictures/ab.webp",
    ]
    often = ["all.atom", "index.html", "site.css", "categories/ai.json", "queries/one.rss"]
    for name in (*rare, *often):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.gz").write_bytes(b"of an earlier version")
        outlet.put(name, b"1")
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.gz"))
    assert found == sorted(f"{name}.gz" for name in often)


def test_without_gzip_none_is_left(tmp_path: Path) -> None:
    FileOutlet(tmp_path).put("x.atom", b"1")
    FileOutlet(tmp_path, gzip=False).put("x.atom", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["x.atom"]


def test_an_heir_is_later_than_what_its_readers_know(tmp_path: Path) -> None:
    outlet = FileOutlet(tmp_path, gzip=False)
    outlet.put("old.atom", b"1")
    outlet.put("old.atom", b"2")
    outlet.put("new.atom", b"2", heir_of=["old.atom", "never.atom"])
    old, new = (
        (tmp_path / name).stat().st_mtime_ns // 1_000_000_000 for name in ("old.atom", "new.atom")
    )
    assert new > old


def test_delete(tmp_path: Path) -> None:
    outlet = FileOutlet(tmp_path)
    outlet.put("a.atom", b"1")
    outlet.put("queries/b.atom", b"1")
    assert outlet.delete("a.atom") and not outlet.delete("a.atom")
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["b.atom", "b.atom.gz"]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "", "a//b", "a\\b", "a\0b", "."])
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        FileOutlet(tmp_path / "public").put(name, b"x")
    assert list(tmp_path.rglob("*")) == []


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = FileOutlet(tmp_path, gzip=False)
    outlet.put("x.atom", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        outlet.put("x.atom", b"new")
    assert outlet.get("x.atom") == b"old" and [path.name for path in tmp_path.iterdir()] == [
        "x.atom"
    ]


def test_heads_are_synced_and_all_others_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    one = os.fsync
    monkeypatch.setattr(
        os,
        "fsync",
        lambda number: (
            synced.append(Path(f"/proc/self/fd/{number}").readlink().name),
            one(number),
        ),
    )
    monkeypatch.setattr(outlets, "_sync", lambda folder: synced.append("all"))
    outlet = FileOutlet(tmp_path)
    outlet.settle()
    for name in ("tags/ai.atom", "tags/ai.html", "archive/tags/ai/2026-11.atom", "index.html"):
        outlet.put(name, b"1")
    assert synced == [f".ai.atom.{os.getpid()}.tmp"]
    outlet.settle()
    outlet.settle()
    assert synced[1:] == ["all"]


@pytest.mark.parametrize("left", [b"", b"torn", None])
def test_what_a_crash_left_of_unsynced_files_is_written_again(
    tmp_path: Path, left: bytes | None
) -> None:
    outlet = FileOutlet(tmp_path)
    outlet.put("x.atom", b"<feed/>")
    outlet.put("archive/all/2026-11.atom", b"<feed/>")
    for path in (tmp_path / "x.atom.gz", tmp_path / "archive/all/2026-11.atom"):
        path.unlink() if left is None else path.write_bytes(left)
    assert not outlet.put("x.atom", b"<feed/>")
    assert outlet.put("archive/all/2026-11.atom", b"<feed/>")
    assert gzip.decompress((tmp_path / "x.atom.gz").read_bytes()) == b"<feed/>"


def test_whoever_lost_its_lock_writes_and_deletes_nothing(tmp_path: Path) -> None:
    def held() -> None:
        raise ZeroDivisionError

    FileOutlet(tmp_path).put("x.atom", b"old")
    outlet = FileOutlet(tmp_path, held=held)
    for change in (lambda: outlet.put("x.atom", b"new"), lambda: outlet.delete("x.atom")):
        with pytest.raises(ZeroDivisionError):
            change()
    assert {path.name for path in tmp_path.iterdir()} == {"x.atom", "x.atom.gz"} and outlet.get(
        "x.atom"
    ) == b"old"
