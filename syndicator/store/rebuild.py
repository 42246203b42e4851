"""The rows of the article store made anew from its files, in bulk, within one transaction of the caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update

from syndicator.articles.membership import named_feeds_of
from syndicator.model import Article, FeedKey
from syndicator.ports import EntryRow, FileStamp, Withdrawn
from syndicator.store import codec, rows, schema
from syndicator.store.database import insert_new

BATCH = 2000  # articles whose rows are written in one statement a table


def reindex(
    connection: Connection,
    articles: Iterable[tuple[Article, FileStamp]],
    withdrawn: Iterable[Withdrawn],
    carried: Iterable[tuple[str, str]],
) -> int:
    """Replaces the rows of articles, aliases, members, carriers and fragments; the number of articles. The first of two
    files with one id counts. `carried`: article id and the key of a source that announced it."""
    for entry in withdrawn:
        rows.save_withdrawal(connection, entry)
    merged = _pairs(connection, select(schema.articles.c.id, schema.articles.c.merged_into))
    gone = set(_pairs(connection, select(schema.withdrawn.c.id, schema.withdrawn.c.at)))
    for table in (schema.articles, schema.members, schema.carriers, schema.aliases, schema.fragments, schema.html):
        connection.execute(delete(table))
    carriers = _carriers(connection, carried)
    copies = {id: into for id, into in merged.items() if into}
    load = _Load(connection, copies, gone, carriers, rows.moves(connection))
    for article, stamp in articles:
        load.add(article, stamp)
    load.flush()
    _count_feeds(connection, {key: name for key, (_, name) in load.names.items()}, load.counts)
    rows.want(connection, load.wanted)
    _show_dangling(connection)
    _end_entries(connection, load.guids)
    return load.total


def _carriers(connection: Connection, carried: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Writes the rows of `carriers`; they by article."""
    found: dict[str, list[str]] = {}
    for id, source in dict.fromkeys(carried):
        found.setdefault(id, []).append(source)
    insert_new(connection, schema.carriers, [{"id": id, "source": one} for id, keys in found.items() for one in keys])
    return found


class _Place(NamedTuple):
    """Where an article stands in a feed. The lowest one names it, before those that a source merely carries."""

    carried: bool
    added: int
    published: int
    id: str

    def below(self, other: _Place) -> bool:
        return self[:3] < other[:3] or (self[:3] == other[:3] and self.id > other.id)


class _Load:
    """Collects rows and writes them in batches."""

    def __init__(
        self,
        connection: Connection,
        merged: dict[str, str],
        gone: set[str],
        carriers: dict[str, list[str]],
        moves: dict[str, str],
    ) -> None:
        self.connection = connection
        self.carriers = carriers
        self.merged = merged
        self.gone = gone
        self.moves = moves
        self.seen: set[str] = set()
        self.names: dict[FeedKey, tuple[_Place, str]] = {}  # of the oldest article
        self.counts: Counter[FeedKey] = Counter()
        self.guids: dict[tuple[str, str], str] = {}
        self.wanted: set[FeedKey] = set()
        self.total = 0
        self.waiting: dict[Table, list[dict[str, Any]]] = {}

    def add(self, article: Article, stamp: FileStamp) -> None:
        if article.id in self.seen or article.id in self.gone:
            return
        self.seen.add(article.id)
        self.total += 1
        into = article.merged_into or self.merged.get(article.id)
        into = None if into in article.split_from else into  # an operator said so, and the file is the truth
        carriers = self.carriers.get(article.id, ())
        shown = rows.follow(self.moves, rows.shown_in(article, into, withdrawn=False, carriers=carriers))
        members = rows.member_rows(article, shown)
        self.wanted |= rows.wanted(article)
        self.counts.update(list(shown))
        own = rows.follow(self.moves, named_feeds_of(article))
        for row, (key, name) in zip(members, shown.items(), strict=True):
            place = _Place(key not in own, row["added"], row["published"], row["id"])
            if key not in self.names or place.below(self.names[key][0]):
                self.names[key] = place, name
        if article.source_id:
            self.guids[codec.key(article.source_key), codec.key(article.source_id)] = article.id
        self._add(schema.articles, [rows.article_row(article, stamp, into)])
        self._add(schema.members, members)
        self._add(schema.aliases, [{"alias": value, "id": article.id} for value in rows.alias_keys(article)])
        if self.total % BATCH == 0:
            self.flush()

    def _add(self, table: Table, made: list[dict[str, Any]]) -> None:
        self.waiting.setdefault(table, []).extend(made)

    def flush(self) -> None:
        for table, made in self.waiting.items():
            if table is schema.aliases:
                insert_new(self.connection, table, made)
            elif made:
                self.connection.execute(insert(table), made)
        self.waiting.clear()


def _show_dangling(connection: Connection) -> None:
    """A copy whose original is gone stands for itself again."""
    table = schema.articles
    alive = select(table.alias("original").c.id)
    dangling = select(table.c.data).where(table.c.merged_into.is_not(None), table.c.merged_into.not_in(alive))
    for (data,) in connection.execute(dangling).all():
        article = codec.unpack(Article, data)
        carriers = rows.carriers(connection, article.id)
        rows.show(connection, article, rows.shown_in(article, None, withdrawn=False, carriers=carriers))


def _count_feeds(connection: Connection, names: dict[FeedKey, str], counts: Counter[FeedKey]) -> None:
    """New feeds get their rows, known ones keep names and addresses; every feed has its count and is stale."""
    insert_new(connection, schema.feeds, [rows.feed_row(key, name) for key, name in sorted(names.items())])
    connection.execute(update(schema.feeds).values(count=0))
    known = connection.execute(select(schema.feeds.c.axis, schema.feeds.c.slug, schema.feeds.c.name))
    rows.touch(connection, {(key := FeedKey(axis, slug)): (name, counts[key]) for axis, slug, name in known.all()})


def _end_entries(connection: Connection, guids: dict[tuple[str, str], str]) -> None:
    """Pending entries whose article is in the article store are done: nothing is read or published twice."""
    table = schema.entries
    pending = select(table.c.source, table.c.entry, table.c.data).where(table.c.status == "pending")
    for source, entry, data in connection.execute(pending).all():
        id = guids.get((source, entry))
        if id is None:
            continue
        row = codec.unpack(EntryRow, data)
        done = EntryRow(
            source_key=row.source_key,
            entry_id=row.entry_id,
            url=row.url,
            digest=row.digest,
            status="done",
            first_seen=row.first_seen,
            tries=row.tries,
            article_id=id,
            read_at=row.read_at,
        )
        connection.execute(
            update(table)
            .where(table.c.source == source, table.c.entry == entry)
            .values(status="done", next_try=None, article=id, data=codec.pack(done))
        )


def _pairs(connection: Connection, statement: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in connection.execute(statement)}
