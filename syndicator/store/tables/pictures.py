"""Thumbnails of articles, made or waiting; all can be remade. Writes are transactions. Raises StoreError, DiskError."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from syndicator.core.model import FeedKey
from syndicator.core.ports.subscriptions import Picture, Pictured, PictureRow
from syndicator.store import codec, rows, schema
from syndicator.store.database import Database, chunks

_p, _m = schema.pictures.c, schema.members.c
_SHOWN = select(_m.id).where(_m.id == _p.id).exists()
_ROW = select(schema.pictures).where(_p.id == bindparam("id"))
_WAITING = _p.next_try <= bindparam("now")
_DUE = select(schema.pictures).where(_WAITING, _SHOWN).order_by(_p.added.desc(), _p.id).limit(bindparam("most"))
_ANY = select(_p.id).where(_WAITING, _SHOWN).limit(1)
_TAKEN = select(_p.id, _p.name, _p.width, _p.height).where(_p.id.in_(bindparam("ids", expanding=True)), _p.name != "")
_NAMES = select(_p.name).where(_p.name != "", _SHOWN).distinct()
_ALL_NAMES = select(_p.name).where(_p.name != "").distinct()
_FEEDS = select(_m.axis, _m.slug, _m.added, _m.published).where(_m.id.in_(bindparam("ids", expanding=True))).distinct()
_REASONS = select(_p.reason, func.count()).where(_p.name == "", _SHOWN).group_by(_p.reason)
_COUNT = select(func.count()).where(_p.name != "", _SHOWN)


class Pictures:
    """The thumbnails of articles, on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, now: datetime, most: int) -> list[PictureRow]:
        """The pictures that are to be fetched, of articles that a feed shows; those of the newest articles first."""
        return [_row(found) for found in self._db.rows(_DUE, {"now": codec.micros(now), "most": most})]

    def any_due(self, now: datetime) -> bool:
        """Whether `due` has any."""
        return bool(self._db.rows(_ANY, {"now": codec.micros(now)}))

    def row(self, id: str) -> PictureRow | None:
        """What is known of the picture of an article, None where it has none."""
        found = self._db.rows(_ROW, {"id": id})
        return _row(found[0]) if found else None

    def save(self, row: PictureRow) -> None:
        """Save the outcome of a picture; feeds become stale if it shows. Ignored if the article's picture changed."""
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
            before = connection.execute(select(_p.name).where(_p.id == row.id, _p.url == row.url)).scalar()
            if before is None:
                return
            connection.execute(update(schema.pictures).where(_p.id == row.id).values(**values))
            if before != values["name"]:
                _touch(connection, [row.id])

    def taken(self, ids: Sequence[str]) -> dict[str, Picture]:
        """The thumbnails of those of the articles that have one."""
        found = (row for part in chunks(ids) for row in self._db.rows(_TAKEN, {"ids": list(part)}))
        return {id: Picture(name=name, width=width, height=height) for id, name, width, height in found}

    def names(self, *, shown: bool = True) -> set[str]:
        """The names of all thumbnails; `shown`: of articles that a feed shows."""
        return {name for (name,) in self._db.rows(_NAMES if shown else _ALL_NAMES)}

    def lost(self, names: Iterable[str]) -> None:
        """Has thumbnails made again whose files are gone. The feeds that showed them become stale."""
        with self._db.write() as connection:
            for part in chunks(sorted(names)):
                ids = list(connection.scalars(select(_p.id).where(_p.name.in_(part))))
                _touch(connection, ids)
                again = {"name": "", "width": 0, "height": 0, "tries": 0, "next_try": rows.AT_ONCE}
                connection.execute(update(schema.pictures).where(_p.name.in_(part)).values(**again))

    def counts(self) -> Pictured:
        """How the pictures of all articles are doing."""
        without = {row.reason: row[1] for row in self._db.rows(_REASONS)}
        failed = {reason: count for reason, count in sorted(without.items()) if reason}
        return Pictured(made=int(self._db.scalar(_COUNT)), waiting=without.get("", 0), failed=failed)


def _touch(connection: Connection, ids: Collection[str]) -> None:
    changed = defaultdict[FeedKey, set[rows.Times]](set)
    for axis, slug, added, published in connection.execute(_FEEDS, {"ids": list(ids)}):
        changed[FeedKey(axis, slug)].add((added, published))
    rows.mark(connection, changed)


def _row(found: Any) -> PictureRow:
    picture = Picture(name=found.name, width=found.width, height=found.height) if found.name else None
    return PictureRow(
        id=found.id,
        url=found.url,
        tries=found.tries,
        next_try=None if found.next_try is None else codec.moment(found.next_try),
        picture=picture,
        reason=found.reason,
        detail=found.detail,
    )
