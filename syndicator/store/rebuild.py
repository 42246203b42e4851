"""Rebuild the database rows of articles from the article files; replace secrets in all columns.
All functions work in the caller's transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, Table, Text, bindparam, delete, func, select, update

from syndicator.articles.fields import named_feeds_of
from syndicator.articles.stores.paths import ID_CHARS
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import EntryRow, FileStamp, Withdrawn
from syndicator.store import codec, schema
from syndicator.store.database import chunks, insert, insert_new
from syndicator.store.records import save_withdrawal
from syndicator.store.rows import list_alias_keys, make_article_row, show_articles
from syndicator.store.tables.feed_members import (
    FOUND_MEMBERS,
    MOVES,
    Move,
    choose_feeds,
    get_times,
    list_always_published,
    make_feed_row,
    make_member_rows,
    mark_always_published,
    mark_stale,
    parse_moves,
    replace_found_members,
    resolve_moves,
)
from syndicator.store.tables.known_articles import read_known
from syndicator.store.tables.pictures import make_waiting_row, replace_pictures
from syndicator.store.tables.story_updates import FOLDED_NOTE, SHOWN_NOTE
from syndicator.store.texts import tokens

BATCH = 2000  # articles whose rows are written in one statement a table
_NO_ORIGINAL: Final = None
_a = schema.articles.c
_f = schema.feeds.c


def reindex(
    connection: Connection,
    articles: Iterable[tuple[Article | str, FileStamp]],
    withdrawn: Iterable[Withdrawn],
    carried: Iterable[tuple[str, str]],
) -> int:
    """Rebuild the rows of all articles from their files. Return the number of articles.

    `articles`: (article, stamp of its file) for each file. For a file that cannot be read, give the
    article's id or the beginning of the id in place of the article: then the stored article stays.
    If two files have the same id, the first counts. `withdrawn`: withdrawals that may not be stored
    yet; `carried`: (article id, key of a further source that announced the article)."""
    for withdrawal in withdrawn:
        save_withdrawal(connection, withdrawal)
    # which articles the feeds of saved queries show, to restore those of unreadable files below
    found_members = connection.execute(FOUND_MEMBERS).all()
    loader = _start_loading(connection, carried)

    # write the rows that depend on one article
    unreadable: list[tuple[str, FileStamp]] = []
    for article, stamp in articles:
        if isinstance(article, str):
            unreadable.append((article, stamp))
        else:
            loader.add(article, stamp)
    unreadable_ids = loader.keep_stored(unreadable)
    loader.flush()

    # write the rows that depend on all articles
    replace_pictures(connection, loader.picture_rows)
    _delete_except(connection, schema.articles, loader.added_ids)
    _delete_except(connection, schema.fragments, unreadable_ids)
    _delete_except(connection, schema.html, unreadable_ids)
    tokens.mark_all_due(connection)
    feed_names = {key: feed_name.name for key, feed_name in loader.names.items()}
    _count_feeds(connection, feed_names, loader.counts)
    mark_always_published(connection, loader.always_published)
    found_feeds: dict[str, dict[FeedKey, str]] = {}  # article id -> feed -> name of the feed
    for article_id, axis, slug in found_members:
        if article_id in unreadable_ids:
            found_feeds.setdefault(article_id, {})[FeedKey(axis, slug)] = slug
    replace_found_members(connection, found_feeds)
    _show_orphaned_copies(connection, loader.on_hold)
    _mark_entries_done(connection, loader.ids_by_entry)
    return len(loader.added_ids)


def _start_loading(connection: Connection, carried: Iterable[tuple[str, str]]) -> _Loader:
    """Delete the rows that are made anew, except those of the table `articles`. Store the carriers
    `carried`: (article id, key of a further source that announced the article). Return a loader,
    which writes the new rows; it has the values of the old rows that it needs."""
    merged = select(_a.id, _a.merged_into).where(_a.merged_into.is_not(None))
    merged_into: dict[str, str] = dict(connection.execute(merged).all())
    withdrawn_ids = set(connection.scalars(select(schema.withdrawn.c.id)))
    for table in (schema.story_sketches, schema.story_keys):  # the next build makes them again
        connection.execute(delete(table))
    # rows of articles are made anew without the values that these notes are about
    outdated_notes = [codec.make_column_key(SHOWN_NOTE), codec.make_column_key(FOLDED_NOTE)]
    connection.execute(delete(schema.notes).where(schema.notes.c.key.in_(outdated_notes)))
    for table in (schema.members, schema.carriers, schema.aliases):
        connection.execute(delete(table))

    carriers = defaultdict[str, list[str]](list)  # article id -> source keys
    carrier_rows: list[dict[str, str]] = []
    for article_id, source in dict.fromkeys(carried):  # without repetitions
        carriers[article_id].append(source)
        carrier_rows.append({"id": article_id, "source": source})
    insert_new(connection, schema.carriers, carrier_rows)
    moves = parse_moves(connection.execute(MOVES).all())
    return _Loader(connection, merged_into, withdrawn_ids, carriers, moves)


def _delete_except(connection: Connection, table: Table, kept_ids: Collection[str]) -> None:
    """Delete the rows of all articles from `table`, except the articles `kept_ids`. The column `id`
    of the table must be the article id."""
    if not kept_ids:
        connection.execute(delete(table))
        return
    ids = connection.scalars(select(table.c.id).distinct())
    outdated_ids = [article_id for article_id in ids if article_id not in kept_ids]
    for part in chunks(outdated_ids):
        connection.execute(delete(table).where(table.c.id.in_(part)))


class _Position(NamedTuple):
    """Position of an article in a feed; the article with the lowest position gives the feed its
    name. `is_carried`: the article is of another source; `added` and `published`: microseconds
    since 1970."""

    is_carried: bool
    added: int
    published: int
    id: str

    def is_below(self, other: _Position) -> bool:
        """Return True if this position is below the position `other` in the same feed. Articles of
        the feed's own source are below articles of other sources that it announced. Otherwise older
        articles are below newer articles, and if all times are equal, higher ids below lower ids.
        """
        rank = self.is_carried, self.added, self.published
        other_rank = other.is_carried, other.added, other.published
        if rank == other_rank:
            return self.id > other.id
        return rank < other_rank


class _FeedName(NamedTuple):
    """The name that an article has for a feed, and the position of the article in the feed."""

    position: _Position
    name: str


@dataclass(slots=True)
class _Loader:
    """Writes the rows of articles in batches, and collects what their feeds need. `merged_into`:
    id of a copy -> id of its original, as stored before; `carriers`: article id -> keys of further
    sources that announced it; `moves`: feed -> the feed that it moved to."""

    connection: Connection
    merged_into: Mapping[str, str]
    withdrawn_ids: Collection[str]
    carriers: Mapping[str, Sequence[str]]
    moves: Mapping[FeedKey, FeedKey]
    added_ids: set[str] = field(default_factory=set)
    # feed -> its name by the article that has the lowest position in it so far
    names: dict[FeedKey, _FeedName] = field(default_factory=dict)
    counts: Counter[FeedKey] = field(default_factory=Counter)
    # (source key, entry id) -> article id
    ids_by_entry: dict[tuple[str, str], str] = field(default_factory=dict)
    always_published: set[FeedKey] = field(default_factory=set)
    on_hold: set[str] = field(default_factory=set)
    picture_rows: list[dict[str, Any]] = field(default_factory=list)
    # rows that are not written yet
    batches: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, article: Article, stamp: FileStamp) -> None:
        """Add the rows of an article to those that `flush` writes, unless the article is withdrawn
        or was added before. `stamp`: path, time and size of its file."""
        if article.id in self.added_ids or article.id in self.withdrawn_ids:
            return
        self.added_ids.add(article.id)
        original_id = self._choose_original(article)
        carriers = self.carriers.get(article.id, ())
        chosen_feeds = choose_feeds(article, original_id, is_withdrawn=False, carriers=carriers)
        feeds = resolve_moves(self.moves, chosen_feeds)

        # collect the values that `reindex` needs when all articles are known
        self._count_in_feeds(article, feeds)
        self.always_published |= list_always_published(article)
        if article.hold:
            self.on_hold.add(article.id)
        if article.source_id:
            entry = (
                codec.make_column_key(article.source_key),
                codec.make_column_key(article.source_id),
            )
            self.ids_by_entry[entry] = article.id
        if article.cover:
            self.picture_rows.append(make_waiting_row(article))

        # add the rows to the present batch
        self.batches[schema.articles].append(make_article_row(article, stamp, original_id))
        self.batches[schema.members] += make_member_rows(article, feeds)
        for alias in list_alias_keys(article):
            self.batches[schema.aliases].append({"alias": alias, "id": article.id})
        if len(self.added_ids) % BATCH == 0:
            self.flush()

    def _choose_original(self, article: Article) -> str | None:
        """Return the id of the original if `article` is a copy of another article, as its file says
        or otherwise its old row. Return None if it is no copy, or if the operator has separated the
        two articles."""
        original_id = article.merged_into or self.merged_into.get(article.id)
        if original_id in article.split_from:
            return _NO_ORIGINAL
        return original_id

    def _count_in_feeds(self, article: Article, feeds: Mapping[FeedKey, str]) -> None:
        """Count an article in each of its feeds, and let it name the feeds in which it has the
        lowest position so far. `feeds`: feed -> the name that the article gives to it."""
        self.counts.update(list(feeds))
        own_feeds: Collection[FeedKey] = feeds
        if article.id in self.carriers:  # it is also in the feeds of sources that announced it
            own_feeds = resolve_moves(self.moves, named_feeds_of(article))
        added, published = get_times(article)
        for key, name in feeds.items():
            is_carried = key not in own_feeds
            position = _Position(is_carried, added, published, article.id)
            lowest = self.names.get(key)
            if lowest is None or position.is_below(lowest.position):
                self.names[key] = _FeedName(position, name)

    def keep_stored(self, unreadable: Collection[tuple[str, FileStamp]]) -> set[str]:
        """Add the stored articles whose files cannot be read. Return their ids. `unreadable`: for
        each file, (id of its article or the beginning of the id, stamp of the file). A file is left
        out if no stored article may be its article, or if several may. The stored times and sizes
        of the files stay, so that a repaired file counts as edited."""
        kept_ids: set[str] = set()
        if not unreadable:
            return kept_ids
        stored = self._read_stored()
        for id_start, stamp in unreadable:
            candidates: list[str] = []
            for article_id in stored.find_likely(id_start, stamp.path):
                if article_id not in self.added_ids and article_id not in self.withdrawn_ids:
                    candidates.append(article_id)
            if len(candidates) != 1:
                continue
            (likely_id,) = candidates
            query = select(schema.articles).where(_a.id == likely_id)
            row = self.connection.execute(query).one()
            old_stamp = FileStamp(path=stamp.path, mtime_ns=row.mtime_ns, size=row.size)
            self.add(codec.unpack(Article, row.data), old_stamp)
            kept_ids.add(row.id)
        return kept_ids

    def _read_stored(self) -> _StoredIds:
        """Return the ids of the articles that are in the database now, to be found by the path of
        the file or by the beginning of the id."""
        stored = _StoredIds()
        for article_id, path in self.connection.execute(select(_a.id, _a.path)):
            stored.by_path[path] = article_id
            stored.by_start.setdefault(article_id[:ID_CHARS], []).append(article_id)
        return stored

    def flush(self) -> None:
        """Write the rows in `self.batches` to the database, and empty the batches."""
        for table, rows in self.batches.items():
            if table is schema.articles:  # the only table whose old rows are still there
                ids = [row["id"] for row in rows]
                for part in chunks(ids):
                    self.connection.execute(delete(table).where(table.c.id.in_(part)))
            if table is schema.aliases:  # if two articles have the same alias, the first has it
                insert_new(self.connection, table, rows)
            else:
                insert(self.connection, table, rows)
        self.batches.clear()


@dataclass(slots=True)
class _StoredIds:
    """The ids of stored articles. `by_path`: path of its file -> id; `by_start`: first ID_CHARS
    characters of ids, which names of files have -> ids that begin with them."""

    by_path: dict[str, str] = field(default_factory=dict)
    by_start: dict[str, list[str]] = field(default_factory=dict)

    def find_likely(self, id_start: str, path: str) -> list[str]:
        """Return the stored ids that the article of an unreadable file may have: the id stored for
        the path of the file or, if there is none, all ids that begin with `id_start`."""
        if path in self.by_path:
            return [self.by_path[path]]
        similar = self.by_start.get(id_start[:ID_CHARS], ())
        return [article_id for article_id in similar if article_id.startswith(id_start)]


def _show_orphaned_copies(connection: Connection, on_hold: Collection[str]) -> None:
    """Put copies of articles into all feeds of their own, as if they were no copies, if their
    original is not in the database or is on hold, so that no feed shows it. `on_hold`: ids of the
    articles on hold."""
    existing_ids = select(schema.articles.alias("original").c.id)
    select_copies = select(_a.data).where(_a.merged_into.is_not(None))
    select_orphans = select_copies.where(_a.merged_into.not_in(existing_ids))
    copy_rows = list(connection.execute(select_orphans))
    for part in chunks(sorted(on_hold)):
        copy_rows.extend(connection.execute(select_copies.where(_a.merged_into.in_(part))))
    for (data,) in copy_rows:
        article = codec.unpack(Article, data)
        known = read_known(connection, article.id)
        feeds = known.choose_feeds(article, _NO_ORIGINAL)
        move = Move(article=article, feeds=feeds, previous_feeds=known.feeds)
        show_articles(connection, [move])


def _count_feeds(
    connection: Connection, names: Mapping[FeedKey, str], counts: Mapping[FeedKey, int]
) -> None:
    """Create the feeds of `names` (feed -> its name) that are not stored. Set the number of
    articles of all feeds to that in `counts`, or to 0 if `counts` lacks the feed. Mark all feeds as
    stale, so that the next build makes them."""
    new_rows = [make_feed_row(key, name) for key, name in sorted(names.items())]
    insert_new(connection, schema.feeds, new_rows)
    for table in (schema.stale_marks, schema.sums):
        connection.execute(delete(table))
    keys = [FeedKey(*row) for row in connection.execute(select(_f.axis, _f.slug))]
    set_count = (
        update(schema.feeds)
        .where(_f.axis == bindparam("k_axis"), _f.slug == bindparam("k_slug"))
        .values(count=bindparam("new_count"))
    )
    new_counts: list[dict[str, Any]] = []
    for key in keys:
        count = counts.get(key, 0)
        new_counts.append({"k_axis": key.axis, "k_slug": key.slug, "new_count": count})
    if new_counts:
        connection.execute(set_count, new_counts)
    mark_stale(connection, dict.fromkeys(keys, ()))


def _mark_entries_done(connection: Connection, ids_by_entry: Mapping[tuple[str, str], str]) -> None:
    """Mark those pending entries as done whose articles exist. `ids_by_entry`: (source key, entry
    id), both as in the columns of the table -> article id."""
    table = schema.entries
    select_pending = select(table.c.source, table.c.entry, table.c.data).where(
        table.c.status == "pending"
    )
    for source, entry, data in connection.execute(select_pending).all():
        article_id = ids_by_entry.get((source, entry))
        if article_id is None:
            continue
        done = replace(
            codec.unpack(EntryRow, data),
            status="done",
            next_try=None,
            reason=None,
            detail="",
            article_id=article_id,
            entry=None,
        )
        values = {
            "status": "done",
            "next_try": None,
            "article": article_id,
            "data": codec.pack(done),
        }
        is_this_entry = (table.c.source == source) & (table.c.entry == entry)
        connection.execute(update(table).where(is_this_entry).values(**values))


def scrub(connection: Connection, spellings: Iterable[tuple[str, str]]) -> None:
    """Replace secrets in all text columns of all tables. `spellings`: (secret, its replacement). If
    a primary key becomes equal to the key of another row, its row is deleted. The index of words
    for searches is emptied, too; it is filled again later."""
    tokens.drop_all(connection)
    columns: list[Column[Any]] = []
    for table in schema.metadata.sorted_tables:
        text_columns = [column for column in table.c if isinstance(column.type, Text)]
        columns.extend(text_columns)
    for secret, placeholder in spellings:
        for column in columns:
            table = column.table
            has_secret = column.contains(secret, autoescape=True)
            clean_text = func.replace(column, secret, placeholder)
            key_names = [key_column.name for key_column in table.primary_key]
            is_primary_key = key_names == [column.name]
            if is_primary_key:  # delete rows that would get the key of another row
                existing_keys = select(table.alias().c[column.name])
                connection.execute(delete(table).where(has_secret, clean_text.in_(existing_keys)))
            connection.execute(update(table).where(has_secret).values({column.name: clean_text}))
