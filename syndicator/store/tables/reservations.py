"""Reserved paths of article files that have no rows yet, to find these files in an object store
after a crash."""

from collections.abc import Callable
from datetime import datetime

from syndicator.core.ports.articles import Reserved
from syndicator.store import codec, schema
from syndicator.store.database import drive, insert_new
from syndicator.store.group import Group

_FILED = "id IN (SELECT id FROM articles WHERE articles.path = reservations.path)"


class Reservations:
    """ArticlePaths in the database of `group`. A reservation is committed before its file is
    written. `clock`: now."""

    def __init__(self, group: Group, clock: Callable[[], datetime] | None = None) -> None:
        self._db, self._clock = group, clock

    def by(self, clock: Callable[[], datetime]) -> "Reservations":
        """Return these reservations with `clock`, which `reserve` needs."""
        return Reservations(self._db, clock)

    def path(self, id: str) -> str | None:
        tables = ("articles", "reservations")
        rows = (
            row
            for table in tables
            for row in self._db.driven(f"SELECT path FROM {table} WHERE id = ?", id)
        )
        return next((str(path) for (path,) in rows), None)

    def near(self, id: str, chars: int) -> list[str]:
        first = id[:chars]
        after = first[:-1] + chr(ord(first[-1]) + 1)
        between = "WHERE id >= ? AND id < ?"
        text = f"SELECT id FROM articles {between} UNION SELECT id FROM reservations {between}"
        return sorted(
            {other for (other,) in self._db.driven(text, first, after, first, after)} - {id}
        )

    def reserve(self, id: str, path: str, *, writing: bool = True) -> str:
        assert self._clock is not None
        at = codec.micros(self._clock())
        with self._db.write() as connection:
            if not writing:
                drive(connection, "DELETE FROM reservations WHERE id = ?", (id,))
            # In this order: while another transaction makes a row of its reservation, the insert
            # waits for its end.
            insert_new(
                connection,
                schema.reservations,
                [{"id": id, "path": path, "at": at if writing else -at}],
            )
            filed = (
                drive(connection, "SELECT path FROM articles WHERE id = ?", (id,))
                if writing
                else []
            )
            if filed and filed[0][0] != path:
                drive(connection, "DELETE FROM reservations WHERE id = ?", (id,))
            rows = filed or drive(connection, "SELECT path FROM reservations WHERE id = ?", (id,))
        self._db.commit()
        return str(rows[0][0])

    def release(self, path: str) -> None:
        with self._db.write() as connection:
            drive(connection, "DELETE FROM reservations WHERE path = ?", (path,))

    def reserved(self) -> list[Reserved]:
        text = f"SELECT id, path, at FROM reservations WHERE NOT {_FILED} ORDER BY abs(at), id"
        rows = self._db.driven(text)
        return [
            Reserved(id=id, path=path, at=codec.moment(abs(at)), writing=at > 0)
            for id, path, at in rows
        ]

    def sweep(self, before: datetime) -> None:
        with self._db.write() as connection:
            text = f"DELETE FROM reservations WHERE {_FILED} AND abs(at) < ?"
            drive(connection, text, (codec.micros(before),))
