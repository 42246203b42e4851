"""Thumbnails of articles, made or waiting. Raises StoreError, DiskError."""

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
    """The thumbnails of articles, on a database. Each write is a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self, now: datetime, most: int) -> list[PictureRow]:
        """Return the pictures to fetch for articles that a feed shows, newest articles first."""
        text = f"SELECT {_COLUMNS} {_DUE} ORDER BY added DESC, id LIMIT ?"
        return [_row(*row) for row in self._db.driven(text, codec.micros(now), most)]

    def any_due(self, now: datetime) -> bool:
        return bool(self._db.driven(f"SELECT id {_DUE} LIMIT 1", codec.micros(now)))

    def row(self, id: str) -> PictureRow | None:
        rows = self._db.driven(f"SELECT {_COLUMNS} FROM pictures WHERE id = ?", id)
        return _row(*rows[0]) if rows else None

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
        text = "SELECT id, name, width, height FROM pictures WHERE name <> '' AND id IN ({})"
        rows = (
            row for part in chunks(ids) for row in self._db.driven(text.format(marks(part)), *part)
        )
        return {
            id: Picture(name=name, width=width, height=height) for id, name, width, height in rows
        }

    def names(self, *, shown: bool = True) -> set[str]:
        """Return the names of thumbnails, of all articles or, if `shown`, of those that a feed
        shows."""
        text = "SELECT DISTINCT name FROM pictures WHERE name <> ''" + (
            f" AND {_SHOWN}" if shown else ""
        )
        return {name for (name,) in self._db.driven(text)}

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
        of_reason = (
            f"SELECT reason, count(*) FROM pictures WHERE name = '' AND {_SHOWN} GROUP BY reason"
        )
        without = dict(self._db.driven(of_reason))
        failed = {reason: count for reason, count in sorted(without.items()) if reason}
        finished = self._db.driven(f"SELECT count(*) FROM pictures WHERE name <> '' AND {_SHOWN}")
        return Pictured(made=int(finished[0][0]), waiting=without.get("", 0), failed=failed)


def _touch(connection: Connection, ids: Collection[str]) -> None:
    among, changed = marks([*ids]), defaultdict[FeedKey, set[rows.Times]](set)
    of = f"SELECT DISTINCT axis, slug, added, published FROM members WHERE id IN ({among})"
    for axis, slug, added, published in drive(connection, of, tuple(ids)):
        changed[FeedKey(axis, slug)].add((added, published))
    rows.mark(connection, changed)


def _row(
    id: str,
    url: str,
    next_try: int | None,
    name: str,
    width: int,
    height: int,
    tries: int,
    reason: str,
    detail: str,
) -> PictureRow:
    due = None if next_try is None else codec.moment(next_try)
    picture = Picture(name=name, width=width, height=height) if name else None
    return PictureRow(
        id=id, url=url, tries=tries, next_try=due, picture=picture, reason=reason, detail=detail
    )
