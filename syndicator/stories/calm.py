"""Let entries of stories show new reports once an hour, so that no reader sees them change more
often."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from syndicator.app.container import App
from syndicator.publishing.stories.explaining import STEP, end_step

_NOTE: Final = "stories shown until"  # the end of the last hour whose reports are marked


def is_due(app: App) -> bool:
    """Return True if an hour has ended whose reports the entries of stories do not show yet."""
    if app.settings.publish.stories == "off":
        return False
    ended = _find_last_end(app)
    since = _read_noted(app, ended)
    return since < ended and app.store.stories.has_reports(since, ended)


def mark_due(app: App) -> None:
    """Mark the feed of stories stale if such an hour has ended."""
    is_marked = is_due(app)
    ended = _find_last_end(app)
    if app.store.visits.note(_NOTE) == ended.isoformat():
        return
    if is_marked:
        app.store.stories.mark_stale()
    app.store.visits.set_note(_NOTE, ended.isoformat(), app.clock())


def _find_last_end(app: App) -> datetime:
    return end_step(app.clock()) - STEP


def _read_noted(app: App, ended: datetime) -> datetime:
    noted = app.store.visits.note(_NOTE)
    return datetime.fromisoformat(noted) if noted else ended - STEP
