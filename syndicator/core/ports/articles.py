"""Protocols and values for article files, fetched pages and the small files beside them.
They are in a folder or in an object store."""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from syndicator.core.model import Article, FeedKey

ABSENT: Final = ""  # instead of an etag: the object must not exist


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """The state of an article file. An edit changes `mtime_ns` or `size`, and is noticed by that.
    In object stores, `mtime_ns` is a number made from the etag."""

    path: str  # relative to the article store, with forward slashes
    mtime_ns: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """An article that the operator removed from all feeds. `at`: when; `feeds`: the feeds that had
    it and announce the withdrawal; `url`: of the article, "" if unknown."""

    id: str
    at: datetime
    feeds: tuple[FeedKey, ...] = ()
    url: str = ""
    aliases: tuple[str, ...] = ()  # alias keys that must not be filed again


class KeptFile(Protocol):
    """A small file beside the articles. It need not exist. str() returns its path or address for
    messages. Methods raise OSError."""

    def read(self) -> bytes | None:
        """Return the bytes of the file, None if there is no file."""

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace the bytes of the file. `change`: gets the present bytes (None if there is no
        file) and returns the new ones. If it returns None or the same bytes, nothing is written. It
        may be called more than once. The new bytes are on the disk when `update` returns."""

    def append(self, note: bytes, data: bytes) -> None:
        """Append whole lines (`data`) to the file; they are on the disk when this returns. If there
        is no file yet, it begins with `note`. If the last line has no line end, because a crash has
        cut it, that line is deleted first."""

    def stamp(self) -> str | None:
        """Return a value that changes with the file, None if there is no file."""


class KeptFiles(Protocol):
    """The files beside the articles, by name."""

    def file(self, name: str) -> KeptFile: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFile:
    """Something that has the name of an article file but is no file. `kind`: what it is, such as "a
    folder"."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Changes:
    """How the files differ from recorded stamps. `new`: files without a recorded stamp. `edited`:
    files whose stamp changed. `missing`: keys of stamps whose file is gone. `no_files`: everything
    that has the name of an article file but is no file, even if it did not change."""

    new: tuple[FileStamp, ...] = ()
    edited: tuple[FileStamp, ...] = ()
    missing: tuple[str, ...] = ()
    no_files: tuple[NoFile, ...] = ()

    def __bool__(self) -> bool:
        """Return True if any file is new, edited or missing."""
        return bool(self.new or self.edited or self.missing)


