"""Thumbnails of articles, made or waiting; all can be remade. Writes are transactions. Raises StoreError, DiskError."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from syndicator.core.model import FeedKey
from syndicator.core.ports.subscriptions import Picture, Pictured, PictureRow
from syndicator.store import codec, rows, schema
from syndicator.store.database import Database, chunks, drive, marks

_p = schema.pictures.c
_SHOWN = "EXISTS (SELECT id FROM members WHERE members.id = pictures.id)"
_COLUMNS = "id, url, next_try, name, width, height, tries, reason, detail"
_DUE = f"FROM pictures WHERE next_try <= ? AND {_SHOWN}"


class Pictures:
    """The thumbnails of articles, on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, now: datetime, most: int) -> list[PictureRow]:
        """The pictures that are to be fetched, of articles that a feed shows; those of the newest articles first."""
        text = f"SELECT {_COLUMNS} {_DUE} ORDER BY added DESC, id LIMIT ?"
        return [_row(*found) for found in self._db.driven(text, codec.micros(now), most)]

    def any_due(self, now: datetime) -> bool:
        """Whether `due` has any."""
        return bool(self._db.driven(f"SELECT id {_DUE} LIMIT 1", codec.micros(now)))

    def row(self, id: str) -> PictureRow | None:
        """What is known of the picture of an article, None where it has none."""
        found = self._db.driven(f"SELECT {_COLUMNS} FROM pictures WHERE id = ?", id)
        return _row(*found[0]) if found else None

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
        text = "SELECT id, name, width, height FROM pictures WHERE name <> '' AND id IN ({})"
        found = (row for part in chunks(ids) for row in self._db.driven(text.format(marks(part)), *part))
        return {id: Picture(name=name, width=width, height=height) for id, name, width, height in found}

    def names(self, *, shown: bool = True) -> set[str]:
        """The names of all thumbnails; `shown`: of articles that a feed shows."""
        text = "SELECT DISTINCT name FROM pictures WHERE name <> ''" + (f" AND {_SHOWN}" if shown else "")
        return {name for (name,) in self._db.driven(text)}

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
        of_reason = f"SELECT reason, count(*) FROM pictures WHERE name = '' AND {_SHOWN} GROUP BY reason"
        without = dict(self._db.driven(of_reason))
        failed = {reason: count for reason, count in sorted(without.items()) if reason}
        made = self._db.driven(f"SELECT count(*) FROM pictures WHERE name <> '' AND {_SHOWN}")
        return Pictured(made=int(made[0][0]), waiting=without.get("", 0), failed=failed)


def _touch(connection: Connection, ids: Collection[str]) -> None:
    among, changed = marks([*ids]), defaultdict[FeedKey, set[rows.Times]](set)
    of = f"SELECT DISTINCT axis, slug, added, published FROM members WHERE id IN ({among})"
    for axis, slug, added, published in drive(connection, of, tuple(ids)):
        changed[FeedKey(axis, slug)].add((added, published))
    rows.mark(connection, changed)


def _row(
    id: str, url: str, next_try: int | None, name: str, width: int, height: int, tries: int, reason: str, detail: str
) -> PictureRow:
    due = None if next_try is None else codec.moment(next_try)
    picture = Picture(name=name, width=width, height=height) if name else None
    return PictureRow(id=id, url=url, tries=tries, next_try=due, picture=picture, reason=reason, detail=detail)
