"""Count the articles, entries and problems of an instance, and check the file of its database.
Reads only; raises StoreError."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, bindparam, func, or_, select, text

from syndicator.core.errors import StoreError
from syndicator.core.model import Article, Outcome, Problem
from syndicator.core.ports import Asked, Enriched, EntryRow, Meter
from syndicator.core.reasons import FOR_THE_OPERATOR, EntryReason
from syndicator.store import codec, schema
from syndicator.store.database import Database
from syndicator.store.index import UNSHOWN
from syndicator.store.tables.messages import Enrichment

REFUSED_SHOWN = 200  # entries in a list of problems
_MOST_FAULTS = 20  # after so many faults SQLite stops to look for more
_NO_FAULT = "ok"  # SQLite's only line about a sound file
_CORRUPT_CURE = "; run `syndicator reindex`, which makes a new one from the article files"

_e = schema.entries.c
_f = schema.feeds.c
_o = schema.outcomes.c
_asked = schema.llm_asked.c
_SELECT_OUTCOMES = (
    select(_o.data)
    .where(_o.source == bindparam("key"))
    .order_by(_o.n.desc())
    .limit(bindparam("most"))
)
_SELECT_FAILED_OR_WAITING = (
    select(_e.data)
    .where(
        _e.source == bindparam("key"),
        _e.status.in_(("refused", "pending")),
        _e.data.contains('"reason":'),
    )
    .order_by(_e.first_seen.desc(), _e.entry)
    .limit(bindparam("most"))
)
_SELECT_UNANSWERED = (
    select(_asked.data, schema.articles.c.path)
    .join_from(schema.llm_asked, schema.articles, schema.articles.c.id == _asked.id)
    .where(_asked.status.in_(("refused", "failed")))
    .order_by(_asked.at.desc(), _asked.id)
    .limit(REFUSED_SHOWN)
)


def _has_reason(reason: str) -> ColumnElement[bool]:
    """Return the SQL condition that an entry has this reason. There is no column for reasons, so
    the condition searches the JSON of the entry."""
    return _e.data.contains(f'"reason":"{reason}"', autoescape=True)


_IS_LATE = _has_reason(EntryReason.LATE)
_IS_FLOOD = _has_reason(EntryReason.FLOOD)
_IS_FOR_THE_OPERATOR = or_(*[_has_reason(reason) for reason in sorted(FOR_THE_OPERATOR)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Numbers of an instance. `feeds`: published feeds. `refused`: entries whose pages gave no
    article. `last_run`: the time of the last visit of a source. `last_article`: the time when the
    last article was added. Both times are None if there was none yet."""

    articles: int = 0
    feeds: int = 0
    pending: int = 0  # entries whose page is still to be read
    refused: int = 0
    last_run: datetime | None = None
    last_article: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Entries of one source that wait for the same reason. `since`: the time when the first of them
    was seen. `detail`: the detail of the reason, from the newest of them. `example`: the address of
    one of them, or its id. `next_try`: the earliest next try, None if none is planned."""

    source: str
    reason: str
    count: int
    since: datetime | None = None
    detail: str = ""
    example: str = ""
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class OnHold:
    """An article that waits until the operator releases it. `file`: the path of its file. `reason`:
    why Syndicator put it on hold, "" if an operator did. `source`: the key of its source."""

    id: str
    file: str
    reason: str
    title: str
    source: str
    added: datetime | None


class Status:
    """Queries for the command `status`, for metrics and for health reports."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def counts(self) -> Counts:
        """Return the numbers of articles, of published feeds, and of pending and refused entries;
        and the times of the last visit and of the last new article, None if there was none."""
        is_published = _f.dropped.is_(False) & _f.published.is_(True)
        last_visit = self._db.scalar(select(func.max(_o.at)))
        last_added = self._db.scalar(select(func.max(schema.articles.c.added)))
        has_dated_article = last_added not in (None, codec.NEVER)
        last_article = codec.from_micros(last_added) if has_dated_article else None
        return Counts(
            articles=self._count(schema.articles),
            feeds=self._count(schema.feeds, is_published),
            pending=self._count(schema.entries, schema.entry_is("pending")),
            refused=self._count(schema.entries, schema.entry_is("refused")),
            last_run=codec.from_micros_or_null(last_visit),
            last_article=last_article,
        )

    def refused(self) -> tuple[Problem, ...]:
        """Return the entries whose pages gave no article, at most 200. The latest comes first."""
        return self._read_problems(schema.entry_is("refused"))

    def list_late(self) -> tuple[Problem, ...]:
        """Return the entries that wait until their feed lists them again, the latest first. There
        are at most 200."""
        return self._read_problems(schema.entry_is("pending"), _IS_LATE)

    def list_for_operator(self) -> tuple[Waiting, ...]:
        """Summarise the entries that wait until the operator repairs something: one result for each
        source and reason, sorted by both."""
        query = select(_e.data).where(schema.entry_is("pending"), _IS_FOR_THE_OPERATOR)
        # by source key and reason
        groups: dict[tuple[str, str], list[EntryRow]] = defaultdict(list)
        for (data,) in self._db.rows(query):
            row = codec.unpack(EntryRow, data)
            reason = row.reason or ""
            groups[row.source_key, reason].append(row)
        summaries: list[Waiting] = []
        for source, reason in sorted(groups):
            summary = _summarise_waiting(source, reason, groups[source, reason])
            summaries.append(summary)
        return tuple(summaries)

    def list_floods(self) -> tuple[Waiting, ...]:
        """Return the sources that announced too many entries at once (a flood), so that these
        entries wait. There is one result for each source, sorted by source: the number of its
        waiting entries, the time of the first one and of the next try, and an example."""
        any_data = func.min(_e.data)  # of any of the entries, as an example
        query = (
            select(
                _e.source,
                func.count(),
                func.min(_e.first_seen),
                func.min(_e.next_try),
                any_data,
            )
            .where(schema.entry_is("pending"), _IS_FLOOD)
            .group_by(_e.source)
            .order_by(_e.source)
        )
        floods: list[Waiting] = []
        for _, count, first_seen, next_try, data in self._db.rows(query):
            example = codec.unpack(EntryRow, data)
            floods.append(
                Waiting(
                    source=example.source_key,
                    reason=EntryReason.FLOOD,
                    count=count,
                    since=codec.from_micros(first_seen),
                    example=example.url or example.entry_id,
                    next_try=codec.from_micros_or_null(next_try),
                )
            )
        return tuple(floods)

    def list_invalid_feeds(self) -> tuple[Problem, ...]:
        """Return a problem for each feed whose new files failed validation, so that its old files
        stay published. `detail` of the problem says which fault the new files have."""
        query = select(_f.axis, _f.slug, _f.held).where(_f.held.is_not(None))
        problems: list[Problem] = []
        for axis, slug, fault in self._db.rows(query.order_by(_f.axis, _f.slug)):
            problems.append(Problem(what=f"{axis}/{slug}", reason="held", detail=fault))
        return tuple(problems)

    def on_hold(self) -> tuple[OnHold, ...]:
        """Return the articles that wait until the operator releases them, the newest first."""
        on_hold: list[OnHold] = []
        for _, path, data in self._db.rows(UNSHOWN):  # articles that no feed shows
            article = codec.unpack(Article, data)
            if not article.hold:
                continue
            on_hold.append(
                OnHold(
                    id=article.id,
                    file=path,
                    reason=article.hold_reason,
                    title=article.title,
                    source=article.source_key,
                    added=article.added,
                )
            )
        return tuple(on_hold)

    def added_between(self, since: datetime, until: datetime, limit: int) -> list[Article]:
        """Return the articles, without their bodies, that were added after `since` and until
        `until`, inclusive. The newest comes first; there are at most `limit`."""
        added = schema.articles.c.added
        newest = (
            select(schema.articles.c.data)
            .where(added > codec.to_micros(since), added <= codec.to_micros(until))
            .order_by(added.desc())
            .limit(limit)
        )
        return [codec.unpack(Article, data) for (data,) in self._db.rows(newest)]

    def outcomes(self, key: str, limit: int = 10) -> list[Outcome]:
        """Return the outcomes of the visits of a source, the latest first. There are at most
        `limit`."""
        rows = self._db.rows(_SELECT_OUTCOMES, {"key": codec.make_column_key(key), "most": limit})
        return [codec.unpack(Outcome, data) for (data,) in rows]

    def list_failed_or_waiting(self, key: str, limit: int) -> tuple[EntryRow, ...]:
        """Return the entries of the source `key` whose pages gave no article, and its entries that
        are pending for a stored reason. The newest come first; there are at most `limit`."""
        rows = self._db.rows(
            _SELECT_FAILED_OR_WAITING, {"key": codec.make_column_key(key), "most": limit}
        )
        return tuple(codec.unpack(EntryRow, data) for (data,) in rows)

    def check(self) -> list[Problem]:
        """Return the faults that SQLite finds in the database file, at most 20; [] if there are
        none. PostgreSQL is not checked: return []."""
        if not self._db.sqlite:
            return []
        query = text(f"PRAGMA integrity_check({_MOST_FAULTS})")
        try:
            lines = [str(line) for (line,) in self._db.rows(query)]
        except StoreError as error:
            return [Problem(what=self._db.name, reason="database-corrupt", detail=str(error))]
        problems: list[Problem] = []
        for line in lines:
            if line == _NO_FAULT:
                continue
            detail = line + _CORRUPT_CURE
            problems.append(Problem(what=self._db.name, reason="database-corrupt", detail=detail))
        return problems

    def _read_problems(self, *conditions: ColumnElement[bool]) -> tuple[Problem, ...]:
        """Return a problem for each entry that fulfils all `conditions` of the database query, at
        most 200. The latest entry comes first."""
        newest = (
            select(_e.data)
            .where(*conditions)
            .order_by(_e.first_seen.desc(), _e.entry)
            .limit(REFUSED_SHOWN)
        )
        problems: list[Problem] = []
        for (data,) in self._db.rows(newest):
            row = codec.unpack(EntryRow, data)
            address = row.url or row.entry_id
            reason = row.reason or "refused"
            problems.append(Problem(what=address, reason=reason, detail=row.detail))
        return tuple(problems)

    def llm(self) -> Enriched | None:
        """Return how much the language model was used, and the articles for which it gave no
        answer. Return None if it was never asked."""
        meter = Enrichment(self._db).meter()
        count_by_status = select(_asked.status, func.count()).group_by(_asked.status)
        counts = dict(self._db.rows(count_by_status))
        was_never_asked = meter == Meter() and not counts
        if was_never_asked:
            return None
        problems: list[Problem] = []
        for data, path in self._db.rows(_SELECT_UNANSWERED):
            asked = codec.unpack(Asked, data)
            problems.append(Problem(what=path, reason=asked.reason, detail=asked.detail))
        return Enriched(meter=meter, counts=counts, refused=tuple(problems))

    def _count(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        """Return the number of rows of `table` that fulfil all conditions."""
        return int(self._db.scalar(select(func.count()).select_from(table).where(*conditions)))


def _summarise_waiting(source: str, reason: str, rows: Sequence[EntryRow]) -> Waiting:
    """Return a summary of entries of the same source that wait for the same reason. `rows`: these
    entries, at least one. The detail and the example in the summary are those of the newest entry.
    """
    newest = max(rows, key=lambda row: row.first_seen)
    oldest = min(rows, key=lambda row: row.first_seen)
    next_tries = [row.next_try for row in rows if row.next_try is not None]
    return Waiting(
        source=source,
        reason=reason,
        count=len(rows),
        since=oldest.first_seen,
        detail=newest.detail,
        example=newest.url or newest.entry_id,
        next_try=min(next_tries, default=None),
    )
