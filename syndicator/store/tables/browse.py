"""List articles for the operator: by category doubt, missing tags, hold, or search.
Read-only; raises StoreError. Filters on fields inside a row look only at the newest rows."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Select, func, select

from syndicator.core.model import Article
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks

LOOKED_THROUGH: Final = 5000  # newest rows whose fields are searched
_CERTAIN: Final = 1000
# Thousandths below which a category is unsure, a choice: of the open articles of BBC less than 5 %
# are below 840
UNSURE: Final = 700
# Unsure articles that are listed, the most doubtful ones: as many as somebody answers at once.
MOST_UNSURE: Final = 50
_WEEK: Final = int(timedelta(days=7) / timedelta(microseconds=1))
_BYTES: Final = re.compile(r'"bytes":(\d+)')
_a = schema.articles.c
_o = schema.outcomes.c

Filter = Literal["all", "unsure", "untagged", "partial", "hold", "merged"]
FILTERS: Final[tuple[Filter, ...]] = ("unsure", "all", "untagged", "partial", "hold", "merged")
_WITHIN: Final[tuple[Filter, ...]] = ("unsure", "untagged", "partial", "hold")
_HELD: Final = _WITHIN.index("hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article without its body. `path`: of its file; `score`: of its category, 0 to 1, None if
    unknown."""

    article: Article
    path: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Criteria. `source`: a key or ""; `ids`: only these, in this order, None for all; `skip`:
    number of articles on earlier pages; `counted`: also count the articles of each filter."""

    filter: Filter = "all"
    source: str = ""
    ids: Sequence[str] | None = None
    skip: int = 0
    most: int = 30
    counted: bool = False


class Browse:
    """Lists of the articles of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def articles(self, wanted: Wanted) -> tuple[list[Listed], dict[Filter, int]]:
        """Return the wanted articles, best first, and, if `counted`, filter -> number among the
        newest."""
        # the order of an index
        rows = select(_a.data, _a.path, _a.score, _a.merged_into, _a.id).order_by(
            _a.added.desc(), _a.id.desc()
        )
        is_whole = wanted.filter not in _WITHIN and not wanted.source and wanted.ids is None
        newest: list[tuple[Any, tuple[bool, ...]]] = []
        if wanted.counted or (not is_whole and wanted.ids is None):
            newest = self._newest(rows, wanted)
        sums = map(sum, zip(*(filters for _, filters in newest), strict=True))
        counts = (
            dict.fromkeys(_WITHIN, 0) | dict(zip(_WITHIN, sums, strict=False))
            if wanted.counted
            else {}
        )
        if wanted.counted:
            counts["unsure"] = min(counts["unsure"], MOST_UNSURE)
        if wanted.filter == "merged":
            rows = rows.where(_a.merged_into.is_not(None))
        if is_whole:
            page = self._db.rows(rows.offset(wanted.skip).limit(wanted.most))
        else:
            some = newest
            if wanted.ids is not None:
                some = self._these(rows, wanted, wanted.ids)
            elif wanted.filter == "merged":
                some = self._newest(rows, wanted)
            if wanted.filter in _WITHIN:
                some = [item for item in some if item[1][_WITHIN.index(wanted.filter)]]
            if wanted.filter == "unsure":
                some.sort(
                    key=lambda item: (
                        not item[1][_HELD],
                        _CERTAIN if item[0].score is None else item[0].score,
                    )
                )
                del some[MOST_UNSURE:]
            page = [row for row, _ in some[wanted.skip : wanted.skip + wanted.most]]
        return [
            Listed(
                article=codec.unpack(Article, data),
                path=path,
                score=None if score is None else score / _CERTAIN,
            )
            for data, path, score, *_ in page
        ], counts

    def _newest(self, rows: Select[Any], wanted: Wanted) -> list[tuple[Any, tuple[bool, ...]]]:
        return _of_source(self._db.rows(rows.limit(LOOKED_THROUGH)), wanted.source)

    def _these(
        self, rows: Select[Any], wanted: Wanted, ids: Sequence[str]
    ) -> list[tuple[Any, tuple[bool, ...]]]:
        """Return the rows of `ids`, in their order."""
        by_id: dict[str, Any] = {}
        for part in chunks(ids):
            by_id |= {row.id: row for row in self._db.rows(rows.where(_a.id.in_(part)))}
        return _of_source(
            [by_id[article_id] for article_id in ids if article_id in by_id], wanted.source
        )

    def weeks(self, since: datetime) -> dict[str, list[tuple[int, int, datetime]]]:
        """Return source key -> list of (number of the week after `since`, number of articles, time
        of the last one)."""
        members = schema.members.c
        weeks = defaultdict[str, list[tuple[int, int, datetime]]](list)
        week = ((members.added - codec.micros(since)) // _WEEK).label("week")
        which = (members.axis == "source") & (members.added >= codec.micros(since))
        rows = select(members.slug, week, func.count(), func.max(members.added)).where(which)
        for key, at, count, last in self._db.rows(rows.group_by(members.slug, week)):
            weeks[key].append((int(at), count, codec.moment(last)))
        return weeks

    def costs(self, since: datetime) -> dict[str, tuple[int, int, int]]:
        """Return source key -> (visits since `since`, failed visits, bytes of its feed)."""
        costs: dict[str, tuple[int, int, int]] = {}
        for key, data in self._db.rows(
            select(_o.source, _o.data).where(_o.at >= codec.micros(since))
        ):
            visits, failed, size = costs.get(key, (0, 0, 0))
            read = _BYTES.search(data)
            costs[key] = (
                visits + 1,
                failed + ('"status":"failed"' in data),
                size + (int(read[1]) if read else 0),
            )
        return costs


def _of_source(rows: Sequence[Any], source: str) -> list[tuple[Any, tuple[bool, ...]]]:
    """Return the rows of a source, "" for all, with the filters that each passes."""
    text = f'"source_key":{json.dumps(source)}'
    return [
        (row, _within(row.data, row.score, is_copy=row.merged_into is not None))
        for row in rows
        if not source or text in row.data
    ]


def _within(data: str, score: int | None, *, is_copy: bool) -> tuple[bool, ...]:
    """Return, for each filter of _WITHIN, True if the article passes. `data`: of `codec.pack`;
    `score`: in thousandths, 0 and None if nothing is known."""
    untagged = '"tags":[' not in data
    partial = '"partial":true' in data
    held = '"hold":true' in data
    is_answered = '"tags_by":"operator"' in data or '"category_by":"operator"' in data
    is_doubtful = score is not None and 0 < score < UNSURE
    unsure = not is_copy and (held or (is_doubtful and not is_answered))
    return unsure, untagged, partial, held
