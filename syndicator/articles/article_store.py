"""The article store: a markdown file per article under YYYY/MM/, and the uuid of this instance. Files are the truth."""

from __future__ import annotations

import contextlib
import os
import re
import tomllib
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syndicator import text
from syndicator.articles import disk, edits, hand_edits, normal_form, times
from syndicator.articles.beside import carried, lines, pruned, withdrawals
from syndicator.articles.stamps import by_path
from syndicator.errors import ConfigError
from syndicator.model import Article, FeedKey
from syndicator.ports import FileStamp, Withdrawn

NAME_BYTES = 120  # of a file's name: under the 255 of file systems with room for a temporary file's marks
ID_CHARS = 6  # of the id in a file's name ...
_LENGTHS = (ID_CHARS, 8, 12, 26)  # ... and more where another article's begins with the same
_NAME = re.compile(r"(?:.*-)?([a-z2-7]{6,26})\.md")
_ID_LINE = re.compile(rb"^id: *['\"]?([a-z2-7]{6,26})['\"]?\s*$", re.MULTILINE)
_INSTANCE = "instance.toml"
_ABOUT = "README.md"  # of whoever keeps the folder, and no article
_OURS = re.compile(rb"^digest: *\S", re.MULTILINE)  # stands in every file that we wrote
_HEAD_BYTES = 1 << 16  # of a file: more than any frontmatter of ours


@dataclass(frozen=True, slots=True)
class Changes:
    """How the files differ from their stamps: new files, edited ones, keys of stamps whose file is gone."""

    new: tuple[FileStamp, ...]
    edited: tuple[FileStamp, ...]
    missing: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.edited or self.missing)


