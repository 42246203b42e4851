"""What visits remember as rows: states of sources, and entries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from syndicator.core.model import SourceState
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.core.urls import alias, guid_alias, host
from syndicator.store import codec, schema
from syndicator.store.database import chunks

_AWAY = (EntryReason.WITHDRAWN, EntryReason.PRUNED)


def state_row(state: SourceState) -> dict[str, Any]:
    """The row of `sources`."""
    return {
        "key": codec.key(state.key),
        "url": state.url.encode("utf-8", "replace").decode().replace("\0", "?"),
        "next_due": None if state.next_due is None else codec.micros(state.next_due),
        "disabled": state.disabled is not None,
        "data": codec.pack(state),
        "host": codec.key(host(state.effective_url or state.url)),
    }


def entry_row(row: EntryRow) -> dict[str, Any]:
    """The row of `entries`; what the feed announced is kept while the page is still to be read, or may be."""
    announced = row.status == "pending" or (row.status == "skipped" and row.reason == EntryReason.MUTED)
    return {
        "source": codec.key(row.source_key),
        "entry": codec.key(row.entry_id),
        "status": row.status,
        "next_try": None if row.next_try is None else codec.micros(row.next_try),
        "first_seen": codec.micros(row.first_seen),
        "article": row.article_id,
        "data": codec.pack(row, frozenset() if announced else frozenset(("entry",))),
    }


def forget_unread(connection: Connection, ids: Collection[str], aliases: Collection[str]) -> list[str]:
    """Deletes the entries that became one of the articles `ids`, or were skipped because it was withdrawn or pruned
    (`aliases`: what those are found by), within the caller's transaction. Returns the keys of their sources."""
    table, columns = schema.entries, schema.entries.c
    chosen = select(columns.source, columns.entry, columns.data)
    asked = [chosen.where(columns.article.in_(part)) for part in chunks(sorted(ids))]
    asked.append(chosen.where(columns.status == "skipped"))
    found = set()
    for source, entry, data in (row for one in asked for row in connection.execute(one).all()):
        row = codec.unpack(EntryRow, data)
        own = {codec.key(guid_alias(row.source_key, row.entry_id)), codec.key(alias(row.url)) if row.url else ""}
        if row.article_id in ids or (row.reason in _AWAY and not own.isdisjoint(aliases)):
            connection.execute(delete(table).where(columns.source == source, columns.entry == entry))
            found.add(row.source_key)
    return sorted(found)


def without_text(connection: Connection, aliases: Collection[str]) -> list[EntryRow]:
    """The entries at the addresses `aliases` (alias keys), without what feeds say of them. Reads every entry."""
    data = schema.entries.c.data
    said = select(data).where(or_(*(data.contains(key, autoescape=True) for key in aliases)))
    rows = (codec.unpack(EntryRow, found) for found in connection.scalars(said))
    return [replace(row, entry=None) for row in rows if row.entry and alias(row.url) in aliases]
