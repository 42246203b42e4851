"""Find copies and earlier versions of an article, and text blocks that a host repeats.
By sketches and aliases."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    LargeBinary,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from syndicator.core.axes import SOURCE
from syndicator.core.model import Article
from syndicator.core.ports import Blocks, Compared, Known, Like
from syndicator.core.requests import REMEMBERED as ITEMS
from syndicator.core.urls import guid_alias, same_publisher
from syndicator.store import codec, schema
from syndicator.store.database import CHUNK, drive, insert, marks
from syndicator.store.shared_commits import Group

_MOST = 10
REMEMBERED = 20  # articles of a host whose blocks are compared
REPEATS = 3  # of them that have to share a block

_a = schema.articles.c
_m = schema.members.c
_s = schema.sketches.c
_k = schema.sketch_keys.c
_KEEP_SINCE = """ON CONFLICT (id) DO UPDATE SET at = excluded.at, data = excluded.data, named = excluded.named,
since = coalesce(sketches.since, excluded.since)"""  # noqa: E501
_IN_FEED = (_m.axis == SOURCE, _m.slug == bindparam("source"))
_LISTED = """data FROM articles JOIN members ON members.id = articles.id WHERE axis = ? AND slug = ?
ORDER BY members.added DESC, members.published DESC LIMIT ?"""
_RANK = func.abs(_a.published - bindparam("at"))
_TITLED = (
    select(_a.id, _RANK.label("rank"))
    .join(schema.members, _m.id == _a.id)
    .where(
        func.substr(bindparam("title"), 1, 12) == schema.TITLE,
        _a.title == bindparam("title"),
        *_IN_FEED,
    )
    .order_by(_RANK, _a.id)
    .limit(_MOST)
    .subquery()
)
_WORDED = (
    select(_k.id)
    .distinct()
    .join(schema.members, _m.id == _k.id)
    .where(_k.value.in_(bindparam("found_by", expanding=True)), *_IN_FEED)
    .order_by(_k.id)
    .limit(_MOST)
    .subquery()
)
_FAR = 2**62  # the rank of matches by text
_NONE = null()
_NO_DATA = cast(null(), LargeBinary)
_NO_RANK = literal(0, BigInteger)
_KEYS: Any = bindparam("aliases", expanding=True)
_ALL_KEYS: Any = bindparam("all", expanding=True)
_ORIGINAL = schema.articles.alias("original")
_w = schema.withdrawn.c
_wa = schema.withdrawn_aliases.c
_p = schema.pruned.c
_al = schema.aliases.c
_AT = (
    select(literal("withdrawn"), _wa.alias, _w.url, _NONE, _NO_RANK, _NO_DATA)
    .join_from(schema.withdrawn_aliases, schema.withdrawn, _w.id == _wa.id)
    .where(_wa.alias.in_(_ALL_KEYS)),
    select(literal("pruned"), _p.alias, _NONE, _NONE, _NO_RANK, _NO_DATA).where(
        _p.alias.in_(_ALL_KEYS),
        ~select(_al.alias).where(_al.alias == _p.alias).exists(),
        ~select(_a.id).where(_a.id == _p.id).exists(),  # its file was put back
    ),
    select(literal("article"), _al.alias, _a.data, _ORIGINAL.c.data, _NO_RANK, _NO_DATA)
    .join_from(schema.aliases, schema.articles, _a.id == _al.id)
    .outerjoin(_ORIGINAL, _ORIGINAL.c.id == _a.merged_into)
    .where(_al.alias.in_(_KEYS)),
)
_EARLIER = (
    select(literal("earlier"), _TITLED.c.id, _NONE, _NONE, _TITLED.c.rank, _NO_DATA),
    select(literal("earlier"), _WORDED.c.id, _NONE, _NONE, literal(_FAR, BigInteger), _NO_DATA),
)
_LIKELY = (
    select(literal("likely"), _a.id, _a.data, _NONE, _NO_RANK, _s.data)
    .join_from(schema.sketches, schema.articles, _a.id == _s.id)
    .where(
        _s.id.in_(select(_k.id).where(_k.value.in_(bindparam("keys", expanding=True)))),
        _s.at >= bindparam("since"),
    )
)
_KNOWN = union_all(*_AT)
_KNOWN_LIKE = union_all(*_AT, *_EARLIER, _LIKELY)
_ONLY_EARLIER = union_all(*_EARLIER)
# of an article whose blocks are saved again, and of the host's oldest articles
_DELETE_BLOCKS = (
    "DELETE FROM blocks WHERE host = ? AND n NOT IN (SELECT n FROM blocks WHERE host = ?"
    " AND article <> ? ORDER BY n DESC LIMIT ?)"
)
_GUID = guid_alias("", "")[:-1]


class Comparisons:
    """Text blocks, to recognise boilerplate, and sketches, to recognise copies."""

    def __init__(self, group: Group) -> None:
        self._db = group
        self._forgotten: datetime | None = None  # sketches filed before it are deleted

    def _column(self, selected: str, *values: Any) -> list[Any]:
        return [value for (value,) in self._db.driven(f"SELECT {selected}", *values)]

    def repeated(self, host: str) -> frozenset[str]:
        """Return the digests of boilerplate: blocks in at least 3 of the last 20 articles of
        `host`."""
        counted: Counter[str] = Counter()
        for digests in self.blocks_by_article(host).values():
            counted.update(digests)
        return frozenset(digest for digest, times in counted.items() if times >= REPEATS)

    def blocks_by_article(self, host: str) -> dict[str, frozenset[str]]:
        """Return the block digests of the last 20 articles of `host`, by article id."""
        text = "SELECT article, digests FROM blocks WHERE host = ? ORDER BY n DESC LIMIT ?"
        rows = self._db.driven(text, codec.key(host), REMEMBERED)
        return {article: frozenset(json.loads(digests)) for article, digests in rows}

    def save_sketch(self, article_id: str, compared: Compared) -> None:
        with self._db.write() as connection:
            self._save_sketch(connection, article_id, compared)

    def _save_sketch(self, connection: Connection, article_id: str, compared: Compared) -> None:
        """Store the sketch. Keys of its earlier text stay; they find the new sketch."""
        if compared.forget != self._forgotten:
            drive(connection, "DELETE FROM sketches WHERE at < ?", (codec.micros(compared.forget),))
            self._forgotten = compared.forget
        since = None if compared.since is None else codec.micros(compared.since)
        at = codec.micros(compared.at)
        data = compared.data
        named = compared.named
        row = {"id": article_id, "at": at, "data": data, "since": since, "named": named}
        insert(connection, schema.sketches, [row], _KEEP_SINCE)
        own = f"SELECT value FROM sketch_keys WHERE id = ? AND value IN ({marks(compared.keys)})"
        keys = {*compared.keys} - {
            value for (value,) in drive(connection, own, (article_id, *compared.keys))
        }
        insert(
            connection,
            schema.sketch_keys,
            [{"value": value, "id": article_id} for value in sorted(keys)],
        )

    def known(
        self, aliases: Iterable[str], *, named: Iterable[str] = (), like: Like | None = None
    ) -> Known:
        """Look up the alias keys in one query. `named`: further keys, checked only for `withdrawn`
        and `pruned`."""
        keys = [codec.key(value) for value in aliases][:CHUNK]
        values = {"aliases": keys, "all": [*keys, *map(codec.key, named)][:CHUNK]} | (
            _values(like) if like else {}
        )
        return _as_known(self._db.rows(_KNOWN_LIKE if like else _KNOWN, values))

    def earlier(self, like: Like) -> Sequence[str]:
        """Return `Known.earlier` alone."""
        return _as_known(self._db.rows(_ONLY_EARLIER, _values(like))).earlier

    def claims(self, article_id: str) -> tuple[datetime | None, str | None]:
        """Return `since` and `named` of the sketch of article `id`, each None if unknown."""
        for since, named in self._db.driven(
            "SELECT since, named FROM sketches WHERE id = ?", article_id
        ):
            return None if since is None else codec.moment(since), named
        return None, None

    def copies(self, article_id: str) -> list[str]:
        return self._column("id FROM articles WHERE merged_into = ? ORDER BY id", article_id)

    def listed(self, source_key: str, *, own: bool = False) -> list[tuple[str, str]]:
        """Return address and title of the newest articles in the source's feed, at most
        `requests.REMEMBERED`. `own`: not those of other sources."""
        articles = map(
            partial(codec.unpack, Article),
            self._column(_LISTED, SOURCE, codec.key(source_key), ITEMS),
        )
        return [
            (article.url, article.title)
            for article in articles
            if not own or article.source_key == source_key
        ]


def _values(like: Like) -> dict[str, Any]:
    return {
        "source": codec.key(like.source),
        "title": like.title,
        "at": codec.micros_or(like.published),
        "found_by": list(like.found_by),
        "keys": list(like.keys),
        "since": codec.micros(like.since),
    }


def _as_known(unsorted: Iterable[Any]) -> Known:
    rows = sorted(unsorted, key=lambda row: (row[4], row[1]))
    articles = {
        key: (codec.unpack(Article, data), codec.unpack(Article, original) if original else None)
        for kind, key, data, original, _, _ in rows
        if kind == "article"
    }
    return Known(
        withdrawn=any(row[0] == "withdrawn" and _belongs(row[1], row[2]) for row in rows),
        pruned=any(row[0] == "pruned" for row in rows),
        articles=articles,
        earlier=list(dict.fromkeys(row[1] for row in rows if row[0] == "earlier")),
        likely=[
            (codec.unpack(Article, row[2]), bytes(row[5])) for row in rows if row[0] == "likely"
        ],
    )


def _belongs(value: str, url: str) -> bool:
    return not url or value.startswith(_GUID) or same_publisher(f"http://{value}", url)


def save_blocks(connection: Connection, article_id: str, blocks: Blocks) -> None:
    """Replace the blocks of an article, and drop those of the host's oldest article if it has too
    many."""
    host = codec.key(blocks.host)
    drive(connection, _DELETE_BLOCKS, (host, host, article_id, REMEMBERED - 1))
    digests = json.dumps(sorted(set(blocks.digests)))
    row = {"host": host, "article": article_id, "digests": digests}
    insert(connection, schema.blocks, [row])
