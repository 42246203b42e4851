"""What article files teach, remembered between two times of learning, so that only those are read that changed since.

The memory is a file of the state folder that can be made again: JSON lines, packed. It holds texts, so `forget` goes
with whatever deletes articles for good."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from syndicator.articles.edits import By, by_of
from syndicator.core.errors import ConfigError
from syndicator.core.ports import FileStamp
from syndicator.core.ports.articles import ArticleStore

_NAME: Final = "learnt-articles.gz"
_VERSION: Final = 2  # another one is read anew
_FAST: Final = 1  # level of gzip: higher ones take five times as long for a tenth less


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What learning needs of an article, with the same names. `text`: None where it was not kept, as it teaches
    nothing."""

    title: str
    text: str | None
    tags: tuple[str, ...] = ()
    tags_by: str = ""
    keywords: tuple[str, ...] = ()
    source_key: str = ""
    category: str = ""  # "" also where nobody confirmed it

    @property
    def may_teach(self) -> bool:
        """True where a person may have stood behind the tags, or did behind the category."""
        by_publisher = self.tags_by in ("publisher", "llm") and bool(self.keywords)
        return bool(self.category) or (bool(self.tags) and (self.tags_by == "operator" or by_publisher))


_BAD = 1000  # files that are no article, of which nobody has as many


def memory(learnt: Path) -> Path:
    """The file of the memory, beside what was `learnt`."""
    return learnt.with_name(_NAME)


def forget(learnt: Path) -> None:
    """Deletes the memory. Raises OSError."""
    memory(learnt).unlink(missing_ok=True)


def lacking(files: Sequence[FileStamp], learnt: Path, newest: int) -> list[FileStamp]:
    """Those of `files`, oldest first, that `read` may read. Some more, since files that are no article count here."""
    known = _known(memory(learnt))

    def is_known(place: int, stamp: FileStamp) -> bool:
        before, old = known.get(stamp.path, (None, None))
        if old is None or before != stamp:
            return False
        return old.text is not None or not (old.may_teach or place >= len(files) - newest - _BAD)

    return [stamp for place, stamp in enumerate(files) if not is_known(place, stamp)]


def read(article_store: ArticleStore, files: Sequence[FileStamp], learnt: Path, newest: int) -> list[Taught]:
    """What `files`, oldest first, teach. Read are those alone that changed since, and those whose text was not kept
    and is among the `newest` now. Files that are no article, or gone, are left out: who records them names them. What
    was read is remembered. Raises OSError."""
    known = _known(memory(learnt))
    found: list[tuple[FileStamp, Taught]] = []
    for stamp in files:
        before, old = known.get(stamp.path, (None, None))
        new = old if old and before == stamp else _of(article_store, stamp.path)
        if new:
            found.append((stamp, new))
    needed = [place >= len(found) - newest or one.may_teach for place, (_, one) in enumerate(found)]
    for place, (stamp, one) in enumerate(found):
        if needed[place] and one.text is None:
            found[place] = stamp, _of(article_store, stamp.path) or one
    kept = {
        stamp.path: (stamp, one if need else replace(one, text=None))
        for need, (stamp, one) in zip(needed, found, strict=True)
    }
    if kept != known:
        _remember(memory(learnt), kept.values())
    return [one for _, one in found]


def _of(article_store: ArticleStore, path: str) -> Taught | None:
    try:
        article = article_store.get(path)
    except (ConfigError, FileNotFoundError):
        return None
    return Taught(
        title=article.title,
        text=article.text,
        tags=article.tags,
        tags_by=article.tags_by,
        keywords=article.keywords,
        source_key=article.source_key,
        category=article.category if by_of(article, "category") is By.OPERATOR else "",
    )


def _known(path: Path) -> dict[str, tuple[FileStamp, Taught]]:
    """Path -> the file as it was, and what it taught; empty where there is no memory, or a damaged or another one."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            if json.loads(next(lines)) != _VERSION:
                return {}
            return dict(_entry(json.loads(line)) for line in lines)
    except (OSError, EOFError, ValueError, TypeError, StopIteration, KeyError):
        return {}


def _entry(row: dict[str, Any]) -> tuple[str, tuple[FileStamp, Taught]]:
    stamp = FileStamp(path=row.pop("path"), mtime_ns=row.pop("mtime_ns"), size=row.pop("size"))
    return stamp.path, (stamp, Taught(**{**row, "tags": tuple(row["tags"]), "keywords": tuple(row["keywords"])}))


def _remember(path: Path, kept: Iterable[tuple[FileStamp, Taught]]) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with gzip.open(fresh, "wt", encoding="utf-8", compresslevel=_FAST) as out:
        out.write(f"{_VERSION}\n")
        for stamp, one in kept:
            out.write(
                json.dumps({"path": stamp.path, "mtime_ns": stamp.mtime_ns, "size": stamp.size, **asdict(one)}) + "\n"
            )
    fresh.replace(path)
