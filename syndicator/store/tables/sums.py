"""Count and digest the articles of a feed by day, so that builds make only changed days again.
The database stores these sums for large feeds."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select

from syndicator.core.model import FeedKey
from syndicator.store import codec, schema
from syndicator.store.database import chunks, upsert
from syndicator.store.postgres import lock_until_commit

ADDED = "added"
PUBLISHED = "published"
DAY: Final = 86_400_000_000  # microseconds
_TIME_INDEX: Final = {ADDED: 0, PUBLISHED: 1}  # in the pairs of times of changed articles
# From so many articles on a feed has stored sums: to group them would cost more than to read the
# sums. A choice.
LARGE: Final = 500

Days = dict[int, tuple[int, str]]  # day, counted from 1970 -> (number of articles, their digest)
Query = Callable[[Any, Any], Sequence[Any]]  # runs a statement with values; returns its rows

_a, _m, _p, _s, _marks = (
    table.c
    for table in (schema.articles, schema.members, schema.pictures, schema.sums, schema.stale_marks)
)
IN_FEED = (_m.axis == bindparam("axis"), _m.slug == bindparam("slug"))
_EARLIEST = codec.to_micros(datetime(1990, 1, 1, tzinfo=UTC))
_NAME = func.nullif(_p.name, "")  # of the thumbnail, made from its content
_PICTURES = (
    func.count(_NAME),
    func.min(_NAME),
    func.max(_NAME),
    func.sum(_p.width),
    func.sum(_p.height),
)
# Remainders, because the sum of whole nanoseconds of a dozen files overflows in SQLite.
_FILES = (func.sum(_a.mtime_ns % 2**40 + _a.told), func.sum(_a.size))
_IN_SUMS = (
    _s.axis == bindparam("axis"),
    _s.slug == bindparam("slug"),
    _s.kind == bindparam("kind"),
)
_SELECT_STORED_SUMS = select(_s.day, _s.count, _s.made_of).where(*_IN_SUMS)


def get_shown_time(columns: Any) -> Any:
    """Return the SQL expression for the publication time that entries show: the column `published`,
    or `added` if `published` is later than `added` or before 1990, since such dates are errors.
    `columns`: the columns of a table that has these two."""
    is_wrong = or_(columns.published < _EARLIEST, columns.published > columns.added)
    return case((is_wrong, columns.added), else_=columns.published)


def format_date(day: int) -> str:
    """Return the date of the day with this number, counted from 1970, as "2026-11-26"."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%d")


