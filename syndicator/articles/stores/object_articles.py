"""Store articles and fetched pages in an object store, with paths found by the index.
A path is reserved before its file and row are written, so that the next start finds files of a
crash. Pages are <version>/<xx>/<id>.gz."""

import errno
import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from syndicator.articles.beside.instance_toml import HasInstance
from syndicator.articles.snapshots import check_id, pack_page, unpack_page, unzip
from syndicator.articles.stores import paths as names
from syndicator.articles.stores.kept_files import ObjectFile
from syndicator.articles.stores.paths import ID_CHARS, checked, id_part, is_article_path, new_path
from syndicator.core.model import Article
from syndicator.core.ports.articles import (
    ABSENT,
    ArticlePaths,
    Changes,
    FileStamp,
    Objects,
    ObjectStamp,
)

_TRIES: Final = 20  # at a file that is edited at the same time
_HEADERS: Final = {"Content-Type": "text/markdown; charset=utf-8"}
_PRUNED: Final = "pruned"  # object with the day of the last pruning


@dataclass(slots=True)
class ObjectArticleStore(HasInstance):
    """ArticleStore in `objects`. `paths`: the index; None reads by path only."""

    objects: Objects
    paths: ArticlePaths | None = None
    clock: Callable[[], datetime] | None = None
    _instance: uuid.UUID | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.objects.name

    def instance(self) -> uuid.UUID:
        self._instance = self._instance or HasInstance.instance(self)
        return self._instance

    def begun(self) -> bool:
        return self.minted()  # its UUID precedes the first article and needs no listing

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        yield lambda: None  # an object is durable when it is written

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        current = path or self._index.path(article.id)
        if current is None:
            current = self._index.reserve(article.id, names.new_reserved_path(self._index, article))
            merged, data = names.make_first_file(article)
            etag = self._put(current, data, over=ABSENT)
            if etag is not None:
                return merged, _stamp(current, etag, len(data)), True
        return self._edit(article, current, ordered)

    def _edit(
        self, article: Article, path: str, ordered: Collection[str]
    ) -> tuple[Article, FileStamp, bool]:
        """Merge `article` into its object, again if somebody else edits it meanwhile."""
        for _ in range(_TRIES):
            stored, etag = self.objects.get(checked(path, self.name)) or (None, ABSENT)
            if stored is None:
                merged, data = names.make_first_file(article)
            else:
                stored_id = names.id_in(stored, path)
                if stored_id not in (None, article.id):
                    path = self._reserve_apart(article, path, str(stored_id))
                    continue
                merged, data = names.merge_into_file(article, stored, path, ordered)
            if data == stored:
                return merged, _stamp(path, etag, len(data)), False
            new_etag = self._put(path, data, over=etag)
            if new_etag is not None:
                return merged, _stamp(path, new_etag, len(data)), True
        raise OSError(errno.EREMOTE, "it keeps being edited; run again", self._place(path))

    def _put(self, path: str, data: bytes, *, over: str) -> str | None:
        return self.objects.put(checked(path, self.name), data, over=over, headers=_HEADERS)

    def _reserve_apart(self, article: Article, path: str, other_id: str) -> str:
        """Reserve a new path: an article with a similar id took the path meanwhile."""
        self._index.release(path)
        longest = len(id_part(path) or "")
        shorter_ids = {article.id[:size] for size in range(ID_CHARS, longest + 1)}
        return self._index.reserve(article.id, new_path(article, {*shorter_ids, other_id}))

    def get(self, path: str) -> Article:
        return names.load_article(self.read(path), self._place(path))

    def read(self, path: str) -> bytes:
        stored = self.objects.get(checked(path, self.name))
        if stored is None:
            raise FileNotFoundError(errno.ENOENT, "no such object", self._place(path))
        data, _ = stored
        return data

    def stamp(self, path: str) -> FileStamp:
        stored = self.objects.head(checked(path, self.name))
        if stored is None:
            raise FileNotFoundError(errno.ENOENT, "no such object", self._place(path))
        return _stamp_of(stored)

    def find(self, article_id: str) -> str | None:
        path = self._index.path(article_id)
        if path is None or self.objects.head(path) is None:
            return None
        return path

    def id_at(self, path: str) -> str:
        with suppress(OSError):
            stated_id = names.id_in(self.read(path), path)
            if stated_id:
                return stated_id
        return id_part(path) or ""

    def path_of(self, what: str) -> str | None:
        path = what.removeprefix(f"{self.name}/")
        if not is_article_path(path) or self.objects.head(path) is None:
            return None
        return path

    def walk(self) -> Iterator[FileStamp]:
        articles = [stamp for stamp in self.objects.walk() if is_article_path(stamp.key)]
        articles.sort(key=lambda stamp: stamp.key)
        for stamp in articles:
            yield _stamp_of(stamp)

    def names(self) -> Iterator[str]:
        yield from sorted(stamp.key for stamp in self.objects.walk())

    def changed(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        return self.left_behind(sweep=sweep)  # objects are not listed, so edits do not show

    def left_behind(self, *, sweep: bool = True) -> Changes:
        assert self.clock is not None

        def find_stamp(path: str) -> FileStamp | None:
            stamp = self.objects.head(path)
            return None if stamp is None else _stamp_of(stamp)

        return names.left_behind(self._index, self.clock(), find_stamp, sweep=sweep)

    def folder_stamps(self) -> dict[str, tuple[int, int]]:
        return {
            stamp.key: (number(stamp.etag), stamp.size) for stamp in self.objects.walk(deep=False)
        }

    def put_back(self, path: str, data: bytes) -> None:
        article_id = names.id_in(data, path)
        if article_id is not None:
            self._index.reserve(article_id, path, writing=False)
        exists = self.objects.head(path) is not None
        if exists or self._put(path, data, over=ABSENT) is None:
            raise FileExistsError(errno.EEXIST, "is there", self._place(path))

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        stored, etag = self.objects.get(checked(path, self.name)) or (None, ABSENT)
        was_edited = over is not None and over != stored
        if was_edited or self._put(path, data, over=etag) is None:
            raise OSError(
                errno.EREMOTE, "it was edited meanwhile, and stays as it is", self._place(path)
            )

    def add(self, article: Article, data: bytes) -> str:
        path = self._index.reserve(
            article.id, names.new_reserved_path(self._index, article), writing=False
        )
        self.put_back(path, data)
        return path

    def delete(self, path: str) -> bool:
        existed = self.objects.head(checked(path, self.name)) is not None
        self.objects.delete(path)
        self._index.release(path)
        return existed

    def delete_all(self, paths: Iterable[str]) -> None:
        valid_paths = [checked(path, self.name) for path in paths]
        self.objects.delete(*valid_paths)
        for path in valid_paths:
            self._index.release(path)

    def sweep(self) -> int:
        return 0  # an object is whole or absent

    def file(self, name: str) -> ObjectFile:
        return ObjectFile(self.objects, name)

    def beside(self) -> Iterator[ObjectFile]:
        yield from (self.file(stamp.key) for stamp in self.objects.walk(deep=False))

    def remember_paths(self, ids: Iterable[str]) -> None:
        """Reserve the paths of articles whose rows are deleted before their files."""
        for article_id in ids:
            path = self._index.path(article_id)
            if path is not None:
                self._index.reserve(article_id, path, writing=False)

    def _place(self, path: str) -> str:
        return f"{self.name}/{path}"

    @property
    def _index(self) -> ArticlePaths:
        if self.paths is None:
            raise RuntimeError("this article store was opened without an index")
        return self.paths


def number(etag: str) -> int:
    """Return a number below 2**63 that changes with the etag, as mtime. Pure."""
    return int(hashlib.sha256(etag.encode()).hexdigest()[:15], 16)


def _stamp(path: str, etag: str, size: int) -> FileStamp:
    return FileStamp(path=path, mtime_ns=number(etag), size=size)


def _stamp_of(stamp: ObjectStamp) -> FileStamp:
    return _stamp(stamp.key, stamp.etag, stamp.size)


class ObjectSnapshots:
    """Snapshots in `objects`. A page's age counts from its last write; rereading by a newer version
    writes it again."""

    def __init__(self, objects: Objects, version: int = 0) -> None:
        self._objects = objects
        self.version = version
        self._older: list[str] | None = None  # folder names of other versions

    def put(self, article_id: str, html: bytes, headers: Mapping[str, str]) -> None:
        self.put_packed(article_id, pack_page(html, headers))

    def put_packed(self, article_id: str, packed: bytes) -> None:
        self._objects.put(self._key(article_id), packed)
        self._objects.delete(*self._list_other_keys(article_id))

    def get(self, article_id: str) -> tuple[bytes, dict[str, str]] | None:
        page = self._find(article_id)
        if page is None:
            return None
        _, data = page
        return unpack_page(data)

    def forget(self, article_id: str) -> None:
        self._objects.delete(self._key(article_id), *self._list_other_keys(article_id))

    def outdated(self) -> frozenset[str]:
        article_ids = []
        for version in self._list_other_versions():
            if int(version) >= self.version:
                continue
            for stamp in self._objects.walk(f"{version}/"):
                article_ids.append(stamp.key.rpartition("/")[2].removesuffix(".gz"))
        return frozenset(article_ids)

    def note_read(self, article_id: str) -> None:
        page = self._find(article_id)
        if page is None:
            return
        key, data = page
        if key != self._key(article_id):
            self.put_packed(article_id, data)

    def prune(self, before: datetime, *, dry_run: bool = False, daily: bool = False) -> int:
        day = before.date().isoformat().encode()
        if daily:
            last_pruning = self._objects.get(_PRUNED)
            if last_pruning is not None and last_pruning[0] == day:
                return 0
        outdated = [
            stamp.key
            for stamp in self._objects.walk()
            if stamp.key.endswith(".gz") and stamp.modified < before
        ]
        if not dry_run:
            self._objects.delete(*outdated)
            self._objects.put(_PRUNED, day)
        return len(outdated)

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        for stamp in list(self._objects.walk()):
            if not stamp.key.endswith(".gz"):
                continue
            stored = self._objects.get(stamp.key)
            if stored is None:
                continue
            page = unzip(stored[0])
            if page is None or secret(page):
                self._objects.delete(stamp.key)

    def _find(self, article_id: str) -> tuple[str, bytes] | None:
        """Return key and bytes of a page: of this version, else of another."""
        for key in (self._key(article_id), *self._list_other_keys(article_id)):
            stored = self._objects.get(key)
            if stored is not None:
                return key, stored[0]
        return None

    def _key(self, article_id: str, version: str | None = None) -> str:
        """Return the key of a page as a version of the reader read it; None: this version."""
        folder = self.version if version is None else version
        return f"{folder}/{check_id(article_id)[:2]}/{article_id}.gz"

    def _list_other_keys(self, article_id: str) -> list[str]:
        return [self._key(article_id, version) for version in self._list_other_versions()]

    def _list_other_versions(self) -> list[str]:
        if self._older is None:
            versions = [folder.rstrip("/") for folder in self._objects.folders()]
            self._older = [
                version
                for version in versions
                if version.isdigit() and version != str(self.version)
            ]
        return self._older
