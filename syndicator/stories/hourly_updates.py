"""Mark the feed of stories stale once an hour, so that entries show new reports hourly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from syndicator.app.archive import Archive
from syndicator.configuration.settings import Settings
from syndicator.publishing.stories.quotes_and_figures import STEP, end_step
from syndicator.store.engine import Store

_NOTE: Final = "stories shown until"  # the end of the last hour whose reports are marked


def is_due(archive: Archive, settings: Settings) -> bool:
    """Return True if an hour has ended whose reports the entries of stories do not show yet."""
    if settings.publish.stories == "off":
        return False
    ended = _find_last_end(archive.clock)
    since = _read_noted(archive.store, ended)
    return since < ended and archive.store.stories.has_reports(since, ended)


def mark_due(archive: Archive, settings: Settings) -> None:
    """Mark the feed of stories stale if such an hour has ended."""
    is_marked = is_due(archive, settings)
    ended = _find_last_end(archive.clock)
    if archive.store.visits.note(_NOTE) == ended.isoformat():
        return
    if is_marked:
        archive.store.stories.mark_stale()
    archive.store.visits.set_note(_NOTE, ended.isoformat(), archive.clock())


def _find_last_end(clock: Callable[[], datetime]) -> datetime:
    return end_step(clock()) - STEP


def _read_noted(store: Store, ended: datetime) -> datetime:
    noted = store.visits.note(_NOTE)
    return datetime.fromisoformat(noted) if noted else ended - STEP
