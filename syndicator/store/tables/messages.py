"""Store webhook messages, WebSub subscriptions, and questions to the language model.
Each write is a durable transaction. Raises StoreError, DiskError."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, literal, or_, select, update
from sqlalchemy import insert as insert_rows

from syndicator.core.axes import ALL
from syndicator.core.ports import Asked, Meter
from syndicator.core.ports.subscriptions import Subscription, Tally
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, insert, upsert

_a = schema.articles.c
_m = schema.messages.c
_w = schema.announced.c
_member = schema.members.c
_asked = schema.llm_asked.c
# Reads only an index; a second query selects those in feeds.
_CHANGED = (
    select(_a.id, _a.mtime_ns, _a.size, _w.digest)
    .join_from(schema.articles, schema.announced, _w.id == _a.id, isouter=True)
    .where(or_(_w.id.is_(None), _w.mtime_ns != _a.mtime_ns, _w.size != _a.size))
)
_IN_FEEDS = select(_member.id).where(_member.id.in_(bindparam("ids", expanding=True))).distinct()
_HIDDEN = select(_w.id).where(~select(_member.id).where(_member.id == _w.id).exists())
_EARLIER = schema.messages.alias("earlier").c
_FIRST_OF_SUBJECT = ~(
    select(_EARLIER.n)
    .where(_EARLIER.receiver == _m.receiver, _EARLIER.subject == _m.subject, _EARLIER.n < _m.n)
    .exists()
)
_DUE = (
    select(schema.messages)
    .where(_m.receiver == bindparam("to"), _m.next_try <= bindparam("now"), _FIRST_OF_SUBJECT)
    .order_by(_m.n)
    .limit(bindparam("most"))
)
_WAITING = select(_m.receiver, func.count(), func.min(_m.at), func.max(_m.fault)).group_by(
    _m.receiver
)
_SUBSCRIPTIONS = select(schema.subscriptions.c.data).order_by(schema.subscriptions.c.token)
METER = "llm:meter"
# The feed of everything has no copies, and an index by `added`, so that only recent rows are read.
_UNASKED = (
    select(_member.id)
    .join_from(schema.members, schema.articles, _a.id == _member.id)
    .outerjoin(schema.llm_asked, _asked.id == _member.id)
    .where(
        _member.axis == ALL.axis,
        _member.slug == ALL.slug,
        _member.added >= bindparam("since"),
        or_(
            _asked.id.is_(None),
            _asked.plan != bindparam("plan"),
            _asked.mtime_ns != _a.mtime_ns,
            _asked.size != _a.size,
            _asked.next_try <= bindparam("now"),
        ),
    )
    .order_by(_member.added.desc(), _member.published.desc(), _member.id)
    .limit(bindparam("most"))
)


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
        is_shown = select(_member.id).where(_member.id == _a.id).exists()
        shown = select(_a.id, _a.mtime_ns, _a.size, literal("")).where(
            is_shown, _a.added < codec.micros(before)
        )
        columns = [_w.id, _w.mtime_ns, _w.size, _w.digest]
        with self._db.write() as connection:
            connection.execute(delete(schema.announced))
            connection.execute(insert_rows(schema.announced).from_select(columns, shown))

    def changed(self) -> dict[str, Known]:
        """Return article id -> version that receivers have, for articles in feeds whose file has
        changed since."""
        versions = {article_id: Known(*row) for article_id, *row in self._db.rows(_CHANGED)}
        changed: dict[str, Known] = {}
        for part in chunks(list(versions)):
            for (article_id,) in self._db.rows(_IN_FEEDS, {"ids": part}):
                changed[article_id] = versions[article_id]
        return changed

    def hidden(self) -> list[str]:
        """Return the ids of articles that receivers have and no feed shows any more."""
        return [article_id for (article_id,) in self._db.rows(_HIDDEN)]

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
                [{"id": article_id, **asdict(item)} for article_id, item in known.items()],
            )
            for ids in chunks(list(hidden)):
                connection.execute(delete(schema.announced).where(_w.id.in_(ids)))

    def waiting(self) -> list[Waiting]:
        return [
            Waiting(receiver, count, codec.moment(at), fault)
            for receiver, count, at, fault in self._db.rows(_WAITING)
        ]

    def due(self, receiver: str, now: datetime, most: int) -> list[Message]:
        """Return the receiver's first message about each subject, if it is due, in order."""
        rows = self._db.rows(_DUE, {"to": receiver, "now": codec.micros(now), "most": most})
        return [Message(**row._mapping) for row in rows]

    def sent(self, message: Message) -> None:
        """Delete a message that its receiver accepted."""
        with self._db.write() as connection:
            connection.execute(delete(schema.messages).where(_m.n == message.n))

    def failed(
        self, message: Message, fault: str, next_try: datetime, *, include_all: bool
    ) -> None:
        """Record a failed try. `all`: the receiver's other messages wait until `next_try`, too."""
        at = codec.micros(next_try)
        others = update(schema.messages).where(_m.receiver == message.receiver, _m.next_try < at)
        tried = update(schema.messages).where(_m.n == message.n)
        with self._db.write() as connection:
            if include_all:
                connection.execute(others.values(next_try=at))
            connection.execute(tried.values(tries=message.tries + 1, fault=fault, next_try=at))

    def drop(self, receivers: Iterable[str], before: datetime) -> None:
        """Delete the messages for these receivers, and all messages older than `before`."""
        with self._db.write() as connection:
            connection.execute(delete(schema.messages).where(_m.at < codec.micros(before)))
            for receiver in receivers:
                connection.execute(delete(schema.messages).where(_m.receiver == receiver))


