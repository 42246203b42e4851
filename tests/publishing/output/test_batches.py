"""A build writes files in batches: a fault of one file leaves all others intact."""

from __future__ import annotations

import errno
import stat
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app import places
from syndicator.core.errors import OURS
from syndicator.publishing.output.disk import Disk
from syndicator.publishing.output.outlets import FileOutlet
from tests.instances import NOW, Instance, store_articles


class CountingDisk(Disk):
    """A disk with room for a number of files that counts what it writes."""

    def __init__(self, room: int = 10**6) -> None:
        self.room = room
        self.syncs = 0
        self.replaced = 0

    def write(self, path: Path, data: bytes, *, earliest: int) -> int:
        self.room -= 1
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return super().write(path, data, earliest=earliest)

    def sync(self, paths: Collection[Path]) -> None:
        self.syncs += bool(paths)
        super().sync(paths)

    def replace(self, temporary: Path, path: Path) -> None:
        super().replace(temporary, path)
        self.replaced += 1


def make_grown_instance(instance: Instance) -> None:
    """An instance that has published, and has something new to publish."""
    with instance.open_app(create=True) as app:
        for number in range(3):
            store_articles(app, f"Story {number}", "Of it.", tags=("LLM",), category="AI")
    instance.build()
    with instance.open_app() as app:
        store_articles(app, "New", "Of it.", tags=("LLM",), added=NOW + timedelta(hours=1))


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path).fill_once(make_grown_instance)


def use_disk(monkeypatch: pytest.MonkeyPatch, disk: Disk) -> None:
    monkeypatch.setattr(
        places, "FileOutlet", lambda root, gzip, held: FileOutlet(root, gzip, held, disk)
    )


def test_a_small_build_syncs_twice(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of few files calls fsync for whole batches, twice in all, not once per file, since a
    sync is slow. `disk` counts its calls, and the files that are replaced."""
    disk = CountingDisk()
    use_disk(monkeypatch, disk)
    written = instance.build().written

    assert disk.replaced > len(written) > 10  # .gz files too, which `written` does not name
    assert disk.syncs == 2


@pytest.mark.parametrize("also_blocked", [[], ["tags/llm.rss"]])
def test_a_head_that_cannot_be_replaced_holds_its_feed_alone(
    instance: Instance, also_blocked: list[str]
) -> None:
    """If a feed file cannot be written (a folder has its name), its feed is held and all others are
    published; once it can, the next build writes it. `instance` has an article "New" to publish."""
    name = "tags/llm.atom"
    for file_name in (name, *also_blocked):
        path = instance.folder / "feeds/public" / file_name
        path.unlink()
        path.mkdir()
    report = instance.build()
    (held,) = report.held

    assert held.what == "tags/llm"
    assert name in held.detail
    assert name not in report.written
    assert "New" in instance.read_published("all.atom")
    assert "New" in instance.read_published("sources/one.atom")
    assert instance.build().held  # the feed is still to be built

    # remove the folders
    for file_name in (name, *also_blocked):
        (instance.folder / "feeds/public" / file_name).rmdir()

    assert name in instance.build().written
    assert "New" in instance.read_published(name)
    assert instance.build().written == ()


def test_a_page_of_all_feeds_that_cannot_be_replaced_ends_the_build(instance: Instance) -> None:
    """If index.html, which belongs to no single feed, cannot be written, the build fails; the next
    one writes it."""
    path = instance.folder / "feeds/public/index.html"
    path.unlink()
    path.mkdir()

    with pytest.raises(IsADirectoryError, match=r"index\.html"):
        instance.build()

    path.rmdir()

    assert "index.html" in instance.build().written


@pytest.mark.parametrize("room", [0, 1, 7, 20])
def test_a_full_disk_ends_the_build_and_changes_no_file(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """If the disk is full after `room` files, the build fails and published files stay as they
    were; the next build publishes the news."""
    before = instance.read_digests("public")
    with monkeypatch.context() as patch:
        use_disk(patch, CountingDisk(room))
        with pytest.raises(OSError, match="No space") as failed:
            instance.build()

    assert failed.value.errno in OURS
    assert instance.read_digests("public") == before
    assert "tags/llm.atom" in instance.build().written


def test_published_files_are_for_everybody(instance: Instance) -> None:
    """Published files are readable by all users (mode r--r--r--), since another program may serve
    them."""
    instance.build()
    mode = (instance.folder / "feeds/public/all.atom").stat().st_mode
    assert stat.S_IMODE(mode) & 0o444 == 0o444
