"""Article lists by fault or title words; read-only, raises StoreError. Titles use an index; fields within rows are
searched among the newest only, to stay fast with 100,000 rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select

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
    """Criteria: a `filter`, a source, title `words`. `none`: the category of the rest; `skip`: earlier pages."""

    filter: Filter = "all"
    source: str = ""
    words: Sequence[str] = ()
    none: str = ""
    skip: int = 0
    most: int = 30


class Browse:
    """Lists of the articles of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def articles(self, wanted: Wanted) -> list[Listed]:
        """The wanted articles, newest first; unsure ones: held first, then by the least likely category."""
        order = (case((_has('"hold":true'), 0), else_=1), func.coalesce(_a.score, _CERTAIN))
        first = order if wanted.filter == "unsure" else ()
        rows = select(_a.data, _a.path, _a.score).order_by(*first, _a.added.desc(), _a.published.desc(), _a.id)
        if wanted.filter == "merged":
            rows = rows.where(_a.merged_into.is_not(None))
        within = _inside(wanted)
        if wanted.words:
            rows = rows.where(*(func.lower(_a.title).contains(word.lower(), autoescape=True) for word in wanted.words))
        if within:
            newest = select(_a.id).order_by(_a.added.desc()).limit(LOOKED_THROUGH)
            rows = rows.where(*within) if wanted.words else rows.where(_a.id.in_(newest), *within)
        found = self._db.rows(rows.offset(wanted.skip).limit(wanted.most))
        return [
            Listed(article=codec.unpack(Article, data), path=path, score=None if score is None else score / _CERTAIN)
            for data, path, score in found
        ]

    def counts(self, none: str, source: str = "") -> dict[str, int]:
        """How many of the newest articles each filter has."""
        counted: tuple[Filter, ...] = ("unsure", "untagged", "partial", "hold")
        within = [_inside(Wanted(filter=one, source=source, none=none)) for one in counted]
        newest = select(_a.id).order_by(_a.added.desc()).limit(LOOKED_THROUGH)
        sums = (func.count(case((and_(*each), 1))) for each in within)
        (row,) = self._db.rows(select(*sums).where(_a.id.in_(newest)))
        return dict(zip(counted, row, strict=True))

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


def _has(text: str) -> ColumnElement[bool]:
    """What is inside of a row as `codec.pack` writes it: fields at their default are left out."""
    return _a.data.contains(text, autoescape=True)


def _inside(wanted: Wanted) -> list[ColumnElement[bool]]:
    untagged, partial, held = not_(_has('"tags":[')), _has('"partial":true'), _has('"hold":true')
    confirmed, placed = _has('"tags_by":"operator"'), _has('"category_by":"operator"')
    nowhere = or_(not_(_has('"category":"')), _has(f'"category":{codec.json_text(wanted.none)}'))
    found: list[ColumnElement[bool]] = []
    filter = wanted.filter
    if filter == "untagged":
        found = [untagged]
    elif filter == "partial":
        found = [partial]
    elif filter == "hold":
        found = [held]
    elif filter == "unsure":
        unplaced = not_(placed) & or_(nowhere, _a.score < UNSURE)
        found = [or_(held, not_(confirmed) & or_(untagged, partial, unplaced))]
    if wanted.source:
        found.append(_has(f'"source_key":{codec.json_text(wanted.source)}'))
    return found
