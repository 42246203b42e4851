"""Article files that are gone because the folder of an earlier day was put back, and not because a hand deleted them.

`newest.txt` beside the articles has the time at which the newest of them was added, and so has the database. A folder
of an earlier day has an earlier time; one from which a hand deleted files has the same."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from syndicator.articles import times
from syndicator.articles.beside import lines
from syndicator.model import Problem
from syndicator.reasons import FileReason
from syndicator.services.container import App
from syndicator.services.places.filed import Filed

_NAME = "newest.txt"
_HEAD = "# When the newest article here was added. A folder that was put back is known by it: back it up with them.\n"
_NEWEST, _LOST = "newest", "lost"  # notes: the same time; the ids of the articles whose files are fetched again


def mark(app: App) -> None:
    """Writes the time of the newest article into the file, then into the database. Raises OSError, StoreError."""
    newest = times.iso(app.store.ahead.newest_added())
    if newest and (newest != app.store.visits.note(_NEWEST) or is_older(app)):
        app.article_store.file(_NAME).update(lambda before: f"{_HEAD}{newest}\n".encode())
        app.store.visits.set_note(_NEWEST, newest, app.clock())


def is_older(app: Filed) -> bool:
    """True if the folder is of an earlier day than the database. Raises OSError, StoreError."""
    noted = app.store.visits.note(_NEWEST)
    return bool(noted) and max(lines.read(app.article_store.file(_NAME)), default="") < (noted or "")


def awaited(app: Filed, gone: Collection[str]) -> set[str]:
    """Those of the articles `gone` whose files are being fetched again. Raises StoreError."""
    return set(gone).intersection(json.loads(app.store.visits.note(_LOST) or "[]")) if gone else set()


def lost(app: Filed, gone: Collection[str]) -> set[str]:
    """Those of the articles `gone` whose files nobody deleted. Raises OSError, StoreError."""
    return set(gone) if gone and is_older(app) else awaited(app, gone)


def fetch_again(app: App, ids: Collection[str]) -> None:
    """Has the pages of these articles read again, at the next visits of the sources that announced them, for their
    texts; all else stays as the database has it. Raises StoreError."""
    noted = json.dumps(sorted(ids)) if ids else None
    if app.store.visits.note(_LOST) != noted:
        app.store.visits.reopen(ids, bound=True)
        app.store.visits.set_note(_LOST, noted, app.clock())


def problems(paths: Iterable[str]) -> list[Problem]:
    """The problems of article files that are lost. Pure."""
    return [Problem(what=path, reason=FileReason.LOST_FILE) for path in paths]
