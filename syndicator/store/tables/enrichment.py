"""Questions to a language model and its answers. Each write is a durable transaction. Raises StoreError, DiskError."""

import json
from datetime import datetime

from syndicator.core.ports import Asked, Meter
from syndicator.store import codec, schema
from syndicator.store.database import Database, upsert

METER = "llm:meter"

# The feed of everything has no copies, and an index by `added`, so that only recent rows are read.
_UNASKED = """SELECT members.id FROM members JOIN articles ON articles.id = members.id
LEFT JOIN llm_asked asked ON asked.id = members.id WHERE axis = 'all' AND slug = 'all' AND members.added >= ?
AND (asked.id IS NULL OR asked.plan <> ? OR asked.mtime_ns <> articles.mtime_ns OR asked.size <> articles.size
OR asked.next_try <= ?) ORDER BY members.added DESC, members.published DESC, members.id LIMIT ?"""


class Enrichment:
    """`ports.EnrichStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def unasked(self, plan: str, *, since: datetime, now: datetime, limit: int) -> list[str]:
        return [id for (id,) in self._db.driven(_UNASKED, codec.micros(since), plan, codec.micros(now), limit)]

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