_DAYS = {ADDED: _m.added // DAY, PUBLISHED: get_shown_time(_m) // DAY}
_FILED = select(_DAYS[ADDED].label("day"), func.count(), *_FILES).join_from(
    schema.members, schema.articles, _a.id == _m.id
)
_DATED = _FILED.with_only_columns(_DAYS[PUBLISHED].label("day"), func.count(), *_FILES, *_PICTURES)
_DATED = _DATED.outerjoin(schema.pictures, _p.id == _m.id)
_SUM_ALL_DAYS = {
    kind: statement.where(*IN_FEED, _m.added > codec.NEVER).group_by("day")
    for kind, statement in ((ADDED, _FILED), (PUBLISHED, _DATED))
}
# No article is shown as published after `added`, so the index by `added` finds all articles of a
# day.
_SUM_GIVEN_DAYS = {
    kind: _SUM_ALL_DAYS[kind].where(
        _m.added >= bindparam("first"), day.in_(bindparam("days", expanding=True))
    )
    for kind, day in _DAYS.items()
}
_f = schema.feeds.c
# SQL condition that the feed of a row of `feeds` has stored sums
HAS_SUMS = (
    select(_s.day).where(_s.axis == _f.axis, _s.slug == _f.slug).correlate(schema.feeds).exists()
)
# times of changed articles: when they were added, and published as entries show it
_SELECT_CHANGED_TIMES = select(_marks.added, get_shown_time(_marks)).distinct()
_SELECT_CHANGED_TIMES = _SELECT_CHANGED_TIMES.where(
    _marks.axis == bindparam("axis"), _marks.slug == bindparam("slug"), _marks.added.is_not(None)
)


def read_days(query: Query, key: FeedKey, kind: str) -> Days:
    """Return day -> (number of articles, digest of their files) for the days of the feed `key` that
    have articles, the earliest first. A day is a number of days since 1970. `query`: runs a
    statement with its values and returns the rows; `kind`: ADDED or PUBLISHED, the time by which an
    article belongs to a day. Stored sums are used, except for days on which articles have changed.
    """
    feed_and_kind = {**key._asdict(), "kind": kind}
    has_stored_sums = bool(query(_SELECT_STORED_SUMS.limit(1), feed_and_kind))
    if not has_stored_sums:
        return dict(sorted(_sum_all_days(query, key, kind).items()))
    # Read before the sums: a later change then has a stale mark, so that it is seen next time.
    changed_days = _list_days(query(_SELECT_CHANGED_TIMES, key._asdict()), kind)
    days: Days = {}
    for day, count, digest in query(_SELECT_STORED_SUMS, feed_and_kind):
        if day not in changed_days:
            days[day] = count, digest
    days |= _sum_days(query, key, kind, changed_days)
    return dict(sorted(days.items()))


def update_sums(
    connection: Connection, key: FeedKey, changed_times: Collection[tuple[int, int]]
) -> None:
    """Compute the stored sums of the feed `key` (number of articles and digest of a day) again for
    the days on which articles have changed. `changed_times`: (time when it was added, publication
    time that entries show) of each changed article, in microseconds."""
    if not changed_times:
        return
    lock_until_commit(connection, f"sums {key}")
    for kind in (ADDED, PUBLISHED):
        days = _list_days(changed_times, kind)
        feed_and_kind = {**key._asdict(), "kind": kind}
        for part in chunks(sorted(days)):
            delete_days = delete(schema.sums).where(*_IN_SUMS, _s.day.in_(part))
            connection.execute(delete_days, feed_and_kind)
        _save_sums(connection, key, kind, _sum_days(_make_query(connection), key, kind, days))


def create_sums(connection: Connection, key: FeedKey, count: int) -> None:
    """Store the sums (number of articles and digest) of all days of a feed that has no stored sums.
    `count`: the number of its articles. If the feed is small, do nothing: its sums are quickly
    computed."""
    if count < LARGE:
        return
    lock_until_commit(connection, f"sums {key}")
    for kind in (ADDED, PUBLISHED):
        _save_sums(connection, key, kind, _sum_all_days(_make_query(connection), key, kind))


def _make_query(connection: Connection) -> Query:
    """Return a function that runs a statement with values on `connection` and returns its rows."""

    def run_query(statement: Any, values: Any) -> Sequence[Any]:
        return connection.execute(statement, values).all()

    return run_query


def _save_sums(connection: Connection, key: FeedKey, kind: str, days: Days) -> None:
    """Insert or replace the stored sums of a feed. `days`: day -> (number of articles, digest);
    `kind`: ADDED or PUBLISHED, the time by which articles belong to a day."""
    rows: list[dict[str, Any]] = []
    for day, (count, digest) in days.items():
        values = {"day": day, "count": count, "made_of": digest}
        rows.append({**key._asdict(), "kind": kind, **values})
    upsert(connection, schema.sums, rows)


def _list_days(times: Iterable[Sequence[int]], kind: str) -> set[int]:
    """Return the days, counted from 1970, of pairs of times. `kind`: ADDED for the first time of
    each pair, PUBLISHED for the second."""
    time_index = _TIME_INDEX[kind]
    return {row[time_index] // DAY for row in times}


def _sum_all_days(query: Query, key: FeedKey, kind: str) -> Days:
    """Return the count and digest of each day of a feed, from its articles as they are now."""
    return _make_days(query(_SUM_ALL_DAYS[kind], key._asdict()))


def _sum_days(query: Query, key: FeedKey, kind: str, days: Collection[int]) -> Days:
    """Return day -> (number of articles, digest) for the given days of a feed, computed from its
    articles as they are now. Days without articles are left out. `kind`: ADDED or PUBLISHED, the
    time by which articles belong to a day."""
    rows: list[Any] = []
    for part in chunks(sorted(days)):
        values = {**key._asdict(), "days": list(part), "first": min(part) * DAY}
        rows += query(_SUM_GIVEN_DAYS[kind], values)
    return _make_days(rows)


def _make_days(rows: Iterable[Any]) -> Days:
    """Return day -> (number of articles, digest). `rows`: (day, number of articles, several sums);
    the digest is the sums, joined by "-"."""
    days: Days = {}
    for day, count, *day_sums in rows:
        digest = "-".join(str(day_sum) for day_sum in day_sums)
        days[day] = count, digest
    return days
