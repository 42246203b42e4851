"""Make the files in which browsers search articles: for each period, its terms and its results.

A term file says which articles have a word; a file of results has the title, address and excerpt of
each article. Each file is a script with one call, `syndicatorSearch(name, data)`: pages may load it
without connect-src in their content security policy, and from a local folder. Our server reads the
files, too, to answer questions. A period is a past year, a past month of this year, or a block of
this month's articles; a build writes only the periods that changed."""

import hashlib
import json
import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice, pairwise
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
RESULTS_PER_FILE: Final = 12  # articles in a file of results: 3 kB compressed
_TERM_BYTES: Final = 6_000  # of a file of terms, at most: 2 to 3 kB compressed
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
# Marks of the weight of a term in an article, heaviest first; `search.js` reads them.
_IN_TITLE: Final = "!"  # or in the tags
_IN_EXCERPT: Final = "."  # or in the names of authors and source, or often in the text
_IN_TEXT: Final = ""  # seldom in the text
_MOST_DISTINCT: Final = 400  # the first distinct terms of a text, from some 1,200 words
_MOST_TERMS: Final = 3500  # of a text that are looked at
_LEAST_OCCURRENCES: Final = 3  # times
_FINGERPRINT_DIGITS: Final = 16
_MOST_CACHED_POSITIONS: Final = 4096
BLOCK: Final = 32  # articles of the open month
_BLOCK_SIZES: Final = (64 * BLOCK, 8 * BLOCK, BLOCK)  # articles, the largest first
_FILE_VERSION: Final = "4"  # increase to make all files again
_YEAR_LENGTH: Final = 4  # length of the year in "2026-11"
READ: Final = 20  # articles at a time

# A period in the list: name, digest of its files, number of articles, number of files of terms.
Row = tuple[str, str, int, int]
MonthEntries = Sequence[tuple[str, datetime, str]]


def weigh_text(document: Document) -> dict[str, str]:
    """Return term -> mark for the first 400 distinct terms (searchable words) of an article's text.
    A mark is a character that tells searches how important the term is in the article. A term that
    occurs at least three times gets the mark of terms in the excerpt. `document`: the terms of the
    article."""
    counts = Counter(document.body.split()[:_MOST_TERMS])
    return {
        term: _IN_EXCERPT if count >= _LEAST_OCCURRENCES else _IN_TEXT
        for term, count in islice(counts.items(), _MOST_DISTINCT)
    }


class Shards:
    """The files of one period while they are made. Articles and terms are stored as packed text, to
    save memory. An article's number is its position in the period, from 0. `name`: the name of the
    period, such as "2025"."""

    def __init__(self, name: str) -> None:
        self._name = name
        # of each term: the packed positions of its articles
        self._positions: dict[str, bytearray] = defaultdict(bytearray)
        self._last_number: dict[str, int] = {}  # of each term: its last article
        self._results: list[str] = []  # of each article: the fields of a result

    def add(self, views: Iterable[View], documents: Mapping[str, Document]) -> None:
        """Add the next articles of the period to the search files, oldest first. `views`: what may
        be shown of each article; `documents`: article id -> terms (searchable words) of the
        articles that are published whole."""
        first_number = len(self._results)  # articles are numbered in the order of adding
        for number, view in enumerate(views, first_number):
            marks = _weigh_terms(view, documents.get(view.id))
            for term, mark in marks.items():
                # Instead of the number of an article, store how many articles without the term
                # were skipped since the last one with it: small numbers need fewer bytes.
                last_number = self._last_number.get(term, -1)
                skipped = number - last_number - 1
                self._positions[term] += _pack_position(skipped, mark)
                self._last_number[term] = number
            result_fields = (
                view.title,
                view.url,
                f"{view.published:%Y-%m-%d}",
                view.origin.title,
                view.summary,
                view.id,
            )
            self._results.append("\0".join(result_fields))

    def files(self) -> tuple[int, int, Iterator[tuple[str, bytes]]]:
        """Return three things: the number of articles, the number of term files (which list the
        articles of each term), and an iterator over all files of the period as (name, bytes)."""
        # so many term files that each has at most 6 kB on average; a power of two, so that the
        # number seldom changes
        term_file_count = 1
        size = sum(len(term) + len(positions) for term, positions in self._positions.items())
        while term_file_count * _TERM_BYTES < size:
            term_file_count *= 2
        return len(self._results), term_file_count, self._write_files(term_file_count)

    def _write_files(self, term_file_count: int) -> Iterator[tuple[str, bytes]]:
        """Yield the search files of the period as (name, bytes): first the term files, such as
        search/2025.t0.js, which list the articles of each term, then the files of results, such as
        search/2025.d0.js, which have what a search shows of each article."""
        terms_by_file: list[list[str]] = [[] for _ in range(term_file_count)]
        for term in sorted(self._positions):
            file_number = get_term_file_number(term, term_file_count)
            terms_by_file[file_number].append(term)
        for file_number, terms in enumerate(terms_by_file):
            lines: list[str] = []
            for term in terms:
                positions = self._positions[term][1:]  # each begins with a comma: cut off the first
                lines.append(f"{term} {positions.decode()}")
            yield self._write_file(f"{self._name}.t{file_number}", "\n".join(lines))

        for start in range(0, len(self._results), RESULTS_PER_FILE):
            packed_results = self._results[start : start + RESULTS_PER_FILE]
            results = [result_fields.split("\0") for result_fields in packed_results]
            file_number = start // RESULTS_PER_FILE
            yield self._write_file(f"{self._name}.d{file_number}", results)

    def _write_file(self, name: str, data: Any) -> tuple[str, bytes]:
        """Return the file name and the content of a script that passes `data` to the page."""
        return f"{FOLDER}{name}.js", write_script(name, data)


