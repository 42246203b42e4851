"""Names of article files with ids (pure), stamps of a store, and reserved paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from syndicator.articles import edits, fields
from syndicator.core import text
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.ports import FileStamp
from syndicator.core.ports.articles import ArticlePaths, Changes
from syndicator.core.ports.articles import FileStamp as ArticlesFileStamp

NAME_BYTES = 120  # of a file's name: under the 255 of file systems with room for a temporary file's marks
ID_CHARS = 6  # of the id in a file's name ...
_LENGTHS = (ID_CHARS, 8, 12, 26)  # ... and more where another article's begins with the same
_NAME = re.compile(r"(?:.*-)?([a-z2-7]{6,26})\.md")
_PLACE = re.compile(r"(?:\d{4}/\d{2}/)?[^/]+")  # of an article file: the root itself is for those that a hand put there
_ABOUT = "README.md"  # of whoever keeps the folder, and no article


def is_article(name: str) -> bool:
    """True for the name of an article file, without its folder."""
    return name.endswith(".md") and not name.startswith(".") and name != _ABOUT


def is_article_path(path: str) -> bool:
    """True for the path of an article file."""
    return _PLACE.fullmatch(path) is not None and is_article(path.rpartition("/")[2])


def id_part(path: str) -> str | None:
    """The id, or the beginning of one, in the name of a file; None where there is none."""
    match = _NAME.fullmatch(path.rpartition("/")[2])
    return match[1] if match else None


def new_path(article: Article, taken: Collection[str]) -> str:
    """YYYY/MM/<slug>-<id6>.md with the shortest id that is not `taken` by another article's file."""
    folder = fields.day(article)[:7].replace("-", "/") or "0000/00"
    size = next((size for size in _LENGTHS if article.id[:size] not in taken), _LENGTHS[-1])
    ending = f"-{article.id[:size]}.md"
    readable = text.stem(article.title, NAME_BYTES - len(ending) - 7) or "article"
    return f"{folder}/{readable}{ending}"


def checked(path: str, store: object) -> str:
    """`path`, when it is one in the article `store`. Raises ConfigError."""
    if any(part in ("", ".", "..") for part in path.split("/")):
        raise ConfigError(f"{path!r} is no path in the article store {store}")
    return path


def printable(path: str) -> str:
    """A path as it can be written anywhere: bytes that are no UTF-8, which a file's name may have, as escapes. Pure."""
    return path.encode("utf-8", "backslashreplace").decode()


class Stamps(Mapping[str, FileStamp]):
    """Article id -> the stamp of its file. Kept as plain tuples: a hundred thousand objects would cost a second."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """`rows`: id, path, mtime_ns, size."""
        self._rows = {id: (path, mtime_ns, size) for id, path, mtime_ns, size in rows}

    def __getitem__(self, id: str) -> FileStamp:
        path, mtime_ns, size = self._rows[id]
        return FileStamp(path=path, mtime_ns=mtime_ns, size=size)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def by_path(self) -> dict[str, tuple[str, int, int]]:
        """Path -> (id, mtime_ns, size)."""
        return {path: (id, mtime_ns, size) for id, (path, mtime_ns, size) in self._rows.items()}


def by_path(stamps: Mapping[str, FileStamp]) -> dict[str, tuple[str, int, int]]:
    """The same of any mapping."""
    if isinstance(stamps, Stamps):
        return stamps.by_path()
    return {stamp.path: (key, stamp.mtime_ns, stamp.size) for key, stamp in stamps.items()}


_ID_LINE = re.compile(rb"^id: *['\"]?([a-z2-7]{6,26})['\"]?\s*$", re.MULTILINE)
_OURS = re.compile(rb"^digest: *\S", re.MULTILINE)  # stands in every file that we wrote
HEAD_BYTES = 1 << 16  # of a file: more than any frontmatter of ours


def first(article: Article) -> tuple[Article, bytes]:
    """A new file of `article`, and the article as it has it."""
    from syndicator.articles import frontmatter

    signed = edits.sign(fields.settle(article))
    return signed, frontmatter.dump(signed)


def over(article: Article, old: bytes, path: str, ordered: Collection[str] = ()) -> tuple[Article, bytes]:
    """The file `old` at `path` with the new fields of `article`, hand edits kept but `ordered`. Raises ConfigError."""
    from syndicator.articles import frontmatter

    in_file = edits.claim(as_loaded := frontmatter.load(old, path))
    merged = edits.merge(article, in_file, ordered)
    theirs, body = frontmatter.extra(old, path), frontmatter.body(old, path)
    by_hand = edits.is_hand_edited(in_file, "body")
    data = frontmatter.dump(merged, theirs, body=body if by_hand else None)
    same = merged in (as_loaded, in_file)  # else no spelling of it can be the old bytes
    if same and old == frontmatter.dump(merged, theirs, body=body, aged=True):
        data = old  # as an earlier version wrote it, which is no reason to write it anew
    return merged, data


def loaded(data: bytes, name: str) -> Article:
    """The article in a file, with the marks of what a hand wrote. Raises ConfigError that names it as `name`."""
    from syndicator.articles import frontmatter

    return edits.claim(frontmatter.load(data, name))


def id_in(data: bytes, path: str) -> str | None:
    """The id in a file, None when there is none."""
    from syndicator.articles import frontmatter

    try:
        return frontmatter.load(data, path).id
    except ConfigError:  # a mistake in another line does not make it another article's file
        found = _ID_LINE.search(data)
        return found[1].decode() if found else None


def is_ours(data: bytes) -> bool:
    """True for the bytes of a file that we wrote: a hand's own have no digest."""
    return _OURS.search(data[:HEAD_BYTES]) is not None


# How long whoever reserved a path may be writing its file: longer than the most patient request.
WRITING: Final = timedelta(minutes=10)


def new_reserved_path(index: ArticlePaths, article: Article) -> str:
    """A path that no other article has whose id begins alike."""
    near = index.near(article.id, ID_CHARS)
    return new_path(article, {other[:size] for other in near for size in range(ID_CHARS, len(other) + 1)})


def left_behind(
    index: ArticlePaths, now: datetime, look: Callable[[str], ArticlesFileStamp | None], *, sweep: bool = True
) -> Changes:
    """Unconfirmed reservations: files without rows are new, the rest is dropped (`sweep`). `look`: file at a path."""
    since, new = now - WRITING, []
    if sweep:
        index.sweep(since)
    for one in index.reserved():
        if one.writing and one.at > since:
            continue
        if (found := look(one.path)) is not None:
            new.append(found)
        elif sweep:
            index.release(one.path)
    return Changes(new=tuple(sorted(new, key=lambda stamp: stamp.path)))
