"""Messages for receivers of webhooks, subscriptions at hubs, and questions to a language model.
Each write is a durable transaction. Raises StoreError, DiskError."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from syndicator.core.ports import Asked, Meter
from syndicator.core.ports.subscriptions import Subscription, Tally
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, drive, insert, marks, upsert

_SHOWN = "EXISTS (SELECT id FROM members WHERE members.id = {}.id)"
# Reads only an index; a second query selects those in feeds.
_CHANGED = """SELECT articles.id, articles.mtime_ns, articles.size, digest FROM articles
LEFT JOIN announced known ON known.id = articles.id
WHERE known.id IS NULL OR known.mtime_ns <> articles.mtime_ns OR known.size <> articles.size"""
_DUE = """SELECT receiver, subject, id, body, at, next_try, tries, fault, n FROM messages
WHERE receiver = ? AND next_try <= ? AND NOT EXISTS (SELECT n FROM messages earlier
WHERE earlier.receiver = messages.receiver AND earlier.subject = messages.subject AND earlier.n < messages.n)
ORDER BY n LIMIT ?"""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Known:
    """The article version that receivers have: stamp of its file, digest of the message about it
    (None: nothing sent, "": published before there was a receiver)."""

    mtime_ns: int
    size: int
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message for a receiver; those of one subject (article id) are sent in the order of `n`.
    Times in microseconds."""

    receiver: str
    subject: str
    id: str
    body: str
    at: int
    next_try: int
    tries: int = 0
    fault: str = ""
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Number of messages for a receiver, time of the first, and the fault of the last try, "" if
    none failed."""

    receiver: str
    count: int
    since: datetime
    fault: str


class Messages:
    """Stored messages to webhook receivers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, before: datetime) -> None:
        """Treat published articles added before `before` as sent."""
        shown = (
            f"SELECT id, mtime_ns, size, '' FROM articles WHERE {_SHOWN.format('articles')} AND"
            " added < ?"
        )
        with self._db.write() as connection:
            drive(connection, "DELETE FROM announced")
            text = f"INSERT INTO announced (id, mtime_ns, size, digest) {shown}"
            drive(connection, text, (codec.micros(before),))

    def changed(self) -> dict[str, Known]:
        """Return article id -> version that receivers have, for articles in feeds whose file has
        changed since."""
        rows = {id: Known(*row) for id, *row in self._db.driven(_CHANGED)}
        text = "SELECT DISTINCT id FROM members WHERE id IN ({})"
        ids = (
            id
            for part in chunks(list(rows))
            for (id,) in self._db.driven(text.format(marks(part)), *part)
        )
        return {id: rows[id] for id in ids}

    def hidden(self) -> list[str]:
        """Return the ids of articles that receivers have and no feed shows any more."""
        text = f"SELECT id FROM announced WHERE NOT {_SHOWN.format('announced')}"
        return [id for (id,) in self._db.driven(text)]

    def put(
        self, messages: Sequence[Message], known: Mapping[str, Known], hidden: Collection[str]
    ) -> None:
        """Add messages; store the versions that they announce: `known` by article id, deleting
        those in `hidden`."""
        with self._db.write() as connection:
            values = [
                {name: value for name, value in asdict(item).items() if name != "n"}
                for item in messages
            ]
            insert(connection, schema.messages, values)
            upsert(
                connection,
                schema.announced,
                [{"id": id, **asdict(item)} for id, item in known.items()],
            )
            for ids in chunks(list(hidden)):
                drive(connection, f"DELETE FROM announced WHERE id IN ({marks(ids)})", tuple(ids))

    def waiting(self) -> list[Waiting]:
        text = "SELECT receiver, count(*), min(at), max(fault) FROM messages GROUP BY receiver"
        return [
            Waiting(key, count, codec.moment(at), fault)
            for key, count, at, fault in self._db.driven(text)
        ]

    def due(self, receiver: str, now: datetime, most: int) -> list[Message]:
        """Return the receiver's first message about each subject, if it is due, in order."""
        names = [field.name for field in fields(Message)]
        rows = self._db.driven(_DUE, receiver, codec.micros(now), most)
        return [Message(**dict(zip(names, row, strict=True))) for row in rows]

    def sent(self, message: Message) -> None:
        """Delete a message that its receiver accepted."""
        with self._db.write() as connection:
            drive(connection, "DELETE FROM messages WHERE n = ?", (message.n,))

    def failed(self, message: Message, fault: str, next_try: datetime, *, all: bool) -> None:
        """Record a failed try. `all`: the receiver's other messages wait until `next_try`, too."""
        at = codec.micros(next_try)
        others = "UPDATE messages SET next_try = ? WHERE receiver = ? AND next_try < ?"
        tried = "UPDATE messages SET tries = ?, fault = ?, next_try = ? WHERE n = ?"
        with self._db.write() as connection:
            if all:
                drive(connection, others, (at, message.receiver, at))
            drive(connection, tried, (message.tries + 1, fault, at, message.n))

    def drop(self, receivers: Iterable[str], before: datetime) -> None:
        """Delete the messages for these receivers, and all messages older than `before`."""
        with self._db.write() as connection:
            drive(connection, "DELETE FROM messages WHERE at < ?", (codec.micros(before),))
            for receiver in receivers:
                drive(connection, "DELETE FROM messages WHERE receiver = ?", (receiver,))


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
        return [
            codec.unpack(Subscription, data)
            for (data,) in self._db.driven(text, codec.key(source_key))
        ]

    def tallies(self) -> list[Tally]:
        """Return how many entries each hub delivered and missed."""
        return [
            codec.unpack(Tally, data) for (data,) in self._db.driven("SELECT data FROM hub_tallies")
        ]

    def save(
        self, changed: Iterable[Subscription], gone: Iterable[str], tallies: Iterable[Tally]
    ) -> None:
        """Insert or replace subscriptions by token, tallies by hub; delete the subscriptions with
        the tokens `gone`."""
        rows = [
            {"token": new.token, "source": codec.key(new.source_key), "data": codec.pack(new)}
            for new in changed
        ]
        hubs = [{"hub": codec.key(tally.hub), "data": codec.pack(tally)} for tally in tallies]
        with self._db.write() as connection:
            upsert(connection, schema.subscriptions, rows)
            for part in chunks(sorted(gone)):
                drive(
                    connection,
                    f"DELETE FROM subscriptions WHERE token IN ({marks(part)})",
                    tuple(part),
                )
            upsert(connection, schema.hub_tallies, hubs)


