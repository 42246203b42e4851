"""The shelf: one file an article, whatever it is called and whoever else writes."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.articles import disk, document
from syndicator.articles.shelf import Shelf
from syndicator.articles.stamps import Stamps
from syndicator.errors import ConfigError
from syndicator.model import Article, article_id
from syndicator.ports import FileStamp
from tests.articles.samples import NOW, TRAPS, URL, full


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "feeds" / "articles")


def content(shelf: Shelf) -> dict[str, bytes]:
    return {
        str(path.relative_to(shelf.root)): path.read_bytes() for path in sorted(shelf.root.rglob("*")) if path.is_file()
    }


def stamps(shelf: Shelf) -> dict[str, FileStamp]:
    return {shelf.get(stamp.path).id: stamp for stamp in shelf.walk()}


def edit(shelf: Shelf, path: str, old: str, new: str) -> None:
    file = shelf.root / path
    assert old in file.read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_an_article_is_filed_by_its_day_title_and_id(shelf: Shelf) -> None:
    stored, stamp, changed = shelf.put(full(title="Robots, again: a “new” era"))

    assert stamp.path == f"2026/11/robots-again-a-new-era-{full().id[:6]}.md"
    assert changed
    assert shelf.get(stamp.path) == stored
    assert shelf.stamp(stamp.path) == stamp
    assert list(shelf.walk()) == [stamp]
    assert shelf.find(full().id) == stamp.path
    assert (len(stored.digest), stored.body) == (48, full().body)


@pytest.mark.parametrize(
    ("published", "added", "folder"),
    [
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), NOW, "2025/12"),
        (datetime.fromisoformat("2026-01-01T00:30:00+02:00"), NOW, "2025/12"),
        (None, NOW, "2026/11"),
        (None, None, "0000/00"),
        (datetime(1, 1, 1, tzinfo=UTC), NOW, "0001/01"),
    ],
)
def test_the_folder_is_the_month_published_else_added(
    shelf: Shelf, published: datetime | None, added: datetime | None, folder: str
) -> None:
    _, stamp, _ = shelf.put(full(published=published, added=added))

    assert stamp.path.startswith(folder + "/")
    assert list(shelf.walk()) == [stamp]


def test_the_same_article_is_not_written_again(shelf: Shelf) -> None:
    stored, stamp, _ = shelf.put(full())
    before = (shelf.root / stamp.path).stat()

    again = shelf.put(full())

    after = (shelf.root / stamp.path).stat()
    assert again == (stored, stamp, False)
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_a_new_title_or_day_keeps_the_path_in_this_process_and_the_next(shelf: Shelf) -> None:
    _, stamp, _ = shelf.put(full())

    for opened in (shelf, Shelf(shelf.root)):
        renamed = full(title=f"New {id(opened)}", published=datetime(2020, 1, 1, tzinfo=UTC))
        _, later, changed = opened.put(renamed)
        assert (later.path, changed) == (stamp.path, True)
    assert len(list(shelf.walk())) == 1


def test_what_a_hand_wrote_stays_and_the_rest_is_renewed(shelf: Shelf) -> None:
    _, stamp, _ = shelf.put(full())
    edit(shelf, stamp.path, "title: A title", "title: By hand\nrating: 5 # mine")

    stored, _, _ = shelf.put(full(title="New", excerpt="New."))
    stored, _, _ = shelf.put(full(title="Newer", excerpt="Newer."))

    assert (stored.title, stored.excerpt) == ("By hand", "Newer.")
    assert document.extra((shelf.root / stamp.path).read_bytes()) == {"rating": 5}
    assert shelf.get(stamp.path) == stored


def test_edited_tags_are_the_operators_when_read(shelf: Shelf) -> None:
    _, stamp, _ = shelf.put(full())
    edit(shelf, stamp.path, "- AI\n", "- Robots\n")

    assert shelf.get(stamp.path).tags == ("Robots", "C++")
    assert shelf.get(stamp.path).tags_by == "operator"


def test_a_file_that_an_operator_renamed_or_moved_stays_the_articles_file(shelf: Shelf) -> None:
    _, stamp, _ = shelf.put(full())
    moved = shelf.root / "2020" / "01" / "my-name.md"
    moved.parent.mkdir(parents=True)
    (shelf.root / stamp.path).rename(moved)

    for opened in (shelf, Shelf(shelf.root)):
        assert opened.find(full().id) == "2020/01/my-name.md"
        assert opened.put(full(title=f"New {id(opened)}"))[1].path == "2020/01/my-name.md"
    assert shelf.put(full(title="Newest"), "2020/01/my-name.md")[1].path == "2020/01/my-name.md"
    assert shelf.put(full(title="Wrong hint"), "2020/01/other.md")[1].path == "2020/01/my-name.md"


def test_ids_that_start_alike_get_longer_names(shelf: Shelf) -> None:
    ends = ("aa" * 10, "aa" + "b" * 18, "a" * 6 + "c" * 14, "a" * 19 + "b", "a" * 19 + "c")
    ids = [f"abcdef{end}" for end in ends]

    paths = [shelf.put(full(id=id, title="Same"))[1].path for id in ids]

    assert paths == [
        "2026/11/same-abcdef.md",
        "2026/11/same-abcdefaa.md",
        "2026/11/same-abcdefaaaaaa.md",
        "2026/11/same-abcdefaaaaaaaaaaaaaaaaaaab.md",
        "2026/11/same-abcdefaaaaaaaaaaaaaaaaaaac.md",
    ]
    for opened in (shelf, Shelf(shelf.root)):
        assert [opened.find(id) for id in ids] == paths
    assert shelf.find("abcdefzzzzzzzzzzzzzzzzzzzz") is None


def test_no_title_leads_out_of_the_folder_or_to_an_odd_name(shelf: Shelf, shared: Path) -> None:
    lines = (shared / "vectors" / "paths" / "names.jsonl").read_text(encoding="utf-8").splitlines()
    names = [*TRAPS, *sorted({str(json.loads(line)["name"]) for line in lines})[::40]]

    paths = [shelf._new_path(full(title=name)) for name in names]

    for path in paths:
        assert re.fullmatch(r"2026/11/[a-z0-9][a-z0-9-]*-[a-z2-7]{6}\.md", path), path
        assert len(path.rpartition("/")[2].encode()) <= 120
    assert len(names) > 400


HOSTILE = ["CON", "nul", "../../etc/passwd", "a/b\\c", "x" * 400, "日本" * 200, "", "\0", "-", "."]


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_title_is_filed_and_found(shelf: Shelf, title: str) -> None:
    _, stamp, _ = shelf.put(full(title=title))

    assert content(shelf).keys() == {stamp.path}
    assert Shelf(shelf.root).find(full().id) == stamp.path
    assert stamp.path.rpartition("/")[2].split(".")[0] not in ("con", "nul")


@pytest.mark.parametrize("path", ["../x.md", "2026/../../x.md", "/etc/passwd", "", "2026//x.md", "."])
def test_paths_that_lead_out_are_refused(shelf: Shelf, path: str) -> None:
    for act in (shelf.get, shelf.delete, shelf.stamp):
        with pytest.raises(ConfigError, match="no path on the shelf"):
            act(path)


def test_new_edited_and_missing_files_are_told(shelf: Shelf) -> None:
    articles = [full(id=article_id(f"{URL}/{n}"), title=f"T{n}", url=f"{URL}/{n}") for n in range(4)]
    paths = [shelf.put(article)[1].path for article in articles]
    before = stamps(shelf)
    assert not shelf.changed(before)

    edit(shelf, paths[0], "T0", "T9")  # same size
    shelf.delete(paths[1])
    (shelf.root / paths[2]).rename(shelf.root / "2026" / "11" / "moved.md")
    _, added, _ = shelf.put(full(id=article_id("new"), title="New"))
    (shelf.root / "2026" / "11" / "notes.txt").write_text("not an article")
    (shelf.root / "README.md").write_text("not one either")

    light = Stamps((id, stamp.path, stamp.mtime_ns, stamp.size) for id, stamp in before.items())
    for known in (before, light):
        changes = shelf.changed(known)
        assert [stamp.path for stamp in changes.new] == sorted(["2026/11/moved.md", added.path])
        assert [stamp.path for stamp in changes.edited] == [paths[0]]
        assert changes.missing == tuple(sorted([articles[1].id, articles[2].id]))
        assert changes
    assert dict(light) == before


def test_deleting(shelf: Shelf) -> None:
    _, stamp, _ = shelf.put(full())

    assert shelf.delete(stamp.path)
    assert not shelf.delete(stamp.path)
    assert shelf.find(full().id) is None
    assert shelf.empty()
    with pytest.raises(FileNotFoundError):
        shelf.get(stamp.path)


def test_a_file_that_cannot_be_read_is_named_and_left_alone(shelf: Shelf) -> None:
    _, stamp, _ = shelf.put(full())
    edit(shelf, stamp.path, "title: A title", "title: a: b")
    broken = content(shelf)

    with pytest.raises(ConfigError, match=rf"{stamp.path}: line 2: .*put the value in quotes"):
        shelf.get(stamp.path)
    with pytest.raises(ConfigError, match=r"line 2"):
        shelf.put(full(title="New"))
    assert content(shelf) == broken


def test_the_instance_is_minted_once(shelf: Shelf) -> None:
    minted = shelf.instance()

    assert shelf.instance() == Shelf(shelf.root).instance() == minted
    shelf.put(full())
    assert shelf.instance() == minted
    assert Shelf(shelf.root.parent / "other").instance() != minted


def test_a_lost_instance_is_not_minted_again_over_articles(shelf: Shelf) -> None:
    minted = shelf.instance()
    shelf.put(full())
    (shelf.root / "instance.toml").unlink()

    with pytest.raises(ConfigError, match=r"instance.toml is missing although there are articles; restore it") as error:
        shelf.instance()
    assert not (shelf.root / "instance.toml").exists()

    line = str(error.value).rpartition(": ")[2]
    (shelf.root / "instance.toml").write_text(line)
    assert shelf.instance() not in (None, minted)


@pytest.mark.parametrize("data", ["", "id = 1", 'id = "x"', "id = ", "\ud800"])
def test_a_broken_instance_is_named(shelf: Shelf, data: str) -> None:
    shelf.root.mkdir(parents=True)
    (shelf.root / "instance.toml").write_bytes(data.encode("utf-8", "surrogatepass"))

    with pytest.raises(ConfigError, match=r'instance.toml: has to say id = "<uuid>"'):
        shelf.instance()


def test_litter_of_dead_writers_is_swept_and_that_of_living_ones_is_not(shelf: Shelf) -> None:
    _, stamp, _ = shelf.put(full())
    folder = (shelf.root / stamp.path).parent
    dead = [
        folder / ".tmp-999999999-a.md",
        shelf.root / ".tmp-999999999-instance.toml",
        folder / f".tmp-{os.getpid()}-b.md",
    ]
    alive = folder / f".tmp-{os.getppid()}-c.md"
    for path in (*dead, alive, folder / ".hidden"):
        path.write_bytes(b"half")

    assert list(shelf.walk()) == [stamp]
    assert shelf.sweep() == 3
    assert content(shelf).keys() == {stamp.path, *(str(p.relative_to(shelf.root)) for p in (alive, folder / ".hidden"))}
    dead[0].write_bytes(b"half")
    assert not shelf.changed(stamps(shelf))
    assert not dead[0].exists()


def test_a_failed_write_leaves_the_old_file_and_no_litter(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put(full())
    before = content(shelf)

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            broken = _refuse if name == "fsync" else lambda *_: _refuse()
            patch.setattr(os if name == "fsync" else Path, name, broken)
            with pytest.raises(OSError, match="No space left"):
                shelf.put(full(title="New"))
            with pytest.raises(OSError, match="No space left"):
                shelf.put(replace(full(), id=article_id("other")))
        assert content(shelf) == before


def _refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_write_is_durable_in_the_right_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        done.append("fsync " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real_fsync(descriptor)

    def move(path: Path, target: Path) -> Path:
        done.append(f"rename to {target.name}")
        return real_replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", move)

    disk.write(tmp_path / "2026" / "11" / "a.md", b"text")

    assert done == [
        f"fsync {tmp_path.name}",
        "fsync 2026",
        f"fsync .tmp-{os.getpid()}-a.md.part",
        "rename to a.md",
        "fsync 11",
    ]


def test_a_link_in_the_place_of_a_temporary_file_is_not_followed(shelf: Shelf, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    _, stamp, _ = shelf.put(full())
    file = shelf.root / stamp.path
    (file.parent / f".tmp-{os.getpid()}-{file.name}.part").symlink_to(target)

    with pytest.raises(OSError, match="symbolic links"):
        shelf.put(full(title="New"))
    assert target.read_bytes() == b"theirs"


def test_an_article_without_text_of_its_own_is_filed(shelf: Shelf) -> None:
    stored, stamp, _ = shelf.put(Article(id=article_id(URL), url=URL, title=""))

    assert stamp.path == f"0000/00/article-{article_id(URL)[:6]}.md"
    assert shelf.get(stamp.path) == stored
