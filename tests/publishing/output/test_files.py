"""Published files on disk are replaced atomically and synced."""

from __future__ import annotations

import errno
import gzip
import os
import re
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

import pytest

from syndicator.core.errors import RefusedFiles, UsageError
from syndicator.publishing.output.disk import Disk
from syndicator.publishing.output.outlets import FileOutlet
from tests.publishing.written import publish_file, unpublish_file


class FullDisk(Disk):
    """A disk with room for a number of files that is full when they are synced."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, path: Path, data: bytes, *, earliest: int) -> int:
        if not self.room:
            path.touch()
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= 1
        return super().write(path, data, earliest=earliest)

    def sync(self, paths: Collection[Path]) -> None:
        if paths:
            raise OSError(errno.ENOSPC, "No space left on device")


class RecordingDisk(Disk):
    """A disk that notes its operations."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.steps: list[str] = []

    def sync(self, paths: Collection[Path]) -> None:
        super().sync(paths)
        self.steps.append("sync " + " ".join(sorted(map(self.name, paths))))

    def replace(self, temporary: Path, path: Path) -> None:
        super().replace(temporary, path)
        self.steps.append(f"replace {self.name(path)}")

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        self.steps.append(f"unlink {self.name(path)}")

    def name(self, path: Path) -> str:
        """Return the path below the root, without the mark of the writer."""
        return re.sub(r"\.[0-9a-f]{8}\.tmp$", "", str(path.relative_to(self.root)))


