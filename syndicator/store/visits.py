"""Memory of visits: states, entries, aliases, withdrawals, blocks, notes (`ports.VisitStore`). Each write is a durable
transaction, within `shared` durable with its commit. Raises StoreError, DiskError (no descriptors)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select

from syndicator.articles.stores.paths import Stamps
from syndicator.core.axes import SOURCE
from syndicator.core.model import Article, FeedKey, Outcome, SourceState
from syndicator.core.ports import Blocks, Compared, EntryRow, Filed, FileStamp, Withdrawn
from syndicator.core.reasons import EntryReason
from syndicator.core.urls import guid_alias
from syndicator.store import codec, rows, schema
from syndicator.store.ahead import entry_row, forget_unread, state_row, without_text
from syndicator.store.database import chunks, insert, insert_new, upsert
from syndicator.store.group import Group
from syndicator.store.tables.sketches import Comparisons, save_blocks

OUTCOMES_KEPT = 50  # per source

# An article takes its own address, which an earlier version let others have, and no other alias of another article.
_TAKE_OWN = "ON CONFLICT (alias) DO UPDATE SET id = excluded.id WHERE excluded.alias = {}"

_s, _e, _a = schema.sources.c, schema.entries.c, schema.articles.c
_IF_CHANGED = "ON CONFLICT (key) DO UPDATE SET data = excluded.data WHERE source_states.data <> excluded.data"
_STATE = select(schema.source_states.c.data, _s.plan).join_from(
    schema.sources, schema.source_states, schema.source_states.c.key == _s.key
)
_STATES = _STATE.order_by(_s.key)
_DUE = _STATE.where(_s.disabled.is_(False), or_(_s.next_due.is_(None), _s.next_due <= bindparam("now"))).order_by(
    _s.next_due.nulls_first(), _s.key
)
_ENTRIES = select(_e.data).where(_e.source == bindparam("source"), _e.entry.in_(bindparam("entries", expanding=True)))
_PENDING = (
    select(_e.data)
    .where(
        schema.entry_is("pending"),
        _e.source == bindparam("source"),
        or_(_e.next_try.is_(None), _e.next_try <= bindparam("now")),
    )
    .order_by(_e.first_seen, _e.entry)
)
_REFUSED = (
    select(_e.data)
    .where(schema.entry_is("refused"), _e.source == bindparam("source"))
    .order_by(_e.first_seen, _e.entry)
)
_IS_MUTED = (
    schema.entry_is("skipped"),
    _e.source == bindparam("source"),
    _e.data.contains(f'"reason":"{EntryReason.MUTED}"', autoescape=True),
)
_MUTED = select(_e.data).where(*_IS_MUTED)
_COUNT_MUTED = select(func.count()).select_from(schema.entries).where(*_IS_MUTED)
_COUNT_PENDING = (
    select(func.count()).select_from(schema.entries).where(schema.entry_is("pending"), _e.source == bindparam("source"))
)
_WAITING = select(_e.source).where(schema.entry_is("pending")).distinct()
_SEEN_SINCE = select(_e.first_seen, _e.status, _e.next_try).where(
    _e.source == bindparam("source"), _e.first_seen > bindparam("since")
)
_FIND = select(schema.aliases.c.alias, schema.aliases.c.id).where(
    schema.aliases.c.alias.in_(bindparam("aliases", expanding=True))
)
_ALIASES = select(schema.aliases.c.id, schema.aliases.c.alias).where(
    schema.aliases.c.id.in_(bindparam("ids", expanding=True))
)
_ALL_PRUNED = select(schema.pruned.c.id, schema.pruned.c.alias)
_ARTICLE = select(_a.data).where(_a.id == bindparam("id"))
_STAMP = select(_a.path, _a.mtime_ns, _a.size).where(_a.id == bindparam("id"))
_STAMPS = select(_a.id, _a.path, _a.mtime_ns, _a.size)
_CARRIED = select(schema.carriers.c.id, schema.carriers.c.source).order_by(
    schema.carriers.c.id, schema.carriers.c.source
)
_BOUND = select(_e.data).where(_e.article.is_not(None))
_MEMBERS = select(schema.members.c.id).where(
    schema.members.c.id == _e.article, schema.members.c.axis == SOURCE, schema.members.c.slug == _e.source
)
_ANNOUNCED = (
    select(_e.article, _e.source)
    .join_from(schema.entries, schema.articles, _a.id == _e.article)
    .where(_e.status == "done", ~_MEMBERS.exists())
    .distinct()
    .order_by(_e.article, _e.source)
)
_FILED = (
    select(func.count()).select_from(schema.entries).where(_e.source == bindparam("source"), _e.article.is_not(None))
)
_ARTICLES = select(func.count()).select_from(schema.articles)
_SOURCES = select(func.count(_e.source.distinct())).where(_e.article.is_not(None))
_o = schema.outcomes.c
_newest = func.row_number().over(partition_by=_o.source, order_by=_o.n.desc()).label("place")
_placed = select(_o.n, _newest).where(_o.source.in_(bindparam("of", expanding=True))).subquery()
_OLD_OUTCOMES = delete(schema.outcomes).where(_o.n.in_(select(_placed.c.n).where(_placed.c.place > OUTCOMES_KEPT)))
_NOTE = select(schema.notes.c.value).where(schema.notes.c.key == bindparam("key"))


class Visits(Comparisons):
    """`ports.VisitStore` on a database, and what services alone ask for. Transactions and errors are as there."""

    def __init__(self, group: Group, waiting: Collection[str] | None = None) -> None:
        """`waiting`: the sources that have pending entries, where nobody else writes any."""
        super().__init__(group)
        self._ended: list[tuple[dict[str, Any], dict[str, Any]]] = []  # rows of `sources` and `outcomes`
        self._waiting = None if waiting is None else {codec.key(key) for key in waiting}  # None: not known
        group.before_commit = self._write_ended

    @contextmanager
    def shared(self, first: Callable[[], object] = lambda: None) -> Iterator[None]:
        """As `store.group.Group.shared`. In a file, nobody else writes entries inside: the caller holds the lock."""
        before = self._waiting
        if self._db.alone:  # nobody else writes entries
            self._waiting = {source for (source,) in self._db.rows(_WAITING)}
        try:
            with self._db.shared(first):
                yield
        finally:
            self._waiting = before

    def commit(self) -> None:
        self._db.commit()

    def waiting(self) -> int:
        return self._db.writes + len(self._ended)

    def states(self) -> dict[str, SourceState]:
        """The state of every source that was ever visited or listed, by key."""
        return {state.key: state for state in self._states(_STATES)}

    def each_state(self) -> Iterator[SourceState]:
        """The same one by one, by key: for many sources."""
        yield from map(_state, self._db.stream(_STATES))

    def due(self, now: datetime) -> list[SourceState]:
        """The states that are not disabled and whose next_due is None or not after `now`, longest overdue first."""
        return list(self._states(_DUE, now=codec.micros(now)))

    def state(self, key: str) -> SourceState | None:
        """The state of one source, None when there is none."""
        return next(self._states(_STATE.where(_s.key == bindparam("key")), key=codec.key(key)), None)

    def save_states(self, states: Sequence[SourceState]) -> None:
        """Inserts or replaces states by key, all in one transaction."""
        if not states:
            return
        self._write_ended()
        with self._db.write(blind=True) as connection:
            _save_states(connection, [state_row(state) for state in states])

    def drop_state(self, key: str) -> None:
        """Deletes the source, its entries and its outcomes in one transaction; its articles stay."""
        self._write_ended()
        with self._db.write() as connection:
            for table, column in (
                (schema.sources, _s.key),
                (schema.source_states, schema.source_states.c.key),
                (schema.entries, _e.source),
                (schema.outcomes, schema.outcomes.c.source),
            ):
                connection.execute(delete(table).where(column == codec.key(key)))

    def entries(self, source_key: str, entry_ids: Sequence[str]) -> dict[str, EntryRow]:
        found: dict[str, EntryRow] = {}
        for part in chunks([codec.key(id) for id in entry_ids]):
            for (data,) in self._db.rows(_ENTRIES, {"source": codec.key(source_key), "entries": list(part)}):
                row = codec.unpack(EntryRow, data)
                found[row.entry_id] = row
        return found

    def save_entries(self, rows: Sequence[EntryRow]) -> None:
        if not rows:
            return
        with self._db.write(blind=True) as connection:
            self._upsert_entries(connection, rows)

    def pending(self, source_key: str, now: datetime) -> list[EntryRow]:
        found = self._db.rows(_PENDING, {"source": codec.key(source_key), "now": codec.micros(now)})
        return [codec.unpack(EntryRow, data) for (data,) in found]

    def seen_since(self, source_key: str, since: datetime) -> list[tuple[datetime, datetime | None]]:
        found = self._db.rows(_SEEN_SINCE, {"source": codec.key(source_key), "since": codec.micros(since)})
        return [
            (codec.moment(at), codec.moment(later) if later is not None and status == "pending" else None)
            for at, status, later in found
        ]

    def count_pending(self, source_key: str) -> int:
        if self._waiting is not None and codec.key(source_key) not in self._waiting:
            return 0  # most visits of a run: no query for each
        return int(self._db.scalar(_COUNT_PENDING, {"source": codec.key(source_key)}))

    def find(self, aliases: Iterable[str]) -> str | None:
        keys = [codec.key(value) for value in aliases]
        found: dict[str, str] = {}
        for part in chunks(keys):
            found |= dict(self._db.rows(_FIND, {"aliases": list(part)}))
        return next((found[value] for value in keys if value in found), None)

    def article(self, id: str) -> Article | None:
        data = self._db.scalar(_ARTICLE, {"id": id})
        return None if data is None else codec.unpack(Article, data)

    def stamp(self, id: str) -> FileStamp | None:
        return next((FileStamp(path=p, mtime_ns=m, size=s) for p, m, s in self._db.rows(_STAMP, {"id": id})), None)

    def stamps(self) -> Stamps:
        """The stamp of every article's file by article id, for `ArticleStore.changed`."""
        return Stamps(self._db.plain_rows(_STAMPS))

    def record(
        self,
        article: Article,
        stamp: FileStamp,
        *,
        entry: EntryRow | None = None,
        html: str | None = None,
        same_body: bool = False,
        score: float | None = None,
        parted: bool = False,
        compared: Compared | None = None,
        blocks: Blocks | None = None,
    ) -> None:
        keys = dict.fromkeys(rows.alias_keys(article))
        if entry is not None:
            keys[codec.key(guid_alias(entry.source_key, entry.entry_id))] = None
        with self._db.write() as connection:
            rows.save(connection, article, stamp, keep_html=same_body, score=score, parted=parted)
            made = [{"alias": value, "id": article.id} for value in keys]
            insert(connection, schema.aliases, made, _TAKE_OWN, next(iter(keys)))
            if entry is not None:
                self._upsert_entries(connection, [entry])
            upsert(connection, schema.html, [{"id": article.id, "html": html}] if html is not None else [])
            if compared is not None:
                self._save_sketch(connection, article.id, compared)
            if blocks is not None:
                save_blocks(connection, article.id, blocks)

    def carriers(self, id: str) -> list[str]:
        return [source for (source,) in self._db.rows(rows.CARRIERS, {"id": id})]

    def carry(
        self, carried: Iterable[tuple[str, str]], names: Mapping[str, str], *, entry: EntryRow | None = None
    ) -> None:
        with self._db.write() as connection:
            for id, source in carried:
                rows.carry(connection, id, source, names.get(source, ""))
            if entry is not None:
                self._upsert_entries(connection, [entry])

    def carried(self) -> list[tuple[str, str]]:
        """Every article's carriers: (article id, source key)."""
        return [(id, source) for id, source in self._db.rows(_CARRIED)]

    def announced(self) -> list[tuple[str, str]]:
        """(article id, source key) of articles a source announced elsewhere; for stores without carriers."""
        return [(id, source) for id, source in self._db.rows(_ANNOUNCED)]

    def bound(self) -> Iterator[EntryRow]:
        """Every entry that is, or is to become, a known article."""
        yield from (codec.unpack(EntryRow, data) for (data,) in self._db.rows(_BOUND))

    def realias(self, article: Article) -> None:
        """Makes the aliases that find `article` just those that its file gives it, in one transaction."""
        with self._db.write() as connection:
            connection.execute(delete(schema.aliases).where(schema.aliases.c.id == article.id))
            keys = rows.alias_keys(article)
            insert_new(connection, schema.aliases, [{"alias": value, "id": article.id} for value in keys])

    def forget(self, id: str) -> None:
        """Delete an article whose file is gone, with all of it, and mark its feeds stale. One transaction."""
        with self._db.write() as connection:
            rows.erase(connection, id)

    def refused(self, source_key: str) -> list[EntryRow]:
        """The entries of a source that were refused."""
        return [codec.unpack(EntryRow, data) for (data,) in self._db.rows(_REFUSED, {"source": codec.key(source_key)})]

    def muted(self, source_key: str) -> list[EntryRow]:
        return [codec.unpack(EntryRow, data) for (data,) in self._db.rows(_MUTED, {"source": codec.key(source_key)})]

    def count_muted(self, source_key: str) -> int:
        return int(self._db.rows(_COUNT_MUTED, {"source": codec.key(source_key)})[0][0])

    def reopen(self, ids: Collection[str], *, bound: bool = False) -> None:
        """Make the entries of these articles due, and their sources; `bound`: they stay these articles. One
        transaction."""
        entries = schema.entries
        self._write_ended()
        with self._db.write() as connection:
            keys: set[str] = set()
            for part in chunks(sorted(ids)):
                found = select(entries.c.data).where(entries.c.article.in_(part), entries.c.status == "done")
                rows = [codec.unpack(EntryRow, data) for (data,) in connection.execute(found).all()]
                due = [replace(row.reopened(), tries=0, article_id=row.article_id if bound else None) for row in rows]
                self._upsert_entries(connection, due)
                keys |= {row.source_key for row in rows}
            for part in chunks(sorted(keys)):
                states = map(_state, connection.execute(_STATE.where(_s.key.in_(part))).all())
                _save_states(connection, [state_row(state.asked_whole()) for state in states])

    def filed(self, source_key: str) -> Filed:
        if own := int(self._db.scalar(_FILED, {"source": codec.key(source_key)})):
            return Filed(own=own)
        return Filed(own=0, articles=int(self._db.scalar(_ARTICLES)), sources=int(self._db.scalar(_SOURCES)))

    def aliases(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """What finds these articles, also what entries of other sources gave them: (article id, alias key)."""
        return [(id, alias) for part in chunks(ids) for id, alias in self._db.rows(_ALIASES, {"ids": list(part)})]

    def pruned(self) -> list[tuple[str, str]]:
        """What pruned articles are known by: (article id, alias key)."""
        return [(id, alias) for id, alias in self._db.rows(_ALL_PRUNED)]

    def prune(self, ids: Iterable[str], aliases: Iterable[tuple[str, str]]) -> None:
        """Delete rows of articles (copies first), mark their feeds stale, remember `aliases`. One transaction."""
        with self._db.write() as connection:
            insert_new(connection, schema.pruned, [{"alias": alias, "id": id} for id, alias in aliases])
            for id in ids:
                rows.erase(connection, id)

    def forget_pruned(self, aliases: Collection[tuple[str, str]]) -> list[str]:
        """Forget `pruned` lines and their entries, to be read when announced. Returns source keys. One transaction."""
        with self._db.write() as connection:
            for part in chunks([alias for _, alias in aliases]):
                connection.execute(delete(schema.pruned).where(schema.pruned.c.alias.in_(part)))
            return forget_unread(connection, {id for id, _ in aliases}, {alias for _, alias in aliases})

    def withdraw(self, article: Article, aliases: Iterable[str], stale: Iterable[FeedKey], at: datetime) -> None:
        """Deletes the article's row, marks the feeds that showed it and `stale` as stale, and remembers every alias
        under which it must never come back, in one transaction. What feeds say of it is forgotten."""
        keys = dict.fromkeys([*rows.alias_keys(article), *(codec.key(value) for value in aliases)])
        with self._db.write() as connection:
            shown = rows.erase(connection, article.id, stale)
            feeds = tuple(sorted({*shown, *stale}))
            entry = Withdrawn(id=article.id, at=at, feeds=feeds, url=article.url, aliases=tuple(keys))
            rows.save_withdrawal(connection, entry)
            self._upsert_entries(connection, without_text(connection, keys))

    def readmit(self, id: str, *, unread: bool) -> list[str]:
        """Forget a withdrawal, mark its feeds stale; `unread`: also its entries, whose source keys it returns."""
        gone, named = schema.withdrawn, schema.withdrawn_aliases
        with self._db.write() as connection:
            feeds = connection.execute(select(gone.c.feeds).where(gone.c.id == id)).scalar()
            aliases = set(connection.scalars(select(named.c.alias).where(named.c.id == id)))
            for table in (gone, named):
                connection.execute(delete(table).where(table.c.id == id))
            keys = [FeedKey(*key) for key in json.loads(feeds or "[]")]
            if keys:
                rows.mark(connection, keys)
            return forget_unread(connection, {id}, aliases) if unread else []

    def note(self, key: str) -> str | None:
        value = self._db.scalar(_NOTE, {"key": codec.key(key)})
        return None if value is None else str(json.loads(value))

    def set_note(self, key: str, value: str | None, at: datetime) -> None:
        with self._db.write(blind=True) as connection:
            if value is None:
                connection.execute(delete(schema.notes).where(schema.notes.c.key == codec.key(key)))
            else:
                row = {"key": codec.key(key), "value": json.dumps(value), "at": codec.micros(at)}
                upsert(connection, schema.notes, [row])

    def prune_notes(self, prefix: str, before: datetime, most: int) -> None:
        """Deletes the notes whose key begins with `prefix` and that are older than `before`, then the longest ones,
        until the others have at most `most` characters together. One transaction."""
        table, old = schema.notes, codec.micros(before)
        with self._db.write() as connection:
            begins = table.c.key.startswith(prefix, autoescape=True)
            connection.execute(delete(table).where(begins, table.c.at < old))
            size = func.length(table.c.value)
            found = connection.execute(select(table.c.key, size).where(begins).order_by(size)).all()
            sums = accumulate(length for _, length in found)
            beyond = [key for (key, _), total in zip(found, sums, strict=True) if total > most]
            for part in chunks(beyond):
                connection.execute(delete(table).where(table.c.key.in_(part)))

    def end_visits(self, ended: Iterable[tuple[Outcome, SourceState]], then: Callable[[Connection], object]) -> None:
        """Saves what many visits came to, and what `then` writes, in one transaction."""
        with self._db.write(blind=True) as connection:
            _save_ends(connection, [_ended_rows(*one) for one in ended])
            then(connection)

    def end_visit(self, outcome: Outcome, state: SourceState) -> None:
        self._ended.append(_ended_rows(outcome, state))
        if not self._db.sharing:
            ended, self._ended = self._ended, []
            self._write_ends(ended)

    def _write_ended(self) -> None:
        """Write ended visits in one statement, a third of the cost of one each."""
        if not self._ended:
            return
        ended, self._ended = self._ended, []
        self._write_ends(ended)

    def _write_ends(self, ended: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        with self._db.write(blind=True) as connection:
            _save_ends(connection, ended)

    def _upsert_entries(self, connection: Connection, rows: Sequence[EntryRow]) -> None:
        made = sorted((entry_row(row) for row in rows), key=itemgetter("source", "entry"))
        upsert(connection, schema.entries, made)
        if self._waiting is not None:
            self._waiting |= {row["source"] for row in made if row["status"] == "pending"}

    def _states(self, statement: Any, **values: Any) -> Iterator[SourceState]:
        self._write_ended()
        yield from map(_state, self._db.rows(statement, values))


def _state(row: tuple[str, str]) -> SourceState:
    return codec.unpack(SourceState, codec.joined(*row))


def _save_states(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    newest = sorted({row["key"]: row for row in rows}.values(), key=itemgetter("key"))
    upsert(connection, schema.sources, [{name: row[name] for name in row if name != "data"} for row in newest])
    states = [{"key": row["key"], "data": row["data"]} for row in newest]
    insert(connection, schema.source_states, states, _IF_CHANGED)


def _ended_rows(outcome: Outcome, state: SourceState) -> tuple[dict[str, Any], dict[str, Any]]:
    row = {"source": codec.key(outcome.key), "at": codec.micros(outcome.at), "data": codec.pack(outcome)}
    return state_row(state), row


def _save_ends(connection: Connection, ended: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    if not ended:
        return
    _save_states(connection, [state for state, _ in ended])
    insert(connection, schema.outcomes, [outcome for _, outcome in ended])
    for part in chunks([outcome["source"] for _, outcome in ended]):
        connection.execute(_OLD_OUTCOMES, {"of": list(part)})
