"""Make database rows of sources and entries; find and reset stored times that lie in the future.
Such times come from a machine whose clock was wrong. Raises StoreError, DiskError."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from syndicator.core.model import Article, Outcome, SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.core.urls import alias, guid_alias, host
from syndicator.store import codec, schema
from syndicator.store.database import Database, chunks, upsert

_NOT_READ_AGAIN = (EntryReason.WITHDRAWN, EntryReason.PRUNED)
# so many of the newest articles are searched for one of ours: operators date their files freely
_NEWEST_ARTICLES = 50
_LONGEST_WAIT = timedelta(days=1)  # until a page is tried again
_LONGEST_PICTURE_WAIT = timedelta(days=8)
_DUE_NOW = 0  # `next_try` of a picture
_FEED_ENTRY = frozenset(("entry",))  # the field of an EntryRow with the text from the feed

_a = schema.articles.c
_e = schema.entries.c
_o = schema.outcomes.c
_q = schema.llm_asked.c
_NEWEST = select(_a.data).order_by(_a.added.desc()).limit(bindparam("most"))


def make_state_row(state: SourceState) -> dict[str, Any]:
    """Return the values to store for the state of a source, by column. `data` is for the table
    `source_states`; the others are the row of the table `sources`."""
    documents = codec.pack_state(state)
    utf8_url = state.url.encode("utf-8", "replace").decode()  # ? for lone surrogates
    return {
        "key": codec.make_column_key(state.key),
        "url": utf8_url.replace("\0", "?"),  # PostgreSQL stores no NUL
        "next_due": codec.to_micros_or_null(state.schedule.next_due),
        "disabled": state.backoff.disabled is not None,
        "data": documents.data,
        "plan": documents.plan,
        "host": codec.make_column_key(host(state.address)),
    }


def make_entry_row(row: EntryRow) -> dict[str, Any]:
    """Return the row of the table `entries` for an entry, by column. The text of the entry in its
    feed is stored only while the page of the entry may still be read: if the entry is pending, or
    if the settings `keep` and `mute` excluded it."""
    is_muted = row.status == "skipped" and row.reason == EntryReason.MUTED
    may_be_read = row.status == "pending" or is_muted
    # _FEED_ENTRY: the field that has the text
    data = codec.pack(row) if may_be_read else codec.pack(row, skip=_FEED_ENTRY)
    return {
        "source": codec.make_column_key(row.source_key),
        "entry": codec.make_column_key(row.entry_id),
        "status": row.status,
        "next_try": codec.to_micros_or_null(row.next_try),
        "first_seen": codec.to_micros(row.first_seen),
        "article": row.article_id,
        "data": data,
    }


def forget_unread(
    connection: Connection, ids: Collection[str], aliases: Collection[str]
) -> list[str]:
    """Delete the entries of the articles `ids`. Also delete the entries that were skipped because
    their article is withdrawn or pruned, if their address has one of the alias keys `aliases` (an
    alias key is an address in a form for comparison). Return the keys of the sources of all deleted
    entries, sorted."""
    select_entries = select(_e.source, _e.entry, _e.data)
    candidates: list[Any] = []
    for part in chunks(sorted(ids)):
        candidates.extend(connection.execute(select_entries.where(_e.article.in_(part))))
    candidates.extend(connection.execute(select_entries.where(schema.entry_is("skipped"))))

    source_keys: set[str] = set()
    for source, entry, data in candidates:
        row = codec.unpack(EntryRow, data)
        is_of_article = row.article_id in ids
        is_skipped_alias = row.reason in _NOT_READ_AGAIN and _has_alias(row, aliases)
        if is_of_article or is_skipped_alias:
            is_this_entry = (_e.source == source) & (_e.entry == entry)
            connection.execute(delete(schema.entries).where(is_this_entry))
            source_keys.add(row.source_key)
    return sorted(source_keys)


def _has_alias(row: EntryRow, aliases: Collection[str]) -> bool:
    """Return True if the alias key of an entry's GUID or of its address is in `aliases`."""
    if codec.make_column_key(guid_alias(row.source_key, row.entry_id)) in aliases:
        return True
    return bool(row.url) and codec.make_column_key(alias(row.url)) in aliases


