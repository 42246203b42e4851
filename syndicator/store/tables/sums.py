"""The articles of a feed by day, counted and digested. Large feeds keep theirs, so that a build groups only the days
that marks name: a mark has the times of its article, old and new; who takes it sums these days up again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select

from syndicator.core.model import FeedKey
from syndicator.store import codec, schema
from syndicator.store.database import chunks, upsert
from syndicator.store.postgres import alone

ADDED, PUBLISHED = "added", "published"
DAY: Final = 86_400_000_000  # microseconds
LARGE: Final = 500  # articles: to group so many costs as much as to read what is kept. A choice

Days = dict[int, tuple[int, str]]  # since 1970: how many articles, and a digest of them
Read = Callable[[Any, Any], Sequence[Any]]

_a, _m, _p, _s, _marks = (
    table.c for table in (schema.articles, schema.members, schema.pictures, schema.sums, schema.stale_marks)
)
IN_FEED = (_m.axis == bindparam("axis"), _m.slug == bindparam("slug"))
_EARLIEST = codec.micros(datetime(1990, 1, 1, tzinfo=UTC))


def shown(columns: Any) -> Any:
    """When an article was published as its entries show it (`publishing.render.view.times`): never after we got it, and
    when we got it if the date is too early to be one."""
    wrong = or_(columns.published < _EARLIEST, columns.published > columns.added)
    return case((wrong, columns.added), else_=columns.published)


_DAYS = {ADDED: _m.added // DAY, PUBLISHED: shown(_m) // DAY}
_NAME = func.nullif(_p.name, "")  # of a thumbnail, by its content
_PICTURES = (func.count(_NAME), func.min(_NAME), func.max(_NAME), func.sum(_p.width), func.sum(_p.height))
# remainders: whole nanoseconds of a dozen files would overflow what SQLite can sum
_FILES = (func.sum(_a.mtime_ns % 2**40 + _a.told), func.sum(_a.size))
_FILED = select(_DAYS[ADDED].label("day"), func.count(), *_FILES).join_from(
    schema.members, schema.articles, _a.id == _m.id
)
_DATED = _FILED.with_only_columns(_DAYS[PUBLISHED].label("day"), func.count(), *_FILES, *_PICTURES)
_DATED = _DATED.outerjoin(schema.pictures, _p.id == _m.id)
_WHOLE = {
    kind: statement.where(*IN_FEED, _m.added > codec.NEVER).group_by("day")
    for kind, statement in ((ADDED, _FILED), (PUBLISHED, _DATED))
}
# No article is shown as published after it was added: so the index by `added` leads to all of a day.
_SOME = {
    kind: _WHOLE[kind].where(_m.added >= bindparam("first"), day.in_(bindparam("days", expanding=True)))
    for kind, day in _DAYS.items()
}
_IN_SUMS = (_s.axis == bindparam("axis"), _s.slug == bindparam("slug"), _s.kind == bindparam("kind"))
_KEPT = select(_s.day, _s.count, _s.made_of).where(*_IN_SUMS)
_f = schema.feeds.c
ANY = select(_s.day).where(_s.axis == _f.axis, _s.slug == _f.slug).correlate(schema.feeds).exists()  # of a feed
_CHANGED = select(_marks.added, shown(_marks)).distinct()
_CHANGED = _CHANGED.where(_marks.axis == bindparam("axis"), _marks.slug == bindparam("slug"), _marks.added.is_not(None))


def by_day(read: Read, key: FeedKey, kind: str) -> Days:
    """The days of a feed, ascending, as of now."""
    place, this = {ADDED: 0, PUBLISHED: 1}[kind], {**key._asdict(), "kind": kind}
    if not read(_KEPT.limit(1), this):
        return dict(sorted(_grouped(read, key, kind).items()))
    changed = {row[place] // DAY for row in read(_CHANGED, key._asdict())}  # first: what comes later has a mark
    kept = {row.day: (row[1], row.made_of) for row in read(_KEPT, this) if row.day not in changed}
    return dict(sorted((kept | _grouped(read, key, kind, changed)).items()))


def keep(connection: Connection, key: FeedKey, taken: Collection[tuple[int, int]], count: int, known: bool) -> None:
    """Sum up the days of the marks that were `taken` (added, published as shown), in their transaction; all days of a
    feed of `count` articles that has become large. `known`: it has sums (`ANY`)."""

    def read(statement: Any, values: Any) -> Sequence[Any]:
        return connection.execute(statement, values).all()

    if not (taken if known else count >= LARGE):
        return
    alone(connection, f"sums {key}")
    for place, kind in enumerate((ADDED, PUBLISHED)):
        this = {**key._asdict(), "kind": kind}
        changed = {times[place] // DAY for times in taken} if known else None
        for part in chunks(sorted(changed or ())):
            connection.execute(delete(schema.sums).where(*_IN_SUMS, _s.day.in_(part)), this)
        days = _grouped(read, key, kind, changed).items()
        upsert(
            connection, schema.sums, [{**this, "day": day, "count": many, "made_of": of} for day, (many, of) in days]
        )


def _grouped(read: Read, key: FeedKey, kind: str, days: Collection[int] | None = None) -> Days:
    this = key._asdict()
    if days is None:
        rows = read(_WHOLE[kind], this)
    else:
        parts = ({**this, "days": list(part), "first": min(part) * DAY} for part in chunks(sorted(days)))
        rows = [row for part in parts for row in read(_SOME[kind], part)]
    return {day: (count, "-".join(map(str, of))) for day, count, *of in rows}
