"""Rebuild the article rows from the article files, in bulk; replace texts in all columns.
In the caller's transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, Text, bindparam, delete, func, select, update

from syndicator.articles.fields import named_feeds_of
from syndicator.articles.stores.paths import ID_CHARS
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import EntryRow, FileStamp, Withdrawn
from syndicator.store import codec, rows, schema
from syndicator.store.database import chunks, insert, insert_new
from syndicator.store.records import save_withdrawal
from syndicator.store.texts import tokens

BATCH = 2000  # articles whose rows are written in one statement a table


def reindex(
    connection: Connection,
    articles: Iterable[tuple[Article | str, FileStamp]],
    withdrawn: Iterable[Withdrawn],
    carried: Iterable[tuple[str, str]],
) -> int:
    """See `Store.reindex`. If two files have the same id, the first counts."""
    for entry in withdrawn:
        save_withdrawal(connection, entry)
    columns = schema.articles.c
    merged = select(columns.id, columns.merged_into).where(columns.merged_into.is_not(None))
    copies: dict[str, str] = dict(connection.execute(merged).all())
    gone = set(connection.scalars(select(schema.withdrawn.c.id)))
    asked = connection.execute(rows.FOUND_MEMBERS).all()
    for table in (schema.story_sketches, schema.story_keys):  # the next build makes them again
        connection.execute(delete(table))
    # rows of articles are made anew without these values
    lost = [codec.key(rows.TOLD), codec.key(rows.FOLDS_READ)]
    connection.execute(delete(schema.notes).where(schema.notes.c.key.in_(lost)))
    for table in (schema.members, schema.carriers, schema.aliases):
        connection.execute(delete(table))
    carriers = defaultdict[str, list[str]](list)
    for id, source in dict.fromkeys(carried):
        carriers[id].append(source)
    new = [{"id": id, "source": source} for id, sources in carriers.items() for source in sources]
    insert_new(connection, schema.carriers, new)
    load = _Load(
        connection, copies, gone, carriers, rows.moved(connection.execute(rows.MOVES).all())
    )
    unread: list[tuple[str, FileStamp]] = []
    for article, stamp in articles:
        if isinstance(article, str):
            unread.append((article, stamp))
        else:
            load.add(article, stamp)
    unreadable = load.keep(unread)
    load.flush()
    rows.renew_pictures(connection, load.pictures)
    _drop(connection, load.seen, unreadable)
    tokens.mark_all_due(connection)
    _count_feeds(connection, {key: name for key, (_, name) in load.names.items()}, load.counts)
    rows.want(connection, load.wanted)
    matches: dict[str, dict[FeedKey, str]] = {id: {} for id, _, _ in asked if id in unreadable}
    for id, axis, slug in asked:
        if id in matches:
            matches[id][FeedKey(axis, slug)] = slug
    rows.set_found(connection, matches)
    _show_dangling(connection, load.on_hold)
    _end_entries(connection, load.guids)
    return load.total


def _drop(connection: Connection, seen: Collection[str], unreadable: Collection[str]) -> None:
    for table, stay in (
        (schema.articles, seen),
        (schema.fragments, unreadable),
        (schema.html, unreadable),
    ):
        if not stay:
            connection.execute(delete(table))
            continue
        old = [id for (id,) in connection.execute(select(table.c.id).distinct()) if id not in stay]
        for part in chunks(old):
            connection.execute(delete(table).where(table.c.id.in_(part)))


class _Place(NamedTuple):
    """Place of an article in a feed; the lowest one names the feed. `carried`: another source's
    article."""

    carried: bool
    added: int
    published: int
    id: str

    def below(self, other: _Place) -> bool:
        return self[:3] < other[:3] or (self[:3] == other[:3] and self.id > other.id)


@dataclass(slots=True)
class _Load:
    connection: Connection
    merged: dict[str, str]
    gone: set[str]
    carriers: dict[str, list[str]]
    moves: dict[FeedKey, FeedKey]
    seen: set[str] = field(default_factory=set)
    names: dict[FeedKey, tuple[_Place, str]] = field(default_factory=dict)  # of the oldest article
    counts: Counter[FeedKey] = field(default_factory=Counter)
    guids: dict[tuple[str, str], str] = field(default_factory=dict)
    wanted: set[FeedKey] = field(default_factory=set)
    on_hold: set[str] = field(default_factory=set)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    waiting: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, article: Article, stamp: FileStamp) -> None:
        if article.id in self.seen or article.id in self.gone:
            return
        self.seen.add(article.id)
        self.total += 1
        into = article.merged_into or self.merged.get(article.id)
        into = None if into in article.split_from else into  # the operator split them
        carriers = self.carriers.get(article.id, ())
        shown = rows.follow(
            self.moves, rows.shown_in(article, into, withdrawn=False, carriers=carriers)
        )
        members = rows.member_rows(article, shown)
        self.wanted |= rows.wanted(article)
        self.on_hold |= {article.id} if article.hold else set()
        self.counts.update(list(shown))
        own = rows.follow(self.moves, named_feeds_of(article)) if carriers else shown
        for row, (key, name) in zip(members, shown.items(), strict=True):
            place = _Place(key not in own, row["added"], row["published"], row["id"])
            if key not in self.names or place.below(self.names[key][0]):
                self.names[key] = place, name
        if article.source_id:
            self.guids[codec.key(article.source_key), codec.key(article.source_id)] = article.id
        self.waiting[schema.articles].append(rows.article_row(article, stamp, into))
        self.waiting[schema.members] += members
        if article.cover:
            self.pictures.append(rows.waiting_picture(article))
        self.waiting[schema.aliases] += [
            {"alias": value, "id": article.id} for value in rows.alias_keys(article)
        ]
        if self.total % BATCH == 0:
            self.flush()

    def keep(self, unread: Collection[tuple[str, FileStamp]]) -> set[str]:
        """Add the stored articles of unreadable files (`unread`: start of the id, stamp); return
        their ids. Old stamps stay, so that a repaired file counts as edited."""
        unreadable: set[str] = set()
        by_path, by_beginning = self._known() if unread else ({}, {})
        for beginning, stamp in unread:
            named = [
                id for id in by_beginning.get(beginning[:ID_CHARS], ()) if id.startswith(beginning)
            ]
            likely = [by_path[stamp.path]] if stamp.path in by_path else named
            ids = [id for id in likely if id not in self.seen and id not in self.gone]
            if len(ids) == 1:
                row = self.connection.execute(
                    select(schema.articles).where(schema.articles.c.id == ids[0])
                ).one()
                stays = FileStamp(path=stamp.path, mtime_ns=row.mtime_ns, size=row.size)
                self.add(codec.unpack(Article, row.data), stays)
                unreadable.add(row.id)
        return unreadable

    def _known(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        by_path: dict[str, str] = {}
        by_beginning: dict[str, list[str]] = {}
        for id, path in self.connection.execute(
            select(schema.articles.c.id, schema.articles.c.path)
        ):
            by_path[path] = id
            by_beginning.setdefault(id[:ID_CHARS], []).append(id)
        return by_path, by_beginning

    def flush(self) -> None:
        for table, new in self.waiting.items():
            if table is schema.articles:
                for part in chunks([row["id"] for row in new]):
                    self.connection.execute(delete(table).where(table.c.id.in_(part)))
            (insert_new if table is schema.aliases else insert)(self.connection, table, new)
        self.waiting.clear()


def _show_dangling(connection: Connection, on_hold: Collection[str]) -> None:
    table = schema.articles
    alive = select(table.alias("original").c.id)
    copies = select(table.c.data).where(table.c.merged_into.is_not(None))
    dangling = connection.execute(copies.where(table.c.merged_into.not_in(alive))).all()
    for part in chunks(sorted(on_hold)):
        dangling = [
            *dangling,
            *connection.execute(copies.where(table.c.merged_into.in_(part))).all(),
        ]
    for (data,) in dangling:
        article = codec.unpack(Article, data)
        row = rows.look(connection, article.id)
        rows.show(connection, [(article, row.shown(article, None), row.members, None)])


def _count_feeds(
    connection: Connection, names: dict[FeedKey, str], counts: Counter[FeedKey]
) -> None:
    insert_new(
        connection, schema.feeds, [rows.feed_row(key, name) for key, name in sorted(names.items())]
    )
    for table in (schema.stale_marks, schema.sums):
        connection.execute(delete(table))
    feeds = schema.feeds.c
    keys = [FeedKey(*row) for row in connection.execute(select(feeds.axis, feeds.slug))]
    these = update(schema.feeds).where(
        feeds.axis == bindparam("k_axis"), feeds.slug == bindparam("k_slug")
    )
    counted = [{"k_axis": key.axis, "k_slug": key.slug, "of_it": counts[key]} for key in keys]
    if counted:
        connection.execute(these.values(count=bindparam("of_it")), counted)
    rows.mark(connection, dict.fromkeys(keys, ()))


def _end_entries(connection: Connection, guids: dict[tuple[str, str], str]) -> None:
    """Mark pending entries of existing articles as done. `guids`: (source key, entry key) ->
    article id."""
    table = schema.entries
    pending = select(table.c.source, table.c.entry, table.c.data).where(table.c.status == "pending")
    for source, entry, data in connection.execute(pending).all():
        if (id := guids.get((source, entry))) is None:
            continue
        row = codec.unpack(EntryRow, data)
        done = replace(
            row, status="done", next_try=None, reason=None, detail="", article_id=id, entry=None
        )
        connection.execute(
            update(table)
            .where(table.c.source == source, table.c.entry == entry)
            .values(status="done", next_try=None, article=id, data=codec.pack(done))
        )


def scrub(connection: Connection, spellings: Iterable[tuple[str, str]]) -> None:
    """Replace the first text of each pair by the second in all text columns; drop rows that become
    duplicates, and the terms of texts, which are read again."""
    tokens.drop_all(connection)
    columns = [
        column
        for table in schema.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, Text)
    ]
    for secret, placeholder in spellings:
        for column in columns:
            table, has = column.table, column.contains(secret, autoescape=True)
            clean = func.replace(column, secret, placeholder)
            if [key.name for key in table.primary_key] == [column.name]:
                other = table.alias()
                connection.execute(
                    delete(table).where(has, clean.in_(select(other.c[column.name])))
                )
            connection.execute(update(table).where(has).values({column.name: clean}))