def list_files(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


def test_writes_only_what_changed(tmp_path: Path) -> None:
    """A second file with the same content is not written (inode and time stay); another content
    is. `publish_file` returns whether it wrote."""
    outlet = FileOutlet(tmp_path)

    assert publish_file(outlet, "tags/ai.atom", b"one")

    stat_before = (tmp_path / "tags/ai.atom").stat()

    assert not publish_file(outlet, "tags/ai.atom", b"one")

    stat_after = (tmp_path / "tags/ai.atom").stat()

    assert stat_after.st_ino == stat_before.st_ino
    assert stat_after.st_mtime_ns == stat_before.st_mtime_ns
    assert publish_file(outlet, "tags/ai.atom", b"two")
    assert outlet.get("tags/ai.atom") == b"two"


def test_a_changed_file_is_at_least_a_second_younger(tmp_path: Path) -> None:
    """Each changed file is at least a second newer than before, since web servers compare whole
    seconds. Its .gz is not older than the file."""
    outlet = FileOutlet(tmp_path)
    stamps = []
    for data in (b"a", b"b", b"c"):
        publish_file(outlet, "x.atom", data)
        stamps.append((tmp_path / "x.atom").stat().st_mtime_ns)
        assert (tmp_path / "x.atom.gz").stat().st_mtime_ns >= stamps[-1]

    assert all(later - earlier >= 1_000_000_000 for earlier, later in pairwise(stamps))


def test_the_gz_beside_it_is_the_same_and_the_same_each_time(tmp_path: Path) -> None:
    """The .gz contains the feed and is byte for byte reproducible."""
    for folder in ("a", "b"):
        publish_file(FileOutlet(tmp_path / folder), "x.atom", b"<feed/>" * 50)
    first_gz, second_gz = ((tmp_path / folder / "x.atom.gz").read_bytes() for folder in ("a", "b"))

    assert first_gz == second_gz
    assert gzip.decompress(first_gz) == b"<feed/>" * 50


def test_a_gz_of_the_file_before_is_made_again(tmp_path: Path) -> None:
    """A .gz file that is older than its feed (here from a restored backup) is written again, though
    the feed is unchanged."""
    outlet = FileOutlet(tmp_path)
    publish_file(outlet, "x.atom", b"old")
    old_gz = (tmp_path / "x.atom.gz").read_bytes()
    publish_file(outlet, "x.atom", b"new")
    (tmp_path / "x.atom.gz").write_bytes(old_gz)
    os.utime(tmp_path / "x.atom.gz", ns=(1, 1))

    assert not publish_file(outlet, "x.atom", b"new")
    assert gzip.decompress((tmp_path / "x.atom.gz").read_bytes()) == b"new"


def test_rarely_requested_files_have_no_gz(tmp_path: Path) -> None:
    """Only files at the web root, and feeds of categories and saved queries, are requested often
    enough for a .gz. Other files have none, and an earlier version's one is deleted."""
    outlet = FileOutlet(tmp_path)
    rare_names = [
        "archive/tags/ai/2026-11.atom",
        "archive/all/2026-11-26.html",
        "tags/ai.html",
        "tags/ai.json",
        "sources/one.rss",
        "search/2026-11.t0.js",
        "pictures/ab.webp",
    ]
    frequent_names = ["all.atom", "index.html", "site.css", "categories/ai.json", "queries/one.rss"]
    for name in (*rare_names, *frequent_names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.gz").write_bytes(b"of an earlier version")
        publish_file(outlet, name, b"1")
    gz_names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.gz"))

    assert gz_names == sorted(f"{name}.gz" for name in frequent_names)


def test_without_gzip_none_is_left(tmp_path: Path) -> None:
    """If compression is switched off, the .gz of an earlier build is deleted, so that no server
    sends it."""
    publish_file(FileOutlet(tmp_path), "x.atom", b"1")
    publish_file(FileOutlet(tmp_path, gzip=False), "x.atom", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["x.atom"]


def test_a_moved_file_is_newer_than_those_that_redirect_to_it(tmp_path: Path) -> None:
    """A file that replaces another (`heir_of`) gets a later whole second as its time, so that
    clients that kept the time of the old one fetch it."""
    outlet = FileOutlet(tmp_path, gzip=False)
    publish_file(outlet, "old.atom", b"1")
    publish_file(outlet, "old.atom", b"2")
    publish_file(outlet, "new.atom", b"2", heir_of=["old.atom", "never.atom"])  # one is missing
    old_second = (tmp_path / "old.atom").stat().st_mtime_ns // 1_000_000_000
    new_second = (tmp_path / "new.atom").stat().st_mtime_ns // 1_000_000_000

    assert new_second > old_second


def test_delete(tmp_path: Path) -> None:
    """Deleting a file (`unpublish_file`) also deletes its .gz, and returns whether it existed.
    Other files stay."""
    outlet = FileOutlet(tmp_path)
    publish_file(outlet, "a.atom", b"1")
    publish_file(outlet, "queries/b.atom", b"1")

    assert unpublish_file(outlet, "a.atom")
    assert not unpublish_file(outlet, "a.atom")
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["b.atom", "b.atom.gz"]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "", "a//b", "a\\b", "a\0b", "."])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """A name that is no plain path below the folder is refused, and nothing is written."""
    with pytest.raises(UsageError):
        publish_file(FileOutlet(tmp_path / "public"), name, b"x")
    assert list(tmp_path.rglob("*")) == []


def test_a_failed_write_leaves_the_old_files_and_no_temporary_ones(tmp_path: Path) -> None:
    """The disk has room for three files: the fourth write and the commit fail. The old file
    stays, and no temporary one is left."""
    publish_file(FileOutlet(tmp_path), "x.atom", b"old")
    outlet = FileOutlet(tmp_path, disk=FullDisk(room=3))
    outlet.put("x.atom", b"new")

    with pytest.raises(OSError, match="No space"):
        outlet.put("y.atom", b"new")
    with pytest.raises(OSError, match="No space"):
        outlet.commit()
    assert list_files(tmp_path) == {"x.atom", "x.atom.gz"}
    assert outlet.get("x.atom") == b"old"


def test_a_file_that_has_no_room_for_its_gz_is_not_replaced_either(tmp_path: Path) -> None:
    """If the disk has room for the feed but not for its .gz, neither is written, so that they
    always match."""
    outlet = FileOutlet(tmp_path, disk=FullDisk(room=1))

    with pytest.raises(OSError, match="No space"):
        outlet.put("x.atom", b"new")

    outlet.commit()

    assert list_files(tmp_path) == set()


def test_readers_see_nothing_before_the_commit_and_the_builder_all(tmp_path: Path) -> None:
    """The builder (`outlet`) sees its staged changes at once; readers (`reader`) see them only
    after the commit."""
    outlet = FileOutlet(tmp_path)
    reader = FileOutlet(tmp_path)
    publish_file(outlet, "tags/old.atom", b"old")
    publish_file(outlet, "tags/ended.atom", b"ended")

    assert outlet.put("tags/old.atom", b"new")
    assert not outlet.put("tags/old.atom", b"new")

    outlet.put("tags/first.atom", b"first")
    outlet.put("tags/deep/one.atom", b"one")

    assert outlet.delete("tags/ended.atom")
    assert not outlet.delete("tags/ended.atom")

    # readers see the published files, and only the folder of the new ones
    assert reader.names("tags/") == {"tags/old.atom", "tags/ended.atom", "tags/deep"}
    assert reader.get("tags/old.atom") == b"old"
    assert reader.get("tags/first.atom") is None

    # the builder sees its changes
    assert outlet.names("tags/") == {"tags/old.atom", "tags/first.atom", "tags/deep"}
    assert outlet.get("tags/old.atom") == b"new"
    assert outlet.get("tags/ended.atom") is None
    assert outlet.written("tags/ended.atom") is None

    before = reader.written("tags/old.atom")

    assert before is not None
    assert (outlet.written("tags/old.atom") or before) > before

    outlet.commit()

    assert reader.names("tags/") == {"tags/old.atom", "tags/first.atom", "tags/deep"}
    assert reader.get("tags/old.atom") == b"new"


def test_discarded_changes_leave_no_files(tmp_path: Path) -> None:
    """Discarded changes are not visible, and a later commit writes nothing."""
    outlet = FileOutlet(tmp_path)
    publish_file(outlet, "x.atom", b"old")
    before = list_files(tmp_path)
    outlet.put("x.atom", b"new")
    outlet.put("y.atom", b"new")
    outlet.delete("x.atom")
    outlet.discard()

    assert outlet.get("x.atom") == b"old"
    assert outlet.get("y.atom") is None

    outlet.commit()

    assert list_files(tmp_path) == before


def test_the_last_of_several_changes_of_a_file_counts(tmp_path: Path) -> None:
    """If a file is put or deleted repeatedly before `commit`, only its last change is applied;
    `put` is false if the published bytes stay the same."""
    outlet = FileOutlet(tmp_path)
    for name in ("a.atom", "b.atom", "c.atom"):
        publish_file(outlet, name, b"old")

    # a is changed twice
    outlet.put("a.atom", b"new")
    outlet.put("a.atom", b"newer")
    # b is changed, then deleted
    outlet.put("b.atom", b"new")
    outlet.delete("b.atom")
    # c is deleted, then put as it is published
    outlet.delete("c.atom")
    assert not outlet.put("c.atom", b"old")

    outlet.commit()

    assert list_files(tmp_path) == {"a.atom", "a.atom.gz", "c.atom", "c.atom.gz"}
    assert outlet.get("a.atom") == b"newer"
    assert outlet.get("c.atom") == b"old"
    assert gzip.decompress((tmp_path / "a.atom.gz").read_bytes()) == b"newer"


def test_an_heir_is_later_than_bytes_that_are_staged(tmp_path: Path) -> None:
    """A file written with `heir_of` gets a modification time a second after the old file, also if
    that is written in the same commit."""
    outlet = FileOutlet(tmp_path, gzip=False)
    outlet.put("old.atom", b"1")
    outlet.put("new.atom", b"2", heir_of=["old.atom"])
    outlet.commit()
    old, new = ((tmp_path / name).stat().st_mtime_ns for name in ("old.atom", "new.atom"))

    assert new - old >= 1_000_000_000


def test_a_folder_in_place_of_a_file_refuses_that_file_alone(tmp_path: Path) -> None:
    """A folder in place of a file is reported; all other files are written. A second commit has
    nothing left to write."""
    outlet = FileOutlet(tmp_path)
    (tmp_path / "b.atom").mkdir()
    for name in ("a.atom", "b.atom", "c.atom"):
        outlet.put(name, b"new")

    with pytest.raises(RefusedFiles, match=r"b\.atom") as refused:
        outlet.commit()
    assert [*refused.value.errors] == ["b.atom"]
    assert list_files(tmp_path) == {"a.atom", "a.atom.gz", "b.atom", "c.atom", "c.atom.gz"}

    outlet.commit()


def test_a_batch_is_synced_replaced_synced_and_only_then_others_are_deleted(
    tmp_path: Path,
) -> None:
    """A commit syncs new files, renames them, syncs their folders, and only then deletes files, so
    that a crash loses nothing. Without changes it only syncs."""
    publish_file(FileOutlet(tmp_path), "tags/old.atom", b"1")
    disk = RecordingDisk(tmp_path)
    outlet = FileOutlet(tmp_path, disk=disk)
    for name in ("x.atom", "categories/ai.html"):
        outlet.put(name, b"1")
    outlet.delete("tags/old.atom")
    disk.steps.clear()
    outlet.commit()

    # temporary files begin with a dot; "." alone is the folder of all
    assert disk.steps == [
        "sync .x.atom .x.atom.gz categories/.ai.html",
        "replace x.atom",
        "replace x.atom.gz",
        "replace categories/ai.html",
        "sync . categories",
        "unlink tags/old.atom",
        "sync . tags",
    ]

    # the same file again
    disk.steps.clear()
    outlet.put("x.atom", b"1")
    outlet.commit()

    assert {*disk.steps} == {"sync "}  # of no file


@pytest.mark.parametrize("count", [1, 500])
def test_few_files_are_synced_one_by_one_and_many_with_their_file_system(
    tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file is synced by its own fsync; 500 files by one sync of their file system, which is
    faster, and no fsync."""
    fsync = os.fsync
    names_of_synced_files = list[str]()

    def record_fsync(descriptor: int) -> None:
        names_of_synced_files.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record_fsync)
    paths = [tmp_path / str(number) for number in range(count)]
    for path in paths:
        path.touch()
    Disk().sync(paths)

    assert names_of_synced_files == (["0"] if count == 1 else [])


@pytest.mark.parametrize("left_by_crash", [b"", b"torn", None])
def test_files_lost_by_a_crash_before_the_sync_are_written_again(
    tmp_path: Path, left_by_crash: bytes | None
) -> None:
    """Files that a crash left empty, torn or missing (None) are written again, also if their
    content has not changed. Here `x.atom.gz` and an archive are damaged; x.atom itself is not, so
    that `publish_file` is False for it."""
    outlet = FileOutlet(tmp_path)
    publish_file(outlet, "x.atom", b"<feed/>")
    publish_file(outlet, "archive/all/2026-11.atom", b"<feed/>")
    for path in (tmp_path / "x.atom.gz", tmp_path / "archive/all/2026-11.atom"):
        path.unlink() if left_by_crash is None else path.write_bytes(left_by_crash)

    assert not publish_file(outlet, "x.atom", b"<feed/>")
    assert publish_file(outlet, "archive/all/2026-11.atom", b"<feed/>")
    assert gzip.decompress((tmp_path / "x.atom.gz").read_bytes()) == b"<feed/>"


def test_a_build_that_lost_its_lock_writes_and_deletes_nothing(tmp_path: Path) -> None:
    """A build that no longer has its lock (`held` raises) writes and deletes no file, since another
    build may be running."""

    class LostLockError(Exception):
        """The lock is not held any more."""

    def check_lock() -> None:
        raise LostLockError

    publish_file(FileOutlet(tmp_path), "x.atom", b"old")
    outlet = FileOutlet(tmp_path, held=check_lock)

    with pytest.raises(LostLockError):
        publish_file(outlet, "x.atom", b"new")
    with pytest.raises(LostLockError):
        unpublish_file(outlet, "x.atom")

    assert {path.name for path in tmp_path.iterdir()} == {"x.atom", "x.atom.gz"}
    assert outlet.get("x.atom") == b"old"
