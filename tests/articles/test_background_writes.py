"""Article files of visits are synced to disk by threads, so that no visit waits for the disk."""

import errno
import os
import threading
from pathlib import Path

import pytest

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.stores.background_writes import BackgroundWrites
from syndicator.core.model import make_article_id
from syndicator.core.ports import ArticleRecord
from syndicator.store.engine import open_store
from tests.articles.samples import make_full_article

_LONGEST = 10.0  # seconds for which a sync waits in a test that fails


class SlowDisk:
    """Syncs wait until the disk is released. `events`: what happened, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[str] = []
        self.released = threading.Event()
        monkeypatch.setattr(os, "fsync", self._sync)

    def _sync(self, descriptor: int) -> None:
        self.released.wait(_LONGEST)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        self.events.append(f"synced {path.name}")


def test_a_file_is_put_while_the_disk_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within `batch_writes`, `put` returns before the file is synced; `settle` waits until file and
    folder ("11") are, and only then the file has its name."""
    article_store = FileArticleStore(tmp_path)
    article_store.put(make_full_article(id="a" * 26))  # makes the folder
    disk = SlowDisk(monkeypatch)  # no sync ends until it is released

    with article_store.batch_writes() as settle:
        _, stamp, _ = article_store.put(make_full_article(id="b" * 26))
        disk.events.append("put")

        assert not (tmp_path / stamp.path).exists()

        disk.released.set()
        settle()
        disk.events.append("settled")

        assert (tmp_path / stamp.path).exists()

    name = Path(stamp.path).name
    assert disk.events == ["put", f"synced .tmp-{os.getpid()}-{name}.part", "synced 11", "settled"]


def test_a_file_that_was_put_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within `batch_writes`, reading, finding, changing or listing an article waits for its pending
    write, so that it is seen."""
    article_store = FileArticleStore(tmp_path)
    article_store.put(make_full_article(id="a" * 26))
    disk = SlowDisk(monkeypatch)  # no sync ends until it is released

    with article_store.batch_writes():
        stored, stamp, _ = article_store.put(make_full_article(id="b" * 26))
        threading.Timer(0.05, disk.released.set).start()

        # still being written: this waits
        assert article_store.get(stamp.path) == stored

        revised, _, changed = article_store.put(
            make_full_article(id="b" * 26, title="Another"), stamp.path
        )

        assert changed
        assert article_store.find(stored.id) == stamp.path
        assert article_store.get(stamp.path) == revised

        article_store.put(make_full_article(id="c" * 26))

        assert len(list(article_store.walk())) == 3
        assert not list(tmp_path.rglob(".tmp-*"))


def test_no_row_stays_whose_file_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If syncing an article file fails, its database row is rolled back and no temporary file is
    left."""
    article_store = FileArticleStore(tmp_path / "articles")
    store = open_store(f"sqlite:///{tmp_path}/syndicator.db", articles_exist=False)
    article_store.put(make_full_article(id="a" * 26))
    working_fsync = os.fsync

    def fail_once(_descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", working_fsync)
        raise OSError(errno.EIO, "the disk is broken")

    with (
        pytest.raises(OSError, match="the disk is broken"),
        article_store.batch_writes() as settle,
        store.visits.shared(settle),
    ):
        monkeypatch.setattr(os, "fsync", fail_once)
        stored, stamp, _ = article_store.put(make_full_article(id="b" * 26))
        store.visits.record(ArticleRecord(article=stored, stamp=stamp))
        # waits for the write, so it raises; that ends the transaction with the row
        article_store.get(stamp.path)

    assert store.visits.stamp("b" * 26) is None
    assert not list(tmp_path.rglob(".tmp-*"))
    store.close()


def test_files_of_one_name_are_written_one_after_the_other(tmp_path: Path) -> None:
    """Twenty background writes to one path are done in order: the last content stays."""
    with BackgroundWrites() as writes:
        for number in range(20):
            writes.write(tmp_path / "a.md", f"{number}".encode())
        writes.finish()

    assert (tmp_path / "a.md").read_text() == "19"
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_a_block_within_another_shares_its_writes(tmp_path: Path) -> None:
    """A `batch_writes` block inside another has written its files at its end, and the outer block
    goes on."""
    article_store = FileArticleStore(tmp_path)

    with article_store.batch_writes():
        with article_store.batch_writes():
            _, inner, _ = article_store.put(make_full_article(id="a" * 26))

        assert (tmp_path / inner.path).is_file()

        stored, stamp, _ = article_store.put(make_full_article(id="b" * 26))

        assert article_store.get(stamp.path) == stored


def test_a_file_has_its_name_when_the_block_ends(tmp_path: Path) -> None:
    """At the end of the `batch_writes` block all files are written under their names, without a
    call of `settle`."""
    article = make_full_article(id=make_article_id("https://example.org/last"))
    article_store = FileArticleStore(tmp_path)

    with article_store.batch_writes():
        _, stamp, _ = article_store.put(article)

    assert (tmp_path / stamp.path).is_file()
