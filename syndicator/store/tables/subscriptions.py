"""Subscriptions and the reliability of hubs. Each write is a durable transaction. Raises StoreError, DiskError."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select

from syndicator.core.ports.subscriptions import Subscription, Tally
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, upsert

_s, _h = schema.subscriptions.c, schema.hub_tallies.c
_ALL = select(_s.data).order_by(_s.token)
_OF = select(_s.data).where(_s.source == bindparam("source")).order_by(_s.token)
_TALLIES = select(_h.data)


class Subscriptions:
    """The subscriptions, on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Subscription]:
        """Every subscription that is not forgotten, by token."""
        return [codec.unpack(Subscription, data) for (data,) in self._db.rows(_ALL)]

    def of(self, source_key: str) -> list[Subscription]:
        """Those of one source; one at most is wanted."""
        return [codec.unpack(Subscription, data) for (data,) in self._db.rows(_OF, {"source": codec.key(source_key)})]

    def tallies(self) -> list[Tally]:
        """What each hub brought and missed."""
        return [codec.unpack(Tally, data) for (data,) in self._db.rows(_TALLIES)]

    def save(self, changed: Iterable[Subscription], gone: Iterable[str], tallies: Iterable[Tally]) -> None:
        """Inserts or replaces subscriptions by token and tallies by hub, and forgets the subscriptions `gone`."""
        rows = [{"token": one.token, "source": codec.key(one.source_key), "data": codec.pack(one)} for one in changed]
        with self._db.write() as connection:
            upsert(connection, schema.subscriptions, rows)
            for part in chunks(sorted(gone)):
                connection.execute(delete(schema.subscriptions).where(_s.token.in_(part)))
            upsert(
                connection,
                schema.hub_tallies,
                [{"hub": codec.key(one.hub), "data": codec.pack(one)} for one in tallies],
            )
