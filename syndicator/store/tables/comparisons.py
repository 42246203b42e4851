"""Find, in the database, copies and earlier versions of an article, and repeated blocks of hosts.
Copies are found by sketches of their texts, earlier versions by aliases, titles and sketches."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
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
from syndicator.core.requests import REMEMBERED as MOST_LISTED
from syndicator.core.urls import guid_alias, same_publisher
from syndicator.store import codec, schema
from syndicator.store.database import CHUNK, insert, run_statement, write_placeholders
from syndicator.store.shared_commits import Group

_MOST_EARLIER = 10  # articles that may be an earlier version of an article
REMEMBERED = 20  # the newest articles of a host, whose blocks are compared
REPEATS = 3  # a block in so many of these articles is boilerplate

_a = schema.articles.c
_m = schema.members.c
_s = schema.sketches.c
_k = schema.sketch_keys.c
_ON_CONFLICT_KEEP_SINCE = """ON CONFLICT (id) DO UPDATE SET at = excluded.at, data = excluded.data, named = excluded.named,
since = coalesce(sketches.since, excluded.since)"""  # noqa: E501
_IN_FEED = (_m.axis == SOURCE, _m.slug == bindparam("source"))
_NEWEST_OF_SOURCE = """data FROM articles JOIN members ON members.id = articles.id
WHERE axis = ? AND slug = ? ORDER BY members.added DESC, members.published DESC LIMIT ?"""
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
    .limit(_MOST_EARLIER)
    .subquery()
)
_WORDED = (
    select(_k.id)
    .distinct()
    .join(schema.members, _m.id == _k.id)
    .where(_k.value.in_(bindparam("found_by", expanding=True)), *_IN_FEED)
    .order_by(_k.id)
    .limit(_MOST_EARLIER)
    .subquery()
)
_FAR = 2**62  # the rank of matches by text
_ID_COLUMN = 1
_RANK_COLUMN = 4
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
# Each of these queries yields: kind, alias or id, data, data of the original, rank, packed sketch.
_BY_ALIAS = (
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
_SELECT_KNOWN = union_all(*_BY_ALIAS)
_SELECT_KNOWN_AND_SIMILAR = union_all(*_BY_ALIAS, *_EARLIER, _LIKELY)
_SELECT_EARLIER = union_all(*_EARLIER)
# of an article whose blocks are saved again, and of the host's oldest articles
_DELETE_BLOCKS = (
    "DELETE FROM blocks WHERE host = ? AND n NOT IN (SELECT n FROM blocks WHERE host = ?"
    " AND article <> ? ORDER BY n DESC LIMIT ?)"
)
_GUID_PREFIX = guid_alias("", "")[:-1]


class Comparisons:
    """Queries for the text blocks of hosts, by which boilerplate is recognised, and for sketches of
    articles, by which copies are recognised."""

    def __init__(self, group: Group) -> None:
        self._db = group
        # sketches filed before this time are deleted already
        self._deleted_before: datetime | None = None

    def _column(self, selected: str, *values: Any) -> list[Any]:
        """Return the values of a query with one column. `selected`: its SQL without SELECT;
        `values`: a value for each ? in it."""
        return [value for (value,) in self._db.run_query(f"SELECT {selected}", *values)]

    def find_boilerplate(self, host: str) -> frozenset[str]:
        """Return the digests of the text blocks that are boilerplate on `host`: the blocks that at
        least 3 of its last 20 articles contain."""
        article_counts: Counter[str] = Counter()  # by digest
        for digests in self.blocks_by_article(host).values():
            article_counts.update(digests)
        return frozenset(digest for digest, count in article_counts.items() if count >= REPEATS)

    def blocks_by_article(self, host: str) -> dict[str, frozenset[str]]:
        """Return article id -> digests of its blocks, for the last 20 articles of `host`."""
        text = "SELECT article, digests FROM blocks WHERE host = ? ORDER BY n DESC LIMIT ?"
        rows = self._db.run_query(text, codec.make_column_key(host), REMEMBERED)
        return {article: frozenset(json.loads(digests)) for article, digests in rows}

    def save_sketch(self, article_id: str, compared: Compared) -> None:
        """Store the sketch of an article, by which copies of it are found. A transaction of its
        own."""
        with self._db.write() as connection:
            self._save_sketch(connection, article_id, compared)

    def _save_sketch(self, connection: Connection, article_id: str, compared: Compared) -> None:
        """Store the sketch of an article: a short summary of its text, by which similar texts are
        found. Delete sketches older than `compared.delete_before`. Lookup keys of the article's
        earlier text stay, so that they find the new sketch."""
        # delete old sketches, only once for each `delete_before`
        if compared.delete_before != self._deleted_before:
            delete_old = "DELETE FROM sketches WHERE at < ?"
            run_statement(connection, delete_old, (codec.to_micros(compared.delete_before),))
            self._deleted_before = compared.delete_before
        row = {
            "id": article_id,
            "at": codec.to_micros(compared.at),
            "data": compared.data,
            "since": codec.to_micros_or_null(compared.since),
            "named": compared.named,
        }
        insert(connection, schema.sketches, [row], _ON_CONFLICT_KEEP_SINCE)

        # store the lookup keys that are not stored yet
        placeholders = write_placeholders(compared.keys)
        query = f"SELECT value FROM sketch_keys WHERE id = ? AND value IN ({placeholders})"
        stored_rows = run_statement(connection, query, (article_id, *compared.keys))
        stored_keys = {key for (key,) in stored_rows}
        new_keys = set(compared.keys) - stored_keys
        key_rows = [{"value": key, "id": article_id} for key in sorted(new_keys)]
        insert(connection, schema.sketch_keys, key_rows)

    def look_up(
        self, aliases: Iterable[str], *, named: Iterable[str] = (), like: Like | None = None
    ) -> Known:
        """Return the stored articles that have one of the `aliases` (addresses and ids of entries
        in a form for comparison), and whether such articles were withdrawn or pruned. `named`:
        further aliases, only looked up among withdrawn and pruned articles; `like`: a new article;
        if it is given, also return the stored articles that are similar to it."""
        keys = [codec.make_column_key(alias) for alias in aliases][:CHUNK]
        named_keys = [codec.make_column_key(alias) for alias in named]
        all_keys = [*keys, *named_keys][:CHUNK]
        values: dict[str, Any] = {"aliases": keys, "all": all_keys}
        if like is None:
            rows = self._db.rows(_SELECT_KNOWN, values)
        else:
            rows = self._db.rows(_SELECT_KNOWN_AND_SIMILAR, values | _make_parameters(like))
        return _make_known(rows)

    def find_earlier(self, like: Like) -> Sequence[str]:
        """Return the ids of articles that may be earlier versions of the article `like`: at most 10
        by their title, then 10 by their text."""
        return _make_known(self._db.rows(_SELECT_EARLIER, _make_parameters(like))).earlier

    def read_claims(self, article_id: str) -> tuple[datetime | None, str | None]:
        """Return (earliest time at which an article is known to exist, alias of the original that
        its page names). Each is None if unknown. Both are stored with the sketch of the article,
        the summary of its text."""
        rows = self._db.run_query("SELECT since, named FROM sketches WHERE id = ?", article_id)
        if not rows:
            return None, None
        ((since, named),) = rows
        return codec.from_micros_or_null(since), named

    def copies(self, article_id: str) -> list[str]:
        """Return the ids of the copies of an article, sorted."""
        return self._column("id FROM articles WHERE merged_into = ? ORDER BY id", article_id)

    def list_newest(self, source_key: str, *, own: bool = False) -> list[tuple[str, str]]:
        """Return (address, title) of the newest articles in the feed of a source, latest first.
        Only the newest MOST_LISTED articles count. `own`: leave out the articles of other sources
        that this source has announced."""
        slug = codec.make_column_key(source_key)
        listed: list[tuple[str, str]] = []
        for data in self._column(_NEWEST_OF_SOURCE, SOURCE, slug, MOST_LISTED):
            article = codec.unpack(Article, data)
            is_carried = article.source_key != source_key
            if own and is_carried:
                continue
            listed.append((article.url, article.title))
        return listed


def _make_parameters(like: Like) -> dict[str, Any]:
    """Return the values to fill into _SELECT_KNOWN_AND_SIMILAR and _SELECT_EARLIER, the queries for
    stored articles that are similar to the new article `like`."""
    return {
        "source": codec.make_column_key(like.source),
        "title": like.title,
        "at": codec.to_micros_or_never(like.published),
        "found_by": list(like.found_by),
        "keys": list(like.keys),
        "since": codec.to_micros(like.since),
    }


def _make_known(rows: Iterable[Any]) -> Known:
    """Return the result of the query _SELECT_KNOWN or _SELECT_KNOWN_AND_SIMILAR, whose rows are
    `rows`. The first column of each row says what the row is about, such as "withdrawn" or
    "article"."""
    is_withdrawn = False
    is_pruned = False
    articles: dict[str, tuple[Article, Article | None]] = {}  # by alias: article, its original
    earlier: dict[str, None] = {}  # ids without repetitions, in order
    likely: list[tuple[Article, bytes]] = []  # similar articles with their sketches
    for kind, alias_or_id, data, original_data, _, sketch in sorted(rows, key=_by_rank):
        match kind:
            case "withdrawn":
                is_withdrawn |= _is_of_publisher(alias_or_id, data)
            case "pruned":
                is_pruned = True
            case "article":
                original: Article | None = None
                if original_data:
                    original = codec.unpack(Article, original_data)
                articles[alias_or_id] = codec.unpack(Article, data), original
            case "earlier":
                earlier[alias_or_id] = None
            case "likely":
                likely.append((codec.unpack(Article, data), bytes(sketch)))

    return Known(
        withdrawn=is_withdrawn,
        pruned=is_pruned,
        articles=articles,
        earlier=list(earlier),
        likely=likely,
    )


def _by_rank(row: Any) -> tuple[int, str]:
    """Return the sort key of a row of a query such as _SELECT_KNOWN: its rank, then its alias or
    id."""
    return row[_RANK_COLUMN], row[_ID_COLUMN]


def _is_of_publisher(alias: str, url: str) -> bool:
    """Return True if an alias of a withdrawn article stands for the article itself, and not for a
    copy on another site. It does if it is a GUID (the id of an entry), or an address of the same
    publisher as `url`, the address of the article. Also return True if `url` is "", as earlier
    versions stored it."""
    if not url:
        return True
    if alias.startswith(_GUID_PREFIX):
        return True
    return same_publisher(f"http://{alias}", url)


def save_blocks(connection: Connection, article_id: str, blocks: Blocks) -> None:
    """Store the digests of an article's text blocks in place of those stored earlier. Delete the
    blocks of older articles: only the last 20 articles of a host keep theirs. In the caller's
    transaction."""
    host = codec.make_column_key(blocks.host)
    run_statement(connection, _DELETE_BLOCKS, (host, host, article_id, REMEMBERED - 1))
    digests = json.dumps(sorted(set(blocks.digests)))
    row = {"host": host, "article": article_id, "digests": digests}
    insert(connection, schema.blocks, [row])
