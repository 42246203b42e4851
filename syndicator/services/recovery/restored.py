"""Article files that are gone because the folder of an earlier day was put back, and not because a hand deleted them.

`newest.txt` beside the articles has the time at which the newest of them was added, and so has the database. A folder
of an earlier day has an earlier time; one from which a hand deleted files has the same."""

from __future__ import annotations

import json
from collections.abc import Collection

from syndicator.articles import fields
from syndicator.articles.beside import tsv_files
from syndicator.core.ports.articles import ArticleStore
from syndicator.services.container import App
from syndicator.store.engine import Store

_NAME = "newest.txt"
_HEAD = "# When the newest article here was added. A folder that was put back is known by it: back it up with them.\n"
_NEWEST, _LOST = "newest", "lost"  # notes: the same time; the ids of the articles whose files are fetched again


def mark(app: App) -> None:
    """Writes the time of the newest article into the file, then into the database. Raises OSError, StoreError."""
    newest = fields.iso(app.store.ahead.newest_added())
    if newest and (newest != app.store.visits.note(_NEWEST) or is_older(app.article_store, app.store)):
        app.article_store.file(_NAME).update(lambda before: f"{_HEAD}{newest}\n".encode())
        app.store.visits.set_note(_NEWEST, newest, app.clock())


def is_older(article_store: ArticleStore, store: Store) -> bool:
    """True if the folder is of an earlier day than the database. Raises OSError, StoreError."""
    noted = store.visits.note(_NEWEST)
    return bool(noted) and max(tsv_files.read_lines(article_store.file(_NAME)), default="") < (noted or "")


def awaited(store: Store, gone: Collection[str]) -> set[str]:
    """Those of the articles `gone` whose files are being fetched again. Raises StoreError."""
    return set(gone).intersection(json.loads(store.visits.note(_LOST) or "[]")) if gone else set()


def lost(article_store: ArticleStore, store: Store, gone: Collection[str]) -> set[str]:
    """Those of the articles `gone` whose files nobody deleted. Raises OSError, StoreError."""
    return set(gone) if gone and is_older(article_store, store) else awaited(store, gone)


def fetch_again(app: App, ids: Collection[str]) -> None:
    """Has the pages of these articles read again, at the next visits of the sources that announced them, for their
    texts; all else stays as the database has it. Raises StoreError."""
    noted = json.dumps(sorted(ids)) if ids else None
    if app.store.visits.note(_LOST) != noted:
        app.store.visits.reopen(ids, bound=True)
        app.store.visits.set_note(_LOST, noted, app.clock())
