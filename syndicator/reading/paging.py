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
# Words for "page" in addresses. Other words before a number do not mean a page of the article:
# "part", "image", "comment-page".
_PAGE_WORDS: Final = "page|pages|p|pg|pag|pagina|pagenum|pageno|paged|seite|sida|side|strona|sayfa|halaman|oldal|stranka"  # noqa: E501
_PAGE_WORD: Final = re.compile(rf"(?:{_PAGE_WORDS})", re.IGNORECASE)
_NUMBERED_SEGMENT: Final = re.compile(
    rf"(?P<word>(?:{_PAGE_WORDS})[-_]?)?(?P<number>\d{{1,2}})", re.IGNORECASE
)
_NUMBERED_END: Final = re.compile(
    rf"(?P<stem>.+?)(?:(?P<cut>[-_,.])(?P<word>(?:{_PAGE_WORDS})[-_]?)?)(?P<number>\d{{1,2}})", re.I
)
_NUMBER: Final = re.compile(r"\d{1,2}")
_SEGMENT: Final = re.compile(r"(.*?)(\.[a-z]{2,5})?", re.IGNORECASE)
_MOST_APART: Final = timedelta(days=1)  # between the dates of two pages of one article
# A header that the program adds to the stored bytes of several pages: it says where each page ends.
PAGES: Final = "x-pages"
# Characters that a paragraph needs to count as repeated; a shorter one may be in a text twice.
_LEAST_REPEATED: Final = 40
_TITLE_MARKER: Final = re.compile(  # "page 2 of 3" at the end of a title
    r"[\s\-\u2013\u2014|:,(\[]*(?:page|seite|p\u00e1gina|pagina|sida|\u30da\u30fc\u30b8)?\s*\d{1,2}"
    r"(?:\s*(?:/|of|von|de|di|sur)\s*\d{1,2})?[\s)\]]*$",
    re.IGNORECASE,
)


class Numbered(NamedTuple):
    """The page number in an address. `sure`: the number certainly means a page, as in "/story/2"
    and "?page=2". The number in "/story-2" is not sure: this may be another story."""

    number: int
    sure: bool


def read_page_number(url: str, first: str) -> Numbered | None:
    """Return the number of the article's page at `url`, None if `url` is no page of this article.
    `first`: the address of the first page. If this is "/story", then "/story" gives 1, and
    "/story?page=2" and "/story/2" give 2."""
    first_address = _split_address(first)
    address = _split_address(url)
    if first_address is None or address is None:
        return None
    if first_address.host != address.host:
        return None
    has_same_query = first_address.query == address.query
    if first_address.path == address.path:
        if has_same_query:
            return Numbered(1, sure=True)
        return _compare_queries(first_address, address)
    if not has_same_query:
        return None
    return _compare_paths(first_address.path, address.path)


class _Address(NamedTuple):
    """The parts of a web address by which pages of an article are compared."""

    host: str  # without "www.", with its port
    path: list[str]  # its segments
    query: dict[str, str]


