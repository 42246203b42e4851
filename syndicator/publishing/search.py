"""Make the search files: which words each period's articles have, and their results.

Each file is a script with one call, `syndicatorSearch(name, data)`: pages may load it without
connect-src in their content security policy, and from a local folder. Our server reads it for
questions. A period is a past year, a past month of this year, or a block of this month's articles;
builds write changed periods."""

import hashlib
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby, islice, pairwise
from typing import Any, Final
from urllib.parse import quote

from syndicator.core.axes import ALL
from syndicator.core.text import each_term, slug
from syndicator.publishing import paths
from syndicator.publishing.article_index import Members
from syndicator.publishing.render.view import View
from syndicator.searching.documents import Document

FOLDER: Final = paths.SEARCH
MANIFEST: Final = "search/index.js"
DOCS: Final = 12  # articles in a file of results: 3 kB compressed
_TERM_BYTES: Final = 6_000  # of a file of terms, at most: 2 to 3 kB compressed
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
# Weight of a term: in title or tags; in excerpt, names, or often in the text; seldom in the text.
_LOUD = "!"
_CLEAR = "."
_SEEN = ""
_DISTINCT: Final = 400  # the first distinct terms of a text, from some 1,200 words
_TERMS: Final = 3500  # of a text that are looked at
_OFTEN: Final = 3
BLOCK: Final = 32  # articles of the open month
_LARGE: Final = (64 * BLOCK, 8 * BLOCK, BLOCK)  # sizes of blocks
_FORM: Final = "4"  # increase to make all files again
READ: Final = 20  # articles at a time

# A period in the list: name, digest of its files, number of articles, number of files of terms.
Row = tuple[str, str, int, int]
MonthEntries = Sequence[tuple[str, datetime, str]]


def weigh_text(document: Document) -> dict[str, str]:
    """Return the first terms of a text, each with its mark of weight."""
    counts = Counter(document.body.split()[:_TERMS])
    return {
        term: _CLEAR if count >= _OFTEN else _SEEN
        for term, count in islice(counts.items(), _DISTINCT)
    }


class Shards:
    """The files of one period while they are made. Articles and terms are packed as they come, to
    save memory."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._places: dict[str, bytearray] = defaultdict(bytearray)  # of each term
        self._last: dict[str, int] = {}
        self._shown: list[str] = []

    def add(self, views: Iterable[View], documents: Mapping[str, Document]) -> None:
        """Add articles, oldest first. `documents`: of those whose texts are published, by id."""
        for place, view in enumerate(views, len(self._shown)):
            for term, mark in _weigh_terms(view, documents.get(view.id)).items():
                self._places[term] += _pack_position(place - self._last.get(term, -1) - 1, mark)
                self._last[term] = place
            shown = (
                view.title,
                view.url,
                f"{view.published:%Y-%m-%d}",
                view.origin.title,
                view.summary,
                view.id,
            )
            self._shown.append("\0".join(shown))

    def files(self) -> tuple[int, int, Iterator[tuple[str, bytes]]]:
        """Return the number of articles, the number of term files, and an iterator over all files
        (name, content)."""
        parts = 1
        size = sum(len(term) + len(places) for term, places in self._places.items())
        while parts * _TERM_BYTES < size:
            parts *= 2
        return (
            len(self._shown),
            parts,
            ((f"{FOLDER}{name}.js", call(name, data)) for name, data in self._files(parts)),
        )

    def _files(self, parts: int) -> Iterator[tuple[str, Any]]:
        spread: list[list[str]] = [[] for _ in range(parts)]
        for term in sorted(self._places):
            spread[part_of(term, parts)].append(term)
        for part, terms in enumerate(spread):
            yield (
                f"{self._name}.t{part}",
                "\n".join(f"{term} {self._places[term][1:].decode()}" for term in terms),
            )
        for at in range(0, len(self._shown), DOCS):
            yield (
                f"{self._name}.d{at // DOCS}",
                [fields.split("\0") for fields in self._shown[at : at + DOCS]],
            )


def part_of(term: str, parts: int) -> int:
    """Return the number of the term file, of `parts`, that contains `term`."""
    return zlib.crc32(term.encode()) % parts


def make_facet(kind: str, value: str) -> str:
    """Return the term for a tag, category, source or language. It has a colon, so it differs from
    all words."""
    return f"{kind}:" + quote(value, safe="!'()*")  # as encodeURIComponent does


def _weigh_terms(view: View, document: Document | None) -> dict[str, str]:
    """Return the article's terms with their weight marks. `document`: None unless its whole text is
    published."""
    marks = weigh_text(document) if document else {}
    about = (view.summary, view.category, *view.authors, view.origin.title)
    marks |= dict.fromkeys(each_term("\n".join(about)), _CLEAR)
    marks |= dict.fromkeys(each_term("\n".join((view.title, *view.tags))), _LOUD)
    kinds = [("tag", slug(tag)) for tag in view.tags] + [
        ("lang", view.language.lower().partition("-")[0])
    ]
    kinds += [("category", slug(view.category))] if view.category else []
    return marks | {make_facet(*term): _SEEN for term in (*kinds, ("source", view.source_key))}


def list_shard_names(name: str, count: int, parts: int) -> list[str]:
    """Return the files of a period with `count` articles and `parts` term files."""
    docs = range(-(-count // DOCS))
    return [f"{FOLDER}{name}.t{part}.js" for part in range(parts)] + [
        f"{FOLDER}{name}.d{part}.js" for part in docs
    ]


def call(name: str, data: Any) -> bytes:
    """Return a script that passes `data`, in ASCII, so that it depends on no encoding."""
    return (
        f"syndicatorSearch({json.dumps(name)},{json.dumps(data, separators=(',', ':'))})\n".encode(
            "ascii"
        )
    )


def called(script: bytes | None) -> Any:
    """Return the data of a script that `call` made, None for anything else."""
    try:
        return json.loads(b"[" + (script or b"").partition(b"(")[2].rpartition(b")")[0] + b"]")[1]
    except (ValueError, IndexError):
        return None


@lru_cache(4096)
def _pack_position(skipped: int, mark: str) -> bytes:
    """Return the position of a term's next article: the number of articles between, in base 36, and
    the weight."""
    digits = _DIGITS[skipped % 36]
    while skipped := skipped // 36:
        digits = _DIGITS[skipped % 36] + digits
    return f",{digits}{mark}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`months`: those of a past period; `ids`: articles of a block, oldest first; `fingerprint`: of
    its articles."""

    name: str
    fingerprint: str
    months: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def periods(months: Mapping[str, str], newest: MonthEntries, about: str) -> list[Period]:
    """Return the periods, oldest first. `months`: month ("2026-11") -> fingerprint, ascending;
    `newest`: the articles of the last month, newest first; `about`: a fingerprint of all other
    input."""
    if not months:
        return []
    *closed, open_month = sorted(months)
    return [
        *_plan_closed_periods(closed, months, open_month[:4], about),
        *_plan_blocks(open_month, newest, about),
    ]


