"""Store articles in a folder as markdown files in subfolders YYYY/MM/; open a folder or a bucket.
The address of a bucket is s3://bucket/prefix."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import NamedTuple

from syndicator.articles import disk
from syndicator.articles.beside.instance_toml import HasInstance
from syndicator.articles.stores import paths
from syndicator.articles.stores.background_writes import BackgroundWrites
from syndicator.articles.stores.bucket import Bucket
from syndicator.articles.stores.kept_files import FolderFile
from syndicator.articles.stores.object_articles import ObjectArticleStore
from syndicator.articles.stores.paths import ID_CHARS, get_id_part, index_by_path, is_article
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.ports.articles import ArticleStore, Changes, FileStamp, NoFile
from syndicator.core.urls import is_mail


class _StoredFile(NamedTuple):
    """The file of an article: its path in the article store, and its bytes."""

    path: str
    data: bytes


class FileArticleStore(HasInstance):
    """Article files in a folder: implements `ports.ArticleStore`. For one writer at a time, which
    has the lock for runs, and any number of readers. Methods raise OSError."""

    def __init__(
        self,
        root: Path,
        *,
        durable: bool = True,
        in_turn: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`root`: the folder. `durable`: True to wait until each file is on the disk. `in_turn`:
        returns a lock that keeps out other writers of the files beside the articles."""
        self.root = root
        self.durable = durable
        self.in_turn = in_turn
        self.name = str(root)
        # by the first six characters of an article's id: the paths of the files that may have it;
        # None before the first search
        self._paths: dict[str, list[str]] | None = None
        self._writes: BackgroundWrites | None = None  # used by `put` inside `batch_writes`

    @contextmanager
    def batch_writes(self) -> Iterator[Callable[[], None]]:
        """Let `put` not wait for the disk inside the block. Yield a function that waits until all
        files that were written so far are on the disk. At the end of the block, it is called once
        more."""
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
        """Write `article` to its file. Values that a person wrote into the file stay, except in the
        fields `ordered`. `path`: where its file was; if it is no longer there, it is searched.

        Return a triple: the article as written, the stamp of its file (path, time, size), and True
        if the bytes of the file changed."""
        stored = self._find_file(article.id, path)
        if stored is None:  # a new article
            current_path = self._choose_new_path(article)
            merged, data = paths.make_first_file(article)
        else:
            current_path = stored.path
            merged, data = paths.merge_into_file(article, stored.data, current_path, ordered)
            if stored.data == data:
                return merged, self.stamp(current_path), False
        mode = disk.PRIVATE if is_mail(article.url) else disk.PUBLIC  # newsletters are private
        file = self.root / current_path
        if self._writes is not None:
            stat = self._writes.write(file, data, mode=mode)
        else:
            stat = disk.write(file, data, durable=self.durable, mode=mode)
        self._remember(current_path)
        stamp = FileStamp(path=current_path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)
        return merged, stamp, True

    def _find_file(self, article_id: str, probable_path: str | None) -> _StoredFile | None:
        """Return the file of an article, None if it has none. If it is not at `probable_path`, it
        is searched in the whole folder."""
        if probable_path is not None:
            data = self._read(probable_path)
            if data is not None and paths.read_id(data, probable_path) == article_id:
                return _StoredFile(probable_path, data)
        path = self.find(article_id)
        data = None if path is None else self._read(path)
        if path is None or data is None:
            return None
        return _StoredFile(path, data)

    def get(self, path: str) -> Article:
        """Return the article in the file at `path`. Fields that a person has edited in the file are
        marked as written by the operator. Raises ConfigError if the file is invalid."""
        name = paths.printable(path)
        if name != path:
            raise ConfigError(f"{name}: its name is not UTF-8; rename it")
        return paths.load_article(self.read(path), str(self.root / path))

    def stamp(self, path: str) -> FileStamp:
        """Return the stamp of the file at `path`, by which changes are noticed. Raises
        FileNotFoundError."""
        stat = self._resolve_path(path).stat()
        return FileStamp(path=path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)

    def find(self, article_id: str) -> str | None:
        """Return the path of the file of an article, None if it has none."""
        for path in self._list_candidates(article_id):
            if self._id_of(path) == article_id:
                return path
        return None

    def find_id_at(self, path: str) -> str:
        """Return the article id that the file at `path` states. If it states none or cannot be
        read, return the beginning of the id in the name of the file, or "" if there is none."""
        with suppress(OSError):
            stated_id = self._id_of(path)
            if stated_id:
                return stated_id
        return get_id_part(path) or ""

    def find_typed_path(self, what: str) -> str | None:
        """Return the path in the article store of a file that an operator names by `what`. This may
        be a path from the current folder or from the article store. Return None if it is not a file
        in the article store."""
        self._wait_for_writes()
        root = self.root.resolve()
        for file in (Path(what).resolve(), (self.root / what).resolve()):
            if file.is_relative_to(root) and file.is_file():
                return file.relative_to(root).as_posix()
        return None

    def walk(self) -> Iterator[FileStamp]:
        """Yield the stamp (path, modification time, size) of each article file, folder by
        folder."""
        for path, entry in self._list_entries():
            if is_article(entry.name) and disk.is_regular_file(entry):
                with suppress(FileNotFoundError):  # deleted since the folder was read
                    stat = entry.stat()
                    yield FileStamp(path=path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)

    def has_our_articles(self) -> bool:
        """Return True if this program has written one of the article files. A file that a person
        wrote has no digest."""
        for stamp in self.walk():
            with suppress(FileNotFoundError), (self.root / stamp.path).open("rb") as file:
                if paths.is_ours(file.read(paths.HEAD_BYTES)):
                    return True
        return False

    def names(self) -> Iterator[str]:
        """Yield the paths of all visible files, also of those that are no articles."""
        self._wait_for_writes()
        yield from disk.list_files_below(self.root)

    def find_changes(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """Return which article files are new, edited or missing, in comparison with `stamps`, the
        stamps of files as they were recorded. A missing file is given by its key in `stamps`.
        `sweep`: True to delete temporary files that crashed writers left, too."""
        recorded = index_by_path(stamps)
        new = list[FileStamp]()
        edited = list[FileStamp]()
        no_files = list[NoFile]()

        for path, entry in self._list_entries():
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
            recorded_row = recorded.pop(path, None)
            if recorded_row is not None:
                _, mtime_ns, size = recorded_row
                if mtime_ns == stat.st_mtime_ns and size == stat.st_size:
                    continue
            stamp = FileStamp(path=path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)
            if recorded_row is None:
                new.append(stamp)
            else:
                edited.append(stamp)

        # what is left in `recorded` has no file
        missing = sorted(key for key, _, _ in recorded.values())
        if new or missing:
            self._paths = None
        new.sort(key=lambda stamp: stamp.path)
        edited.sort(key=lambda stamp: stamp.path)
        return Changes(tuple(new), tuple(edited), tuple(missing), tuple(no_files))

    def find_left_behind(self) -> Changes:
        """Return no changes: in a folder, `find_changes` reports files left by a crash."""
        return Changes()

    def read_folder_stamps(self) -> dict[str, tuple[int, int]]:
        """Return the modification time and size of each folder with articles (its size is given as
        0) and of each file beside them, by path. A value changes if a file is added, deleted or
        replaced."""
        self._wait_for_writes()
        stamps: dict[str, tuple[int, int]] = {}
        for _, folder in disk.list_article_folders(self.root):
            stamps[folder] = os.stat(folder).st_mtime_ns, 0  # noqa: PTH116
        if not stamps:
            return {}
        with os.scandir(self.root) as listing:
            for entry in listing:
                if entry.is_file():
                    stat = entry.stat()
                    stamps[entry.path] = stat.st_mtime_ns, stat.st_size
        return stamps

    def read(self, path: str) -> bytes:
        """Return the bytes of the file at `path`."""
        return disk.read_regular_file(self._resolve_path(path))

    def restore_file(self, path: str, data: bytes) -> None:
        """Write `data`, an earlier file of an article, to `path`. Raises FileExistsError if there
        is a file."""
        file = self._resolve_path(path)
        if file.exists():
            raise FileExistsError(f"{file} is there")
        disk.write(file, data, durable=self.durable)
        self._paths = None

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        """Replace the file at `path` by `data`. `over`, the bytes before the edit, is not checked
        in a folder."""
        disk.write(self._resolve_path(path), data, durable=self.durable)

    def add(self, article: Article, data: bytes) -> str:
        """Write `data`, the file of `article` that another program made, to a new path. Return this
        path."""
        path = self._choose_new_path(article)
        self.restore_file(path, data)
        return path

    def delete(self, path: str) -> bool:
        """Delete the file at `path`, durably. Return False if there was none."""
        existed = self._resolve_path(path).exists()
        self.delete_all([path])
        return existed

    def delete_all(self, paths: Iterable[str]) -> None:
        """Delete the files at `paths` and wait until this is on the disk. Missing files are
        ignored. Each folder is synced only once."""
        files = [file for file in map(self._resolve_path, paths) if file.exists()]
        for file in files:
            file.unlink(missing_ok=True)
        for folder in {file.parent for file in files}:
            disk.sync_folder(folder)
        self._paths = None

    def file(self, name: str) -> FolderFile:
        """Return the file with this name beside the articles, which need not exist."""
        # a list must not name an article whose file a crash may take away
        self._wait_for_writes()
        return FolderFile(self.root / name, self.durable, self.in_turn)

    def beside(self) -> Iterator[FolderFile]:
        """Yield all files in the root folder, also articles that stand there."""
        yield from (FolderFile(path) for path in self.root.iterdir() if path.is_file())

    def remember_paths(self, ids: Iterable[str]) -> None:
        """Do nothing: in a folder, files are found without rows."""

    def sweep(self) -> int:
        """Delete temporary files that crashed writers left; return their number."""
        return sum(disk.unlink_litter(entry) for _, entry in self._list_entries())

    def _list_entries(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield a pair for everything in the root and in its YYYY/MM/ folders, sorted: its path
        below the root, and its directory entry."""
        self._wait_for_writes()
        for folder, absolute in disk.list_article_folders(self.root):
            with os.scandir(absolute) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
            for entry in entries:
                yield f"{folder}{entry.name}", entry

    def _choose_new_path(self, article: Article) -> str:
        """Return a path for the file of a new article that no other article has. The name of the
        file has the begin of the article's id."""
        ids_in_use = set()
        for path in self._list_candidates(article.id):
            id_in_name = get_id_part(path)
            if id_in_name:
                ids_in_use.add(id_in_name)
        return paths.make_new_path(article, ids_in_use)

    def _list_candidates(self, article_id: str) -> list[str]:
        """Return the paths of the files that, by their names, may have the article. The names of
        all files are remembered; if one of these files is gone, the folder is read again."""
        if self._paths is not None:
            candidates = self._select_candidates(self._paths, article_id)
            if all(self._resolve_path(path).exists() for path in candidates):
                return candidates
        return self._select_candidates(self._read_names(), article_id)

    def _select_candidates(self, index: Mapping[str, list[str]], article_id: str) -> list[str]:
        """Return the paths in `index` whose files may have the article. Files with its id in their
        names come first. `index`: paths by the first six characters of an article's id."""
        names_with_id: list[str] = []
        names_without_id: list[str] = []  # of files that a person wrote
        for path in index.get(article_id[:ID_CHARS], []):
            id_in_name = get_id_part(path)
            if id_in_name is None:
                names_without_id.append(path)
            elif article_id.startswith(id_in_name):
                names_with_id.append(path)
        return names_with_id + names_without_id

    def _read_names(self) -> dict[str, list[str]]:
        """Read the names of all files in the folder and remember them. Return the paths of article
        files, by the first six characters of the article's id."""
        self._paths = {}
        for path, entry in self._list_entries():
            if is_article(entry.name) and disk.is_regular_file(entry):
                self._remember(path)
        return self._paths

    def _remember(self, path: str) -> None:
        """Add the path of a new file to the remembered names. Do nothing if the folder was not read
        yet."""
        if self._paths is None:
            return
        article_id = get_id_part(path) or self._id_of(path) or ""
        paths = self._paths.setdefault(article_id[:ID_CHARS], [])
        if path not in paths:
            paths.append(path)

    def _id_of(self, path: str) -> str | None:
        """Return the id that the file at `path` states, None if there is no file or no id."""
        data = self._read(path)
        return None if data is None else paths.read_id(data, path)

    def _read(self, path: str) -> bytes | None:
        """Return the bytes of the file at `path`, None if there is no file."""
        try:
            return disk.read_regular_file(self._resolve_path(path))
        except FileNotFoundError:
            return None

    def _resolve_path(self, path: str) -> Path:
        """Return the absolute path of the file at `path`. If `put` is still writing this file, wait
        until it is complete. Raises ConfigError if `path` leads out of the article store."""
        file = self.root.joinpath(*paths.check_article_path(path, self.root).split("/"))
        if self._writes is not None:
            self._writes.wait_for(file)
        return file

    def _wait_for_writes(self) -> None:
        """Wait until all files that `put` is writing have their names."""
        if self._writes is not None:
            self._writes.wait()


def open_articles(place: str, environ: Mapping[str, str]) -> ArticleStore:
    """Open the article store at `place`, which is a folder or the address s3://... of a bucket. An
    article store in a bucket that is opened here has no index, so that it can only read files by
    their paths. `environ`: variables with credentials. Raises MissingError if a package is not
    installed, and OSError."""
    if "://" in place:
        return ObjectArticleStore(Bucket(place, environ))
    return FileArticleStore(Path(place))