def get_term_file_number(term: str, term_file_count: int) -> int:
    """Return the number, from 0, of the term file in which `term` is; `search.js` computes the
    same."""
    return zlib.crc32(term.encode()) % term_file_count


def make_facet(kind: str, value: str) -> str:
    """Return the term for a tag, category, source or language, such as "tag:ai". Its colon, which
    no word has, keeps it apart from words. `kind`: "tag", "category", "source" or "lang"."""
    return f"{kind}:" + quote(value, safe="!'()*")  # as encodeURIComponent does


def _weigh_terms(view: View, document: Document | None) -> dict[str, str]:
    """Return term -> mark for the terms (words) by which a search finds an article. A mark is a
    character that says where the term is: title, excerpt or text. A term in several places gets the
    most important mark. `view`: what may be shown of the article; `document`: the terms of its
    text, None if the article is not published whole."""
    marks: dict[str, str] = {}
    if document is not None:
        marks = weigh_text(document)
    # heavier marks come later and replace lighter ones
    excerpt_and_names = (view.summary, view.category, *view.authors, view.origin.title)
    marks |= dict.fromkeys(each_term("\n".join(excerpt_and_names)), _IN_EXCERPT)
    title_and_tags = (view.title, *view.tags)
    marks |= dict.fromkeys(each_term("\n".join(title_and_tags)), _IN_TITLE)
    # a facet finds the articles with a whole value, such as a tag of two words
    facets = [make_facet("tag", slug(tag)) for tag in view.tags]
    language, _, _ = view.language.lower().partition("-")
    facets.append(make_facet("lang", language))
    if view.category:
        facets.append(make_facet("category", slug(view.category)))
    facets.append(make_facet("source", view.source_key))
    marks |= dict.fromkeys(facets, _IN_TEXT)
    return marks


def list_shard_names(name: str, article_count: int, term_file_count: int) -> list[str]:
    """Return the names of the search files of a period: its term files, then its files of results.
    `name`: of the period, such as "2025"; `article_count`: number of its articles;
    `term_file_count`: number of its term files."""
    result_file_count = math.ceil(article_count / RESULTS_PER_FILE)
    names = [f"{FOLDER}{name}.t{number}.js" for number in range(term_file_count)]
    names += [f"{FOLDER}{name}.d{number}.js" for number in range(result_file_count)]
    return names


def write_script(name: str, data: Any) -> bytes:
    """Return a script that passes `data` to the page, in ASCII, so that it depends on no
    encoding."""
    arguments = f"{json.dumps(name)},{json.dumps(data, separators=(',', ':'))}"
    return f"syndicatorSearch({arguments})\n".encode("ascii")


def read_script(script: bytes | None) -> Any:
    """Return the data in a script that `write_script` made; None if `script` is None or is no such
    script. The script calls a function with a name and the data."""
    if script is None:
        return None
    _, _, after_bracket = script.partition(b"(")
    arguments, _, _ = after_bracket.rpartition(b")")
    try:
        _, data = json.loads(b"[" + arguments + b"]")
    except ValueError:  # no JSON, or not two arguments
        return None
    return data


