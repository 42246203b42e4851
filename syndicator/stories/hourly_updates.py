"""Mark the feed of stories stale once an hour, so that entries show new reports hourly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from syndicator.app.archive import Archive
from syndicator.configuration.settings import Settings
from syndicator.publishing.stories.quotes_and_figures import STEP, find_end_of_hour
from syndicator.store.engine import Store

# Name of a note in the database: the end of the last hour for whose reports the feed was marked.
_NOTE_NAME: Final = "stories shown until"


def is_due(archive: Archive, settings: Settings) -> bool:
    """Return True if the feed of stories must be marked as changed: reports were added to stories
    in an hour that has ended, and the feed was not marked for that hour yet. Entries of stories
    show new reports once their hour has ended."""
    if settings.publish.stories == "off":
        return False
    last_end = _find_last_end(archive.clock)
    since = _read_note(archive.store, last_end)  # until when reports were examined
    return since < last_end and archive.store.stories.has_reports(since, last_end)


def mark_stale_if_due(archive: Archive, settings: Settings) -> None:
    """Mark the feed of stories as changed, so that the next build writes it, if reports were added
    in the last hour that ended. Record that this hour was examined, so that it is done once."""
    last_end = _find_last_end(archive.clock).isoformat()
    if archive.store.visits.note(_NOTE_NAME) == last_end:
        return
    if is_due(archive, settings):
        archive.store.stories.mark_stale()
    archive.store.visits.set_note(_NOTE_NAME, last_end, archive.clock())


def _find_last_end(clock: Callable[[], datetime]) -> datetime:
    """Return the end of the last full hour: 14:00 at 14:20."""
    return find_end_of_hour(clock()) - STEP


def _read_note(store: Store, last_end: datetime) -> datetime:
    """Return the end of the last hour for whose reports the feed was marked. If none is recorded,
    return an hour before `last_end`."""
    note = store.visits.note(_NOTE_NAME)
    return datetime.fromisoformat(note) if note else last_end - STEP
