"""What articles are compared by, and which may be one: that part of `ports.VisitStore`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from syndicator.core.axes import SOURCE
from syndicator.core.model import Article
from syndicator.core.requests import REMEMBERED as ITEMS
from syndicator.store import codec, schema
from syndicator.store.database import insert_new, upsert
from syndicator.store.group import Group

# Of two texts that share 80 % of their words, 99 % share one of their four lowest keys.
_KEPT_FOR_EVER = 4
_MOST = 10
REMEMBERED = 20  # articles of a host whose blocks are compared
REPEATS = 3  # of them that have to share a block

_a, _m, _s, _k = schema.articles.c, schema.members.c, schema.sketches.c, schema.sketch_keys.c
_LIKELY = select(_s.id, _s.data).where(
    _s.id.in_(select(_k.id).where(_k.value.in_(bindparam("keys", expanding=True)))), _s.at >= bindparam("since")
)
_CLAIMS = select(_s.since, _s.named).where(_s.id == bindparam("id"))
_COPIES = select(_a.id).where(_a.merged_into == bindparam("id")).order_by(_a.id)
_IN_FEED = (_m.axis == SOURCE, _m.slug == bindparam("source"))
_TITLED = (
    select(_a.id)
    .join(schema.members, _m.id == _a.id)
    .where(_a.title == bindparam("title"), *_IN_FEED)
    .order_by(func.abs(_a.published - bindparam("at")), _a.id)
    .limit(_MOST)
)
_LISTED = (
    select(_a.data)
    .join(schema.members, _m.id == _a.id)
    .where(*_IN_FEED)
    .order_by(_m.added.desc(), _m.published.desc())
    .limit(ITEMS)
)
_BLOCKS = (
    select(schema.blocks.c.article, schema.blocks.c.digests)
    .where(schema.blocks.c.host == bindparam("host"))
    .order_by(schema.blocks.c.n.desc())
    .limit(REMEMBERED)
)
_WORDED = (
    select(_k.id)
    .distinct()
    .join(schema.members, _m.id == _k.id)
    .where(_k.value.in_(bindparam("keys", expanding=True)), *_IN_FEED)
    .order_by(_k.id)
    .limit(_MOST)
)


class Comparisons:
    """The blocks of text by which boilerplate is known, and the sketches by which copies are."""

    def __init__(self, group: Group) -> None:
        self._db = group

    def repeated(self, host: str) -> frozenset[str]:
        counted: Counter[str] = Counter()
        for digests in self.blocks_by_article(host).values():
            counted.update(digests)
        return frozenset(digest for digest, times in counted.items() if times >= REPEATS)

    def blocks_by_article(self, host: str) -> dict[str, frozenset[str]]:
        rows = self._db.rows(_BLOCKS, {"host": codec.key(host)})
        return {article: frozenset(json.loads(digests)) for article, digests in rows}

    def learn_blocks(self, host: str, article_id: str, blocks: Sequence[str]) -> None:
        table, name = schema.blocks, codec.key(host)
        row = {"host": name, "article": article_id, "digests": json.dumps(sorted(set(blocks)))}
        with self._db.write() as connection:
            connection.execute(delete(table).where(table.c.host == name, table.c.article == article_id))
            connection.execute(table.insert(), row)
            kept = select(table.c.n).where(table.c.host == name).order_by(table.c.n.desc()).limit(REMEMBERED)
            connection.execute(delete(table).where(table.c.host == name, table.c.n.not_in(kept)))

    def save_sketch(
        self,
        id: str,
        at: datetime,
        data: bytes,
        keys: Sequence[int],
        *,
        forget: datetime,
        since: datetime | None = None,
        named: str | None = None,
    ) -> None:
        row = {
            "id": id,
            "at": codec.micros(at),
            "data": data,
            "since": None if since is None else codec.micros(since),
            "named": named,
        }
        with self._db.write() as connection:
            _save(connection, row, keys, codec.micros(forget))

    def likely(self, keys: Sequence[int], since: datetime) -> dict[str, bytes]:
        found = self._db.rows(_LIKELY, {"keys": list(keys), "since": codec.micros(since)}) if keys else []
        return dict(sorted((id, bytes(data)) for id, data in found))

    def claims(self, id: str) -> tuple[datetime | None, str | None]:
        for since, named in self._db.rows(_CLAIMS, {"id": id}):
            return None if since is None else codec.moment(since), named
        return None, None

    def copies(self, id: str) -> list[str]:
        return [copy for (copy,) in self._db.rows(_COPIES, {"id": id})]

    def earlier(self, source_key: str, title: str, published: datetime | None, keys: Sequence[int]) -> list[str]:
        values = {"source": codec.key(source_key), "title": title, "at": codec.micros_or(published)}
        found = [id for (id,) in self._db.rows(_TITLED, values)]
        lowest = {"source": codec.key(source_key), "keys": sorted(keys)[:_KEPT_FOR_EVER]}
        found += [id for (id,) in self._db.rows(_WORDED, lowest)] if keys else []
        return list(dict.fromkeys(found))

    def listed(self, source_key: str) -> list[tuple[str, str]]:
        found = (codec.unpack(Article, data) for (data,) in self._db.rows(_LISTED, {"source": codec.key(source_key)}))
        return [(article.url, article.title) for article in found]


def _save(connection: Connection, row: dict[str, Any], keys: Sequence[int], forget: int) -> None:
    table, found_by = schema.sketches, schema.sketch_keys
    old = select(_s.id).where(_s.at < forget)
    other = found_by.alias("other")
    lowest = select(other.c.value).where(other.c.id == _k.id).order_by(other.c.value).limit(_KEPT_FOR_EVER)
    connection.execute(delete(found_by).where(_k.id.in_(old), _k.value.not_in(lowest)))
    connection.execute(delete(table).where(_s.at < forget))
    connection.execute(delete(found_by).where(_k.id == row["id"]))
    upsert(connection, table, [row])
    insert_new(connection, found_by, [{"value": value, "id": row["id"]} for value in keys])
