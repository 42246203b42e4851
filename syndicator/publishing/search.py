"""The files of the search, by period: what is found by which term, and what is shown of it.

They are scripts of one call each, `syndicatorSearch(name, data)`: a content security policy without connect-src lets
pages load them, and so does a browser that has the folder opened as files. The server reads them, too, to answer
questions. Articles of a closed year, a closed month, or a block of the open month are searched together; a build makes
the files of the periods that changed."""

import hashlib
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice, pairwise
from typing import Any, Final
from urllib.parse import quote

from syndicator.core.axes import ALL
from syndicator.core.ports import ArticleIndex, Outlet
from syndicator.core.text import each_term, slug
from syndicator.publishing import paths
from syndicator.publishing.render.view import View

FOLDER: Final = paths.SEARCH
MANIFEST: Final = "search/index.js"
DOCS: Final = 12  # articles of a file of what is shown: 3 kB compressed
_TERM_BYTES: Final = 6_000  # of a file of terms, at most: 2 to 3 kB compressed
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
# How an article says a term: in title or tags, in the excerpt, names, or often in its text, or there seldom.
_LOUD, _CLEAR, _SEEN = "!", ".", ""
_WORDS: Final = 400  # different ones of a text, the first: some 1,200 words
_CHARACTERS: Final = 20_000  # of a text, in which these are looked for
_OFTEN: Final = 3


def text_words(text: str) -> bytes:
    """The terms of a text, packed, each with the mark of how it is said."""
    counts = Counter(each_term(text[:_CHARACTERS]))
    words = [term + (_CLEAR if count >= _OFTEN else _SEEN) for term, count in islice(counts.items(), _WORDS)]
    return zlib.compress(" ".join(words).encode())


class Shards:
    """The files of a period in the making. Articles and words are held as they are written, so that many fit."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._places: dict[str, bytearray] = defaultdict(bytearray)  # of each term
        self._last: dict[str, int] = {}
        self._shown: list[str] = []

    def add(self, views: Iterable[View], words: Mapping[str, bytes]) -> None:
        """Add articles, the oldest first. `words`: those of their texts (`text_words`), by article."""
        for place, view in enumerate(views, len(self._shown)):
            for term, mark in _found_by(view, words.get(view.id)).items():
                self._places[term] += f",{_base36(place - self._last.get(term, -1) - 1)}{mark}".encode()
                self._last[term] = place
            shown = view.title, view.url, f"{view.published:%Y-%m-%d}", view.origin.title, view.summary, view.id
            self._shown.append("\n".join(shown))

    def files(self) -> tuple[int, int, Iterator[tuple[str, bytes]]]:
        """How many articles there are, over how many files their terms are spread, and all files."""
        parts, size = 1, sum(len(term) + len(places) for term, places in self._places.items())
        while parts * _TERM_BYTES < size:
            parts *= 2
        return len(self._shown), parts, ((f"{FOLDER}{name}.js", call(name, data)) for name, data in self._files(parts))

    def _files(self, parts: int) -> Iterator[tuple[str, Any]]:
        spread: list[list[str]] = [[] for _ in range(parts)]
        for term in sorted(self._places):
            spread[part_of(term, parts)].append(term)
        for part, terms in enumerate(spread):
            yield f"{self._name}.t{part}", "\n".join(f"{term} {self._places[term][1:].decode()}" for term in terms)
        for at in range(0, len(self._shown), DOCS):
            yield f"{self._name}.d{at // DOCS}", [lines.split("\n") for lines in self._shown[at : at + DOCS]]


def part_of(term: str, parts: int) -> int:
    """Which of a period's files has a term."""
    return zlib.crc32(term.encode()) % parts


def facet(kind: str, value: str) -> str:
    """The term of what an article is of: a tag, a category, a source, a language. No text has one with a colon."""
    return f"{kind}:" + quote(value, safe="!'()*")  # as encodeURIComponent does


def _found_by(view: View, words: bytes | None) -> dict[str, str]:
    """The terms of an article with their marks. Of a text that may not be quoted there are none."""
    found: dict[str, str] = {}
    for word in zlib.decompress(words).decode().split() if words and (view.summary or view.html) else ():
        found[word.rstrip(_CLEAR)] = _CLEAR if word.endswith(_CLEAR) else _SEEN
    about = (view.summary, view.category, *view.authors, view.origin.title)
    found |= dict.fromkeys(each_term("\n".join(about)), _CLEAR)
    found |= dict.fromkeys(each_term("\n".join((view.title, *view.tags))), _LOUD)
    kinds = [("tag", slug(tag)) for tag in view.tags] + [("lang", view.language.lower().partition("-")[0])]
    kinds += [("category", slug(view.category))] if view.category else []
    return found | {facet(*one): _SEEN for one in (*kinds, ("source", view.source_key))}


