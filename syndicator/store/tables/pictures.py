"""Store which thumbnails of articles are made, waiting or failed.
Raises StoreError, DiskError."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from syndicator.core.model import FeedKey
from syndicator.core.ports.subscriptions import Picture, Pictured, PictureRow
from syndicator.store import codec, rows, schema
from syndicator.store.database import Database, chunks

_p = schema.pictures.c
_m = schema.members.c
_IS_SHOWN = select(_m.id).where(_m.id == _p.id).exists()
_IS_MADE = _p.name != ""
_ROW = select(
    _p.id, _p.url, _p.next_try, _p.name, _p.width, _p.height, _p.tries, _p.reason, _p.detail
)
_DUE = _ROW.where(_p.next_try <= bindparam("now"), _IS_SHOWN).limit(bindparam("most"))
_TAKEN = select(_p.id, _p.name, _p.width, _p.height).where(
    _IS_MADE, _p.id.in_(bindparam("ids", expanding=True))
)
_NAMES = select(_p.name).where(_IS_MADE).distinct()
_UNMADE = select(_p.reason, func.count()).where(~_IS_MADE, _IS_SHOWN).group_by(_p.reason)
_MADE = select(func.count()).select_from(schema.pictures).where(_IS_MADE, _IS_SHOWN)
_IN_FEEDS = select(_m.axis, _m.slug, _m.added, _m.published).distinct()


class Pictures:
    """The thumbnails of articles, on a database. Each write is a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, now: datetime, most: int) -> list[PictureRow]:
        """Return the pictures to fetch for articles that a feed shows, newest articles first."""
        newest = _DUE.order_by(_p.added.desc(), _p.id)
        due = self._db.rows(newest, {"now": codec.micros(now), "most": most})
        return [_picture_row(row) for row in due]

    def any_due(self, now: datetime) -> bool:
        return bool(self._db.rows(_DUE, {"now": codec.micros(now), "most": 1}))

    def row(self, article_id: str) -> PictureRow | None:
        rows = self._db.rows(_ROW.where(_p.id == article_id))
        return _picture_row(rows[0]) if rows else None

    def save(self, row: PictureRow) -> None:
        """Save the result for a picture, if the article still has it; mark feeds stale if it
        changed."""
        values = {
            "next_try": None if row.next_try is None else codec.micros(row.next_try),
            "name": row.picture.name if row.picture else "",
            "width": row.picture.width if row.picture else 0,
            "height": row.picture.height if row.picture else 0,
            "tries": row.tries,
            "reason": row.reason,
            "detail": row.detail,
        }
        with self._db.write() as connection:
            before = connection.execute(
                select(_p.name).where(_p.id == row.id, _p.url == row.url)
            ).scalar()
            if before is None:
                return
            connection.execute(update(schema.pictures).where(_p.id == row.id).values(**values))
            if before != values["name"]:
                _touch(connection, [row.id])

    def taken(self, ids: Sequence[str]) -> dict[str, Picture]:
        """Return article id -> thumbnail."""
        taken: dict[str, Picture] = {}
        for part in chunks(ids):
            for article_id, name, width, height in self._db.rows(_TAKEN, {"ids": part}):
                taken[article_id] = Picture(name=name, width=width, height=height)
        return taken

    def names(self, *, shown: bool = True) -> set[str]:
        """Return the names of thumbnails, of all articles or, if `shown`, of those that a feed
        shows."""
        names = _NAMES.where(_IS_SHOWN) if shown else _NAMES
        return {name for (name,) in self._db.rows(names)}

    def lost(self, names: Iterable[str]) -> None:
        """Queue again the thumbnails `names`, whose files are lost, and mark the feeds that showed
        them stale."""
        with self._db.write() as connection:
            for part in chunks(sorted(names)):
                ids = list(connection.scalars(select(_p.id).where(_p.name.in_(part))))
                _touch(connection, ids)
                again = {"name": "", "width": 0, "height": 0, "tries": 0, "next_try": rows.AT_ONCE}
                connection.execute(update(schema.pictures).where(_p.name.in_(part)).values(**again))

    def counts(self) -> Pictured:
        without = dict(self._db.rows(_UNMADE))
        failed = {reason: count for reason, count in sorted(without.items()) if reason}
        made = int(self._db.scalar(_MADE))
        return Pictured(made=made, waiting=without.get("", 0), failed=failed)


def _touch(connection: Connection, ids: Collection[str]) -> None:
    changed = defaultdict[FeedKey, set[rows.Times]](set)
    for axis, slug, added, published in connection.execute(_IN_FEEDS.where(_m.id.in_(ids))):
        changed[FeedKey(axis, slug)].add((added, published))
    rows.mark(connection, changed)


def _picture_row(row: Any) -> PictureRow:
    picture = Picture(name=row.name, width=row.width, height=row.height) if row.name else None
    return PictureRow(
        id=row.id,
        url=row.url,
        tries=row.tries,
        next_try=None if row.next_try is None else codec.moment(row.next_try),
        picture=picture,
        reason=row.reason,
        detail=row.detail,
    )
