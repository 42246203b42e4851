"""Messages for receivers of webhooks, and the articles they know. Each write is a transaction. Raises StoreError."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, insert, literal, or_, select, update

from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, upsert

_a, _k, _m = schema.articles.c, schema.announced.c, schema.messages.c
_of = schema.members.c.id
_SHOWN = select(_of).where(_of == _a.id).exists()
_HIDDEN = select(_k.id).where(~select(_of).where(_of == _k.id).exists())
# reads an index alone: which of these few are in feeds is a second query
_CHANGED = (
    select(_a.id, _a.mtime_ns, _a.size, _k.digest)
    .select_from(schema.articles.outerjoin(schema.announced, _k.id == _a.id))
    .where(or_(_k.id.is_(None), _k.mtime_ns != _a.mtime_ns, _k.size != _a.size))
)
_IN_FEEDS = select(_of).where(_of.in_(bindparam("ids", expanding=True))).distinct()
_b = schema.messages.alias("before").c
_BEFORE = select(_b.n).where(_b.receiver == _m.receiver, _b.subject == _m.subject, _b.n < _m.n).exists()
_DUE = (
    select(schema.messages)
    .where(_m.receiver == bindparam("receiver"), _m.next_try <= bindparam("now"), ~_BEFORE)
    .order_by(_m.n)
    .limit(bindparam("most"))
)
_WAITING = select(_m.receiver, func.count(), func.min(_m.at), func.max(_m.fault)).group_by(_m.receiver)


@dataclass(frozen=True, slots=True)
class Known:
    """A version of an article: the stamp of its file, and a digest of the message about it. None: receivers know
    nothing of the article; "": it was published before there was a receiver."""

    mtime_ns: int
    size: int
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message for a receiver. Those of one subject are sent in the order of `n`. Times as in the database."""

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
    """The messages for a receiver: how many, the time of the first, and the fault of a try, "" if none failed."""

    receiver: str
    count: int
    since: datetime
    fault: str


class Messages:
    """The messages of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, before: datetime) -> None:
        """Take the published articles that were added before that time as known."""
        shown = select(_a.id, _a.mtime_ns, _a.size, literal("")).where(_SHOWN, _a.added < codec.micros(before))
        with self._db.write() as connection:
            connection.execute(delete(schema.announced))
            connection.execute(insert(schema.announced).from_select(["id", "mtime_ns", "size", "digest"], shown))

    def changed(self) -> dict[str, Known]:
        """The articles in feeds whose file is another one than the receivers know."""
        rows = {row.id: Known(*row[1:]) for row in self._db.rows(_CHANGED)}
        ids = (id for part in chunks(list(rows)) for (id,) in self._db.rows(_IN_FEEDS, {"ids": list(part)}))
        return {id: rows[id] for id in ids}

    def hidden(self) -> list[str]:
        """The articles that receivers know and no feed has any more."""
        return [id for (id,) in self._db.rows(_HIDDEN)]

    def put(self, messages: Sequence[Message], known: Mapping[str, Known], hidden: Collection[str]) -> None:
        """Add messages, and remember what receivers know with them, in one transaction."""
        with self._db.write() as connection:
            if values := [{name: value for name, value in asdict(one).items() if name != "n"} for one in messages]:
                connection.execute(insert(schema.messages), values)
            upsert(connection, schema.announced, [{"id": id, **asdict(one)} for id, one in known.items()])
            for ids in chunks(list(hidden)):
                connection.execute(delete(schema.announced).where(_k.id.in_(ids)))

    def waiting(self) -> list[Waiting]:
        """The receivers for which messages wait."""
        return [Waiting(key, count, codec.moment(at), fault) for key, count, at, fault in self._db.rows(_WAITING)]

    def due(self, receiver: str, now: datetime, most: int) -> list[Message]:
        """The first message of each subject, if it is due, in order."""
        rows = self._db.rows(_DUE, {"receiver": receiver, "now": codec.micros(now), "most": most})
        return [Message(**row._asdict()) for row in rows]

    def sent(self, message: Message) -> None:
        """Forget a message that its receiver took."""
        with self._db.write() as connection:
            connection.execute(delete(schema.messages).where(_m.n == message.n))

    def failed(self, message: Message, fault: str, next_try: datetime, *, all: bool) -> None:
        """Note a failed try. `all`: the receiver's other messages wait until then, too."""
        at = codec.micros(next_try)
        tried = {"tries": message.tries + 1, "fault": fault, "next_try": at}
        others = and_(_m.receiver == message.receiver, _m.next_try < at) if all else literal(value=False)
        with self._db.write() as connection:
            connection.execute(update(schema.messages).where(others).values(next_try=at))
            connection.execute(update(schema.messages).where(_m.n == message.n).values(tried))

    def drop(self, receivers: Iterable[str], before: datetime) -> None:
        """Delete the messages for these receivers, and all that were put before that time."""
        with self._db.write() as connection:
            old = or_(_m.receiver.in_(list(receivers)), _m.at < codec.micros(before))
            connection.execute(delete(schema.messages).where(old))
