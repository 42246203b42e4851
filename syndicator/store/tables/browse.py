"""List the articles in the database for the operator: doubtful categories, missing tags, on hold.
Reads only; raises StoreError. Filters on fields inside a row see only the newest 5,000 articles."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Select, func, select

from syndicator.core.axes import SOURCE
from syndicator.core.model import Article
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks

LOOKED_THROUGH: Final = 5000  # newest rows whose fields are searched
_CERTAIN: Final = 1000  # the highest score of a category, in thousandths
# Below this score a category is unsure: a choice. Of the BBC's articles in a public data set fewer
# than 5 % are below 840.
UNSURE: Final = 700
# Unsure articles that are listed, the most doubtful ones: as many as somebody answers at once.
MOST_UNSURE: Final = 50
_WEEK: Final = int(timedelta(days=7) / timedelta(microseconds=1))
_BYTES: Final = re.compile(r'"bytes":(\d+)')
_FAILED: Final = '"status":"failed"'
_ANY_SOURCE: Final = ""
_a = schema.articles.c
_m = schema.members.c
_o = schema.outcomes.c

Filter = Literal["all", "unsure", "untagged", "partial", "hold", "merged"]
FILTERS: Final[tuple[Filter, ...]] = ("unsure", "all", "untagged", "partial", "hold", "merged")
# filters that need fields inside the JSON of a row
_FIELD_FILTERS: Final[tuple[Filter, ...]] = ("unsure", "untagged", "partial", "hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article of a list, without its body. `path`: of its file; `score`: how sure its category
    is, from 0 to 1, None if unknown."""

    article: Article
    path: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request for a page of a list of articles. `source`: key of the only source to list, "" for
    all; `ids`: list only these articles, in this order, None for all; `skip`: number of articles
    on earlier pages; `most`: on a page; `counted`: also count the articles of each filter."""

    filter: Filter = "all"
    source: str = _ANY_SOURCE
    ids: Sequence[str] | None = None
    skip: int = 0
    most: int = 30
    counted: bool = False


@dataclass(frozen=True, slots=True)
class _FilteredRow:
    """The row of an article, and the filters of _FIELD_FILTERS that it passes."""

    row: Any
    filters: frozenset[Filter]


class Browse:
    """Queries for lists of articles."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def articles(self, wanted: Wanted) -> tuple[list[Listed], dict[Filter, int]]:
        """Return a page of a list of articles, and filter -> number of articles that pass it among
        the newest 5,000 articles. `wanted`: the filter, the source and the place of the page; the
        numbers are {} unless `wanted.counted`. The newest articles come first, except if
        `wanted.ids` gives the order, or with the filter "unsure": then the most doubtful ones."""
        columns = select(_a.data, _a.path, _a.score, _a.merged_into, _a.id)
        query = columns.order_by(_a.added.desc(), _a.id.desc())  # in the order of an index
        counts: dict[Filter, int] = {}
        newest: list[_FilteredRow] | None = None
        if wanted.counted:
            newest = self._read_newest(query, wanted)
            counts = _count_filters(newest)

        if wanted.filter == "merged":
            query = query.where(_a.merged_into.is_not(None))
        # the database cannot search the fields in the JSON of an article: Python must filter then
        has_source = wanted.source != _ANY_SOURCE
        has_field_filter = wanted.filter in _FIELD_FILTERS
        page: Sequence[Any]
        if has_source or has_field_filter or wanted.ids is not None:
            page = self._read_filtered_page(query, wanted, newest)
        else:
            page = self._db.rows(query.offset(wanted.skip).limit(wanted.most))
        return [_make_listed(row) for row in page], counts

    def _read_filtered_page(
        self, query: Select[Any], wanted: Wanted, newest: list[_FilteredRow] | None
    ) -> list[Any]:
        """Return the rows of one page of the articles that pass the filter and the source of
        `wanted`. `query` selects all articles; `newest`: the rows of the newest articles if they
        were read already, otherwise None."""
        if wanted.ids is not None:
            rows = self._read_articles(query, wanted, wanted.ids)
        elif newest is None or wanted.filter == "merged":
            rows = self._read_newest(query, wanted)
        else:
            rows = newest

        matching = rows
        if wanted.filter in _FIELD_FILTERS:
            matching = [row for row in rows if wanted.filter in row.filters]
        if wanted.filter == "unsure":
            most_doubtful_first = sorted(matching, key=_rank_doubt)
            matching = most_doubtful_first[:MOST_UNSURE]
        page_end = wanted.skip + wanted.most
        page = matching[wanted.skip : page_end]
        return [row.row for row in page]

    def _read_newest(self, query: Select[Any], wanted: Wanted) -> list[_FilteredRow]:
        """Return those of the newest 5,000 rows of `query` that are of the wanted source."""
        return _select_source(self._db.rows(query.limit(LOOKED_THROUGH)), wanted.source)

    def _read_articles(
        self, query: Select[Any], wanted: Wanted, ids: Sequence[str]
    ) -> list[_FilteredRow]:
        """Return the rows of the articles `ids`, in the order of `ids`, without articles of other
        sources than `wanted.source`. Ids without an article are left out. `query` selects all
        articles."""
        rows_by_id: dict[str, Any] = {}
        for part in chunks(ids):
            for row in self._db.rows(query.where(_a.id.in_(part))):
                rows_by_id[row.id] = row
        rows = [rows_by_id[article_id] for article_id in ids if article_id in rows_by_id]
        return _select_source(rows, wanted.source)

    def count_by_week(self, since: datetime) -> dict[str, list[tuple[int, int, datetime]]]:
        """Return source key -> its weeks, each as (number of the week, number of articles added in
        it, time when the last of these was added). Week 0 begins at `since`. Weeks without articles
        are left out."""
        start = codec.to_micros(since)
        week_column = ((_m.added - start) // _WEEK).label("week")
        query = (
            select(_m.slug, week_column, func.count(), func.max(_m.added))
            .where(_m.axis == SOURCE, _m.added >= start)
            .group_by(_m.slug, week_column)
        )
        weeks = defaultdict[str, list[tuple[int, int, datetime]]](list)
        for source_key, week, count, last_added in self._db.rows(query):
            last_time = codec.from_micros(last_added)
            weeks[source_key].append((int(week), count, last_time))
        return weeks

    def sum_costs(self, since: datetime) -> dict[str, tuple[int, int, int]]:
        """Return source key -> (number of its visits since `since`, number of those that failed,
        bytes of its feed that they fetched)."""
        costs: dict[str, tuple[int, int, int]] = {}
        query = select(_o.source, _o.data).where(_o.at >= codec.to_micros(since))
        for key, data in self._db.rows(query):
            visits, failed, size = costs.get(key, (0, 0, 0))
            visits += 1
            # search the outcome, which is JSON: to parse thousands of them takes too long
            if _FAILED in data:
                failed += 1
            bytes_match = _BYTES.search(data)
            if bytes_match is not None:
                size += int(bytes_match[1])
            costs[key] = visits, failed, size
        return costs


def _make_listed(row: Any) -> Listed:
    """Return the article of a row; its score is stored in thousandths."""
    article = codec.unpack(Article, row.data)
    score = None if row.score is None else row.score / _CERTAIN
    return Listed(article=article, path=row.path, score=score)


def _count_filters(rows: Iterable[_FilteredRow]) -> dict[Filter, int]:
    """Return filter -> number of `rows` that pass it, for the filters that look at the fields of an
    article. The number for "unsure" is at most 50, since no more are listed."""
    counts: dict[Filter, int] = dict.fromkeys(_FIELD_FILTERS, 0)
    for row in rows:
        for name in row.filters:
            counts[name] += 1
    counts["unsure"] = min(counts["unsure"], MOST_UNSURE)
    return counts


def _rank_doubt(row: _FilteredRow) -> tuple[bool, int]:
    """Return a sort key, by which articles on hold come first, then those whose category has the
    lowest score, and those without a score last."""
    is_published = "hold" not in row.filters  # False comes first
    score = row.row.score
    if score is None:
        score = _CERTAIN
    return is_published, score


def _select_source(rows: Sequence[Any], source: str) -> list[_FilteredRow]:
    """Return the rows of articles of the source with the key `source`, or all rows if it is "",
    each with the filters that its article passes."""
    source_json = f'"source_key":{json.dumps(source)}'  # as it is written in `row.data`
    selected: list[_FilteredRow] = []
    for row in rows:
        if source != _ANY_SOURCE and source_json not in row.data:
            continue
        filters = _list_filters(row.data, row.score, is_copy=row.merged_into is not None)
        selected.append(_FilteredRow(row, filters))
    return selected


def _list_filters(data: str, score: int | None, *, is_copy: bool) -> frozenset[Filter]:
    """Return the filters that an article passes. `data`: the article as JSON, without the fields
    that have their default value; `score`: how sure its category is, in thousandths, 0 or None if
    unknown; `is_copy`: it is a copy of another article."""
    filters: set[Filter] = set()
    if '"tags":[' not in data:
        filters.add("untagged")
    if '"partial":true' in data:
        filters.add("partial")
    is_on_hold = '"hold":true' in data
    if is_on_hold:
        filters.add("hold")
    # the operator has chosen its tags or its category
    is_answered = '"tags_by":"operator"' in data or '"category_by":"operator"' in data
    is_doubtful = score is not None and 0 < score < UNSURE and not is_answered
    if not is_copy and (is_on_hold or is_doubtful):
        filters.add("unsure")
    return frozenset(filters)