def list_without_text(connection: Connection, aliases: Collection[str]) -> list[EntryRow]:
    """Find the stored entries that have their text from the feed and whose address has one of the
    alias keys `aliases` (an alias key is an address in a form for comparison). Return them without
    that text. This is slow: the query searches all entries of the database."""
    contains_alias = [_e.data.contains(key, autoescape=True) for key in aliases]
    entries: list[EntryRow] = []
    for document in connection.scalars(select(_e.data).where(or_(*contains_alias))):
        row = codec.unpack(EntryRow, document)
        # the key may stand elsewhere in the document: check the address itself
        if row.entry and alias(row.url) in aliases:
            entries.append(replace(row, entry=None))
    return entries


class FutureTimes:
    """Finds stored times that are later than a limit, and resets them. A wrong clock wrote them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def read_newest_added(self) -> datetime | None:
        """Return the time at which the newest article that Syndicator wrote was added. Articles
        written by operators do not count, since they may have any date. Return None if the 50
        newest articles are all written by operators."""
        for (data,) in self._db.rows(_NEWEST, {"most": _NEWEST_ARTICLES}):
            article = codec.unpack(Article, data)
            is_ours = bool(article.digest)  # we write a digest into our files
            if is_ours:
                return article.added
        return None

    def last_visit(self) -> datetime | None:
        """Return the time of the last visit of any source, None if there was none. This is quick:
        only one row of an index is read."""
        return codec.from_micros_or_null(self._db.scalar(select(func.max(_o.at))))

    def was_visited_after(self, limit: datetime) -> bool:
        """Return True if the last visit of any source was later than `limit`."""
        last_visit = self.last_visit()
        return last_visit is not None and last_visit > limit

    def reset_late_times(self, now: datetime, limit: datetime) -> None:
        """Repair, in one transaction, the times that were stored while the clock was wrong:

        - set the times of visits and entries that are later than `limit` to `now`;
        - make entries and pictures due whose next try is too far in the future;
        - delete failed questions to the language model that were asked later than `limit`, so that
          they are asked again."""
        latest = codec.to_micros(limit)
        latest_try = codec.to_micros(now + _LONGEST_WAIT)
        latest_picture_try = codec.to_micros(now + _LONGEST_PICTURE_WAIT)
        is_late_entry = or_(_e.first_seen > latest, _e.next_try > latest_try)
        is_late_picture = schema.pictures.c.next_try > latest_picture_try
        select_late_visits = select(_o.n, _o.data).where(_o.at > latest)
        select_late_entries = select(_e.data).where(is_late_entry)
        delete_failed = delete(schema.llm_asked).where(_q.at > latest, _q.status == "failed")
        make_pictures_due = update(schema.pictures).where(is_late_picture).values(next_try=_DUE_NOW)

        with self._db.write() as connection:
            for number, data in connection.execute(select_late_visits).all():
                outcome = replace(codec.unpack(Outcome, data), at=now)
                values = {"at": codec.to_micros(now), "data": codec.pack(outcome)}
                connection.execute(update(schema.outcomes).where(_o.n == number).values(**values))

            entry_rows: list[dict[str, Any]] = []
            for (data,) in connection.execute(select_late_entries):
                entry = _set_back_entry(codec.unpack(EntryRow, data), now)
                entry_rows.append(make_entry_row(entry))
            upsert(connection, schema.entries, entry_rows)

            connection.execute(delete_failed)
            connection.execute(make_pictures_due)


def _set_back_entry(row: EntryRow, now: datetime) -> EntryRow:
    """Return an entry with no time later than `now`, except its next try. If the next try is more
    than a day away, make the entry due at once. Leave the next try of entries that came in a flood
    (far more new entries than usual): these are read in portions, over many days."""
    entry = replace(row, first_seen=min(row.first_seen, now))
    if row.read_at is not None:
        entry = replace(entry, read_at=min(row.read_at, now))
    waits_too_long = row.next_try is not None and row.next_try > now + _LONGEST_WAIT
    is_in_flood = row.reason == EntryReason.FLOOD and row.first_seen <= now
    if waits_too_long and not is_in_flood:
        entry = replace(entry, next_try=None)  # due at once
    return entry
