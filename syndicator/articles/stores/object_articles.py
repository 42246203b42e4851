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
from syndicator.articles.snapshots import checked_id, packed, unpacked, unzipped
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
            merged, data = names.first(article)
            etag = self._put(current, data, over=ABSENT)
            if etag is not None:
                return merged, _stamp(current, etag, len(data)), True
        return self._edit(article, current, ordered)

    def _edit(
        self, article: Article, path: str, ordered: Collection[str]
    ) -> tuple[Article, FileStamp, bool]:
        for _ in range(_TRIES):
            old, etag = self.objects.get(checked(path, self.name)) or (None, ABSENT)
            if old is None:
                merged, data = names.first(article)
            elif (other := names.id_in(old, path)) not in (None, article.id):
                path = self._apart(article, path, str(other))
                continue
            else:
                merged, data = names.over(article, old, path, ordered)
            if data == old:
                return merged, _stamp(path, etag, len(data)), False
            if (new := self._put(path, data, over=etag)) is not None:
                return merged, _stamp(path, new, len(data)), True
        raise OSError(errno.EREMOTE, "it keeps being edited; run again", self._place(path))

    def _put(self, path: str, data: bytes, *, over: str) -> str | None:
        return self.objects.put(checked(path, self.name), data, over=over, headers=_HEADERS)

    def _apart(self, article: Article, path: str, other: str) -> str:
        """Reserve a new path: an article with a similar id took the path `other` meanwhile."""
        self._index.release(path)
        shorter = {article.id[:size] for size in range(ID_CHARS, len(id_part(path) or "") + 1)}
        return self._index.reserve(article.id, new_path(article, {*shorter, other}))

    def get(self, path: str) -> Article:
        return names.loaded(self.read(path), self._place(path))

    def read(self, path: str) -> bytes:
        found = self.objects.get(checked(path, self.name))
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "no such object", self._place(path))
        return found[0]

    def stamp(self, path: str) -> FileStamp:
        if (stored := self.objects.head(checked(path, self.name))) is None:
            raise FileNotFoundError(errno.ENOENT, "no such object", self._place(path))
        return _stamp_of(stored)

    def find(self, article_id: str) -> str | None:
        path = self._index.path(article_id)
        return path if path is not None and self.objects.head(path) is not None else None

    def id_at(self, path: str) -> str:
        with suppress(OSError):
            if in_file := names.id_in(self.read(path), path):
                return in_file
        return id_part(path) or ""

    def path_of(self, what: str) -> str | None:
        path = what.removeprefix(f"{self.name}/")
        return path if is_article_path(path) and self.objects.head(path) is not None else None

    def walk(self) -> Iterator[FileStamp]:
        articles = [stamp for stamp in self.objects.walk() if is_article_path(stamp.key)]
        yield from map(_stamp_of, sorted(articles, key=lambda stamp: stamp.key))

    def names(self) -> Iterator[str]:
        yield from sorted(stamp.key for stamp in self.objects.walk())

    def changed(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        return self.left_behind(sweep=sweep)  # objects are not listed, so edits do not show

    def left_behind(self, *, sweep: bool = True) -> Changes:
        assert self.clock is not None

        def look(path: str) -> FileStamp | None:
            stamp = self.objects.head(path)
            return None if stamp is None else _stamp_of(stamp)

        return names.left_behind(self._index, self.clock(), look, sweep=sweep)

    def folder_stamps(self) -> dict[str, tuple[int, int]]:
        return {
            stamp.key: (number(stamp.etag), stamp.size) for stamp in self.objects.walk(deep=False)
        }

    def put_back(self, path: str, data: bytes) -> None:
        if (article_id := names.id_in(data, path)) is not None:
            self._index.reserve(article_id, path, writing=False)
        if self.objects.head(path) is not None or self._put(path, data, over=ABSENT) is None:
            raise FileExistsError(errno.EEXIST, "is there", self._place(path))

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        there, etag = self.objects.get(checked(path, self.name)) or (None, ABSENT)
        if over not in (None, there) or self._put(path, data, over=etag) is None:
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
        there = self.objects.head(checked(path, self.name)) is not None
        self.objects.delete(path)
        self._index.release(path)
        return there

    def delete_all(self, paths: Iterable[str]) -> None:
        going = [checked(path, self.name) for path in paths]
        self.objects.delete(*going)
        for path in going:
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
            if (path := self._index.path(article_id)) is not None:
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
        self.put_packed(article_id, packed(html, headers))

    def put_packed(self, article_id: str, packed: bytes) -> None:
        self._objects.put(self._key(article_id), packed)
        self._objects.delete(*(self._key(article_id, version) for version in self._others()))

    def get(self, article_id: str) -> tuple[bytes, dict[str, str]] | None:
        page = self._find(article_id)
        return None if page is None else unpacked(page[1])

    def forget(self, article_id: str) -> None:
        self._objects.delete(
            *(self._key(article_id, version) for version in (None, *self._others()))
        )

    def outdated(self) -> frozenset[str]:
        older = (version for version in self._others() if int(version) < self.version)
        keys = (stamp.key for version in older for stamp in self._objects.walk(f"{version}/"))
        return frozenset(key.rpartition("/")[2].removesuffix(".gz") for key in keys)

    def note_read(self, article_id: str) -> None:
        page = self._find(article_id)
        if page is not None and page[0] != self._key(article_id):
            self.put_packed(article_id, page[1])

    def prune(self, before: datetime, *, dry_run: bool = False, daily: bool = False) -> int:
        day = before.date().isoformat().encode()
        if daily and (self._objects.get(_PRUNED) or (b"",))[0] == day:
            return 0
        old = [
            stamp.key
            for stamp in self._objects.walk()
            if stamp.key.endswith(".gz") and stamp.modified < before
        ]
        if not dry_run:
            self._objects.delete(*old)
            self._objects.put(_PRUNED, day)
        return len(old)

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        for stamp in list(self._objects.walk()):
            if not stamp.key.endswith(".gz"):
                continue
            found = self._objects.get(stamp.key)
            if found is None:
                continue
            whole = unzipped(found[0])
            if whole is None or secret(whole):
                self._objects.delete(stamp.key)

    def _find(self, article_id: str) -> tuple[str, bytes] | None:
        for version in (None, *self._others()):
            key = self._key(article_id, version)
            found = self._objects.get(key)
            if found is not None:
                return key, found[0]
        return None

    def _key(self, article_id: str, version: str | None = None) -> str:
        folder = self.version if version is None else version
        return f"{folder}/{checked_id(article_id)[:2]}/{article_id}.gz"

    def _others(self) -> list[str]:
        if self._older is None:
            versions = (folder.rstrip("/") for folder in self._objects.folders())
            self._older = [
                version
                for version in versions
                if version.isdigit() and version != str(self.version)
            ]
        return self._older
