"""What articles are compared by, and which may be one: the statements behind `ports.VisitStore`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from syndicator.axes import SOURCE
from syndicator.store import schema
from syndicator.store.database import insert_new, upsert

# Of two texts that share 80 % of their words, 99 % share one of their four lowest keys.
KEPT_FOR_EVER = 4
_MOST = 10

_a, _m, _s, _k = schema.articles.c, schema.members.c, schema.sketches.c, schema.sketch_keys.c
LIKELY = select(_s.id, _s.data).where(
    _s.id.in_(select(_k.id).where(_k.value.in_(bindparam("keys", expanding=True)))), _s.at >= bindparam("since")
)
CLAIMS = select(_s.since, _s.named).where(_s.id == bindparam("id"))
COPIES = select(_a.id).where(_a.merged_into == bindparam("id")).order_by(_a.id)
_IN_FEED = (_m.axis == SOURCE, _m.slug == bindparam("source"))
TITLED = (
    select(_a.id)
    .join(schema.members, _m.id == _a.id)
    .where(_a.title == bindparam("title"), *_IN_FEED)
    .order_by(func.abs(_a.published - bindparam("at")), _a.id)
    .limit(_MOST)
)
WORDED = (
    select(_k.id)
    .distinct()
    .join(schema.members, _m.id == _k.id)
    .where(_k.value.in_(bindparam("keys", expanding=True)), *_IN_FEED)
    .order_by(_k.id)
    .limit(_MOST)
)


def save(connection: Connection, row: dict[str, Any], keys: Sequence[int], forget: int) -> None:
    """Puts a row of `sketches` and its `keys`; of the articles filed before `forget` only the lowest keys stay."""
    table, found_by = schema.sketches, schema.sketch_keys
    old = select(_s.id).where(_s.at < forget)
    other = found_by.alias("other")
    lowest = select(other.c.value).where(other.c.id == _k.id).order_by(other.c.value).limit(KEPT_FOR_EVER)
    connection.execute(delete(found_by).where(_k.id.in_(old), _k.value.not_in(lowest)))
    connection.execute(delete(table).where(_s.at < forget))
    connection.execute(delete(found_by).where(_k.id == row["id"]))
    upsert(connection, table, [row])
    insert_new(connection, found_by, [{"value": value, "id": row["id"]} for value in keys])
