"""What a run need not do again, because no file of it changed since a run did it."""

from __future__ import annotations

from syndicator.core.model import Source
from syndicator.services.container import App
from syndicator.services.recovery.clock import AHEAD

_RECONCILED = "sources reconciled"  # the notes' keys in databases stay
_FOLLOWED = "sources followed"


def reconciled(app: App) -> bool:
    """True when the database knows the sources as they are written now, and no visit lies in the future."""
    return _noted(app, _RECONCILED, app.sources_stamp) and not _ahead(app)


def added(app: App) -> list[Source] | None:
    """The sources that the database does not know yet, where it knows all others as they are written now; None where
    only a look at all of them can tell."""
    base, added = app.sources_before
    if not _noted(app, _RECONCILED, base) or _ahead(app):
        return None
    return list(app.sources.values())[len(app.sources) - added :]


def _ahead(app: App) -> bool:
    return app.store.ahead.visited(app.clock() + AHEAD)


def note_reconciled(app: App) -> None:
    _note(app, _RECONCILED, app.sources_stamp)


def followed(app: App) -> bool:
    """True when it was written down where the sources are, as they are written now, and nobody touched that file."""
    return _noted(app, _FOLLOWED, _both(app))


def note_followed(app: App) -> None:
    _note(app, _FOLLOWED, _both(app))


def _both(app: App) -> str:
    return f"{app.sources_stamp}\n{app.beside.sources_stamp()}" if app.sources_stamp else ""


def _noted(app: App, key: str, stamp: str) -> bool:
    return bool(stamp) and app.store.visits.note(key) == stamp


def _note(app: App, key: str, stamp: str) -> None:
    if app.store.visits.note(key) != stamp:
        app.store.visits.set_note(key, stamp, app.clock())
