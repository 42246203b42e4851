"""The article store in an object store: the same files under the same paths, found by the index and not by a walk.

A new article's path is reserved in the database, then its file is written, then its row, which ends the reservation.
Whatever crash comes in between, the reservation tells the next start where to look. An edit replaces the version that
it was made of and no other: where a hand was quicker, its edit is read and kept."""

from __future__ import annotations

import errno
import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from syndicator.articles.beside.listed import Listed
from syndicator.articles.stores import reserved, versions
from syndicator.articles.stores.kept_files import ObjectFile
from syndicator.articles.stores.paths import ID_CHARS, checked, id_part, is_article_path, new_path
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports.articles import ABSENT, ArticlePaths, Changes, FileStamp, Objects, ObjectStamp

_TRIES: Final = 20  # at a file that a hand edits at the same time
_HEADERS: Final = {"Content-Type": "text/markdown; charset=utf-8"}


@dataclass(slots=True)
class ObjectArticleStore(Listed):
    """The ArticleStore (see ports) in `objects`. `paths`: the index of its articles; without it, files are read by path
    alone. `clock`: now."""

    objects: Objects
    paths: ArticlePaths | None = None
    clock: Callable[[], datetime] | None = None
    _instance: uuid.UUID | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.objects.name

    def instance(self) -> uuid.UUID:
        self._instance = self._instance or Listed.instance(self)
        return self._instance

    def begun(self) -> bool:
        """True when the instance was minted, which is done before the first article: nothing is listed at a start."""
        return self.minted()

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        yield lambda: None  # an object is durable when it is written

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        found = path or self._index.path(article.id)
        if found is None:
            found = self._index.reserve(article.id, self._new_path(article))
            merged, data = versions.first(article)
            etag = self._put(found, data, over=ABSENT)
            if etag is not None:
                return merged, _stamp(found, etag, len(data)), True
        return self._edit(article, found, ordered)

    def _edit(self, article: Article, path: str, ordered: Collection[str]) -> tuple[Article, FileStamp, bool]:
        for _ in range(_TRIES):
            old, etag = self.objects.get(checked(path, self.name)) or (None, ABSENT)
            if old is None:
                merged, data = versions.first(article)
            elif (other := versions.id_in(old, path)) not in (None, article.id):
                path = self._apart(article, path, str(other))
                continue
            else:
                merged, data = versions.over(article, old, path, ordered)
            if data == old:
                return merged, _stamp(path, etag, len(data)), False
            if (new := self._put(path, data, over=etag)) is not None:
                return merged, _stamp(path, new, len(data)), True
        raise OSError(errno.EREMOTE, "it is edited all the time; run again", self._place(path))

    def _put(self, path: str, data: bytes, *, over: str) -> str | None:
        return self.objects.put(checked(path, self.name), data, over=over, headers=_HEADERS)

    def _apart(self, article: Article, path: str, other: str) -> str:
        """Another path for an article whose own was taken at the same moment by `other`, whose id begins alike."""
        self._index.release(path)
        shorter = {article.id[:size] for size in range(ID_CHARS, len(id_part(path) or "") + 1)}
        return self._index.reserve(article.id, new_path(article, {*shorter, other}))

    def get(self, path: str) -> Article:
        return versions.loaded(self.read(path), self._place(path))

    def read(self, path: str) -> bytes:
        found = self.objects.get(checked(path, self.name))
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "no such object", self._place(path))
        return found[0]

    def stamp(self, path: str) -> FileStamp:
        found = self.objects.head(checked(path, self.name))
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "no such object", self._place(path))
        return _stamp_of(found)

    def find(self, id: str) -> str | None:
        path = self._index.path(id)
        return path if path is not None and self.objects.head(path) is not None else None

    def id_at(self, path: str) -> str:
        try:
            said = versions.id_in(self.read(path), path)
        except OSError:
            said = None
        return said or id_part(path) or ""

    def path_of(self, what: str) -> str | None:
        path = what.removeprefix(f"{self.name}/")
        return path if is_article_path(path) and self.objects.head(path) is not None else None

    def walk(self) -> Iterator[FileStamp]:
        found = [one for one in self.objects.walk() if is_article_path(one.key)]
        yield from map(_stamp_of, sorted(found, key=lambda one: one.key))

    def names(self) -> Iterator[str]:
        yield from sorted(one.key for one in self.objects.walk())

    def changed(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """What crashes left, and nothing else: no file is looked at without being told to."""
        return self.left_behind(sweep=sweep)

    def left_behind(self, *, sweep: bool = True) -> Changes:
        assert self.clock is not None
        return reserved.left_behind(self._index, self.clock(), self._look, sweep=sweep)

    def _look(self, path: str) -> FileStamp | None:
        found = self.objects.head(path)
        return None if found is None else _stamp_of(found)

    def folder_stamps(self) -> dict[str, tuple[int, int]]:
        return {one.key: (number(one.etag), one.size) for one in self.objects.walk(deep=False)}

    def put_back(self, path: str, data: bytes) -> None:
        id = versions.id_in(data, path)
        if id is not None:
            self._index.reserve(id, path, writing=False)
        if self.objects.head(path) is not None or self._put(path, data, over=ABSENT) is None:
            raise FileExistsError(errno.EEXIST, "is there", self._place(path))

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        there, etag = self.objects.get(checked(path, self.name)) or (None, ABSENT)
        if over not in (None, there) or self._put(path, data, over=etag) is None:
            raise OSError(errno.EREMOTE, "it was edited meanwhile, and stays as it is", self._place(path))

    def add(self, article: Article, data: bytes) -> str:
        path = self._index.reserve(article.id, self._new_path(article), writing=False)
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
        yield from (self.file(one.key) for one in self.objects.walk(deep=False))

    def withdraw(self, article: Article, at: datetime, feeds: Iterable[FeedKey] | None = None) -> None:
        self._remember([article.id])
        Listed.withdraw(self, article, at, feeds)

    def prune(self, aliases: Iterable[tuple[str, str]]) -> None:
        known = list(aliases)
        self._remember(dict.fromkeys(id for id, _ in known))
        Listed.prune(self, known)

    def _remember(self, ids: Iterable[str]) -> None:
        """Reserves the paths of articles whose rows go before their files do, so that these are found after a crash."""
        for id in ids:
            path = self._index.path(id)
            if path is not None:
                self._index.reserve(id, path, writing=False)

    def _new_path(self, article: Article) -> str:
        return reserved.new_reserved_path(self._index, article)

    def _place(self, path: str) -> str:
        return f"{self.name}/{path}"

    @property
    def _index(self) -> ArticlePaths:
        if self.paths is None:
            raise RuntimeError("this article store was opened without an index")
        return self.paths


def number(etag: str) -> int:
    """What stands for an etag where a file in a folder has its time: changes with it, and fits 63 bits. Pure."""
    return int(hashlib.sha256(etag.encode()).hexdigest()[:15], 16)


def _stamp(path: str, etag: str, size: int) -> FileStamp:
    return FileStamp(path=path, mtime_ns=number(etag), size=size)


def _stamp_of(found: ObjectStamp) -> FileStamp:
    return _stamp(found.key, found.etag, found.size)