METER = "llm:meter"

# The feed of everything has no copies, and an index by `added`, so that only recent rows are read.
_UNASKED = """SELECT members.id FROM members JOIN articles ON articles.id = members.id
LEFT JOIN llm_asked asked ON asked.id = members.id WHERE axis = 'all' AND slug = 'all' AND members.added >= ?
AND (asked.id IS NULL OR asked.plan <> ? OR asked.mtime_ns <> articles.mtime_ns OR asked.size <> articles.size
OR asked.next_try <= ?) ORDER BY members.added DESC, members.published DESC, members.id LIMIT ?"""  # noqa: E501


class Enrichment:
    """Questions to a language model and its answers, on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def unasked(self, plan: str, *, since: datetime, now: datetime, limit: int) -> list[str]:
        return [
            id
            for (id,) in self._db.driven(
                _UNASKED, codec.micros(since), plan, codec.micros(now), limit
            )
        ]

    def asked(self, id: str) -> Asked | None:
        rows = self._db.driven("SELECT data FROM llm_asked WHERE id = ?", id)
        return codec.unpack(Asked, rows[0][0]) if rows else None

    def save_asked(self, asked: Asked) -> None:
        row = {
            "id": asked.id,
            "plan": asked.plan,
            "mtime_ns": asked.stamp.mtime_ns,
            "size": asked.stamp.size,
            "next_try": None if asked.next_try is None else codec.micros(asked.next_try),
            "status": asked.status,
            "at": codec.micros(asked.at),
            "data": codec.pack(asked),
        }
        with self._db.write() as connection:
            upsert(connection, schema.llm_asked, [row])

    def answer(self, key: str) -> str | None:
        rows = self._db.driven("SELECT answer FROM llm_answers WHERE key = ?", key)
        return str(json.loads(rows[0][0])) if rows else None

    def save_answer(self, key: str, id: str, answer: str, at: datetime) -> None:
        row = {"key": key, "id": id, "at": codec.micros(at), "answer": json.dumps(answer)}
        with self._db.write() as connection:
            upsert(connection, schema.llm_answers, [row])

    def meter(self) -> Meter:
        rows = self._db.driven("SELECT value FROM notes WHERE key = ?", METER)
        return codec.unpack(Meter, rows[0][0]) if rows else Meter()

    def save_meter(self, meter: Meter, at: datetime) -> None:
        row = {"key": METER, "value": codec.pack(meter), "at": codec.micros(at)}
        with self._db.write() as connection:
            upsert(connection, schema.notes, [row])