@lru_cache(_MOST_CACHED_POSITIONS)
def _pack_position(skipped: int, mark: str) -> bytes:
    """Return the entry of an article in the list of a term's articles, as bytes: a comma, a number
    in base 36, and a mark. 40 skipped articles and the mark "!" give ",14!". `skipped`: number of
    articles since the last one with the term; `mark`: a character that says how important the term
    is in the article."""
    digits = _DIGITS[skipped % 36]
    skipped //= 36
    while skipped:
        digits = _DIGITS[skipped % 36] + digits
        skipped //= 36
    return f",{digits}{mark}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period of the search. It has either `months`, if it is a past year or month, or `ids`, if
    it is a block of articles of the open month, oldest first. `fingerprint`: a fingerprint of its
    articles and of all else that its files depend on."""

    name: str
    fingerprint: str
    months: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def plan_periods(months: Mapping[str, str], newest: MonthEntries, other_input: str) -> list[Period]:
    """Divide all articles into periods of time, each of which gets its own search files; return the
    periods, oldest first. `months`: month ("2026-11") -> fingerprint of its articles; `newest`: the
    articles of the last month, newest first; `other_input`: a fingerprint of all other input of the
    search files."""
    if not months:
        return []
    *closed, open_month = sorted(months)
    this_year = open_month[:_YEAR_LENGTH]
    closed_periods = _plan_closed_periods(closed, months, this_year, other_input)
    return [*closed_periods, *_plan_blocks(open_month, newest, other_input)]


def _plan_closed_periods(
    closed: Sequence[str], months: Mapping[str, str], this_year: str, other_input: str
) -> Iterator[Period]:
    """Yield a period for each past year and each past month of this year, oldest first. `closed`:
    all months but the last, ascending; `months`: month ("2026-11") -> fingerprint of its articles;
    `this_year`: the year of the last month; `other_input`: a fingerprint of all other input."""
    months_by_period: dict[str, list[str]] = {}
    for month in closed:
        year = month[:_YEAR_LENGTH]
        name = month if year == this_year else year
        months_by_period.setdefault(name, []).append(month)
    for name, months_of_period in months_by_period.items():
        fingerprints = [months[month] for month in months_of_period]
        yield Period(
            name=name,
            fingerprint=_make_fingerprint(other_input, *fingerprints),
            months=tuple(months_of_period),
        )


def _plan_blocks(month: str, newest: MonthEntries, other_input: str) -> Iterator[Period]:
    """Yield the periods into which the last month is divided, blocks of articles, oldest first. The
    oldest articles fill blocks of 2,048, the next ones blocks of 256, then of 32, so that a new
    article changes only the last, small block. `month`: such as "2026-11"; `newest`: its articles,
    newest first; `other_input`: a fingerprint of all other input of the search files."""
    oldest_first = list(reversed(newest))
    count = len(oldest_first)
    bounds = [0]  # indices where blocks begin and end
    for size in _BLOCK_SIZES:  # the largest first, as many as fit
        bounds += range(bounds[-1] + size, count + 1, size)
    distinct_bounds = dict.fromkeys((*bounds, count))
    for start, end in pairwise(distinct_bounds):
        block = oldest_first[start:end]
        fingerprints = [f"{article_id} {fingerprint}" for article_id, _, fingerprint in block]
        yield Period(
            name=f"{month}.{start // BLOCK}",
            fingerprint=_make_fingerprint(other_input, *fingerprints),
            ids=tuple(article_id for article_id, _, _ in block),
        )


def _make_fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join((_FILE_VERSION, *parts)).encode()).hexdigest()[
        :_FINGERPRINT_DIGITS
    ]


def find_documents(
    index: Members, ids: Sequence[str], read: Callable[[str], Document]
) -> Mapping[str, Document]:
    """Return article id -> terms (searchable words) of the article. `ids`: of the articles; `read`:
    takes an article id and returns its terms, called if the index does not have them yet."""
    documents = dict(index.documents(ids))
    for article_id in ids:
        if article_id not in documents:
            documents[article_id] = read(article_id)
    return documents


def list_article_ids(index: Members, period: Period) -> list[str]:
    """Return the ids of the articles of a period, oldest first. `index`: lists the articles of each
    month; `period`: has either article ids or months."""
    if period.ids:
        return list(period.ids)
    article_ids: list[str] = []
    for month in period.months:
        entries = index.month_entries(ALL, month)
        article_ids += [article_id for article_id, _, _ in reversed(entries)]
    return article_ids


def read_manifest(manifest: bytes | None) -> dict[str, Row]:
    """Return the rows of the published list of periods: name of the period -> row with name, hash,
    number of articles and number of term files. Invalid rows are ignored. `manifest`: the script
    with the list, None if none is published."""
    data = read_script(manifest)
    if not isinstance(data, list):
        return {}
    rows: dict[str, Row] = {}
    for row in data:
        if isinstance(row, list) and [type(field) for field in row] == [str, str, int, int]:
            name, digest, article_count, term_file_count = row
            rows[name] = (name, digest, article_count, term_file_count)
    return rows
