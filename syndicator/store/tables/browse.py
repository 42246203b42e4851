"""Article lists by fault or title words; read-only, raises StoreError. Fields within rows are searched among the newest
only, in one pass for list and counts, to stay fast with 100,000 rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Select, func, select

from syndicator.core.model import Article
from syndicator.store import codec, schema
from syndicator.store.database import Database

LOOKED_THROUGH: Final = 5000  # newest rows in which what stands inside of them is looked for
_CERTAIN: Final = 1000
# Thousandths below which a category is unsure, a choice: of the open articles of BBC less than 5 % are below 840
UNSURE: Final = 700
_WEEK: Final = int(timedelta(days=7) / timedelta(microseconds=1))
_BYTES: Final = re.compile(r'"bytes":(\d+)')
_a, _o = schema.articles.c, schema.outcomes.c

Filter = Literal["all", "unsure", "untagged", "partial", "hold", "merged"]
FILTERS: Final[tuple[Filter, ...]] = ("unsure", "all", "untagged", "partial", "hold", "merged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article without body, with its path. `score`: of its category, 0 to 1, or None."""

    article: Article
    path: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Criteria: a `filter`, a source, title `words`. `none`: the category of the rest; `skip`: earlier pages;
    `counted`: how many each filter has, too."""

    filter: Filter = "all"
    source: str = ""
    words: Sequence[str] = ()
    none: str = ""
    skip: int = 0
    most: int = 30
    counted: bool = False


class Browse:
    """Lists of the articles of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def articles(self, wanted: Wanted) -> tuple[list[Listed], dict[Filter, int]]:
        """The wanted articles, newest first (unsure ones: held first, then by the least likely category). If they are
        counted: how many of the newest ones each filter has."""
        rows = select(_a.data, _a.path, _a.score).order_by(_a.added.desc(), _a.id.desc())  # the order of an index
        is_whole = wanted.filter not in _WITHIN and not wanted.source
        newest = self._newest(rows, wanted) if wanted.counted or not is_whole else []
        sums = map(sum, zip(*(filters for _, filters in newest), strict=True))
        counts = dict.fromkeys(_WITHIN, 0) | dict(zip(_WITHIN, sums, strict=False)) if wanted.counted else {}
        if wanted.filter == "merged":
            rows = rows.where(_a.merged_into.is_not(None))
        for word in wanted.words:
            rows = rows.where(func.lower(_a.title).contains(word.lower(), autoescape=True))
        if is_whole:
            found = self._db.rows(rows.offset(wanted.skip).limit(wanted.most))
        else:
            some = self._newest(rows, wanted) if wanted.words or wanted.filter == "merged" else newest
            if wanted.filter in _WITHIN:
                some = [one for one in some if one[1][_WITHIN.index(wanted.filter)]]
            if wanted.filter == "unsure":
                some.sort(key=lambda one: (not one[1][_HELD], _CERTAIN if one[0].score is None else one[0].score))
            found = [row for row, _ in some[wanted.skip : wanted.skip + wanted.most]]
        return [
            Listed(article=codec.unpack(Article, data), path=path, score=None if score is None else score / _CERTAIN)
            for data, path, score in found
        ], counts

    def _newest(self, rows: Select[Any], wanted: Wanted) -> list[tuple[Any, tuple[bool, ...]]]:
        """The newest of the rows, each with which filters within it holds for."""
        none, source = f'"category":{codec.json_text(wanted.none)}', f'"source_key":{codec.json_text(wanted.source)}'
        found = self._db.rows(rows.limit(LOOKED_THROUGH))
        if wanted.source:
            found = [row for row in found if source in row[0]]
        return [(row, _within(row[0], row[2], none)) for row in found]

    def weeks(self, since: datetime) -> dict[str, list[tuple[int, int, datetime]]]:
        """By source: week since then, number of articles, when the last one was added."""
        members, found = schema.members.c, defaultdict[str, list[tuple[int, int, datetime]]](list)
        week = ((members.added - codec.micros(since)) // _WEEK).label("week")
        which = (members.axis == "source") & (members.added >= codec.micros(since))
        rows = select(members.slug, week, func.count(), func.max(members.added)).where(which)
        for key, at, count, last in self._db.rows(rows.group_by(members.slug, week)):
            found[key].append((int(at), count, codec.moment(last)))
        return found

    def costs(self, since: datetime) -> dict[str, tuple[int, int, int]]:
        """By source: visits since then, failed ones, bytes of its feed."""
        found: dict[str, tuple[int, int, int]] = {}
        for key, data in self._db.rows(select(_o.source, _o.data).where(_o.at >= codec.micros(since))):
            visits, failed, size = found.get(key, (0, 0, 0))
            read = _BYTES.search(data)
            found[key] = visits + 1, failed + ('"status":"failed"' in data), size + (int(read[1]) if read else 0)
        return found


_WITHIN: Final[tuple[Filter, ...]] = ("unsure", "untagged", "partial", "hold")
_HELD: Final = _WITHIN.index("hold")


def _within(data: str, score: int | None, none: str) -> tuple[bool, ...]:
    """Which of _WITHIN hold for a row as `codec.pack` writes it: fields at their default are left out."""
    untagged, partial, held = '"tags":[' not in data, '"partial":true' in data, '"hold":true' in data
    confirmed = '"tags_by":"operator"' in data
    unclear = (score is not None and score < UNSURE) or '"category":"' not in data or none in data
    unplaced = unclear and '"category_by":"operator"' not in data
    return held or (not confirmed and (untagged or partial or unplaced)), untagged, partial, held
