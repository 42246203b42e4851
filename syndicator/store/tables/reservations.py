"""Reserve paths of article files before their rows exist, so that a crash loses no file.
These files are found in an object store after a crash."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, union

from syndicator.core.ports.articles import Reserved
from syndicator.store import codec, schema
from syndicator.store.database import insert_new
from syndicator.store.shared_commits import Group

_a = schema.articles.c
_r = schema.reservations.c
_IS_FILED = _r.id.in_(select(_a.id).where(_a.path == _r.path).correlate(schema.reservations))
_PATHS = (
    select(_a.path).where(_a.id == bindparam("id")),
    select(_r.path).where(_r.id == bindparam("id")),
)
_NEAR = union(
    *(
        select(column).where(column >= bindparam("first"), column < bindparam("after"))
        for column in (_a.id, _r.id)
    )
)
_UNFILED = select(_r.id, _r.path, _r.at).where(~_IS_FILED).order_by(func.abs(_r.at), _r.id)


class Reservations:
    """ArticlePaths in the database of `group`. A reservation is committed before its file is
    written. `clock`: now."""

    def __init__(self, group: Group, clock: Callable[[], datetime] | None = None) -> None:
        self._db = group
        self._clock = clock

    def by(self, clock: Callable[[], datetime]) -> "Reservations":
        """Return these reservations with `clock`, which `reserve` needs."""
        return Reservations(self._db, clock)

    def path(self, article_id: str) -> str | None:
        rows = (row for query in _PATHS for row in self._db.rows(query, {"id": article_id}))
        return next((str(path) for (path,) in rows), None)

    def near(self, article_id: str, chars: int) -> list[str]:
        first = article_id[:chars]
        after = first[:-1] + chr(ord(first[-1]) + 1)
        ids = {other for (other,) in self._db.rows(_NEAR, {"first": first, "after": after})}
        return sorted(ids - {article_id})

    def reserve(self, article_id: str, path: str, *, writing: bool = True) -> str:
        assert self._clock is not None
        at = codec.micros(self._clock())
        of_article, of_reservation = _PATHS
        release = delete(schema.reservations).where(_r.id == article_id)
        filed = None
        with self._db.write() as connection:
            if not writing:
                connection.execute(release)
            # In this order: while another transaction makes a row of its reservation, the insert
            # waits for its end.
            insert_new(
                connection,
                schema.reservations,
                [{"id": article_id, "path": path, "at": at if writing else -at}],
            )
            if writing:
                filed = connection.scalar(of_article, {"id": article_id})
            if filed is not None and filed != path:
                connection.execute(release)
            used: str = filed or connection.scalars(of_reservation, {"id": article_id}).one()
        self._db.commit()
        return used

    def release(self, path: str) -> None:
        with self._db.write() as connection:
            connection.execute(delete(schema.reservations).where(_r.path == path))

    def reserved(self) -> list[Reserved]:
        return [
            Reserved(id=article_id, path=path, at=codec.moment(abs(at)), writing=at > 0)
            for article_id, path, at in self._db.rows(_UNFILED)
        ]

    def sweep(self, before: datetime) -> None:
        with self._db.write() as connection:
            is_old = func.abs(_r.at) < codec.micros(before)
            connection.execute(delete(schema.reservations).where(_IS_FILED, is_old))
