"""What articles are compared by, and which may be one: that part of `ports.VisitStore`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from syndicator.core.axes import SOURCE
from syndicator.core.model import Article
from syndicator.core.ports import Blocks, Compared
from syndicator.core.requests import REMEMBERED as ITEMS
from syndicator.store import codec, schema
from syndicator.store.database import insert, insert_new
from syndicator.store.group import Group

_MOST = 10
REMEMBERED = 20  # articles of a host whose blocks are compared
REPEATS = 3  # of them that have to share a block

_a, _m, _s, _k = schema.articles.c, schema.members.c, schema.sketches.c, schema.sketch_keys.c
_LIKELY = select(_s.id, _s.data).where(
    _s.id.in_(select(_k.id).where(_k.value.in_(bindparam("keys", expanding=True)))), _s.at >= bindparam("since")
)
_CLAIMS = select(_s.since, _s.named).where(_s.id == bindparam("id"))
_FORGET = delete(schema.sketches).where(_s.at < bindparam("before"))
_NO_KEYS = delete(schema.sketch_keys).where(_k.id == bindparam("gone"))
_KEEP_SINCE = """ON CONFLICT (id) DO UPDATE SET at = excluded.at, data = excluded.data, named = excluded.named,
since = coalesce(sketches.since, excluded.since)"""
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

    def save_sketch(self, id: str, compared: Compared) -> None:
        with self._db.write() as connection:
            save_sketch(connection, id, compared)

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
        worded = {"source": codec.key(source_key), "keys": list(keys)}
        found += [id for (id,) in self._db.rows(_WORDED, worded)] if keys else []
        return list(dict.fromkeys(found))

    def listed(self, source_key: str) -> list[tuple[str, str]]:
        found = (codec.unpack(Article, data) for (data,) in self._db.rows(_LISTED, {"source": codec.key(source_key)}))
        return [(article.url, article.title) for article in found]


def save_blocks(connection: Connection, article_id: str, blocks: Blocks) -> None:
    """Insert the blocks of an article in place of its old ones and of those of the oldest article of the host."""
    table, name = schema.blocks, codec.key(blocks.host)
    others = select(table.c.n).where(table.c.host == name, table.c.article != article_id)
    stay = others.order_by(table.c.n.desc()).limit(REMEMBERED - 1)
    connection.execute(delete(table).where(table.c.host == name, table.c.n.not_in(stay)))
    row = {"host": name, "article": article_id, "digests": json.dumps(sorted(set(blocks.digests)))}
    insert(connection, table, [row])


def save_sketch(connection: Connection, id: str, compared: Compared, *, new: bool = False) -> None:
    """Store what article `id` is compared by. `new`: it has no sketch yet."""
    since = None if compared.since is None else codec.micros(compared.since)
    row = {"id": id, "at": codec.micros(compared.at), "data": compared.data, "since": since, "named": compared.named}
    connection.execute(_FORGET, {"before": codec.micros(compared.forget)})
    if not new:
        connection.execute(_NO_KEYS, {"gone": id})
    insert(connection, schema.sketches, [row], _KEEP_SINCE)
    insert_new(connection, schema.sketch_keys, [{"value": value, "id": id} for value in compared.keys])
