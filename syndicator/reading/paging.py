"""Join the pages of a long article to one; read the page number in an address. Pure."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Draft

MOST_NUMBER: Final = 99
# Words for "page" in addresses. Others before a number ("part", "image", "comment-page") name
# something else.
_WORDS: Final = "page|pages|p|pg|pag|pagina|pagenum|pageno|paged|seite|sida|side|strona|sayfa|halaman|oldal|stranka"  # noqa: E501
_WORD: Final = re.compile(rf"(?:{_WORDS})", re.IGNORECASE)
_MARKED: Final = re.compile(rf"(?P<word>(?:{_WORDS})[-_]?)?(?P<number>\d{{1,2}})", re.IGNORECASE)
_SUFFIX: Final = re.compile(
    rf"(?P<stem>.+?)(?:(?P<cut>[-_,.])(?P<word>(?:{_WORDS})[-_]?)?)(?P<number>\d{{1,2}})", re.I
)
_NUMBER: Final = re.compile(r"\d{1,2}")
PAGES: Final = "x-pages"  # the header that has the pages of which kept bytes consist
# characters of a paragraph by which it is known again; shorter ones may stand twice
_LONG: Final = 40
_MARKER: Final = re.compile(  # what titles say of pages, at their end
    r"[\s\-\u2013\u2014|:,(\[]*(?:page|seite|p\u00e1gina|pagina|sida|\u30da\u30fc\u30b8)?\s*\d{1,2}"
    r"(?:\s*(?:/|of|von|de|di|sur)\s*\d{1,2})?[\s)\]]*$",
    re.IGNORECASE,
)


class Numbered(NamedTuple):
    """A page's number. `sure`: the address names a page ("/story/2", "?page=2"); "/story-2" may be
    another story."""

    number: int
    sure: bool


def numbered(url: str, first: str) -> Numbered | None:
    """Return the number of page `url` of the article at `first` (1 for `first`), None if `url` has
    no number."""
    ours = _parts(first)
    theirs = _parts(url)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return None
    (_, path, query), (_, other, asked) = ours, theirs
    if path == other:
        return Numbered(1, True) if query == asked else _by_query(path, query, asked)
    return _by_path(path, other) if query == asked else None


def _parts(url: str) -> tuple[str, list[str], dict[str, str]] | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    segments = [segment for segment in parts.path.split("/") if segment]
    return f"{host}:{port or ''}", segments, dict(parse_qsl(parts.query, keep_blank_values=True))


def _by_query(path: list[str], query: dict[str, str], asked: dict[str, str]) -> Numbered | None:
    names = [name for name in query | asked if query.get(name) != asked.get(name)]
    if (
        len(names) != 1
        or query.get(names[0], "1") != "1"
        or not _NUMBER.fullmatch(asked.get(names[0], ""))
    ):
        return None
    sure = bool(_WORD.fullmatch(names[0])) and bool(path)
    return _number(asked[names[0]], sure=sure)


def _by_path(path: list[str], other: list[str]) -> Numbered | None:
    bare = _bare(path)
    if not bare:
        return None  # pages of a front page are lists
    if other[: len(bare)] == bare and len(other) in (len(bare) + 1, len(bare) + 2):
        added = other[len(bare) :]
        if len(added) > 1:
            word, number = added
            return (
                _number(number, sure=True)
                if _WORD.fullmatch(word) and _NUMBER.fullmatch(number)
                else None
            )
        marked = _MARKED.fullmatch(_split(added[0])[0])
        return _number(marked["number"], sure=True) if marked else None
    if len(other) != len(bare) or other[:-1] != bare[:-1]:
        return None
    (stem, kind), (changed, other_kind) = _split(bare[-1]), _split(other[-1])
    marked = _SUFFIX.fullmatch(changed) if kind == other_kind else None
    if not marked or marked["stem"] != stem:
        return None
    return _number(marked["number"], sure=bool(marked["word"]))


def _bare(path: list[str]) -> list[str]:
    if path[:-2] and _WORD.fullmatch(path[-2]) and path[-1] == "1":
        return path[:-2]
    marked = _MARKED.fullmatch(path[-1]) if len(path) > 1 else None
    if marked and marked["word"] and marked["number"] == "1":
        return path[:-1]
    stem, kind = _split(path[-1]) if path else ("", "")
    cut = _SUFFIX.fullmatch(stem)
    if cut and cut["word"] and cut["number"] == "1":
        return [*path[:-1], cut["stem"] + kind]
    return path


def _split(segment: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*?)(\.[a-z]{2,5})?", segment, re.IGNORECASE)
    return (match[1], match[2] or "") if match else (segment, "")


def _number(value: str, *, sure: bool) -> Numbered | None:
    number = int(value)
    return Numbered(number, sure) if 1 < number <= MOST_NUMBER else None


class Part(NamedTuple):
    """One page of several: its bytes and its address."""

    html: bytes
    url: str


class Missing(NamedTuple):
    """A page that could not be fetched, and the reason code."""

    url: str
    reason: str


def together(parts: Sequence[Part], missing: Missing | None) -> tuple[bytes, dict[str, str]]:
    """Return the bytes of several pages as one, and a header by which `apart` separates them."""
    content = {
        "parts": [[len(part.html), part.url] for part in parts],
        "missing": list(missing or ()),
    }
    return b"".join(part.html for part in parts), {PAGES: json.dumps(content)}


def apart(html: bytes, url: str, headers: Mapping[str, str]) -> tuple[list[Part], Missing | None]:
    """Return the pages that `together` joined; one page if there is no such header."""
    try:
        content: Any = json.loads(headers[PAGES])
        sizes = [(int(size), str(address)) for size, address in content["parts"]]
        missing = Missing(*map(str, content["missing"])) if content["missing"] else None
    except (KeyError, TypeError, ValueError):
        return [Part(html, url)], None
    if sum(size for size, _ in sizes) != len(html) or not sizes:
        return [Part(html, url)], None
    parts = []
    at = 0
    for size, address in sizes:
        parts.append(Part(html[at : at + size], address))
        at += size
    return [parts[0]._replace(url=url), *parts[1:]], missing


def whole(
    first: Draft,
    url: str,
    parts: Sequence[Part],
    missing: Missing | None,
    read: Callable[[Part], Draft],
) -> Draft:
    """Return `first` (the page at `url`) with its later pages, up to the first that does not belong
    to it."""
    taken = [url]
    stopped = ""
    for part in parts:
        try:
            later = read(part)
        except NotAnArticle as refusal:
            stopped = f"{part.url}: {refusal.kind}"
            break
        shape = numbered(part.url, url)
        grown = joined(first, later, part.url, sure=bool(shape and shape.sure))
        if isinstance(grown, str):
            stopped = f"{part.url}: {grown}"
            break
        first = grown
        taken = [*taken, part.url]
    lacking = missing if missing and not stopped else None
    if lacking:
        stopped = f"{lacking.url}: {lacking.reason}"
    pages = {"pages": taken, **({"stopped": stopped} if stopped else {})}
    return replace(
        first, partial=first.partial or lacking is not None, trace={**first.trace, "pages": pages}
    )


def joined(first: Draft, later: Draft, page: str, *, sure: bool) -> Draft | str:
    """Return `first` with the text of its page `later`, without repeated paragraphs; or why `later`
    is no page of it. `page`: the address of `later`; `sure`: see `Numbered`."""
    if (why := _other_article(first, later, page, sure=sure)) is not None:
        return why
    seen = {_key(paragraph) for paragraph in first.body.split("\n\n")}
    fresh = [
        text
        for text in later.body.split("\n\n")
        if len(_key(text)) < _LONG or _key(text) not in seen
    ]
    title = _MARKER.sub("", first.title).casefold()
    while (
        fresh
        and fresh[0].startswith("#")
        and _MARKER.sub("", fresh[0].lstrip("# ").strip()).casefold() == title
    ):
        fresh.pop(0)
    text = "\n\n".join(fresh).strip()
    if len(text) < len(later.body) / 2 or not any(len(paragraph) >= _LONG for paragraph in fresh):
        return "it repeats the pages before"
    return replace(
        first,
        body=f"{first.body.rstrip()}\n\n{text}\n",
        blocks=tuple(dict.fromkeys((*first.blocks, *later.blocks))),
        partial=first.partial or later.partial,
    )


def _other_article(first: Draft, later: Draft, page: str, *, sure: bool) -> str | None:
    if (
        first.published
        and later.published
        and abs(first.published - later.published) > timedelta(days=1)
    ):
        return "it has another date"
    if numbered(later.url, first.url) is None and later.url != page:
        return "it says that it is another page"
    if first.author and later.author and first.author != later.author:
        return "it has another author"
    if (
        not sure
        and _MARKER.sub("", later.title).casefold() != _MARKER.sub("", first.title).casefold()
    ):
        return "it has another title"
    return None


def _key(paragraph: str) -> str:
    return " ".join(paragraph.split()).casefold()