class ArticleStore(Protocol):
    """Article files, each with a path relative to the store, and the files beside them. Writes are
    durable. Methods raise OSError, and ConfigError for a path that leads out of the store."""

    @property
    def name(self) -> str: ...

    def instance(self) -> uuid.UUID:
        """Return the UUID from which all published ids are made. The first call makes it. Raise
        ConfigError if there are articles but the UUID is lost."""

    def minted(self) -> bool:
        """Return True if this instance already has its UUID."""

    def has_our_articles(self) -> bool:
        """Return True if this program has written articles here."""

    def batch_writes(self) -> AbstractContextManager[Callable[[], None]]:
        """Return a context manager for a `with` block in which `put` is faster, because it does not
        wait for the disk. The block gets a function; files are safely on the disk after a call of
        that function, or at the end of the block. A crash before that may lose files."""

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        """Write `article` to its file. Return the article as it is written, the stamp of its file,
        and True if the file changed. `path`: the file that it had so far, None for a new article.
        `ordered`: names of fields to write even if they were edited by hand in the file; other
        fields that were edited stay. Raises ConfigError if the file is not valid."""

    def get(self, path: str) -> Article:
        """Return the article in the file at `path`. Fields that were edited by hand are marked as
        the operator's. Raise ConfigError if the file is invalid; FileNotFoundError or OSError."""

    def read(self, path: str) -> bytes:
        """Return the bytes of the file at `path`."""

    def stamp(self, path: str) -> FileStamp:
        """Return the present stamp of the file at `path`. Raise FileNotFoundError."""

    def find(self, article_id: str) -> str | None:
        """Return the path of the file of an article, None if there is no file."""

    def find_id_at(self, path: str) -> str:
        """Return the article id that the file at `path` states, even if the file is invalid. If it
        states none, return the beginning of the id in its name, or ""."""

    def find_typed_path(self, what: str) -> str | None:
        """Return the path, in this store, of the file that an operator means, or None if there is
        no such file. `what`: what the operator typed."""

    def walk(self) -> Iterator[FileStamp]:
        """Yield the stamps of all article files. Slow in object stores, which must list all
        objects."""

    def names(self) -> Iterator[str]:
        """Yield the paths of all visible files; files that are no articles are among them. Slow in
        object stores."""

    def find_changes(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """Return the files that are new, edited or missing in comparison with `stamps`, the stamps
        that were recorded (their keys do not matter). `sweep`: True to also delete half-written
        files of processes that crashed. An object store finds only files of such processes."""

    def find_left_behind(self) -> Changes:
        """Return the files that processes wrote before they crashed, as new files, as far as they
        can be found without reading all files. For stores to which several processes write."""

    def read_folder_stamps(self) -> Mapping[str, tuple[int, int]]:
        """Return a value for each folder or file, by path, that changes if the file, or a file in
        the folder, is added, deleted or replaced. This is quick."""

    def restore_file(self, path: str, data: bytes) -> None:
        """Write an earlier file again at `path`. Raise FileExistsError if there is a file."""

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        """Replace the file at `path` by its edited bytes `data`. `over`: its bytes before the edit,
        None if unknown. Raise OSError if an object was changed since."""

    def add(self, article: Article, data: bytes) -> str:
        """Write an article file that another program made to a new path, and return the path.
        `data`: the bytes of the file. `article`: the article that they contain."""

    def delete(self, path: str) -> bool:
        """Delete the file at `path`. Return False if there is no file."""

    def delete_all(self, paths: Iterable[str]) -> None:
        """Delete the files at `paths`, of which some may be missing. It is faster than a call of
        `delete` for each."""

    def sweep(self) -> int:
        """Delete half-written files of writers that have ended; return their number."""

    def file(self, name: str) -> KeptFile:
        """Return the file with this name beside the articles, which need not exist."""

    def beside(self) -> Iterator[KeptFile]:
        """Yield all files beside the articles. Article files in the same folder are among them."""

    def remember_paths(self, ids: Iterable[str]) -> None:
        """Remember the paths of the files of these articles, so that `find` returns them also after
        the articles' rows in the database are deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """A path that is reserved for an article without a row, because its file is being written or
    its writer has crashed. `at`: when it was reserved."""

    id: str
    path: str
    at: datetime
    writing: bool  # its writer was about to write the file


class ArticlePaths(Protocol):
    """The paths of articles in shared folders and buckets, from the rows of the database and from
    reservations. Writes are durable."""

    def path(self, article_id: str) -> str | None:
        """Return the path of the file of an article, or the path reserved for it; None if it has
        neither."""

    def list_similar_ids(self, article_id: str, chars: int) -> list[str]:
        """Return the ids of other articles that begin with the same `chars` characters. Articles
        that only have a reservation are among them."""

    def reserve(self, article_id: str, path: str, *, writing: bool = True) -> str:
        """Reserve `path` for an article. Return the path to use: the path that another writer
        reserved earlier for this article, else `path`. `writing`: False if the file exists
        already."""

    def release(self, path: str) -> None:
        """Delete the reservation of `path`."""

    def reserved(self) -> list[Reserved]:
        """Return the reservations whose path has no row, oldest first."""

    def sweep(self, before: datetime) -> None:
        """Delete the reservations made before `before` whose path has a row."""


class Snapshots(Protocol):
    """Kept pages of articles. Each has the number of the version of the reader that has last read
    it."""

    version: int  # of the present reader

    def put(self, article_id: str, html: bytes, headers: Mapping[str, str]) -> None:
        """Store the page of an article as one that this version has read. Raise OSError."""

    def put_packed(self, article_id: str, packed: bytes) -> None:
        """Store a page that was packed by `snapshots.pack_page` before, because packing takes CPU
        time."""

    def get(self, article_id: str) -> tuple[bytes, dict[str, str]] | None:
        """Return the stored page of an article and its headers, or None if no page is stored."""

    def forget(self, article_id: str) -> None:
        """Delete the page of an article."""

    def outdated(self) -> frozenset[str]:
        """Return the ids of the articles whose pages only earlier versions have read."""

    def note_read(self, article_id: str) -> None:
        """Record that this version has read the page of an article. Raise OSError."""

    def prune(self, before: datetime, *, dry_run: bool = False, daily: bool = False) -> int:
        """Delete pages that were stored before `before`, and half-written files of processes that
        crashed. Return the number of deleted pages. `dry_run`: True to only count them. `daily`:
        True to do nothing if this was done today."""

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        """Delete the pages that contain a secret. `secret`: returns True if the given bytes, of a
        page and its headers, contain one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStamp:
    """What an object store tells about an object without its bytes. `etag`: changes with the
    bytes."""

    key: str
    etag: str
    size: int
    modified: datetime


class Objects(Protocol):
    """The objects of an object store. Each has a key, which follows the prefix in the address of
    the store. Writes are atomic and durable. Methods raise OSError after several tries, with an
    `errno` of `errors.OURS`."""

    @property
    def name(self) -> str:
        """The address as the operator wrote it, without a last slash."""

    def get(self, key: str) -> tuple[bytes, str] | None:
        """Return the bytes and the etag (the version) of the object `key`, or None if there is no
        such object."""

    def head(self, key: str) -> ObjectStamp | None:
        """Return the stamp of the object `key`, without reading it, or None if there is no such
        object."""

    def put(
        self,
        key: str,
        data: bytes,
        *,
        over: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str | None:
        """Write `data` as the object `key` of a bucket. Return its new etag (the version that the
        bucket gives it), or None if the condition `over` was not met and nothing was written.
        `over`: the etag that the stored object must have, ABSENT if there must be none, or None to
        write in any case. `headers`: HTTP headers to store with the object."""

    def delete(self, *keys: str) -> None:
        """Delete the objects `keys`, of which some may be missing."""

    def walk(self, prefix: str = "", *, deep: bool = True) -> Iterator[ObjectStamp]:
        """Yield the stamps of the objects below `prefix`, which is "" or a folder with a slash at
        its end. `deep`: True to include subfolders."""

    def folders(self) -> list[str]:
        """Return the names of the folders at the top, each with a last slash."""
