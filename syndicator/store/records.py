"""Read and write states of sources, entries, filed articles, withdrawals and notes.
For one thread. Each write is one transaction, durable on return (within `shared`, at the next
`commit`). Raises StoreError, DiskError."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, func, select, text

from syndicator.articles.stores.paths import Stamps
from syndicator.core.axes import SOURCE
from syndicator.core.model import Article, FeedKey, Outcome, SourceState
from syndicator.core.ports import ArticleRecord, EntryRow, Filed, FileStamp, Withdrawn
from syndicator.core.reasons import EntryReason
from syndicator.core.urls import guid_alias
from syndicator.store import codec, rows, schema
from syndicator.store.database import chunks, drive, insert, insert_new, marks, upsert
from syndicator.store.future_times import entry_row, forget_unread, state_row, without_text
from syndicator.store.shared_commits import Group
from syndicator.store.tables.comparisons import Comparisons, save_blocks
from syndicator.store.texts.tokens import wipe_deleted

OUTCOMES_KEPT = 50  # per source

# An article takes its own address from others, to which earlier versions gave it, but no other
# alias.
_TAKE_OWN = "ON CONFLICT (alias) DO UPDATE SET id = excluded.id WHERE excluded.alias = ?"

_STATES = "SELECT data, plan FROM sources JOIN source_states USING (key) "
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


class Visits(Comparisons):
    """States of sources, entries, filed articles and notes."""

    def __init__(self, group: Group, waiting: Collection[str] | None = None) -> None:
        """`waiting`: the sources with pending entries, if nobody else writes entries; None if
        unknown."""
        super().__init__(group)
        # rows of `sources` and `outcomes`
        self._ended: list[tuple[dict[str, Any], dict[str, Any]]] = []
        # None: not known
        self._waiting = None if waiting is None else {codec.key(key) for key in waiting}
        self._gathered: dict[str, ArticleRecord] | None = None  # by article id
        group.before_commit = self._write_ended

    @contextmanager
    def shared(
        self, first: Callable[[], object] = lambda: None, *, gather: bool = False
    ) -> Iterator[None]:
        """Delay commits inside the block until `commit` or its end. Call `first` before each
        commit. On SQLite the caller holds the write lock: nobody else writes entries meanwhile.
        `gather`: write all articles of `record` together before each commit; the caller reads
        none."""
        before = self._waiting
        self._gathered = {} if gather else None
        if self._db.alone:
            waiting = "DISTINCT source FROM entries WHERE status <> 'done' AND status = ?"
            self._waiting = set(self._column(waiting, "pending"))
        try:
            with self._db.shared(first):
                yield
        finally:
            self._waiting = before
            self._gathered = None

    def commit(self) -> None:
        self._db.commit()

    def waiting(self) -> int:
        """Return the number of uncommitted writes."""
        return self._db.writes + len(self._ended)

    def states(self) -> dict[str, SourceState]:
        """Return source key -> state, for all sources that were ever visited or listed."""
        return {state.key: state for state in self._states("ORDER BY key")}

    def each_state(self) -> Iterator[SourceState]:
        """Yield the states by key, to save memory with many sources."""
        yield from map(_state, self._db.stream(text(_STATES + "ORDER BY key")))

    def due(self, now: datetime) -> list[SourceState]:
        """Return the enabled states whose next_due is None or not after `now`, longest overdue
        first."""
        where = (
            "WHERE disabled = ? AND (next_due IS NULL OR next_due <= ?) ORDER BY next_due NULLS"
            " FIRST, key"
        )
        return list(self._states(where, False, codec.micros(now)))

    def state(self, key: str) -> SourceState | None:
        return next(self._states("WHERE key = ?", codec.key(key)), None)

    def save_states(self, states: Sequence[SourceState]) -> None:
        """Insert or replace states by key, in one transaction."""
        if not states:
            return
        self._write_ended()
        with self._db.write(blind=True) as connection:
            _save_states(connection, [state_row(state) for state in states])

    def drop_state(self, key: str) -> None:
        """Delete a source, its entries and its outcomes in one transaction; its articles stay."""
        self._write_ended()
        with self._db.write() as connection:
            of = (
                ("sources", "key"),
                ("source_states", "key"),
                ("entries", "source"),
                ("outcomes", "source"),
            )
            for table, column in of:
                drive(connection, f"DELETE FROM {table} WHERE {column} = ?", (codec.key(key),))

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]:
        """Return the stored rows of the entries, by entry id."""
        return {
            row.entry_id: row
            for part in chunks([codec.key(article_id) for article_id in entry_ids])
            for row in self._entries(
                f"source = ? AND entry IN ({marks(part)})", codec.key(source_key), *part
            )
        }

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

    def seen_since(
        self, source_key: str, since: datetime
    ) -> list[tuple[datetime, datetime | None]]:
        """Return (first seen, next try) of each entry first seen after `since`; next try is None
        unless pending."""
        text = (
            "SELECT first_seen, status, next_try FROM entries WHERE source = ? AND first_seen > ?"
        )
        entries = self._db.driven(text, codec.key(source_key), codec.micros(since))
        return [
            (
                codec.moment(at),
                codec.moment(later) if later is not None and status == "pending" else None,
            )
            for at, status, later in entries
        ]

    def count_pending(self, source_key: str) -> int:
        if self._waiting is not None and codec.key(source_key) not in self._waiting:
            return 0  # saves most visits of a run a query
        return self._count(f"entries WHERE {_OPEN}", "pending", codec.key(source_key))

    def find(self, aliases: Iterable[str]) -> str | None:
        """Return the id of the article with any of the alias keys (urls.alias, urls.guid_alias), or
        None."""
        keys = [codec.key(value) for value in aliases]
        ids: dict[str, str] = {}
        for part in chunks(keys):
            ids |= self._db.driven(
                f"SELECT alias, id FROM aliases WHERE alias IN ({marks(part)})", *part
            )
        return next((ids[value] for value in keys if value in ids), None)

    def article(self, article_id: str) -> Article | None:
        """Return the article from its row, without body, or None."""
        texts = self._column("data FROM articles WHERE id = ?", article_id)
        return codec.unpack(Article, texts[0]) if texts else None

    def stamp(self, article_id: str) -> FileStamp | None:
        """Return the stamp of the article's file when its row was written, or None."""
        return Stamps(
            self._db.driven(
                "SELECT id, path, mtime_ns, size FROM articles WHERE id = ?", article_id
            )
        ).get(article_id)

    def stamps(self) -> Stamps:
        """Return article id -> stamp of its file, for `ArticleStore.changed`."""
        return Stamps(self._db.driven("SELECT id, path, mtime_ns, size FROM articles"))

    def record(self, record: ArticleRecord) -> None:
        """Record an article with memberships, aliases and stale marks; mark its entry done."""
        if self._gathered is None:
            self._write_records([record])
            return
        if record.article.id in self._gathered:
            self._write_gathered()
        self._gathered[record.article.id] = record

    def _write_gathered(self) -> None:
        if self._gathered:
            self._write_records([*self._gathered.values()])
            self._gathered.clear()

    def _write_records(self, records: Sequence[ArticleRecord]) -> None:
        with self._db.write() as connection:
            rows.save(connection, records)
            for record in records:
                article_id = record.article.id
                entry = record.entry
                keys = dict.fromkeys(rows.alias_keys(record.article))
                if entry is not None:
                    keys[codec.key(guid_alias(entry.source_key, entry.entry_id))] = None
                    self._upsert_entries(connection, [entry])
                aliases = [{"alias": value, "id": article_id} for value in keys]
                insert(connection, schema.aliases, aliases, _TAKE_OWN, next(iter(keys)))
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

    def carry(
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

    def carried(self) -> list[tuple[str, str]]:
        """Return (article id, key of a source that carries it)."""
        return self._db.driven("SELECT id, source FROM carriers ORDER BY id, source")

    def announced(self) -> list[tuple[str, str]]:
        """Return (article id, source key) of articles that a source announced but does not own."""
        return self._db.driven(_ANNOUNCED, "done", SOURCE)

    def bound(self) -> Iterator[EntryRow]:
        yield from self._entries("article IS NOT NULL")

    def realias(self, article: Article) -> None:
        """Replace the aliases of `article` by those in its file, in one transaction."""
        with self._db.write() as connection:
            connection.execute(delete(schema.aliases).where(schema.aliases.c.id == article.id))
            keys = rows.alias_keys(article)
            insert_new(
                connection, schema.aliases, [{"alias": value, "id": article.id} for value in keys]
            )

    def forget(self, ids: Collection[str]) -> None:
        """Delete all rows of articles whose files are gone, and mark their feeds stale. One
        transaction."""
        with self._db.write() as connection:
            for article_id in ids:
                rows.erase(connection, article_id)
            wipe_deleted(connection)

    def refused(self, source_key: str) -> list[EntryRow]:
        return self._entries(f"{_OPEN} {_IN_TURN}", "refused", codec.key(source_key))

    def muted(self, source_key: str) -> list[EntryRow]:
        """Return the rows of the source that its `keep` and `mute` left out."""
        return self._entries(f"{_OPEN} AND data LIKE ?", "skipped", codec.key(source_key), _MUTED)

    def count_muted(self, source_key: str) -> int:
        return self._count(
            f"entries WHERE {_OPEN} AND data LIKE ?", "skipped", codec.key(source_key), _MUTED
        )

    def reopen(self, ids: Collection[str], *, bound: bool = False) -> None:
        """Make the entries of these articles and their sources due. `bound`: entries keep their
        article ids."""
        entries = schema.entries
        self._write_ended()
        with self._db.write() as connection:
            keys: set[str] = set()
            for part in chunks(sorted(ids)):
                query = select(entries.c.data).where(
                    entries.c.article.in_(part), entries.c.status == "done"
                )
                rows = [codec.unpack(EntryRow, data) for (data,) in connection.execute(query).all()]
                due = [
                    replace(row.reopened(), tries=0, article_id=row.article_id if bound else None)
                    for row in rows
                ]
                self._upsert_entries(connection, due)
                keys |= {row.source_key for row in rows}
            for part in chunks(sorted(keys)):
                states = map(
                    _state, drive(connection, _STATES + f"WHERE key IN ({marks(part)})", (*part,))
                )
                _save_states(connection, [state_row(state.asked_whole()) for state in states])

    def filed(self, source_key: str) -> Filed:
        """Count the articles of a source; if it has none, also all articles and sources."""
        if own := self._count(
            "entries WHERE source = ? AND article IS NOT NULL", codec.key(source_key)
        ):
            return Filed(own=own)
        sources = self._column("count(DISTINCT source) FROM entries WHERE article IS NOT NULL")[0]
        return Filed(own=0, articles=self._count("articles"), sources=sources)

    def aliases(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """Return (article id, alias key) of all aliases of these articles, also those from entries
        of other sources."""
        text = "SELECT id, alias FROM aliases WHERE id IN ({})"
        return [
            row for part in chunks(ids) for row in self._db.driven(text.format(marks(part)), *part)
        ]

    def pruned(self) -> list[tuple[str, str]]:
        """Return (article id, alias key) of pruned articles."""
        return self._db.driven("SELECT id, alias FROM pruned")

    def prune(self, ids: Iterable[str], aliases: Iterable[tuple[str, str]]) -> None:
        """Delete the rows of articles (copies first), mark their feeds stale, and store `aliases`
        as pruned."""
        with self._db.write() as connection:
            insert_new(
                connection,
                schema.pruned,
                [{"alias": alias, "id": article_id} for article_id, alias in aliases],
            )
            for article_id in ids:
                rows.erase(connection, article_id)
            wipe_deleted(connection)

    def forget_pruned(self, aliases: Collection[tuple[str, str]]) -> list[str]:
        """Delete rows of `pruned` and their entries, so that they are read again. Return the keys
        of their sources."""
        with self._db.write() as connection:
            for part in chunks([alias for _, alias in aliases]):
                connection.execute(delete(schema.pruned).where(schema.pruned.c.alias.in_(part)))
            return forget_unread(
                connection,
                {article_id for article_id, _ in aliases},
                {alias for _, alias in aliases},
            )

    def withdraw(
        self, article: Article, aliases: Iterable[str], stale: Iterable[FeedKey], at: datetime
    ) -> None:
        """Delete the article's rows and announced texts, mark its feeds and `stale` as stale, store
        all aliases."""
        keys = dict.fromkeys([*rows.alias_keys(article), *(codec.key(value) for value in aliases)])
        with self._db.write() as connection:
            shown = rows.erase(connection, article.id, stale)
            wipe_deleted(connection)
            feeds = tuple(sorted({*shown, *stale}))
            entry = Withdrawn(
                id=article.id, at=at, feeds=feeds, url=article.url, aliases=tuple(keys)
            )
            save_withdrawal(connection, entry)
            self._upsert_entries(connection, without_text(connection, keys))

    def readmit(self, article_id: str, *, unread: bool) -> list[str]:
        """Delete a withdrawal and mark its feeds stale. `unread`: also delete its entries; return
        their source keys."""
        gone = schema.withdrawn
        named = schema.withdrawn_aliases
        with self._db.write() as connection:
            feeds = connection.execute(select(gone.c.feeds).where(gone.c.id == article_id)).scalar()
            aliases = set(connection.scalars(select(named.c.alias).where(named.c.id == article_id)))
            for table in (gone, named):
                connection.execute(delete(table).where(table.c.id == article_id))
            keys = [FeedKey(*key) for key in json.loads(feeds or "[]")]
            if keys:
                rows.mark(connection, dict.fromkeys(keys, ()))
            return forget_unread(connection, {article_id}, aliases) if unread else []

    def note(self, key: str) -> str | None:
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
        old = codec.micros(before)
        with self._db.write() as connection:
            begins = table.c.key.startswith(prefix, autoescape=True)
            connection.execute(delete(table).where(begins, table.c.at < old))
            size = func.length(table.c.value)
            sizes = connection.execute(select(table.c.key, size).where(begins).order_by(size)).all()
            sums = accumulate(length for _, length in sizes)
            beyond = [key for (key, _), total in zip(sizes, sums, strict=True) if total > most]
            for part in chunks(beyond):
                connection.execute(delete(table).where(table.c.key.in_(part)))

    def end_visits(
        self, ended: Iterable[tuple[Outcome, SourceState]], then: Callable[[Connection], object]
    ) -> None:
        """Save the results of many visits in one transaction, and call `then` in it."""
        with self._db.write(blind=True) as connection:
            _save_ends(connection, [_ended_rows(*visit) for visit in ended])
            then(connection)

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        """Store outcome and state together, so that a killed visit is repeated. At most 50 outcomes
        a source remain."""
        self._ended.append(_ended_rows(outcome, state))
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
            _save_ends(connection, ended)

    def _upsert_entries(self, connection: Connection, rows: Sequence[EntryRow]) -> None:
        entries = sorted((entry_row(row) for row in rows), key=itemgetter("source", "entry"))
        upsert(connection, schema.entries, entries)
        if self._waiting is not None:
            self._waiting |= {row["source"] for row in entries if row["status"] == "pending"}

    def _states(self, where: str, *values: Any) -> Iterator[SourceState]:
        self._write_ended()
        yield from map(_state, self._db.driven(_STATES + where, *values))

    def _entries(self, where: str, *values: Any) -> list[EntryRow]:
        return [
            codec.unpack(EntryRow, data)
            for data in self._column(f"data FROM entries WHERE {where}", *values)
        ]

    def _count(self, rows: str, *values: Any) -> int:
        return int(self._column(f"count(*) FROM {rows}", *values)[0])


def _state(row: tuple[str, str]) -> SourceState:
    return codec.unpack_state(*row)


def _save_states(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    newest = sorted({row["key"]: row for row in rows}.values(), key=itemgetter("key"))
    upsert(
        connection,
        schema.sources,
        [{name: row[name] for name in row if name != "data"} for row in newest],
    )
    states = [{"key": row["key"], "data": row["data"]} for row in newest]
    insert(connection, schema.source_states, states, _IF_CHANGED)


def _ended_rows(outcome: Outcome, state: SourceState) -> tuple[dict[str, Any], dict[str, Any]]:
    row = {
        "source": codec.key(outcome.key),
        "at": codec.micros(outcome.at),
        "data": codec.pack(outcome),
    }
    return state_row(state), row


def _save_ends(
    connection: Connection, ended: Sequence[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    if not ended:
        return
    _save_states(connection, [state for state, _ in ended])
    insert(connection, schema.outcomes, [outcome for _, outcome in ended])
    for part in chunks([outcome["source"] for _, outcome in ended]):
        drive(connection, _OLD_OUTCOMES.format(marks(part)), (*part, OUTCOMES_KEPT))


def save_withdrawal(connection: Connection, entry: Withdrawn) -> None:
    row = {
        "id": entry.id,
        "at": codec.micros(entry.at),
        "url": entry.url,
        "feeds": json.dumps(entry.feeds),
    }
    upsert(connection, schema.withdrawn, [row])
    keys = dict.fromkeys(map(codec.key, entry.aliases))
    upsert(
        connection, schema.withdrawn_aliases, [{"alias": value, "id": entry.id} for value in keys]
    )
