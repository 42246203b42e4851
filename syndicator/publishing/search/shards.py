"""The files of a period: what is found by which term, and what is shown of it. Pure.

They are scripts of one call each, `syndicatorSearch(name, data)`: a content security policy without connect-src lets
pages load them, and so does a browser that has the folder opened as files."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from syndicator.publishing import paths
from syndicator.publishing.render.view import View
from syndicator.publishing.search.terms import terms

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
    parts = _parts(sum(map(len, places.values())))
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
    """What an article is found by: its title, names and the excerpt that is shown of it."""
    return "\n".join((view.title, view.summary, view.category, *view.tags, *view.authors, view.origin.title))


def _shown(view: View) -> list[str]:
    return [view.title, view.url, f"{view.published:%Y-%m-%d}", view.origin.title]


def _parts(postings: int) -> int:
    parts = 1
    while parts * _POSTINGS < postings:
        parts *= 2
    return parts


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
