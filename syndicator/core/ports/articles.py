"""Protocols for stores of article files, fetched pages and small files, and their values.
In a folder or an object store."""

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
    """State of an article file when recorded. Edits change `mtime_ns` (in object stores from the
    etag) or `size`."""

    path: str  # relative to the article store, with forward slashes
    mtime_ns: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """An article that the operator removed from every feed."""

    id: str
    at: datetime
    feeds: tuple[FeedKey, ...] = ()
    url: str = ""
    aliases: tuple[str, ...] = ()  # alias keys that must not be filed again


class KeptFile(Protocol):
    """A small file beside the articles. str() is its path or address for people. Methods raise
    OSError."""

    def read(self) -> bytes | None: ...

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        """Durably write `change(bytes or None)` unless it is None or equals the bytes. It may run
        more than once."""

    def append(self, note: bytes, data: bytes) -> None:
        """Append whole lines durably. A new file begins with `note`; an unfinished last line is
        deleted."""

    def stamp(self) -> str | None:
        """Return a value that changes with the file, or None if it is missing."""


class KeptFiles(Protocol):
    """The files beside the articles, by name."""

    def file(self, name: str) -> KeptFile: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFile:
    """Something that has the name of an article file and is none. `kind`: such as "a folder"."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Differences between files and stamps: new files, edited files, keys of stamps without file.
    `no_files`: all that have the name of a file, changed or not."""

    new: tuple[FileStamp, ...] = ()
    edited: tuple[FileStamp, ...] = ()
    missing: tuple[str, ...] = ()
    no_files: tuple[NoFile, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.edited or self.missing)


