"""Subscriptions and the reliability of hubs. Each write is a durable transaction. Raises StoreError, DiskError."""

from collections.abc import Iterable

from syndicator.core.ports.subscriptions import Subscription, Tally
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, drive, marks, upsert


class Subscriptions:
    """The subscriptions and tallies of hubs, on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Subscription]:
        rows = self._db.driven("SELECT data FROM subscriptions ORDER BY token")
        return [codec.unpack(Subscription, data) for (data,) in rows]

    def of(self, source_key: str) -> list[Subscription]:
        """Return the subscriptions of one source; at most one of them is wanted."""
        text = "SELECT data FROM subscriptions WHERE source = ? ORDER BY token"
        return [codec.unpack(Subscription, data) for (data,) in self._db.driven(text, codec.key(source_key))]

    def tallies(self) -> list[Tally]:
        """Return how many entries each hub delivered and missed."""
        return [codec.unpack(Tally, data) for (data,) in self._db.driven("SELECT data FROM hub_tallies")]

    def save(self, changed: Iterable[Subscription], gone: Iterable[str], tallies: Iterable[Tally]) -> None:
        """Insert or replace subscriptions by token, tallies by hub; delete the subscriptions with the tokens `gone`."""
        rows = [{"token": new.token, "source": codec.key(new.source_key), "data": codec.pack(new)} for new in changed]
        hubs = [{"hub": codec.key(tally.hub), "data": codec.pack(tally)} for tally in tallies]
        with self._db.write() as connection:
            upsert(connection, schema.subscriptions, rows)
            for part in chunks(sorted(gone)):
                drive(connection, f"DELETE FROM subscriptions WHERE token IN ({marks(part)})", tuple(part))
            upsert(connection, schema.hub_tallies, hubs)