class Subscriptions:
    """The subscriptions and tallies of hubs, on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Subscription]:
        rows = self._db.rows(_SUBSCRIPTIONS)
        return [codec.unpack(Subscription, data) for (data,) in rows]

    def of(self, source_key: str) -> list[Subscription]:
        """Return the subscriptions of one source; at most one of them is wanted."""
        of_source = _SUBSCRIPTIONS.where(schema.subscriptions.c.source == codec.key(source_key))
        return [codec.unpack(Subscription, data) for (data,) in self._db.rows(of_source)]

    def tallies(self) -> list[Tally]:
        """Return how many entries each hub delivered and missed."""
        rows = self._db.rows(select(schema.hub_tallies.c.data))
        return [codec.unpack(Tally, data) for (data,) in rows]

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
                ended = delete(schema.subscriptions)
                connection.execute(ended.where(schema.subscriptions.c.token.in_(part)))
            upsert(connection, schema.hub_tallies, hubs)


class Enrichment:
    """Questions to a language model and its answers, on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def unasked(self, plan: str, *, since: datetime, now: datetime, limit: int) -> list[str]:
        values = {
            "since": codec.micros(since),
            "plan": plan,
            "now": codec.micros(now),
            "most": limit,
        }
        return [article_id for (article_id,) in self._db.rows(_UNASKED, values)]

    def asked(self, article_id: str) -> Asked | None:
        data = self._db.scalar(select(_asked.data).where(_asked.id == article_id))
        return None if data is None else codec.unpack(Asked, data)

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
        answers = schema.llm_answers.c
        text = self._db.scalar(select(answers.answer).where(answers.key == key))
        return None if text is None else str(json.loads(text))

    def save_answer(self, key: str, article_id: str, answer: str, at: datetime) -> None:
        row = {"key": key, "id": article_id, "at": codec.micros(at), "answer": json.dumps(answer)}
        with self._db.write() as connection:
            upsert(connection, schema.llm_answers, [row])

    def meter(self) -> Meter:
        notes = schema.notes.c
        text = self._db.scalar(select(notes.value).where(notes.key == METER))
        return Meter() if text is None else codec.unpack(Meter, text)

    def save_meter(self, meter: Meter, at: datetime) -> None:
        row = {"key": METER, "value": codec.pack(meter), "at": codec.micros(at)}
        with self._db.write() as connection:
            upsert(connection, schema.notes, [row])
