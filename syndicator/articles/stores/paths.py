"""Name, stamp, load and merge article files, and find those left by a crash.
For article stores in folders and in object stores."""

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
_SPARE_BYTES = 7  # of these, left unused
_NAME_WITHOUT_TITLE = "article"
_MONTH_CHARS = 7  # of a day such as 2026-11-24
_FOLDER_WITHOUT_MONTH = "0000/00"
ID_CHARS = 6  # characters of the id in the name of a file
_LENGTHS = (ID_CHARS, 8, 12, 26)  # longer beginnings, if the id of another article begins alike
_NAME = re.compile(r"(?:.*-)?([a-z2-7]{6,26})\.md")  # group: the beginning of the id
# path of an article file; files that a person wrote may be in the root
_PLACE = re.compile(r"(?:\d{4}/\d{2}/)?[^/]+")
_ABOUT = "README.md"  # the operator's notes, no article
_ID_LINE = re.compile(rb"^id: *['\"]?([a-z2-7]{6,26})['\"]?\s*$", re.MULTILINE)
_DIGEST_LINE = re.compile(rb"^digest: *\S", re.MULTILINE)  # in every file that we wrote
HEAD_BYTES = 1 << 16  # at the start of a file: more than any frontmatter of ours
# After so long a writer that reserved a path has written the file or has crashed: longer than any
# request with retries.
WRITING: Final = timedelta(minutes=10)


def is_article(name: str) -> bool:
    """Return True if a file with this name, without its folder, is an article file."""
    return name.endswith(".md") and not name.startswith(".") and name != _ABOUT


def is_article_path(path: str) -> bool:
    """Return True if `path`, relative to the article store, is that of an article file."""
    return _PLACE.fullmatch(path) is not None and is_article(path.rpartition("/")[2])


def get_id_part(path: str) -> str | None:
    """Return the id, or its beginning, in the name of an article file: "k3x7ab" for
    `2026/11/some-title-k3x7ab.md`. Return None if the name has none."""
    name = path.rpartition("/")[2]
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    return match[1]


def make_new_path(article: Article, taken: Collection[str]) -> str:
    """Return the path for the file of a new article, such as `2026/11/some-title-k3x7ab.md`. It has
    the month, the title and the beginning of the id. `taken`: beginnings of ids that other files
    have in their names. If the first six characters of the id are among them, more characters are
    used."""
    month = fields.day(article)[:_MONTH_CHARS]
    folder = month.replace("-", "/") or _FOLDER_WITHOUT_MONTH  # "2026-11" gives "2026/11"
    beginnings = [article.id[:length] for length in _LENGTHS]
    free_beginnings = [beginning for beginning in beginnings if beginning not in taken]
    id_beginning = free_beginnings[0] if free_beginnings else beginnings[-1]
    ending = f"-{id_beginning}.md"
    title_bytes = NAME_BYTES - len(ending) - _SPARE_BYTES
    title = text.make_file_stem(article.title, title_bytes) or _NAME_WITHOUT_TITLE
    return f"{folder}/{title}{ending}"


def check_article_path(path: str, store: object) -> str:
    """Return `path` unchanged. Raises ConfigError if it would lead out of the article store.
    `store`: the name of the article store, for the message."""
    if any(part in ("", ".", "..") for part in path.split("/")):
        raise ConfigError(f"{path!r} is no path in the article store {store}")
    return path


def printable(path: str) -> str:
    """Return `path` with an escape such as \\udcff for each byte that is not UTF-8. Pure."""
    return path.encode("utf-8", "backslashreplace").decode()


