"""Which articles are searched together: those of a closed year, a closed month, or a block of the open month. Pure.

A year is one period once it is over, so that a search of many years asks for few files; the open month is cut into
blocks, so that one more article makes one small block anew; eight full ones become one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

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
