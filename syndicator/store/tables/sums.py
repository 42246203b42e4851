"""Count and digest a feed's articles by day, so that builds recalculate only changed days.
Large feeds store these sums."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select

from syndicator.core.model import FeedKey
from syndicator.store import codec, schema
from syndicator.store.database import chunks, upsert
from syndicator.store.postgres import alone

ADDED = "added"
PUBLISHED = "published"
DAY: Final = 86_400_000_000  # microseconds
LARGE: Final = 500  # articles: grouping so many costs as much as reading their sums. A choice

Days = dict[int, tuple[int, str]]  # by day since 1970: number of articles and their digest
Read = Callable[[Any, Any], Sequence[Any]]

_a, _m, _p, _s, _marks = (
    table.c
    for table in (schema.articles, schema.members, schema.pictures, schema.sums, schema.stale_marks)
)
IN_FEED = (_m.axis == bindparam("axis"), _m.slug == bindparam("slug"))
_EARLIEST = codec.micros(datetime(1990, 1, 1, tzinfo=UTC))
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
_KEPT = select(_s.day, _s.count, _s.made_of).where(*_IN_SUMS)


def shown(columns: Any) -> Any:
    """Return the publication time as entries show it: `added` if the date is later, or too early to
    be true."""
    wrong = or_(columns.published < _EARLIEST, columns.published > columns.added)
    return case((wrong, columns.added), else_=columns.published)


def date_of(day: int) -> str:
    """Return the date of a day since 1970, such as 2026-11-26."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%d")


_DAYS = {ADDED: _m.added // DAY, PUBLISHED: shown(_m) // DAY}
_FILED = select(_DAYS[ADDED].label("day"), func.count(), *_FILES).join_from(
    schema.members, schema.articles, _a.id == _m.id
)
_DATED = _FILED.with_only_columns(_DAYS[PUBLISHED].label("day"), func.count(), *_FILES, *_PICTURES)
_DATED = _DATED.outerjoin(schema.pictures, _p.id == _m.id)
_WHOLE = {
    kind: statement.where(*IN_FEED, _m.added > codec.NEVER).group_by("day")
    for kind, statement in ((ADDED, _FILED), (PUBLISHED, _DATED))
}
# No article is shown as published after `added`, so the index by `added` finds all articles of a
# day.
_SOME = {
    kind: _WHOLE[kind].where(
        _m.added >= bindparam("first"), day.in_(bindparam("days", expanding=True))
    )
    for kind, day in _DAYS.items()
}
_f = schema.feeds.c
# of a feed
ANY = select(_s.day).where(_s.axis == _f.axis, _s.slug == _f.slug).correlate(schema.feeds).exists()
_CHANGED = select(_marks.added, shown(_marks)).distinct()
_CHANGED = _CHANGED.where(
    _marks.axis == bindparam("axis"), _marks.slug == bindparam("slug"), _marks.added.is_not(None)
)


def by_day(read: Read, key: FeedKey, kind: str) -> Days:
    """Return the days of a feed, ascending. `kind`: ADDED or PUBLISHED, the time that gives the
    day."""
    place = {ADDED: 0, PUBLISHED: 1}[kind]
    this = {**key._asdict(), "kind": kind}
    if not read(_KEPT.limit(1), this):
        return dict(sorted(_grouped(read, key, kind).items()))
    # Read before the sums, so that later changes have a mark.
    changed = {row[place] // DAY for row in read(_CHANGED, key._asdict())}
    stored = {row.day: (row[1], row.made_of) for row in read(_KEPT, this) if row.day not in changed}
    return dict(sorted((stored | _grouped(read, key, kind, changed)).items()))


def keep(
    connection: Connection,
    key: FeedKey,
    taken: Collection[tuple[int, int]],
    count: int,
    summed: bool,
) -> None:
    """Update the sums of a feed with `count` articles. If it has some (`summed`), recalculate the
    days of `taken`, the times (added, published as shown) in its stale marks; otherwise all days if
    the feed is large."""

    def read(statement: Any, values: Any) -> Sequence[Any]:
        return connection.execute(statement, values).all()

    if not (taken if summed else count >= LARGE):
        return
    alone(connection, f"sums {key}")
    for place, kind in enumerate((ADDED, PUBLISHED)):
        this = {**key._asdict(), "kind": kind}
        changed = {times[place] // DAY for times in taken} if summed else None
        for part in chunks(sorted(changed or ())):
            connection.execute(delete(schema.sums).where(*_IN_SUMS, _s.day.in_(part)), this)
        days = _grouped(read, key, kind, changed).items()
        upsert(
            connection,
            schema.sums,
            [{**this, "day": day, "count": many, "made_of": of} for day, (many, of) in days],
        )


def _grouped(read: Read, key: FeedKey, kind: str, days: Collection[int] | None = None) -> Days:
    this = key._asdict()
    if days is None:
        rows = read(_WHOLE[kind], this)
    else:
        parts = (
            {**this, "days": list(part), "first": min(part) * DAY} for part in chunks(sorted(days))
        )
        rows = [row for part in parts for row in read(_SOME[kind], part)]
    return {day: (count, "-".join(map(str, of))) for day, count, *of in rows}
