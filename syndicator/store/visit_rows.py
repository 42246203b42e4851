"""What visits remember as rows: states of sources, and entries."""

from __future__ import annotations

from typing import Any

from syndicator.model import SourceState
from syndicator.ports import EntryRow
from syndicator.reasons import EntryReason
from syndicator.store import codec


def state_row(state: SourceState) -> dict[str, Any]:
    """The row of `sources`."""
    return {
        "key": codec.key(state.key),
        "url": state.url.encode("utf-8", "replace").decode().replace("\0", "?"),
        "next_due": None if state.next_due is None else codec.micros(state.next_due),
        "disabled": state.disabled is not None,
        "data": codec.pack(state),
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
