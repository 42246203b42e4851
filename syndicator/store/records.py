"""Read and write states of sources, entries, filed articles, withdrawals and notes in the database.
For one thread. Each write is one transaction, durable on return (within `shared`, at the next
`commit`). Raises StoreError, DiskError."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select, text

from syndicator.articles.stores.paths import Stamps
from syndicator.core.axes import SOURCE
from syndicator.core.model import Article, FeedKey, Outcome, SourceState
from syndicator.core.ports import ArticleRecord, EntryRow, Filed, FileStamp, Withdrawn
from syndicator.core.reasons import EntryReason
from syndicator.core.urls import guid_alias
from syndicator.store import codec, rows, schema
from syndicator.store.database import (
    chunks,
    insert,
    insert_new,
    run_statement,
    upsert,
    write_placeholders,
)
from syndicator.store.future_times import (
    forget_unread,
    list_without_text,
    make_entry_row,
    make_state_row,
)
from syndicator.store.shared_commits import Group
from syndicator.store.tables.comparisons import Comparisons, save_blocks
from syndicator.store.tables.feed_members import mark_stale
from syndicator.store.texts.tokens import wipe_deleted

OUTCOMES_KEPT = 50  # per source
# instead of the keys of sources with pending entries: other programs write entries, too
_UNKNOWN: Final = None
# tables with rows of a source, and their columns with its key
_SOURCE_TABLES: Final = (
    ("sources", "key"),
    ("source_states", "key"),
    ("entries", "source"),
    ("outcomes", "source"),
)

# An alias stays with the article that has it, except the address of an article itself: earlier
# versions gave some of these to other articles.
_ON_CONFLICT_TAKE_OWN = (
    "ON CONFLICT (alias) DO UPDATE SET id = excluded.id WHERE excluded.alias = ?"
)

_SELECT_STATES = "SELECT data, plan FROM sources JOIN source_states USING (key) "
_IS_DISABLED: Final = True
_IF_DUE = (
    "WHERE disabled = ? AND (next_due IS NULL OR next_due <= ?) ORDER BY next_due NULLS FIRST, key"
)
_SOURCES_WITH_PENDING = "DISTINCT source FROM entries WHERE status <> 'done' AND status = ?"
_ON_CONFLICT_IF_CHANGED = (
    "ON CONFLICT (key) DO UPDATE SET data = excluded.data WHERE source_states.data <> excluded.data"
)
# `<> 'done'` lets SQLite use the index entries_open
_OPEN = "status <> 'done' AND status = ? AND source = ?"
_IN_TURN = "ORDER BY first_seen, entry"
_MUTED = f'%"reason":"{EntryReason.MUTED}"%'
_SELECT_ANNOUNCED = """SELECT DISTINCT article, source FROM entries WHERE status = ? AND article IN (SELECT id FROM articles)
AND NOT EXISTS (SELECT id FROM members WHERE id = article AND axis = ? AND slug = source) ORDER BY article, source"""  # noqa: E501
_DELETE_OLD_OUTCOMES = """DELETE FROM outcomes WHERE n IN (SELECT n FROM
(SELECT n, row_number() OVER (PARTITION BY source ORDER BY n DESC) AS place FROM outcomes
WHERE source IN ({})) AS placed WHERE place > ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _EndedVisit:
    """The rows to store when a visit of a source ends. `state`: the row with the new state of the
    source, from `make_state_row`. `outcome`: the row of the table `outcomes`."""

    state: dict[str, Any]
    outcome: dict[str, Any]


class Visits(Comparisons):
    """Database queries for visits: states of sources, entries, filed articles and notes."""

    def __init__(self, group: Group, waiting: Collection[str] | None = None) -> None:
        """`group`: commits several writes together; `waiting`: the keys of all sources with pending
        entries, which saves queries. Give None if other programs may write entries while this
        object is used."""
        super().__init__(group)
        self._ended: list[_EndedVisit] = []  # not written yet
        self._with_pending: set[str] | None = _UNKNOWN  # keys of sources
        if waiting is not None:
            self._with_pending = {codec.make_column_key(key) for key in waiting}
        # articles to write before the next commit, by id; None: each is written at once
        self._gathered: dict[str, ArticleRecord] | None = None
        group.before_commit = self._write_ended

    @contextmanager
    def shared(
        self, first: Callable[[], object] = lambda: None, *, gather: bool = False
    ) -> Iterator[None]:
        """Let many writes inside the block share a commit: only `commit` and the end of the block
        commit the writes so far. `first` is called before each commit. With `gather`, `record` does
        not even write at once: the articles are written together before the next commit, and
        queries do not see them until then. The caller must hold the lock for runs, so that no other
        program writes entries to a SQLite database meanwhile."""
        previous_with_pending = self._with_pending
        self._gathered = {} if gather else None
        if self._db.alone:  # no other program writes: the sources read now stay correct
            self._with_pending = set(self._column(_SOURCES_WITH_PENDING, "pending"))
        try:
            with self._db.shared(first):
                yield
        finally:
            self._with_pending = previous_with_pending
            self._gathered = None

    def commit(self) -> None:
        """Commit all writes since the last commit. For use inside `shared`."""
        self._db.commit()

    def count_uncommitted(self) -> int:
        """Return how many writes wait for the next commit."""
        return self._db.writes + len(self._ended)

    def states(self) -> dict[str, SourceState]:
        """Return, by source key, the states of all sources that were ever visited or listed, sorted
        by key."""
        return {state.key: state for state in self._states("ORDER BY key")}

    def each_state(self) -> Iterator[SourceState]:
        """Yield the states of all sources, sorted by key. Needs less memory than `states`."""
        for data, plan in self._db.stream(text(_SELECT_STATES + "ORDER BY key")):
            yield codec.unpack_state(data, plan)

    def list_due_states(self, now: datetime) -> list[SourceState]:
        """Return the states of the enabled sources that are due at `now`. A source is due if its
        `next_due` is not later, or is None. Those without `next_due` come first, then the longest
        overdue."""
        return list(self._states(_IF_DUE, not _IS_DISABLED, codec.to_micros(now)))

    def state(self, key: str) -> SourceState | None:
        """Return the state of a source, None if it was never visited or listed."""
        return next(self._states("WHERE key = ?", codec.make_column_key(key)), None)

    def save_states(self, states: Sequence[SourceState]) -> None:
        """Insert or replace the states of sources, in one transaction."""
        if not states:
            return
        self._write_ended()  # first the delayed writes, which are older
        with self._db.write(blind=True) as connection:
            _save_states(connection, [make_state_row(state) for state in states])

    def drop_state(self, key: str) -> None:
        """Delete the rows of the source `key`, of its entries and of its visits, in one
        transaction. Its articles stay."""
        self._write_ended()  # first the delayed writes, which are older
        with self._db.write() as connection:
            for table, column in _SOURCE_TABLES:
                statement = f"DELETE FROM {table} WHERE {column} = ?"
                run_statement(connection, statement, (codec.make_column_key(key),))

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]:
        """Return entry id -> stored entry, for the entries of a source with these ids. Ids without
        a stored entry are left out."""
        source = codec.make_column_key(source_key)
        entry_keys = [codec.make_column_key(entry_id) for entry_id in entry_ids]
        entries: dict[str, EntryRow] = {}
        for part in chunks(entry_keys):
            condition = f"source = ? AND entry IN ({write_placeholders(part)})"
            for row in self._entries(condition, source, *part):
                entries[row.entry_id] = row
        return entries

    def save_entries(self, rows: Sequence[EntryRow]) -> None:
        """Insert entries in one transaction. An entry replaces the stored one with the same source
        and entry id."""
        if not rows:
            return
        with self._db.write(blind=True) as connection:
            self._upsert_entries(connection, rows)

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]:
        """Return the pending entries of a source that may be tried at the time `now`: their
        `next_try` is `now`, earlier or None. The entry that was seen first comes first."""
        condition = f"{_OPEN} AND (next_try IS NULL OR next_try <= ?) {_IN_TURN}"
        column_key = codec.make_column_key(source_key)
        return self._entries(condition, "pending", column_key, codec.to_micros(now))

    def list_seen_since(
        self, source_key: str, since: datetime
    ) -> list[tuple[datetime, datetime | None]]:
        """Return the times of the entries of a source that were first seen after `since`. Each is
        (time when the entry was first seen, time of its next try). The second is None if the entry
        may be tried at any time, or if it is not pending."""
        query = (
            "SELECT first_seen, status, next_try FROM entries WHERE source = ? AND first_seen > ?"
        )
        rows = self._db.run_query(query, codec.make_column_key(source_key), codec.to_micros(since))
        times: list[tuple[datetime, datetime | None]] = []
        for first_seen, status, next_try in rows:
            next_time = None
            if status == "pending" and next_try is not None:
                next_time = codec.from_micros(next_try)
            times.append((codec.from_micros(first_seen), next_time))
        return times

    def count_pending(self, source_key: str) -> int:
        """Return how many entries of a source are pending."""
        key = codec.make_column_key(source_key)
        # `_with_pending`: all sources with pending entries, if known; saves most visits a query
        if self._with_pending is not None and key not in self._with_pending:
            return 0
        return self._count(f"entries WHERE {_OPEN}", "pending", key)

    def find(self, aliases: Iterable[str]) -> str | None:
        """Return the id of the stored article that has one of these aliases, or None if there is
        none. If several articles have one of them, the alias that comes first in `aliases` decides.
        An alias is the address of an article, or the id of its entry in a feed, in a form for
        comparison: a result of `urls.alias` or `urls.guid_alias`."""
        keys = [codec.make_column_key(alias) for alias in aliases]
        ids: dict[str, str] = {}
        for part in chunks(keys):
            query = f"SELECT alias, id FROM aliases WHERE alias IN ({write_placeholders(part)})"
            ids |= self._db.run_query(query, *part)
        for key in keys:
            if key in ids:
                return ids[key]
        return None

    def article(self, article_id: str) -> Article | None:
        """Return an article without its body, or None if it is not in the database."""
        documents = self._column("data FROM articles WHERE id = ?", article_id)
        if not documents:
            return None
        return codec.unpack(Article, documents[0])

    def stamp(self, article_id: str) -> FileStamp | None:
        """Return path, modification time and size that the file of an article had when the article
        was stored. None: the article is not in the database."""
        query = "SELECT id, path, mtime_ns, size FROM articles WHERE id = ?"
        return Stamps(self._db.run_query(query, article_id)).get(article_id)

    def stamps(self) -> Stamps:
        """Return, by article id, path, modification time and size that the file had when the
        article was stored. For all articles."""
        return Stamps(self._db.run_query("SELECT id, path, mtime_ns, size FROM articles"))

    def record(self, record: ArticleRecord) -> None:
        """Store an article together with the entry that led to it. The feeds that show the article
        become stale. Inside `shared(gather=True)` the article is written only before the next
        commit."""
        if self._gathered is None:
            self._write_records([record])
            return
        if record.article.id in self._gathered:
            self._write_gathered()  # `save_articles` takes each article once
        self._gathered[record.article.id] = record

    def _write_gathered(self) -> None:
        """Write the articles that `record` has collected since the last commit."""
        if self._gathered:
            self._write_records([*self._gathered.values()])
            self._gathered.clear()

    def _write_records(self, records: Sequence[ArticleRecord]) -> None:
        """Write articles in one transaction: each with its entry, aliases, HTML and the data by
        which later articles are compared with it."""
        with self._db.write() as connection:
            rows.save_articles(connection, records)
            for record in records:
                article_id = record.article.id
                if record.entry is not None:
                    self._upsert_entries(connection, [record.entry])
                _save_aliases(connection, record)
                if record.html is not None:
                    upsert(connection, schema.html, [{"id": article_id, "html": record.html}])
                if record.compared is not None:
                    self._save_sketch(connection, article_id, record.compared)
                if record.blocks is not None:
                    save_blocks(connection, article_id, record.blocks)

    def carriers(self, article_id: str) -> list[str]:
        """Return the keys of the sources that announced an article of another source, sorted. The
        article's own source is left out."""
        return self._column("source FROM carriers WHERE id = ? ORDER BY source", article_id)

    def add_carriers(
        self,
        carried: Iterable[tuple[str, str]],
        names: Mapping[str, str],
        *,
        entry: EntryRow | None = None,
    ) -> None:
        """Store that sources announced articles of other sources, in one transaction: the feeds of
        these sources get the articles and become stale. Call `ArticleStore.carry` first, which
        writes the files of the articles.

        `carried`: (article id, key of the source that announced it); `names`: source key -> name to
        give to the feed of the source if it has none yet; `entry`: an entry to store as well."""
        with self._db.write() as connection:
            for article_id, source in carried:
                rows.add_carrier(connection, article_id, source, names.get(source, ""))
            if entry is not None:
                self._upsert_entries(connection, [entry])

    def list_carriers(self) -> list[tuple[str, str]]:
        """Return (article id, source key) for each source that announced an article of another
        source, sorted."""
        return self._db.run_query("SELECT id, source FROM carriers ORDER BY id, source")

    def list_announced(self) -> list[tuple[str, str]]:
        """Return (article id, source key) for each article that is not in the feed of that source,
        although the source has an entry for it. Sorted."""
        return self._db.run_query(_SELECT_ANNOUNCED, "done", SOURCE)

    def list_bound_entries(self) -> Iterator[EntryRow]:
        """Yield the entries of all sources that led to an article."""
        yield from self._entries("article IS NOT NULL")

    def replace_aliases(self, article: Article) -> None:
        """Delete all stored aliases of an article and store those of `article`. An alias that
        another article has stays with that article. One transaction."""
        with self._db.write() as connection:
            connection.execute(delete(schema.aliases).where(schema.aliases.c.id == article.id))
            aliases = [{"alias": key, "id": article.id} for key in rows.list_alias_keys(article)]
            insert_new(connection, schema.aliases, aliases)

    def forget(self, ids: Collection[str]) -> None:
        """Delete all rows of articles whose files are gone. The feeds that showed them become
        stale. One transaction."""
        with self._db.write() as connection:
            for article_id in ids:
                rows.erase_article(connection, article_id)
            wipe_deleted(connection)

    def list_refused(self, source_key: str) -> list[EntryRow]:
        """Return the entries of a source whose pages gave no article, in the order in which they
        were first seen."""
        return self._entries(f"{_OPEN} {_IN_TURN}", "refused", codec.make_column_key(source_key))

    def list_muted(self, source_key: str) -> list[EntryRow]:
        """Return the entries of a source that its settings `keep` and `mute` exclude."""
        is_muted = f"{_OPEN} AND data LIKE ?"
        return self._entries(is_muted, "skipped", codec.make_column_key(source_key), _MUTED)

    def count_muted(self, source_key: str) -> int:
        """Return how many entries of a source its settings `keep` and `mute` exclude."""
        muted_entries = f"entries WHERE {_OPEN} AND data LIKE ?"
        column_key = codec.make_column_key(source_key)
        return self._count(muted_entries, "skipped", column_key, _MUTED)

    def reopen(self, ids: Collection[str], *, bound: bool = False) -> None:
        """Make the entries from which the articles `ids` were read pending again, and their sources
        due, so that the articles are read again. With `bound`, the entries keep the ids of their
        articles: reading updates these articles. Otherwise new articles are made. One transaction.
        """
        self._write_ended()  # first the delayed writes, which are older
        with self._db.write() as connection:
            source_keys: set[str] = set()
            for part in chunks(sorted(ids)):
                pending: list[EntryRow] = []
                for entry in _read_done_entries(connection, part):
                    source_keys.add(entry.source_key)
                    reopened = replace(entry.reopened(), tries=0)
                    if not bound:
                        reopened = replace(reopened, article_id=None)
                    pending.append(reopened)
                self._upsert_entries(connection, pending)
            _make_sources_due(connection, source_keys)

    def count_filed(self, source_key: str) -> Filed:
        """Count the entries of a source that have an article. Only if there are none, also count
        all articles and the sources with articles."""
        filed_entries = "entries WHERE source = ? AND article IS NOT NULL"
        own_articles = self._count(filed_entries, codec.make_column_key(source_key))
        if own_articles > 0:
            return Filed(own=own_articles)
        count_sources = "count(DISTINCT source) FROM entries WHERE article IS NOT NULL"
        (source_count,) = self._column(count_sources)
        return Filed(own=0, articles=self._count("articles"), sources=source_count)

    def aliases(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """Return (article id, alias key) for all aliases of the articles `ids`, including aliases
        from entries of other sources. An alias key is an address or the id of an entry, in a form
        for comparison."""
        aliases: list[tuple[str, str]] = []
        for part in chunks(ids):
            query = f"SELECT id, alias FROM aliases WHERE id IN ({write_placeholders(part)})"
            aliases += self._db.run_query(query, *part)
        return aliases

    def pruned(self) -> list[tuple[str, str]]:
        """Return (article id, alias key) for all aliases of pruned articles."""
        return self._db.run_query("SELECT id, alias FROM pruned")

    def prune(self, ids: Iterable[str], aliases: Iterable[tuple[str, str]]) -> None:
        """Delete all rows of the old articles `ids`; the feeds that showed them become stale. Store
        `aliases`, pairs (article id, alias key): an alias key is an address in a form for
        comparison, by which the articles are recognised and not read again. In `ids`, each copy
        must stand before its original. One transaction."""
        pruned_rows = [{"alias": alias, "id": article_id} for article_id, alias in aliases]
        with self._db.write() as connection:
            insert_new(connection, schema.pruned, pruned_rows)
            for article_id in ids:
                rows.erase_article(connection, article_id)
            wipe_deleted(connection)

    def forget_pruned(self, aliases: Collection[tuple[str, str]]) -> list[str]:
        """Allow articles that `prune` has deleted to be read again, in one transaction: delete
        their `aliases`, pairs (article id, alias key), from the list of pruned articles, and delete
        their entries. Return the keys of the sources of these entries: they must be visited to read
        the articles again."""
        article_ids = {article_id for article_id, _ in aliases}
        alias_keys = [alias_key for _, alias_key in aliases]
        with self._db.write() as connection:
            for part in chunks(alias_keys):
                connection.execute(delete(schema.pruned).where(schema.pruned.c.alias.in_(part)))
            return forget_unread(connection, article_ids, set(alias_keys))

    def withdraw(
        self, article: Article, aliases: Iterable[str], stale: Iterable[FeedKey], at: datetime
    ) -> None:
        """Withdraw an article in one transaction: delete its rows and the texts that feeds gave for
        it, and make its feeds and the feeds `stale` stale. Store the withdrawal together with the
        aliases of the article and the further `aliases` (addresses in a form for comparison), so
        that the article is not read again. `at`: the time of the withdrawal."""
        alias_keys = rows.list_alias_keys(article)
        alias_keys += [codec.make_column_key(alias) for alias in aliases]
        distinct_keys = tuple(dict.fromkeys(alias_keys))
        with self._db.write() as connection:
            feeds = rows.erase_article(connection, article.id, stale)
            wipe_deleted(connection)
            withdrawal = Withdrawn(
                id=article.id,
                at=at,
                feeds=tuple(sorted({*feeds, *stale})),
                url=article.url,
                aliases=distinct_keys,
            )
            save_withdrawal(connection, withdrawal)
            self._upsert_entries(connection, list_without_text(connection, distinct_keys))

    def readmit(self, article_id: str, *, unread: bool) -> list[str]:
        """Delete the withdrawal of an article and mark its feeds as stale, in one transaction. With
        `unread`, also delete the article's entries, so that its page is read again; return the keys
        of the sources of these entries. Without `unread` return []."""
        withdrawals = schema.withdrawn
        alias_table = schema.withdrawn_aliases
        select_feeds = select(withdrawals.c.feeds).where(withdrawals.c.id == article_id)
        select_aliases = select(alias_table.c.alias).where(alias_table.c.id == article_id)
        with self._db.write() as connection:
            feeds_json = connection.scalar(select_feeds)
            aliases = set(connection.scalars(select_aliases))
            for table in (withdrawals, alias_table):
                connection.execute(delete(table).where(table.c.id == article_id))
            if feeds_json is not None:
                feeds = [FeedKey(*key) for key in json.loads(feeds_json)]
                mark_stale(connection, dict.fromkeys(feeds, ()))
            if not unread:
                return []
            return forget_unread(connection, {article_id}, aliases)

    def note(self, key: str) -> str | None:
        """Return the value of the note `key`, or None if it is not stored. A note is a small text
        that the program keeps in the database."""
        values = self._column("value FROM notes WHERE key = ?", codec.make_column_key(key))
        if not values:
            return None
        return str(json.loads(values[0]))

    def set_note(self, key: str, value: str | None, at: datetime) -> None:
        """Store the note `value` under `key`, in place of an earlier note. If `value` is None,
        delete the note. `at`: the current time, by which `prune_notes` finds old notes. One
        transaction."""
        column_key = codec.make_column_key(key)
        with self._db.write(blind=True) as connection:
            if value is None:
                connection.execute(delete(schema.notes).where(schema.notes.c.key == column_key))
                return
            row = {"key": column_key, "value": json.dumps(value), "at": codec.to_micros(at)}
            upsert(connection, schema.notes, [row])

    def prune_notes(self, prefix: str, before: datetime, most: int) -> None:
        """Delete the notes whose keys begin with `prefix` and that were stored before `before`. If
        the remaining notes with that prefix have more than `most` characters together, delete the
        longest until they fit. One transaction."""
        table = schema.notes
        has_prefix = table.c.key.startswith(prefix, autoescape=True)
        length = func.length(table.c.value)
        shortest_first = select(table.c.key, length).where(has_prefix).order_by(length)
        with self._db.write() as connection:
            connection.execute(
                delete(table).where(has_prefix, table.c.at < codec.to_micros(before))
            )
            total = 0
            surplus_keys: list[str] = []
            for key, characters in connection.execute(shortest_first):
                total += characters
                if total > most:
                    surplus_keys.append(key)
            for part in chunks(surplus_keys):
                connection.execute(delete(table).where(table.c.key.in_(part)))

    def end_visits(
        self, ended: Iterable[tuple[Outcome, SourceState]], then: Callable[[Connection], object]
    ) -> None:
        """Store the outcomes of visits and the new states of their sources in one transaction.
        `then` is called with the connection of the transaction, at its end."""
        visits = [_make_ended(outcome, state) for outcome, state in ended]
        with self._db.write(blind=True) as connection:
            _save_ended(connection, visits)
            then(connection)

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        """Store the outcome of a visit and the new state of its source in one transaction: if the
        program is killed before, the visit is repeated. Only the last 50 outcomes of a source are
        kept. Inside `shared` both are written before the next commit."""
        self._ended.append(_make_ended(outcome, state))
        if not self._db.sharing:
            self._write_ended()

    def _write_ended(self) -> None:
        """Write the articles that `record` has collected and the visits that `end_visit` has
        collected. Writing visits together takes a third of the time of writing each alone."""
        self._write_gathered()
        if not self._ended:
            return
        ended = self._ended
        self._ended = []
        with self._db.write(blind=True) as connection:
            _save_ended(connection, ended)

    def _upsert_entries(self, connection: Connection, rows: Sequence[EntryRow]) -> None:
        """Insert or replace entries. Also add the sources of pending entries to `_with_pending`,
        the set of all sources with pending entries, unless that set is unknown."""
        entry_rows = [make_entry_row(row) for row in rows]
        # on PostgreSQL, writers that lock rows in different orders deadlock
        entry_rows.sort(key=itemgetter("source", "entry"))
        upsert(connection, schema.entries, entry_rows)
        if self._with_pending is not None:
            pending_rows = [row for row in entry_rows if row["status"] == "pending"]
            self._with_pending.update(row["source"] for row in pending_rows)

    def _states(self, clauses: str, *values: Any) -> Iterator[SourceState]:
        """Yield the states of the sources that a query selects. `clauses`: the end of its SQL,
        beginning with WHERE or ORDER BY; `values`: a value for each ? in `clauses`."""
        self._write_ended()  # first the delayed writes, so that the query sees them
        for data, plan in self._db.run_query(_SELECT_STATES + clauses, *values):
            yield codec.unpack_state(data, plan)

    def _entries(self, condition: str, *values: Any) -> list[EntryRow]:
        """Return the entries that an SQL condition selects; an ORDER BY may follow it. `values`: a
        value for each ? in it."""
        documents = self._column(f"data FROM entries WHERE {condition}", *values)
        return [codec.unpack(EntryRow, document) for document in documents]

    def _count(self, table_and_condition: str, *values: Any) -> int:
        """Return the number of rows of a table that fulfil a condition, such as
        "entries WHERE source = ?". `values`: a value for each ? in it."""
        return int(self._column(f"count(*) FROM {table_and_condition}", *values)[0])


def _save_aliases(connection: Connection, record: ArticleRecord) -> None:
    """Store the aliases by which an article is recognised: of its addresses and of the entry from
    which it was read. If another article has an alias already, that article keeps it, except the
    alias of the article's own address: that is taken from the other article."""
    alias_keys = rows.list_alias_keys(record.article)
    own_key = alias_keys[0]  # of its own address
    entry = record.entry
    if entry is not None:
        entry_alias = guid_alias(entry.source_key, entry.entry_id)
        alias_keys.append(codec.make_column_key(entry_alias))
    aliases = [{"alias": key, "id": record.article.id} for key in dict.fromkeys(alias_keys)]
    insert(connection, schema.aliases, aliases, _ON_CONFLICT_TAKE_OWN, own_key)


def _read_done_entries(connection: Connection, article_ids: Sequence[str]) -> list[EntryRow]:
    """Return the done entries of the articles `article_ids`, at most a few hundred."""
    entries = schema.entries.c
    query = select(entries.data).where(entries.article.in_(article_ids), entries.status == "done")
    return [codec.unpack(EntryRow, data) for (data,) in connection.execute(query).all()]


def _make_sources_due(connection: Connection, source_keys: Collection[str]) -> None:
    """Make sources due, so that their next visits read the whole of their feeds."""
    for part in chunks(sorted(source_keys)):
        query = f"{_SELECT_STATES}WHERE key IN ({write_placeholders(part)})"
        state_rows: list[dict[str, Any]] = []
        for data, plan in run_statement(connection, query, (*part,)):
            state = codec.unpack_state(data, plan)
            due_state = state.asked_whole()  # due now, and not "only if the feed has changed"
            state_rows.append(make_state_row(due_state))
        _save_states(connection, state_rows)


def _save_states(connection: Connection, states: Sequence[dict[str, Any]]) -> None:
    """Write states of sources to two tables: the column `data` to `source_states`, the others to
    `sources`. `states` are results of `make_state_row`; if a source has several states, only the
    last one is written."""
    last_state_by_key = {state["key"]: state for state in states}
    source_rows: list[dict[str, Any]] = []
    document_rows: list[dict[str, Any]] = []
    for key in sorted(last_state_by_key):
        source_row = dict(last_state_by_key[key])
        document_rows.append({"key": key, "data": source_row.pop("data")})
        source_rows.append(source_row)
    upsert(connection, schema.sources, source_rows)
    insert(connection, schema.source_states, document_rows, _ON_CONFLICT_IF_CHANGED)


def _make_ended(outcome: Outcome, state: SourceState) -> _EndedVisit:
    """Return the rows to store for a visit that has ended. `outcome`: the result of the visit;
    `state`: the state of its source after the visit."""
    outcome_row = {
        "source": codec.make_column_key(outcome.key),
        "at": codec.to_micros(outcome.at),
        "data": codec.pack(outcome),
    }
    return _EndedVisit(state=make_state_row(state), outcome=outcome_row)


def _save_ended(connection: Connection, visits: Sequence[_EndedVisit]) -> None:
    """Store the outcomes of visits and the new states of their sources. Each of these sources keeps
    its last 50 outcomes; delete older ones."""
    if not visits:
        return
    _save_states(connection, [visit.state for visit in visits])
    insert(connection, schema.outcomes, [visit.outcome for visit in visits])
    source_keys = [visit.outcome["source"] for visit in visits]
    for part in chunks(source_keys):
        delete_old = _DELETE_OLD_OUTCOMES.format(write_placeholders(part))
        run_statement(connection, delete_old, (*part, OUTCOMES_KEPT))


def save_withdrawal(connection: Connection, withdrawal: Withdrawn) -> None:
    """Store the withdrawal of an article, in place of an earlier withdrawal of the same article.
    Also store the aliases by which the article is recognised if a feed announces it again."""
    row = {
        "id": withdrawal.id,
        "at": codec.to_micros(withdrawal.at),
        "url": withdrawal.url,
        "feeds": json.dumps(withdrawal.feeds),
    }
    upsert(connection, schema.withdrawn, [row])
    alias_rows: list[dict[str, str]] = []
    for alias in withdrawal.aliases:
        alias_rows.append({"alias": codec.make_column_key(alias), "id": withdrawal.id})
    upsert(connection, schema.withdrawn_aliases, alias_rows)
