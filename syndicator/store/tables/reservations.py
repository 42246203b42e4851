"""Reserve, in the database, paths of article files before the articles have rows.
After a crash these reservations tell which files in an object store have no row."""

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
_SELECT_FILED_PATH = select(_a.path).where(_a.id == bindparam("id"))
_SELECT_RESERVED_PATH = select(_r.path).where(_r.id == bindparam("id"))
_SELECT_SIMILAR_IDS = union(
    *(
        select(column).where(column >= bindparam("first"), column < bindparam("after"))
        for column in (_a.id, _r.id)
    )
)
_SELECT_UNFILED = select(_r.id, _r.path, _r.at).where(~_IS_FILED).order_by(func.abs(_r.at), _r.id)


class Reservations:
    """The paths of article files in an object store: implements `ports.ArticlePaths`. A reservation
    is committed before its file is written."""

    def __init__(self, group: Group, clock: Callable[[], datetime] | None = None) -> None:
        """`clock`: returns the time now, with a zone; only `reserve` needs it."""
        self._db = group
        self._clock = clock

    def with_clock(self, clock: Callable[[], datetime]) -> "Reservations":
        """Return an object for the same reservations with `clock`, which `reserve` needs."""
        return Reservations(self._db, clock)

    def path(self, article_id: str) -> str | None:
        """Return the path of the file of an article or, if it has none, the path that is reserved
        for it. Return None if it has neither."""
        for query in (_SELECT_FILED_PATH, _SELECT_RESERVED_PATH):
            rows = self._db.rows(query, {"id": article_id})
            if rows:
                (path,) = rows[0]
                return str(path)
        return None

    def list_similar_ids(self, article_id: str, chars: int) -> list[str]:
        """Return the ids of other articles that begin with the same `chars` characters, sorted. All
        articles that have a file or a reservation are considered."""
        start = article_id[:chars]
        # the ids from `start` up to the next possible start, so that the query uses an index
        next_character = chr(ord(start[-1]) + 1)
        next_start = start[:-1] + next_character
        rows = self._db.rows(_SELECT_SIMILAR_IDS, {"first": start, "after": next_start})
        ids = {other_id for (other_id,) in rows}
        return sorted(ids - {article_id})

    def reserve(self, article_id: str, path: str, *, writing: bool = True) -> str:
        """Reserve `path` for the file of an article, and commit. Return the path to use. With
        `writing`, a file will be written: if the article has a file or a reservation already, its
        path is returned in place of `path`. Without `writing`, the file exists already or is put
        back: `path` replaces an earlier reservation."""
        assert self._clock is not None
        # a negative time says that no file is being written
        time = codec.to_micros(self._clock())
        signed_time = time if writing else -time
        row = {"id": article_id, "path": path, "at": signed_time}
        delete_reservation = delete(schema.reservations).where(_r.id == article_id)
        filed_path: str | None = None
        with self._db.write() as connection:
            if not writing:
                connection.execute(delete_reservation)
            # In this order: while another transaction makes a row of its reservation, the insert
            # waits for its end.
            insert_new(connection, schema.reservations, [row])
            if writing:
                filed_path = connection.scalar(_SELECT_FILED_PATH, {"id": article_id})
            if filed_path is not None and filed_path != path:
                connection.execute(delete_reservation)
            path_to_use = filed_path
            if path_to_use is None:
                path_to_use = connection.scalars(_SELECT_RESERVED_PATH, {"id": article_id}).one()
        self._db.commit()
        return path_to_use

    def release(self, path: str) -> None:
        """Delete the reservation of `path`, if there is one."""
        with self._db.write() as connection:
            connection.execute(delete(schema.reservations).where(_r.path == path))

    def reserved(self) -> list[Reserved]:
        """Return the reservations, oldest first, whose files have no row in the table of articles:
        after a crash such files may be left over."""
        reserved: list[Reserved] = []
        for article_id, path, time in self._db.rows(_SELECT_UNFILED):
            reserved_at = codec.from_micros(abs(time))
            is_writing = time > 0
            reserved.append(Reserved(id=article_id, path=path, at=reserved_at, writing=is_writing))
        return reserved

    def sweep(self, before: datetime) -> None:
        """Delete the reservations made before `before` whose article has a row with this path."""
        with self._db.write() as connection:
            is_old = func.abs(_r.at) < codec.to_micros(before)
            connection.execute(delete(schema.reservations).where(_IS_FILED, is_old))