def _split_address(url: str) -> _Address | None:
    """Return the parts of an http or https address that are compared: its host and port, its path
    and its query. Return None if it is invalid or has another scheme."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    segments = [segment for segment in parts.path.split("/") if segment]
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return _Address(f"{host}:{port or ''}", segments, query)


def _compare_queries(first: _Address, address: _Address) -> Numbered | None:
    """Return the page number in the query of `address`. The query must differ from that of `first`,
    the address of the first page, in one parameter only, which is 1 or missing in `first` and a
    number in `address`; return None if it differs otherwise. The number is sure if the parameter
    has a name such as "page", unless `first` is the home page of a site."""
    names = first.query | address.query  # those of both queries
    differing = [name for name in names if first.query.get(name) != address.query.get(name)]
    if len(differing) != 1:
        return None
    name = differing[0]
    number = address.query.get(name, "")
    if first.query.get(name, "1") != "1":
        return None
    if not _NUMBER.fullmatch(number):
        return None
    is_sure = bool(_PAGE_WORD.fullmatch(name)) and bool(first.path)
    return _make_number(number, sure=is_sure)


def _compare_paths(first: list[str], path: list[str]) -> Numbered | None:
    """Return the page number in `path`, given as segments. It must be `first`, the path of the
    first page, with a number added: in one or two further segments ("/story/page/2") or at the end
    of the last segment ("/story-2.html"). Return None if it is another path."""
    base = _remove_first_number(first)
    if not base:
        return None  # "/2" and "/page/2" are lists of articles
    # "/story/page/2"
    added = path[len(base) :]
    if path[: len(base)] == base and len(added) in (1, 2):
        return _read_added_number(added)
    # "/story-2.html"
    if len(path) != len(base) or path[:-1] != base[:-1]:
        return None
    base_name = _split_ending(base[-1])
    name = _split_ending(path[-1])
    if name.ending != base_name.ending:
        return None
    match = _NUMBERED_END.fullmatch(name.stem)
    if not match or match["stem"] != base_name.stem:
        return None
    return _make_number(match["number"], sure=bool(match["word"]))


def _read_added_number(added: list[str]) -> Numbered | None:
    """Return the page number in `added`, the one or two segments by which a path is longer than
    that of the article: ["2"], ["page-2"] or ["page", "2"]. Return None if they are anything
    else."""
    if len(added) == 1:
        segment_without_ending = _split_ending(added[0]).stem  # "2" of "2.html"
        match = _NUMBERED_SEGMENT.fullmatch(segment_without_ending)
        return _make_number(match["number"], sure=True) if match else None
    word, number = added
    if not _PAGE_WORD.fullmatch(word) or not _NUMBER.fullmatch(number):
        return None
    return _make_number(number, sure=True)


def _remove_first_number(path: list[str]) -> list[str]:
    """Return `path`, given as segments, without a page number 1 at its end. "/story/page/1" and
    "/story/page-1" become "/story"; "/story-page-1.html" becomes "/story.html". Other paths are
    returned unchanged."""
    # "/story/page/1"
    without_last_two = path[:-2]
    if without_last_two and _PAGE_WORD.fullmatch(path[-2]) and path[-1] == "1":
        return without_last_two
    # "/story/page-1"
    if len(path) > 1:
        segment = _NUMBERED_SEGMENT.fullmatch(path[-1])
        if segment and segment["word"] and segment["number"] == "1":
            return path[:-1]
    if not path:
        return path
    # "/story-page-1.html"
    name = _split_ending(path[-1])
    end = _NUMBERED_END.fullmatch(name.stem)
    if end and end["word"] and end["number"] == "1":
        return [*path[:-1], end["stem"] + name.ending]
    return path


class _Name(NamedTuple):
    """A segment of a path in two parts."""

    stem: str
    ending: str  # such as ".html", "" if there is none


def _split_ending(segment: str) -> _Name:
    """Split a segment of a path into its stem and an ending such as ".html"."""
    match = _SEGMENT.fullmatch(segment)
    return _Name(match[1], match[2] or "") if match else _Name(segment, "")


def _make_number(digits: str, *, sure: bool) -> Numbered | None:
    """Return the number of a page after the first; None for 0, 1 and numbers above 99."""
    number = int(digits)
    return Numbered(number, sure) if 1 < number <= MOST_NUMBER else None


class Part(NamedTuple):
    """One of the pages of an article."""

    html: bytes
    url: str


class Missing(NamedTuple):
    """The page of an article that could not be fetched."""

    url: str
    reason: str  # a code, see docs/reasons.md


def join_pages(parts: Sequence[Part], missing: Missing | None) -> tuple[bytes, dict[str, str]]:
    """Return the pages of an article, one behind the other, as bytes to store; and HTTP headers to
    store with them, by which `split_pages` separates the pages. `parts`: the pages in order;
    `missing`: the page that could not be fetched, None if all could."""
    sizes_and_addresses = [[len(part.html), part.url] for part in parts]  # lists, as JSON has them
    header = {"parts": sizes_and_addresses, "missing": list(missing or ())}
    headers = {PAGES: json.dumps(header)}
    return b"".join(part.html for part in parts), headers


def split_pages(
    html: bytes, url: str, headers: Mapping[str, str]
) -> tuple[list[Part], Missing | None]:
    """Return the pages that `join_pages` has joined to `html`; and the page that could not be
    fetched then, None if all could. `headers`: those stored with `html`. If they have no valid
    header from `join_pages`, `html` is the only page. `url`: the address of the first page."""
    try:
        header: Any = json.loads(headers[PAGES])
        sizes_and_addresses = [(int(size), str(address)) for size, address in header["parts"]]
        missing = Missing(*map(str, header["missing"])) if header["missing"] else None
    except (KeyError, TypeError, ValueError):
        return [Part(html, url)], None
    total_size = sum(size for size, _ in sizes_and_addresses)
    if not sizes_and_addresses or total_size != len(html):
        return [Part(html, url)], None
    parts: list[Part] = []
    start = 0
    for size, address in sizes_and_addresses:
        parts.append(Part(html[start : start + size], address))
        start += size
    parts[0] = parts[0]._replace(url=url)  # it may have moved since
    return parts, missing


def append_pages(
    first: Draft,
    url: str,
    parts: Sequence[Part],
    missing: Missing | None,
    read: Callable[[Part], Draft],
) -> Draft:
    """Return the article `first` with the texts of its later pages.

    `url`: the address from which `first` was read; `parts`: the later pages in order; `missing`:
    the page after them that could not be fetched, None if there is none; `read`: a function that
    reads a page. The article ends before the first page that does not belong to it; the trace says
    why. If only the missing page ends it, the article is partial."""
    pages = [url]
    why_stopped = ""
    article = first
    for part in parts:
        try:
            later = read(part)
        except NotAnArticle as refusal:
            why_stopped = f"{part.url}: {refusal.kind}"
            break
        page = read_page_number(part.url, url)
        is_sure = page is not None and page.sure
        longer = append_page(article, later, part.url, sure=is_sure)
        if isinstance(longer, str):
            why_stopped = f"{part.url}: {longer}"
            break
        article = longer
        pages.append(part.url)

    lacks_page = False
    if missing is not None and not why_stopped:
        lacks_page = True
        why_stopped = f"{missing.url}: {missing.reason}"

    trace: dict[str, Any] = {"pages": pages}
    if why_stopped:
        trace["stopped"] = why_stopped
    return replace(
        article,
        partial=article.partial or lacks_page,
        trace={**article.trace, "pages": trace},
    )


def append_page(first: Draft, later: Draft, page: str, *, sure: bool) -> Draft | str:
    """Return the article `first` with the text of its next page `later`; or, if `later` is not a
    page of the article, the reason as a text. Paragraphs of at least 40 characters that the article
    already has are left out, and so are headings at the start that repeat its title. `page`: the
    address from which `later` was fetched; `sure`: this address certainly names a page of the
    article."""
    refusal = _find_difference(first, later, page, sure=sure)
    if refusal:
        return refusal

    # paragraphs are compared by keys, in which different spellings are equal
    first_keys = {_make_key(paragraph) for paragraph in first.body.split("\n\n")}
    new_paragraphs: list[str] = []
    for paragraph in later.body.split("\n\n"):
        paragraph_key = _make_key(paragraph)
        if len(paragraph_key) < _LEAST_REPEATED or paragraph_key not in first_keys:
            new_paragraphs.append(paragraph)
    cleaned_title = _clean_title(first.title)
    while new_paragraphs and _is_heading_with(cleaned_title, new_paragraphs[0]):
        new_paragraphs.pop(0)

    text = "\n\n".join(new_paragraphs).strip()
    is_mostly_repeated = len(text) < len(later.body) / 2
    is_all_short = all(len(paragraph) < _LEAST_REPEATED for paragraph in new_paragraphs)
    if is_mostly_repeated or is_all_short:
        return "it repeats the pages before"
    return replace(
        first,
        body=f"{first.body.rstrip()}\n\n{text}\n",
        blocks=tuple(dict.fromkeys((*first.blocks, *later.blocks))),
        partial=first.partial or later.partial,
    )


def _clean_title(title: str) -> str:
    """Return a title in lower case without "page 2 of 3" at its end, to compare titles."""
    return _TITLE_MARKER.sub("", title).casefold()


def _is_heading_with(title: str, paragraph: str) -> bool:
    """Return True if a paragraph of markdown is a heading with the text `title`. `title`: as
    `_clean_title` returns it."""
    return paragraph.startswith("#") and _clean_title(paragraph.lstrip("# ").strip()) == title


def _find_difference(first: Draft, later: Draft, page: str, *, sure: bool) -> str:
    """Return in words why `later` cannot be a page of the article `first`, "" if it can. `page`:
    the address from which `later` was fetched, which may differ from the one that it states.
    `sure`: the address certainly names a page of the article, so that the titles may differ."""
    if first.published and later.published:
        time_between = abs(first.published - later.published)
        if time_between > _MOST_APART:
            return "it has another date"
    if read_page_number(later.url, first.url) is None and later.url != page:
        return "it says that it is another page"
    if first.author and later.author and first.author != later.author:
        return "it has another author"
    if not sure and _clean_title(later.title) != _clean_title(first.title):
        return "it has another title"
    return ""


def _make_key(paragraph: str) -> str:
    """Return a paragraph in lower case with single spaces, by which the same paragraph is
    recognised."""
    return " ".join(paragraph.split()).casefold()
