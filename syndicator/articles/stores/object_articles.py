"""Store articles and fetched pages in an object store, with the paths of articles in the database.
A path is reserved before its file and row are written, so that the next start finds the files of a
crashed writer. Pages are named <version>/<first two characters of the id>/<id>.gz."""

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
from syndicator.articles.stores import paths as article_files
from syndicator.articles.stores.kept_files import ObjectFile
from syndicator.articles.stores.paths import (
    ID_CHARS,
    check_article_path,
    get_id_part,
    is_article_path,
    make_new_path,
)
from syndicator.core.model import Article
from syndicator.core.ports.articles import (
    ABSENT,
    ArticlePaths,
    Changes,
    FileStamp,
    Objects,
    ObjectStamp,
)

_TRIES: Final = 20  # to write an object that others edit at the same time
_HEADERS: Final = {"Content-Type": "text/markdown; charset=utf-8"}
_PRUNED: Final = "pruned"  # object with the day of the last pruning


@dataclass(slots=True)
class ObjectArticleStore(HasInstance):
    """Article files in an object store: implements `ports.ArticleStore`. `paths`: the paths in the
    database, None to read by path only; `clock`: returns the time now, needed with `paths`. Methods
    raise OSError."""

    objects: Objects
    paths: ArticlePaths | None = None
    clock: Callable[[], datetime] | None = None
    _instance: uuid.UUID | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """The address of the object store."""
        return self.objects.name

    def instance(self) -> uuid.UUID:
        """Return the UUID of the instance, which is read once. Raises ConfigError if it is lost."""
        if self._instance is None:
            self._instance = HasInstance.instance(self)
        return self._instance

    def has_our_articles(self) -> bool:
        """Return True if the instance has its UUID, which is made before the first article. So the
        objects need not be listed."""
        return self.minted()

    @contextmanager
    def batch_writes(self) -> Iterator[Callable[[], None]]:
        """Run the block as it is: an object is durable when it is written."""
        yield lambda: None

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        """Write `article` to its object. Values that a person wrote into the object stay, except in
        the fields `ordered`. `path`: the path of its object, None if unknown.

        Return a triple: the article as written, the stamp of its object (path, time, size), and
        True if the bytes of the object changed."""
        known_path = path or self._index.path(article.id)
        if known_path is not None:
            return self._merge_into_object(article, known_path, ordered)
        proposed_path = article_files.choose_free_path(self._index, article)
        reserved_path = self._index.reserve(article.id, proposed_path)
        merged, data = article_files.make_first_file(article)
        etag = self._put(reserved_path, data, over=ABSENT)
        if etag is None:  # there is an object already
            return self._merge_into_object(article, reserved_path, ordered)
        return merged, _stamp(reserved_path, etag, len(data)), True

    def _merge_into_object(
        self, article: Article, path: str, ordered: Collection[str]
    ) -> tuple[Article, FileStamp, bool]:
        """Write `article` to its object at `path`, and keep the values that a person wrote there,
        except in the fields `ordered`. Try again if another program writes the object meanwhile.
        Return the same triple as `put`. Raises OSError if this goes on."""
        for _ in range(_TRIES):
            stored, etag = self.objects.get(check_article_path(path, self.name)) or (None, ABSENT)
            if stored is None:  # a new article
                merged, data = article_files.make_first_file(article)
            else:
                stored_id = article_files.read_id(stored, path)
                if stored_id not in (None, article.id):  # another article has this path
                    path = self._reserve_other_path(article, path, str(stored_id))
                    continue
                merged, data = article_files.merge_into_file(article, stored, path, ordered)
            if data == stored:
                return merged, _stamp(path, etag, len(data)), False
            # None if another program has written the object meanwhile
            new_etag = self._put(path, data, over=etag)
            if new_etag is not None:
                return merged, _stamp(path, new_etag, len(data)), True
        raise OSError(errno.EREMOTE, "it keeps being edited; run again", self._place(path))

    def _put(self, path: str, data: bytes, *, over: str) -> str | None:
        """Write an article file and return its etag; None if the object has another etag than
        `over` (ABSENT: if there is one)."""
        return self.objects.put(
            check_article_path(path, self.name), data, over=over, headers=_HEADERS
        )

    def _reserve_other_path(self, article: Article, path: str, other_id: str) -> str:
        """Reserve another path for `article` and return it, as another article has taken `path`
        meanwhile. Both ids begin alike, so that the new name has a longer part of the id.
        `other_id`: the id of the other article."""
        self._index.release(path)
        tried_length = len(get_id_part(path) or "")
        ids_in_use = {other_id}
        for length in range(ID_CHARS, tried_length + 1):
            ids_in_use.add(article.id[:length])
        return self._index.reserve(article.id, make_new_path(article, ids_in_use))

    def get(self, path: str) -> Article:
        """Return the article at `path`, in which fields that were edited by hand are marked as the
        operator's. Raises ConfigError if the file is invalid, FileNotFoundError."""
        return article_files.load_article(self.read(path), self._place(path))

    def read(self, path: str) -> bytes:
        """Return the bytes of the object at `path`. Raises FileNotFoundError if there is none."""
        stored = self.objects.get(check_article_path(path, self.name))
        if stored is None:
            raise FileNotFoundError(errno.ENOENT, "no such object", self._place(path))
        data, _ = stored
        return data

    def stamp(self, path: str) -> FileStamp:
        """Return the stamp (path, time, size) of the object at `path`. Raises FileNotFoundError if
        there is none."""
        stored = self.objects.head(check_article_path(path, self.name))
        if stored is None:
            raise FileNotFoundError(errno.ENOENT, "no such object", self._place(path))
        return _make_file_stamp(stored)

    def find(self, article_id: str) -> str | None:
        """Return the path of the object of an article, by the database. Return None if the database
        has no path for it, or if there is no object at this path."""
        path = self._index.path(article_id)
        if path is None or self.objects.head(path) is None:
            return None
        return path

    def find_id_at(self, path: str) -> str:
        """Return the article id that the object at `path` states. If it states none or cannot be
        read, return the beginning of the id in the name of the object, or "" if there is none."""
        with suppress(OSError):
            stated_id = article_files.read_id(self.read(path), path)
            if stated_id:
                return stated_id
        return get_id_part(path) or ""

    def find_typed_path(self, what: str) -> str | None:
        """Return the path of an article's object that an operator names by `what`, its path or its
        whole address. Return None if there is no such object."""
        path = what.removeprefix(f"{self.name}/")
        if not is_article_path(path) or self.objects.head(path) is None:
            return None
        return path

    def walk(self) -> Iterator[FileStamp]:
        """Yield the stamp (path, time, size) of each article, sorted by path. All objects must be
        listed for this."""
        articles = [stamp for stamp in self.objects.walk() if is_article_path(stamp.key)]
        articles.sort(key=lambda stamp: stamp.key)
        for stamp in articles:
            yield _make_file_stamp(stamp)

    def names(self) -> Iterator[str]:
        """Yield the keys of all objects, sorted."""
        yield from sorted(stamp.key for stamp in self.objects.walk())

    def find_changes(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """Return the files of crashed writers as new files. Edits are not noticed, since that would
        mean to list all objects. `sweep`: also delete reservations that are done or have no
        file."""
        return self.find_left_behind(sweep=sweep)

    def find_left_behind(self, *, sweep: bool = True) -> Changes:
        """Return as new files those that a crashed process has written, and that the database does
        not know. `sweep`: True to delete reservations of paths that are done or have no file,
        too."""
        assert self.clock is not None

        def find_stamp(path: str) -> FileStamp | None:
            """Return the stamp of the object at `path`, None if there is none."""
            stamp = self.objects.head(path)
            return None if stamp is None else _make_file_stamp(stamp)

        return article_files.find_left_behind(self._index, self.clock(), find_stamp, sweep=sweep)

    def read_folder_stamps(self) -> dict[str, tuple[int, int]]:
        """Return a pair of numbers for each object beside the articles, by its key: a number that
        changes with its bytes, and its size."""
        return {
            stamp.key: (number(stamp.etag), stamp.size) for stamp in self.objects.walk(deep=False)
        }

    def restore_file(self, path: str, data: bytes) -> None:
        """Write `data`, an earlier file of an article, to `path`. Raises FileExistsError if there
        is an object."""
        article_id = article_files.read_id(data, path)
        if article_id is not None:
            self._index.reserve(article_id, path, writing=False)
        if self.objects.head(path) is None:
            etag = self._put(path, data, over=ABSENT)
            if etag is not None:
                return
        raise FileExistsError(errno.EEXIST, "is there", self._place(path))

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        """Replace the object at `path` by `data`. `over`: the bytes from which `data` was made,
        None if unknown. Raises OSError if another program has changed the object since."""
        stored, etag = self.objects.get(check_article_path(path, self.name)) or (None, ABSENT)
        was_edited = over is not None and over != stored  # by another program
        if not was_edited:
            written_etag = self._put(path, data, over=etag)
            if written_etag is not None:
                return
        message = "it was edited meanwhile, and stays as it is"
        raise OSError(errno.EREMOTE, message, self._place(path))

    def add(self, article: Article, data: bytes) -> str:
        """Write `data`, the file of `article` that another program made, to a new path. Return this
        path."""
        free_path = article_files.choose_free_path(self._index, article)
        path = self._index.reserve(article.id, free_path, writing=False)
        self.restore_file(path, data)
        return path

    def delete(self, path: str) -> bool:
        """Delete the object at `path` and end the reservation of the path. Return False if there
        was no object."""
        existed = self.objects.head(check_article_path(path, self.name)) is not None
        self.objects.delete(path)
        self._index.release(path)
        return existed

    def delete_all(self, paths: Iterable[str]) -> None:
        """Delete the objects at `paths` that exist, and end all reservations of these paths."""
        valid_paths = [check_article_path(path, self.name) for path in paths]
        self.objects.delete(*valid_paths)
        for path in valid_paths:
            self._index.release(path)

    def sweep(self) -> int:
        """Return 0: no object is ever half written."""
        return 0

    def file(self, name: str) -> ObjectFile:
        """Return the file with this name beside the articles, which need not exist."""
        return ObjectFile(self.objects, name)

    def beside(self) -> Iterator[ObjectFile]:
        """Yield all files beside the articles."""
        yield from (self.file(stamp.key) for stamp in self.objects.walk(deep=False))

    def remember_paths(self, ids: Iterable[str]) -> None:
        """Reserve the paths of articles in the database. Their rows, which have these paths, are
        deleted before the files, so that `find` still finds the files. `ids`: the ids of the
        articles."""
        for article_id in ids:
            path = self._index.path(article_id)
            if path is not None:
                self._index.reserve(article_id, path, writing=False)

    def _place(self, path: str) -> str:
        """Return the address of the object at `path`, for messages."""
        return f"{self.name}/{path}"

    @property
    def _index(self) -> ArticlePaths:
        """The paths in the database. Raises RuntimeError if the store was opened without them."""
        if self.paths is None:
            raise RuntimeError("this article store was opened without an index")
        return self.paths


def number(etag: str) -> int:
    """Return a number that changes with `etag`, to stand in place of the modification time of a
    file. It is below 2**63, the highest number that databases hold. Pure."""
    return int(hashlib.sha256(etag.encode()).hexdigest()[:15], 16)


def _stamp(path: str, etag: str, size: int) -> FileStamp:
    """Return the stamp of the article file at `path`."""
    return FileStamp(path=path, mtime_ns=number(etag), size=size)


def _make_file_stamp(stamp: ObjectStamp) -> FileStamp:
    """Return the stamp of an object as the stamp of an article file."""
    return _stamp(stamp.key, stamp.etag, stamp.size)


class ObjectSnapshots:
    """Kept pages in an object store: implements `ports.Snapshots`. The age of a page counts from
    its last write, and a page that a newer version reads is written again."""

    def __init__(self, objects: Objects, version: int = 0) -> None:
        """`version`: of the present reader."""
        self._objects = objects
        self.version = version
        self._other_versions: list[str] | None = None  # names of their folders; None: not listed

    def put(self, article_id: str, html: bytes, headers: Mapping[str, str]) -> None:
        """Store the page of an article as one that this version has read."""
        self.put_packed(article_id, pack_page(html, headers))

    def put_packed(self, article_id: str, packed: bytes) -> None:
        """Store a page that `pack_page` has packed, and delete the same page of other versions."""
        self._objects.put(self._key(article_id), packed)
        self._objects.delete(*self._list_other_keys(article_id))

    def get(self, article_id: str) -> tuple[bytes, dict[str, str]] | None:
        """Return the stored page of an article, and its headers. Return None if it is not stored or
        is damaged."""
        page = self._find_page(article_id)
        if page is None:
            return None
        _, data = page
        return unpack_page(data)

    def forget(self, article_id: str) -> None:
        """Delete the page of an article, as any version has read it."""
        self._objects.delete(self._key(article_id), *self._list_other_keys(article_id))

    def outdated(self) -> frozenset[str]:
        """Return the ids of the articles whose pages this version of the reader has not read yet,
        only earlier versions."""
        article_ids = []
        for version in self._list_other_versions():
            if int(version) >= self.version:
                continue
            for stamp in self._objects.walk(f"{version}/"):
                file_name = stamp.key.rpartition("/")[2]
                article_ids.append(file_name.removesuffix(".gz"))
        return frozenset(article_ids)

    def note_read(self, article_id: str) -> None:
        """Record that this version of the reader has read the page of an article. The page is
        written again under a key of this version."""
        page = self._find_page(article_id)
        if page is None:
            return
        key, data = page
        if key != self._key(article_id):
            self.put_packed(article_id, data)

    def prune(self, before: datetime, *, dry_run: bool = False, daily: bool = False) -> int:
        """Delete the pages older than `before`, and return their number. `dry_run`: True to delete
        nothing. `daily`: True to do nothing and return 0 if this was done today, as all objects
        must be listed for it."""
        day = before.date().isoformat().encode()
        if daily:
            last_pruning = self._objects.get(_PRUNED)
            if last_pruning is not None:
                last_day, _ = last_pruning
                if last_day == day:
                    return 0
        outdated: list[str] = []
        for stamp in self._objects.walk():
            is_page = stamp.key.endswith(".gz")
            if is_page and stamp.modified < before:
                outdated.append(stamp.key)
        if not dry_run:
            self._objects.delete(*outdated)
            self._objects.put(_PRUNED, day)
        return len(outdated)

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        """Delete the pages that contain a secret, and damaged pages. `secret(page)`: returns True
        if the bytes of a page contain one."""
        for stamp in list(self._objects.walk()):
            if not stamp.key.endswith(".gz"):
                continue
            stored = self._objects.get(stamp.key)
            if stored is None:
                continue
            packed, _ = stored
            page = unzip(packed)
            if page is None or secret(page):
                self._objects.delete(stamp.key)

    def _find_page(self, article_id: str) -> tuple[str, bytes] | None:
        """Return the key of the object with the page of an article, and the packed bytes of the
        page. If several versions of the reader have stored the page, it is that of this version.
        Return None if there is none."""
        for key in (self._key(article_id), *self._list_other_keys(article_id)):
            stored = self._objects.get(key)
            if stored is not None:
                packed, _ = stored
                return key, packed
        return None

    def _key(self, article_id: str, version: str | None = None) -> str:
        """Return the key of the page of an article as the version `version` of the reader has read
        it, None for this version."""
        folder = self.version if version is None else version
        return f"{folder}/{check_id(article_id)[:2]}/{article_id}.gz"

    def _list_other_keys(self, article_id: str) -> list[str]:
        """Return the keys that the page of an article may have by other versions."""
        return [self._key(article_id, version) for version in self._list_other_versions()]

    def _list_other_versions(self) -> list[str]:
        """Return the numbers of the other versions of the reader that have stored pages. They are
        only listed at the first call."""
        if self._other_versions is None:
            self._other_versions = []
            for folder in self._objects.folders():
                name = folder.rstrip("/")
                if name.isdigit() and name != str(self.version):
                    self._other_versions.append(name)
        return self._other_versions