def shard_names(name: str, count: int, parts: int) -> list[str]:
    """The names of the files of a period of `count` articles."""
    docs = range(-(-count // DOCS))
    return [f"{FOLDER}{name}.t{part}.js" for part in range(parts)] + [f"{FOLDER}{name}.d{part}.js" for part in docs]


def call(name: str, data: Any) -> bytes:
    """A script that hands over `data`. ASCII, so that nothing in it ends a line or depends on an encoding."""
    return f"syndicatorSearch({json.dumps(name)},{json.dumps(data, separators=(',', ':'))})\n".encode("ascii")


def called(script: bytes | None) -> Any:
    """The data of a script that `call` made, None for anything else."""
    try:
        return json.loads(b"[" + (script or b"").partition(b"(")[2].rpartition(b")")[0] + b"]")[1]
    except (ValueError, IndexError):
        return None


def _base36(number: int) -> str:
    made = _DIGITS[number % 36]
    while number := number // 36:
        made = _DIGITS[number % 36] + made
    return made


BLOCK: Final = 32  # articles of the open month
_LARGE: Final = (64 * BLOCK, 8 * BLOCK, BLOCK)  # full ones are one block
_FORM: Final = "2"  # of the files; another one makes all of them anew

MonthEntries = Sequence[tuple[str, datetime, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`months`: of a closed period, where its articles are to be looked up; `ids`: of a block, oldest first.
    `fingerprint` changes when an article joins, leaves or changes."""

    name: str
    fingerprint: str
    months: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def periods(months: Mapping[str, str], newest: MonthEntries, about: str) -> list[Period]:
    """The periods, oldest first. `months`: month ("2026-11") -> a fingerprint of its articles, ascending; `newest`: the
    articles of the last one, newest first. `about`: what else the files are made with."""
    if not months:
        return []
    *closed, open_month = sorted(months)
    return [*_closed(closed, months, open_month[:4], about), *_blocks(open_month, newest, about)]


def _closed(closed: Sequence[str], months: Mapping[str, str], year: str, about: str) -> Iterator[Period]:
    for name, group in groupby(closed, key=lambda month: month if month[:4] == year else month[:4]):
        part = tuple(group)
        yield Period(name=name, fingerprint=_digest(about, *(months[month] for month in part)), months=part)


def _blocks(month: str, newest: MonthEntries, about: str) -> Iterator[Period]:
    oldest = list(reversed(newest))
    starts = [0]
    for size in _LARGE:
        starts += range(starts[-1] + size, len(oldest) + 1, size)
    for start, end in pairwise(dict.fromkeys((*starts, len(oldest)))):
        block = oldest[start:end]
        told = [f"{id} {fingerprint}" for id, _, fingerprint in block]
        name = f"{month}.{start // BLOCK}"
        yield Period(name=name, fingerprint=_digest(about, *told), ids=tuple(id for id, _, _ in block))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join((_FORM, *parts)).encode()).hexdigest()[:16]


_READ: Final = 20  # articles at a time
_UNKNOWN: Final[list[Any]] = ["", "", 0, 0]  # what the list says of a period that it does not have


def write_search(
    index: ArticleIndex,
    outlet: Outlet,
    views: Callable[[Sequence[str]], Sequence[View]],
    about: str,
    put: Callable[[str, bytes], None],
    drop: Callable[[str], None],
    made_of: Mapping[str, str],
    text: Callable[[str], str],
    whole: bool = False,
) -> Generator[None, None, dict[str, str]]:
    """Makes the files of the periods that changed, step by step; the list of periods among them is written last.
    `views`: those of article ids; `about`: a fingerprint of what they are made with; `put` and `drop`: of a published
    file; `made_of`: what this returned the last time, by period the fingerprint of what its files were made of (times
    of files are in it, so it is not published). `text`: of an article, as plain text, read once as long as it stays as
    it is. `whole`: all of them."""
    months = {month: made_of for month, (_, made_of) in index.month_fingerprints(ALL).items()}
    newest = index.month_entries(ALL, max(months)) if months else []
    known = {} if whole else _known(outlet)
    now_of: dict[str, str] = {}
    there = outlet.names(FOLDER)
    listed: list[list[Any]] = []
    wanted = {MANIFEST}
    for period in periods(months, newest, about):
        before = known.get(period.name, _UNKNOWN)
        names = shard_names(period.name, before[2], before[3])
        now_of[period.name] = period.fingerprint
        if before[0] and made_of.get(period.name) == period.fingerprint and there.issuperset(names):
            listed.append(before)
        else:
            shards, ids, digest, names = Shards(period.name), _ids(index, period), hashlib.sha256(), []
            for at in range(0, len(ids), _READ):
                shown = views(ids[at : at + _READ])
                shards.add(shown, _words(index, [one.id for one in shown], text))
                yield
            count, parts, files = shards.files()
            for name, data in files:
                put(name, data)
                names.append(name)
                digest.update(data)
            listed.append([period.name, digest.hexdigest()[:16], count, parts])  # browsers cache files under it
        wanted.update(names)
    put(MANIFEST, call("index", listed))
    for name in sorted(there - wanted):
        if not name.endswith(".gz"):
            drop(name)
    return now_of


def _words(index: ArticleIndex, ids: Sequence[str], text: Callable[[str], str]) -> Mapping[str, bytes]:
    found = index.words(ids)
    if new := {id: text_words(text(id)) for id in ids if id not in found}:
        index.save_words(new)
    return found | new


def _ids(index: ArticleIndex, period: Period) -> list[str]:
    if period.ids:
        return list(period.ids)
    return [id for month in period.months for id, _, _ in reversed(index.month_entries(ALL, month))]


def _known(outlet: Outlet) -> dict[str, list[Any]]:
    found = called(outlet.get(MANIFEST))
    rows = found if isinstance(found, list) else []
    return {row[0]: row for row in rows if isinstance(row, list) and [type(one) for one in row] == [str, str, int, int]}
