"""Protocols for article files, fetched pages and files beside them, in a folder or an object store."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from syndicator.core.model import Article, FeedKey

if TYPE_CHECKING:
    from syndicator.core.ports import Withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """An article file when recorded. `mtime_ns` and `size` change with it; `mtime_ns` may be made of an etag."""

    path: str  # relative to the article store, with forward slashes
    mtime_ns: int
    size: int


class KeptFile(Protocol):
    """A small file beside the articles; str() is its place for people. Methods raise OSError."""

    def read(self) -> bytes | None:
        """The file, None when there is none."""

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        """Write `change` of the file (None: missing), durably; None or equal bytes: nothing. May call it repeatedly."""

    def append(self, note: bytes, data: bytes) -> None:
        """Append whole lines durably; `note` begins a new file; a last line without its end is removed."""

    def stamp(self) -> str | None:
        """What changes whenever the file does, None where there is none."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How the files differ from their stamps: new files, edited ones, keys of stamps whose file is gone."""

    new: tuple[FileStamp, ...] = ()
    edited: tuple[FileStamp, ...] = ()
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.edited or self.missing)


class ArticleStore(Protocol):
    """Article files by relative path, and files beside them. Durable; raise OSError, ConfigError for paths outside."""

    @property
    def name(self) -> str:
        """Where it is, for people."""

    def instance(self) -> uuid.UUID:
        """The uuid of all published ids, minted before the first article. Raises ConfigError if it is lost."""

    def minted(self) -> bool:
        """True when this instance has its uuid."""

    def begun(self) -> bool:
        """True when we wrote articles here."""

    def together(self) -> AbstractContextManager[Callable[[], None]]:
        """Within, the yielded function and the end of the block make new files durable; contents are at `put`."""

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        """Write `article`, keeping hand edits (also concurrent ones) not `ordered`. Returns the article as filed, its
        stamp, and True if bytes changed. `path`: of its file, if known. Raises ConfigError for an unreadable file."""

    def get(self, path: str) -> Article:
        """The article at `path` with the marks of a hand. Raises ConfigError, FileNotFoundError, OSError."""

    def read(self, path: str) -> bytes:
        """The bytes of the file. Raises FileNotFoundError, OSError."""

    def stamp(self, path: str) -> FileStamp:
        """The file as it is now. Raises FileNotFoundError."""

    def find(self, id: str) -> str | None:
        """The path of the file of article `id`, None where it has none."""

    def id_at(self, path: str) -> str:
        """The id (or its start by name) of the file at `path`, else ""; for files that are no articles."""

    def path_of(self, what: str) -> str | None:
        """The path of the file that an operator means by `what`, None where there is none here."""

    def walk(self) -> Iterator[FileStamp]:
        """Every article file by path. Expensive on object stores: for `reindex` and the like."""

    def names(self) -> Iterator[str]:
        """The paths of all files, in order, those that are no articles too, without hidden ones. As costly."""

    def changed(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """Changes since `stamps` (any key) and remains of crashes (of an object store only), removed if `sweep`."""

    def left_behind(self) -> Changes:
        """What crashed writers left, as far as it is found without a walk: where several machines write."""

    def folder_stamps(self) -> Mapping[str, tuple[int, int]]:
        """Values that change when article files come, go or are replaced, and side files. Cheap."""

    def put_back(self, path: str, data: bytes) -> None:
        """A file as it was once, where it was. Raises FileExistsError where there is one."""

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        """Save an editor's version of `path`, seen as `over`; OSError if an object store's file changed since."""

    def add(self, article: Article, data: bytes) -> str:
        """The file of `article` as somebody else wrote it, at a path of its own: that path."""

    def delete(self, path: str) -> bool:
        """Removes the file. False when it was not there."""

    def delete_all(self, paths: Iterable[str]) -> None:
        """Removes those of the files that are there; faster than one by one."""

    def sweep(self) -> int:
        """Removes what writers that are gone left half-written; how many files."""

    def file(self, name: str) -> KeptFile:
        """A file beside the articles."""

    def beside(self) -> Iterator[KeptFile]:
        """All files beside the articles, and articles that lie there."""

    def withdraw(self, article: Article, at: datetime, feeds: Iterable[FeedKey] | None = None) -> None:
        """Remember beside the articles that `article` left `feeds` (None: its own). The caller deletes the file."""

    def list_withdrawn(self, new: Iterable[Withdrawn]) -> None:
        """Adds withdrawals to the list; one that is on it stays as it is."""

    def unlist_withdrawn(self, id: str) -> None:
        """Takes a withdrawal off the list."""

    def lists_withdrawn(self) -> bool:
        """True when the list is there."""

    def withdrawn(self) -> list[Withdrawn]:
        """What was withdrawn, oldest first. Raises ConfigError."""

    def carry(self, announced: Iterable[tuple[str, str]]) -> None:
        """Remembers beside the articles which sources announced them: (article id, source key)."""

    def carried(self) -> list[tuple[str, str]]:
        """What `carry` was given, each once."""

    def carried_stamp(self) -> str | None:
        """What changes whenever `carried` may; None where nothing was ever written."""

    def prune(self, aliases: Iterable[tuple[str, str]]) -> None:
        """Remember (article id, alias key) of pruned articles. The caller deletes the files."""

    def pruned(self) -> list[tuple[str, str]]:
        """What `prune` was given, each once."""

    def pruned_stamp(self) -> str | None:
        """What changes whenever `pruned` may; None where nothing was ever pruned."""

    def compact(self) -> None:
        """Takes out of the files of `carry` and `prune` what they have twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """A path that may have a file of an article of which no row says so: it is being written, or a crash came."""

    id: str
    path: str
    at: datetime
    writing: bool  # somebody was to write it just then


class ArticlePaths(Protocol):
    """The paths of articles in shared folders and buckets: the index and reservations. Writes are durable."""

    def path(self, id: str) -> str | None:
        """The path of an article that has a row, or that is reserved for it."""

    def near(self, id: str, chars: int) -> list[str]:
        """The other ids, of rows and reservations, that begin with the same `chars` characters."""

    def reserve(self, id: str, path: str, *, writing: bool = True) -> str:
        """Reserve `path`; return the article's path, another's if it was quicker. Not `writing`: may be taken in."""

    def release(self, path: str) -> None:
        """Ends the reservation of a path."""

    def reserved(self) -> list[Reserved]:
        """The reservations of paths that no row has, oldest first."""

    def sweep(self, before: datetime) -> None:
        """Ends those reservations from before `before` whose paths have rows by now."""


class Snapshots(Protocol):
    """Recent fetched pages by article id, with the version that read each. A cache: damage counts as absence."""

    version: int  # that reads pages now

    def put(self, id: str, html: bytes, headers: Mapping[str, str]) -> None:
        """Keeps the page of an article that this version read. Raises OSError."""

    def put_packed(self, id: str, packed: bytes) -> None:
        """`put` for who has called `snapshots.packed` elsewhere: it is CPU work."""

    def get(self, id: str) -> tuple[bytes, dict[str, str]] | None:
        """(html, headers), None when the page is not kept."""

    def forget(self, id: str) -> None:
        """Removes the page of an article, where it is kept."""

    def outdated(self) -> frozenset[str]:
        """The ids of the articles whose pages an older version read."""

    def note_read(self, id: str) -> None:
        """This version has read the page of the article too. How long it is kept stays. Raises OSError."""

    def prune(self, before: datetime, *, dry_run: bool = False, daily: bool = False) -> int:
        """Remove or count (`dry_run`) old and leftover pages. `daily`: once a day of `before` where it is costly."""

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        """Removes the pages in whose bytes or headers something is `secret`."""


ABSENT: Final = ""  # in place of an etag: there must be no such object


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStamp:
    """An object as a listing shows it. `etag` changes whenever its bytes do."""

    key: str
    etag: str
    size: int
    modified: datetime


class Objects(Protocol):
    """Objects by relative key, atomic and durable. Raise OSError (`errno` of `errors.OURS`) after some tries."""

    @property
    def name(self) -> str:
        """Where it is, as the operator wrote it, without a last slash."""

    def get(self, key: str) -> tuple[bytes, str] | None:
        """The bytes and the etag of an object, None when there is none."""

    def head(self, key: str) -> ObjectStamp | None:
        """The same without the bytes."""

    def put(
        self, key: str, data: bytes, *, over: str | None = None, headers: Mapping[str, str] | None = None
    ) -> str | None:
        """Write over etag `over` (ABSENT: none, None: any). Returns the etag, None if another writer was quicker."""

    def delete(self, *keys: str) -> None:
        """Deletes those of the objects that are there."""

    def walk(self, prefix: str = "", *, deep: bool = True) -> Iterator[ObjectStamp]:
        """The objects below the folder `prefix` ("" or with a last slash) by key; not `deep`: without subfolders."""

    def folders(self) -> list[str]:
        """The first parts of all keys that have more than one, each with a slash."""
