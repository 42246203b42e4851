"""Store articles in a folder as markdown files under YYYY/MM/; open a folder or a bucket.
A bucket's address is s3://bucket/prefix."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path

from syndicator.articles import disk
from syndicator.articles.beside.instance_toml import HasInstance
from syndicator.articles.stores import paths
from syndicator.articles.stores.background_writes import BackgroundWrites
from syndicator.articles.stores.bucket import Bucket
from syndicator.articles.stores.kept_files import FolderFile
from syndicator.articles.stores.object_articles import ObjectArticleStore
from syndicator.articles.stores.paths import ID_CHARS, by_path, id_part, is_article
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.ports.articles import ArticleStore, Changes, FileStamp, NoFile
from syndicator.core.urls import is_mail


class FileArticleStore(HasInstance):
    """ArticleStore in the folder `root`, for one writer at a time (with the run lock) and any
    number of readers."""

    def __init__(
        self,
        root: Path,
        *,
        durable: bool = True,
        in_turn: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Not `durable`: skip fsync. `in_turn`: lock between writers of the files beside the
        articles."""
        self.root = root
        self.durable = durable
        self.in_turn = in_turn
        self.name = str(root)
        # first six of the id -> paths; filled by the first search
        self._paths: dict[str, list[str]] | None = None
        self._writes: BackgroundWrites | None = None  # of files that are put within `together`

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        if self._writes is not None:  # within another block
            yield self._writes.finish
            self._writes.finish()
            return
        with BackgroundWrites(durable=self.durable) as writes:
            self._writes = writes
            try:
                yield writes.finish
                writes.finish()
            finally:
                self._writes = None

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        current = path
        old = self._read(path) if path is not None else None
        if old is None or paths.id_in(old, current or "") != article.id:
            current = self.find(article.id)
            old = self._read(current) if current else None
        if current and old is not None:
            merged, data = paths.merge_into_file(article, old, current, ordered)
        else:
            current = self._new_path(article)
            merged, data = paths.make_first_file(article)
        if old == data:
            return merged, self.stamp(current), False
        write = self._writes.write if self._writes else partial(disk.write, durable=self.durable)
        mode = disk.PRIVATE if is_mail(article.url) else disk.PUBLIC
        stat = write(self.root / current, data, mode=mode)
        self._remember(current)
        return merged, FileStamp(path=current, mtime_ns=stat.st_mtime_ns, size=stat.st_size), True

    def get(self, path: str) -> Article:
        if (name := paths.printable(path)) != path:
            raise ConfigError(f"{name}: its name is not UTF-8; rename it")
        return paths.load_article(self.read(path), str(self.root / path))

    def stamp(self, path: str) -> FileStamp:
        stat = self._inside(path).stat()
        return FileStamp(path=path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)

    def find(self, article_id: str) -> str | None:
        for path in self._list_candidates(article_id):
            if self._id_of(path) == article_id:
                return path
        return None

    def id_at(self, path: str) -> str:
        with suppress(OSError):
            stated_id = self._id_of(path)
            if stated_id:
                return stated_id
        return id_part(path) or ""

    def path_of(self, what: str) -> str | None:
        self._wait_for_writes()
        root = self.root.resolve()
        for file in (Path(what).resolve(), (self.root / what).resolve()):
            if file.is_relative_to(root) and file.is_file():
                return file.relative_to(root).as_posix()
        return None

    def walk(self) -> Iterator[FileStamp]:
        for path, entry in self._entries():
            if is_article(entry.name) and disk.is_regular_file(entry):
                with suppress(FileNotFoundError):  # deleted since the folder was read
                    stat = entry.stat()
                    yield FileStamp(path=path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)

    def begun(self) -> bool:
        """Return True if we wrote an article file here: hand-written ones have no digest."""
        for stamp in self.walk():
            with suppress(FileNotFoundError), (self.root / stamp.path).open("rb") as file:
                if paths.is_ours(file.read(paths.HEAD_BYTES)):
                    return True
        return False

    def names(self) -> Iterator[str]:
        self._wait_for_writes()
        yield from disk.files_below(self.root)

    def changed(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """Return changes since `stamps` (any key). `sweep`: delete temporary files of crashed
        writers."""
        recorded = by_path(stamps)
        new = list[FileStamp]()
        edited = list[FileStamp]()
        no_files = list[NoFile]()
        for path, entry in self._entries():
            if not is_article(entry.name):
                if sweep:
                    disk.unlink_litter(entry)
                continue
            if not disk.is_regular_file(entry):
                no_files.append(NoFile(path=path, kind=disk.describe_kind(entry)))
                continue
            try:
                stat = entry.stat()
            except FileNotFoundError:  # deleted since the folder was read
                continue
            before = recorded.pop(path, None)
            if before is None or before[1] != stat.st_mtime_ns or before[2] != stat.st_size:
                stamp = FileStamp(path=path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)
                (new if before is None else edited).append(stamp)
        missing = sorted(key for key, _, _ in recorded.values())
        if new or missing:
            self._paths = None
        new.sort(key=lambda stamp: stamp.path)
        edited.sort(key=lambda stamp: stamp.path)
        return Changes(tuple(new), tuple(edited), tuple(missing), tuple(no_files))

    def left_behind(self) -> Changes:
        """Return no changes: in a folder, `changed` reports files left by a crash."""
        return Changes()

    def folder_stamps(self) -> dict[str, tuple[int, int]]:
        self._wait_for_writes()
        folders = {path: (os.stat(path).st_mtime_ns, 0) for _, path in disk.folders(self.root)}  # noqa: PTH116
        if not folders:
            return {}
        with os.scandir(self.root) as beside:
            stats = {entry.path: entry.stat() for entry in beside if entry.is_file()}
        return folders | {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}

    def read(self, path: str) -> bytes:
        return disk.read_regular_file(self._inside(path))

    def put_back(self, path: str, data: bytes) -> None:
        inside = self._inside(path)
        if inside.exists():
            raise FileExistsError(f"{inside} is there")
        disk.write(inside, data, durable=self.durable)
        self._paths = None

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        disk.write(self._inside(path), data, durable=self.durable)

    def add(self, article: Article, data: bytes) -> str:
        path = self._new_path(article)
        self.put_back(path, data)
        return path

    def delete(self, path: str) -> bool:
        existed = self._inside(path).exists()
        self.delete_all([path])
        return existed

    def delete_all(self, paths: Iterable[str]) -> None:
        files = [file for file in map(self._inside, paths) if file.exists()]
        for file in files:
            file.unlink(missing_ok=True)
        for folder in {file.parent for file in files}:
            disk.sync_folder(folder)
        self._paths = None

    def file(self, name: str) -> FolderFile:
        self._wait_for_writes()  # no list names an article whose file a crash may take away
        return FolderFile(self.root / name, self.durable, self.in_turn)

    def beside(self) -> Iterator[FolderFile]:
        yield from (FolderFile(path) for path in self.root.iterdir() if path.is_file())

    def remember_paths(self, ids: Iterable[str]) -> None:
        """Do nothing: in a folder, files are found without rows."""

    def sweep(self) -> int:
        return sum(disk.unlink_litter(entry) for _, entry in self._entries())

    def _entries(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield the entries of the folders of articles with their paths below the root."""
        self._wait_for_writes()
        for folder, absolute in disk.folders(self.root):
            with os.scandir(absolute) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
            yield from ((f"{folder}{entry.name}", entry) for entry in entries)

    def _new_path(self, article: Article) -> str:
        taken = set()
        for path in self._list_candidates(article.id):
            id_in_name = id_part(path)
            if id_in_name:
                taken.add(id_in_name)
        return paths.new_path(article, taken)

    def _list_candidates(self, article_id: str) -> list[str]:
        """Return the files that may be of an article, by their names. The remembered names count
        unless one of these files is gone; then the folder is read."""
        if self._paths is not None:
            candidates = self._select_candidates(self._paths, article_id)
            if all(self._inside(path).exists() for path in candidates):
                return candidates
        return self._select_candidates(self._read_names(), article_id)

    def _select_candidates(self, index: Mapping[str, list[str]], article_id: str) -> list[str]:
        candidates = [
            path
            for path in index.get(article_id[:ID_CHARS], [])
            if article_id.startswith(id_part(path) or article_id)
        ]
        # before a hand-written file with the same id
        candidates.sort(key=lambda path: id_part(path) is None)
        return candidates

    def _read_names(self) -> dict[str, list[str]]:
        """Read the folder, and return the paths of articles by the first characters of their
        ids."""
        self._paths = {}
        for path, entry in self._entries():
            if is_article(entry.name) and disk.is_regular_file(entry):
                self._remember(path)
        return self._paths

    def _remember(self, path: str) -> None:
        if self._paths is None:
            return
        key = (id_part(path) or self._id_of(path) or "")[:ID_CHARS]
        paths = self._paths.setdefault(key, [])
        if path not in paths:
            paths.append(path)

    def _id_of(self, path: str) -> str | None:
        data = self._read(path)
        return None if data is None else paths.id_in(data, path)

    def _read(self, path: str) -> bytes | None:
        try:
            return disk.read_regular_file(self._inside(path))
        except FileNotFoundError:
            return None

    def _inside(self, path: str) -> Path:
        """Return the file at `path`, which has its name by then if `put` wrote it."""
        file = self.root.joinpath(*paths.checked(path, self.root).split("/"))
        if self._writes is not None:
            self._writes.wait_for(file)
        return file

    def _wait_for_writes(self) -> None:
        if self._writes is not None:
            self._writes.wait()


def open_articles(place: str, environ: Mapping[str, str]) -> ArticleStore:
    """Open an article store without index: reads by path. `environ`: for credentials. Raises
    MissingError, OSError."""
    if "://" in place:
        return ObjectArticleStore(Bucket(place, environ))
    return FileArticleStore(Path(place))
