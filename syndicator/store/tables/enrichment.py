"""Questions to a language model and its answers. Each write is a durable transaction. Raises StoreError, DiskError."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from syndicator.core.ports import Asked, Meter
from syndicator.store import codec, schema
from syndicator.store.database import Database, upsert

METER = "llm:meter"

_a, _m, _q = schema.articles.c, schema.members.c, schema.llm_asked.c
# The feed of everything has no copies and an index by the time of adding: only what is recent is looked at.
_UNASKED = (
    select(_m.id)
    .select_from(
        schema.members.join(schema.articles, _a.id == _m.id).outerjoin(schema.llm_asked, _q.id == _m.id),
    )
    .where(
        _m.axis == "all",
        _m.slug == "all",
        _m.added >= bindparam("since"),
        or_(
            _q.id.is_(None),
            _q.plan != bindparam("plan"),
            _q.mtime_ns != _a.mtime_ns,
            _q.size != _a.size,
            _q.next_try <= bindparam("now"),
        ),
    )
    .order_by(_m.added.desc(), _m.published.desc(), _m.id)
    .limit(bindparam("most"))
)
_ASKED = select(_q.data).where(_q.id == bindparam("id"))
_ANSWER = select(schema.llm_answers.c.answer).where(schema.llm_answers.c.key == bindparam("key"))
_NOTE = select(schema.notes.c.value).where(schema.notes.c.key == METER)


class Enrichment:
    """`ports.EnrichStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def unasked(self, plan: str, *, since: datetime, now: datetime, limit: int) -> list[str]:
        values = {"plan": plan, "since": codec.micros(since), "now": codec.micros(now), "most": limit}
        return [id for (id,) in self._db.rows(_UNASKED, values)]

    def asked(self, id: str) -> Asked | None:
        data = self._db.scalar(_ASKED, {"id": id})
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
        value = self._db.scalar(_ANSWER, {"key": key})
        return None if value is None else str(json.loads(value))

    def save_answer(self, key: str, id: str, answer: str, at: datetime) -> None:
        row = {"key": key, "id": id, "at": codec.micros(at), "answer": json.dumps(answer)}
        with self._db.write() as connection:
            upsert(connection, schema.llm_answers, [row])

    def meter(self) -> Meter:
        value = self._db.scalar(_NOTE)
        return Meter() if value is None else codec.unpack(Meter, value)

    def save_meter(self, meter: Meter, at: datetime) -> None:
        row = {"key": METER, "value": codec.pack(meter), "at": codec.micros(at)}
        with self._db.write() as connection:
            upsert(connection, schema.notes, [row])
