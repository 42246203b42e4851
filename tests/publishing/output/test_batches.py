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
from tests.places import NOW, Place, store_articles


class Counting(Disk):
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


def make_grown_instance(place: Place) -> None:
    """An instance that has published, and has something new to publish."""
    with place.open_app(create=True) as app:
        for number in range(3):
            store_articles(app, f"Story {number}", "Of it.", tags=("LLM",), category="AI")
    place.build()
    with place.open_app() as app:
        store_articles(app, "New", "Of it.", tags=("LLM",), added=NOW + timedelta(hours=1))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path).fill_once(make_grown_instance)


def use_disk(monkeypatch: pytest.MonkeyPatch, disk: Disk) -> None:
    monkeypatch.setattr(
        places, "FileOutlet", lambda root, gzip, held: FileOutlet(root, gzip, held, disk)
    )


def test_a_small_build_syncs_twice(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    use_disk(monkeypatch, disk := Counting())
    written = place.build().written

    assert disk.replaced > len(written) > 10
    assert disk.syncs == 2


@pytest.mark.parametrize("others", [[], ["tags/llm.rss"]])
def test_a_head_that_cannot_be_replaced_holds_its_feed_alone(
    place: Place, others: list[str]
) -> None:
    """A feed file that cannot be written holds only its feed, until it can."""
    name = "tags/llm.atom"
    for each in (name, *others):
        path = place.folder / "feeds/public" / each
        path.unlink()
        path.mkdir()
    report = place.build()
    (held,) = report.held

    assert held.what == "tags/llm"
    assert name in held.detail
    assert name not in report.written
    assert "New" in place.read_published("all.atom")
    assert "New" in place.read_published("sources/one.atom")
    assert place.build().held  # its mark stays

    for each in (name, *others):
        (place.folder / "feeds/public" / each).rmdir()

    assert name in place.build().written
    assert "New" in place.read_published(name)
    assert place.build().written == ()


def test_a_page_of_all_feeds_that_cannot_be_replaced_ends_the_build(place: Place) -> None:
    """If index.html cannot be written, the build raises."""
    path = place.folder / "feeds/public/index.html"
    path.unlink()
    path.mkdir()

    with pytest.raises(IsADirectoryError, match=r"index\.html"):
        place.build()

    path.rmdir()

    assert "index.html" in place.build().written


@pytest.mark.parametrize("room", [0, 1, 7, 20])
def test_a_full_disk_ends_the_build_and_changes_no_file(
    place: Place, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    before = place.read_digests("public")
    with monkeypatch.context() as patch:
        use_disk(patch, Counting(room))
        with pytest.raises(OSError, match="No space") as failed:
            place.build()

    assert failed.value.errno in OURS
    assert place.read_digests("public") == before
    assert "tags/llm.atom" in place.build().written


def test_published_files_are_for_everybody(place: Place) -> None:
    place.build()
    mode = (place.folder / "feeds/public/all.atom").stat().st_mode
    assert stat.S_IMODE(mode) & 0o444 == 0o444