class Stamps(Mapping[str, FileStamp]):
    """A mapping of article ids to the stamps of their files. It holds tuples and makes a stamp only
    when asked: to make a hundred thousand stamps would take a second."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """`rows`: (article id, path, mtime_ns, size)."""
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


def index_by_path(stamps: Mapping[str, FileStamp]) -> dict[str, tuple[str, int, int]]:
    """Return a triple for each stamp, by its path: its key in `stamps`, its modification time in
    nanoseconds, and its size. `stamps`: stamps of files by any key, such as the article id."""
    by_path: dict[str, tuple[str, int, int]] = {}
    if isinstance(stamps, Stamps):  # the same in less time, as no stamp objects are made
        for article_id, (path, mtime_ns, size) in stamps._rows.items():
            by_path[path] = article_id, mtime_ns, size
        return by_path
    for key, stamp in stamps.items():
        by_path[stamp.path] = key, stamp.mtime_ns, stamp.size
    return by_path


def make_first_file(article: Article) -> tuple[Article, bytes]:
    """Return an article that has no file yet, with its digests, and the bytes of its new file."""

    from syndicator.articles import frontmatter

    signed = edits.sign(fields.settle(article))
    return signed, frontmatter.dump(signed)


def merge_into_file(
    article: Article, old: bytes, path: str, ordered: Collection[str] = ()
) -> tuple[Article, bytes]:
    """Return a new version of an article and the bytes of its file, both with the values that a
    person wrote into the present file. `old`: the bytes of the present file at `path`. `ordered`:
    fields in which the new version counts in any case.

    If nothing changes, the bytes are `old`. Raises ConfigError if the present file is invalid."""

    from syndicator.articles import frontmatter

    as_loaded = frontmatter.load(old, path)
    in_file = edits.mark_operator_edits(as_loaded)
    merged = edits.merge(article, in_file, ordered)
    operator_values = frontmatter.extra(old, path)
    body = frontmatter.body(old, path)
    is_body_edited = "body" in edits.hand_edited(in_file)
    kept_body = body if is_body_edited else None
    data = frontmatter.dump(merged, operator_values, body=kept_body)
    # A file that an earlier version wrote keeps its bytes if only its schema would change. To find
    # this out, the article is written as that version did.
    is_unchanged = merged in (as_loaded, in_file)
    if is_unchanged and old == frontmatter.dump(merged, operator_values, body=body, aged=True):
        data = old
    return merged, data


def load_article(data: bytes, name: str) -> Article:
    """Return the article of a file. Fields that a person has edited in the file are marked as
    written by the operator. `data`: the bytes of the file. `name`: its name, for messages. Raises
    ConfigError if it is invalid."""

    from syndicator.articles import frontmatter

    return edits.mark_operator_edits(frontmatter.load(data, name))


def read_id(data: bytes, path: str) -> str | None:
    """Return the article id in `data`, the bytes of the file at `path`. Return None if it has
    none."""

    from syndicator.articles import frontmatter

    try:
        return frontmatter.load(data, path).id
    except ConfigError:  # the id counts even if another line is invalid
        match = _ID_LINE.search(data)
    if match is None:
        return None
    return match[1].decode()


def is_ours(data: bytes) -> bool:
    """Return True if we wrote the file with these bytes: files that a person wrote have no
    digest."""
    return _DIGEST_LINE.search(data[:HEAD_BYTES]) is not None


def choose_free_path(index: ArticlePaths, article: Article) -> str:
    """Return a free path for a new article. No article in `index` has it, and no article whose id
    begins alike can get it when it is written at the same time."""
    ids_in_use = set()
    for similar_id in index.list_similar_ids(article.id, ID_CHARS):
        for length in range(ID_CHARS, len(similar_id) + 1):
            ids_in_use.add(similar_id[:length])
    return make_new_path(article, ids_in_use)


def find_left_behind(
    index: ArticlePaths,
    now: datetime,
    find_stamp: Callable[[str], FileStamp | None],
    *,
    sweep: bool = True,
) -> Changes:
    """Return as new files those that a crashed process has written, and that the database does not
    know. It had reserved their paths in `index`. `now`: the present time. `find_stamp`: returns the
    stamp of the file at a path, None if there is no file. `sweep`: True to delete the reservations
    that are done or have no file, too."""
    since = now - WRITING
    new: list[FileStamp] = []
    if sweep:
        index.sweep(since)
    for reservation in index.reserved():
        if reservation.writing and reservation.at > since:
            continue  # its writer may still be writing
        stamp = find_stamp(reservation.path)
        if stamp is not None:
            new.append(stamp)
        elif sweep:
            index.release(reservation.path)
    new.sort(key=lambda stamp: stamp.path)
    return Changes(new=tuple(new))
