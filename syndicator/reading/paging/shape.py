"""Which page of an article an address is, by its shape: that of the article's first page and a number. Pure."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

MOST_NUMBER: Final = 99
# Words for "page" in addresses. Others before a number ("part", "image", "comment-page") name something else.
_WORDS: Final = "page|pages|p|pg|pag|pagina|pagenum|pageno|paged|seite|sida|side|strona|sayfa|halaman|oldal|stranka"
_WORD: Final = re.compile(rf"(?:{_WORDS})", re.IGNORECASE)
_MARKED: Final = re.compile(rf"(?P<word>(?:{_WORDS})[-_]?)?(?P<number>\d{{1,2}})", re.IGNORECASE)
_SUFFIX: Final = re.compile(
    rf"(?P<stem>.+?)(?:(?P<cut>[-_,.])(?P<word>(?:{_WORDS})[-_]?)?)(?P<number>\d{{1,2}})", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\d{1,2}")


class Numbered(NamedTuple):
    """The number of a page. `sure`: its address says that it is a page, and not only that it is the second of
    something: "/story/2" or "?page=2", where "/story-2" may as well be another story."""

    number: int
    sure: bool


def numbered(url: str, first: str) -> Numbered | None:
    """Which page of the article whose first page is at `first` the address `url` is; None for none that one can see by
    it. 1 where both are the same."""
    ours, theirs = _parts(first), _parts(url)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return None
    (_, path, query), (_, other, asked) = ours, theirs
    if path == other:
        return Numbered(1, True) if query == asked else _by_query(path, query, asked)
    return _by_path(path, other) if query == asked else None


def _parts(url: str) -> tuple[str, list[str], dict[str, str]] | None:
    """Host, segments of the path and parameters; None for what is no address of a page."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    segments = [one for one in parts.path.split("/") if one]
    return f"{host}:{port or ''}", segments, dict(parse_qsl(parts.query, keep_blank_values=True))


def _by_query(path: list[str], query: dict[str, str], asked: dict[str, str]) -> Numbered | None:
    """By one parameter more, or one that was 1."""
    names = [name for name in query | asked if query.get(name) != asked.get(name)]
    if len(names) != 1 or query.get(names[0], "1") != "1" or not _NUMBER.fullmatch(asked.get(names[0], "")):
        return None
    sure = bool(_WORD.fullmatch(names[0])) and bool(path)
    return _number(asked[names[0]], sure=sure)


def _by_path(path: list[str], other: list[str]) -> Numbered | None:
    bare = _bare(path)
    if not bare:
        return None  # pages of a front page are lists
    if other[: len(bare)] == bare and len(other) in (len(bare) + 1, len(bare) + 2):
        return _by_segments(other[len(bare) :])
    if len(other) != len(bare) or other[:-1] != bare[:-1]:
        return None
    (stem, kind), (changed, other_kind) = _split(bare[-1]), _split(other[-1])
    found = _SUFFIX.fullmatch(changed) if kind == other_kind else None
    if not found or found["stem"] != stem:
        return None
    return _number(found["number"], sure=bool(found["word"]))


def _bare(path: list[str]) -> list[str]:
    """The path without what says that it is page 1."""
    if path[:-2] and _WORD.fullmatch(path[-2]) and path[-1] == "1":
        return path[:-2]
    found = _MARKED.fullmatch(path[-1]) if len(path) > 1 else None
    if found and found["word"] and found["number"] == "1":
        return path[:-1]
    stem, kind = _split(path[-1]) if path else ("", "")
    cut = _SUFFIX.fullmatch(stem)
    if cut and cut["word"] and cut["number"] == "1":
        return [*path[:-1], cut["stem"] + kind]
    return path


def _by_segments(added: list[str]) -> Numbered | None:
    """By one segment more ("2", "page-2"), or a word and a number."""
    if len(added) > 1:
        word, number = added
        return _number(number, sure=True) if _WORD.fullmatch(word) and _NUMBER.fullmatch(number) else None
    found = _MARKED.fullmatch(_split(added[0])[0])
    return _number(found["number"], sure=True) if found else None


def _split(segment: str) -> tuple[str, str]:
    """A segment's stem and ending: "story", ".html"."""
    found = re.fullmatch(r"(.*?)(\.[a-z]{2,5})?", segment, re.IGNORECASE)
    return (found[1], found[2] or "") if found else (segment, "")


def _number(value: str, *, sure: bool) -> Numbered | None:
    number = int(value)
    return Numbered(number, sure) if 1 < number <= MOST_NUMBER else None
