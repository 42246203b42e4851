"""Mark the feed of stories stale once an hour, so that entries show new reports hourly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from syndicator.app.archive import Archive
from syndicator.configuration.settings import Settings
from syndicator.publishing.stories.quotes_and_figures import STEP, find_end_of_hour
from syndicator.store.engine import Store

_NOTE: Final = "stories shown until"  # the end of the last hour whose reports are marked


def is_due(archive: Archive, settings: Settings) -> bool:
    """Return True if an hour has ended whose reports the entries of stories do not show yet."""
    if settings.publish.stories == "off":
        return False
    last_end = _find_last_end(archive.clock)
    since = _read_note(archive.store, last_end)
    return since < last_end and archive.store.stories.has_reports(since, last_end)


def mark_stale_if_due(archive: Archive, settings: Settings) -> None:
    """Mark the feed of stories stale if its entries do not show the reports of an hour that has
    ended. Note the hour, so that it is looked at once."""
    last_end = _find_last_end(archive.clock).isoformat()
    if archive.store.visits.note(_NOTE) == last_end:
        return
    if is_due(archive, settings):
        archive.store.stories.mark_stale()
    archive.store.visits.set_note(_NOTE, last_end, archive.clock())


def _find_last_end(clock: Callable[[], datetime]) -> datetime:
    """Return the end of the last hour that has ended."""
    return find_end_of_hour(clock()) - STEP


def _read_note(store: Store, last_end: datetime) -> datetime:
    """Return the end of the last hour whose reports are marked; without a note, an hour before
    `last_end`."""
    note = store.visits.note(_NOTE)
    return datetime.fromisoformat(note) if note else last_end - STEP
