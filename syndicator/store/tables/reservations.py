"""Reserved paths of article files without rows yet, by which a crash's files are found in an object store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from syndicator.core.ports.articles import Reserved
from syndicator.store import codec, schema
from syndicator.store.database import insert_new
from syndicator.store.group import Group

_a, _r = schema.articles.c, schema.reservations.c
_PATH = select(_a.path).where(_a.id == bindparam("id"))
_RESERVED = select(_r.path).where(_r.id == bindparam("id"))
_FILED = select(_a.id).where(_a.path == _r.path).correlate(schema.reservations)
_ALL = select(_r.id, _r.path, _r.at).where(_r.id.not_in(_FILED)).order_by(func.abs(_r.at), _r.id)
_SWEEP = delete(schema.reservations).where(_r.id.in_(_FILED), func.abs(_r.at) < bindparam("before"))
_BY_PATH = delete(schema.reservations).where(_r.path == bindparam("gone"))
_BY_ID = delete(schema.reservations).where(_r.id == bindparam("gone"))


class Reservations:
    """ArticlePaths in the database of `group`; reservations commit before files are written. `clock`: now."""

    def __init__(self, group: Group, clock: Callable[[], datetime] | None = None) -> None:
        self._db, self._clock = group, clock

    def by(self, clock: Callable[[], datetime]) -> Reservations:
        """The same with a clock, without which nothing is reserved."""
        return Reservations(self._db, clock)

    def path(self, id: str) -> str | None:
        found = self._db.scalar(_PATH, {"id": id}) or self._db.scalar(_RESERVED, {"id": id})
        return None if found is None else str(found)

    def near(self, id: str, chars: int) -> list[str]:
        first = id[:chars]
        after = first[:-1] + chr(ord(first[-1]) + 1)
        found: set[str] = set()
        for column in (_a.id, _r.id):
            found |= {other for (other,) in self._db.rows(select(column).where(column >= first, column < after))}
        return sorted(found - {id})

    def reserve(self, id: str, path: str, *, writing: bool = True) -> str:
        assert self._clock is not None
        at = codec.micros(self._clock())
        with self._db.write() as connection:
            if not writing:
                connection.execute(_BY_ID, {"gone": id})
            # In this order: while another transaction makes a row of its reservation, the insert waits for its end.
            insert_new(connection, schema.reservations, [{"id": id, "path": path, "at": at if writing else -at}])
            won = _filed(connection, id) if writing else None
            if won is None:
                won = str(connection.execute(_RESERVED, {"id": id}).scalar_one())
            elif won != path:
                connection.execute(_BY_ID, {"gone": id})
        self._db.commit()
        return won

    def release(self, path: str) -> None:
        with self._db.write() as connection:
            connection.execute(_BY_PATH, {"gone": path})

    def reserved(self) -> list[Reserved]:
        return [
            Reserved(id=id, path=path, at=codec.moment(abs(at)), writing=at > 0) for id, path, at in self._db.rows(_ALL)
        ]

    def sweep(self, before: datetime) -> None:
        with self._db.write() as connection:
            connection.execute(_SWEEP, {"before": codec.micros(before)})


def _filed(connection: Connection, id: str) -> str | None:
    path = connection.execute(_PATH, {"id": id}).scalar()
    return None if path is None else str(path)