class ArticleStore:
    """The article files under `root`. One writer at a time (the run lock sees to it); readers whenever they like."""

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        """Without `durable` no write waits for the disk: for an article store that is thrown away."""
        self.root = root
        self.durable = durable
        self._paths: dict[str, list[str]] | None = None  # first six of the id -> paths; filled by the first search
        self._unsettled: set[Path] | None = None  # folders of files that were put within `together`

    def instance(self) -> uuid.UUID:
        """This instance's uuid, which all published ids are made of: minted once, before the first article. When it is
        lost although we wrote articles nothing is minted, for new ids would show every subscriber every entry again."""
        path = self.root / _INSTANCE
        try:
            return uuid.UUID(tomllib.loads(path.read_text(encoding="utf-8"))["id"])
        except FileNotFoundError:
            return self._mint(path)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise ConfigError(f'{path}: has to say id = "<uuid>"; restore it from a backup') from error

    def minted(self) -> bool:
        """True when this instance has its uuid."""
        return (self.root / _INSTANCE).exists()

    @contextlib.contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        """Inside, `put` leaves it to the function that this yields, and to the end of the block, to make durable that
        its files are there: once for all files of a folder. Their contents are on the disk when `put` returns, so that
        a power cut leaves a file whole or absent, or as it was. Raises OSError."""
        self._unsettled = set()
        try:
            yield self._settle
            self._settle()
        finally:
            self._unsettled = None

    def put(
        self, article: Article, path: str | None = None, *, ordered: Collection[str] = ()
    ) -> tuple[Article, FileStamp, bool]:
        """Writes `article`; durable when it returns (see `together`). Fields that a hand edited stay as they are in the
        file, except those that an operator `ordered` to change (`edits.merge`). Returns the article as the file has it
        now, its stamp, and whether its bytes changed. An article that has a file keeps its path; `path` is where that
        is, for callers who know. Raises OSError with the old file untouched, ConfigError when the old file cannot be
        read."""
        from syndicator.articles import frontmatter

        found = self._known(article.id, path)
        old = self._read(found) if found else None
        if found and old is not None:
            in_file = edits.claim(loaded := frontmatter.load(old, found))
            merged = edits.merge(article, in_file, ordered)
            theirs, body = frontmatter.extra(old, found), frontmatter.body(old, found)
            by_hand = hand_edits.is_hand_edited(in_file, "body")
            data = frontmatter.dump(merged, theirs, body=body if by_hand else None)
            same = merged in (loaded, in_file)  # else no spelling of it can be the old bytes
            if same and old == frontmatter.dump(merged, theirs, body=body, aged=True):
                data = old  # as an earlier version wrote it, which is no reason to write it anew
        else:
            found = self._new_path(article)
            settled = normal_form.settle(article)
            merged = hand_edits.sign(settled)
            data = frontmatter.dump(merged)
        if old == data:
            return merged, self._stamp(found), False
        stat = disk.write(self.root / found, data, durable=self.durable, folders=self._unsettled)
        self._remember(found)
        return merged, FileStamp(path=found, mtime_ns=stat.st_mtime_ns, size=stat.st_size), True

    def get(self, path: str) -> Article:
        """The article in the file at `path`, its tags_by and excerpt_by "operator" where a hand wrote those. Raises
        ConfigError for a file that is no article, FileNotFoundError, OSError."""
        from syndicator.articles import frontmatter

        return edits.claim(frontmatter.load(self._inside(path).read_bytes(), str(self.root / path)))

    def stamp(self, path: str) -> FileStamp:
        """The file as it is now. Raises FileNotFoundError."""
        return self._stamp(path)

    def find(self, id: str) -> str | None:
        """The path of the file of article `id`, relative to the article store."""
        for path in self._candidates(id):
            if self._id_of(path) == id:
                return path
        return None

    def id_at(self, path: str) -> str:
        """The id that the file at `path` says, or its beginning as the file's name has it; "" where neither does. For
        files that are no article (any more)."""
        try:
            said = self._id_of(path)
        except OSError:
            said = None
        return said or _id_part(path) or ""

    def walk(self) -> Iterator[FileStamp]:
        """Every article file, in order of path."""
        for folder, absolute in disk.folders(self.root):
            with os.scandir(absolute) as found:
                entries = sorted((entry for entry in found if _is_article(entry.name)), key=lambda entry: entry.name)
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):  # deleted since the folder was read
                    stat = entry.stat()
                    yield FileStamp(path=f"{folder}{entry.name}", mtime_ns=stat.st_mtime_ns, size=stat.st_size)

    @staticmethod
    def is_ours(data: bytes) -> bool:
        """True for the bytes of a file that we wrote: a hand's own have no digest."""
        return _OURS.search(data[:_HEAD_BYTES]) is not None

    def begun(self) -> bool:
        """True when there is an article file that we wrote: a hand's own have no digest."""
        for stamp in self.walk():
            with contextlib.suppress(FileNotFoundError), (self.root / stamp.path).open("rb") as file:
                if self.is_ours(file.read(_HEAD_BYTES)):
                    return True
        return False

    def changed(self, stamps: Mapping[str, FileStamp], *, sweep: bool = True) -> Changes:
        """What happened to the files since `stamps` (by article id, or by any other key) were taken. Files left by a
        write that a crash cut short are removed on the way, unless `sweep` is False."""
        known = by_path(stamps)
        new: list[FileStamp] = []
        edited: list[FileStamp] = []
        for folder, absolute in disk.folders(self.root):
            with os.scandir(absolute) as found:
                for entry in found:
                    if not _is_article(entry.name):
                        if sweep:
                            disk.unlink_litter(entry)
                        continue
                    path = f"{folder}{entry.name}"
                    try:
                        stat = entry.stat()
                    except FileNotFoundError:  # deleted since the folder was read
                        continue
                    before = known.pop(path, None)
                    if before is None or before[1] != stat.st_mtime_ns or before[2] != stat.st_size:
                        stamp = FileStamp(path=path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)
                        (new if before is None else edited).append(stamp)
        missing = sorted(key for key, _, _ in known.values())
        if new or missing:
            self._paths = None
        return Changes(tuple(sorted(new, key=_path)), tuple(sorted(edited, key=_path)), tuple(missing))

    def folder_stamps(self) -> dict[str, tuple[int, int]]:
        """What changes when an article file comes, goes or is replaced, and with the files beside the articles: cheap,
        as no article file is looked at. A file that is edited in place changes none of it."""
        found = {path: (os.stat(path).st_mtime_ns, 0) for _, path in disk.folders(self.root)}  # noqa: PTH116
        if not found:
            return {}
        with os.scandir(self.root) as beside:
            stats = {entry.path: entry.stat() for entry in beside if entry.is_file()}
        return found | {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}

    def read(self, path: str) -> bytes:
        """The bytes of the file at `path`. Raises FileNotFoundError, OSError."""
        return self._inside(path).read_bytes()

    def put_back(self, path: str, data: bytes) -> None:
        """A file as it was once, where it was; durable when it returns. Raises FileExistsError where there is one."""
        inside = self._inside(path)
        if inside.exists():
            raise FileExistsError(f"{inside} is there")
        disk.write(inside, data, durable=self.durable)
        self._paths = None

    def edit(self, path: str, data: bytes) -> None:
        """The file at `path` as an editor saves it; durable when it returns. Raises OSError."""
        disk.write(self._inside(path), data, durable=self.durable)

    def add(self, article: Article, data: bytes) -> str:
        """The file of `article` as somebody else wrote it, at a path of its own: that path. Durable then. Raises
        OSError."""
        path = self._new_path(article)
        self.put_back(path, data)
        return path

    def delete(self, path: str) -> bool:
        """Removes the file, durably. False when it was not there."""
        inside = self._inside(path)
        try:
            inside.unlink()
        except FileNotFoundError:
            return False
        disk.sync_folder(inside.parent)
        self._paths = None
        return True

    def delete_all(self, paths: Iterable[str]) -> None:
        """Removes those of the files that are there; durable when it returns, and not one by one, which takes long."""
        inside = [path for one in paths if (path := self._inside(one)).exists()]
        for path in inside:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in inside}:
            disk.sync_folder(folder)
        self._paths = None

    def withdraw(self, article: Article, at: datetime, feeds: Iterable[FeedKey] | None = None) -> None:
        """Remembers beside the articles that `article` was withdrawn from `feeds` (None: those that its file tells of);
        its file is the caller's to delete."""
        self.list_withdrawn([withdrawals.withdrawn_of(article, at, feeds)])

    def list_withdrawn(self, new: Iterable[Withdrawn]) -> None:
        """Adds withdrawals to the list; one that is on it stays as it is."""
        before = {entry.id: entry for entry in self.withdrawn()}
        after = {entry.id: entry for entry in new} | before
        if after.keys() != before.keys():
            withdrawals.write(self.root / withdrawals.NAME, after.values())

    def unlist_withdrawn(self, id: str) -> None:
        """Takes a withdrawal off the list."""
        withdrawals.write(self.root / withdrawals.NAME, [entry for entry in self.withdrawn() if entry.id != id])

    def lists_withdrawn(self) -> bool:
        """True when the list is there."""
        return (self.root / withdrawals.NAME).exists()

    def withdrawn(self) -> list[Withdrawn]:
        """What was withdrawn, oldest first. Raises ConfigError."""
        return withdrawals.read(self.root / withdrawals.NAME)

    def carry(self, announced: Iterable[tuple[str, str]]) -> None:
        """Remembers beside the articles which sources announced them: (article id, source key); durable when it
        returns. Raises OSError."""
        carried.append(self.root / carried.NAME, announced, durable=self.durable)

    def carried(self) -> list[tuple[str, str]]:
        """What `carry` was given, each once. Raises OSError."""
        return carried.read(self.root / carried.NAME)

    def carried_stamp(self) -> str | None:
        """What changes whenever `carried` may; None where nothing was ever written."""
        return lines.stamp(self.root / carried.NAME)

    def prune(self, aliases: Iterable[tuple[str, str]]) -> None:
        """Remembers beside the articles what those that are pruned are known by: (article id, alias key); durable when
        it returns. The files are the caller's to delete. Raises OSError."""
        pruned.append(self.root / pruned.NAME, aliases, durable=self.durable)

    def pruned(self) -> list[tuple[str, str]]:
        """What `prune` was given, each once. Raises OSError."""
        return pruned.read(self.root / pruned.NAME)

    def pruned_stamp(self) -> str | None:
        """What changes whenever `pruned` may; None where nothing was ever pruned."""
        return lines.stamp(self.root / pruned.NAME)

    def compact(self) -> None:
        """Takes out of the files of `carry` and `prune` what they have twice. Raises OSError."""
        carried.compact(self.root / carried.NAME, durable=self.durable)
        pruned.compact(self.root / pruned.NAME, durable=self.durable)

    def sweep(self) -> int:
        """Removes the temporary files of writers that are gone; how many."""
        removed = 0
        for _, absolute in disk.folders(self.root):
            with os.scandir(absolute) as found:
                removed += sum(disk.unlink_litter(entry) for entry in found)
        return removed

    def _settle(self) -> None:
        for folder in sorted(self._unsettled or ()):
            disk.sync_folder(folder)
        self._unsettled = self._unsettled and set()

    def _mint(self, path: Path) -> uuid.UUID:
        minted = uuid.uuid4()
        line = f'id = "{minted}"\n'
        if self.begun():
            raise ConfigError(
                f"{path} is missing although there are articles; restore it from a backup. Only without one, write "
                f"this line into it, and every subscriber will see every entry once more: {line.strip()}"
            )
        note = "# This instance, minted once. All ids in the published feeds are made of it: keep it, and back it up.\n"
        disk.write(path, (note + line).encode())
        return minted

    def _known(self, id: str, path: str | None) -> str | None:
        """The path of article `id`'s file: `path` where that is right."""
        if path is not None and self._id_of(path) == id:
            return path
        return self.find(id)

    def _new_path(self, article: Article) -> str:
        """YYYY/MM/<slug>-<id6>.md with the shortest id that no other article's file has."""
        folder = times.day(article)[:7].replace("-", "/") or "0000/00"
        taken = {name for path in self._candidates(article.id) if (name := _id_part(path))}
        size = next((size for size in _LENGTHS if article.id[:size] not in taken), _LENGTHS[-1])
        ending = f"-{article.id[:size]}.md"
        readable = text.stem(article.title, NAME_BYTES - len(ending) - 7) or "article"
        return f"{folder}/{readable}{ending}"

    def _candidates(self, id: str) -> list[str]:
        """The files that may be article `id`'s, by their names. When one of them is gone the folders are read anew."""
        for names in (self._paths, None):
            found = names if names is not None else self._read_names()
            likely = [path for path in found.get(id[:ID_CHARS], []) if id.startswith(_id_part(path) or id)]
            likely.sort(key=lambda path: _id_part(path) is None)  # before a hand's file that has the same id
            if names is None or all((self.root / path).exists() for path in likely):
                break
        return likely

    def _read_names(self) -> dict[str, list[str]]:
        self._paths = {}
        for folder, absolute in disk.folders(self.root):
            with os.scandir(absolute) as entries:
                names = sorted(entry.name for entry in entries if _is_article(entry.name))
            for name in names:
                self._remember(f"{folder}{name}")
        return self._paths

    def _remember(self, path: str) -> None:
        if self._paths is None:
            return
        key = (_id_part(path) or self._id_of(path) or "")[:ID_CHARS]
        paths = self._paths.setdefault(key, [])
        if path not in paths:
            paths.append(path)

    def _id_of(self, path: str) -> str | None:
        """The id in the file at `path`, None when there is none or no file."""
        try:
            data = self._inside(path).read_bytes()
        except FileNotFoundError:
            return None
        from syndicator.articles import frontmatter

        try:
            return frontmatter.load(data, path).id
        except ConfigError:  # a mistake in another line does not make it another article's file
            found = _ID_LINE.search(data)
            return found[1].decode() if found else None

    def _read(self, path: str) -> bytes | None:
        try:
            return self._inside(path).read_bytes()
        except FileNotFoundError:
            return None

    def _stamp(self, path: str) -> FileStamp:
        stat = self._inside(path).stat()
        return FileStamp(path=path, mtime_ns=stat.st_mtime_ns, size=stat.st_size)

    def _inside(self, path: str) -> Path:
        parts = path.split("/")
        if not parts or any(part in ("", ".", "..") for part in parts):
            raise ConfigError(f"{path!r} is no path in the article store {self.root}")
        return self.root.joinpath(*parts)


def _path(stamp: FileStamp) -> str:
    return stamp.path


def _is_article(name: str) -> bool:
    return name.endswith(".md") and not name.startswith(".") and name != _ABOUT


def _id_part(path: str) -> str | None:
    match = _NAME.fullmatch(path.rpartition("/")[2])
    return match[1] if match else None
