"""The folder of articles: one file per article, with any title and several writers."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.articles import disk, frontmatter
from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.stores.paths import Stamps
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, make_article_id
from syndicator.core.ports import FileStamp
from tests.articles.samples import NOW, TRAPS, URL, make_full_article
from tests.samples import Samples


@pytest.fixture
def article_store(tmp_path: Path) -> FileArticleStore:
    return FileArticleStore(tmp_path / "feeds" / "articles")


def read_all_files(article_store: FileArticleStore) -> dict[str, bytes]:
    return {
        str(path.relative_to(article_store.root)): path.read_bytes()
        for path in sorted(article_store.root.rglob("*"))
        if path.is_file()
    }


def list_stamps(article_store: FileArticleStore) -> dict[str, FileStamp]:
    return {article_store.get(stamp.path).id: stamp for stamp in article_store.walk()}


def edit_file(article_store: FileArticleStore, path: str, old: str, new: str) -> None:
    file = article_store.root / path
    assert old in file.read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_an_article_is_filed_by_its_day_title_and_id(article_store: FileArticleStore) -> None:
    """The path of an article is its year, month, slug of the title and first six characters of the
    id. It is found by id and path, and keeps its body."""
    article = make_full_article(title="Robots, again: a “new” era")

    stored, stamp, changed = article_store.put(article)

    assert stamp.path == f"2026/11/robots-again-a-new-era-{article.id[:6]}.md"
    assert changed
    assert article_store.get(stamp.path) == stored
    assert article_store.stamp(stamp.path) == stamp
    assert list(article_store.walk()) == [stamp]
    assert article_store.find(article.id) == stamp.path
    assert len(stored.digest) == 48
    assert stored.body == article.body


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
    article_store: FileArticleStore, published: datetime | None, added: datetime | None, folder: str
) -> None:
    """The folder of an article is the month of publication in UTC, else the month it was added
    (NOW, 2026-11), else 0000/00."""
    _, stamp, _ = article_store.put(make_full_article(published=published, added=added))

    assert stamp.path.startswith(folder + "/")
    assert list(article_store.walk()) == [stamp]


def test_the_same_article_is_not_written_again(article_store: FileArticleStore) -> None:
    """Storing an unchanged article does not write its file: time and inode stay."""
    stored, stamp, _ = article_store.put(make_full_article())
    before = (article_store.root / stamp.path).stat()

    again = article_store.put(make_full_article())

    after = (article_store.root / stamp.path).stat()
    assert again == (stored, stamp, False)
    assert before.st_mtime_ns == after.st_mtime_ns
    assert before.st_ino == after.st_ino


def test_a_new_title_or_day_keeps_the_path_in_this_process_and_the_next(
    article_store: FileArticleStore,
) -> None:
    """An article keeps its path if its title or date changes, in this process and in the next,
    which must find the file first."""
    _, stamp, _ = article_store.put(make_full_article())
    next_process = FileArticleStore(article_store.root)

    for opened, title in ((article_store, "New"), (next_process, "Newer")):
        changed_article = make_full_article(title=title, published=datetime(2020, 1, 1, tzinfo=UTC))
        _, later, changed = opened.put(changed_article)
        assert later.path == stamp.path
        assert changed is True

    # no second file
    assert len(list(article_store.walk())) == 1


def test_what_a_hand_wrote_stays_and_the_rest_is_renewed(article_store: FileArticleStore) -> None:
    """Later writes keep a title and a key that the operator edited, and update all other fields."""
    _, stamp, _ = article_store.put(make_full_article())
    edit_file(article_store, stamp.path, "title: A title", "title: By hand\nrating: 5 # mine")

    article_store.put(make_full_article(title="New", excerpt="New."))
    stored, _, _ = article_store.put(make_full_article(title="Newer", excerpt="Newer."))

    assert stored.title == "By hand"
    assert stored.excerpt == "Newer."
    assert frontmatter.extra((article_store.root / stamp.path).read_bytes()) == {"rating": 5}
    assert article_store.get(stamp.path) == stored


def test_edited_tags_are_the_operators_when_read(article_store: FileArticleStore) -> None:
    """If the tags in an article file were edited by hand, the article says that the operator wrote
    them."""
    # its tags are AI and C++
    _, stamp, _ = article_store.put(make_full_article())
    edit_file(article_store, stamp.path, "- AI\n", "- Robots\n")

    assert article_store.get(stamp.path).tags == ("Robots", "C++")
    assert article_store.get(stamp.path).tags_by == "operator"


def test_a_file_that_an_operator_renamed_or_moved_stays_the_articles_file(
    article_store: FileArticleStore,
) -> None:
    """If the operator moves an article file, it is found by its id and written there, in this
    process and the next, whatever path the caller expects."""
    _, stamp, _ = article_store.put(make_full_article())
    moved = article_store.root / "2020" / "01" / "my-name.md"
    moved.parent.mkdir(parents=True)
    (article_store.root / stamp.path).rename(moved)
    next_process = FileArticleStore(article_store.root)

    def put_article(store: FileArticleStore, title: str, expected_path: str | None = None) -> str:
        """Return the path of the file that was written."""
        return store.put(make_full_article(title=title), expected_path)[1].path

    assert article_store.find(make_full_article().id) == "2020/01/my-name.md"
    assert put_article(article_store, "New") == "2020/01/my-name.md"
    assert next_process.find(make_full_article().id) == "2020/01/my-name.md"
    assert put_article(next_process, "Newer") == "2020/01/my-name.md"

    right = "2020/01/my-name.md"
    assert put_article(article_store, "Newest", expected_path=right) == "2020/01/my-name.md"

    wrong = "2020/01/other.md"
    assert put_article(article_store, "Last", expected_path=wrong) == "2020/01/my-name.md"


def test_ids_that_start_alike_get_longer_names(article_store: FileArticleStore) -> None:
    """Articles with the same title whose ids begin alike get more characters of the id in their
    names, until they differ: 6, then 8, 12 and all 26. Each is found by its id."""
    ids = [
        "abcdefaaaaaaaaaaaaaaaaaaaa",
        "abcdefaabbbbbbbbbbbbbbbbbb",
        "abcdefaaaaaacccccccccccccc",
        "abcdefaaaaaaaaaaaaaaaaaaab",
        "abcdefaaaaaaaaaaaaaaaaaaac",
    ]

    paths = [
        article_store.put(make_full_article(id=article_id, title="Same"))[1].path
        for article_id in ids
    ]

    assert paths == [
        "2026/11/same-abcdef.md",
        "2026/11/same-abcdefaa.md",
        "2026/11/same-abcdefaaaaaa.md",
        "2026/11/same-abcdefaaaaaaaaaaaaaaaaaaab.md",
        "2026/11/same-abcdefaaaaaaaaaaaaaaaaaaac.md",
    ]
    next_process = FileArticleStore(article_store.root)
    for opened in (article_store, next_process):
        assert [opened.find(article_id) for article_id in ids] == paths
    assert article_store.find("abcdefzzzzzzzzzzzzzzzzzzzz") is None


def test_no_title_leads_out_of_the_folder_or_to_an_odd_name(
    article_store: FileArticleStore, samples: Samples
) -> None:
    """Any title, also a path or an odd character, gives a plain file name of at most 120 bytes in
    the folder of its month."""
    names = [*TRAPS, *sorted({row["name"] for row in samples.rows("paths", every=40)})]

    paths = [article_store._choose_new_path(make_full_article(title=name)) for name in names]

    for path in paths:
        assert re.fullmatch(r"2026/11/[a-z0-9][a-z0-9-]*-[a-z2-7]{6}\.md", path), path
        assert len(path.rpartition("/")[2].encode()) <= 120


HOSTILE = ["CON", "nul", "../../etc/passwd", "a/b\\c", "x" * 400, "日本" * 200, "", "\0", "-", "."]


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_title_is_filed_and_found(article_store: FileArticleStore, title: str) -> None:
    """An article with a hostile title is stored and found by id, and its name is not reserved on
    Windows (con, nul)."""
    _, stamp, _ = article_store.put(make_full_article(title=title))

    assert read_all_files(article_store).keys() == {stamp.path}
    assert FileArticleStore(article_store.root).find(make_full_article().id) == stamp.path
    assert stamp.path.rpartition("/")[2].split(".")[0] not in ("con", "nul")


@pytest.mark.parametrize(
    "path", ["../x.md", "2026/../../x.md", "/etc/passwd", "", "2026//x.md", "."]
)
def test_paths_that_lead_out_are_refused(article_store: FileArticleStore, path: str) -> None:
    """Paths that are absolute, empty or not in normal form, or that leave the article folder, are
    refused."""
    for act in (article_store.get, article_store.delete, article_store.stamp):
        with pytest.raises(ConfigError, match="no path in the article store"):
            act(path)


def test_new_edited_and_missing_files_are_found(article_store: FileArticleStore) -> None:
    """Compared with earlier stamps, files are new, edited or missing; a moved file is both missing
    and new, and files that are no articles do not count. The light form of the stamps gives the
    same."""

    def put_article(name: str) -> tuple[Article, str]:
        """Return the article and the path of its file."""
        url = f"{URL}/{name}"
        article = make_full_article(id=make_article_id(url), title=name, url=url)
        return article, article_store.put(article)[1].path

    _, edited_path = put_article("edit")
    deleted, deleted_path = put_article("deleted")
    moved, moved_path = put_article("moved")
    put_article("left alone")
    before = list_stamps(article_store)
    assert not article_store.find_changes(before)

    edit_file(article_store, edited_path, "title: edit", "title: tide")  # same size
    article_store.delete(deleted_path)
    (article_store.root / moved_path).rename(article_store.root / "2026" / "11" / "moved.md")
    _, new_path = put_article("new")
    (article_store.root / "2026" / "11" / "notes.txt").write_text("not an article")
    (article_store.root / "README.md").write_text("not one either")

    light = Stamps(
        (article_id, stamp.path, stamp.mtime_ns, stamp.size) for article_id, stamp in before.items()
    )
    for known in (before, light):
        changes = article_store.find_changes(known)
        assert {stamp.path for stamp in changes.new} == {"2026/11/moved.md", new_path}
        assert [stamp.path for stamp in changes.new] == sorted(stamp.path for stamp in changes.new)
        assert [stamp.path for stamp in changes.edited] == [edited_path]
        assert changes.missing == tuple(sorted([deleted.id, moved.id]))
        assert changes
    assert dict(light) == before


def test_deleting(article_store: FileArticleStore) -> None:
    """A deleted article is not found or read any more; deleting it again returns False."""
    _, stamp, _ = article_store.put(make_full_article())

    assert article_store.delete(stamp.path)
    assert not article_store.delete(stamp.path)
    assert article_store.find(make_full_article().id) is None
    assert not article_store.has_our_articles()
    with pytest.raises(FileNotFoundError):
        article_store.get(stamp.path)


def test_a_file_that_cannot_be_read_is_named_and_left_alone(
    article_store: FileArticleStore,
) -> None:
    """A file with invalid YAML (`title: a: b`) raises with its line, on reading and on writing, and
    is never overwritten."""
    _, stamp, _ = article_store.put(make_full_article())
    edit_file(article_store, stamp.path, "title: A title", "title: a: b")
    broken = read_all_files(article_store)

    with pytest.raises(ConfigError, match=rf"{stamp.path}: line 2: .*put the value in quotes"):
        article_store.get(stamp.path)
    with pytest.raises(ConfigError, match=r"line 2"):
        article_store.put(make_full_article(title="New"))
    assert read_all_files(article_store) == broken


def test_the_instance_is_minted_once(article_store: FileArticleStore) -> None:
    """The id of an instance is generated once and stays, also in the next process and with
    articles; another folder gets another id."""
    minted = article_store.instance()

    assert article_store.instance() == minted
    assert FileArticleStore(article_store.root).instance() == minted

    article_store.put(make_full_article())

    assert article_store.instance() == minted
    assert FileArticleStore(article_store.root.parent / "other").instance() != minted


def test_a_lost_instance_is_not_minted_again_over_articles(article_store: FileArticleStore) -> None:
    """If instance.toml is lost but articles exist, no new id is generated, as all entry ids would
    change; the error offers a line to write by hand."""
    minted = article_store.instance()
    article_store.put(make_full_article())
    (article_store.root / "instance.toml").unlink()

    with pytest.raises(
        ConfigError, match=r"instance.toml is missing although there are articles; restore it"
    ) as error:
        article_store.instance()
    assert not (article_store.root / "instance.toml").exists()

    line = str(error.value).rpartition(": ")[2]
    (article_store.root / "instance.toml").write_text(line)
    assert article_store.instance() not in (None, minted)


@pytest.mark.parametrize("data", ["", "id = 1", 'id = "x"', "id = ", "\ud800"])
def test_a_broken_instance_is_named(article_store: FileArticleStore, data: str) -> None:
    """An instance.toml without a valid UUID is an error that shows the line it must contain."""
    article_store.root.mkdir(parents=True)
    (article_store.root / "instance.toml").write_bytes(data.encode("utf-8", "surrogatepass"))

    with pytest.raises(ConfigError, match=r'instance.toml: has to say id = "<uuid>"'):
        article_store.instance()


def test_litter_of_dead_writers_is_swept_and_that_of_living_ones_is_not(
    article_store: FileArticleStore,
) -> None:
    """Temporary files of ended processes, and older ones of this process, are deleted by `sweep`
    and by `find_changes`; those of running processes and other hidden files stay. The name of such
    a file has the number of its process."""
    _, stamp, _ = article_store.put(make_full_article())
    folder = (article_store.root / stamp.path).parent
    # no process has the number 999999999
    dead = [
        folder / ".tmp-999999999-a.md",
        article_store.root / ".tmp-999999999-instance.toml",
        folder / f".tmp-{os.getpid()}-b.md",
    ]
    alive = folder / f".tmp-{os.getppid()}-c.md"
    for path in (*dead, alive, folder / ".hidden"):
        path.write_bytes(b"half")

    assert list(article_store.walk()) == [stamp]
    assert article_store.sweep() == 3
    assert read_all_files(article_store).keys() == {
        stamp.path,
        *(str(p.relative_to(article_store.root)) for p in (alive, folder / ".hidden")),
    }
    dead[0].write_bytes(b"half")
    assert not article_store.find_changes(list_stamps(article_store))
    assert not dead[0].exists()


def test_a_failed_write_leaves_the_old_file_and_no_litter(
    article_store: FileArticleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If writing an article fails, at the sync or at the rename, the old file stays and no
    temporary file is left."""
    article_store.put(make_full_article())
    before = read_all_files(article_store)

    for owner, failing_step in ((os, "fsync"), (Path, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, failing_step, _raise_no_space)

            # an article that is stored, and a new one
            with pytest.raises(OSError, match="No space left"):
                article_store.put(make_full_article(title="New"))
            with pytest.raises(OSError, match="No space left"):
                article_store.put(replace(make_full_article(), id=make_article_id("other")))

        assert read_all_files(article_store) == before


def _raise_no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_write_is_durable_in_the_right_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing 2026/11/a.md syncs the folders in which new ones (2026 and 11) were made, then the
    file, which is renamed from its temporary name, then its folder."""
    steps: list[str] = []
    real_fsync = os.fsync
    real_replace = Path.replace

    def record_fsync(descriptor: int) -> None:
        steps.append("fsync " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real_fsync(descriptor)

    def record_rename(path: Path, target: Path) -> Path:
        steps.append(f"rename to {target.name}")
        return real_replace(path, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(Path, "replace", record_rename)

    disk.write(tmp_path / "2026" / "11" / "a.md", b"text")

    assert steps == [
        f"fsync {tmp_path.name}",
        "fsync 2026",
        f"fsync .tmp-{os.getpid()}-a.md.part",
        "rename to a.md",
        "fsync 11",
    ]


def test_a_link_for_a_temporary_file_is_not_followed(
    article_store: FileArticleStore, tmp_path: Path
) -> None:
    """If somebody put a symbolic link at the name of our temporary file, writing fails instead of
    overwriting the target of the link."""
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    _, stamp, _ = article_store.put(make_full_article())
    file = article_store.root / stamp.path
    (file.parent / f".tmp-{os.getpid()}-{file.name}.part").symlink_to(target)

    with pytest.raises(OSError, match="symbolic links"):
        article_store.put(make_full_article(title="New"))
    assert target.read_bytes() == b"theirs"


def test_an_article_without_text_of_its_own_is_filed(article_store: FileArticleStore) -> None:
    """An article without title, text and date is stored under a default name."""
    stored, stamp, _ = article_store.put(Article(id=make_article_id(URL), url=URL, title=""))

    assert stamp.path == f"0000/00/article-{make_article_id(URL)[:6]}.md"
    assert article_store.get(stamp.path) == stored


def test_files_that_are_put_together_share_one_sync_of_their_folder(
    article_store: FileArticleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within `batch_writes`, their folder is synced once for all files at each `settle` that has
    something to sync, and at the end, and not per file, since a sync is slow. Outside, each file
    has its sync."""
    synced: list[str] = []
    monkeypatch.setattr(disk, "sync_folder", lambda path: synced.append(path.name))
    article_store.put(make_full_article(title="First", id="a" * 26))
    synced.clear()

    with article_store.batch_writes() as settle:
        article_store.put(make_full_article(title="Second", id="b" * 26))
        article_store.put(make_full_article(title="Third", id="c" * 26))

        assert synced == []

        settle()

        assert len(synced) == 1

        settle()  # nothing was put since
        article_store.put(make_full_article(title="Fourth", id="d" * 26))

        assert len(synced) == 1

    assert len(synced) == 2  # for the fourth, at the end

    article_store.put(make_full_article(title="Fifth", id="e" * 26))

    assert len(synced) == 3
