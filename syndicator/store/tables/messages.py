"""Store in the database webhook messages, WebSub subscriptions and questions to a language model.
Each write is a durable transaction. Raises StoreError, DiskError."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

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
# Reads only an index; the query _SELECT_IN_FEEDS then selects the articles that are in feeds.
_SELECT_CHANGED = (
    select(_a.id, _a.mtime_ns, _a.size, _w.digest)
    .join_from(schema.articles, schema.announced, _w.id == _a.id, isouter=True)
    .where(or_(_w.id.is_(None), _w.mtime_ns != _a.mtime_ns, _w.size != _a.size))
)
_SELECT_IN_FEEDS = (
    select(_member.id).where(_member.id.in_(bindparam("ids", expanding=True))).distinct()
)
_SELECT_HIDDEN = select(_w.id).where(~select(_member.id).where(_member.id == _w.id).exists())
_EARLIER = schema.messages.alias("earlier").c
_FIRST_OF_SUBJECT = ~(
    select(_EARLIER.n)
    .where(_EARLIER.receiver == _m.receiver, _EARLIER.subject == _m.subject, _EARLIER.n < _m.n)
    .exists()
)
_SELECT_DUE = (
    select(schema.messages)
    .where(_m.receiver == bindparam("to"), _m.next_try <= bindparam("now"), _FIRST_OF_SUBJECT)
    .order_by(_m.n)
    .limit(bindparam("most"))
)
_COUNT_WAITING = select(_m.receiver, func.count(), func.min(_m.at), func.max(_m.fault)).group_by(
    _m.receiver
)
_SELECT_SUBSCRIPTIONS = select(schema.subscriptions.c.data).order_by(schema.subscriptions.c.token)
METER = "llm:meter"
_NO_MESSAGE = ""  # digest of an article that was published before there was a receiver
# The feed of all articles has no copies, and an index by `added`, so that only recent rows are
# read.
_SELECT_UNASKED = (
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
    """The version of an article that receivers of webhooks have: time and size of its file, and the
    digest of the message about it. None as digest: no message was sent; "": the article was
    published before there was a receiver."""

    mtime_ns: int
    size: int
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message for a receiver. `subject`: id of the article; messages about one article are sent
    in the order of their numbers `n`, which is None before the message is stored; `at`: when it was
    made; `fault`: why the last try failed, "" if none did. Times are microseconds since 1970."""

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
    """The unsent messages for a receiver: their number, the time of the oldest, and a fault of
    their last tries, "" if none failed."""

    receiver: str
    count: int
    since: datetime
    fault: str


