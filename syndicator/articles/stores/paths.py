"""Name article files, stamp and load them, merge new versions, find files left by a crash.
For stores in folders and in object stores."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from syndicator.articles import edits, fields
from syndicator.core import text
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.ports.articles import ArticlePaths, Changes, FileStamp

NAME_BYTES = 120  # of a file's name: file systems allow 255, and temporary files have longer names
ID_CHARS = 6  # of the id in a file's name
_LENGTHS = (ID_CHARS, 8, 12, 26)  # more if another article's id begins alike
_NAME = re.compile(r"(?:.*-)?([a-z2-7]{6,26})\.md")
# of an article file; hand-written ones may be in the root
_PLACE = re.compile(r"(?:\d{4}/\d{2}/)?[^/]+")
_ABOUT = "README.md"  # the operator's notes, no article
_ID_LINE = re.compile(rb"^id: *['\"]?([a-z2-7]{6,26})['\"]?\s*$", re.MULTILINE)
_OURS = re.compile(rb"^digest: *\S", re.MULTILINE)  # in every file that we wrote
HEAD_BYTES = 1 << 16  # of a file: more than any frontmatter of ours
# A reserved path may be without its file for so long: longer than any request with retries.
WRITING: Final = timedelta(minutes=10)


def is_article(name: str) -> bool:
    """Return True for the name of an article file, without its folder."""
    return name.endswith(".md") and not name.startswith(".") and name != _ABOUT


def is_article_path(path: str) -> bool:
    """Return True for the path of an article file."""
    return _PLACE.fullmatch(path) is not None and is_article(path.rpartition("/")[2])


def id_part(path: str) -> str | None:
    """Return the id, or its beginning, in the name of a file, or None."""
    match = _NAME.fullmatch(path.rpartition("/")[2])
    return match[1] if match else None


def new_path(article: Article, taken: Collection[str]) -> str:
    """Return YYYY/MM/<slug>-<id6>.md, with the shortest beginning of the id that is not in
    `taken`."""
    folder = fields.day(article)[:7].replace("-", "/") or "0000/00"
    free_lengths = [length for length in _LENGTHS if article.id[:length] not in taken]
    length = free_lengths[0] if free_lengths else _LENGTHS[-1]
    ending = f"-{article.id[:length]}.md"
    title = text.stem(article.title, NAME_BYTES - len(ending) - 7) or "article"
    return f"{folder}/{title}{ending}"


def checked(path: str, store: object) -> str:
    """Return `path` if it is inside the article `store`. Raises ConfigError."""
    if any(part in ("", ".", "..") for part in path.split("/")):
        raise ConfigError(f"{path!r} is no path in the article store {store}")
    return path


def printable(path: str) -> str:
    """Return `path` with escapes for bytes that are not UTF-8. Pure."""
    return path.encode("utf-8", "backslashreplace").decode()


class Stamps(Mapping[str, FileStamp]):
    """Stamps of article files by id. Holds plain tuples: a hundred thousand objects would take a
    second."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take `rows` of (id, path, mtime_ns, size)."""
        self._rows = {
            article_id: (path, mtime_ns, size) for article_id, path, mtime_ns, size in rows
        }

    def __getitem__(self, article_id: str) -> FileStamp:
        path, mtime_ns, size = self._rows[article_id]
        return FileStamp(path=path, mtime_ns=mtime_ns, size=size)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def by_path(stamps: Mapping[str, FileStamp]) -> dict[str, tuple[str, int, int]]:
    """Return (key, mtime_ns, size) by path."""
    if isinstance(stamps, Stamps):  # without creating an object per row
        return {
            path: (article_id, mtime_ns, size)
            for article_id, (path, mtime_ns, size) in stamps._rows.items()
        }
    return {stamp.path: (key, stamp.mtime_ns, stamp.size) for key, stamp in stamps.items()}


def make_first_file(article: Article) -> tuple[Article, bytes]:
    """Return `article` signed, and its new file."""

    from syndicator.articles import frontmatter

    signed = edits.sign(fields.settle(article))
    return signed, frontmatter.dump(signed)


def merge_into_file(
    article: Article, old: bytes, path: str, ordered: Collection[str] = ()
) -> tuple[Article, bytes]:
    """Merge `article` into the file `old` at `path`. Edits by hand stay, except `ordered`. Raises
    ConfigError."""

    from syndicator.articles import frontmatter

    as_loaded = frontmatter.load(old, path)
    in_file = edits.mark_operator_edits(as_loaded)
    merged = edits.merge(article, in_file, ordered)
    operator_values = frontmatter.extra(old, path)
    body = frontmatter.body(old, path)
    is_body_edited = "body" in edits.hand_edited(in_file)
    data = frontmatter.dump(merged, operator_values, body=body if is_body_edited else None)
    is_unchanged = merged in (as_loaded, in_file)  # else the bytes differ in any spelling
    if is_unchanged and old == frontmatter.dump(merged, operator_values, body=body, aged=True):
        data = old  # unchanged but for the schema of an earlier version: keep its bytes
    return merged, data


def load_article(data: bytes, name: str) -> Article:
    """Parse a file and mark the operator's edits. `name`: the file's, for ConfigError."""

    from syndicator.articles import frontmatter

    return edits.mark_operator_edits(frontmatter.load(data, name))


def id_in(data: bytes, path: str) -> str | None:
    """Return the article id in a file, or None."""

    from syndicator.articles import frontmatter

    try:
        return frontmatter.load(data, path).id
    except ConfigError:  # the id counts even if another line is invalid
        match = _ID_LINE.search(data)
        return match[1].decode() if match else None


def is_ours(data: bytes) -> bool:
    """Return True if we wrote the file: hand-written ones have no digest."""
    return _OURS.search(data[:HEAD_BYTES]) is not None


def new_reserved_path(index: ArticlePaths, article: Article) -> str:
    """Return a path for a new article, unlike those of articles whose ids begin alike."""
    taken = set()
    for similar_id in index.near(article.id, ID_CHARS):
        for length in range(ID_CHARS, len(similar_id) + 1):
            taken.add(similar_id[:length])
    return new_path(article, taken)


def left_behind(
    index: ArticlePaths,
    now: datetime,
    look: Callable[[str], FileStamp | None],
    *,
    sweep: bool = True,
) -> Changes:
    """Return files of unconfirmed reservations as new. `sweep`: drop those without file. `look`:
    stamp by path."""
    since = now - WRITING
    new = []
    if sweep:
        index.sweep(since)
    for reservation in index.reserved():
        if reservation.writing and reservation.at > since:
            continue
        if (file := look(reservation.path)) is not None:
            new.append(file)
        elif sweep:
            index.release(reservation.path)
    return Changes(new=tuple(sorted(new, key=lambda stamp: stamp.path)))
