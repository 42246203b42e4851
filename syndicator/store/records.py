"""Read and write states of sources, entries, filed articles, withdrawals and notes.
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
_UNKNOWN: Final = None  # the sources with pending entries, if others write entries, too
# tables with rows of a source, and their columns with its key
_SOURCE_TABLES: Final = (
    ("sources", "key"),
    ("source_states", "key"),
    ("entries", "source"),
    ("outcomes", "source"),
)

# An article takes its own address from others, to which earlier versions gave it, but no other
# alias.
_TAKE_OWN = "ON CONFLICT (alias) DO UPDATE SET id = excluded.id WHERE excluded.alias = ?"

_STATES = "SELECT data, plan FROM sources JOIN source_states USING (key) "
_IS_DISABLED: Final = True
_DUE = (
    "WHERE disabled = ? AND (next_due IS NULL OR next_due <= ?) ORDER BY next_due NULLS FIRST, key"
)
_WITH_PENDING = "DISTINCT source FROM entries WHERE status <> 'done' AND status = ?"
_IF_CHANGED = (
    "ON CONFLICT (key) DO UPDATE SET data = excluded.data WHERE source_states.data <> excluded.data"
)
# `<> 'done'` lets SQLite use the index entries_open
_OPEN = "status <> 'done' AND status = ? AND source = ?"
_IN_TURN = "ORDER BY first_seen, entry"
_MUTED = f'%"reason":"{EntryReason.MUTED}"%'
_ANNOUNCED = """SELECT DISTINCT article, source FROM entries WHERE status = ? AND article IN (SELECT id FROM articles)
AND NOT EXISTS (SELECT id FROM members WHERE id = article AND axis = ? AND slug = source) ORDER BY article, source"""  # noqa: E501
_OLD_OUTCOMES = """DELETE FROM outcomes WHERE n IN (SELECT n FROM
(SELECT n, row_number() OVER (PARTITION BY source ORDER BY n DESC) AS place FROM outcomes
WHERE source IN ({})) AS placed WHERE place > ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _EndedVisit:
    """The row of `outcomes` of a visit, and the state of its source (see `make_state_row`)."""

    state: dict[str, Any]
    outcome: dict[str, Any]


class Visits(Comparisons):
    """States of sources, entries, filed articles and notes."""

    def __init__(self, group: Group, waiting: Collection[str] | None = None) -> None:
        """`waiting`: the sources with pending entries, if nobody else writes entries; None if
        unknown."""
        super().__init__(group)
        self._ended: list[_EndedVisit] = []  # not written yet
        self._with_pending: set[str] | None = _UNKNOWN  # keys of sources
        if waiting is not None:
            self._with_pending = {codec.key(key) for key in waiting}
        # articles to write before the next commit, by id; None: each is written at once
        self._gathered: dict[str, ArticleRecord] | None = None
        group.before_commit = self._write_ended

    @contextmanager
    def shared(
        self, first: Callable[[], object] = lambda: None, *, gather: bool = False
    ) -> Iterator[None]:
        """Delay commits inside the block until `commit` or its end. Call `first` before each
        commit. On SQLite the caller holds the write lock: nobody else writes entries meanwhile.
        `gather`: write all articles of `record` together before each commit; the caller reads
        none."""
        previous = self._with_pending
        self._gathered = {} if gather else None
        if self._db.alone:
            self._with_pending = set(self._column(_WITH_PENDING, "pending"))
        try:
            with self._db.shared(first):
                yield
        finally:
            self._with_pending = previous
            self._gathered = None

    def commit(self) -> None:
        """Commit the writes of `shared` so far."""
        self._db.commit()

    def count_uncommitted(self) -> int:
        """Return the number of uncommitted writes."""
        return self._db.writes + len(self._ended)

    def states(self) -> dict[str, SourceState]:
        """Return source key -> state, for all sources that were ever visited or listed."""
        return {state.key: state for state in self._states("ORDER BY key")}

    def each_state(self) -> Iterator[SourceState]:
        """Yield the states by key, to save memory with many sources."""
        for data, plan in self._db.stream(text(_STATES + "ORDER BY key")):
            yield codec.unpack_state(data, plan)

    def list_due_states(self, now: datetime) -> list[SourceState]:
        """Return the enabled states whose next_due is None or not after `now`, longest overdue
        first."""
        return list(self._states(_DUE, not _IS_DISABLED, codec.micros(now)))

    def state(self, key: str) -> SourceState | None:
        """Return the state of a source, None if it was never visited or listed."""
        return next(self._states("WHERE key = ?", codec.key(key)), None)

    def save_states(self, states: Sequence[SourceState]) -> None:
        """Insert or replace states by key, in one transaction."""
        if not states:
            return
        self._write_ended()
        with self._db.write(blind=True) as connection:
            _save_states(connection, [make_state_row(state) for state in states])

    def drop_state(self, key: str) -> None:
        """Delete a source, its entries and its outcomes in one transaction; its articles stay."""
        self._write_ended()
        with self._db.write() as connection:
            for table, column in _SOURCE_TABLES:
                run_statement(
                    connection, f"DELETE FROM {table} WHERE {column} = ?", (codec.key(key),)
                )

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]:
        """Return the stored rows of the entries, by entry id."""
        entries: dict[str, EntryRow] = {}
        for part in chunks([codec.key(entry_id) for entry_id in entry_ids]):
            condition = f"source = ? AND entry IN ({write_placeholders(part)})"
            for row in self._entries(condition, codec.key(source_key), *part):
                entries[row.entry_id] = row
        return entries

    def save_entries(self, rows: Sequence[EntryRow]) -> None:
        """Insert or replace the rows by (source_key, entry_id) in one transaction."""
        if not rows:
            return
        with self._db.write(blind=True) as connection:
            self._upsert_entries(connection, rows)

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]:
        """Return pending rows whose next_try is None or not after `now`, oldest first_seen
        first."""
        where = f"{_OPEN} AND (next_try IS NULL OR next_try <= ?) {_IN_TURN}"
        return self._entries(where, "pending", codec.key(source_key), codec.micros(now))

    def list_seen_since(
        self, source_key: str, since: datetime
    ) -> list[tuple[datetime, datetime | None]]:
        """Return (first seen, next try) of each entry first seen after `since`; next try is None
        unless pending."""
        query = (
            "SELECT first_seen, status, next_try FROM entries WHERE source = ? AND first_seen > ?"
        )
        rows = self._db.run_query(query, codec.key(source_key), codec.micros(since))
        entries: list[tuple[datetime, datetime | None]] = []
        for first_seen, status, next_try in rows:
            is_waiting = status == "pending" and next_try is not None
            next_time = codec.moment(next_try) if is_waiting else None
            entries.append((codec.moment(first_seen), next_time))
        return entries

    def count_pending(self, source_key: str) -> int:
        """Return how many entries of the source are pending."""
        key = codec.key(source_key)
        if self._with_pending is not None and key not in self._with_pending:
            return 0  # saves most visits of a run a query
        return self._count(f"entries WHERE {_OPEN}", "pending", key)

    def find(self, aliases: Iterable[str]) -> str | None:
        """Return the id of the article with any of the alias keys (urls.alias, urls.guid_alias), or
        None."""
        keys = [codec.key(alias) for alias in aliases]
        ids: dict[str, str] = {}
        for part in chunks(keys):
            query = f"SELECT alias, id FROM aliases WHERE alias IN ({write_placeholders(part)})"
            ids |= self._db.run_query(query, *part)
        for key in keys:
            if key in ids:
                return ids[key]
        return None

    def article(self, article_id: str) -> Article | None:
        """Return the article from its row, without body, or None."""
        texts = self._column("data FROM articles WHERE id = ?", article_id)
        return codec.unpack(Article, texts[0]) if texts else None

    def stamp(self, article_id: str) -> FileStamp | None:
        """Return the stamp of the article's file when its row was written, or None."""
        query = "SELECT id, path, mtime_ns, size FROM articles WHERE id = ?"
        return Stamps(self._db.run_query(query, article_id)).get(article_id)

    def stamps(self) -> Stamps:
        """Return article id -> stamp of its file, for `ArticleStore.changed`."""
        return Stamps(self._db.run_query("SELECT id, path, mtime_ns, size FROM articles"))

    def record(self, record: ArticleRecord) -> None:
        """Record an article with memberships, aliases and stale marks; mark its entry done."""
        if self._gathered is None:
            self._write_records([record])
            return
        if record.article.id in self._gathered:
            self._write_gathered()
        self._gathered[record.article.id] = record

    def _write_gathered(self) -> None:
        """Write the articles that `record` has collected since the last commit."""
        if self._gathered:
            self._write_records([*self._gathered.values()])
            self._gathered.clear()

    def _write_records(self, records: Sequence[ArticleRecord]) -> None:
        """Write articles with their aliases, HTML, sketches and blocks, in one transaction."""
        with self._db.write() as connection:
            rows.save_articles(connection, records)
            for record in records:
                article_id = record.article.id
                entry = record.entry
                alias_keys = rows.list_alias_keys(record.article)
                own_key = alias_keys[0]
                if entry is not None:
                    alias_keys.append(codec.key(guid_alias(entry.source_key, entry.entry_id)))
                    self._upsert_entries(connection, [entry])
                aliases = [{"alias": key, "id": article_id} for key in dict.fromkeys(alias_keys)]
                insert(connection, schema.aliases, aliases, _TAKE_OWN, own_key)
                if record.html is not None:
                    upsert(connection, schema.html, [{"id": article_id, "html": record.html}])
                if record.compared is not None:
                    self._save_sketch(connection, article_id, record.compared)
                if record.blocks is not None:
                    save_blocks(connection, article_id, record.blocks)

    def carriers(self, article_id: str) -> list[str]:
        """Return the keys of further sources that announced article `id`, besides the one in its
        file."""
        return self._column("source FROM carriers WHERE id = ? ORDER BY source", article_id)

    def add_carriers(
        self,
        carried: Iterable[tuple[str, str]],
        names: Mapping[str, str],
        *,
        entry: EntryRow | None = None,
    ) -> None:
        """Add carriers (article id, source key); mark feeds stale, `entry` done. Call
        `ArticleStore.carry` first."""
        with self._db.write() as connection:
            for article_id, source in carried:
                rows.carry(connection, article_id, source, names.get(source, ""))
            if entry is not None:
                self._upsert_entries(connection, [entry])

    def list_carriers(self) -> list[tuple[str, str]]:
        """Return (article id, key of a source that carries it)."""
        return self._db.run_query("SELECT id, source FROM carriers ORDER BY id, source")

    def list_announced(self) -> list[tuple[str, str]]:
        """Return (article id, source key) of articles that a source announced but does not own."""
        return self._db.run_query(_ANNOUNCED, "done", SOURCE)

    def list_bound_entries(self) -> Iterator[EntryRow]:
        """Yield the entries that have an article."""
        yield from self._entries("article IS NOT NULL")

    def replace_aliases(self, article: Article) -> None:
        """Replace the aliases of `article` by those in its file, in one transaction."""
        with self._db.write() as connection:
            connection.execute(delete(schema.aliases).where(schema.aliases.c.id == article.id))
            aliases = [{"alias": key, "id": article.id} for key in rows.list_alias_keys(article)]
            insert_new(connection, schema.aliases, aliases)

    def forget(self, ids: Collection[str]) -> None:
        """Delete all rows of articles whose files are gone, and mark their feeds stale. One
        transaction."""
        with self._db.write() as connection:
            for article_id in ids:
                rows.erase_article(connection, article_id)
            wipe_deleted(connection)

    def list_refused(self, source_key: str) -> list[EntryRow]:
        """Return the rows of the source whose pages gave no article, oldest first_seen first."""
        return self._entries(f"{_OPEN} {_IN_TURN}", "refused", codec.key(source_key))

    def list_muted(self, source_key: str) -> list[EntryRow]:
        """Return the rows of the source that its `keep` and `mute` left out."""
        return self._entries(f"{_OPEN} AND data LIKE ?", "skipped", codec.key(source_key), _MUTED)

    def count_muted(self, source_key: str) -> int:
        """Return how many entries of the source its `keep` and `mute` left out."""
        condition = f"{_OPEN} AND data LIKE ?"
        return self._count(f"entries WHERE {condition}", "skipped", codec.key(source_key), _MUTED)

    def reopen(self, ids: Collection[str], *, bound: bool = False) -> None:
        """Make the entries of these articles and their sources due. `bound`: entries keep their
        article ids."""
        self._write_ended()
        with self._db.write() as connection:
            source_keys: set[str] = set()
            for part in chunks(sorted(ids)):
                entries = _read_done_entries(connection, part)
                source_keys |= {entry.source_key for entry in entries}
                reopened = [replace(entry.reopened(), tries=0) for entry in entries]
                if not bound:
                    reopened = [replace(entry, article_id=None) for entry in reopened]
                self._upsert_entries(connection, reopened)
            for part in chunks(sorted(source_keys)):
                query = f"{_STATES}WHERE key IN ({write_placeholders(part)})"
                states = [
                    codec.unpack_state(*row) for row in run_statement(connection, query, (*part,))
                ]
                _save_states(connection, [make_state_row(state.asked_whole()) for state in states])

    def count_filed(self, source_key: str) -> Filed:
        """Count the articles of a source; if it has none, also all articles and sources."""
        filed_entries = "entries WHERE source = ? AND article IS NOT NULL"
        own_articles = self._count(filed_entries, codec.key(source_key))
        if own_articles:
            return Filed(own=own_articles)
        sources = self._column("count(DISTINCT source) FROM entries WHERE article IS NOT NULL")[0]
        return Filed(own=0, articles=self._count("articles"), sources=sources)

    def aliases(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """Return (article id, alias key) of all aliases of these articles, also those from entries
        of other sources."""
        aliases: list[tuple[str, str]] = []
        for part in chunks(ids):
            query = f"SELECT id, alias FROM aliases WHERE id IN ({write_placeholders(part)})"
            aliases += self._db.run_query(query, *part)
        return aliases

    def pruned(self) -> list[tuple[str, str]]:
        """Return (article id, alias key) of pruned articles."""
        return self._db.run_query("SELECT id, alias FROM pruned")

    def prune(self, ids: Iterable[str], aliases: Iterable[tuple[str, str]]) -> None:
        """Delete the rows of articles (copies first), mark their feeds stale, and store `aliases`
        as pruned."""
        pruned_rows = [{"alias": alias, "id": article_id} for article_id, alias in aliases]
        with self._db.write() as connection:
            insert_new(connection, schema.pruned, pruned_rows)
            for article_id in ids:
                rows.erase_article(connection, article_id)
            wipe_deleted(connection)

    def forget_pruned(self, aliases: Collection[tuple[str, str]]) -> list[str]:
        """Delete rows of `pruned` (article id, alias key) and their entries, so that they are read
        again. Return the keys of their sources."""
        article_ids = {article_id for article_id, _ in aliases}
        alias_keys = {alias for _, alias in aliases}
        with self._db.write() as connection:
            for part in chunks([alias for _, alias in aliases]):
                connection.execute(delete(schema.pruned).where(schema.pruned.c.alias.in_(part)))
            return forget_unread(connection, article_ids, alias_keys)

    def withdraw(
        self, article: Article, aliases: Iterable[str], stale: Iterable[FeedKey], at: datetime
    ) -> None:
        """Delete the article's rows and announced texts, mark its feeds and `stale` as stale, store
        all aliases."""
        alias_keys = rows.list_alias_keys(article)
        alias_keys += [codec.key(alias) for alias in aliases]
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
        """Delete a withdrawal and mark its feeds stale. `unread`: also delete its entries; return
        their source keys."""
        withdrawn = schema.withdrawn
        alias_table = schema.withdrawn_aliases
        with self._db.write() as connection:
            feeds = connection.scalar(select(withdrawn.c.feeds).where(withdrawn.c.id == article_id))
            aliases = set(
                connection.scalars(
                    select(alias_table.c.alias).where(alias_table.c.id == article_id)
                )
            )
            for table in (withdrawn, alias_table):
                connection.execute(delete(table).where(table.c.id == article_id))
            if feeds is not None:
                keys = [FeedKey(*key) for key in json.loads(feeds)]
                mark_stale(connection, dict.fromkeys(keys, ()))
            if not unread:
                return []
            return forget_unread(connection, {article_id}, aliases)

    def note(self, key: str) -> str | None:
        """Return the value of a note, None if it is not set."""
        values = self._column("value FROM notes WHERE key = ?", codec.key(key))
        return str(json.loads(values[0])) if values else None

    def set_note(self, key: str, value: str | None, at: datetime) -> None:
        """Store a note, or delete it if `value` is None. `at`: now. One transaction."""
        with self._db.write(blind=True) as connection:
            if value is None:
                connection.execute(delete(schema.notes).where(schema.notes.c.key == codec.key(key)))
            else:
                row = {"key": codec.key(key), "value": json.dumps(value), "at": codec.micros(at)}
                upsert(connection, schema.notes, [row])

    def prune_notes(self, prefix: str, before: datetime, most: int) -> None:
        """Delete notes named `prefix`...: those older than `before`, then the longest beyond `most`
        characters."""
        table = schema.notes
        has_prefix = table.c.key.startswith(prefix, autoescape=True)
        length = func.length(table.c.value)
        shortest_first = select(table.c.key, length).where(has_prefix).order_by(length)
        with self._db.write() as connection:
            connection.execute(delete(table).where(has_prefix, table.c.at < codec.micros(before)))
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
        """Save the results of many visits in one transaction, and call `then` in it."""
        with self._db.write(blind=True) as connection:
            _save_ended(connection, [_make_ended(outcome, state) for outcome, state in ended])
            then(connection)

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        """Store outcome and state together, so that a killed visit is repeated. At most 50 outcomes
        a source remain."""
        self._ended.append(_make_ended(outcome, state))
        if not self._db.sharing:
            self._write_ended()

    def _write_ended(self) -> None:
        """Write gathered articles, and the ended visits in one statement, at a third of the cost of
        one each."""
        self._write_gathered()
        if not self._ended:
            return
        ended = self._ended
        self._ended = []
        with self._db.write(blind=True) as connection:
            _save_ended(connection, ended)

    def _upsert_entries(self, connection: Connection, rows: Sequence[EntryRow]) -> None:
        """Insert or replace entries; note which sources have pending ones."""
        entries = sorted(map(make_entry_row, rows), key=itemgetter("source", "entry"))
        upsert(connection, schema.entries, entries)
        if self._with_pending is not None:
            self._with_pending |= {row["source"] for row in entries if row["status"] == "pending"}

    def _states(self, clauses: str, *values: Any) -> Iterator[SourceState]:
        """Yield the states that a query with these clauses finds. `values`: those for its ?."""
        self._write_ended()
        for data, plan in self._db.run_query(_STATES + clauses, *values):
            yield codec.unpack_state(data, plan)

    def _entries(self, condition: str, *values: Any) -> list[EntryRow]:
        """Return the entries that fulfil a condition in SQL. `values`: those for its ?."""
        documents = self._column(f"data FROM entries WHERE {condition}", *values)
        return [codec.unpack(EntryRow, document) for document in documents]

    def _count(self, table_and_condition: str, *values: Any) -> int:
        """Count rows, such as those of "entries WHERE source = ?". `values`: those for its ?."""
        return int(self._column(f"count(*) FROM {table_and_condition}", *values)[0])


def _read_done_entries(connection: Connection, article_ids: Sequence[str]) -> list[EntryRow]:
    """Return the entries of these articles that are done."""
    entries = schema.entries.c
    query = select(entries.data).where(entries.article.in_(article_ids), entries.status == "done")
    return [codec.unpack(EntryRow, data) for (data,) in connection.execute(query).all()]


def _save_states(connection: Connection, states: Sequence[dict[str, Any]]) -> None:
    """Write the results of `make_state_row` to their two tables; of equal keys the last counts."""
    by_key = {state["key"]: state for state in states}
    source_rows: list[dict[str, Any]] = []
    document_rows: list[dict[str, Any]] = []
    for key in sorted(by_key):
        source_row = dict(by_key[key])
        document_rows.append({"key": key, "data": source_row.pop("data")})
        source_rows.append(source_row)
    upsert(connection, schema.sources, source_rows)
    insert(connection, schema.source_states, document_rows, _IF_CHANGED)


def _make_ended(outcome: Outcome, state: SourceState) -> _EndedVisit:
    """Return the rows of a visit and of the state after it."""
    outcome_row = {
        "source": codec.key(outcome.key),
        "at": codec.micros(outcome.at),
        "data": codec.pack(outcome),
    }
    return _EndedVisit(state=make_state_row(state), outcome=outcome_row)


def _save_ended(connection: Connection, visits: Sequence[_EndedVisit]) -> None:
    """Save the outcomes and states of visits; delete the oldest outcomes of their sources."""
    if not visits:
        return
    _save_states(connection, [visit.state for visit in visits])
    insert(connection, schema.outcomes, [visit.outcome for visit in visits])
    for part in chunks([visit.outcome["source"] for visit in visits]):
        run_statement(
            connection, _OLD_OUTCOMES.format(write_placeholders(part)), (*part, OUTCOMES_KEPT)
        )


def save_withdrawal(connection: Connection, withdrawal: Withdrawn) -> None:
    """Insert or replace the withdrawal of an article, and its aliases."""
    row = {
        "id": withdrawal.id,
        "at": codec.micros(withdrawal.at),
        "url": withdrawal.url,
        "feeds": json.dumps(withdrawal.feeds),
    }
    upsert(connection, schema.withdrawn, [row])
    alias_keys = dict.fromkeys(map(codec.key, withdrawal.aliases))
    aliases = [{"alias": key, "id": withdrawal.id} for key in alias_keys]
    upsert(connection, schema.withdrawn_aliases, aliases)