class Messages:
    """The table of messages to receivers of webhooks, and what these receivers have."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, before: datetime) -> None:
        """Record that receivers of messages know the published articles that were added before
        `before`, and no other articles, so that they get messages only for later articles. Called
        when there is a receiver for the first time."""
        is_published = select(_member.id).where(_member.id == _a.id).exists()
        is_old = _a.added < codec.to_micros(before)
        select_old = select(_a.id, _a.mtime_ns, _a.size, literal(_NO_MESSAGE)).where(
            is_published, is_old
        )
        columns = [_w.id, _w.mtime_ns, _w.size, _w.digest]
        insert_old = insert_rows(schema.announced).from_select(columns, select_old)
        with self._db.write() as connection:
            connection.execute(delete(schema.announced))
            connection.execute(insert_old)

    def list_changed(self) -> dict[str, Known]:
        """Find the articles in feeds that are new to receivers of messages, or whose file has
        changed since the last message. Return article id -> the version that receivers have."""
        versions: dict[str, Known] = {}
        for article_id, mtime_ns, size, digest in self._db.rows(_SELECT_CHANGED):
            versions[article_id] = Known(mtime_ns, size, digest)
        changed: dict[str, Known] = {}
        for part in chunks(list(versions)):
            for (article_id,) in self._db.rows(_SELECT_IN_FEEDS, {"ids": part}):
                changed[article_id] = versions[article_id]
        return changed

    def list_hidden(self) -> list[str]:
        """Return the ids of the articles that receivers have and that no feed shows any more."""
        return [article_id for (article_id,) in self._db.rows(_SELECT_HIDDEN)]

    def save_messages(
        self, messages: Sequence[Message], known: Mapping[str, Known], hidden: Collection[str]
    ) -> None:
        """Store new messages and, in the same transaction, which articles receivers know when they
        have got them. `known`: article id -> the version that the messages give to receivers;
        `hidden`: ids of the articles that the messages tell receivers to delete."""
        message_rows: list[dict[str, Any]] = []
        for message in messages:
            row = asdict(message)
            del row["n"]  # the database numbers messages
            message_rows.append(row)
        versions = [{"id": article_id, **asdict(version)} for article_id, version in known.items()]
        with self._db.write() as connection:
            insert(connection, schema.messages, message_rows)
            upsert(connection, schema.announced, versions)
            for ids in chunks(list(hidden)):
                connection.execute(delete(schema.announced).where(_w.id.in_(ids)))

    def waiting(self) -> list[Waiting]:
        """Count the unsent messages of each receiver that has any. Each result also has the time of
        the first one and its fault."""
        waiting: list[Waiting] = []
        for receiver, count, first_time, fault in self._db.rows(_COUNT_WAITING):
            waiting.append(Waiting(receiver, count, codec.from_micros(first_time), fault))
        return waiting

    def due(self, receiver: str, now: datetime, most: int) -> list[Message]:
        """Return the messages to send to a receiver at the time `now`, in order, at most `most`. If
        several unsent messages are about the same article, only the first may be returned; the
        later ones wait until it is sent."""
        rows = self._db.rows(
            _SELECT_DUE, {"to": receiver, "now": codec.to_micros(now), "most": most}
        )
        return [Message(**row._mapping) for row in rows]

    def record_sent(self, message: Message) -> None:
        """Delete a message that its receiver accepted."""
        with self._db.write() as connection:
            connection.execute(delete(schema.messages).where(_m.n == message.n))

    def record_failed(
        self, message: Message, fault: str, next_try: datetime, *, include_all: bool
    ) -> None:
        """Store that a try to send `message` failed because of `fault`, and when to try again.
        `include_all`: let all messages for its receiver wait until `next_try`, since the receiver
        itself failed."""
        time = codec.to_micros(next_try)
        is_of_receiver = _m.receiver == message.receiver
        delay_all = update(schema.messages).where(is_of_receiver, _m.next_try < time)
        update_message = update(schema.messages).where(_m.n == message.n)
        with self._db.write() as connection:
            if include_all:
                connection.execute(delay_all.values(next_try=time))
            connection.execute(
                update_message.values(tries=message.tries + 1, fault=fault, next_try=time)
            )

    def drop(self, receivers: Iterable[str], before: datetime) -> None:
        """Delete all messages for these receivers, and the messages for others that were made
        before `before`."""
        with self._db.write() as connection:
            connection.execute(delete(schema.messages).where(_m.at < codec.to_micros(before)))
            for receiver in receivers:
                connection.execute(delete(schema.messages).where(_m.receiver == receiver))


class Subscriptions:
    """The tables of our subscriptions to hubs, and of how reliably hubs deliver."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Subscription]:
        """Return all subscriptions, by token."""
        rows = self._db.rows(_SELECT_SUBSCRIPTIONS)
        return [codec.unpack(Subscription, data) for (data,) in rows]

    def list_of_source(self, source_key: str) -> list[Subscription]:
        """Return the stored subscriptions of a source. At most one is in use; the others are for
        addresses or hubs that the feed has named earlier."""
        of_source = _SELECT_SUBSCRIPTIONS.where(
            schema.subscriptions.c.source == codec.make_column_key(source_key)
        )
        return [codec.unpack(Subscription, data) for (data,) in self._db.rows(of_source)]

    def tallies(self) -> list[Tally]:
        """Return for each hub how many entries it delivered and how many it missed."""
        rows = self._db.rows(select(schema.hub_tallies.c.data))
        return [codec.unpack(Tally, data) for (data,) in rows]

    def save(
        self, changed: Iterable[Subscription], gone: Iterable[str], tallies: Iterable[Tally]
    ) -> None:
        """In one transaction, insert or replace the subscriptions `changed` and the `tallies`, the
        counts of each hub, and delete the subscriptions with the tokens `gone`."""
        table = schema.subscriptions
        subscription_rows: list[dict[str, Any]] = []
        for subscription in changed:
            row = {
                "token": subscription.token,
                "source": codec.make_column_key(subscription.source_key),
                "data": codec.pack(subscription),
            }
            subscription_rows.append(row)
        hub_rows: list[dict[str, Any]] = []
        for tally in tallies:
            hub_rows.append({"hub": codec.make_column_key(tally.hub), "data": codec.pack(tally)})
        with self._db.write() as connection:
            upsert(connection, table, subscription_rows)
            for part in chunks(sorted(gone)):
                connection.execute(delete(table).where(table.c.token.in_(part)))
            upsert(connection, schema.hub_tallies, hub_rows)


