"""Where article files and fetched pages are kept: a folder, or an object store.

An article file, and a file beside the articles, as those see them who need not know where they are kept. Files in an
object store, as those who keep articles, pages or feeds there see it.
"""

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
    """An article file as it was when its row was made. `mtime_ns` and `size` change when the file does: in an object
    store, which has etags, `mtime_ns` is a number made of the etag."""

    path: str  # relative to the article store, with forward slashes
    mtime_ns: int
    size: int


class KeptFile(Protocol):
    """One small file beside the articles, which is read and written whole; str() is where it is, for people. Methods
    raise OSError."""

    def read(self) -> bytes | None:
        """The file, None when there is none."""

    def update(self, change: Callable[[bytes | None], bytes | None]) -> None:
        """Writes what `change` makes of the file (None: there is none), durable when it returns; nothing where that is
        None or the same bytes. `change` is called again where another writer was quicker, and so does nothing else."""

    def append(self, note: bytes, data: bytes) -> None:
        """Adds whole lines, durable when it returns; makes the file, which `note` begins, where there is none. A last
        line that was cut short (it has no line end) goes."""

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
    """The article files, by paths relative to it with forward slashes, and the files beside them. Methods that write
    are durable when they return, unless they say otherwise, and raise OSError with the old file untouched. A path that
    leaves the article store is a ConfigError."""

    @property
    def name(self) -> str:
        """Where it is, for people."""

    def instance(self) -> uuid.UUID:
        """This instance's uuid, which all published ids are made of: minted once, before the first article. When it is
        lost although we wrote articles nothing is minted, for new ids would show every subscriber every entry again.
        Raises ConfigError that says so."""

    def minted(self) -> bool:
        """True when this instance has its uuid."""

    def begun(self) -> bool:
        """True when we wrote articles here."""

    def together(self) -> AbstractContextManager[Callable[[], None]]:
        """Inside, `put` may leave it to the function that this yields, and to the end of the block, to make durable
        that its files are there. Their contents are when `put` returns."""

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        """Writes `article`. Fields that a hand edited stay as they are in the file, also where it does so meanwhile,
        except those that an operator `ordered` to change. Returns the article as the file has it now, its stamp, and
        whether its bytes changed. An article that has a file keeps its path; `path` is where that is, for callers who
        know. Raises ConfigError when the old file cannot be read."""

    def get(self, path: str) -> Article:
        """The article in the file at `path`, its tags_by and excerpt_by "operator" where a hand wrote those. Raises
        ConfigError for a file that is no article, FileNotFoundError, OSError."""

    def read(self, path: str) -> bytes:
        """The bytes of the file. Raises FileNotFoundError, OSError."""

    def stamp(self, path: str) -> FileStamp:
        """The file as it is now. Raises FileNotFoundError."""

    def find(self, id: str) -> str | None:
        """The path of the file of article `id`, None where it has none."""

    def id_at(self, path: str) -> str:
        """The id that the file at `path` says, or its beginning as the file's name has it; "" where neither does. For
        files that are no article (any more)."""

    def path_of(self, what: str) -> str | None:
        """The path of the file that an operator means by `what`, None where there is none here."""

    def walk(self) -> Iterator[FileStamp]:
        """Every article file, in order of path. Of an object store it lists all, which costs: for `reindex` and the
        like."""

    def names(self) -> Iterator[str]:
        """The paths of all files, in order, those that are no articles too, without hidden ones. As costly."""

    def changed(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """What happened to the files since `stamps` (by article id, or by any other key) were taken, and what a crash
        left. Of an object store, whose files nobody looks at without being told to, that alone. What is good for
        nothing is removed on the way, unless `sweep` is False."""

    def left_behind(self) -> Changes:
        """What crashed writers left, as far as it is found without a walk: where several machines write."""

    def folder_stamps(self) -> Mapping[str, tuple[int, int]]:
        """What changes when an article file comes, goes or is replaced (in a folder), and with the files beside the
        articles: cheap, as no article file is looked at."""

    def put_back(self, path: str, data: bytes) -> None:
        """A file as it was once, where it was. Raises FileExistsError where there is one."""

    def edit(self, path: str, data: bytes, *, over: bytes | None = None) -> None:
        """The file at `path` as an editor saves it, who saw it as `over`. In an object store, where others write too,
        an OSError tells that it is that no longer."""

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
        """Remembers beside the articles that `article` was withdrawn from `feeds` (None: those that its file tells of);
        its file is the caller's to delete."""

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
        """Remembers beside the articles what those that are pruned are known by: (article id, alias key). The files are
        the caller's to delete."""

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
    """What the articles of an object store, or of a folder that machines share, are found by in place of a walk: the
    index, and what is reserved beside it. Each method that writes is durable when it returns."""

    def path(self, id: str) -> str | None:
        """The path of an article that has a row, or that is reserved for it."""

    def near(self, id: str, chars: int) -> list[str]:
        """The other ids, of rows and reservations, that begin with the same `chars` characters."""

    def reserve(self, id: str, path: str, *, writing: bool = True) -> str:
        """Reserves `path` for an article; returns the path that the article has by now, which is another one where
        somebody was quicker. Not `writing`: whoever looks next may take in the file."""

    def release(self, path: str) -> None:
        """Ends the reservation of a path."""

    def reserved(self) -> list[Reserved]:
        """The reservations of paths that no row has, oldest first."""

    def sweep(self, before: datetime) -> None:
        """Ends those reservations from before `before` whose paths have rows by now."""


class Snapshots(Protocol):
    """Recent pages as they were fetched, by article id, and which version of ours made its article of each. A cache:
    what is broken or missing counts as absent, nothing is durable."""

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
        """Removes the pages kept before `before` and what is left over; how many. With `dry_run` they are only
        counted. `daily`: where that costs much, once for each day of `before`."""

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
    """Objects by key: a relative path with forward slashes. An object is replaced in one step and durable when `put`
    returns. Every method raises OSError, with an `errno` of `errors.OURS`, when the store cannot be reached or refuses,
    after some tries."""

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
        """Writes an object where the one there has the etag `over` (ABSENT: where there is none; None: in any case),
        with `headers` such as Content-Type. Returns its etag, None where another writer was quicker; an object that has
        these very bytes counts as written."""

    def delete(self, *keys: str) -> None:
        """Deletes those of the objects that are there."""

    def walk(self, prefix: str = "", *, deep: bool = True) -> Iterator[ObjectStamp]:
        """The objects whose keys begin with the folder `prefix` ("" or a path with a last slash), in order of key; not
        `deep`: without those of folders in it."""

    def folders(self) -> list[str]:
        """The first parts of all keys that have more than one, each with a slash."""