class ArticleStore(Protocol):
    """Article files by relative path, and files beside them. Durable. Raises OSError; ConfigError
    for paths outside."""

    @property
    def name(self) -> str: ...

    def instance(self) -> uuid.UUID:
        """Return the UUID behind all published ids, made before the first article. Raise
        ConfigError if it is lost."""

    def minted(self) -> bool:
        """Return True if this instance already has its UUID."""

    def begun(self) -> bool: ...

    def together(self) -> AbstractContextManager[Callable[[], None]]:
        """Let `put` not wait for the disk: files and folders are durable at the end of the block
        and after a call of the yielded function. Until then a crash may take files away."""

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        """Write `article`; edits by hand in its file win, except for fields in `ordered`. Return
        the article as filed, its stamp, and True if bytes changed. Raise ConfigError for an
        unreadable file."""

    def get(self, path: str) -> Article:
        """Return the article at `path`, hand-edited fields marked. Raise ConfigError,
        FileNotFoundError, OSError."""

    def read(self, path: str) -> bytes: ...

    def stamp(self, path: str) -> FileStamp:
        """Return the current stamp of the file. Raise FileNotFoundError."""

    def find(self, article_id: str) -> str | None: ...

    def id_at(self, path: str) -> str:
        """Return the id in the file at `path`, even an invalid one; else its beginning in the file
        name, else ""."""

    def path_of(self, what: str) -> str | None:
        """Return the path of the file that `what`, typed by an operator, names, or None."""

    def walk(self) -> Iterator[FileStamp]:
        """Iterate over all article files by path. Expensive on object stores."""

    def names(self) -> Iterator[str]:
        """Iterate over the sorted paths of visible files, also of other kinds. Expensive on object
        stores."""

    def changed(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """Return changes since `stamps` (any key). In object stores: leftovers of crashes, which
        `sweep` deletes."""

    def left_behind(self) -> Changes:
        """Return leftovers of crashed writers that are found without a walk; for stores with
        several writers."""

    def folder_stamps(self) -> Mapping[str, tuple[int, int]]:
        """Return by folder a value that changes if a file in it is added, deleted or replaced.
        Cheap."""

    def put_back(self, path: str, data: bytes) -> None:
        """Restore an earlier file at `path`. Raise FileExistsError if there is one."""

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        """Save an edited file. `over`: its bytes before the edit. Raise OSError if an object
        changed since."""

    def add(self, article: Article, data: bytes) -> str:
        """Write `data`, another program's file of `article`, at a new path; return the path."""

    def delete(self, path: str) -> bool: ...

    def delete_all(self, paths: Iterable[str]) -> None:
        """Delete the files that exist; faster than one by one."""

    def sweep(self) -> int:
        """Delete half-written files of ended writers; return their number."""

    def file(self, name: str) -> KeptFile: ...

    def beside(self) -> Iterator[KeptFile]:
        """Iterate over all files beside the articles, also article files there."""

    def remember_paths(self, ids: Iterable[str]) -> None:
        """Let `find` find the files of articles whose rows are deleted before their files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """A reserved path of an article without row: its file is being written, or its writer
    crashed."""

    id: str
    path: str
    at: datetime
    writing: bool  # its writer was about to write the file


class ArticlePaths(Protocol):
    """Paths of articles in shared folders and buckets, from the index and reservations. Writes are
    durable."""

    def path(self, article_id: str) -> str | None: ...

    def near(self, article_id: str, chars: int) -> list[str]:
        """Return the other ids, from rows and reservations, that share the first `chars`
        characters."""

    def reserve(self, article_id: str, path: str, *, writing: bool = True) -> str:
        """Reserve `path` and return it, or another writer's earlier path. Not `writing`: the file
        already exists."""

    def release(self, path: str) -> None: ...

    def reserved(self) -> list[Reserved]:
        """Return the reservations whose path has no row, oldest first."""

    def sweep(self, before: datetime) -> None:
        """Delete reservations older than `before` whose path has a row."""


class Snapshots(Protocol):
    """A cache of fetched pages by article id, each with the version that read it."""

    version: int  # of the present reader

    def put(self, article_id: str, html: bytes, headers: Mapping[str, str]) -> None:
        """Store the page of an article as read by this version. Raise OSError."""

    def put_packed(self, article_id: str, packed: bytes) -> None:
        """Store a page already packed by `snapshots.packed`, which is CPU work."""

    def get(self, article_id: str) -> tuple[bytes, dict[str, str]] | None: ...

    def forget(self, article_id: str) -> None: ...

    def outdated(self) -> frozenset[str]:
        """Return the ids of articles whose page an older version read."""

    def note_read(self, article_id: str) -> None:
        """Record that this version has read the article's page, without changing its expiry. Raise
        OSError."""

    def prune(self, before: datetime, *, dry_run: bool = False, daily: bool = False) -> int:
        """Delete pages older than `before` and leftovers; return the number. `dry_run`: count;
        `daily`: once a day."""

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        """Delete pages for whose bytes or headers `secret` returns True."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStamp:
    """An object in a listing. `etag` changes with its bytes."""

    key: str
    etag: str
    size: int
    modified: datetime


class Objects(Protocol):
    """Objects by relative key; atomic and durable. Raise OSError after several tries (`errno` of
    `errors.OURS`)."""

    @property
    def name(self) -> str:
        """The place as the operator wrote it, without a last slash."""

    def get(self, key: str) -> tuple[bytes, str] | None:
        """Return bytes and etag of an object, or None."""

    def head(self, key: str) -> ObjectStamp | None: ...

    def put(
        self,
        key: str,
        data: bytes,
        *,
        over: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str | None:
        """Write if the stored etag is `over` (ABSENT: none, None: any). Return the new etag, None
        if not written."""

    def delete(self, *keys: str) -> None: ...

    def walk(self, prefix: str = "", *, deep: bool = True) -> Iterator[ObjectStamp]:
        """Iterate over objects below `prefix` ("" or a folder with a last slash) by key; `deep`:
        with subfolders."""

    def folders(self) -> list[str]:
        """Return the top-level folders, with a last slash each."""
