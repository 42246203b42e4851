"""Messages for receivers of webhooks, and the article versions that they have. Raises StoreError."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

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
ORDER BY n LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Known:
    """The article version that receivers have: stamp of its file, digest of the message about it (None: nothing sent,
    "": published before there was a receiver)."""

    mtime_ns: int
    size: int
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message for a receiver. Those of one subject (article id) are sent in the order of `n`. Times in
    microseconds."""

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
    """Number of messages for a receiver, time of the first, and the fault of the last try, "" if none failed."""

    receiver: str
    count: int
    since: datetime
    fault: str


class Messages:
    """The messages of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, before: datetime) -> None:
        """Treat published articles added before `before` as sent."""
        shown = f"SELECT id, mtime_ns, size, '' FROM articles WHERE {_SHOWN.format('articles')} AND added < ?"
        with self._db.write() as connection:
            drive(connection, "DELETE FROM announced")
            text = f"INSERT INTO announced (id, mtime_ns, size, digest) {shown}"
            drive(connection, text, (codec.micros(before),))

    def changed(self) -> dict[str, Known]:
        """Return article id -> version that receivers have, for articles in feeds whose file has changed since."""
        rows = {id: Known(*row) for id, *row in self._db.driven(_CHANGED)}
        text = "SELECT DISTINCT id FROM members WHERE id IN ({})"
        ids = (id for part in chunks(list(rows)) for (id,) in self._db.driven(text.format(marks(part)), *part))
        return {id: rows[id] for id in ids}

    def hidden(self) -> list[str]:
        """Return the ids of articles that receivers have and no feed shows any more."""
        text = f"SELECT id FROM announced WHERE NOT {_SHOWN.format('announced')}"
        return [id for (id,) in self._db.driven(text)]

    def put(self, messages: Sequence[Message], known: Mapping[str, Known], hidden: Collection[str]) -> None:
        """Add messages, and store what receivers have once these are sent: `known` by article id, without `hidden`."""
        with self._db.write() as connection:
            values = [{name: value for name, value in asdict(item).items() if name != "n"} for item in messages]
            insert(connection, schema.messages, values)
            upsert(connection, schema.announced, [{"id": id, **asdict(item)} for id, item in known.items()])
            for ids in chunks(list(hidden)):
                drive(connection, f"DELETE FROM announced WHERE id IN ({marks(ids)})", tuple(ids))

    def waiting(self) -> list[Waiting]:
        text = "SELECT receiver, count(*), min(at), max(fault) FROM messages GROUP BY receiver"
        return [Waiting(key, count, codec.moment(at), fault) for key, count, at, fault in self._db.driven(text)]

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