class Enrichment:
    """The tables of questions to a language model and of its answers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def list_unasked(self, plan: str, *, since: datetime, now: datetime, limit: int) -> list[str]:
        """Return the ids of the published articles about which to ask the language model: the
        newest `limit` of those that were added after `since` and that it was never asked about with
        the plan `plan` (model and version of the prompt), that have changed since, or whose next
        try is due at `now`."""
        values = {
            "since": codec.to_micros(since),
            "plan": plan,
            "now": codec.to_micros(now),
            "most": limit,
        }
        return [article_id for (article_id,) in self._db.rows(_SELECT_UNASKED, values)]

    def read_result(self, article_id: str) -> Asked | None:
        """Return the result of asking the language model about an article, or None if it was not
        asked."""
        data = self._db.scalar(select(_asked.data).where(_asked.id == article_id))
        if data is None:
            return None
        return codec.unpack(Asked, data)

    def save_asked(self, asked: Asked) -> None:
        """Store the result of asking the model about an article."""
        row = {
            "id": asked.id,
            "plan": asked.plan,
            "mtime_ns": asked.stamp.mtime_ns,
            "size": asked.stamp.size,
            "next_try": codec.to_micros_or_null(asked.next_try),
            "status": asked.status,
            "at": codec.to_micros(asked.at),
            "data": codec.pack(asked),
        }
        with self._db.write() as connection:
            upsert(connection, schema.llm_asked, [row])

    def answer(self, key: str) -> str | None:
        """Return the stored answer of the language model to a question, or None if there is none.
        `key`: a digest of the question, made from the model, the version of the prompt and the
        text."""
        answers = schema.llm_answers.c
        answer_json = self._db.scalar(select(answers.answer).where(answers.key == key))
        if answer_json is None:
            return None
        return str(json.loads(answer_json))

    def save_answer(self, key: str, article_id: str, answer: str, at: datetime) -> None:
        """Store an answer of the language model to a question about an article. `key`: a digest of
        the question, as for `answer`; `at`: the time now."""
        row = {
            "key": key,
            "id": article_id,
            "at": codec.to_micros(at),
            "answer": json.dumps(answer),
        }
        with self._db.write() as connection:
            upsert(connection, schema.llm_answers, [row])

    def meter(self) -> Meter:
        """Return how much the language model was used so far."""
        notes = schema.notes.c
        document = self._db.scalar(select(notes.value).where(notes.key == METER))
        if document is None:  # it was never used
            return Meter()
        return codec.unpack(Meter, document)

    def save_meter(self, meter: Meter, at: datetime) -> None:
        """Store how much the model was used so far. `at`: the time now."""
        row = {"key": METER, "value": codec.pack(meter), "at": codec.to_micros(at)}
        with self._db.write() as connection:
            upsert(connection, schema.notes, [row])