def _plan_closed_periods(
    closed: Sequence[str], months: Mapping[str, str], year: str, about: str
) -> Iterator[Period]:
    for name, group in groupby(closed, key=lambda month: month if month[:4] == year else month[:4]):
        part = tuple(group)
        yield Period(
            name=name,
            fingerprint=_make_fingerprint(about, *(months[month] for month in part)),
            months=part,
        )


def _plan_blocks(month: str, newest: MonthEntries, about: str) -> Iterator[Period]:
    oldest = list(reversed(newest))
    starts = [0]
    for size in _LARGE:
        starts += range(starts[-1] + size, len(oldest) + 1, size)
    for start, end in pairwise(dict.fromkeys((*starts, len(oldest)))):
        block = oldest[start:end]
        fingerprints = [f"{article_id} {fingerprint}" for article_id, _, fingerprint in block]
        name = f"{month}.{start // BLOCK}"
        yield Period(
            name=name,
            fingerprint=_make_fingerprint(about, *fingerprints),
            ids=tuple(article_id for article_id, _, _ in block),
        )


def _make_fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join((_FORM, *parts)).encode()).hexdigest()[:16]


def find_documents(
    index: Members, ids: Sequence[str], read: Callable[[str], Document]
) -> Mapping[str, Document]:
    """Return the terms of articles by id. `read`: returns those that are not in the index yet."""
    found = index.documents(ids)
    return found | {article_id: read(article_id) for article_id in ids if article_id not in found}


def list_article_ids(index: Members, period: Period) -> list[str]:
    """Return the article ids of a period, oldest first."""
    if period.ids:
        return list(period.ids)
    return [
        article_id
        for month in period.months
        for article_id, _, _ in reversed(index.month_entries(ALL, month))
    ]


def listed(manifest: bytes | None) -> dict[str, Row]:
    """Return the rows of the list of periods, by period."""
    data = called(manifest)
    rows = data if isinstance(data, list) else []
    return {
        row[0]: tuple(row)
        for row in rows
        if isinstance(row, list) and [*map(type, row)] == [str, str, int, int]
    }
