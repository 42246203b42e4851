"""The files of a period: what is found by which term, and what is shown of it. Pure.

They are scripts of one call each, `syndicatorSearch(name, data)`: a content security policy without connect-src lets
pages load them, and so does a browser that has the folder opened as files.

What a text can be found by. Which articles are searched together: those of a closed year, a closed month, or a block
of the open month. Puts the files of the search where they are published: those of periods that changed, and no
others."""

import hashlib
import json
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from syndicator.core.axes import ALL
from syndicator.core.ports import ArticleIndex, Outlet
from syndicator.publishing import paths
from syndicator.publishing.render.view import View

# Scripts that are written without spaces: pairs of neighbours stand for words. Thai to Lao, Myanmar, Khmer, kana, Han,
# Hangul (The Unicode Standard, chapters 16 and 18).
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowel signs and the like of Hebrew, Arabic and the scripts of India, which are no letters and part of words.
_MARKS: Final = "\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_RUN: Final = re.compile(f"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\\W_]|[{_MARKS}])+")
_FIRST_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_ALSO: Final = str.maketrans({"ß": "ss", "ς": "σ", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_LONGEST: Final = 32  # characters of a term
_SHORT: Final = 3  # a word of so many characters keeps its s


def folded(text: str) -> str:
    """`text` without case and accents; compatibility forms (full width, ligatures) as what they stand for."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).lower())
    return unicodedata.normalize("NFC", plain).translate(_ALSO)


def terms(text: str) -> set[str]:
    """The terms of a text: words without their plural s, and pairs of neighbours where a script has no spaces."""
    found: set[str] = set()
    for run in _RUN.findall(folded(text)):
        if _FIRST_UNSPACED.match(run):
            found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
        else:
            found.add(_word(run))
    found.discard("")
    return found


@lru_cache(8192)
def _word(run: str) -> str:
    """A word as a term, "" for a single letter."""
    word = run[:_LONGEST]
    if len(word) > _SHORT and word.isascii() and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word if len(word) > 1 or word.isdecimal() else ""


FOLDER: Final = paths.SEARCH
MANIFEST: Final = "search/index.js"
DOCS: Final = 24  # articles of a file of what is shown: 2 kB compressed
_POSTINGS: Final = 1_500  # of a file of terms, at most: 2 to 4 kB compressed
_COMMON: Final = 64  # in a period of more articles, a term of half of them is not looked for
_EVERYWHERE: Final = "*"
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def files(name: str, views: Sequence[View]) -> tuple[dict[str, bytes], int]:
    """The files of a period, oldest article first, and over how many of them its terms are spread."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, view in enumerate(views):
        for term in terms(_text(view)):
            places[term].append(place)
    postings = sum(map(len, places.values()))
    parts = 1
    while parts * _POSTINGS < postings:
        parts *= 2
    made = dict(_term_files(name, places, parts, len(views)))
    for start in range(0, len(views), DOCS):
        file = f"{name}.d{start // DOCS}"
        made[f"{FOLDER}{file}.js"] = call(file, [_shown(view) for view in views[start : start + DOCS]])
    return made, parts


def edition(made: Iterable[bytes]) -> str:
    """16 hexadecimal digits that tell the files of a period from others: browsers keep files under their names."""
    found = hashlib.sha256()
    for data in made:
        found.update(data)
    return found.hexdigest()[:16]


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


def _text(view: View) -> str:
    return "\n".join((view.title, view.summary, view.category, *view.tags, *view.authors, view.origin.title))


def _shown(view: View) -> list[str]:
    return [view.title, view.url, f"{view.published:%Y-%m-%d}", view.origin.title]


def _term_files(name: str, places: Mapping[str, list[int]], parts: int, count: int) -> Iterator[tuple[str, bytes]]:
    spread: list[list[str]] = [[] for _ in range(parts)]
    for term in sorted(places):
        found = places[term]
        common = count > _COMMON and 2 * len(found) > count
        spread[zlib.crc32(term.encode()) % parts].append(f"{term} {_EVERYWHERE if common else _steps(found)}")
    for part, lines in enumerate(spread):
        file = f"{name}.t{part}"
        yield f"{FOLDER}{file}.js", call(file, "\n".join(lines))


def _steps(places: Sequence[int]) -> str:
    """Ascending numbers as the steps between them, in base 36."""
    before, made = -1, []
    for place in places:
        made.append(_base36(place - before - 1))
        before = place
    return ",".join(made)


def _base36(number: int) -> str:
    made = _DIGITS[number % 36]
    while number := number // 36:
        made = _DIGITS[number % 36] + made
    return made


BLOCK: Final = 256  # articles of the open month
_LARGE: Final = 8 * BLOCK  # full ones are one block
_FORM: Final = "1"  # of the files; another one makes all of them anew

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
    large = len(oldest) - len(oldest) % _LARGE
    starts = [*range(0, large, _LARGE), *range(large, len(oldest), BLOCK)]
    for start, end in zip(starts, [*starts[1:], len(oldest)], strict=True):
        block = oldest[start:end]
        told = [f"{id} {fingerprint}" for id, _, fingerprint in block]
        name = f"{month}.{start // BLOCK}"
        yield Period(name=name, fingerprint=_digest(about, *told), ids=tuple(id for id, _, _ in block))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join((_FORM, *parts)).encode()).hexdigest()[:16]


_UNKNOWN: Final[list[Any]] = ["", "", 0, 0]  # what the list says of a period that it does not have


def write_search(
    index: ArticleIndex,
    outlet: Outlet,
    views: Callable[[Sequence[str]], Sequence[View]],
    about: str,
    put: Callable[[str, bytes], None],
    drop: Callable[[str], None],
    *,
    made_of: Mapping[str, str],
    whole: bool = False,
) -> Generator[None, None, dict[str, str]]:
    """Makes the files of the periods that changed, step by step; the list of periods among them is written last.
    `views`: those of article ids; `about`: a fingerprint of what they are made with; `put` and `drop`: of a published
    file; `made_of`: what this returned the last time, by period the fingerprint of what its files were made of (times
    of files are in it, so it is not published). `whole`: all of them."""
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
            shown = views(_ids(index, period))
            made, parts = files(period.name, shown)
            for name, data in made.items():
                put(name, data)
            names = list(made)
            listed.append([period.name, edition(made.values()), len(shown), parts])
            yield
        wanted.update(names)
    put(MANIFEST, call("index", listed))
    for name in sorted(there - wanted):
        if not name.endswith(".gz"):
            drop(name)
    return now_of


def _ids(index: ArticleIndex, period: Period) -> list[str]:
    if period.ids:
        return list(period.ids)
    return [id for month in period.months for id, _, _ in reversed(index.month_entries(ALL, month))]


def _known(outlet: Outlet) -> dict[str, list[Any]]:
    found = called(outlet.get(MANIFEST))
    rows = found if isinstance(found, list) else []
    return {row[0]: row for row in rows if isinstance(row, list) and [type(one) for one in row] == [str, str, int, int]}
