"""The state of everything, and the health of the database. Reads only; raises StoreError."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, func, select, text

from syndicator.errors import StoreError
from syndicator.model import Outcome, Problem, SourceState
from syndicator.ports import Asked, Enriched, EntryRow, Meter, Summary
from syndicator.reasons import FOR_THE_OPERATOR, EntryReason
from syndicator.store import codec, schema
from syndicator.store.database import Database
from syndicator.store.enrichment import Enrichment

REFUSED_SHOWN = 200

_e, _f, _o, _q = schema.entries.c, schema.feeds.c, schema.outcomes.c, schema.llm_asked.c
_LATE = _e.data.contains(f'"reason":"{EntryReason.LATE}"', autoescape=True)


class Status:
    """`ports.StatusStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def summary(self) -> Summary:
        last = self._db.scalar(select(func.max(_o.at)))
        states = self._db.rows(select(schema.sources.c.data).order_by(schema.sources.c.key))
        return Summary(
            sources=tuple(codec.unpack(SourceState, data) for (data,) in states),
            articles=self._count(schema.articles),
            feeds=self._db.scalar(select(func.count()).select_from(schema.feeds).where(_f.dropped.is_(False))),
            pending=self._db.scalar(select(func.count()).select_from(schema.entries).where(_e.status == "pending")),
            refused=self._entries(_e.status == "refused"),
            late=self._entries(_e.status == "pending", _LATE),
            held=self._held(),
            for_the_operator=self._for_the_operator(),
            last_run=None if last is None else codec.moment(last),
            llm=self._llm(),
        )

    def outcomes(self, key: str, limit: int = 10) -> list[Outcome]:
        newest = select(_o.data).where(_o.source == codec.key(key)).order_by(_o.n.desc()).limit(limit)
        return [codec.unpack(Outcome, data) for (data,) in self._db.rows(newest)]

    def check(self) -> list[Problem]:
        if not self._db.sqlite:
            return []
        try:
            found = [str(row[0]) for row in self._db.rows(text("PRAGMA integrity_check(20)"))]
        except StoreError as error:
            return [Problem(what=self._db.name, reason="database-corrupt", detail=str(error))]
        cure = "; run `syndicator reindex`, which makes a new one from the article files"
        return [
            Problem(what=self._db.name, reason="database-corrupt", detail=line + cure) for line in found if line != "ok"
        ]

    def _entries(self, *which: ColumnElement[bool]) -> tuple[Problem, ...]:
        newest = select(_e.data).where(*which).order_by(_e.first_seen.desc(), _e.entry).limit(REFUSED_SHOWN)
        rows = [codec.unpack(EntryRow, data) for (data,) in self._db.rows(newest)]
        return tuple(
            Problem(what=row.url or row.entry_id, reason=row.reason or "refused", detail=row.detail) for row in rows
        )

    def _for_the_operator(self) -> tuple[Problem, ...]:
        """Among the newest of what is pending."""
        newest = (
            select(_e.data)
            .where(_e.status == "pending", _e.next_try.is_not(None))
            .order_by(_e.first_seen.desc(), _e.entry)
            .limit(10 * REFUSED_SHOWN)
        )
        rows = [codec.unpack(EntryRow, data) for (data,) in self._db.rows(newest)]
        waiting = [row for row in rows if row.reason in FOR_THE_OPERATOR][:REFUSED_SHOWN]
        return tuple(
            Problem(what=row.url or row.entry_id, reason=row.reason or "", detail=row.detail) for row in waiting
        )

    def _held(self) -> tuple[Problem, ...]:
        found = self._db.rows(select(_f.axis, _f.slug, _f.held).where(_f.held.is_not(None)).order_by(_f.axis, _f.slug))
        return tuple(Problem(what=f"{axis}/{slug}", reason="held", detail=held) for axis, slug, held in found)

    def _llm(self) -> Enriched | None:
        meter = Enrichment(self._db).meter()
        counts = dict(self._db.plain_rows(select(_q.status, func.count()).group_by(_q.status)))
        if meter == Meter() and not counts:
            return None
        newest = (
            select(_q.data, schema.articles.c.path)
            .join(schema.articles, schema.articles.c.id == _q.id)
            .where(_q.status.in_(("refused", "failed")))
            .order_by(_q.at.desc(), _q.id)
            .limit(REFUSED_SHOWN)
        )
        found = [(codec.unpack(Asked, data), path) for data, path in self._db.rows(newest)]
        return Enriched(
            meter=meter,
            counts=counts,
            refused=tuple(Problem(what=path, reason=one.reason, detail=one.detail) for one, path in found),
        )

    def _count(self, table: Table) -> int:
        return int(self._db.scalar(select(func.count()).select_from(table)))
